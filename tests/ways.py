"""Ways in which people write a day, all of them certain; and texts that are no day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

_FULL: Final = str.maketrans("0123456789-/.: ", "０１２３４５６７８９－／．：　")
_HAN: Final = "〇一二三四五六七八九"


def _han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{'' if tens < 2 else _HAN[tens]}{'十' if tens else ''}{_HAN[ones] if ones else ''}"


def _han_year(year: int) -> str:
    return "".join(_HAN[int(digit)] for digit in str(year))


def _han_day(day: date) -> str:
    return f"{_han_year(day.year)}年{_han(day.month)}月{_han(day.day)}日"


def _short(day: date, sign: str) -> str:
    return f"{day.year}{sign}{day.month}{sign}{day.day}"


def _long(day: date, sign: str) -> str:
    return f"{day.year}{sign}{day.month:02}{sign}{day.day:02}"


_SIGNS: Final = (
    "-",
    "/",
    ".",
    "。",
    "、",
    ",",
    "，",
    "·",
    "\\",
    " ",
    "－",
    "／",
    "．",
    "–",
    "—",
    "−",
    "‐",
)
WAYS: Final[tuple[Callable[[date], str], ...]] = (
    *(lambda day, sign=sign: _short(day, sign) for sign in _SIGNS),
    *(lambda day, sign=sign: _long(day, sign) for sign in _SIGNS),
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day:%Y%m%d}".translate(_FULL),
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year}年{day.month}月{day.day}号",
    lambda day: f"{day.year}年{day.month}月{day.day}",
    lambda day: f"{day.year}年{day.month:02}月{day.day:02}日",
    lambda day: f"{day.year} 年 {day.month} 月 {day.day} 日",
    lambda day: f"{day.year}年{day.month}月{day.day}日".translate(_FULL),
    lambda day: _short(day, "-").translate(_FULL),
    lambda day: _long(day, "-").translate(_FULL),
    lambda day: f"  {_short(day, '-')} ",
    lambda day: f"\u3000{_long(day, '-')}\u00a0",
    lambda day: f"\ufeff{_long(day, '-')}\u200b",
    lambda day: f"{day.year} - {day.month} - {day.day}",
    lambda day: f"{day.year}/ {day.month}/ {day.day}",
    lambda day: f"{day.isoformat()} 00:00:00",
    lambda day: f"{day.isoformat()}T00:00:00Z",
    lambda day: f"{_short(day, '/')} 0:00",
    lambda day: f"{_han_year(day.year)}年{_han(day.month)}月{_han(day.day)}日",
    lambda day: f"{_han_year(day.year).replace('〇', '○')}年{_han(day.month)}月{_han(day.day)}号",
    lambda day: (
        f"{_han_year(day.year).replace('〇', '零')} 年 {_han(day.month)} 月 {_han(day.day)} 日"
    ),
)

MONTH_WAYS: Final[tuple[Callable[[date], str], ...]] = (
    lambda day: f"{day:%Y-%m}",
    lambda day: f"{day.year}-{day.month}",
    lambda day: f"{day.year}/{day.month}",
    lambda day: f"{day.year}.{day.month}",
    lambda day: f"{day.year}年{day.month}月",
    lambda day: f"{day.year}年{day.month}月份",
    lambda day: f"{day.year} 年 {day.month} 月",
    lambda day: f"{day:%Y-%m}".translate(_FULL),
    lambda day: f"{_han_year(day.year)}年{_han(day.month)}月",
)

# Not certain, or in no calendar; with a word of what is said to them.
NO_DAYS: Final = (
    ("3/1/2027", "分不清"),
    ("1.3.2027", "分不清"),
    ("25/3/2027", "年写在最前面"),
    ("27-3-1", "年写四位"),
    ("27年3月1日", "年写四位"),
    ("2027-13-1", "没有 13 月"),
    ("2027-2-30", "没有 30 日"),
    ("2027年2月29日", "没有 29 日"),
    ("20271301", "没有 13 月"),
    ("二〇二七年十三月一日", "没有 13 月"),
    ("2027-3-0", "没有 0 日"),
    ("0000-3-1", "没有这一年"),
    ("2027-3", "要写到哪一天"),
    ("2027年3月", "要写到哪一天"),
    ("2027", "只有年份"),
    ("46500", "Excel"),
    ("2027-3/1", "请写成"),
    ("2027-03-01 08:30", "请写成"),
    ("三月一日", "请写成"),
    ("明天", "请写成"),
)
