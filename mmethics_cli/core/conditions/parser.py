"""From YAML text to a condition; every name and value is proved against the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from mmethics_cli.core.conditions.language import (
    LONGER,
    ORDER,
    All,
    Answered,
    AnyOf,
    Approved,
    Bound,
    Compare,
    Condition,
    Contains,
    Count,
    Empty,
    Every,
    FactRef,
    Limit,
    Literal_,
    NamedIn,
    Names,
    Newly,
    Not,
    OneOf,
    Only,
    Periods,
    Reference,
    Reported,
    SameAs,
    ShiftedDay,
    Some,
    SumOf,
    Test,
    TextsOf,
)
from mmethics_cli.core.conditions.written import NO_WORDS, YES_WORDS, parse_date, parse_int


class PathType(Struct, frozen=True):
    """What the parser must know of a path: its type, its keys, and whether it may not apply."""

    type: str
    keys: frozenset[str] = frozenset()
    may_be_absent: bool = False
    fields: Mapping[str, PathType] | None = None


Vocabulary = Mapping[str, PathType]


class ConditionProblem(Exception):
    """The text is no condition; the message says why in Chinese."""


_GROUPS = ("any", "all")
_TESTS_OF: Mapping[str, frozenset[str]] = {
    "bool": frozenset({"answered"}),
    "choice": frozenset({"answered"}),
    "choices": frozenset({"answered", "only", "empty", "count"}),
    "int": frozenset({"answered", "at_least", "at_most", "more_than", "less_than"}),
    "date": frozenset({"answered", *ORDER}),
    "text": frozenset(
        {"answered", "empty", "contains", "names", "named_in", "same_as", LONGER}
        | {"other_periods_than"}
    ),
    "list": frozenset({"answered", "empty", "count", "some", "every"}),
}


def parse(raw: object, vocabulary: Vocabulary, fields: Vocabulary | None = None) -> Condition:
    """Read a condition; `fields` are the dotless names of the element in scope.

    Raises ConditionProblem for an unknown path, operator or value, and for `not` over a fact
    that may not apply (a comparison on such a fact is no, so its `not` would be yes).
    """
    if not isinstance(raw, dict):
        raise ConditionProblem("条件应写成“路径: 值”")
    parts = [_part(key, value, vocabulary, fields) for key, value in raw.items()]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _part(key: str, raw: object, vocabulary: Vocabulary, fields: Vocabulary | None) -> Condition:
    if key in _GROUPS:
        if not isinstance(raw, list) or not raw:
            raise ConditionProblem(f"{key} 后面应是条件的列表")
        parts = tuple(parse(entry, vocabulary, fields) for entry in raw)
        return AnyOf(parts) if key == "any" else All(parts)
    if key == "newly":
        return Newly(parse(raw, vocabulary, fields))
    if key == "not":
        part = parse(raw, vocabulary, fields)
        _refuse_not_over_absent(part, vocabulary, fields)
        return Not(part)
    term = _term(key, vocabulary, fields)
    if isinstance(raw, dict):
        tests = [_test(key, op, value, term, vocabulary, fields) for op, value in raw.items()]
        if not tests:
            raise ConditionProblem(f"{key} 后面没有写比较")
    else:
        tests = [OneOf(_literals(key, raw, term))]
    compares: list[Condition] = [Compare(key, test) for test in tests]
    return compares[0] if len(compares) == 1 else All(tuple(compares))


def _term(path: str, vocabulary: Vocabulary, fields: Vocabulary | None) -> PathType:
    term = fields.get(path) if fields is not None and "." not in path else vocabulary.get(path)
    if term is None:
        raise ConditionProblem(f"不认识的事实“{path}”")
    return term


def _test(
    path: str,
    op: str,
    raw: object,
    term: PathType,
    vocabulary: Vocabulary,
    fields: Vocabulary | None,
) -> Test:
    if op not in _TESTS_OF[term.type]:
        raise ConditionProblem(f"“{path}”（{term.type}）不能用 {op} 比较")
    match op:
        case "some" | "every":
            part = parse(raw, vocabulary, term.fields or {})
            return Some(part) if op == "some" else Every(part)
        case "empty":
            return Empty(_yes_no(path, raw))
        case "answered":
            if raw == "own" and fields is not None and "." not in path:
                return Answered(True, own=True)
            declined = raw == "not_applicable"
            return Answered(True, True) if declined else Answered(_yes_no(path, raw))
        case "only":
            return Only(frozenset(map(str, _literals(path, raw, term))))
        case "count":
            return _count(path, raw)
        case "contains":
            return Contains(_words(path, raw))
        case "names":
            return Names(_texts(path, raw, vocabulary, fields))
        case "named_in":
            return NamedIn(_texts(path, raw, vocabulary, fields))
        case "same_as":
            return SameAs(_texts(path, raw, vocabulary, fields))
        case "longer_than" | "other_periods_than":
            return Periods(op, _texts(path, raw, vocabulary, fields))
    return Limit(op, _bound(path, raw, term, vocabulary, fields))


def _words(path: str, raw: object) -> tuple[str, ...]:
    words = raw if isinstance(raw, list) else [raw]
    if not words or not all(isinstance(word, str) for word in words):
        raise ConditionProblem(f"“{path}”的 contains 应是词的列表")
    return tuple(words)


def _texts(path: str, raw: object, vocabulary: Vocabulary, fields: Vocabulary | None) -> TextsOf:
    """A text of the study, or `list.field`: the texts in a field of all entries of a list."""
    other = str(raw)
    owner, _, name = other.rpartition(".")
    listed = vocabulary[owner].fields if owner in vocabulary else None
    texts = TextsOf(owner, name) if listed and name in listed else TextsOf(other)
    term = (listed or {}).get(name) or _term(other, vocabulary, fields)
    if term.type != "text":
        raise ConditionProblem(f"“{path}”与“{other}”类型不同，不能比较")
    return texts


def _count(path: str, raw: object) -> Count:
    if isinstance(raw, dict) and len(raw) == 1:
        op, number = next(iter(raw.items()))
        bound = parse_int(str(number))
        if op in ORDER and bound is not None:
            return Count(op, bound)
    raise ConditionProblem(f"“{path}”的 count 应写成 count: {{at_least: 2}}")


def _bound(
    path: str, raw: object, term: PathType, vocabulary: Vocabulary, fields: Vocabulary | None
) -> Bound:
    if isinstance(raw, dict):
        return _reference(path, raw, term, vocabulary, fields)
    literal = _literal(path, raw, term)
    if isinstance(literal, int | date) and not isinstance(literal, bool):
        return literal
    raise ConditionProblem(f"“{path}”的界限应是数字或日期")


def _reference(
    path: str, raw: object, term: PathType, vocabulary: Vocabulary, fields: Vocabulary | None
) -> Reference:
    """Another fact, a sum, what was last reported, or a day moved by a term."""

    def of_same_type(other: object, type_: str = term.type) -> str:
        if _term(str(other), vocabulary, fields).type != type_:
            raise ConditionProblem(f"“{path}”与“{other}”类型不同，不能比较")
        return str(other)

    match raw:
        case {"fact": other, **rest} if not rest:
            return FactRef(of_same_type(other))
        case {"reported": other, **rest} if not rest:
            return Reported(of_same_type(other))
        case {"approved": other, **rest} if not rest:
            return Approved(of_same_type(other))
        case {"sum": [_, *_] as parts, **rest} if not rest and term.type == "int":
            return SumOf(tuple(of_same_type(part) for part in parts))
        case {"fact": day, **rest} if term.type == "date" and len(rest) == 1:
            way, by = next(iter(rest.items()))
            if way in ("plus", "minus") and isinstance(by, dict) and len(by) == 1:
                unit, length = next(iter(by.items()))
                if unit in ("days", "hours"):
                    return ShiftedDay(
                        of_same_type(day),
                        of_same_type(length, "int"),
                        unit == "hours",
                        way == "minus",
                    )
    raise ConditionProblem(
        f"“{path}”的界限应是 {{fact: 路径}}、{{reported: 路径}}、{{approved: 路径}}、"
        "{sum: [路径]} 或 {fact: 日期, plus: {days: 路径}}"
    )


def _literals(path: str, raw: object, term: PathType) -> frozenset[Literal_]:
    if term.type == "list":
        raise ConditionProblem(f"“{path}”是列表，请用 some、every、empty 或 count")
    values = raw if isinstance(raw, list) else [raw]
    return frozenset(_literal(path, value, term) for value in values)


def _literal(path: str, raw: object, term: PathType) -> Literal_:
    text = raw if isinstance(raw, str) else ""
    value: Literal_ | None = text
    match term.type:
        case "bool":
            return _yes_no(path, raw)
        case "int":
            value = parse_int(text)
        case "date":
            value = parse_date(text)
        case "choice" | "choices":
            value = text if text in term.keys else None
    if value is None or raw is None:
        raise ConditionProblem(f"“{path}”没有“{raw}”这个值")
    return value


def _yes_no(path: str, raw: object) -> bool:
    text = str(raw)
    if text in YES_WORDS:
        return True
    if text in NO_WORDS:
        return False
    raise ConditionProblem(f"“{path}”应是 yes 或 no，现在是“{raw}”")


def _refuse_not_over_absent(
    condition: Condition, vocabulary: Vocabulary, fields: Vocabulary | None
) -> None:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                _refuse_not_over_absent(part, vocabulary, fields)
        case Not(part) | Newly(part):
            _refuse_not_over_absent(part, vocabulary, fields)
        case Compare(path, test):
            term = _term(path, vocabulary, fields)
            if term.may_be_absent:
                raise ConditionProblem(f"not 不能用于可能不适用的事实“{path}”，请写出想要的值")
            if isinstance(test, Some | Every):
                _refuse_not_over_absent(test.part, vocabulary, term.fields or {})
