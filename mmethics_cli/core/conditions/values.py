"""The values a fact can have, and the three truths of a condition about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
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


class Truth(Enum):
    """Kleene's three truths: unknown is neither yes nor no."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __invert__(self) -> Truth:
        return Truth(2 - self.value)

    @staticmethod
    def of(value: bool) -> Truth:
        """YES or NO."""
        return Truth.YES if value else Truth.NO


def all_of(truths: Iterable[Truth]) -> Truth:
    """The weakest truth; yes when there is none to weigh."""
    weakest = Truth.YES
    for truth in truths:
        if truth is Truth.NO:
            return truth
        if truth is Truth.UNKNOWN:
            weakest = truth
    return weakest


def any_of(truths: Iterable[Truth]) -> Truth:
    """The strongest truth; no when there is none to weigh."""
    strongest = Truth.NO
    for truth in truths:
        if truth is Truth.YES:
            return truth
        if truth is Truth.UNKNOWN:
            strongest = truth
    return strongest


class Unknown:
    """The fact was not answered, or answered 不清楚; never the same as no."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The question does not apply: by its `ask_when` (no reason), or as the applicant says why."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Several:
    """A choice of several keys: those that certainly belong and those that still may.

    An answered question has no possible keys; sets computed from incomplete lists may have some.
    A decision that is still open is `one_of_them`: one of these keys will be its value.
    """

    sure: frozenset[str] = frozenset()
    possible: frozenset[str] = frozenset()
    one_of_them: bool = False

    @classmethod
    def of(cls, *keys: str) -> Several:
        """An answered choice of these keys."""
        return cls(frozenset(keys))


@dataclass(frozen=True, slots=True)
class Element:
    """One entry of a list: a stable id and its fields. A missing field is unknown."""

    id: str
    fields: Mapping[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """The value of a field, UNKNOWN where it has none."""
        return self.fields.get(name, UNKNOWN)


Value = bool | int | str | date | Several | tuple[Element, ...] | Unknown | NotApplicable


# The fields of a list's entries by which people call them; the first that is answered counts.
NAME_FIELDS: Final = ("name", "title")


def name_of(element: Element) -> str:
    """What people call an entry of a list: its name or title, else its id."""
    for key in NAME_FIELDS:
        value = element.get(key)
        if isinstance(value, str):
            return value
    return element.id


KeyPath = tuple[str | int, ...]
