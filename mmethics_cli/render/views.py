"""Decisions, review items and lists as templates see them: words ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from mmethics_cli.core.conditions import evaluate
from mmethics_cli.core.decide import RuleResult
from mmethics_cli.core.explain import facts_behind
from mmethics_cli.core.law import Basis
from mmethics_cli.core.self_check import ANSWERS
from mmethics_cli.core.standard import ReviewItem, Rule, Standard, Table
from mmethics_cli.core.tables import Answer, Decision
from mmethics_cli.core.values import Truth
from mmethics_cli.render.citation import cite, verified_mark
from mmethics_cli.render.printing import Mark, Printing
from mmethics_cli.render.slots import Words
from mmethics_cli.render.study import Study
from mmethics_cli.render.values import NOT_APPLICABLE, NOTHING, Gap, labels, reasons

KEPT = "沿用上次批准"
OPEN = "尚不能判定"
STRENGTH = {"required": "必须", "advised": "从严建议"}
SEVERITY = {"mandatory": "必须", "recommended": "建议"}
APPLIES = {Truth.YES: "适用", Truth.NO: "不适用", Truth.UNKNOWN: OPEN}


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule with its reasons; `facts` and `needs` are sentences of labels."""

    id: str
    zh: str
    decision_label: str
    outcome_label: str
    strength_label: str
    facts: str
    needs: str
    basis_text: str
    verified_mark: str


def rule_view(study: Study, result: RuleResult) -> RuleView:
    rule, standard = result.rule, study.standard
    return RuleView(
        id=rule.id,
        zh=rule.text,
        decision_label=result.table.label,
        outcome_label=result.table.label_of(rule.outcome),
        strength_label=STRENGTH[rule.strength],
        facts=reasons(study.facts, result.facts),
        needs="、".join(labels(study.facts, result.needs)),
        basis_text=cite(standard, rule.basis, marks=True),
        verified_mark=verified_mark(rule.basis),
    )


class DecisionView:
    """What a table decided. Printing an unsettled value records the facts it waits for."""

    def __init__(self, printing: Printing, decision: Decision) -> None:
        self._printing = printing
        self._decision = decision
        self._table = decision.table

    @property
    def id(self) -> str:
        return self._table.id

    @property
    def label(self) -> str:
        return self._table.label

    @property
    def settled(self) -> bool:
        return self._decision.settled

    @property
    def holds(self) -> bool:
        """False where the table is not weighed for this submission."""
        return self._decision.holds is not Truth.NO

    @property
    def by_default(self) -> bool:
        return self.holds and not self.rules and self._table.otherwise == self._decision.value

    @property
    def value_label(self) -> Mark:
        return Mark(self._print_value)

    def _print_value(self) -> str:
        for path in self._decision.open:
            self._printing.gaps[Gap("undecided", path)] = None
        return self._printing.book.put(Words(self._words(self._decision.value)))

    def _words(self, value: Answer) -> str:
        if isinstance(value, tuple):
            return "、".join(self._labels(value)) or NOTHING
        if value is not None:
            return self._table.label_of(value)
        if not self._decision.settled:
            return OPEN
        initial = self._printing.facts.get("decided.review_type") == "initial"
        return NOT_APPLICABLE if initial else KEPT

    @property
    def values(self) -> list[str]:
        value = self._decision.value
        return self._labels(value) if isinstance(value, tuple) else []

    def _labels(self, keys: Iterable[str]) -> list[str]:
        """The labels of outcomes; of papers only those that the applicant hands in."""
        papers = self._printing.study.standard.documents if self.id == "documents" else {}
        return [
            self._table.label_of(key)
            for key in keys
            if key not in papers or papers[key].audience == "applicant"
        ]

    @property
    def basis_text(self) -> str:
        """What the rules that fired rest on."""
        bases = (base for one in self._results if one.truth is Truth.YES for base in one.rule.basis)
        return cite(self._printing.study.standard, dict.fromkeys(bases), marks=True)

    @property
    def candidates(self) -> list[str]:
        return [self._words(one) for one in self._decision.candidates]

    @property
    def candidates_label(self) -> str:
        return "、".join(self.candidates)

    @property
    def possible(self) -> list[str]:
        return self._labels(self._decision.possible)

    @property
    def possible_label(self) -> str:
        return "、".join(self.possible)

    @property
    def open(self) -> list[str]:
        return labels(self._printing.facts, self._decision.open)

    @property
    def open_label(self) -> str:
        return "、".join(self.open)

    @cached_property
    def _results(self) -> tuple[RuleResult, ...]:
        pathway = self._printing.study.pathway
        if self._table.assume:
            return tuple(pathway.results(self._decision))
        return tuple(one for one in pathway.rules if one.table is self._table)

    @cached_property
    def rules(self) -> list[RuleView]:
        """The rules that fired."""
        study = self._printing.study
        return [rule_view(study, one) for one in self._results if one.truth is Truth.YES]

    @cached_property
    def undecided(self) -> list[RuleView]:
        """Rules that are not decided and could still change the value."""
        study, wanted = self._printing.study, set(self._decision.open)
        return [
            rule_view(study, one)
            for one in self._results
            if one.truth is Truth.UNKNOWN and wanted.intersection(one.needs)
        ]

    # Tables that are printed inside this one.

    def _part(self, name: str) -> DecisionView | None:
        decisions = self._printing.study.pathway.decisions
        found = (one for one in decisions.values() if one.table.part_of == (self.id, name))
        return next((DecisionView(self._printing, one) for one in found), None)

    @property
    def conditions(self) -> DecisionView | None:
        return self._part("conditions")

    @property
    def conditions_label(self) -> Mark | str:
        part = self.conditions
        return part.value_label if part is not None and part._decision.value is not None else ""

    @property
    def if_declined(self) -> list[str]:
        part = self._part("if_declined")
        return part.values if part is not None else []

    @property
    def if_declined_label(self) -> str:
        return "、".join(self.if_declined)


@dataclass(frozen=True, slots=True)
class ConflictView:
    decision_label: str
    kept: str
    over: str
    why: str
    basis_text: str


def conflict_views(study: Study) -> Iterator[ConflictView]:
    standard = study.standard
    for conflict in study.pathway.conflicts:
        outcome = conflict.table.label_of
        yield ConflictView(
            decision_label=conflict.table.label,
            kept=f"{outcome(conflict.kept.outcome)}（{conflict.kept.id}）",
            over="、".join(_over(standard, conflict.table, one) for one in conflict.over),
            why="取更严格的结论" if conflict.why == "stricter" else conflict.why,
            basis_text=cite(standard, conflict.kept.basis, marks=True),
        )


def _over(standard: Standard, table: Table, one: Rule | Basis) -> str:
    if isinstance(one, Basis):
        return cite(standard, [one], marks=True)
    return f"{table.label_of(one.outcome)}（{one.id}）"


@dataclass(frozen=True, slots=True)
class ItemView:
    """A review item with the applicant's answer; `applies` is yes, no or unknown."""

    id: str
    principle: str
    principle_label: str
    theme: str
    text: str
    applies: str
    applies_label: str
    answer: str
    answer_label: str
    note: str
    evidence: str
    page: str
    severity_label: str
    basis_text: str
    verified_mark: str
    reason: str


def item_view(study: Study, item: ReviewItem) -> ItemView:
    facts, standard = study.facts, study.standard
    truth = evaluate(item.applies_when, facts)
    answer = study.self_check.of(item.id)
    behind = facts_behind(item.applies_when, facts) if truth is Truth.NO else {}
    return ItemView(
        id=item.id,
        principle=item.principle,
        principle_label=standard.principles[item.principle],
        theme=item.theme,
        text=item.text,
        applies=truth.name.lower(),
        applies_label=APPLIES[truth],
        answer=answer.answer or "",
        answer_label=ANSWERS[answer.answer] if answer.answer else "",
        note=answer.note,
        evidence=_evidence(study, answer.evidence, answer.page),
        page=answer.page,
        severity_label=SEVERITY[item.severity],
        basis_text=cite(standard, item.basis, marks=True),
        verified_mark=verified_mark(item.basis),
        reason=reasons(facts, behind),
    )


def _evidence(study: Study, evidence: str, page: str) -> str:
    """The evidence by the title of its attachment or the label of its path, with its page."""
    titles = {row.id: row.title for row in study.transmittal}
    found = titles.get(evidence) or "、".join(labels(study.facts, [evidence] if evidence else []))
    return f"{found}（第{page}页）" if page else found


@dataclass(frozen=True, slots=True)
class PrincipleView:
    """One of the standard's principles and the items that (may) apply to the applicant."""

    id: str
    label: str
    items: list[ItemView]
