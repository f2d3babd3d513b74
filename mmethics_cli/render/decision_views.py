"""Decisions as templates see them: words ready to print."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from mmethics_cli.core.conditions.values import NO, OPEN, YES
from mmethics_cli.core.decisions.pathway import RuleResult
from mmethics_cli.core.decisions.tables import Answer, Decision
from mmethics_cli.core.standard.model import Basis, DecisionTable, Rule, Standard
from mmethics_cli.render.printing import Gap, Printable, Printing
from mmethics_cli.render.slots import Words
from mmethics_cli.render.study import Study
from mmethics_cli.wording.citation import cite, cite_for
from mmethics_cli.wording.language import CHINESE
from mmethics_cli.wording.values import labels, reasons, strength_label


class RuleView(Struct, frozen=True):
    """A rule with its reasons; `facts` and `needs` are sentences of labels."""

    id: str
    zh: str
    decision_label: str
    outcome_label: str
    strength_label: str
    facts: str
    needs: str
    basis_text: str


def rule_view(study: Study, result: RuleResult) -> RuleView:
    rule = result.rule
    return RuleView(
        id=rule.id,
        zh=rule.text,
        decision_label=result.table.label,
        outcome_label=result.table.label_of(rule.outcome),
        strength_label=strength_label(result),
        facts=reasons(study.facts, result.facts),
        needs="、".join(labels(study.facts, result.needs)),
        basis_text=cite_for(result.seen, rule.basis, marks=True),
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
        return self._decision.holds is not NO

    @property
    def by_default(self) -> bool:
        return self.holds and not self.rules and self._table.otherwise == self._decision.value

    @property
    def value_label(self) -> Printable:
        return Printable(self._print_value)

    def _print_value(self) -> str:
        for path in self._decision.open:
            self._printing.gaps[Gap("undecided", path)] = None
        return self._printing.book.put(Words(self._words(self._decision.value)))

    def _words(self, value: Answer) -> str:
        words = self._printing.words
        if isinstance(value, tuple):
            return words.joined(self._labels(value)) or words.nothing
        if value is not None:
            return self._table.label_of(value)
        if not self._decision.settled:
            return words.undecided
        initial = self._printing.facts.get("decided.review_type") == "initial"
        return words.not_applicable if initial else words.kept

    @property
    def values(self) -> list[str]:
        value = self._decision.value
        return self._labels(value) if isinstance(value, tuple) else []

    def _labels(self, keys: Iterable[str]) -> list[str]:
        """The labels of outcomes; of documents only those that the applicant hands in."""
        kinds = self._printing.study.standard.documents if self.id == "documents" else {}
        return [
            self._table.label_of(key)
            for key in keys
            if key not in kinds or kinds[key].audience == "applicant"
        ]

    @property
    def basis_text(self) -> str:
        """What the rules that fired rest on."""
        bases = [basis for result in self._fired for basis in result.rule.basis]
        return cite_for(self._printing.facts, dict.fromkeys(bases), marks=True)

    @property
    def candidates(self) -> list[str]:
        return [self._words(value) for value in self._decision.candidates]

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
        return tuple(result for result in pathway.rules if result.table is self._table)

    @property
    def _fired(self) -> list[RuleResult]:
        return [result for result in self._results if result.truth is YES]

    @cached_property
    def rules(self) -> list[RuleView]:
        """The rules that fired."""
        return [rule_view(self._printing.study, result) for result in self._fired]

    @property
    def deciding(self) -> list[str]:
        """The ids of the rules that the value rests on."""
        rules = (result.rule for result in self._fired)
        return [rule.id for rule in rules if self._decision.rests_on(rule.outcome)]

    @property
    def deciding_label(self) -> str:
        return "、".join(self.deciding) or ("默认" if self.by_default else "—")

    @property
    def default_label(self) -> str:
        """Why the value holds where no rule fired, with its basis."""
        default = self._table.default
        if default is None or not self.by_default:
            return ""
        return f"{default.text}（{cite_for(self._printing.facts, default.basis, marks=True)}）"

    @cached_property
    def undecided(self) -> list[RuleView]:
        """Rules that are not decided and could still change the value."""
        study, wanted = self._printing.study, set(self._decision.open)
        return [
            rule_view(study, result)
            for result in self._results
            if result.truth is OPEN and wanted.intersection(result.needs)
        ]

    # Tables that are printed inside this one.

    def _part(self, name: str) -> DecisionView | None:
        for decision in self._printing.study.pathway.decisions.values():
            if decision.table.part_of == (self.id, name):
                return DecisionView(self._printing, decision)
        return None

    @property
    def conditions(self) -> DecisionView | None:
        return self._part("conditions")

    @property
    def conditions_label(self) -> Printable | str:
        part = self.conditions
        return part.value_label if part is not None and part._decision.value is not None else ""

    @property
    def if_declined(self) -> list[str]:
        part = self._part("if_declined")
        return part.values if part is not None else []

    @property
    def if_declined_label(self) -> str:
        return "、".join(self.if_declined)


class ConflictView(Struct, frozen=True):
    """Norms or rules that contradict one another: which was kept, over which, and why."""

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
            over="、".join(_overruled(standard, conflict.table, other) for other in conflict.over),
            why="取更严格的结论" if conflict.why == "stricter" else conflict.why,
            basis_text=cite(standard, conflict.basis, marks=True) or CHINESE.practice,
        )


def _overruled(standard: Standard, table: DecisionTable, other: Rule | Basis) -> str:
    if isinstance(other, Basis):
        return cite(standard, [other], marks=True)
    return f"{table.label_of(other.outcome)}（{other.id}）"
