"""The shipped pack's review items, questions and papers hold what people need of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.standard.model import Question, ReviewItem
from mmethics_cli.store.pack import load
from tests.test_rules import facts_of, standard, study_facts, worked_studies

# The domain list numbers its items from 1 within each principle.
LAST_NUMBER = {"BEN": 6, "RSK": 25, "NEC": 45, "BAL": 12, "SCI": 11, "LAW": 27}
PREFIX = {
    "beneficence": "BEN",
    "risk_control": "RSK",
    "necessity": "NEC",
    "balance": "BAL",
    "scientific": "SCI",
    "legality": "LAW",
}
# Printed only where it is answered.
OPTIONAL_IN_PRINT = {
    "sharing.recipient_list.contact",
    "investigator.cv",
    "institution.qualification",
    "sites.facilities",
    # Children are told the same in other words where these are left out.
    "consent.child_purpose",
    "consent.child_procedures",
    "consent.child_discomfort",
}


def items() -> list[ReviewItem]:
    return list(standard().items.values())


BODIES = ("ORG-", "EC-")  # the duties of chapter 5's responsible bodies


def test_every_item_of_the_domain_list_is_in_the_pack() -> None:
    listed = {name for name in standard().items if not name.startswith(BODIES)}
    assert listed == {
        f"{prefix}-{number:02d}"
        for prefix, last in LAST_NUMBER.items()
        for number in range(1, last + 1)
    }


def test_an_item_stands_under_the_principle_of_its_number() -> None:
    listed = [one for one in items() if not one.id.startswith(BODIES)]
    assert [one.id for one in listed if not one.id.startswith(PREFIX[one.principle])] == []


def test_both_responsible_bodies_have_items_of_their_own() -> None:
    sides = {"ORG-": "institution", "EC-": "committee"}
    for prefix, side in sides.items():
        own = [one for one in items() if one.id.startswith(prefix)]
        assert own
        assert {one.side for one in own} == {side}


@pytest.mark.parametrize("item", items(), ids=lambda item: item.id)
def test_an_item_can_be_proved(item: ReviewItem) -> None:
    """Some evidence is an answer, or a paper, whether rendered or brought."""
    named = [one.attachment for one in item.evidence if one.attachment is not None]
    assert set(named) <= set(standard().documents)
    if item.side == "applicant":
        assert any(one.path for one in item.evidence) or named


@pytest.mark.parametrize("item", items(), ids=lambda item: item.id)
def test_an_item_is_one_plain_sentence(item: ReviewItem) -> None:
    assert item.text.endswith("。")
    assert len(item.text) <= 90
    assert not re.search("受试者|第[0-9]+条|《", item.text)


def test_items_apply_by_the_facts_of_the_study() -> None:
    names = ["既往去标识影像", "前瞻采集的成人研究", "真正匿名化的数据可申请免除"]
    applied = {name: applying(name) for name in names}
    everyone = set.intersection(*applied.values())
    assert {"BEN-01", "RSK-01", "NEC-05", "BAL-12", "SCI-01", "LAW-10"} <= everyone
    assert "LAW-06" in applied["既往去标识影像"]
    assert "LAW-06" not in applied["前瞻采集的成人研究"]
    assert "BAL-05" in applied["前瞻采集的成人研究"]
    assert "LAW-09" not in applied["真正匿名化的数据可申请免除"]
    assert not {"NEC-33", "BAL-09", "LAW-14"} & everyone


def applying(name: str) -> set[str]:
    facts = facts_of(study_facts(worked_studies()[name]))
    return {one.id for one in items() if evaluate(one.applies_when, facts) is Truth.YES}


def questions() -> Iterator[tuple[str, Question]]:
    for question in standard().questions.values():
        yield question.path, question
        for field in question.fields:
            yield f"{question.path}.{field.path}", field


@pytest.mark.parametrize("path", [path for path, _ in questions()])
def test_a_question_can_be_asked_of_people(path: str) -> None:
    question = dict(questions())[path]
    assert "？" in question.prompt
    assert question.help.endswith("。")
    assert question.example
    assert len(question.synonyms) >= 2
    assert "." not in question.path or question.basis


def test_labels_tell_questions_of_a_section_apart() -> None:
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for question in standard().questions.values():
        seen[question.section, question.label].append(question.path)
    assert [paths for paths in seen.values() if len(paths) > 1] == []


def printed_paths() -> set[str]:
    """The answers that the applicant's templates print, a list's fields as list.field."""
    found: set[str] = set()
    for name in load().templates:
        if not name.endswith(".md"):
            continue
        text = load().template_text(name)
        loops = dict(re.findall(r"{%\s*for (\w+) in ([\w.]+)", text))
        for path in re.findall(r"(?:{{\s*|boxes\()([a-z_]+\.[a-z_]+)", text):
            head, _, rest = path.partition(".")
            found.add(f"{loops[head]}.{rest}" if head in loops else path)
    return found


def test_what_a_paper_prints_is_required_of_the_dossier() -> None:
    """Otherwise check would find nothing and the paper would show a gap.

    What the office answers is left blank to fill in: no gap.
    """
    known = {path: one for path, one in questions() if not one.of_office}
    printed = printed_paths() & set(known) - OPTIONAL_IN_PRINT
    assert len(printed) > 100
    assert sorted(path for path in printed if known[path].required_when is None) == []


def test_a_paper_whose_lack_is_an_error_rests_on_a_norm() -> None:
    """Published practice alone asks for a warning at most."""
    for paper in standard().documents.values():
        if paper.missing == "error" and paper.audience == "applicant" and paper.template is None:
            statuses = {standard().sources[one.source].status for one in paper.basis}
            assert statuses - {"practice", "guide", "guidance"}, paper.id


def test_papers_people_bring_say_what_to_put_in() -> None:
    papers = standard().documents.values()
    assert [one.id for one in papers if one.template is None and not one.note.endswith("。")] == []


def test_a_plain_retrospective_study_brings_what_the_measures_list() -> None:
    """Errors of a retrospective single-centre study: what the norms themselves list, no more."""
    facts = facts_of(study_facts(worked_studies()["既往去标识影像"]))
    needed = facts.decision("documents").value
    assert isinstance(needed, tuple)
    papers = [standard().documents[str(one)] for one in needed]
    listed = {
        "protocol",
        "integrity_commitment",
        "conflict_of_interest",
        "team_qualifications",
        "institution_and_funding",
        "scientific_review",
        "publication_statement",
    }
    # What has a template is printed, and need not be brought.
    brought = {
        one.id
        for one in papers
        if one.missing == "error" and one.template is None and one.audience == "applicant"
    }
    assert brought <= listed <= {one.id for one in papers}
    assert {one.id for one in papers if one.id in listed and one.template is None} == brought
