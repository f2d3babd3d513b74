"""How people write days and numbers: what is certain is read, the rest is refused with a reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.core.conditions.values import Month
from mmethics_cli.core.conditions.written import (
    blank_in,
    date_advice,
    hidden_in,
    is_cut_number,
    parse_date,
    parse_int,
    parse_month,
    parse_months,
    plain,
    turns_order,
)
from tests.ways import MONTH_WAYS, NO_DAYS, WAYS

DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31))


def test_there_are_many_ways() -> None:
    assert len({way(date(2027, 3, 1)) for way in WAYS}) >= 40


@given(DAYS, st.sampled_from(WAYS))
def test_every_way_is_the_same_day(day: date, way: object) -> None:
    assert callable(way)
    assert parse_date(way(day)) == day, way(day)


@given(DAYS, st.sampled_from(MONTH_WAYS))
def test_every_way_is_the_same_month(day: date, way: object) -> None:
    assert callable(way)
    assert parse_month(way(day)) == Month(day.year, day.month, 1), way(day)


@pytest.mark.parametrize(("text", "why"), NO_DAYS)
def test_what_is_no_day_is_told_why(text: str, why: str) -> None:
    assert parse_date(text) is None
    assert why in date_advice(text) and "2027-03-01" in date_advice(text)


def test_a_day_is_no_month_and_a_month_no_day() -> None:
    assert parse_month("2027年3月1日") is None
    assert parse_month("2027-03") != date(2027, 3, 1)
    assert date(2027, 3, 1) != parse_month("2027-03")
    assert "2027-03-01 或 2027-03" in date_advice("2027", month=True)


@given(DAYS, DAYS)
def test_a_month_is_before_the_days_of_later_months_and_after_those_of_earlier_ones(
    one: date, other: date
) -> None:
    month = Month(one.year, one.month, 1)
    same = (one.year, one.month) == (other.year, other.month)
    assert (month < other) == (other > month) == (one < other and not same)
    assert (month > other) == (other < month) == (one > other and not same)
    assert (month <= other) == (other >= month) == (not month > other)
    assert (month >= other) == (other <= month) == (not month < other)


@given(st.text())
def test_no_text_does_more_than_be_no_day(text: str) -> None:
    day = parse_date(text)
    assert day is None or isinstance(day, date)
    assert date_advice(text) and date_advice(text, month=True)
    assert parse_int(text) is None or isinstance(parse_int(text), int)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3208", 3208),
        ("3,208", 3208),
        ("3，208", 3208),
        ("３，２０８", 3208),
        ("3 208", 3208),
        ("3\u00a0208", 3208),
        ("1,234,567", 1234567),
        ("3208.0", 3208),
        ("3208.00", 3208),
        ("3208例", 3208),
        ("3208 例", 3208),
        ("３２０８例", 3208),
        ("-5", -5),
        ("−5", -5),
        ("0", 0),
        ("007", 7),
    ],
)
def test_numbers_that_are_certain(text: str, number: int) -> None:
    assert parse_int(text, ("例", "人")) == number


@pytest.mark.parametrize(
    "text",
    ["3.208", "3,20", "32,08", "1.5", "10³", "①", "三百", "约320", "320+", "320份", "3-5", "", "例",
     "1e3", "0x10", "9" * 16],
)  # fmt: skip
def test_numbers_that_are_not(text: str) -> None:
    assert parse_int(text, ("例", "人")) is None


def test_months_may_be_named() -> None:
    assert [parse_months(text) for text in ("12", "12个月", "6 月", "半年")] == [12, 12, 6, None]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("1.1010120270301E+17", True),
        ("1E+17", True),
        ("１.1E+17", True),
        ("1.5E+06", False),
        ("1.1E+17个", False),
        ("2027", False),
    ],
)
def test_what_excel_leaves_of_a_long_number(text: str, cut: bool) -> None:
    assert is_cut_number(text) is cut


def test_characters_that_can_not_be_seen_are_named() -> None:
    assert hidden_in("a\u200bb") == "零宽空格 U+200B"
    assert hidden_in("a\u202eb") == "方向控制符 U+202E"
    assert turns_order("a\u202eb") and not turns_order("a\u200bb")
    assert blank_in("a\u3000b") == "全角空格 U+3000"
    assert blank_in("a\u00a0b") == "不换行空格 U+00A0"
    assert blank_in("a\u2003b") == "特殊空格 U+2003"
    assert hidden_in("何示一") is blank_in("何 示一") is None


def test_at_the_ends_they_do_no_harm() -> None:
    assert plain("\ufeff\u3000 full\u200b \u00a0") == "full"
    assert plain("\u200b") == ""
