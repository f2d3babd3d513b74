"""How people write yes and no, numbers and days, and the characters in it that they can't see.

Every entrance reads by these: files, flags, cells and prompts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Final

from mmethics_cli.core.conditions.values import Month

# As the files of a pack write them, and as answers are written back.
YES_WORDS: Final = frozenset({"yes", "true", "是"})
NO_WORDS: Final = frozenset({"no", "false", "否"})
UNSURE_WORDS: Final = frozenset({"unsure", "不清楚"})
# What else people write for yes and no, and for none of several.
YES_TYPED: Final = YES_WORDS | {"y", "是的", "对", "√", "✓", "✔", "☑"}
NO_TYPED: Final = NO_WORDS | {"n", "不是", "不对", "×", "✗", "✘"}
NONE_TYPED: Final = frozenset({"无", "没有", "否", "以上都没有", "都没有", "[]"})

# Characters.

_HIDDEN_NAMES: Final = {
    "\u00ad": "软连字符",
    "\u034f": "组合连接符",
    "\u061c": "方向标记",
    "\u180e": "元音分隔符",
    "\u200b": "零宽空格",
    "\u200c": "零宽不连字",
    "\u200d": "零宽连字",
    "\u200e": "方向标记",
    "\u200f": "方向标记",
    "\u2060": "词连接符",
    "\ufeff": "零宽不换行空格",
}
# These turn round the order in which the characters after them are shown.
_TURNING: Final = "\u202a-\u202e\u2066-\u2069"
_ENDS: Final = "".join(_HIDDEN_NAMES) + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_HIDDEN: Final = f"[{''.join(_HIDDEN_NAMES)}{_TURNING}]"
_TURNS: Final = f"[{_TURNING}]"
# Emoji are joined, and letters of Arabic and Indian scripts shaped, by what stands between them.
_AT_WORK: Final = (
    "(?<=[\u0600-\u1fff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d](?=\\S)"
)
# Blanks that look like the space between words and are another character to a program.
_BLANKS: Final = "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_BLANK_NAMES: Final = {"\u00a0": "不换行空格", "\u3000": "全角空格"}


def hidden_in(text: str) -> str | None:
    """The name of the first character in a text that can't be seen; None where there is none."""
    match = re.search(_HIDDEN, text)
    return None if match is None else _named(match[0])


def unseen_in(text: str) -> str | None:
    """The same, but for a joiner where it does its work: a joined emoji, a letter's shape."""
    return None if hidden_in(text) is None else hidden_in(re.sub(_AT_WORK, "", text))


def turns_order(text: str) -> bool:
    """Whether a character in a text turns the order of what follows it."""
    return re.search(_TURNS, text) is not None


def blank_in(text: str) -> str | None:
    """The name of the first blank in a text that is no ordinary space (全角空格 U+3000)."""
    match = re.search(_BLANKS, text)
    return None if match is None else _named(match[0])


def _named(character: str) -> str:
    names = _HIDDEN_NAMES | _BLANK_NAMES
    usual = "特殊空格" if re.match(_BLANKS, character) else "方向控制符"
    return f"{names.get(character, usual)} U+{ord(character):04X}"


def plain(text: str) -> str:
    """The text with full-width letters, digits and signs as their ASCII twins.

    Blanks, and characters that can't be seen, go at both ends.
    """
    return _trimmed(unicodedata.normalize("NFKC", text))


def _trimmed(text: str) -> str:
    while (shorter := text.strip().strip(_ENDS)) != text:
        text = shorter
    return text


# Numbers.

# Full-width forms alone: other twins mean something else (10³ is not 103, ① is no number).
_NARROW: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(blank): " " for blank in "\u3000\u00a0\u2007\u2009\u202f"
}
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"), "-")
# Patterns are compiled when first wanted: most numbers and days are written plainly.
_DIGITS: Final = "-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,3}(?: [0-9]{3}){1,4})"
_CUT_NUMBER: Final = r"[0-9](?:\.[0-9]+)?E\+(?:1[1-9]|[2-9][0-9])"


def _narrow(text: str) -> str:
    return _trimmed(text.translate(_NARROW).translate(_DASHES))


def parse_int(text: str, units: Iterable[str] = ()) -> int | None:
    """A whole number, its thousands set apart or not (3,208), and with one of the units behind it.

    Digits may be full-width; 3208.0 is whole too. None for anything else.
    """
    number = _narrow(text)
    for unit in sorted(units, key=len, reverse=True):
        if number.endswith(unit):
            number = number.removesuffix(unit).rstrip()
            break
    for zeros in (".00", ".0"):
        if number.endswith(zeros) and "," not in number:
            number = number.removesuffix(zeros)
            break
    if not re.fullmatch(_DIGITS, number):
        return None
    return int(number.replace(",", "").replace(" ", ""))


def parse_months(text: str) -> int | None:
    """A number of months, with or without 个月 behind it; None for anything else."""
    return parse_int(text, ("个月", "月"))


def is_cut_number(text: str) -> bool:
    """Whether a text is what Excel shows of a long number, its last digits lost: 1.10101E+17."""
    return re.fullmatch(_CUT_NUMBER, _narrow(text)) is not None


# Numbers as sentences say them; answers are not read so.
_HAN_ONES: Final = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMERALS: Final = _HAN_ONES | _HAN_TENS


def numeral_at(text: str, at: int) -> tuple[int | None, int]:
    """The whole number that begins at a place of a sentence (30, 三十, 两百), and where it ends.

    None within a longer one, for one with a fraction, and for a vague one (几百).
    """
    for signs in ("0123456789０１２３４５６７８９", _HAN_NUMERALS):
        end = at
        while end < len(text) and text[end] in signs:
            end += 1
        if end > at:
            before = text[at - 1] if at else " "
            part = before in signs or before in "几数." or text[end : end + 1] == "."
            return (None if part else _counted(text[at:end])), end
    return None, at


def _counted(signs: str) -> int:
    if signs.isdecimal():
        return int(signs)
    total, ones = 0, 0
    for sign in signs:
        if sign in _HAN_ONES:
            ones = _HAN_ONES[sign]
        else:
            total, ones = total + (ones or 1) * _HAN_TENS[sign], 0
    return total + ones


# Days and months.

_YEAR: Final = "(?P<year>[0-9]{4})"
_MONTH: Final = "(?P<month>[0-9]{1,2})"
_DAY: Final = "(?P<day>[0-9]{1,2})"
_SIGN: Final = r"\s*(?P<sign>[-/.。、,·\\]|\s)\s*"
_DAYS: Final = (
    rf"{_YEAR}{_SIGN}{_MONTH}\s*(?P=sign)\s*{_DAY}",
    rf"{_YEAR}\s*年\s*{_MONTH}\s*月\s*{_DAY}\s*[日号]?",
    "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
)
_MONTHS: Final = rf"{_YEAR}\s*[-/.。年]\s*{_MONTH}\s*(?:月份?)?"
_MIDNIGHT: Final = r"[ T]0?0:00(?::00(?:\.0+)?)?Z?$"
_YEAR_LAST: Final = r"([0-9]{1,2})\s*[-/. ]\s*([0-9]{1,2})\s*[-/. ]\s*[0-9]{4}"
_SHORT_YEAR: Final = r"[0-9]{2}\s*[-/. 年]\s*[0-9]{1,2}\s*[-/. 月]\s*[0-9]{1,2}\s*[日号]?"
_HAN_DIGITS: Final = {ord(sign): str(at) for at, sign in enumerate("〇一二三四五六七八九")} | {
    ord("○"): "0",
    ord("零"): "0",
}
_HAN_YEAR: Final = r"[〇○零一二三四五六七八九]{4}\s*年"
_HAN_NUMBER: Final = "[一二三四五六七八九十廿卅]+"
_HOW: Final = "请写成 2027-03-01 的样子"
_HOW_MONTH: Final = "请写成 2027-03-01 或 2027-03 的样子"


def parse_date(text: str) -> date | None:
    """A day as people write it: 2027-3-1, 2027/3/1, 2027.3.1, 2027年3月1日, 20270301.

    In Chinese numerals too (二〇二七年三月一日). The year comes first and has four digits. None for
    anything else, and for a day that no calendar has.
    """
    match = _day_match(_day_text(text))
    return None if match is None else _calendar_day(match)


def parse_month(text: str) -> Month | None:
    """A month as people write it: 2027-03, 2027/3, 2027年3月; None for anything else."""
    match = re.fullmatch(_MONTHS, _day_text(text))
    first = None if match is None else _calendar_day(match)
    return None if first is None else Month(first.year, first.month, 1)


def date_advice(text: str, *, month: bool = False) -> str:
    """How to write a day (or month), and why this text is none where that is plain."""
    how, why = _HOW_MONTH if month else _HOW, _why_no_date(_day_text(text), month)
    return f"{why}，{how}" if why else how


def _why_no_date(written: str, month: bool) -> str:
    if match := _day_match(written) or re.fullmatch(_MONTHS, written):
        if _calendar_day(match) is None:
            return _no_such_day(match)
        return "" if month else "要写到哪一天"
    if match := re.fullmatch(_YEAR_LAST, written):
        unclear = all(int(number) <= 12 for number in match.groups())
        return f"{'分不清哪个是月、哪个是日，' if unclear else ''}年写在最前面"
    if re.fullmatch(_SHORT_YEAR, written):
        return "年写四位，写在最前面"
    if re.fullmatch("[0-9]{4}年?", written):
        return "只有年份"
    if re.fullmatch("[0-9]{5}", written):
        return "这是 Excel 里代表日期的数字"
    return ""


def _no_such_day(match: re.Match[str]) -> str:
    parts = match.groupdict()
    if int(parts["year"]) == 0:
        return "没有这一年"
    if not 1 <= int(parts["month"]) <= 12:
        return f"没有 {int(parts['month'])} 月"
    return f"{parts['year']} 年 {int(parts['month'])} 月没有 {int(parts['day'])} 日"


def _calendar_day(match: re.Match[str]) -> date | None:
    """The day of a match; the first of its month where it names none."""
    parts = match.groupdict()
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts.get("day") or 1))
    except ValueError:
        return None


def _day_match(written: str) -> re.Match[str] | None:
    matches = (re.fullmatch(form, written) for form in _DAYS)
    return next((match for match in matches if match), None)


def _day_text(text: str) -> str:
    """A day as it was written, in ASCII digits and signs, without the hour 00:00."""
    written = re.sub(_MIDNIGHT, "", _narrow(text))
    if written[:1] not in "0123456789" and re.match(_HAN_YEAR, written):
        year, rest = written[:4].translate(_HAN_DIGITS), "".join(written[4:].split())
        return year + re.sub(_HAN_NUMBER, lambda match: han_number(match[0]), rest)
    return written


def han_number(text: str) -> str:
    """三 → 3, 十 → 10, 廿八 → 28, 三十一 → 31; the text itself where it is no such number."""
    tens, ten, ones = text.replace("廿", "二十").replace("卅", "三十").rpartition("十")
    if not ten:
        return text.translate(_HAN_DIGITS) if len(text) == 1 else text
    digits = (tens or "一").translate(_HAN_DIGITS) + (ones or "〇").translate(_HAN_DIGITS)
    return digits if len(digits) == 2 and digits.isdigit() else text
