"""Time that passes: months begun count whole, and so does the year that ends in a birthday."""

from __future__ import annotations

from datetime import date

import pytest

from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Value
from mmethics_cli.core.decisions.elapsed import months_between, years_after

START = date(2027, 4, 15)


@pytest.mark.parametrize(
    ("end", "months"),
    [
        (date(2027, 4, 15), 0),
        (date(2027, 4, 16), 1),
        (date(2027, 5, 15), 1),
        (date(2028, 4, 16), 13),
        (date(2027, 1, 1), 0),
        (UNKNOWN, NotApplicable()),
        (NotApplicable("未定"), NotApplicable()),
    ],
)
def test_months_are_presumed_between_known_days(end: Value, months: Value) -> None:
    assert months_between(START, end, certain=True) == months
    assert months_between(START, end, certain=False) == NotApplicable()


@pytest.mark.parametrize(
    ("age", "months", "reached"),
    [
        (17, 1, 18),
        (17, 12, 18),
        (17, 13, 19),
        (12, 60, 17),
        (17, 0, NotApplicable()),
        (17, UNKNOWN, UNKNOWN),
        (UNKNOWN, 12, UNKNOWN),
        (UNKNOWN, NotApplicable(), NotApplicable()),
    ],
)
def test_the_next_birthday_may_be_tomorrow(age: Value, months: Value, reached: Value) -> None:
    assert years_after(age, months) == reached
