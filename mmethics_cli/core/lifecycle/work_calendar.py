"""Counting days: public holidays by year (holidays.yaml), working days, months and hours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import MAXYEAR, date, timedelta
from typing import Final, Literal, get_args

from msgspec import Struct, field

from mmethics_cli.core.conditions.written import parse_date, parse_int
from mmethics_cli.core.standard.node import Fault, Node, Trail, rows_of

HOLIDAYS: Final = "holidays.yaml"

Unit = Literal["小时", "日", "个工作日", "个月", "年"]

UNITS: Final[tuple[Unit, ...]] = get_args(Unit)

_DAY = timedelta(days=1)
_HOURS_A_DAY = 24
_SATURDAY = 5
_LONGEST_HOLIDAY: Final = 31  # days; beyond it a year or month was mistyped


class OutOfCalendar(Exception):
    """The day that was asked for lies beyond what a calendar can name."""


class Year(Struct, frozen=True):
    """A year's arrangement of public holidays, and the notice that made it."""

    source: str
    holidays: frozenset[date]
    working_weekends: frozenset[date]


class Counted(Struct, frozen=True):
    """A day found by counting; `without_holidays` where the holidays of a year were not known."""

    day: date
    without_holidays: bool = False


class WorkCalendar(Struct, frozen=True):
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


def read_calendar(trees: Mapping[str, object]) -> tuple[WorkCalendar, list[Fault]]:
    """The calendar of a pack, and every fault in it with its place."""
    trail = Trail()
    years: dict[int, Year] = {}
    for node in rows_of(trees, HOLIDAYS, trail):
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
