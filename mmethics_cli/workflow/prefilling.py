"""What the records say about the submission to come: decisions, approval, last report, changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from mmethics_cli.core.checks.documents import KIND
from mmethics_cli.core.conditions.values import NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import RESPONSES, rows_for
from mmethics_cli.core.lifecycle.revision import CATEGORIES, changes, proposed
from mmethics_cli.workflow.answering import decided_before
from mmethics_cli.workflow.committee import CommitteeRecord
from mmethics_cli.workflow.opening import Dossier, EarlierFacts, facts_as_sealed

_EVENT_PREFIX: Final = "event."
_AMENDMENT: Final = "amendment"
_RE_REVIEW: Final = "re_review"
_PERIOD: Final = ("event.period_start", "event.period_end")
# Said once, they stay as they are; the cumulative counts are only proposed.
_LASTING: Final = ("event.first_enrolled_date",)
_COUNTS: Final = (
    "event.enrolled_total",
    "event.enrolled_done",
    "event.enrolled_withdrawn",
    "event.sae_total",
    "event.sae_reported",
)
# The methods by which the last review may have been held, as the question names them.
_METHODS: Final = {"simplified": "simplified", "meeting": "meeting", "emergency_meeting": "meeting"}


def recorded_answers(record: CommitteeRecord, kind: str) -> dict[str, Value]:
    """Answers about an event of that kind, by path, as far as the records give them."""
    dossier = record.dossier
    if kind == _RE_REVIEW:
        answers = dict(_of_the_decision(dossier))
    else:
        answers = dict(_of_the_approval(record))
        answers |= dict(_of_the_last_report(dossier, answers))
    if kind == _AMENDMENT:
        answers |= dict(_of_the_changes(dossier))
    study = {
        path: value
        for path, value in dossier.facts.values.items()
        if not path.startswith(_EVENT_PREFIX)
    }
    facts = Facts(dossier.standard, {**study, KIND: kind, **answers}, dossier.facts.today)
    return {
        path: value
        for path, value in answers.items()
        if not isinstance(facts.get(path), NotApplicable)
    }


def last_counts(dossier: Dossier) -> dict[str, Value]:
    """The cumulative counts of the last report: what the next one can't fall below."""
    facts = _with_all_sealed(dossier)
    counts = {path: facts.reported(path) for path in _COUNTS}
    return {path: value for path, value in counts.items() if isinstance(value, int)}


def _of_the_decision(dossier: Dossier) -> Iterator[tuple[str, Value]]:
    current = dossier.workspace.current
    decision = decided_before(dossier, current.number + 1) if current else None
    if decision is None:
        return
    yield "event.prior_decision", decision.decision
    if decision.number:
        yield "event.prior_number", decision.number
    if decision.day is not None:
        yield "event.prior_date", decision.day
    if decision.comments:
        yield RESPONSES, rows_for(decision.comments)


def _of_the_approval(record: CommitteeRecord) -> Iterator[tuple[str, Value]]:
    if not record.of_the_study:
        return
    last = record.of_the_study[-1].decision
    if last.number:
        yield "event.approval_number", last.number
    if last.day is not None:
        yield "event.approval_date", last.day
    approval = record.approval
    if approval is not None and approval.until is not None:
        yield "event.approval_valid_until", approval.until
    reviewed = record.approvals[-1].submission
    method = Pathway(record.facts_of(reviewed)).decisions["review_method"]
    if method.settled and method.value in _METHODS:
        yield "event.prior_method", _METHODS[str(method.value)]


def _of_the_last_report(
    dossier: Dossier, approval: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    facts = _with_all_sealed(dossier)
    until = facts.reported(_PERIOD[1])
    approved = approval.get("event.approval_date")
    if isinstance(until, date):
        yield _PERIOD[0], until + timedelta(days=1)
    elif isinstance(approved, date):
        yield _PERIOD[0], approved
    for path in _LASTING:
        value = facts.reported(path)
        if not isinstance(value, NotApplicable):
            yield path, value


def _of_the_changes(dossier: Dossier) -> Iterator[tuple[str, Value]]:
    baseline = dossier.workspace.baseline
    if baseline is not None:
        seen = facts_as_sealed(baseline, dossier.standard)
        categories = proposed(changes(seen, dossier.facts))
        if categories:
            yield CATEGORIES, Several(categories)


def _with_all_sealed(dossier: Dossier) -> Facts:
    """The facts with every sealed submission as an earlier one: the next has not been opened."""
    facts = dossier.facts
    current = dossier.workspace.current
    number = current.number + 1 if current else 1
    earlier = EarlierFacts(dossier.workspace, number)
    return Facts(facts.standard, facts.values, facts.today, facts.baseline, earlier)
