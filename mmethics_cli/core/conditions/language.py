"""The condition language: YAML mappings that are yes, no or unknown about the facts.

A mapping is all-of, a list value any-of. Comparisons on a fact that does not apply are no; on an
unknown fact they are unknown. `parser` reads them, `explain` says what they rest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import ge, gt, le, lt
from typing import Any, Final, NamedTuple, Protocol

from msgspec import Struct

from mmethics_cli.core.conditions.periods import periods_in
from mmethics_cli.core.conditions.values import (
    NO,
    OPEN,
    UNKNOWN,
    YES,
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
LONGER: Final = "longer_than"


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


class Approved(NamedTuple):
    """`{approved: path}`: a fact as it was last approved; not applicable before that."""

    path: str


Reference = FactRef | SumOf | ShiftedDay | Reported | Approved


def facts_beside(test: object) -> tuple[str, ...]:
    """The facts of this dossier that a test holds a value against, besides that value itself.

    What is sealed can't be asked any more.
    """
    match test:
        case Limit(_, FactRef(path)):
            return (path,)
        case Limit(_, SumOf(paths)):
            return paths
        case Limit(_, ShiftedDay(path, term)):
            return (path, term)
        case Names(texts) | NamedIn(texts) | SameAs(texts) | Periods(_, texts):
            return (texts.path,)
    return ()


def value_of(bound: Reference, read: Read, facts: FactReader) -> Value:
    """The value of a bound; unknown or not applicable as soon as one fact in it is."""
    match bound:
        case FactRef(path):
            return read(path)
        case Reported(path):
            return facts.reported(path)
        case Approved(path):
            return facts.baseline.get(path) if facts.baseline else NotApplicable()
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

    def is_own(self, scope: Scope, name: str) -> bool:
        """Whether nothing but the element itself answers one of its fields."""

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


class Scope(Struct, frozen=True):
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
# Values that are known, apply and are one alone.
_PLAIN: Final = frozenset({bool, int, str})
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


class TextsOf(NamedTuple):
    """The text of a fact; with `field` the texts in that field of all entries of a list."""

    path: str
    field: str = ""


class Names(NamedTuple):
    """One of those texts stands in this one (`names: list.field`)."""

    texts: TextsOf


class NamedIn(NamedTuple):
    """This text stands in one of those (`named_in: path`)."""

    texts: TextsOf


class SameAs(NamedTuple):
    """This text is one of those (`same_as: path`)."""

    texts: TextsOf


class Periods(NamedTuple):
    """The periods that this text names, held against those that the others name.

    `longer_than`: the longest is longer; `other_periods_than`: one is not among them. No where
    either side names none.
    """

    op: str
    texts: TextsOf


class Answered(NamedTuple):
    """Whether there is an answer; `declined`: one that says why the question does not apply.

    `own`: whether a field of an entry is not answered for all entries, or by another one; what is
    not answered at all is its own.
    """

    wanted: bool
    declined: bool = False
    own: bool = False


class Some(NamedTuple):
    """One element of the list at least meets the part."""

    part: Condition


class Every(NamedTuple):
    """All elements of the list meet the part; an empty list does."""

    part: Condition


BesideTexts = Names | NamedIn | SameAs | Periods
Test = OneOf | Limit | Only | Empty | Count | Contains | BesideTexts | Answered | Some | Every


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
    # Asked thousands of times a dossier: the commonest kinds first, told apart by the cheapest way.
    if type(condition) is Compare:
        path, test = condition
        return _test(test, value_at(path, facts, scope), path, facts, scope)
    if type(condition) is All:
        return _weighed(condition.parts, facts, scope, NO, YES)
    if type(condition) is AnyOf:
        return _weighed(condition.parts, facts, scope, YES, NO)
    if type(condition) is Not:
        return ~evaluate(condition.part, facts, scope)
    assert type(condition) is Newly
    before = facts.baseline
    if before is None:
        return NO
    part = condition.part
    return all_of((evaluate(part, facts, scope), ~evaluate(part, before, scope)))


def _weighed(
    parts: tuple[Condition, ...],
    facts: FactReader,
    scope: Scope | None,
    decisive: Truth,
    otherwise: Truth,
) -> Truth:
    """The decisive truth where a part has it; else unknown where a part is; else the other."""
    weighed = otherwise
    for part in parts:
        truth = evaluate(part, facts, scope)
        if truth is decisive:
            return truth
        if truth is OPEN:
            weighed = truth
    return weighed


def value_at(path: str, facts: FactReader, scope: Scope | None) -> Value:
    """The value a path names: a field of the element in scope, or a fact of the study."""
    if scope is not None and "." not in path:
        return facts.field(scope, path)
    return facts.get(path)


def _test(test: Test, value: Value, path: str, facts: FactReader, scope: Scope | None) -> Truth:
    if type(test) is OneOf and type(value) in _PLAIN:
        return YES if value in test.values else NO
    if isinstance(test, Answered):
        if test.own:
            return Truth.of(scope is None or facts.is_own(scope, path))
        if test.declined:
            return Truth.of(isinstance(value, NotApplicable) and value.reason is not None)
        return Truth.of(is_answered(value) == test.wanted)
    if value is UNKNOWN:
        return OPEN
    if isinstance(value, NotApplicable):
        return NO
    if isinstance(value, Several):
        return _test_several(test, value)
    match test:
        case OneOf(values):
            return YES if value in values else NO
        case Some(part):
            return any_of(evaluate(part, facts, inner) for inner in _scopes(value, path))
        case Every(part):
            return all_of(evaluate(part, facts, inner) for inner in _scopes(value, path))
        case Limit(op, bound):
            return _limit(op, bound, value, facts, scope)
        case Contains(words):
            return Truth.of(any(word in str(value) for word in words))
        case Names() | NamedIn() | SameAs() | Periods():
            return _beside_texts(test, str(value), facts, scope)
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
                return YES
            return OPEN if value.possible & values else NO
        case Only(keys):
            if value.sure - keys:
                return NO
            return OPEN if value.possible - keys else YES
        case Empty(wanted):
            empty = NO if value.sure else OPEN if value.possible else YES
            return empty if wanted else ~empty
        case Count(op, bound):
            least, most = len(value.sure), len(value.sure | value.possible)
            truths = {ORDER[op](number, bound) for number in range(least, most + 1)}
            return OPEN if len(truths) > 1 else Truth.of(truths.pop())
    raise TypeError(f"{test} does not fit a set")  # refused by the parser


def _limit(op: str, bound: Bound, value: Value, facts: FactReader, scope: Scope | None) -> Truth:
    if isinstance(bound, tuple):
        other = value_of(bound, lambda path: value_at(path, facts, scope), facts)
    else:
        other = bound
    if isinstance(other, NotApplicable):
        return NO
    if isinstance(other, Unknown):
        return OPEN
    return Truth.of(ORDER[op](value, other))


def _beside_texts(test: BesideTexts, text: str, facts: FactReader, scope: Scope | None) -> Truth:
    values = _values_of(test.texts, facts, scope)
    others = [value for value in values if isinstance(value, str) and value.strip()]
    match test:
        case Names():
            holds = any(stands_in(other, text) for other in others)
        case NamedIn():
            holds = any(stands_in(text, other) for other in others)
        case SameAs():
            holds = any("".join(text.split()) == "".join(other.split()) for other in others)
        case Periods(op, _):
            own, named = periods_in(text), frozenset[int]().union(*map(periods_in, others))
            if UNKNOWN in values and own:
                return OPEN  # what is not said yet may name any
            beyond = max(own, default=0) > max(named, default=0) if op == LONGER else own - named
            holds = bool(own and named and beyond)
    return YES if holds else OPEN if UNKNOWN in values else NO


def stands_in(name: str, text: str) -> bool:
    """Whether a text names what is called so: names are written with spaces inside or without."""
    return "".join(name.split()) in "".join(text.split())


def _values_of(texts: TextsOf, facts: FactReader, scope: Scope | None) -> Sequence[Value]:
    value = value_at(texts.path, facts, scope)
    if texts.field and isinstance(value, tuple):
        return [facts.field(inner, texts.field) for inner in _scopes(value, texts.path)]
    return [value]


def _scopes(value: Value, path: str) -> list[Scope]:
    return [Scope(path, element) for element in value] if isinstance(value, tuple) else []


def is_answered(value: Value) -> bool:
    """A value stands there, or the applicant said why the question does not apply."""
    if isinstance(value, NotApplicable):
        return value.reason is not None
    return value is not UNKNOWN
