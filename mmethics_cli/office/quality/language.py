"""What indicators are written in: expressions over the fields of a record, and tests of them.

An expression is a field (`decided_at`, `next.held_at`), a number, or a call of a function
(`days(accepted_at, decided_at)`). A test is two-valued: what is not there passes none but
`known: no` and `not`.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial, reduce
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.core.conditions.written import NO_WORDS, YES_WORDS
from mmethics_cli.core.lifecycle.work_calendar import WorkCalendar, add_months
from mmethics_cli.core.standard.node import Node
from mmethics_cli.office.quality.courses import Record
from mmethics_cli.office.quality.histories import FIELDS


class Period(Struct, frozen=True):
    """A year that is counted, and the calendar by which its working days are."""

    year: int
    calendar: WorkCalendar
    # Working days between two days, once they were counted.
    _between: dict[tuple[date, date], int] = field(default_factory=dict)

    @property
    def begin(self) -> date:
        return date(self.year, 1, 1)

    @property
    def end(self) -> date:
        """The last day of the year, whatever day it is today."""
        return date(self.year, 12, 31)

    def holds(self, when: object) -> bool:
        """Whether a day or a time lies in it."""
        return isinstance(when, date) and when.year == self.year


class Columns:
    """Records of one kind, and what expressions come to for each of them, reckoned once.

    Indicators ask very many records for the same few things.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self._values: dict[str, Sequence[Any]] = {}

    def __len__(self) -> int:
        return len(self.records)

    def of(self, text: str, values: Callable[[], Sequence[Any]]) -> Sequence[Any]:
        """The values of an expression by its text; `values` reckons them."""
        if text not in self._values:
            self._values[text] = values()
        return self._values[text]

    def field(self, name: str) -> Sequence[Any]:
        """The values of a field."""
        return self.of(name, lambda: list(map(operator.itemgetter(name), self.records)))


# Of each record its value, or whether it meets a condition.
Expression = Callable[[Columns, Period], Sequence[Any]]
Condition = Callable[[Columns, Period], Sequence[bool]]

_CONSTANTS: Final[Mapping[str, Callable[[Period], Any]]] = {
    "begin": lambda period: period.begin,
    "end": lambda period: period.end,
    "year": lambda period: period.year,
    "previous_year": lambda period: period.year - 1,
}
_MONTH_DAY: Final = re.compile(r"(\d\d)-(\d\d)", re.ASCII)


def _as_day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _days(period: Period, first: object, last: object) -> int | None:
    if isinstance(first, date) and isinstance(last, date):
        return last.toordinal() - first.toordinal()
    return None


def _workdays(period: Period, first: object, last: object) -> int | None:
    """Working days after the first day, the last one counted; negative when it comes earlier."""
    a, b = _as_day(first), _as_day(last)
    if a is None or b is None:
        return None
    early, late = min(a, b), max(a, b)
    count = period._between.get((early, late))
    if count is None:
        between = (early + timedelta(days=n) for n in range(1, (late - early).days + 1))
        count = sum(1 for day in between if period.calendar.is_working_day(day))
        period._between[early, late] = count
    return count if a <= b else -count


def _hours(period: Period, first: object, last: object) -> float | None:
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return None
    return (last - first) / timedelta(hours=1)


def _days_before(period: Period, when: object, days: object) -> date | None:
    day = _as_day(when)
    return day - timedelta(days=days) if day and isinstance(days, int) else None


def _months_before(period: Period, when: object, months: object) -> date | None:
    day = _as_day(when)
    return add_months(day, -months) if day and isinstance(months, int) else None


def _count(period: Period, value: object) -> int | None:
    return len(value) if isinstance(value, list | set) else None


def _in_year(period: Period, times: object) -> int | None:
    return sum(1 for at in times if period.holds(at)) if isinstance(times, list) else None


def _times(period: Period, value: object, by: object) -> float | None:
    numbers = isinstance(value, int | float) and isinstance(by, int | float)
    return value * by if numbers else None  # type: ignore[operator]


# Functions by name, with the number of their arguments.
_FUNCTIONS: Final[Mapping[str, tuple[int, Callable[..., Any]]]] = {
    "days": (2, _days),
    "workdays": (2, _workdays),
    "hours": (2, _hours),
    "days_before": (2, _days_before),
    "months_before": (2, _months_before),
    "count": (1, _count),
    "in_year": (1, _in_year),
    "times": (2, _times),
}


def parse_expression(node: Node, text: str, kind: str) -> Expression:
    """The expression over records of a kind: of each its value; what is wrong is noted."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        node.problem(f"“{text}”不是算式，写字段（decided_at）或 days(accepted_at, decided_at)")
        return lambda columns, period: [None] * len(columns)
    return _compiled(node, tree, kind)


def _compiled(node: Node, tree: ast.expr, kind: str) -> Expression:
    text = ast.unparse(tree)
    match tree:
        case ast.Constant(value=int() as number):
            return lambda columns, period: [number] * len(columns)
        case ast.Name(id=name) if name in _CONSTANTS:
            constant = _CONSTANTS[name]
            return lambda columns, period: [constant(period)] * len(columns)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            count, function = _FUNCTIONS[name]
            if len(arguments) != count:
                node.problem(f"{name} 要有 {count} 项")
            parts = [_compiled(node, part, kind) for part in arguments]
            return lambda columns, period: columns.of(
                text,
                lambda: list(
                    map(partial(function, period), *(part(columns, period) for part in parts))
                ),
            )
    path = text.split(".")
    _prove_path(node, path, kind)
    if len(path) == 1:
        return lambda columns, period: columns.field(text)
    return lambda columns, period: columns.of(text, lambda: reduce(_step, path, columns.records))


def _prove_path(node: Node, path: Iterable[str], kind: str) -> None:
    here: str = kind
    for name in path:
        known = FIELDS.get(here, {})
        if name not in known:
            fields = "、".join(sorted(known)) or "没有字段"
            node.problem(f"“{here or '这里'}”没有“{name}”，可以写：{fields}")
            return
        here = known[name]


def _step(values: Iterable[Any], name: str) -> list[Any]:
    """What a field of each leads to; of a list what it leads to in each of its records."""
    return [
        value.get(name)
        if isinstance(value, dict)
        else _step(value, name)
        if isinstance(value, list)
        else None
        for value in values
    ]


def parse_condition(node: Node, kind: str) -> Condition:
    """The condition that stands here: every test of a mapping, or one of a list of conditions."""
    if isinstance(node.value, list):
        return _joined(any, [parse_condition(part, kind) for part in node.list()])
    parts: list[Condition] = []
    for key in node.mapping():
        child = node.child(key)
        if key in ("any", "not"):
            inner = parse_condition(child, kind)
            parts.append(inner if key == "any" else _negated(inner))
        else:
            value = parse_expression(child, key, kind)
            parts.append(_parse_test(child, value, kind))
    return parts[0] if len(parts) == 1 else _joined(all, parts)


def _joined(join: Callable[[Iterable[bool]], bool], parts: Sequence[Condition]) -> Condition:
    def condition(columns: Columns, period: Period) -> Sequence[bool]:
        answers = [part(columns, period) for part in parts]
        return list(map(join, zip(*answers, strict=True))) or [join(())] * len(columns)

    return condition


def _negated(condition: Condition) -> Condition:
    return lambda columns, period: [not met for met in condition(columns, period)]


def _parse_test(node: Node, value: Expression, kind: str) -> Condition:
    """The condition that the values of an expression pass the test that stands here."""
    if not isinstance(node.value, dict):
        words = node.value if isinstance(node.value, list) else [node.value]
        wanted = [_literal(str(word)) for word in words]
        return lambda columns, period: [each in wanted for each in value(columns, period)]
    tests: list[Condition] = []
    for key in node.mapping():
        child = node.child(key)
        if key == "not":
            tests.append(_negated(_parse_test(child, value, kind)))
        elif key == "known":
            tests.append(_known(value, node.yes(key)))
        elif key == "covers":
            tests.append(_covering(value, node.texts(key)))
        elif key in _COMPARISONS:
            operand = _operand(node, key, kind)
            tests.append(_compared(value, _COMPARISONS[key], operand))
        else:
            names = "、".join(("not", "known", "covers", *_COMPARISONS))
            child.problem(f"没有“{key}”这种比较，可以写：{names}")
    return tests[0] if len(tests) == 1 else _joined(all, tests)


def _literal(text: str) -> object:
    if text in YES_WORDS:
        return True
    if text in NO_WORDS:
        return False
    return int(text) if text.isascii() and text.isdigit() else text


def _operand(node: Node, key: str, kind: str) -> Expression:
    text = node.text(key)
    if fixed := _MONTH_DAY.fullmatch(text):  # a day of the year that is counted
        month, day = int(fixed[1]), int(fixed[2])
        return lambda columns, period: [date(period.year, month, day)] * len(columns)
    if re.fullmatch(r"\d+\.\d+", text, re.ASCII):
        number = float(text)
        return lambda columns, period: [number] * len(columns)
    return parse_expression(node.child(key), text, kind)


def _known(value: Expression, wanted: bool) -> Condition:
    return lambda columns, period: [(each is not None) is wanted for each in value(columns, period)]


def _covering(value: Expression, words: tuple[str, ...]) -> Condition:
    def covers(each: Any) -> bool:
        return set(words) <= {word for part in each or () for word in part}

    return lambda columns, period: list(map(covers, value(columns, period)))


def _compared(
    value: Expression, comparison: Callable[[Any, Any], bool], operand: Expression
) -> Condition:
    def compare(each: Any, other: Any) -> bool:
        try:
            return each is not None and other is not None and comparison(each, other)
        except TypeError:  # an imported row may hold anything
            return False

    def condition(columns: Columns, period: Period) -> Sequence[bool]:
        values, others = value(columns, period), operand(columns, period)
        try:  # most often all can be compared
            return [
                each is not None and other is not None and comparison(each, other)
                for each, other in zip(values, others, strict=True)
            ]
        except TypeError:
            return list(map(compare, values, others))

    return condition


def _by_day(comparison: Callable[[date, date], bool]) -> Callable[[Any, Any], bool]:
    def compare(value: Any, other: Any) -> bool:
        first, last = _as_day(value), _as_day(other)
        return first is not None and last is not None and comparison(first, last)

    return compare


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    # By the minute.
    "not_after": operator.le,
    # By the day.
    "before": _by_day(lambda value, other: value < other),
    "on_or_before": _by_day(lambda value, other: value <= other),
    "on_or_after": _by_day(lambda value, other: value >= other),
    # Of collections.
    "has": lambda value, other: other in value,
    "in": lambda value, other: value in other,
    "meets": lambda value, other: bool(set(value) & set(other)),
    "any_on_or_before": lambda value, other: any(_as_day(at) <= _as_day(other) for at in value),  # type: ignore[operator]
}
