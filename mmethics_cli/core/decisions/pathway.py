"""The review pathway: every decision table weighed, with its reasons and what is still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from mmethics_cli.core.conditions.explain import facts_behind, unknown_facts
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import YES, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.tables import Decision
from mmethics_cli.core.standard.model import (
    Basis,
    DecisionTable,
    Rule,
    Strength,
    Verified,
    weakest,
)


class RuleResult(Struct, frozen=True, dict=True):
    """A rule and whether it fired; `seen` are the facts as its table saw them (`assume`)."""

    table: DecisionTable
    rule: Rule
    truth: Truth
    seen: Facts

    @cached_property
    def facts(self) -> Mapping[str, Value]:
        """The facts that the outcome rests on."""
        return facts_behind(self.rule.when, self.seen)

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The questions that the rule still waits for."""
        return tuple(sorted(unknown_facts(self.rule.when, self.seen)))

    @property
    def basis(self) -> tuple[Basis, ...]:
        """What the rule rests on for this study: the articles that cover it or may."""
        return self.seen.coverage.bases(self.rule.basis)

    @property
    def practice(self) -> bool:
        """Whether no norm asks it of this study: it is what hospitals do."""
        return self.seen.coverage.is_practice(self.rule.basis)

    @property
    def strength(self) -> Strength:
        """How far it binds this study: practice never does."""
        return "advised" if self.practice else self.rule.strength

    @cached_property
    def overruled(self) -> tuple[Basis, ...]:
        """Norms that cover this study, or may, and say something else than the rule."""
        conflict = self.rule.conflict
        return self.seen.coverage.bases(conflict.over) if conflict is not None else ()

    @property
    def verified(self) -> Verified:
        """How far the articles that it rests on were verified: as the weakest of them."""
        return weakest(self.basis) if self.basis else "text"


class ConflictKept(Struct, frozen=True):
    """Two outcomes or two norms that met, and which was kept, with what that rests on."""

    table: DecisionTable
    kept: Rule
    basis: tuple[Basis, ...]
    over: tuple[Rule | Basis, ...]
    why: str


class Pathway(Struct, frozen=True, dict=True):
    """All decisions about one submission."""

    facts: Facts

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """What each decision table decides, by its id, in the order of the pack."""
        return {table: self.facts.decision(table) for table in self.facts.standard.tables}

    @cached_property
    def open_questions(self) -> tuple[str, ...]:
        """Facts that could still change a decision that counts, in the order of the questions."""
        order = {path: index for index, path in enumerate(self.facts.standard.questions)}
        seen = {path for decision in self._counting() for path in decision.open}
        return tuple(sorted(seen, key=lambda path: (order[path.partition("[")[0]], path)))

    @property
    def settled(self) -> bool:
        """Whether no open question can change a decision that counts."""
        return all(decision.settled for decision in self._counting())

    def _counting(self) -> Iterator[Decision]:
        return (decision for decision in self.decisions.values() if decision.table.counts)

    @cached_property
    def rules(self) -> tuple[RuleResult, ...]:
        """Every rule of the tables that hold, in the order of the pack."""
        return tuple(
            result
            for decision in self.decisions.values()
            if not decision.table.assume
            for result in self.results(decision)
        )

    def rule(self, rule_id: str) -> RuleResult | None:
        """One rule by its id, noted ones too; None for an unknown id."""
        if rule_id not in self.facts.standard.rules:
            return None
        table, rule = self.facts.standard.rules[rule_id]
        return RuleResult(table, rule, evaluate(rule.when, self.facts), self.facts)

    def results(self, decision: Decision) -> Iterator[RuleResult]:
        """The rules of one decision with their reasons."""
        facts = self.facts.seen_by(decision.table)
        for state in decision.states:
            yield RuleResult(decision.table, state.rule, state.truth, facts)

    @cached_property
    def conflicts(self) -> tuple[ConflictKept, ...]:
        """Where fired rules differ (the stricter was kept) and where norms differ on one rule."""
        return tuple(
            conflict
            for decision in self.decisions.values()
            if not decision.table.assume
            for conflict in _conflicts(decision.table, list(self.results(decision)))
        )


def _conflicts(table: DecisionTable, results: list[RuleResult]) -> Iterator[ConflictKept]:
    """The conflicts of one decision; a norm that does not cover the study contradicts nothing."""
    fired = [result for result in results if result.truth is YES]
    if table.kind != "union" and fired:
        kept = max(fired, key=lambda result: table.strictness(result.rule.outcome))
        over = tuple(result.rule for result in fired if result.rule.outcome != kept.rule.outcome)
        if over:
            yield ConflictKept(table, kept.rule, kept.basis, over, "stricter")
    for result in fired:
        if result.rule.conflict is not None and result.overruled:
            text = result.rule.conflict.text
            yield ConflictKept(table, result.rule, result.basis, result.overruled, text)
