"""The facts of one dossier: answered, computed, decided; a value, unknown or not applicable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

from msgspec.structs import replace

from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import Condition, Scope, evaluate
from mmethics_cli.core.conditions.values import (
    NO,
    OPEN,
    UNKNOWN,
    YES,
    Element,
    NotApplicable,
    Several,
    Truth,
    Unknown,
    Value,
    name_of,
)
from mmethics_cli.core.decisions.coverage import Coverage
from mmethics_cli.core.decisions.elapsed import months_between, years_after
from mmethics_cli.core.decisions.likeness import source_of, with_likeness
from mmethics_cli.core.decisions.tables import Decision, decide_table
from mmethics_cli.core.standard.model import DecisionTable, Derived, Question, Standard
from mmethics_cli.core.standard.names import (
    AGAIN,
    ELEMENT_PATH,
    OUTCOME,
    PAPERS,
    TODAY,
    SubmissionOutcome,
)

_LACKING = (Unknown, NotApplicable)
_TRUTH: Mapping[Truth, Value] = {YES: True, NO: False, OPEN: UNKNOWN}


class Facts:
    """What a study and its submission say: the answers, and what follows from them.

    `values` are the answers by path; `today` feeds `context.today`; `baseline` the facts as last
    approved; `earlier` those of the sealed submissions before this one, the newest first; `folded`
    the documents that are a section of another paper (`DocumentKind.within`), for `context.papers`;
    `answered` those of the one whose decision this one answers, `handed_in` those of the round of
    this one before the office asked for more; `outcome` what the committee decided on it. Values
    are computed on demand and kept; an instance never changes.
    """

    def __init__(
        self,
        standard: Standard,
        values: Mapping[str, Value],
        today: date | None = None,
        baseline: Facts | None = None,
        earlier: Iterable[Facts] = (),
        folded: frozenset[str] = frozenset(),
        answered: Facts | None = None,
        handed_in: Facts | None = None,
        outcome: SubmissionOutcome = "open",
    ) -> None:
        self.standard = standard
        self.values = with_likeness(standard, values)
        self.today = today
        self.baseline = baseline
        self.earlier = earlier
        self.folded = folded
        self.answered = answered
        self.handed_in = handed_in
        self.outcome = outcome
        self._known: dict[str, Value] = {}
        self._decisions: dict[str, Decision] = {}
        # By the entry itself, which is kept with them: its number is no other's as long as it is.
        self._fields: dict[int, tuple[Element, dict[str, Value]]] = {}

    def having(self, values: Mapping[str, Value], today: date | None = None) -> Facts:
        """The same submission with other answers, as of another day if one is given."""
        return self.beside(self.standard, values, today)

    def beside(
        self, standard: Standard, values: Mapping[str, Value], today: date | None = None
    ) -> Facts:
        """The same in another standard's words."""
        before = (self.baseline, self.earlier, self.folded, self.answered, self.handed_in)
        return Facts(standard, values, today or self.today, *before, self.outcome)

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
        if path == AGAIN:
            return self.handed_in is not None
        if path == OUTCOME:
            return self.outcome
        if path == PAPERS:
            return Several(frozenset(self.standard.documents) - self.folded)
        if path.startswith("decided."):
            return _decided(self.decision(path.removeprefix("decided.")))
        return self._derive(self.standard.derived[path])

    def _answer(self, question: Question) -> Value:
        applies = self.applies(question)
        value = self.values.get(question.path, UNKNOWN)
        if applies is not YES:
            return _unasked(question, applies, value)
        if value is UNKNOWN and self.may_inherit(question):
            return self.get(question.inherits)
        # What only the office can tell has not happened until it says so.
        return False if question.of_office and value is UNKNOWN else value

    def applies(self, question: Question) -> Truth:
        """Whether the question is to be asked at all."""
        return YES if question.ask_when is None else evaluate(question.ask_when, self)

    def field(self, scope: Scope, name: str) -> Value:
        """The value of a field of a list's element, NotApplicable where it is not to be asked."""
        kept = self._fields.get(id(scope.element))
        if kept is None:
            kept = self._fields[id(scope.element)] = (scope.element, {})
        value = kept[1].get(name)
        if value is None:
            value = kept[1][name] = self._compute_field(scope, name)
        return value

    def _compute_field(self, scope: Scope, name: str) -> Value:
        field, value = self._field(scope.list_path, name), scope.element.get(name)
        if field.ask_when is not None:
            applies = evaluate(field.ask_when, self, scope)
            if applies is not YES:
                return _unasked(field, applies, scope.element.fields.get(name, UNKNOWN))
        if value is UNKNOWN and self.may_inherit(field, scope):
            return self.get(field.inherits)
        if field.like_by and (source := self.like(scope)) is not None:
            return name_of(source)
        return value

    def may_inherit(self, question: Question, scope: Scope | None = None) -> bool:
        """Whether the value of another fact certainly holds where a question has no answer."""
        if not question.inherits or (scope is not None and scope.element.inherited is None):
            return False
        when = question.inherits_when
        return when is None or evaluate(when, self, scope) is YES

    def is_own(self, scope: Scope, name: str) -> bool:
        """Whether an element says otherwise than the one it is like, else than what it inherits.

        What nobody answered is its own.
        """
        field, value = self._field(scope.list_path, name), self.field(scope, name)
        if (source := self.like(scope)) is not None:
            return value != self.field(Scope(scope.list_path, source), name)
        if value is UNKNOWN or not self.may_inherit(field, scope):
            return True
        return value != self.get(field.inherits)

    def like(self, scope: Scope) -> Element | None:
        """The entry that an element of a list is like."""
        likeness, entries = self.standard.likening.get(scope.list_path), self.get(scope.list_path)
        if likeness is None or not isinstance(entries, tuple):
            return None
        return source_of(likeness, entries, scope.element)

    def _field(self, list_path: str, name: str) -> Question:
        return self.standard.fields[list_path, name]

    def decision(self, table_id: str) -> Decision:
        """What a decision table decides from these facts; KeyError for an unknown table."""
        decision = self._decisions.get(table_id)
        if decision is None:
            decision = decide_table(self.standard, self.standard.tables[table_id], self)
            self._decisions[table_id] = decision
        return decision

    def decision_by_entry(self, table_id: str) -> Mapping[str, Decision]:
        """What a table with `by_entry` decides of each entry alone, by its id; else nothing."""
        listed = self.standard.tables[table_id].by_entry
        elements = self.get(listed) if listed else ()
        return {
            element.id: self.assuming({listed: (element,)}).decision(table_id)
            for element in (elements if isinstance(elements, tuple) else ())
        }

    @cached_property
    def coverage(self) -> Coverage:
        """Which sources cover the study."""
        return Coverage(self.standard.sources, self, self.today)

    def _derive(self, derived: Derived) -> Value:
        if derived.months_between:
            certain = derived.when is None or evaluate(derived.when, self) is YES
            return months_between(*map(self.get, derived.months_between), certain=certain)
        if derived.years_after:
            return years_after(*map(self.get, derived.years_after))
        if derived.when is not None:
            return _TRUTH[evaluate(derived.when, self)]
        if derived.members:
            truths = {key: evaluate(member.when, self) for key, member in derived.members.items()}
            return (_last if derived.type == "choice" else _all)(truths)
        return self._derive_from_list(derived)

    def _derive_from_list(self, derived: Derived) -> Value:
        list_path, name = derived.collect or derived.worst or ("", "")
        elements = self.get(list_path)
        everything = frozenset(derived.values)
        if derived.collect and (inherited := self._answering_for_all(list_path, name)):
            whole = self.get(inherited)
            return Several.of(whole) if isinstance(whole, str) else Several(possible=everything)
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

    def _answering_for_all(self, list_path: str, name: str) -> str:
        """What a field inherits, where the list has no entry that could say otherwise; else ''."""
        elements = self.get(list_path)
        some = isinstance(elements, tuple) and elements
        field = self._field(list_path, name)
        return "" if some or field.shared else field.inherits

    # What is still lacking, and what a fact rests on.

    def unknown_below(self, path: str) -> frozenset[str]:
        question = self.standard.questions.get(path)
        if question is not None:
            if self.get(path) is not UNKNOWN:
                return frozenset()
            asked = unknown_facts(question.ask_when, self) if question.ask_when else frozenset()
            return asked | self._unknown_source(question, path)
        if path.startswith("decided."):
            return frozenset(self.decision(path.removeprefix("decided.")).open)
        derived = self.standard.derived.get(path)
        if derived is None or (derived.operands and self.get(path) is not UNKNOWN):
            return frozenset()
        below: frozenset[str] = frozenset()
        for condition in self.definition_of(path):
            below |= unknown_facts(condition, self)
        return below | self._unknown_in_list(derived)

    def _unknown_in_list(self, derived: Derived) -> frozenset[str]:
        source = derived.collect or derived.worst
        if source is None:
            return frozenset().union(*map(self.unknown_below, derived.operands))
        list_path, name = source
        elements = self.get(list_path)
        if inherited := self._answering_for_all(list_path, name):
            return self.unknown_below(inherited)
        if not isinstance(elements, tuple):
            return self.unknown_below(list_path)
        scopes = [Scope(list_path, element) for element in elements]
        return frozenset().union(*(self.unknown_field(scope, name) for scope in scopes))

    def unknown_field(self, scope: Scope, name: str) -> frozenset[str]:
        if self.field(scope, name) is not UNKNOWN:
            return frozenset()
        field = self._field(scope.list_path, name)
        asked = unknown_facts(field.ask_when, self, scope) if field.ask_when else frozenset()
        return asked | self._unknown_source(field, scope.path_of(name), scope)

    def _unknown_source(
        self, question: Question, path: str, scope: Scope | None = None
    ) -> frozenset[str]:
        """What would make an unanswered question known: its own answer, or what it inherits."""
        follows = not question.shared and self.may_inherit(question, scope)
        below = self.unknown_below(question.inherits) if follows else frozenset[str]()
        return below or frozenset({path})

    def definition_of(self, path: str) -> tuple[Condition, ...]:
        derived = self.standard.derived.get(path)
        if derived is None or derived.operands:
            return ()
        if derived.when is not None:
            return (derived.when,)
        return tuple(member.when for member in derived.members.values())

    def answers_behind(self, path: str, scope: Scope | None = None) -> Iterator[tuple[str, Value]]:
        """The answers, by path, that a fact without defining conditions takes its value from.

        Itself where it is an answer; else what it inherits, reckons with or gathers.
        """
        question = self._field(scope.list_path, path) if scope else None
        question = question or self.standard.questions.get(path)
        derived = None if question else self.standard.derived.get(path)
        if question is not None and self._follows(question, scope):
            yield from self.answers_behind(question.inherits)
        elif scope is not None:
            yield scope.path_of(path), self.field(scope, path)
        elif derived is not None and derived.operands:
            for operand in derived.operands:
                yield from self.answers_behind(operand)
        elif derived is not None and derived.collect and self._field(*derived.collect).inherits:
            yield from self._gathered(*derived.collect)
        else:
            yield path, self.get(path)

    def _follows(self, question: Question, scope: Scope | None) -> bool:
        """Whether the question has no answer of its own but takes over that of another fact."""
        if not self.may_inherit(question, scope):
            return False
        if question.shared and self.get(question.inherits) is UNKNOWN:
            return False
        own = self.values.get(question.path, UNKNOWN)
        return (own if scope is None else scope.element.get(question.path)) is UNKNOWN

    def _gathered(self, list_path: str, name: str) -> Iterator[tuple[str, Value]]:
        if inherited := self._answering_for_all(list_path, name):
            yield from self.answers_behind(inherited)
            return
        elements = self.get(list_path)
        for element in elements if isinstance(elements, tuple) else ():
            yield from self.answers_behind(name, Scope(list_path, element))

    # Looking at the facts as if more were answered.

    def seen_by(self, table: DecisionTable) -> Facts:
        """The facts as the rules of a table see them: with what it assumes put in."""
        return self.about(table.assume_of).assuming(table.assume) if table.assume else self

    def about(self, entries: Mapping[str, Condition]) -> Facts:
        """The same facts with those entries of each list alone of which a condition may hold."""
        kept = {path: self._entries(path, condition) for path, condition in entries.items()}
        fewer = {path: value for path, value in kept.items() if value != self.get(path)}
        return self.assuming(fewer) if fewer else self

    def _entries(self, path: str, condition: Condition) -> Value:
        """The entries of a list of which a condition holds or may hold."""
        elements = self.get(path)
        if not isinstance(elements, tuple):
            return elements
        scopes = [Scope(path, element) for element in elements]
        return tuple(
            scope.element for scope in scopes if evaluate(condition, self, scope) is not NO
        )

    def assuming(self, values: Mapping[str, Value]) -> Facts:
        """The facts with these answers by path put in.

        Fields of elements are `list[id].field`, the same field of every element `list.field`.
        """
        merged = dict(self.values)
        for path, value in values.items():
            element = ELEMENT_PATH.fullmatch(path)
            owner, _, name = path.rpartition(".")
            if element is not None:
                merged[element["list"]] = _with_field(merged[element["list"]], element, value)
            elif (owner, name) in self.standard.fields:
                merged[owner] = _with_field_of_all(merged.get(owner, UNKNOWN), name, value)
            else:
                merged[path] = value
        return self.having(merged)


def _unasked(question: Question, applies: Truth, recorded: Value) -> Value:
    """The value of a question that is not, or not certainly, to be asked.

    Where it says what holds `otherwise`, an answer that stands there all the same counts.
    """
    if question.otherwise is not UNKNOWN and recorded is not UNKNOWN:
        return recorded
    if applies is OPEN:
        return UNKNOWN
    return NotApplicable() if question.otherwise is UNKNOWN else question.otherwise


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


def _all(truths: Mapping[str, Truth]) -> Value:
    """All keys that hold, and those that may."""
    return Several(
        frozenset(key for key, truth in truths.items() if truth is YES),
        frozenset(key for key, truth in truths.items() if truth is OPEN),
    )


def _last(truths: Mapping[str, Truth]) -> Value:
    """The last key that holds; unknown while a later one may."""
    for key, truth in reversed(list(truths.items())):
        if truth is not NO:
            return key if truth is YES else UNKNOWN
    return NotApplicable()


def _with_field_of_all(elements: Value, name: str, value: Value) -> Value:
    if not isinstance(elements, tuple):
        return elements
    return tuple(replace(each, fields={**each.fields, name: value}) for each in elements)


def _with_field(elements: Value, place: re.Match[str], value: Value) -> Value:
    if not isinstance(elements, tuple):
        return elements
    return tuple(
        replace(element, fields={**element.fields, place["field"]: value})
        if element.id == place["id"]
        else element
        for element in elements
    )
