"""When things are due: reports after an approval, its expiry, and reports of an event."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, timedelta
from typing import Final, Literal, cast, get_args

from mmethics_cli.core.conditions.language import ALWAYS, Condition, evaluate
from mmethics_cli.core.conditions.values import KeyPath, Truth, parse_date, parse_int
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Basis, Standard
from mmethics_cli.core.standard.node import Node, Trail

Unit = Literal["小时", "日", "个工作日", "个月", "年"]

_DAY = timedelta(days=1)
_HOURS_A_DAY = 24
_SATURDAY = 5


class OutOfCalendar(Exception):
    """The day that was asked for lies beyond what a calendar can name."""


@dataclass(frozen=True, slots=True)
class Year:
    """A year's arrangement of public holidays, and the notice that made it."""

    source: str
    holidays: frozenset[date]
    working_weekends: frozenset[date]


@dataclass(frozen=True, slots=True)
class Counted:
    """A day found by counting; `without_holidays` where the holidays of a year were not known."""

    day: date
    without_holidays: bool = False


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Public holidays by year. A year that is not there has its weekends alone."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day, as far as its year is known."""
        year = self.years.get(day.year)
        if year is not None and day in year.holidays:
            return False
        if year is not None and day in year.working_weekends:
            return True
        return day.weekday() < _SATURDAY

    def shift(self, start: date, count: int, unit: Unit) -> Counted:
        """The day that lies `count` units after `start` (before it, when negative).

        The first day is not counted. Hours round up to whole days: a date has no time of day.
        Raises OutOfCalendar.
        """
        try:
            match unit:
                case "个工作日":
                    return self._working_days(start, count)
                case "小时":
                    whole = -(-abs(count) // _HOURS_A_DAY)
                    return Counted(start + timedelta(days=whole if count > 0 else -whole))
                case "日":
                    return Counted(start + timedelta(days=count))
                case "个月":
                    return Counted(add_months(start, count))
                case "年":
                    return Counted(add_months(start, 12 * count))
        except OverflowError as error:
            raise OutOfCalendar from error

    def _working_days(self, start: date, count: int) -> Counted:
        day, left, lacking = start, abs(count), False
        step = _DAY if count > 0 else -_DAY
        while left:
            day += step
            lacking = lacking or day.year not in self.years
            left -= self.is_working_day(day)
        return Counted(day, lacking)


def add_months(start: date, months: int) -> date:
    """The same day of a later (or earlier) month, or that month's last day where it has no such.

    Raises OutOfCalendar.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if not 1 <= year <= MAXYEAR:
        raise OutOfCalendar
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


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
class _TermLimit:
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
            handed_in = done if isinstance(done, date) else None
            yield from _due(
                rule, start, limit, calendar, done=handed_in, order=order, of_event=True
            )


def in_order(dues: Iterable[Due]) -> tuple[Due, ...]:
    """The earliest first."""
    return tuple(sorted(dues, key=lambda due: (due.day, due.id)))


def _due(
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


def _limit(rule: DueRule, pathway: Pathway, recorded: int | None) -> _TermLimit | None:
    """The strictest of what the rules and the committee allow; None where neither says anything."""
    if not rule.table:
        return None
    decision = pathway.decisions[rule.table]
    table, value = decision.table, decision.value
    unit = cast(Unit, table.unit)
    own = recorded if rule.recorded else None
    if isinstance(value, int) and (own is None or table.strictness(value) >= table.strictness(own)):
        fired = (
            state.rule
            for state in decision.states
            if state.truth is Truth.YES and state.rule.outcome == value
        )
        basis = tuple(article for rule_ in fired for article in rule_.basis)
        return _TermLimit(value, unit, f"{table.label} {table.label_of(value)}", basis)
    if own is None:
        return None
    return _TermLimit(own, unit, f"委员会定的间隔 {table.label_of(own)}", ())


HOLIDAYS: Final = "holidays.yaml"
DUE_DATES: Final = "due_dates.yaml"
_LONGEST_HOLIDAY: Final = 31  # days; beyond it a year or month was mistyped
_UNITS: Final = get_args(Unit)

Fault = tuple[str, KeyPath, str]


def read_calendar(trees: Mapping[str, object]) -> tuple[WorkCalendar, list[Fault]]:
    """The calendar of a pack, and every fault in it with its place."""
    trail = Trail()
    years: dict[int, Year] = {}
    for node in _rows(trees, HOLIDAYS, trail):
        node.only("id", "source", "holidays", "working_weekends")
        number = parse_int(node.text("id"))
        if number is None or number in years:
            node.child("id").problem("id 应是年份，如 '2026'，每年一条")
            continue
        if not node.text("source").strip():
            node.child("source").problem("要写明依据哪份通知（source）")
        off = frozenset(_holidays(node, number))
        worked = frozenset(_working_weekends(node, number, off))
        years[number] = Year(node.text("source"), off, worked)
    return WorkCalendar(years), trail.problems


def read_due_rules(
    standard: Standard, trees: Mapping[str, object]
) -> tuple[tuple[DueRule, ...], list[Fault]]:
    """The due dates of a pack, and every fault in them with its place."""
    trail = Trail(vocabulary=standard.vocabulary)
    rules = tuple(_rule(node, standard) for node in _rows(trees, DUE_DATES, trail))
    return rules, trail.problems


def prove_time(standard: Standard, trees: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the pack's holidays and due dates."""
    return [*read_calendar(trees)[1], *read_due_rules(standard, trees)[1]]


def _rows(trees: Mapping[str, object], name: str, trail: Trail) -> Iterator[Node]:
    """The elements of a file, and of a folder of that name that an institution's pack may have."""
    folder = name.removesuffix(".yaml") + "/"
    for file, tree in sorted(trees.items()):
        if file == name or file.startswith(folder):
            yield from Node(file, (), tree, trail).list()


def _holidays(node: Node, year: int) -> Iterator[date]:
    if not node.has("holidays"):
        node.child("holidays").problem("缺少“holidays”")
        return
    for holiday in node.child("holidays").list():
        holiday.only("name", "from", "to")
        first = _day(holiday, "from", holiday.text("from"), year)
        last = _day(holiday, "to", holiday.text("to"), year) if holiday.has("to") else first
        if first is None or last is None:
            continue
        if not 0 <= (last - first).days < _LONGEST_HOLIDAY:
            holiday.problem(f"“{holiday.text('name', '')}”的 to 应在 from 之后，不超过一个月")
            continue
        for more in range((last - first).days + 1):
            yield first + timedelta(days=more)


def _working_weekends(node: Node, year: int, off: frozenset[date]) -> Iterator[date]:
    for text in node.texts("working_weekends"):
        day = _day(node, "working_weekends", text, year)
        if day is None:
            continue
        if day.weekday() < _SATURDAY or day in off:
            node.child("working_weekends").problem(f"“{text}”不是周末，或又写成了放假")
        else:
            yield day


def _day(node: Node, key: str, text: str, year: int) -> date | None:
    day = parse_date(text)
    if day is None or day.year != year:
        node.child(key).problem(f"“{text}”应是 {year} 年的日期，如 {year}-05-01")
        return None
    return day


def _rule(node: Node, standard: Standard) -> DueRule:
    node.only("id", "label", "when", "from", "after", "before", "recorded", "met_by", "met_on")
    start, before = node.text("from"), node.has("before")
    if before and node.has("after"):
        node.problem("after 和 before 只写一个")
    table = node.text("before" if before else "after", "")
    limits = standard.tables.get(table)
    if table and (limits is None or limits.type != "int" or limits.unit not in _UNITS):
        node.child("before" if before else "after").problem(f"没有期限表“{table}”")
    if start not in DECIDED:
        _date_question(node, "from", start, standard)
    met_on, met_by = node.text("met_on", ""), node.text("met_by", "")
    if met_on:
        _date_question(node, "met_on", met_on, standard)
    if met_by and met_by not in standard.questions["event.kind"].values:
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
