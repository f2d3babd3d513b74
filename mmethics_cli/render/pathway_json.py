"""The pathway as JSON for programs: format mmethics/pathway/1, described in docs/contract.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from mmethics_cli.core.decide import ConflictKept, Pathway, RuleResult
from mmethics_cli.core.law import Basis
from mmethics_cli.core.standard import Rule
from mmethics_cli.core.tables import Answer, Decision
from mmethics_cli.core.values import Element, NotApplicable, Several, Truth, Unknown, Value

FORMAT: Final = "mmethics/pathway/1"
_STATES: Final = {Truth.YES: "fired", Truth.NO: "not_fired", Truth.UNKNOWN: "undecided"}


def pathway_json(pathway: Pathway) -> str:
    """The whole pathway on one line of JSON."""
    return json.dumps(pathway_tree(pathway), ensure_ascii=False)


def pathway_tree(pathway: Pathway) -> dict[str, object]:
    standard = pathway.facts.standard
    return {
        "format": FORMAT,
        "standard": {"id": standard.id, "edition": standard.edition},
        "settled": pathway.settled,
        "decisions": _decisions(pathway),
        "open_questions": list(pathway.open_questions),
        "rules": [_rule(result) for result in pathway.rules],
        "conflicts": [_conflict(conflict) for conflict in pathway.conflicts],
    }


def _decisions(pathway: Pathway) -> dict[str, object]:
    trees: dict[str, dict[str, object]] = {}
    for name, decision in pathway.decisions.items():
        if decision.table.part_of is None:
            trees[name] = _decision(decision, _parts(pathway, name))
    return dict(trees)


def _parts(pathway: Pathway, name: str) -> dict[str, Decision]:
    return {
        part.table.part_of[1]: part
        for part in pathway.decisions.values()
        if part.table.part_of is not None and part.table.part_of[0] == name
    }


def _decision(decision: Decision, parts: Mapping[str, Decision]) -> dict[str, object]:
    tree: dict[str, object] = {"value": _answer(decision.value)}
    tree |= {name: _answer(part.value) for name, part in parts.items()}
    # A part that counts is as much of the decision as its value is.
    whole = [decision, *(part for part in parts.values() if part.table.counts)]
    if decision.table.kind == "union":
        tree["possible"] = list(decision.possible)
    tree["settled"] = all(one.settled for one in whole)
    if decision.table.type == "choice":
        tree["candidates"] = [_answer(one) for one in decision.candidates]
    tree["open"] = sorted({path for one in whole for path in one.open})
    return tree


def _answer(answer: Answer) -> object:
    return list(answer) if isinstance(answer, tuple) else answer


def _rule(result: RuleResult) -> dict[str, object]:
    return {
        "rule": result.rule.id,
        "decides": result.table.id,
        "state": _STATES[result.truth],
        "strength": result.rule.strength,
        "outcome": result.rule.outcome,
        "facts": {path: value_tree(value) for path, value in result.facts.items()},
        "needs": list(result.needs),
        "basis": basis_tree(result.rule.basis),
    }


def basis_tree(basis: Iterable[Basis]) -> list[dict[str, object]]:
    return [
        {"source": one.source, "article": one.article, "verified": one.verified} for one in basis
    ]


def _conflict(conflict: ConflictKept) -> dict[str, object]:
    over = [
        one.id if isinstance(one, Rule) else " ".join(filter(None, (one.source, one.article)))
        for one in conflict.over
    ]
    return {
        "decision": conflict.table.id,
        "kept": conflict.kept.id,
        "over": over,
        "why": conflict.why,
    }


def value_tree(value: Value) -> object:
    """A value as JSON: keys stay keys, a set is a list, a list its entries' ids."""
    match value:
        case Several(sure, _):
            return sorted(sure)
        case tuple():
            return [element.id for element in value if isinstance(element, Element)]
        case date():
            return value.isoformat()
        case NotApplicable(reason):
            return {"not_applicable": reason}
        case Unknown():
            return None
    return value
