"""The values a fact can have, and the three truths of a condition about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Final

from msgspec import Struct, field


class Truth(Enum):
    """Kleene's three truths: unknown is neither yes nor no."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    def __invert__(self) -> Truth:
        return self if self is OPEN else YES if self is NO else NO

    @staticmethod
    def of(value: bool) -> Truth:
        """YES or NO."""
        return YES if value else NO


# By names of their own where conditions are weighed, thousands of times a dossier: CPython 3.11
# looks a member of an Enum up at fifteen times the cost of a name.
NO: Final = Truth.NO
OPEN: Final = Truth.UNKNOWN
YES: Final = Truth.YES


def all_of(truths: Iterable[Truth]) -> Truth:
    """The weakest truth; yes when there is none to weigh."""
    weakest = YES
    for truth in truths:
        if truth is NO:
            return truth
        if truth is OPEN:
            weakest = truth
    return weakest


def any_of(truths: Iterable[Truth]) -> Truth:
    """The strongest truth; no when there is none to weigh."""
    strongest = NO
    for truth in truths:
        if truth is YES:
            return truth
        if truth is OPEN:
            strongest = truth
    return strongest


class Month(date):
    """A month of which nobody said the day: it holds the first, and is written without.

    Against a day of the same month it is neither before nor after.
    """

    def isoformat(self) -> str:
        return super().isoformat()[:7]

    def __str__(self) -> str:
        return self.isoformat()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Month) and super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.year, self.month))

    def __lt__(self, other: date) -> bool:
        return (self.year, self.month) < (other.year, other.month)

    def __gt__(self, other: date) -> bool:
        return (self.year, self.month) > (other.year, other.month)

    def __le__(self, other: date) -> bool:
        return not self > other

    def __ge__(self, other: date) -> bool:
        return not self < other


class Unknown(Struct, frozen=True):
    """The fact was not answered, or answered 不清楚; never the same as no."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Placeholder(Unknown, frozen=True):
    """Words that stand where an answer should (待定, 见方案): kept as they are, and no answer.

    Only on the way between a file and a person; the facts of a study hold UNKNOWN instead.
    """

    text: str


class NotApplicable(Struct, frozen=True):
    """The question does not apply: by its `ask_when` (no reason), or as the applicant says why."""

    reason: str | None = None


class Several(Struct, frozen=True):
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


class Element(Struct, frozen=True):
    """One entry of a list: a stable id and its fields. A missing field is unknown.

    `fields` are what was answered for the entry itself; `inherited` what it takes over from the
    entry that it is like, None where there is no such entry: nobody knows then what it says.
    """

    id: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    inherited: Mapping[str, Value] | None = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """The value of a field, its own before what it inherits; UNKNOWN where it has none."""
        own = self.fields.get(name, UNKNOWN)
        if own is not UNKNOWN or not self.inherited:
            return own
        return self.inherited.get(name, UNKNOWN)

    def takes_over(self, name: str) -> bool:
        """Whether another entry answers a field for this one."""
        return name not in self.fields and name in (self.inherited or {})


Value = bool | int | str | date | Several | tuple[Element, ...] | Unknown | NotApplicable


# The fields of a list's entries by which people call them; the first that is answered counts.
NAME_FIELDS: Final = ("name", "title")


def answered(value: Value) -> Value:
    """The value as facts hold it: UNKNOWN for a placeholder, entries without theirs."""
    if isinstance(value, Placeholder):
        return UNKNOWN
    if isinstance(value, tuple):
        return tuple(
            Element(
                entry.id,
                {key: held for key, held in entry.fields.items() if not isinstance(held, Unknown)},
            )
            for entry in value
        )
    return value


def name_of(element: Element) -> str:
    """What people call an entry of a list: its name or title, else its id."""
    for key in NAME_FIELDS:
        value = element.get(key)
        if isinstance(value, str):
            return value
    return element.id


def entry_of(entries: Value, id_: str) -> Element | None:
    """The entry of a list with that id, if it is a list and has one."""
    return _by_id(SameEntries(entries)).get(id_) if isinstance(entries, tuple) else None


class SameEntries:
    """A list that equals only itself: to tell long ones apart by what they hold takes long."""

    def __init__(self, entries: tuple[Element, ...]) -> None:
        self.entries = entries

    def __hash__(self) -> int:
        return id(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameEntries) and self.entries is other.entries


@lru_cache(maxsize=16)
def _by_id(same: SameEntries) -> Mapping[str, Element]:
    return {entry.id: entry for entry in reversed(same.entries)}


KeyPath = tuple[str | int, ...]
