"""When things are due: reports after an approval, its expiry, and reports of an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, cast

from msgspec import Struct, field

from mmethics_cli.core.conditions.language import ALWAYS, Condition, evaluate
from mmethics_cli.core.conditions.values import NO, YES
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.work_calendar import (
    UNITS,
    Counted,
    OutOfCalendar,
    Unit,
    WorkCalendar,
    read_calendar,
)
from mmethics_cli.core.standard.model import Basis, Standard
from mmethics_cli.core.standard.names import KIND
from mmethics_cli.core.standard.node import Fault, Node, Trail, rows_of

DUE_DATES: Final = "due_dates.yaml"

# What a due date may count from besides the dates of an event.
DECIDED: Final = ("decision.date", "decision.valid_until")


class DueRule(Struct, frozen=True):
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

    @property
    def of_approval(self) -> bool:
        """Whether it counts from what the committee decided, not from an event."""
        return self.start in DECIDED

    def never(self, facts: Facts) -> bool:
        """Whether it can't be about a study and event of which these facts are known."""
        return evaluate(self.when, facts) is NO


class Approval(Struct, frozen=True):
    """What stands approved, of a submission and those that it re-reviews.

    `day` begins the interval; `until` is when the approval ends; `interval_months` the
    committee's own; `pathway` what was approved; `sealed_since` the kinds of submissions sealed
    since each of the days of DECIDED was set, with the days of sealing. `order` rises with each
    approval.
    """

    pathway: Pathway
    day: date
    until: date | None = None
    interval_months: int | None = None
    sealed_since: Mapping[str, tuple[tuple[str, date], ...]] = field(default_factory=dict)
    order: int = 0


class Due(Struct, frozen=True):
    """One thing that is due on a day; `done` is when it was handed in, if it was.

    `why` and `basis` say which limit was counted; `without_holidays`: in a year whose holidays are
    not known. `of_event`: it follows from an event, not from an approval.
    """

    id: str
    label: str
    day: date
    why: str = ""
    basis: tuple[Basis, ...] = ()
    done: date | None = None
    without_holidays: bool = False
    of_event: bool = False
    order: int = 0

    def days_over(self, today: date) -> int:
        """How many days it is (or was handed in) late; negative while there is time."""
        return ((self.done or today) - self.day).days

    def open(self) -> bool:
        """Whether it was not handed in yet."""
        return self.done is None


class _TermLimit(Struct, frozen=True):
    """A limit of so many units (`3 个月`), in words, and the articles that set it for the study."""

    count: int
    unit: Unit
    why: str
    basis: tuple[Basis, ...]


def due_after_approval(
    rules: tuple[DueRule, ...], approval: Approval, calendar: WorkCalendar
) -> Iterator[Due]:
    """What is due after an approval (reports, its expiry), in the order of the rules."""
    days = dict(zip(DECIDED, (approval.day, approval.until), strict=True))
    for rule in rules:
        start = days.get(rule.start)
        if start is None or rule.never(approval.pathway.facts):
            continue
        limit = _strictest(rule, approval.pathway, approval.interval_months)
        sealed = approval.sealed_since.get(rule.start, ())
        since = next((day for kind, day in sealed if kind == rule.met_by), None)
        yield from _counted(rule, start, limit, calendar, done=since, order=approval.order)


def due_after_event(
    rules: tuple[DueRule, ...], pathway: Pathway, calendar: WorkCalendar, order: int = 0
) -> Iterator[Due]:
    """The reports that an event asks for, from the dates that its submission gives."""
    facts = pathway.facts
    for rule in rules:
        if rule.of_approval or evaluate(rule.when, facts) is not YES:
            continue
        start = facts.get(rule.start)
        done = facts.get(rule.met_on) if rule.met_on else None
        if isinstance(start, date):
            limit = _strictest(rule, pathway, None)
            handed_in = done if isinstance(done, date) else None
            yield from _counted(
                rule, start, limit, calendar, done=handed_in, order=order, of_event=True
            )


def earliest_first(dues: Iterable[Due]) -> tuple[Due, ...]:
    """Due dates by their day; those of one day by id."""
    return tuple(sorted(dues, key=lambda due: (due.day, due.id)))


def _counted(
    rule: DueRule,
    start: date,
    limit: _TermLimit | None,
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


def _strictest(rule: DueRule, pathway: Pathway, recorded: int | None) -> _TermLimit | None:
    """The strictest of what the rules and the committee allow; None where neither says anything."""
    if not rule.table:
        return None
    decision = pathway.decisions[rule.table]
    table, value = decision.table, decision.value
    unit = cast(Unit, table.unit)
    own = recorded if rule.recorded else None
    if isinstance(value, int) and (own is None or table.strictness(value) >= table.strictness(own)):
        basis = tuple(
            article
            for result in pathway.results(decision)
            if result.truth is YES and result.rule.outcome == value
            for article in result.basis
        )
        return _TermLimit(value, unit, f"{table.label} {table.label_of(value)}", basis)
    if own is None:
        return None
    return _TermLimit(own, unit, f"委员会定的间隔 {table.label_of(own)}", ())


def read_due_rules(
    standard: Standard, trees: Mapping[str, object]
) -> tuple[tuple[DueRule, ...], list[Fault]]:
    """The due dates of a pack, and every fault in them with its place."""
    trail = Trail(vocabulary=standard.vocabulary)
    rules = tuple(_read_rule(node, standard) for node in rows_of(trees, DUE_DATES, trail))
    return rules, trail.problems


def prove_time(standard: Standard, trees: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the pack's holidays and due dates."""
    return [*read_calendar(trees)[1], *read_due_rules(standard, trees)[1]]


def _read_rule(node: Node, standard: Standard) -> DueRule:
    node.only("id", "label", "when", "from", "after", "before", "recorded", "met_by", "met_on")
    start, before = node.text("from"), node.has("before")
    if before and node.has("after"):
        node.problem("after 和 before 只写一个")
    table = node.text("before" if before else "after", "")
    limits = standard.tables.get(table)
    if table and (limits is None or limits.type != "int" or limits.unit not in UNITS):
        node.child("before" if before else "after").problem(f"没有期限表“{table}”")
    if start not in DECIDED:
        _date_question(node, "from", start, standard)
    met_on, met_by = node.text("met_on", ""), node.text("met_by", "")
    if met_on:
        _date_question(node, "met_on", met_on, standard)
    if met_by and met_by not in standard.questions[KIND].values:
        node.child("met_by").problem(f"没有审查事项“{met_by}”")
    recorded = node.text("recorded", "")
    if recorded not in ("", "interval_months"):
        node.child("recorded").problem("recorded 只能写 interval_months")
    return DueRule(
        id=node.text("id"),
        label=node.text("label"),
        start=start,
        table=table,
        before=before,
        recorded=bool(recorded),
        when=node.condition("when") or ALWAYS,
        met_by=met_by,
        met_on=met_on,
    )


def _date_question(node: Node, key: str, path: str, standard: Standard) -> None:
    question = standard.questions.get(path)
    if question is None or question.type != "date":
        node.child(key).problem(f"“{path}”不是问日期的问题")
