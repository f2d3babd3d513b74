"""What the truth of a condition rests on: the facts that made it, and those still lacking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mmethics_cli.core.conditions.language import (
    All,
    AnyOf,
    Compare,
    Condition,
    Every,
    FactReader,
    Newly,
    Not,
    Scope,
    Some,
    evaluate,
    facts_beside,
    value_at,
)
from mmethics_cli.core.conditions.values import OPEN, UNKNOWN, Truth, Value


def unknown_facts(
    condition: Condition, facts: FactReader, scope: Scope | None = None
) -> frozenset[str]:
    """Paths of the questions whose answers the condition still waits for; empty when it is settled.

    Fields of elements are named `list[id].field`.
    """
    if evaluate(condition, facts, scope) is not OPEN:
        return frozenset()
    match condition:
        case All(parts) | AnyOf(parts):
            return _union(unknown_facts(part, facts, scope) for part in parts)
        case Not(part) | Newly(part):
            return unknown_facts(part, facts, scope)
        case Compare(path, Some(part) | Every(part)):
            value = value_at(path, facts, scope)
            if not isinstance(value, tuple):
                return facts.unknown_below(path)
            return _union(unknown_facts(part, facts, Scope(path, element)) for element in value)
        case Compare(path, test):
            below = _unknown_at(path, facts, scope)
            for other in facts_beside(test):
                below |= _unknown_at(other, facts, scope)
            return below


def _unknown_at(path: str, facts: FactReader, scope: Scope | None) -> frozenset[str]:
    if scope is not None and "." not in path:
        return facts.unknown_field(scope, path)
    return facts.unknown_below(path)


def facts_behind(
    condition: Condition, facts: FactReader, scope: Scope | None = None
) -> Mapping[str, Value]:
    """The facts that made the condition what it is, by path; unknown ones are left out.

    For a yes the parts that are yes, for a no those that are no; computed facts are opened up to
    the answers they rest on.
    """
    truth = evaluate(condition, facts, scope)
    return dict(_behind(condition, truth, facts, scope))


def _behind(
    condition: Condition, truth: Truth, facts: FactReader, scope: Scope | None
) -> Iterator[tuple[str, Value]]:
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                if evaluate(part, facts, scope) is truth:
                    yield from _behind(part, truth, facts, scope)
        case Not(part):
            yield from _behind(part, ~truth, facts, scope)
        case Newly(part):
            yield from _behind(part, evaluate(part, facts, scope), facts, scope)
        case Compare(path, Some(part) | Every(part)):
            value = value_at(path, facts, scope)
            if not isinstance(value, tuple) or not value:
                yield from _known([(path, value)])
                return
            for element in value:
                inner = Scope(path, element)
                if evaluate(part, facts, inner) is truth:
                    yield from _behind(part, truth, facts, inner)
        case Compare(path, _):
            yield from _at(path, facts, scope)


def _at(path: str, facts: FactReader, scope: Scope | None) -> Iterator[tuple[str, Value]]:
    if scope is None or "." in path:
        scope = None
        if definition := facts.definition_of(path):
            for condition in definition:
                yield from _behind(condition, evaluate(condition, facts), facts, None)
            return
    for behind, value in _known(facts.answers_behind(path, scope)):
        if facts.definition_of(behind):
            yield from _at(behind, facts, None)  # what was inherited is computed itself
        else:
            yield behind, value


def _known(answers: Iterable[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    return ((path, value) for path, value in answers if value is not UNKNOWN)


def _union(sets: Iterator[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
