"""The review pathway: every decision table weighed, with its reasons and what is still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mmethics_cli.core.conditions.explain import facts_behind, unknown_facts
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.tables import Decision
from mmethics_cli.core.standard.model import Basis, DecisionTable, Rule, Verified, weakest


@dataclass(frozen=True)
class RuleResult:
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
    def verified(self) -> Verified:
        """How far the articles of the rule were verified: as the weakest of them."""
        return weakest(self.rule.basis)


@dataclass(frozen=True, slots=True)
class ConflictKept:
    """Two outcomes or two norms that met, and which was kept."""

    table: DecisionTable
    kept: Rule
    over: tuple[Rule | Basis, ...]
    why: str


@dataclass(frozen=True)
class Pathway:
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
        assumed = decision.table.assume
        facts = self.facts.assuming(assumed) if assumed else self.facts
        for state in decision.states:
            yield RuleResult(decision.table, state.rule, state.truth, facts)

    @cached_property
    def conflicts(self) -> tuple[ConflictKept, ...]:
        """Where fired rules differ (the stricter was kept) and where norms differ on one rule."""
        return tuple(
            conflict
            for decision in self.decisions.values()
            if not decision.table.assume
            for conflict in _conflicts(decision)
        )


def _conflicts(decision: Decision) -> Iterator[ConflictKept]:
    table = decision.table
    fired = [state.rule for state in decision.states if state.truth is Truth.YES]
    if table.kind != "union" and fired:
        kept = max(fired, key=lambda rule: table.strictness(rule.outcome))
        over = tuple(rule for rule in fired if rule.outcome != kept.outcome)
        if over:
            yield ConflictKept(table, kept, over, "stricter")
    for rule in fired:
        if rule.conflict is not None:
            yield ConflictKept(table, rule, rule.conflict.over, rule.conflict.text)
