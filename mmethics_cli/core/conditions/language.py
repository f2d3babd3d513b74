"""The condition language: YAML mappings that are yes, no or unknown about the facts.

A mapping is all-of, a list value any-of. Comparisons on a fact that does not apply are no; on an
unknown fact they are unknown. `parser` reads them, `explain` says what they rest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from operator import ge, gt, le, lt
from typing import Any, Final, NamedTuple, Protocol

from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Truth,
    Unknown,
    Value,
    all_of,
    any_of,
)

Read = Callable[[str], Value]


class FactRef(NamedTuple):
    """`{fact: path}`: the value of another fact."""

    path: str


class SumOf(NamedTuple):
    """`{sum: [path, …]}`: several numbers, added."""

    paths: tuple[str, ...]


class ShiftedDay(NamedTuple):
    """`{fact: day, plus: {days: term}}`: a day moved by a term that is itself a fact.

    Days have no hours: a term in hours reaches into the day on which it runs out.
    """

    path: str
    term: str
    in_hours: bool
    back: bool


class Reported(NamedTuple):
    """`{reported: path}`: a fact as an earlier submission last reported it."""

    path: str


Reference = FactRef | SumOf | ShiftedDay | Reported


def facts_in(bound: object) -> tuple[str, ...]:
    """The facts of this dossier that a bound rests on; what is sealed can't be asked any more."""
    match bound:
        case FactRef(path):
            return (path,)
        case SumOf(paths):
            return paths
        case ShiftedDay(path, term):
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
        case ShiftedDay(path, term, in_hours, back):
            return _moved(read(path), read(term), in_hours, back)


def _sum(values: list[Value]) -> Value:
    lacking = next((value for value in values if isinstance(value, NotApplicable)), None)
    if lacking is not None:
        return lacking
    numbers = [value for value in values if isinstance(value, int)]
    return sum(numbers) if len(numbers) == len(values) else UNKNOWN


def _moved(day: Value, term: Value, in_hours: bool, back: bool) -> Value:
    for operand in (day, term):
        if isinstance(operand, NotApplicable):
            return operand
    if not isinstance(day, date) or not isinstance(term, int):
        return UNKNOWN
    try:
        days = timedelta(days=-(-term // 24) if in_hours else term)
        return day - days if back else day + days
    except OverflowError:
        return UNKNOWN  # beyond the calendar


class FactReader(Protocol):
    """What conditions, their explanation and decision tables need of the facts of a dossier."""

    @property
    def baseline(self) -> FactReader | None:
        """The facts as last approved; None before the first approval."""

    def get(self, path: str) -> Value:
        """The value of a fact; KeyError for a path that the standard does not know."""

    def field(self, scope: Scope, name: str) -> Value:
        """The value of a field of the list element in scope."""

    def reported(self, path: str) -> Value:
        """What the last sealed submission that answered a question said."""

    def unknown_below(self, path: str) -> frozenset[str]:
        """The unanswered questions that keep the fact at `path` unknown (or partly so)."""

    def unknown_field(self, scope: Scope, name: str) -> frozenset[str]:
        """The same for a field of a list's element."""

    def definition_of(self, path: str) -> tuple[Condition, ...]:
        """The conditions that define a computed fact; none for an answered one."""

    def answers_behind(self, path: str, scope: Scope | None = None) -> Iterator[tuple[str, Value]]:
        """The answers, by path, that a fact without defining conditions takes its value from."""

    def assuming(self, values: Mapping[str, Value]) -> FactReader:
        """The same facts as if these answers, by path, were given."""

    def seen_by(self, table: Any) -> FactReader:
        """The facts as the rules of a decision table see them: with what it assumes put in."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The list element that a condition inside `some` or `every` is about."""

    list_path: str
    element: Element

    def path_of(self, name: str) -> str:
        """The path of one of the element's fields: `data.assets[ct].modality`."""
        return f"{self.list_path}[{self.element.id}].{name}"


class All(NamedTuple):
    """Every part holds (a mapping, or `all: […]`); without parts it always holds."""

    parts: tuple[Condition, ...]


class AnyOf(NamedTuple):
    """One part at least holds (`any: […]`)."""

    parts: tuple[Condition, ...]


class Not(NamedTuple):
    """The part does not hold (`not: {…}`); unknown stays unknown."""

    part: Condition


class Newly(NamedTuple):
    """The part holds now and did not hold of the approved baseline (`newly: {…}`)."""

    part: Condition


Literal_ = bool | int | str | date
Bound = int | date | Reference


class OneOf(NamedTuple):
    """The value is one of these; of several chosen keys one is."""

    values: frozenset[Literal_]


class Limit(NamedTuple):
    """The value is before or beyond a bound (`at_least`, …); `op` is a key of ORDER."""

    op: str
    bound: Bound


class Only(NamedTuple):
    """No other keys than these were chosen."""

    keys: frozenset[str]


class Empty(NamedTuple):
    """A text, list or choice of several holds nothing; `wanted` False: something."""

    wanted: bool


class Count(NamedTuple):
    """How many entries or keys there are, against a bound; `op` is a key of ORDER."""

    op: str
    bound: int


class Contains(NamedTuple):
    """One of the words stands in the text."""

    words: tuple[str, ...]


class Answered(NamedTuple):
    """Whether there is an answer; `declined`: one that says why the question does not apply."""

    wanted: bool
    declined: bool = False


class Some(NamedTuple):
    """One element of the list at least meets the part."""

    part: Condition


class Every(NamedTuple):
    """All elements of the list meet the part; an empty list does."""

    part: Condition


Test = OneOf | Limit | Only | Empty | Count | Contains | Answered | Some | Every


class Compare(NamedTuple):
    """A test on one fact; a path without a dot is a field of the element in scope."""

    path: str
    test: Test


Condition = All | AnyOf | Not | Newly | Compare
ALWAYS: Final = All(())


def alike(condition: object, other: object) -> bool:
    """Whether two conditions, or parts of them, say the same thing in the same way.

    Named tuples of two kinds are equal when what they hold is: `any` would pass for `all`.
    """
    if type(condition) is not type(other):
        return False
    if isinstance(condition, tuple) and isinstance(other, tuple):
        same_length = len(condition) == len(other)
        return same_length and all(map(alike, condition, other))
    return condition == other


ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "at_least": ge,
    "at_most": le,
    "more_than": gt,
    "less_than": lt,
    "after": gt,
    "before": lt,
}


def evaluate(condition: Condition, facts: FactReader, scope: Scope | None = None) -> Truth:
    """The truth of a condition; `scope` is the element that dotless paths belong to."""
    # Comparisons are by far the most, so they come first and cheap.
    if isinstance(condition, Compare):
        path, test = condition
        return _test(test, value_at(path, facts, scope), path, facts, scope)
    match condition:
        case All(parts):
            return all_of(evaluate(part, facts, scope) for part in parts)
        case AnyOf(parts):
            return any_of(evaluate(part, facts, scope) for part in parts)
        case Not(part):
            return ~evaluate(part, facts, scope)
        case Newly(part):
            before = facts.baseline
            if before is None:
                return Truth.NO
            return all_of((evaluate(part, facts, scope), ~evaluate(part, before, scope)))


def value_at(path: str, facts: FactReader, scope: Scope | None) -> Value:
    """The value a path names: a field of the element in scope, or a fact of the study."""
    if scope is not None and "." not in path:
        return facts.field(scope, path)
    return facts.get(path)


def _test(test: Test, value: Value, path: str, facts: FactReader, scope: Scope | None) -> Truth:
    if isinstance(test, Answered):
        if test.declined:
            return Truth.of(isinstance(value, NotApplicable) and value.reason is not None)
        return Truth.of(is_answered(value) == test.wanted)
    if value is UNKNOWN:
        return Truth.UNKNOWN
    if isinstance(value, NotApplicable):
        return Truth.NO
    if isinstance(value, Several):
        return _test_several(test, value)
    match test:
        case OneOf(values):
            return Truth.YES if value in values else Truth.NO
        case Some(part):
            return any_of(evaluate(part, facts, inner) for inner in _scopes(value, path))
        case Every(part):
            return all_of(evaluate(part, facts, inner) for inner in _scopes(value, path))
        case Limit(op, bound):
            return _limit(op, bound, value, facts, scope)
        case Contains(words):
            return Truth.of(any(word in str(value) for word in words))
        case Empty(wanted) if isinstance(value, str):
            return Truth.of((not value.strip()) == wanted)
        case Empty(wanted) if isinstance(value, tuple):
            return Truth.of((not value) == wanted)
        case Count(op, bound) if isinstance(value, tuple):
            return Truth.of(ORDER[op](len(value), bound))
    raise TypeError(f"{path}: {test} does not fit {value!r}")  # refused by the parser


def _test_several(test: Test, value: Several) -> Truth:
    """Tests on a set of which some members may still be open."""
    match test:
        case OneOf(values):
            if value.sure & values or (value.one_of_them and value.possible <= values):
                return Truth.YES
            return Truth.UNKNOWN if value.possible & values else Truth.NO
        case Only(keys):
            if value.sure - keys:
                return Truth.NO
            return Truth.UNKNOWN if value.possible - keys else Truth.YES
        case Empty(wanted):
            empty = Truth.NO if value.sure else Truth.UNKNOWN if value.possible else Truth.YES
            return empty if wanted else ~empty
        case Count(op, bound):
            least, most = len(value.sure), len(value.sure | value.possible)
            truths = {ORDER[op](number, bound) for number in range(least, most + 1)}
            return Truth.UNKNOWN if len(truths) > 1 else Truth.of(truths.pop())
    raise TypeError(f"{test} does not fit a set")  # refused by the parser


def _limit(op: str, bound: Bound, value: Value, facts: FactReader, scope: Scope | None) -> Truth:
    if isinstance(bound, int | date):
        other: Value = bound
    else:
        other = value_of(bound, lambda path: value_at(path, facts, scope), facts.reported)
    if isinstance(other, NotApplicable):
        return Truth.NO
    if isinstance(other, Unknown):
        return Truth.UNKNOWN
    return Truth.of(ORDER[op](value, other))


def _scopes(value: Value, path: str) -> list[Scope]:
    return [Scope(path, element) for element in value] if isinstance(value, tuple) else []


def is_answered(value: Value) -> bool:
    """A value stands there, or the applicant said why the question does not apply."""
    if isinstance(value, NotApplicable):
        return value.reason is not None
    return value is not UNKNOWN
