"""How people write yes, no, numbers and dates: one reading for files, flags, cells and rules."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

YES_WORDS: Final = frozenset({"yes", "true", "是"})
NO_WORDS: Final = frozenset({"no", "false", "否"})
UNSURE_WORDS: Final = frozenset({"unsure", "不清楚"})

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INT = re.compile(r"-?[0-9]{1,15}")


def plain(text: str) -> str:
    """The text with full-width letters, digits and signs as their ASCII twins, trimmed."""
    return unicodedata.normalize("NFKC", text).strip()


def parse_int(text: str) -> int | None:
    """A whole number in ASCII or full-width digits; None for anything else."""
    digits = plain(text)
    return int(digits) if _INT.fullmatch(digits) else None


def parse_date(text: str) -> date | None:
    """A date as YYYY-MM-DD that the calendar has; None for anything else."""
    match = _DATE.fullmatch(plain(text))
    if match is None:
        return None
    year, month, day = map(int, match.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
