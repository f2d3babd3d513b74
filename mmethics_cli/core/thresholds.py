"""The numbers and dates at which the rules of a table change their mind about a fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from mmethics_cli.core.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Every,
    FactRef,
    Limit,
    Newly,
    Not,
    OneOf,
    Some,
)
from mmethics_cli.core.standard import Standard, Table


def thresholds(standard: Standard, table: Table, path: str) -> frozenset[int | date]:
    """Bounds that the table's rules, or the facts they rest on, compare the fact at `path` with."""
    wanted = re.sub(r".*\[[^\]]*\]\.", "", path)
    found: set[int | date] = set()
    seen: set[str] = set()
    todo = [rule.when for rule in table.rules] + [table.holds_when]
    while todo:
        for compare in compares(todo.pop()):
            if compare.path == wanted:
                found |= set(_bounds(compare))
            elif compare.path not in seen:
                seen.add(compare.path)
                todo += _definitions(standard, compare.path)
    return frozenset(found)


def compares(condition: Condition) -> Iterator[Compare]:
    """Every comparison in a condition, nested ones too."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from compares(part)
        case Not(part) | Newly(part):
            yield from compares(part)
        case Compare(_, test):
            yield condition
            if isinstance(test, Some | Every):
                yield from compares(test.part)


def _bounds(compare: Compare) -> Iterator[int | date]:
    match compare.test:
        case Limit(_, bound) if not isinstance(bound, FactRef):
            yield bound
        case OneOf(values):
            yield from (one for one in values if isinstance(one, int | date))


def _definitions(standard: Standard, path: str) -> list[Condition]:
    derived = standard.derived.get(path)
    if derived is not None:
        members = [member.when for member in derived.members.values()]
        return members if derived.when is None else [derived.when]
    question = standard.questions.get(path)
    if question is not None:
        return [] if question.ask_when is None else [question.ask_when]
    table = standard.tables.get(path.removeprefix("decided."))
    return [] if table is None else [rule.when for rule in table.rules] + [table.holds_when]
