"""Which facts a fact rests on: its conditions, the bounds in them, and circles of definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from mmethics_cli.core.conditions.language import (
    All,
    AnyOf,
    Compare,
    Condition,
    Every,
    Limit,
    Newly,
    Not,
    OneOf,
    Some,
    facts_in,
)
from mmethics_cli.core.standard.model import DecisionTable, Standard


def definitions(standard: Standard, path: str) -> list[Condition]:
    """The conditions that a fact rests on: its `ask_when`, its definition, or its rules."""
    derived = standard.derived.get(path)
    if derived is not None:
        members = [member.when for member in derived.members.values()]
        return members if derived.when is None else [derived.when]
    question = standard.questions.get(path)
    if question is not None:
        return [] if question.ask_when is None else [question.ask_when]
    table = standard.tables.get(path.removeprefix("decided."))
    return [] if table is None else [rule.when for rule in table.rules] + [table.holds_when]


def taken_over(standard: Standard, path: str) -> tuple[str, ...]:
    """The facts whose values a fact, or a field (`list.field`), shows besides its own.

    What it inherits where it has no answer, and what it reckons with.
    """
    owner, _, name = path.rpartition(".")
    question = standard.questions.get(path) or standard.fields.get((owner, name))
    derived = standard.derived.get(path)
    if question is not None:
        return (question.inherits,) if question.inherits else ()
    if derived is None:
        return ()
    source = derived.collect or derived.worst
    inherited = standard.fields[source].inherits if source is not None else ""
    return (*derived.operands, *((inherited,) if inherited else ()))


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


def thresholds(standard: Standard, table: DecisionTable, path: str) -> frozenset[int | date]:
    """Bounds that the table's rules, or the facts they rest on, compare the fact at `path` with."""
    wanted = re.sub(r".*\[[^\]]*\]\.", "", path)
    bounds: set[int | date] = set()
    seen: set[str] = set()
    todo = [rule.when for rule in table.rules] + [table.holds_when]
    while todo:
        for compare in compares(todo.pop()):
            if compare.path == wanted:
                bounds |= set(_bounds(compare))
            elif compare.path not in seen:
                seen.add(compare.path)
                todo += definitions(standard, compare.path)
    return frozenset(bounds)


def _bounds(compare: Compare) -> Iterator[int | date]:
    match compare.test:
        case Limit(_, bound) if isinstance(bound, int | date):
            yield bound
        case OneOf(values):
            yield from (bound for bound in values if isinstance(bound, int | date))


def circles(standard: Standard) -> Iterator[str]:
    """Facts that rest on themselves, each circle once as `a → b → a`."""
    done: set[str] = set()
    facts = [
        *standard.questions,
        *standard.derived,
        *(f"decided.{table}" for table in standard.tables),
    ]
    for fact in facts:
        yield from _walk(standard, fact, (), done)


def _walk(standard: Standard, path: str, trail: tuple[str, ...], done: set[str]) -> Iterator[str]:
    if path in trail:
        yield " → ".join((*trail[trail.index(path) :], path))
    elif path not in done:
        for condition in definitions(standard, path):
            for compare in compares(condition):
                test = compare.test
                others = facts_in(test.bound) if isinstance(test, Limit) else ()
                for fact in (compare.path, *others):
                    yield from _walk(standard, fact, (*trail, path), done)
        for fact in taken_over(standard, path):
            yield from _walk(standard, fact, (*trail, path), done)
        done.add(path)
