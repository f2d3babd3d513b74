"""What a new study takes over: only what the pack lets it, and texts only when confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import relevant
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.reuse import carry_over, still_unconfirmed, with_proposals
from mmethics_cli.core.interview.steps import (
    Answer,
    Move,
    Prompt,
    QuestionRow,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import PackError
from tests.core.small_pack import small_standard, trees

TODAY = date(2027, 3, 1)


def standard(**changes: Mapping[str, str]) -> Standard:
    """The small pack, with `reuse` and other keys added to questions by the end of their path."""
    file = "questions/01-study.yaml"
    study: dict[str, Any] = trees()[file]
    kept: dict[str, Mapping[str, str]] = {
        "title": {"reuse": "yes"},
        "level": {"reuse": "yes"},
        "topics": {"reuse": "yes"},
        "age": {"reuse": "confirm"},
        "refusal": {"reuse": "yes"},
        "end": {"reuse": "yes"},
        "assets": {"reuse": "yes"},
        **changes,
    }
    for question in study["questions"]:
        question.update(kept.get(question["path"].rpartition(".")[2], {}))
        for field in question.get("fields", []):
            if question["path"] == "data.assets":
                field.update({"name": {"reuse": "confirm"}, "face": {"reuse": "no"}}.get(
                    field["name"], {}
                ))  # fmt: skip
    documents: list[Any] = trees()["documents.yaml"]
    documents[2]["reuse_when"] = {"study.title": {"answered": "yes"}}
    expired = {
        "id": "X9", "severity": "error", "kind": "expired", "path": "study.end",
        "when": {"study.end": {"before": {"fact": "context.today"}}},
        "message": "过期", "fix": "换新",
    }  # fmt: skip
    return small_standard(
        **{file: study, "documents.yaml": documents, "consistency.yaml": [expired]}
    )


STANDARD = standard()
PAPER = Element("p", {"kind": "plan", "file": "方案.docx"})
OLD: dict[str, Value] = {
    "study.title": "旧研究",
    "study.level": "low",
    "study.topics": Several.of("mind"),
    "study.age": 20,
    "study.start": date(2026, 1, 1),
    "study.end": date(2028, 1, 1),
    "study.contact": False,
    "study.refusal": True,
    "data.assets": (Element("a1", {"name": "头部CT", "kind": "image", "face": True}),),
    "attachments": (PAPER, Element("f", {"kind": "form", "file": "表.docx"})),
}


def old(**changes: Value) -> Facts:
    return Facts(STANDARD, {**OLD, **{f"study.{k}": v for k, v in changes.items()}}, TODAY)


def test_only_what_the_pack_names_is_carried() -> None:
    carried = carry_over(old(), STANDARD, TODAY)
    assert carried.answers == {
        "study.title": "旧研究",
        "study.level": "low",
        "study.topics": Several.of("mind"),
        "study.end": date(2028, 1, 1),
        "data.assets": (Element("a1", {"kind": "image"}),),
    }


def test_what_must_be_confirmed_is_no_answer() -> None:
    carried = carry_over(old(), STANDARD, TODAY)
    assert carried.unconfirmed == {"study.age": 20, "data.assets[a1].name": "头部CT"}
    new = Facts(STANDARD, carried.answers, TODAY)
    open_ = {place.path for place, _ in relevant(new)}
    assert {"study.age", "data.assets[a1].name"} <= open_


def test_an_answer_that_did_not_count_is_left() -> None:
    assert "study.refusal" not in carry_over(old(), STANDARD, TODAY).answers
    assert "study.refusal" in carry_over(old(contact=True), STANDARD, TODAY).answers
    assert "study.title" not in carry_over(old(title=UNKNOWN), STANDARD, TODAY).answers


def test_a_reason_for_not_applicable_is_kept_as_an_answer() -> None:
    none = NotApplicable("没有名称")
    assert carry_over(old(title=none), STANDARD, TODAY).answers["study.title"] == none


def test_what_is_out_of_date_is_left_and_named() -> None:
    carried = carry_over(old(end=date(2027, 2, 28)), STANDARD, TODAY)
    assert carried.expired == ("study.end",)
    assert "study.end" not in carried.answers


def test_papers_are_carried_where_their_kind_may_be_used_again_and_holds_now() -> None:
    carried = carry_over(old(), STANDARD, TODAY)
    assert (carried.attachments, carried.stale) == ((PAPER,), ())
    without = carry_over(old(title=UNKNOWN), STANDARD, TODAY)
    assert (without.attachments, without.stale) == ((), (PAPER,))


def test_an_option_or_a_question_that_is_gone_is_left() -> None:
    options: dict[str, Any] = {"reuse": "yes", "values": {"gene": "遗传", "none": "没有"}}
    narrower = standard(topics=options, title={"reuse": "no"})
    carried = carry_over(old(), narrower, TODAY)
    assert not {"study.topics", "study.title"} & carried.answers.keys()
    assert "study.level" in carried.answers


@pytest.mark.parametrize("path", ["level", "contact", "topics", "assets"])
def test_only_what_can_be_shown_as_text_waits_to_be_confirmed(path: str) -> None:
    with pytest.raises(PackError, match="confirm"):
        standard(**{path: {"reuse": "confirm"}})


def test_a_carried_text_is_proposed_and_counts_when_it_is_confirmed() -> None:
    seen: dict[str, QuestionRow] = {}
    saved: dict[str, Value] = {}

    def ask(prompt: Prompt) -> Reply:
        if not isinstance(prompt, Step):
            return Move.LATER
        rows = prompt.rows_with({}) if prompt.screen else prompt.rows
        seen.update((row.path, row) for row in rows)
        if prompt.screen is None:
            return Answer(21) if prompt.place.path == "study.age" else Move.LATER
        mine = [row for row in rows if row.path == "study.age"]
        return ScreenAnswers({row.path: 21 for row in mine})

    asked = with_proposals(ask, {"study.age": 20, "study.title": "旧研究"}, "核对")
    facts = Facts(STANDARD, {"study.title": "新研究"}, TODAY)
    end = interview(facts, asked, saved.update, Plan(None, True))
    assert (seen["study.age"].proposal, seen["study.age"].why) == (20, "核对")
    assert seen["study.age"].value is UNKNOWN
    assert seen["study.title"].value == "新研究", "an answer is never replaced"
    assert seen["study.title"].proposal is UNKNOWN
    assert saved == {"study.age": 21}
    assert end.values["study.age"] == 21


def test_what_is_still_to_be_confirmed() -> None:
    texts: dict[str, Value] = {
        "data.assets[a1].name": "头部CT",
        "data.assets[gone].name": "别的",
        "study.age": 20,
        "study.refusal": True,
    }
    facts = Facts(STANDARD, {"data.assets": (Element("a1"),), "study.contact": False}, TODAY)
    assert still_unconfirmed(facts, texts) == ("study.age", "data.assets[a1].name")
    answered = Facts(STANDARD, {"study.age": 3}, TODAY)
    assert still_unconfirmed(answered, texts) == ("study.refusal",)
