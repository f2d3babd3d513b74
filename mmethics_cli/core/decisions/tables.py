"""Decision tables: which rules fired, what they decide together, and what could still change it.

Strictest wins; unknown never relaxes. A decision is settled when no way of filling the open facts
changes its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import FactReader, evaluate
from mmethics_cli.core.conditions.values import NO, OPEN, YES, Several, Truth, Value
from mmethics_cli.core.standard.definitions import thresholds
from mmethics_cli.core.standard.model import DecisionTable, Outcome, Rule, Standard
from mmethics_cli.core.standard.names import question_at

# Joint fillings of the open facts are tried up to this number; beyond it all of them stay open.
FILLINGS = 256

Answer = Outcome | tuple[str, ...] | None


class RuleState(Struct, frozen=True):
    """A rule and whether it fires: yes, no, or not decided yet."""

    rule: Rule
    truth: Truth


class Decision(Struct, frozen=True):
    """What a table decides.

    `value` is one outcome, for a union those that hold (None: nothing is decided here);
    `candidates` are the values that it may still take, `possible` the outcomes that may still
    join a union, `open` the paths of the questions that could change it. `holds`: whether the
    table decides anything of such a submission.
    """

    table: DecisionTable
    value: Answer
    settled: bool
    candidates: tuple[Answer, ...]
    possible: tuple[str, ...]
    open: tuple[str, ...]
    states: tuple[RuleState, ...]
    holds: Truth = YES

    def rests_on(self, outcome: Outcome) -> bool:
        """Whether a rule with this outcome is a reason for the value."""
        if isinstance(self.value, tuple):
            return outcome in self.value
        return outcome == self.value


def decide_table(standard: Standard, table: DecisionTable, facts: FactReader) -> Decision:
    """What a table decides from the facts: the strictest of the rules that fire, or all of them.

    Open facts that could change it are tried out together, as long as they have no more than
    FILLINGS combinations; those that change nothing are dropped.
    """
    # A rule that the institution noted is shown with its reason and decides nothing.
    rules = (rule for rule in table.rules if not rule.noted)
    first = _weigh(table, tuple(RuleState(rule, OPEN) for rule in rules), facts)
    if first.settled:
        return first
    lacking = set(_lacking(first, facts.seen_by(table)))
    if first.holds is OPEN:
        lacking |= unknown_facts(table.holds_when, facts)
    return _try_fillings(standard, first, tuple(sorted(lacking)), facts)


def _weigh(table: DecisionTable, states: tuple[RuleState, ...], facts: FactReader) -> Decision:
    """What the table decides as far as the facts go; rules that were settled before stay so."""
    holds = evaluate(table.holds_when, facts)
    if holds is NO:
        alone = () if table.elsewhere is None else (table.elsewhere,)
        return Decision(table, table.elsewhere, True, alone, (), (), (), holds)
    seen = facts.seen_by(table)
    weighed = tuple(
        RuleState(state.rule, evaluate(state.rule.when, seen)) if state.truth is OPEN else state
        for state in states
    )
    weigh = _weigh_union if table.kind == "union" else _weigh_strictest
    return weigh(table, weighed, holds)


def _weigh_strictest(table: DecisionTable, states: tuple[RuleState, ...], holds: Truth) -> Decision:
    fired = [state.rule.outcome for state in states if state.truth is YES]
    best = max(fired, key=table.strictness, default=None)
    firm = table.otherwise if best is None else best
    candidates: set[Outcome] = set() if firm is None else {firm}
    candidates |= {state.rule.outcome for state in _counting(table, states, best)}
    ordered: list[Answer] = [*sorted(candidates, key=table.strictness)]
    if firm is None and candidates:
        ordered.insert(0, None)  # the undecided rules may all turn out not to fire
    if holds is OPEN and table.elsewhere not in ordered:
        ordered.insert(0, table.elsewhere)
    settled = len(ordered) <= 1
    if settled:
        value = ordered[0] if ordered else None
    elif table.shows_undecided:
        value = table.undecided
    else:
        # A candidate that must not be shown before its rule fires stays a candidate only.
        shown = [
            outcome
            for outcome in ordered
            if outcome == best or outcome not in table.never_provisional
        ]
        value = shown[-1] if shown else None
    return Decision(table, value, settled, tuple(ordered), (), (), states, holds)


def _weigh_union(table: DecisionTable, states: tuple[RuleState, ...], holds: Truth) -> Decision:
    fired = {state.rule.outcome for state in states if state.truth is YES}
    open_ = {state.rule.outcome for state in states if state.truth is OPEN} - fired
    if holds is OPEN:
        open_ |= fired
        fired = set()
    value = tuple(key for key in table.order if key in fired)
    possible = tuple(key for key in table.order if key in open_)
    settled = not possible and holds is YES
    return Decision(table, value, settled, (value,), possible, (), states, holds)


def _counting(
    table: DecisionTable, states: Iterable[RuleState], best: Outcome | None
) -> Iterator[RuleState]:
    """Undecided rules that could still change the outcome: those that could beat what fired."""
    for state in states:
        if state.truth is OPEN and (
            best is None or table.strictness(state.rule.outcome) > table.strictness(best)
        ):
            yield state


def _lacking(decision: Decision, facts: FactReader) -> Iterator[str]:
    table, states = decision.table, decision.states
    if table.kind == "union":
        counting: Iterable[RuleState] = (
            state for state in states if state.rule.outcome in decision.possible
        )
    else:
        fired = [state.rule.outcome for state in states if state.truth is YES]
        counting = _counting(table, states, max(fired, key=table.strictness, default=None))
    for state in counting:
        yield from unknown_facts(state.rule.when, facts)


def _try_fillings(
    standard: Standard, first: Decision, lacking: tuple[str, ...], facts: FactReader
) -> Decision:
    """Drop the open facts that change nothing, whatever the others are."""
    table = first.table
    choices = [_fillings(standard, table, path) for path in lacking]
    number = 1
    for values in choices:
        number *= FILLINGS + 1 if values is None else len(values)
    if number > FILLINGS:
        return replace(first, open=lacking)
    listed = [values for values in choices if values is not None]
    results = {}
    for index in product(*(range(len(values)) for values in listed)):
        filling = {path: listed[axis][index[axis]] for axis, path in enumerate(lacking)}
        results[index] = _weigh(table, first.states, facts.assuming(filling))
    open_ = tuple(path for axis, path in enumerate(lacking) if _matters(axis, results))
    if open_:
        nothing = any(result.value is None for result in results.values())
        candidates = tuple(value for value in first.candidates if value is not None or nothing)
        return replace(first, open=open_, candidates=candidates)
    only = next(iter(results.values()))
    return Decision(table, only.value, True, only.candidates, (), (), first.states, first.holds)


def _fillings(standard: Standard, table: DecisionTable, path: str) -> tuple[Value, ...] | None:
    """Every answer that an open fact could get, as far as the table can tell them apart.

    None when the answers can't be listed (a text, a list).
    """
    question = question_at(standard, path)
    match question.type:
        case "bool":
            return (True, False)
        case "choice":
            return tuple(question.values)
        case "choices":
            keys = [key for key in question.values if key != question.none_value]
            none: tuple[Value, ...] = () if question.at_least_one else (Several(),)
            return none + tuple(Several.of(key) for key in keys)
        case "int" | "date":
            return _both_sides(thresholds(standard, table, path)) or None
    return None


def _both_sides(bounds: frozenset[int | date]) -> tuple[Value, ...]:
    """Values on every side of the thresholds: each of them, one less and one more."""
    return tuple(
        {
            bound + timedelta(days=step) if isinstance(bound, date) else bound + step
            for bound in bounds
            for step in (-1, 0, 1)
        }
    )


def _matters(axis: int, results: dict[tuple[int, ...], Decision]) -> bool:
    seen: dict[tuple[int, ...], object] = {}
    for index, result in results.items():
        rest = index[:axis] + index[axis + 1 :]
        outcome = (result.value, result.candidates, result.possible)
        if seen.setdefault(rest, outcome) != outcome:
            return True
    return False
