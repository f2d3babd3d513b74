"""What a new submission is filled in with: from which record each answer comes, and when not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec import Struct

from mmethics_cli.core.conditions.values import Element, NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.core.lifecycle.filling import filled_answers, last_counts
from mmethics_cli.core.standard.model import Standard
from tests.core.small_pack import small_standard

DECIDED = CommitteeDecision("modify", date(2027, 3, 20), "甲-1", comments=("请改。", "请补。"))
APPROVED = CommitteeDecision("approve", date(2027, 4, 1), "甲-2", date(2028, 3, 31), 6)
COMMENT = {"name": "comment", "type": "text", "label": "意见"}


class Records(Struct, frozen=True):
    decision: CommitteeDecision | None = DECIDED
    approval: CommitteeDecision | None = APPROVED
    approved: Facts | None = None
    changes: frozenset[str] = frozenset()


def standard(*questions: dict[str, Any]) -> Standard:
    """The small pack with questions about the event."""
    kinds = {"first": "初始", "report": "进展", "again": "复审"}
    kind = {"path": "event.kind", "type": "choice", "label": "事项", "values": kinds}
    whole = [kind, *({"label": one["path"], **one} for one in questions)]
    return small_standard(
        **{"questions/02-event.yaml": {"section": "event", "title": "事", "questions": whole}}
    )


def filled(
    question: dict[str, Any], records: Records, *earlier: dict[str, Value], kind: str = "report"
) -> Value:
    """What the question is filled in with, None for nothing; `earlier`: the newest report first."""
    pack = standard({"path": "event.x", **question})
    reports = [Facts(pack, values) for values in earlier]
    facts = Facts(pack, {"event.kind": kind}, earlier=reports)
    return filled_answers(facts, records).get("event.x", "nothing")


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("text", "decision.number", "甲-1"),
        ("date", "decision.date", date(2027, 3, 20)),
        ("date", "decision.valid_until", "nothing"),
        ("text", "approval.number", "甲-2"),
        ("date", "approval.valid_until", date(2028, 3, 31)),
        ("int", "approval.interval_months", 6),
        ("date", ["decision.valid_until", "approval.date"], date(2027, 4, 1)),
    ],
)
def test_decisions_fill_in(kind: str, source: object, expected: Value) -> None:
    question = {"type": kind, "filled_from": source}
    assert filled(question, Records()) == expected
    assert filled(question, Records(None, None)) == "nothing"


def test_each_comment_becomes_an_entry() -> None:
    question = {"type": "list", "fields": [COMMENT], "filled_from": "decision.comments"}
    rows = (Element("r1", {"comment": "请改。"}), Element("r2", {"comment": "请补。"}))
    assert filled(question, Records()) == rows
    assert filled(question, Records(decision=APPROVED)) == "nothing"


def test_the_newest_report_that_answered_counts() -> None:
    reported = {"type": "date", "filled_from": {"reported": "event.x"}}
    day_after = {"type": "date", "filled_from": {"day_after": "event.x"}}
    reports: tuple[dict[str, Value], ...] = (
        {"event.kind": "report"},
        {"event.x": date(2027, 12, 31)},
        {"event.x": date(2026, 1, 1)},
    )
    assert filled(reported, Records(), *reports) == date(2027, 12, 31)
    assert filled(day_after, Records(), *reports) == date(2028, 1, 1)
    assert filled(day_after, Records()) == "nothing"
    assert filled(day_after, Records(), {"event.x": date.max}) == "nothing"


def test_an_approved_decision_is_filled_in_by_the_name_of_its_option() -> None:
    question = {
        "type": "choice",
        "values": {"simple": "简易", "board": "会议"},
        "filled_from": {"approved": "decided.method", "as": {"meeting": "board"}},
    }
    pack = standard({"path": "event.x", **question})
    low, high = {"study.level": "low"}, {"study.level": "high"}
    plain: dict[str, Value] = {"study.topics": Several(), "study.contact": False}
    assert filled(question, Records(approved=Facts(pack, {**low, **plain}))) == "simple"
    assert filled(question, Records(approved=Facts(pack, {**high, **plain}))) == "board"
    asked: dict[str, Value] = {"study.contact": True, "study.refusal": True}
    assert filled(question, Records(approved=Facts(pack, {**low, **asked}))) == "nothing"
    assert filled(question, Records(approved=Facts(pack, low))) == "nothing"


def test_only_what_the_submission_asks_is_filled_in() -> None:
    question = {"type": "date", "filled_from": "decision.date", "ask_when": {"event.kind": "again"}}
    assert filled(question, Records(), kind="again") == date(2027, 3, 20)
    assert filled(question, Records(), kind="report") == "nothing"
    pack = standard(
        {"path": "event.number", "type": "text", "filled_from": "decision.number"},
        {
            "path": "event.day",
            "type": "date",
            "filled_from": "decision.date",
            "ask_when": {"event.number": {"empty": "yes"}},
        },
    )
    facts = Facts(pack, {"event.kind": "again"})
    assert filled_answers(facts, Records()) == {"event.number": "甲-1"}


def test_answers_stand_in_the_order_of_the_records() -> None:
    pack = standard(
        {"path": "event.to", "type": "date", "filled_from": {"reported": "event.to"}},
        {"path": "event.approved", "type": "date", "filled_from": "approval.date"},
        {"path": "event.decided", "type": "date", "filled_from": "decision.date"},
    )
    facts = Facts(pack, {}, earlier=[Facts(pack, {"event.to": date(2027, 1, 1)})])
    assert list(filled_answers(facts, Records())) == ["event.decided", "event.approved", "event.to"]


def test_last_counts_are_those_last_reported() -> None:
    pack = standard(
        {"path": "event.total", "type": "int", "cumulative": "yes"},
        {"path": "event.done", "type": "int", "cumulative": "yes"},
        {"path": "event.now", "type": "int"},
    )
    first, second = {"event.total": 9, "event.now": 4}, {"event.total": 12}
    facts = Facts(pack, {}, earlier=[Facts(pack, second), Facts(pack, first)])
    assert last_counts(facts) == {"event.total": 12}
    assert last_counts(Facts(pack, {})) == {}
    assert isinstance(Facts(pack, {}).reported("event.total"), NotApplicable)
