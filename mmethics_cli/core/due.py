"""When things are due: reports after an approval, its expiry, and reports of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, cast

from mmethics_cli.core.conditions import ALWAYS, Condition, evaluate
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.law import Basis
from mmethics_cli.core.values import Truth
from mmethics_cli.core.work_calendar import Counted, OutOfCalendar, Unit, WorkCalendar

# What a due date may count from besides the dates of an event.
DECIDED: Final = ("decision.date", "decision.valid_until")


@dataclass(frozen=True, slots=True)
class DueRule:
    """One row of due_dates.yaml: a day from which a table's number is counted, or the day itself.

    `recorded` says that the committee may have set a shorter interval; `met_by` is the kind of
    submission that fulfils it, `met_on` the question that tells when it was done.
    """

    id: str
    label: str
    start: str
    table: str = ""
    before: bool = False
    recorded: bool = False
    when: Condition = ALWAYS
    met_by: str = ""
    met_on: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What stands approved, of a submission and those that it re-reviews.

    `day` begins the interval; `until` is when the approval ends; `interval_months` the
    committee's own; `pathway` what was approved; `later` the kinds of submissions sealed since each
    of the two days was set, with the days of sealing. `order` rises with each approval.
    """

    pathway: Pathway
    day: date
    until: date | None = None
    interval_months: int | None = None
    later: Mapping[str, tuple[tuple[str, date], ...]] = field(default_factory=dict)
    order: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due on a day; `done` is when it was handed in, if it was."""

    id: str
    label: str
    day: date
    why: str = ""
    basis: tuple[Basis, ...] = ()
    done: date | None = None
    without_holidays: bool = False
    of_event: bool = False
    order: int = field(default=0, compare=False)

    def days_over(self, today: date) -> int:
        """How many days it is (or was handed in) late; negative while there is time."""
        return ((self.done or today) - self.day).days

    def open(self) -> bool:
        return self.done is None


@dataclass(frozen=True, slots=True)
class _Limit:
    """A number of a table's unit, in words, and the law that sets it."""

    count: int
    unit: Unit
    why: str
    basis: tuple[Basis, ...]


def due_after_approval(
    rules: tuple[DueRule, ...], approval: Approval, calendar: WorkCalendar
) -> Iterator[Due]:
    """What follows from an approval, in the order of the rules."""
    days = dict(zip(DECIDED, (approval.day, approval.until), strict=True))
    for rule in rules:
        start = days.get(rule.start)
        if start is None or evaluate(rule.when, approval.pathway.facts) is Truth.NO:
            continue
        limit = _limit(rule, approval.pathway, approval.interval_months)
        sealed = approval.later.get(rule.start, ())
        since = next((day for kind, day in sealed if kind == rule.met_by), None)
        yield from _due(rule, start, limit, calendar, done=since, order=approval.order)


def due_after_event(
    rules: tuple[DueRule, ...], pathway: Pathway, calendar: WorkCalendar, order: int = 0
) -> Iterator[Due]:
    """The reports that an event asks for, from the dates that its submission gives."""
    facts = pathway.facts
    for rule in rules:
        if rule.start in DECIDED or evaluate(rule.when, facts) is not Truth.YES:
            continue
        start = facts.get(rule.start)
        done = facts.get(rule.met_on) if rule.met_on else None
        if isinstance(start, date):
            limit = _limit(rule, pathway, None)
            told = done if isinstance(done, date) else None
            yield from _due(rule, start, limit, calendar, done=told, order=order, of_event=True)


def in_order(dues: Iterable[Due]) -> tuple[Due, ...]:
    """The earliest first."""
    return tuple(sorted(dues, key=lambda one: (one.day, one.id)))


def _due(
    rule: DueRule,
    start: date,
    limit: _Limit | None,
    calendar: WorkCalendar,
    *,
    done: date | None,
    order: int,
    of_event: bool = False,
) -> Iterator[Due]:
    if rule.table and limit is None:
        return
    counted, why = Counted(start), ""
    basis: tuple[Basis, ...] = ()
    if limit is not None:
        try:
            counted = calendar.shift(
                start, -limit.count if rule.before else limit.count, limit.unit
            )
        except OutOfCalendar:
            return
        why, basis = limit.why, limit.basis
    yield Due(
        rule.id,
        rule.label,
        counted.day,
        why,
        basis,
        done,
        counted.without_holidays,
        of_event,
        order,
    )


def _limit(rule: DueRule, pathway: Pathway, recorded: int | None) -> _Limit | None:
    """The strictest of what the rules and the committee allow; None where neither says anything."""
    if not rule.table:
        return None
    decision = pathway.decisions[rule.table]
    table, value = decision.table, decision.value
    unit = cast(Unit, table.unit)
    own = recorded if rule.recorded else None
    if isinstance(value, int) and (own is None or table.strictness(value) >= table.strictness(own)):
        fired = (
            one.rule
            for one in decision.states
            if one.truth is Truth.YES and one.rule.outcome == value
        )
        basis = tuple(one for rule_ in fired for one in rule_.basis)
        return _Limit(value, unit, f"{table.label} {table.label_of(value)}", basis)
    if own is None:
        return None
    return _Limit(own, unit, f"委员会定的间隔 {table.label_of(own)}", ())
