"""What a comparison may compare with besides a number or a day: other facts, and what they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from mmethics_cli.core.values import UNKNOWN, NotApplicable, Value

Read = Callable[[str], Value]


class FactRef(NamedTuple):
    """Another fact."""

    path: str


class SumOf(NamedTuple):
    """Several numbers, added."""

    paths: tuple[str, ...]


class Moved(NamedTuple):
    """A day, moved on or back by a term that is itself a fact (`decided.sae_report_hours`).

    Days have no hours: a term in hours reaches into the day on which it runs out.
    """

    path: str
    term: str
    in_hours: bool
    back: bool


class Reported(NamedTuple):
    """The same fact, or another, as an earlier submission last reported it."""

    path: str


Reference = FactRef | SumOf | Moved | Reported


def facts_in(bound: object) -> tuple[str, ...]:
    """The facts of this dossier that a bound rests on; what is sealed can't be asked any more."""
    match bound:
        case FactRef(path):
            return (path,)
        case SumOf(paths):
            return paths
        case Moved(path, term):
            return (path, term)
    return ()


def value_of(bound: Reference, read: Read, reported: Read) -> Value:
    """The value of a bound; unknown or not applicable as soon as one fact in it is."""
    match bound:
        case FactRef(path):
            return read(path)
        case Reported(path):
            return reported(path)
        case SumOf(paths):
            return _sum([read(path) for path in paths])
        case Moved(path, term, in_hours, back):
            return _moved(read(path), read(term), in_hours, back)


def _sum(values: list[Value]) -> Value:
    lacking = next((one for one in values if isinstance(one, NotApplicable)), None)
    if lacking is not None:
        return lacking
    numbers = [one for one in values if isinstance(one, int)]
    return sum(numbers) if len(numbers) == len(values) else UNKNOWN


def _moved(day: Value, term: Value, in_hours: bool, back: bool) -> Value:
    for one in (day, term):
        if isinstance(one, NotApplicable):
            return one
    if not isinstance(day, date) or not isinstance(term, int):
        return UNKNOWN
    try:
        days = timedelta(days=-(-term // 24) if in_hours else term)
        return day - days if back else day + days
    except OverflowError:
        return UNKNOWN  # beyond the calendar
