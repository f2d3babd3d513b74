"""The facts of one dossier: answered, computed, decided; a value, unknown or not applicable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import Condition, Scope, evaluate
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Truth,
    Unknown,
    Value,
)
from mmethics_cli.core.decisions.coverage import Coverage
from mmethics_cli.core.decisions.tables import Decision, decide_table
from mmethics_cli.core.standard.model import Derived, Question, Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH, TODAY

_LACKING = (Unknown, NotApplicable)
_TRUTH: Mapping[Truth, Value] = {Truth.YES: True, Truth.NO: False, Truth.UNKNOWN: UNKNOWN}


class Facts:
    """What a study and its submission say: the answers, and what follows from them.

    `values` are the answers by path; `today` feeds `context.today`; `baseline` the facts as last
    approved; `earlier` those of the sealed submissions before this one, the newest first. Values
    are computed on demand and kept; an instance never changes.
    """

    def __init__(
        self,
        standard: Standard,
        values: Mapping[str, Value],
        today: date | None = None,
        baseline: Facts | None = None,
        earlier: Iterable[Facts] = (),
    ) -> None:
        self.standard = standard
        self.values = values
        self.today = today
        self.baseline = baseline
        self.earlier = earlier
        self._known: dict[str, Value] = {}
        self._decisions: dict[str, Decision] = {}

    def reported(self, path: str) -> Value:
        """What the last submission that answered a question said; else it does not apply."""
        answers = (facts.get(path) for facts in self.earlier)
        return next(
            (answer for answer in answers if not isinstance(answer, _LACKING)), NotApplicable()
        )

    def get(self, path: str) -> Value:
        """The value of a fact; KeyError for a path that the standard does not know."""
        value = self._known.get(path)
        if value is None:
            value = self._known[path] = self._compute(path)
        return value

    def _compute(self, path: str) -> Value:
        question = self.standard.questions.get(path)
        if question is not None:
            return self._answer(question)
        if path == TODAY:
            return UNKNOWN if self.today is None else self.today
        if path.startswith("decided."):
            return _decided(self.decision(path.removeprefix("decided.")))
        return self._derive(self.standard.derived[path])

    def _answer(self, question: Question) -> Value:
        applies = self.applies(question)
        if applies is Truth.NO:
            return NotApplicable()
        if applies is Truth.UNKNOWN:
            return UNKNOWN
        value = self.values.get(question.path, UNKNOWN)
        # What only the office can tell has not happened until it says so.
        return False if question.of_office and value is UNKNOWN else value

    def applies(self, question: Question) -> Truth:
        """Whether the question is to be asked at all."""
        return Truth.YES if question.ask_when is None else evaluate(question.ask_when, self)

    def field(self, scope: Scope, name: str) -> Value:
        """The value of a field of a list's element, NotApplicable where it is not to be asked."""
        condition = self._field(scope.list_path, name).ask_when
        applies = Truth.YES if condition is None else evaluate(condition, self, scope)
        if applies is Truth.NO:
            return NotApplicable()
        return scope.element.get(name) if applies is Truth.YES else UNKNOWN

    def _field(self, list_path: str, name: str) -> Question:
        return self.standard.fields[list_path, name]

    def decision(self, table_id: str) -> Decision:
        """What a decision table decides from these facts; KeyError for an unknown table."""
        decision = self._decisions.get(table_id)
        if decision is None:
            decision = decide_table(self.standard, self.standard.tables[table_id], self)
            self._decisions[table_id] = decision
        return decision

    @cached_property
    def coverage(self) -> Coverage:
        """Which sources cover the study."""
        return Coverage(self.standard.sources, self, self.today)

    def _derive(self, derived: Derived) -> Value:
        if derived.when is not None:
            return _TRUTH[evaluate(derived.when, self)]
        if derived.members:
            truths = {key: evaluate(member.when, self) for key, member in derived.members.items()}
            return Several(
                frozenset(key for key, truth in truths.items() if truth is Truth.YES),
                frozenset(key for key, truth in truths.items() if truth is Truth.UNKNOWN),
            )
        return self._derive_from_list(derived)

    def _derive_from_list(self, derived: Derived) -> Value:
        list_path, name = derived.collect or derived.worst or ("", "")
        elements = self.get(list_path)
        everything = frozenset(derived.values)
        if not isinstance(elements, tuple):
            open_set = Several(possible=everything)
            return open_set if derived.collect and elements is UNKNOWN else elements
        fields = [self.field(Scope(list_path, element), name) for element in elements]
        keys = frozenset(value for value in fields if isinstance(value, str))
        complete = not any(isinstance(value, Unknown) for value in fields)
        if derived.collect:
            return Several(keys, frozenset() if complete else everything - keys)
        if not fields:
            return NotApplicable()
        worst = max(keys, key=derived.order.index, default=None)
        if worst == derived.order[-1] or (complete and worst is not None):
            return worst
        return UNKNOWN

    # What is still lacking, and what a fact rests on.

    def unknown_below(self, path: str) -> frozenset[str]:
        question = self.standard.questions.get(path)
        if question is not None:
            if self.get(path) is not UNKNOWN:
                return frozenset()
            asked = question.ask_when
            return frozenset({path}) | (unknown_facts(asked, self) if asked else frozenset())
        if path.startswith("decided."):
            return frozenset(self.decision(path.removeprefix("decided.")).open)
        derived = self.standard.derived.get(path)
        if derived is None:
            return frozenset()
        below: frozenset[str] = frozenset()
        for condition in self.definition_of(path):
            below |= unknown_facts(condition, self)
        return below | self._unknown_in_list(derived)

    def _unknown_in_list(self, derived: Derived) -> frozenset[str]:
        source = derived.collect or derived.worst
        if source is None:
            return frozenset()
        list_path, name = source
        elements = self.get(list_path)
        if not isinstance(elements, tuple):
            return self.unknown_below(list_path)
        scopes = [Scope(list_path, element) for element in elements]
        return frozenset().union(*(self.unknown_field(scope, name) for scope in scopes))

    def unknown_field(self, scope: Scope, name: str) -> frozenset[str]:
        if self.field(scope, name) is not UNKNOWN:
            return frozenset()
        asked = self._field(scope.list_path, name).ask_when
        below = unknown_facts(asked, self, scope) if asked else frozenset()
        return below | {scope.path_of(name)}

    def definition_of(self, path: str) -> tuple[Condition, ...]:
        derived = self.standard.derived.get(path)
        if derived is not None:
            if derived.when is not None:
                return (derived.when,)
            return tuple(member.when for member in derived.members.values())
        return ()

    # Looking at the facts as if more were answered.

    def assuming(self, values: Mapping[str, Value]) -> Facts:
        """The facts with these answers by path put in, fields of elements as `list[id].field`."""
        merged = dict(self.values)
        for path, value in values.items():
            element = ELEMENT_PATH.fullmatch(path)
            if element is None:
                merged[path] = value
            else:
                merged[element["list"]] = _with_field(merged[element["list"]], element, value)
        return Facts(self.standard, merged, self.today, self.baseline, self.earlier)


def _decided(decision: Decision) -> Value:
    """A decision as a fact: several values that are still possible while it is not settled."""
    if decision.table.kind == "union":
        if decision.value is None:
            return NotApplicable()
        sure = decision.value if isinstance(decision.value, tuple) else ()
        return Several(frozenset(sure), frozenset(decision.possible))
    if not decision.settled:
        if decision.table.type != "choice":
            return UNKNOWN
        shown = decision.table.shows_undecided and isinstance(decision.value, str)
        keys = frozenset(outcome for outcome in decision.candidates if isinstance(outcome, str))
        fixed = frozenset({str(decision.value)}) if shown else frozenset[str]()
        return Several(fixed, keys, one_of_them=len(keys) == len(decision.candidates))
    value = decision.value
    return value if isinstance(value, str | bool | int) else NotApplicable()


def _with_field(elements: Value, place: re.Match[str], value: Value) -> Value:
    if not isinstance(elements, tuple):
        return elements
    return tuple(
        Element(element.id, {**element.fields, place["field"]: value})
        if element.id == place["id"]
        else element
        for element in elements
    )
