"""Attachments among each other: signatures, and days."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.checks.attachments import attachments_at_odds
from mmethics_cli.core.checks.findings import Finding
from tests.studies import facts_of

PROTOCOL = {"id": "p", "kind": "protocol", "date": "2027-02-20", "signed": "yes"}
REVIEW = {"id": "s", "kind": "scientific_review", "date": "2027-02-22", "signed": "yes"}
SITE: dict[str, Any] = {"sites": {"role": "participant"}}
LEAD = {"id": "l", "kind": "lead_committee_decision", "date": "2027-02-25", "signed": "yes"}


def found(*attachments: dict[str, str], kind: str = "initial", **study: Any) -> list[Finding]:
    facts = facts_of({"event": {"kind": kind}, "attachments": list(attachments), **study})
    return list(attachments_at_odds(facts))


def test_signed_papers_in_their_order_are_right() -> None:
    assert found(PROTOCOL, REVIEW, LEAD, **SITE) == []
    assert found({**PROTOCOL, "date": REVIEW["date"]}, REVIEW) == []


@pytest.mark.parametrize(("signed", "severity"), [("no", "error"), ("", "warning")])
def test_a_protocol_that_is_not_signed(signed: str, severity: str) -> None:
    (finding,) = found({**PROTOCOL, "signed": signed or "unsure"})
    assert (finding.id, finding.severity) == ("attachment_unsigned", severity)
    assert finding.path == "attachments[p].signed"
    assert "主要研究者" in finding.fix


def test_a_paper_that_nobody_signs_is_not_asked_for_it() -> None:
    assert found({"id": "c", "kind": "training_certificates", "date": "2027-01-01"}) == []


def test_an_opinion_on_an_earlier_version() -> None:
    later = {**PROTOCOL, "date": "2027-02-28"}
    (finding,) = found(later, REVIEW)
    assert (finding.id, finding.path) == ("attachment_older", "attachments[s].date")
    assert "2027-02-22" in finding.message and "2027-02-28" in finding.message
    assert [one.path for one in found(later, REVIEW, LEAD, **SITE)] == [
        "attachments[s].date", "attachments[l].date",
    ]  # fmt: skip


def test_the_newest_of_several_is_judged() -> None:
    appendix = {**PROTOCOL, "id": "q", "date": "2027-02-28"}
    assert [one.path for one in found(appendix, PROTOCOL, REVIEW)] == ["attachments[s].date"]


def test_what_this_submission_does_not_need_is_left_alone() -> None:
    assert found({**PROTOCOL, "signed": "no"}, REVIEW, kind="progress") == []


def test_a_day_that_is_not_known_is_not_early() -> None:
    assert found(PROTOCOL, _without("date", REVIEW)) == []


def _without(name: str, entry: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in entry.items() if key != name}
