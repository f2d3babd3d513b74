"""Counting days: months that end early, and working days between weekends and public holidays."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, timedelta
from typing import Literal

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
