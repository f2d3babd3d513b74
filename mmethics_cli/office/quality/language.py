"""What indicators are written in: expressions over the fields of a record, and tests of them.

An expression is a field (`decided_at`, `next.held_at`), a number, or a call of a function
(`days(accepted_at, decided_at)`). A test is two-valued: what is not there passes none but
`known: no` and `not`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
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


Expression = Callable[[Record, Period], Any]
Condition = Callable[[Record, Period], bool]

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
    a, b = _as_day(first), _as_day(last)
    return None if a is None or b is None else (b - a).days


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
    """The expression over records of a kind; what is wrong with it is noted."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        node.problem(f"“{text}”不是算式，写字段（decided_at）或 days(accepted_at, decided_at)")
        return lambda record, period: None
    return _compiled(node, tree, kind)


def _compiled(node: Node, tree: ast.expr, kind: str) -> Expression:
    match tree:
        case ast.Constant(value=int() as number):
            return lambda record, period: number
        case ast.Name(id=name) if name in _CONSTANTS:
            constant = _CONSTANTS[name]
            return lambda record, period: constant(period)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            count, function = _FUNCTIONS[name]
            if len(arguments) != count:
                node.problem(f"{name} 要有 {count} 项")
            parts = [_compiled(node, part, kind) for part in arguments]
            return lambda record, period: function(
                period, *(part(record, period) for part in parts)
            )
    path = ast.unparse(tree).split(".")
    _prove_path(node, path, kind)
    if len(path) == 1:
        name = path[0]
        return lambda record, period: record.get(name)
    return lambda record, period: _at(record, path)


def _prove_path(node: Node, path: Iterable[str], kind: str) -> None:
    here: str = kind
    for name in path:
        known = FIELDS.get(here, {})
        if name not in known:
            fields = "、".join(sorted(known)) or "没有字段"
            node.problem(f"“{here or '这里'}”没有“{name}”，可以写：{fields}")
            return
        here = known[name]


def _at(value: Any, path: list[str]) -> Any:
    """What a path leads to; of a list what it leads to in each of its records."""
    for at, name in enumerate(path):
        if isinstance(value, list):
            return [_at(each, path[at:]) for each in value]
        value = value.get(name) if isinstance(value, dict) else None
    return value


def parse_condition(node: Node, kind: str) -> Condition:
    """The condition that stands here: every test of a mapping, or one of a list of conditions."""
    if isinstance(node.value, list):
        options = [parse_condition(part, kind) for part in node.list()]
        return lambda record, period: any(option(record, period) for option in options)
    parts: list[Condition] = []
    for key in node.mapping():
        child = node.child(key)
        if key in ("any", "not"):
            inner = parse_condition(child, kind)
            parts.append(inner if key == "any" else _negated(inner))
        else:
            value = parse_expression(child, key, kind)
            parts.append(_tested(value, _parse_test(child, kind)))
    if len(parts) == 1:
        return parts[0]
    return lambda record, period: all(part(record, period) for part in parts)


def _negated(condition: Condition) -> Condition:
    return lambda record, period: not condition(record, period)


Test = Callable[[Any, Record, Period], bool]


def _tested(value: Expression, test: Test) -> Condition:
    return lambda record, period: test(value(record, period), record, period)


def _parse_test(node: Node, kind: str) -> Test:
    if not isinstance(node.value, dict):
        words = node.value if isinstance(node.value, list) else [node.value]
        wanted = [_literal(str(word)) for word in words]
        return lambda value, record, period: value in wanted
    tests: list[Test] = []
    for key in node.mapping():
        child = node.child(key)
        if key == "not":
            tests.append(_untrue(_parse_test(child, kind)))
        elif key == "known":
            tests.append(_known(node.yes(key)))
        elif key == "covers":
            tests.append(_covering(node.texts(key)))
        elif key in _COMPARISONS:
            tests.append(_compared(_COMPARISONS[key], _operand(node, key, kind)))
        else:
            names = "、".join(("not", "known", "covers", *_COMPARISONS))
            child.problem(f"没有“{key}”这种比较，可以写：{names}")
    if len(tests) == 1:
        return tests[0]
    return lambda value, record, period: all(test(value, record, period) for test in tests)


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
        return lambda record, period: date(period.year, month, day)
    if re.fullmatch(r"\d+\.\d+", text, re.ASCII):
        number = float(text)
        return lambda record, period: number
    return parse_expression(node.child(key), text, kind)


def _untrue(test: Test) -> Test:
    return lambda value, record, period: not test(value, record, period)


def _known(wanted: bool) -> Test:
    return lambda value, record, period: (value is not None) is wanted


def _covering(words: tuple[str, ...]) -> Test:
    def test(value: Any, record: Record, period: Period) -> bool:
        return set(words) <= {word for each in value or () for word in each}

    return test


def _compared(comparison: Callable[[Any, Any], bool], operand: Expression) -> Test:
    def test(value: Any, record: Record, period: Period) -> bool:
        other = operand(record, period)
        try:
            return value is not None and other is not None and comparison(value, other)
        except TypeError:  # an imported row may hold anything
            return False

    return test


def _by_day(comparison: Callable[[date, date], bool]) -> Callable[[Any, Any], bool]:
    def compare(value: Any, other: Any) -> bool:
        first, last = _as_day(value), _as_day(other)
        return first is not None and last is not None and comparison(first, last)

    return compare


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": lambda value, other: bool(value == other),
    "gt": lambda value, other: bool(value > other),
    "ge": lambda value, other: bool(value >= other),
    "lt": lambda value, other: bool(value < other),
    "le": lambda value, other: bool(value <= other),
    # By the minute.
    "not_after": lambda value, other: bool(value <= other),
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
