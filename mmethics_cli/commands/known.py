"""What the records of a dossier already say about a submission that is about to be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final, cast

from mmethics_cli.commands.answered import decided_before
from mmethics_cli.commands.opening import Dossier
from mmethics_cli.commands.sealed_facts import EarlierFacts, facts_as_sealed
from mmethics_cli.commands.standing import Standings
from mmethics_cli.core.answers import write_value
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.papers import KIND
from mmethics_cli.core.responses import RESPONSES, rows_for
from mmethics_cli.core.revision import CATEGORIES, changes, proposed
from mmethics_cli.core.values import UNKNOWN, NotApplicable, Several, Value
from mmethics_cli.store.yaml_events import Tree

_EVENT: Final = "event."
_RE_REVIEW: Final = "re_review"
_AMENDMENT: Final = "amendment"
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


def known_answers(dossier: Dossier, standings: Standings, kind: str) -> dict[str, Value]:
    """Answers about the event by path, as far as decisions and sealed submissions give them."""
    if kind == _RE_REVIEW:
        found = dict(_of_the_decision(dossier))
    else:
        found = dict(_of_the_approval(standings))
        found |= dict(_of_the_last_report(dossier, found))
    if kind == _AMENDMENT:
        found |= dict(_of_the_changes(dossier))
    study = {path: one for path, one in dossier.facts.values.items() if not path.startswith(_EVENT)}
    facts = Facts(dossier.standard, {**study, KIND: kind, **found}, dossier.facts.today)
    return {
        path: value
        for path, value in found.items()
        if not isinstance(facts.get(path), NotApplicable)
    }


def last_counts(dossier: Dossier) -> dict[str, Value]:
    """The cumulative counts of the last report: what the next one can't fall below."""
    facts = _with_all_sealed(dossier)
    counts = {path: facts.reported(path) for path in _COUNTS}
    return {path: value for path, value in counts.items() if isinstance(value, int)}


def as_tree(dossier: Dossier, answers: Mapping[str, Value]) -> dict[str, Tree]:
    """Answers about the event as they stand below `event:` in a file."""
    questions = dossier.standard.questions
    return {
        path.partition(".")[2]: cast(Tree, write_value(questions[path], value))
        for path, value in answers.items()
        if value is not UNKNOWN
    }


def _of_the_decision(dossier: Dossier) -> Iterator[tuple[str, Value]]:
    current = dossier.workspace.current
    made = decided_before(dossier, current.number + 1) if current else None
    if made is None:
        return
    yield "event.prior_decision", made.decision
    if made.number:
        yield "event.prior_number", made.number
    if made.day is not None:
        yield "event.prior_date", made.day
    if made.comments:
        yield RESPONSES, rows_for(made.comments)


def _of_the_approval(standings: Standings) -> Iterator[tuple[str, Value]]:
    if not standings.of_the_study:
        return
    last = standings.of_the_study[-1]
    if last.made.number:
        yield "event.approval_number", last.made.number
    if last.made.day is not None:
        yield "event.approval_date", last.made.day
    approval = standings.approval
    if approval is not None and approval.until is not None:
        yield "event.approval_valid_until", approval.until
    reviewed = standings.approvals[-1].submission
    method = Pathway(standings.facts_of(reviewed)).decisions["review_method"]
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
        found = proposed(changes(seen, dossier.facts))
        if found:
            yield CATEGORIES, Several(found)


def _with_all_sealed(dossier: Dossier) -> Facts:
    """The facts with every sealed submission as an earlier one: the next has not been opened."""
    facts = dossier.facts
    current = dossier.workspace.current
    number = current.number + 1 if current else 1
    earlier = EarlierFacts(dossier.workspace, number)
    return Facts(facts.standard, facts.values, facts.today, facts.baseline, earlier)
