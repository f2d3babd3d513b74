"""Time that passes in a study, and what age people reach in it."""

from __future__ import annotations

from datetime import date
from typing import Final

from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Unknown, Value

_MONTHS_OF_YEAR: Final = 12


def months_between(start: Value, end: Value, *, certain: bool) -> Value:
    """Months from one day to another, a month begun counts whole; 0 when the end is no later.

    A presumption, made only where it is `certain` and both days are known; else nothing applies.
    """
    if not certain or not isinstance(start, date) or not isinstance(end, date):
        return NotApplicable()
    months = (end.year - start.year) * _MONTHS_OF_YEAR + end.month - start.month
    return max(0, months + (end.day > start.day))


def years_after(age: Value, months: Value) -> Value:
    """The age in years that somebody of an age may reach within so many months.

    A year begun counts whole: the next birthday may be tomorrow. Where no time passes nobody grows
    older, and nothing applies.
    """
    for operand in (months, age):
        if isinstance(operand, NotApplicable | Unknown):
            return UNKNOWN if isinstance(operand, Unknown) else NotApplicable()
    if not isinstance(age, int) or not isinstance(months, int) or months <= 0:
        return NotApplicable()
    return age - (-months // _MONTHS_OF_YEAR)
