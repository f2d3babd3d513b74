"""Lint sees demands without law, repealed norms, and norms that a template names by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.cases import WorkedStudy, worked_studies
from mmethics_cli.core.checks.norms import (
    names_of_norms,
    prove_demands,
    prove_in_force,
    prove_template,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.build import build
from mmethics_cli.core.standard.model import Standard
from tests.core.small_pack import trees

DAY = date(2026, 9, 1)
SOURCES = [
    {"id": "law", "title_zh": "某法（2021年修订）", "title_en": "Some Law (2021)"},
    {"id": "guide", "title_zh": "某指南"},
    {"id": "trial", "title_zh": "试验规范", "applies_when": {"study.level": "high"}},
    {"id": "old", "title_zh": "旧规范", "repealed_on": "2026-09-01", "superseded_by": "law"},
    {"id": "habit", "title_zh": "医院做法", "status": "practice"},
    {"id": "gb", "title_zh": "GB/T 35273—2020 信息安全技术 个人信息安全规范"},
]
ELEMENTS = [{"id": "trial.1", "zh": "说明", "basis": [{"source": "trial"}]}]


def pack(**changes: Any) -> dict[str, Any]:
    return {**trees(), "sources.yaml": SOURCES, "elements.yaml": ELEMENTS, **changes}


def built(files: dict[str, Any]) -> Standard:
    return build(files, lambda file, keys: (file, None))


def studies(standard: Standard, *levels: str) -> Iterator[WorkedStudy]:
    for level in levels:
        values = read_tree(standard, {"study": {"level": level, "contact": "yes"}}).values
        yield WorkedStudy(f"{level}-risk", Facts(standard, values, DAY))


def demands(files: dict[str, Any], *levels: str) -> list[tuple[str, tuple[Any, ...], str]]:
    standard = built(files)
    return list(prove_demands(standard, files, studies(standard, *levels)))


def with_rule(**changes: Any) -> dict[str, Any]:
    tables = trees()["rules/tables.yaml"]
    rule = {**tables[0]["rules"][0], "when": {}, **changes}
    first = {**tables[0], "rules": [rule, *tables[0]["rules"][1:]]}
    return pack(**{"rules/tables.yaml": [first, *tables[1:]]})


def with_item(**changes: Any) -> dict[str, Any]:
    items = trees()["review_items/benefit.yaml"]
    return pack(**{"review_items/benefit.yaml": [{**items[0], **changes}, items[1]]})


def with_document(**changes: Any) -> dict[str, Any]:
    form, *others = trees()["documents.yaml"]
    return pack(**{"documents.yaml": [{**form, **changes}, *others]})


TRIAL, HABIT = [{"source": "trial"}], [{"source": "habit"}]


# Demands.


def test_what_law_demands_of_every_study_is_sound() -> None:
    assert demands(pack(), "low", "high") == []


def test_a_required_rule_that_no_norm_of_it_covers() -> None:
    [(file, keys, text)] = demands(with_rule(basis=TRIAL), "high", "low", "low")
    assert (file, keys) == ("rules/tables.yaml", (0, "rules", 0))
    assert "规则 S1 写着 required" in text and "“low-risk”" in text and "advised" in text
    assert demands(with_rule(basis=TRIAL), "high") == []
    assert demands(with_rule(basis=TRIAL, strength="advised"), "low") == []
    assert demands(with_rule(basis=TRIAL, when={"study.level": "high"}), "low") == []
    assert demands(with_rule(basis=[*TRIAL, {"source": "law"}]), "low") == []


def test_a_required_rule_on_practice_alone_needs_no_study_to_be_seen() -> None:
    [(_, keys, text)] = demands(with_rule(basis=HABIT, when={"study.topics": "gene"}))
    assert keys == (0, "rules", 0) and "没有一条规定要求它" in text
    assert demands(with_rule(basis=HABIT, strength="advised"), "low") == []


def test_a_mandatory_item_that_no_norm_of_it_covers() -> None:
    [(file, keys, text)] = demands(with_item(basis=TRIAL), "low")
    assert (file, keys) == ("review_items/benefit.yaml", (0,))
    assert "要点 B-1 写着 mandatory" in text and "recommended" in text
    assert demands(with_item(basis=TRIAL, severity="recommended"), "low") == []
    assert demands(with_item(basis=TRIAL, applies_when={"study.level": "high"}), "low") == []


def test_a_document_that_no_norm_of_it_covers() -> None:
    [(file, keys, text)] = demands(with_document(basis=TRIAL), "low")
    assert (file, keys) == ("documents.yaml", (0,))
    assert "文件 form 没有就算错误" in text and "missing: warning" in text
    assert demands(with_document(basis=TRIAL, missing="warning"), "low") == []
    assert demands(with_document(basis=TRIAL, render_when={"study.level": "high"}), "low") == []


def test_a_consent_element_may_rest_on_practice_but_not_on_nothing() -> None:
    [(file, keys, text)] = demands(with_document(elements=["trial.1"]), "low")
    assert (file, keys) == ("documents.yaml", (0, "elements", 0))
    assert "文件 form 必须写 trial.1" in text and "when" in text
    when = {"element": "trial.1", "when": {"study.level": "high"}}
    assert demands(with_document(elements=[when]), "low") == []
    element = [{"id": "trial.1", "zh": "说明", "basis": [*TRIAL, *HABIT]}]
    files = {**with_document(elements=["trial.1"]), "elements.yaml": element}
    assert demands(files, "low") == []


def test_a_limit_of_practice_is_seen() -> None:
    tables = trees()["rules/tables.yaml"]
    months = {**tables[2], "rules": [{**tables[2]["rules"][0], "basis": TRIAL}]}
    files = pack(**{"rules/tables.yaml": [*tables[:2], months, *tables[3:]]})
    [(_, keys, text)] = demands(files, "low")
    assert keys == (2, "rules", 0) and "规则 I1" in text


def test_worked_studies_are_laid_upon_one_another() -> None:
    standard = built(pack())
    first = {"name": "甲", "facts": {"study": {"level": "high", "age": "30"}}}
    second = {"name": "乙", "from": "甲", "facts": {"study": {"level": "low"}}}
    broken = {"name": "丙", "facts": {"study": {"level": "middle"}}}
    cases = {"cases/worked.yaml": [first, second, broken], "cases/01.yaml": [{"rule": "S1"}]}
    [one, other] = worked_studies(standard, cases)
    assert (one.name, one.facts.get("study.level")) == ("甲", "high")
    assert (other.name, other.facts.get("study.level"), other.facts.get("study.age")) == (
        "乙",
        "low",
        30,
    )


# Repealed norms.

OLD = [{"source": "old"}]


@pytest.mark.parametrize(
    "files",
    [
        with_rule(basis=OLD, strength="advised"),
        with_rule(conflict={"over": OLD, "zh": "不一。"}),
        with_item(basis=OLD, severity="recommended"),
        with_document(basis=OLD, missing="warning"),
        pack(**{"elements.yaml": [{"id": "trial.1", "zh": "说明", "basis": OLD}]}),
    ],
    ids=["rule", "conflict", "item", "document", "element"],
)
def test_a_repealed_norm_is_the_basis_of_nothing(files: dict[str, Any]) -> None:
    standard = built(files)
    [(file, keys, text)] = prove_in_force(standard, files, DAY)
    assert file in files and keys[-2] in ("basis", "over")
    assert text == ("法源“old”自 2026-09-01 起废止（由“law”代替），不能再引用。请改引现行的")
    assert list(prove_in_force(standard, files, date(2026, 8, 31))) == []


def test_a_question_may_rest_on_no_repealed_norm() -> None:
    section = trees()["questions/01-study.yaml"]
    section["questions"][0]["basis"] = OLD
    files = pack(**{"questions/01-study.yaml": section})
    [(file, keys, _)] = prove_in_force(built(files), files, DAY)
    assert (file, keys) == ("questions/01-study.yaml", ("questions", 0, "basis", 0))


def test_articles_of_a_repealed_norm_may_stay_listed() -> None:
    articles = [*trees()["articles.yaml"], {"source": "old", "article": "2", "verified": "text"}]
    files = pack(**{"articles.yaml": articles})
    assert list(prove_in_force(built(files), files, DAY)) == []


# Templates.

STANDARD = built(pack())


def faults(text: str, day: date = DAY) -> list[tuple[int, str]]:
    return list(prove_template(STANDARD, text, day))


def test_a_template_names_no_norm_by_hand() -> None:
    [(line, text)] = faults('# 题目\n某法没有这一项（{{ basis("law", "1") }}）。')
    assert line == 2 and "“某法”" in text and 'norm("law")' in text
    assert faults('{{ norm("law") }}没有这一项（{{ basis("law", "1") }}）。') == []
    assert [line for line, _ in faults("The Some Law says so.")] == [1]
    assert [line for line, _ in faults("按 GB/T 35273 处理\n\n个人信息安全规范")] == [1, 3]


def test_titles_lose_what_stands_in_brackets() -> None:
    names = names_of_norms(STANDARD)
    assert names["某法"] == names["Some Law"] == "law"
    assert names["GB/T 35273"] == names["个人信息安全规范"] == "gb"
    assert "" not in names


def test_a_longer_name_is_not_taken_for_a_shorter_one() -> None:
    sources = [*SOURCES, {"id": "rule", "title_zh": "某法实施细则"}]
    standard = built(pack(**{"sources.yaml": sources}))
    [(_, text)] = prove_template(standard, "按某法实施细则办理", DAY)
    assert 'norm("rule")' in text


def test_a_template_cites_no_repealed_norm() -> None:
    [(line, text)] = faults('（{{ basis("law", "1", "old", "2") }}）')
    assert line == 1 and "法源“old”自 2026-09-01 起废止" in text
    assert faults('（{{ basis("old", "2") }}）', date(2026, 8, 31)) == []
    assert len(faults('{{ norm("old") }}')) == 1
