"""A norm counts for a study only where it covers it; what no norm asks is practice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.completeness import unanswered_items
from mmethics_cli.core.checks.documents import missing_documents
from mmethics_cli.core.conditions.values import Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway, RuleResult
from mmethics_cli.core.decisions.relevance import documents_lacking
from mmethics_cli.core.standard.model import Basis, Standard
from mmethics_cli.report.pathway import pathway_tree
from tests.core.small_pack import small_standard, trees

DAY = date(2026, 9, 1)
SOURCES: list[dict[str, Any]] = [
    {"id": "law", "title_zh": "某法"},
    {"id": "guide", "title_zh": "某指南"},
    {"id": "trial", "title_zh": "试验规范", "applies_when": {"study.level": "high"}},
    {
        "id": "voice",
        "title_zh": "声音办法",
        "applies_when": {"data.kinds": "voice"},
        "scope_articles": ["2"],
    },
    {
        "id": "old",
        "title_zh": "旧规范",
        "repealed_on": "2026-09-01",
        "superseded_by": "new",
        "scope_articles": ["2"],
    },
    {"id": "new", "title_zh": "新规范", "in_force_from": "2026-09-01"},
    {"id": "gone", "title_zh": "旧指南", "superseded_by": "guide"},
    {"id": "habit", "title_zh": "医院做法", "status": "practice"},
]
HIGH, LOW = {"level": "high"}, {"level": "low"}


ARTICLES = [
    *trees()["articles.yaml"],
    {"source": "voice", "article": "2", "verified": "text"},
    {"source": "old", "article": "2", "verified": "text"},
]


def standard(**changes: Any) -> Standard:
    return small_standard(**{"sources.yaml": SOURCES, "articles.yaml": ARTICLES, **changes})


STANDARD = standard()


def facts(study: Mapping[str, Any], today: date | None = DAY, whole: Standard = STANDARD) -> Facts:
    return Facts(whole, read_tree(whole, {"study": study}).values, today)


def on(*sources: str) -> tuple[Basis, ...]:
    return tuple(Basis(source, None, "text") for source in sources)


def sources_of(bases: tuple[Basis, ...]) -> list[str]:
    return [basis.source for basis in bases]


# Which sources cover a study.


@pytest.mark.parametrize(
    ("study", "truth"), [(HIGH, Truth.YES), (LOW, Truth.NO), ({}, Truth.UNKNOWN)]
)
def test_a_source_covers_the_studies_of_its_scope(study: dict[str, str], truth: Truth) -> None:
    assert facts(study).coverage.covers("trial") is truth


def test_a_source_without_scope_covers_every_study() -> None:
    assert facts({}).coverage.covers("law") is Truth.YES


@pytest.mark.parametrize(
    ("today", "truth"),
    [
        (date(2026, 8, 31), Truth.YES),
        (date(2026, 9, 1), Truth.NO),
        (date(2027, 1, 1), Truth.NO),
        (None, Truth.UNKNOWN),
    ],
)
def test_a_repealed_source_covers_nothing_from_that_day(today: date | None, truth: Truth) -> None:
    assert facts({}, today).coverage.covers("old") is truth


def test_a_superseded_source_without_a_day_covers_nothing() -> None:
    assert facts({}, None).coverage.covers("gone") is Truth.NO


def test_a_scope_is_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    study = facts(HIGH)
    asked: list[str] = []
    get = study.get

    def watched(path: str) -> Value:
        asked.append(path)
        return get(path)

    monkeypatch.setattr(study, "get", watched)
    for _ in range(3):
        study.coverage.covers("trial")
    assert asked == ["study.level"]


# What is cited.


def test_only_what_covers_the_study_is_cited() -> None:
    bases = on("law", "trial", "old", "habit")
    assert sources_of(facts(LOW).coverage.bases(bases)) == ["law", "habit"]
    assert sources_of(facts(HIGH).coverage.bases(bases)) == ["law", "trial", "habit"]


def test_what_is_undecided_is_kept_and_marked() -> None:
    law, trial = facts({}).coverage.bases(on("law", "trial"))
    assert not law.undecided and trial.undecided
    assert not any(basis.undecided for basis in facts(HIGH).coverage.bases(on("law", "trial")))


def test_a_norm_to_come_is_marked_with_its_day() -> None:
    before, then = facts({}, date(2026, 8, 31)), facts({}, DAY)
    assert before.coverage.bases(on("new"))[0].in_force_from == DAY
    assert then.coverage.bases(on("new")) == on("new")
    assert facts({}, None).coverage.bases(on("new")) == on("new")


def test_an_article_on_the_scope_holds_for_every_study() -> None:
    about, rule = Basis("voice", "2", "text"), Basis("voice", "9", "text")
    for study in (LOW, HIGH, {}):
        assert facts(study).coverage.bases((about,)) == (about,)
    low = facts(LOW).coverage
    assert low.bases((about, rule)) == (about, replace(rule, undecided=True))
    without_voice = Facts(STANDARD, read_tree(STANDARD, {"data": {"assets": []}}).values, DAY)
    assert without_voice.coverage.bases((about, rule)) == (about,)
    assert not without_voice.coverage.is_practice((about, rule))
    assert without_voice.coverage.is_practice((rule,))


def test_an_article_on_the_scope_of_a_repealed_norm_holds_no_more() -> None:
    assert facts({}).coverage.bases((Basis("old", "2", "text"),)) == ()
    assert facts({}, None).coverage.bases((Basis("old", "2", "text"),))[0].undecided


# What is practice.


@pytest.mark.parametrize(
    ("sources", "study", "practice"),
    [
        (["trial"], LOW, True),
        (["trial"], HIGH, False),
        (["trial"], {}, False),  # unknown never relaxes
        (["law", "trial"], LOW, False),
        (["habit"], LOW, True),
        (["habit", "trial"], LOW, True),
        (["habit", "trial"], {}, False),
        (["old"], LOW, True),
        ([], LOW, False),
    ],
)
def test_what_no_norm_asks_is_practice(
    sources: list[str], study: dict[str, str], practice: bool
) -> None:
    assert facts(study).coverage.is_practice(on(*sources)) is practice


@given(
    sources=st.lists(st.sampled_from([source["id"] for source in SOURCES]), min_size=1),
    level=st.sampled_from(["low", "high"]),
)
def test_an_answer_never_adds_a_basis(sources: list[str], level: str) -> None:
    """What covers the study once the scope is answered was cited, marked, before."""
    before = facts({}).coverage.bases(on(*sources))
    after = facts({"level": level}).coverage.bases(on(*sources))
    assert set(sources_of(after)) <= set(sources_of(before))


# Rules, items, documents of one study.


def _with_basis(*sources: str, **changes: Any) -> Standard:
    tables = trees()["rules/tables.yaml"]
    first = {**tables[0]["rules"][0], "when": {}, **changes}
    first["basis"] = [{"source": source} for source in sources]
    rules = [{**tables[0], "rules": [first, *tables[0]["rules"][1:]]}, *tables[1:]]
    return standard(**{"rules/tables.yaml": rules})


def rule(whole: Standard, study: dict[str, str]) -> RuleResult:
    result = Pathway(facts(study, whole=whole)).rule("S1")
    assert result is not None
    return result


def test_a_rule_is_never_required_by_practice() -> None:
    whole = _with_basis("trial")
    low, high, open_ = (rule(whole, study) for study in (LOW, HIGH, {}))
    assert (low.strength, low.practice, low.basis) == ("advised", True, ())
    assert (high.strength, high.practice, sources_of(high.basis)) == ("required", False, ["trial"])
    assert (open_.strength, open_.practice) == ("required", False)
    assert open_.basis[0].undecided


def test_a_rule_on_practice_alone_keeps_its_citation() -> None:
    result = rule(_with_basis("habit", "trial"), LOW)
    assert (result.strength, result.practice, sources_of(result.basis)) == (
        "advised",
        True,
        ["habit"],
    )


def test_a_norm_that_does_not_cover_the_study_contradicts_nothing() -> None:
    whole = _with_basis("law", conflict={"over": [{"source": "trial"}], "zh": "两处不一。"})
    assert [conflict.why for conflict in Pathway(facts(LOW, whole=whole)).conflicts] == []
    stricter, conflict = Pathway(facts(HIGH, whole=whole)).conflicts
    assert stricter.why == "stricter"
    assert (conflict.kept.id, conflict.why) == ("S1", "两处不一。")
    assert [over.source for over in conflict.over if isinstance(over, Basis)] == ["trial"]


def test_json_says_what_covers_and_what_is_practice() -> None:
    whole = _with_basis("trial", "new")

    def tree(study: dict[str, str], day: date) -> dict[str, Any]:
        rules: Any = pathway_tree(Pathway(facts(study, day, whole)))["rules"]
        return next(entry for entry in rules if entry["rule"] == "S1")

    low = tree(LOW, DAY)
    assert (low["strength"], low["practice"]) == ("required", False)
    assert low["basis"] == [{"source": "new", "article": None, "verified": "memory"}]
    trial, new = tree({}, date(2026, 8, 31))["basis"]
    assert trial["applies"] == "unknown" and "in_force_from" not in trial
    assert new["in_force_from"] == "2026-09-01" and "applies" not in new
    alone: Any = pathway_tree(Pathway(facts(LOW, DAY, _with_basis("trial"))))["rules"]
    [entry] = [entry for entry in alone if entry["rule"] == "S1"]
    assert (entry["strength"], entry["practice"], entry["basis"]) == ("advised", True, [])


def test_items_and_documents_of_practice_are_wanted_not_demanded() -> None:
    items = trees()["review_items/benefit.yaml"]
    items[0]["basis"] = [{"source": "trial"}]
    documents = trees()["documents.yaml"]
    documents[2] |= {"render_when": {}, "basis": [{"source": "trial"}]}
    whole = standard(**{"review_items/benefit.yaml": items, "documents.yaml": documents})
    for study, severity in ((HIGH, "error"), (LOW, "warning"), ({}, "error")):
        of_study = facts(study, whole=whole)
        [item] = [
            finding
            for finding in unanswered_items(of_study, SelfCheck({}))
            if finding.item == "B-1"
        ]
        [lacking] = [
            finding
            for finding in missing_documents(Pathway(of_study), {})
            if finding.id == "paper_missing"
        ]
        assert (item.severity, lacking.severity) == (severity, severity)
        asked = [kind.id for kind in documents_lacking(of_study)]
        assert asked == (["plan"] if severity == "error" else [])


def test_a_finding_keeps_what_covers_the_study() -> None:
    items = trees()["review_items/benefit.yaml"]
    items[0]["basis"] = [{"source": "trial"}, {"source": "habit"}]
    whole = standard(**{"review_items/benefit.yaml": items})
    low = facts(LOW, whole=whole)
    finding = next(unanswered_items(low, SelfCheck({})))
    assert finding.item == "B-1"
    kept = finding.for_study(low.coverage)
    assert (sources_of(kept.basis), kept.practice) == (["habit"], True)
    high = finding.for_study(facts(HIGH, whole=whole).coverage)
    assert (sources_of(high.basis), high.practice) == (["trial", "habit"], False)
