"""Recording a decision, and what follows from it: approval, due dates, history, a calendar."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.workflow.lifecycle.calendar import write_calendar
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
from mmethics_cli.workflow.lifecycle.history import history_of
from mmethics_cli.workflow.lifecycle.recording import (
    DecisionOptions,
    limits_of,
    office_facts,
    read_options,
    record,
    record_facts,
    submission_to_decide,
)
from mmethics_cli.workflow.opening import open_dossier, reopened
from tests.workflow.example import DECIDED, TODAY, VALID_UNTIL, approved


def test_a_decision_is_read_from_options_and_recorded(sealed: Path) -> None:
    dossier = open_dossier(sealed, DECIDED)
    options = DecisionOptions("批准", DECIDED.isoformat(), " 批-1 ", VALID_UNTIL.isoformat())
    decision = read_options(dossier.standard, options, "initial")
    assert decision == CommitteeDecision("approve", DECIDED, "批-1", VALID_UNTIL)
    assert approved(sealed).workspace.baseline is not None
    with pytest.raises(EthicsError, match="--decision"):
        read_options(dossier.standard, DecisionOptions("none"), "initial")


def test_what_can_not_be_right_is_not_recorded(sealed: Path) -> None:
    dossier = open_dossier(sealed, DECIDED)
    limits = limits_of(dossier, submission_to_decide(dossier), DECIDED)
    assert limits.sealed == TODAY and limits.longest is not None
    early = CommitteeDecision("approve", TODAY - timedelta(days=1))
    late = CommitteeDecision("approve", DECIDED, interval_months=limits.longest + 1)
    for decision in (early, late):
        with pytest.raises(EthicsError):
            record(dossier, decision, limits, {})
    assert CommitteeRecord(reopened(dossier)).decided == ()


def test_a_second_decision_replaces_the_first_only_when_it_is_meant_to(sealed: Path) -> None:
    dossier = approved(sealed)
    current = submission_to_decide(dossier)
    with pytest.raises(EthicsError, match="--replace"):
        limits_of(dossier, current, DECIDED)
    limits = limits_of(dossier, current, DECIDED, replace=True)
    aside = record(dossier, CommitteeDecision("disapprove", DECIDED), limits, {})
    assert aside is not None and (current.folder / aside).exists()
    assert CommitteeRecord(reopened(dossier)).approvals == ()


def test_only_what_is_sealed_and_whole_can_be_decided(study: Path, sealed: Path) -> None:
    with pytest.raises(WorkspaceError):
        submission_to_decide(open_dossier(study, DECIDED))
    manifest = sealed / "submissions" / "01-initial" / "snapshot.yaml"
    manifest.chmod(0o644)
    manifest.write_text("project: {title: 改了}\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="不一致"):
        submission_to_decide(open_dossier(sealed, DECIDED))


def test_facts_of_the_office_are_recorded_alone(sealed: Path) -> None:
    dossier = open_dossier(sealed, DECIDED)
    facts = office_facts(dossier, ["event.reviewers_disagree=是"])
    assert facts == {"event.reviewers_disagree": True}
    record_facts(dossier, facts)
    assert reopened(dossier).facts.get("event.reviewers_disagree") is True
    with pytest.raises(EthicsError, match="--fact"):
        office_facts(dossier, ["project.title=甲"])


def test_what_follows_from_an_approval_is_a_value(sealed: Path, tmp_path: Path) -> None:
    record = CommitteeRecord(approved(sealed))
    assert record.approval is not None and record.approval.until == VALID_UNTIL
    assert (record.ended, record.suspended) == ("", False)
    dues = [due for due in record.dues() if due.open()]
    history = history_of(record, DECIDED)
    assert str(VALID_UNTIL) in history.until
    (past,) = history.past
    assert (past.name, past.sealed) == ("01-initial", TODAY)
    assert set(history.valid) == set(past.documents)
    calendar = tmp_path / "dues.ics"
    assert write_calendar(record, calendar, DECIDED) == len(dues) > 0
    assert date.fromisoformat(str(dues[0].day)).strftime("%Y%m%d") in calendar.read_text("utf-8")
