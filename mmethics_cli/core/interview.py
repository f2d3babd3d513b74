"""The interview as a pure loop: the terminal and the disk are parameters.

Each answer is saved before the next question is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from mmethics_cli.core.facts import Facts
from mmethics_cli.core.relevance import Place, Reason, place_at, places, relevant, sections_of
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import UNKNOWN, Element, Value


@dataclass(frozen=True, slots=True)
class Step:
    """One question as it is put to a person, and how far the interview has got.

    `number` of `total` counts the sections that apply; `left` the required questions still open.
    """

    place: Place
    value: Value
    reason: Reason
    number: int
    total: int
    left: int

    @property
    def question(self) -> Question:
        return self.place.question


class Move(Enum):
    """Instead of an answer."""

    BACK = "back"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Answer:
    """UNKNOWN is an answer too: 不清楚."""

    value: Value


@dataclass(frozen=True, slots=True)
class Add:
    """Add an element to the list and ask for its fields."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Ask for the fields of an element again."""

    id: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Drop an element of the list."""

    id: str


Reply = Answer | Move | Add | Edit | Remove
Ask = Callable[[Step], Reply]
Save = Callable[[str, Value], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask: one section or all of them; open questions or answered ones too."""

    section: str | None = None
    everything: bool = False


def interview(facts: Facts, ask: Ask, save: Save, plan: Plan | None = None) -> Facts:
    """Ask until nothing relevant is left, and return the facts with all answers.

    `save(path, value)` gets the whole list for an element's answer; whatever `ask` or `save`
    raises ends the interview.
    """
    return _Interview(facts, ask, save, plan or Plan()).run()


@dataclass
class _Interview:
    facts: Facts
    ask: Ask
    save: Save
    plan: Plan
    # Asked in this run: not put again unless the person goes back.
    passed: set[str] = field(default_factory=set)
    history: list[str] = field(default_factory=list)
    agenda: deque[str] = field(default_factory=deque)

    def run(self) -> Facts:
        while (step := self._next()) is not None:
            path = step.place.path
            reply = self.ask(step)
            if reply is Move.BACK:
                self._back(path)
                continue
            self.history.append(path)
            self.passed.add(path)
            if step.question.type == "list":
                # Whatever was left to ask of its elements is decided anew.
                fields = f"{path}["
                kept = (one for one in self.agenda if one != path and not one.startswith(fields))
                self.agenda = deque(kept)
            self._take(step.place, reply)
        return self.facts

    def _next(self) -> Step | None:
        open_ = [] if self.plan.everything else list(relevant(self.facts))
        reasons = {place.path: reason for place, reason in open_}
        left = sum(reason is not Reason.OPTIONAL for reason in reasons.values())
        while self.agenda:
            place = place_at(self.facts, self.agenda.popleft())
            if place is not None and place.applies(self.facts):
                return self._step(place, reasons.get(place.path), left)
        if self.plan.everything:
            # Elements are changed through the menu of their list.
            whole = (place for place in places(self.facts) if place.element is None)
            open_ = [(place, self._reason(place)) for place in whole]
        for place, reason in open_:
            wanted = self.plan.section in (None, place.section)
            if wanted and place.path not in self.passed:
                return self._step(place, reason, left)
        return None

    def _step(self, place: Place, reason: Reason | None, left: int) -> Step:
        sections = sections_of(self.facts)
        number = sections.index(place.section) + 1
        value = place.recorded(self.facts)
        known = reason or self._reason(place)
        return Step(place, value, known, number, len(sections), left)

    def _reason(self, place: Place) -> Reason:
        required = place.holds(place.question.required_when, self.facts, False)
        return Reason.REQUIRED if required else Reason.OPTIONAL

    def _back(self, path: str) -> None:
        self.agenda.appendleft(path)
        if self.history:
            self.agenda.appendleft(self.history.pop())

    def _take(self, place: Place, reply: Reply) -> None:
        match reply:
            case Answer(value):
                self._record(place, value)
            case Add():
                self._visit(place.question, _new_id(place.question, self.facts.values))
            case Edit(id_):
                self._visit(place.question, id_)
            case Remove(id_):
                kept = tuple(one for one in self._elements(place.question) if one.id != id_)
                self._record(place, kept)
                self.agenda.appendleft(place.path)

    def _visit(self, owner: Question, id_: str) -> None:
        """Next come all fields of the element, then the list itself again."""
        fields = [f"{owner.path}[{id_}].{one.path}" for one in owner.fields]
        self.agenda.extendleft(reversed([*fields, owner.path]))

    def _elements(self, owner: Question) -> tuple[Element, ...]:
        value = self.facts.values.get(owner.path)
        return value if isinstance(value, tuple) else ()

    def _record(self, place: Place, value: Value) -> None:
        """Save an answer; the first answer to a new element's field adds the element."""
        path = place.question.path
        if place.owner is not None and place.element is not None:
            path, old = place.owner.path, place.element
            fields = {**old.fields, place.question.path: value}
            new = Element(old.id, {key: one for key, one in fields.items() if one is not UNKNOWN})
            value = _with(self._elements(place.owner), new)
        self.save(path, value)
        values = {key: one for key, one in self.facts.values.items() if key != path}
        if value is not UNKNOWN:
            values[path] = value
        self.facts = Facts(self.facts.standard, values, self.facts.today, self.facts.baseline)


def _with(elements: tuple[Element, ...], new: Element) -> tuple[Element, ...]:
    if all(one.id != new.id for one in elements):
        return (*elements, new) if new.fields else elements
    return tuple(new if one.id == new.id else one for one in elements)


def _new_id(owner: Question, values: Mapping[str, Value]) -> str:
    """An id that no element has: the initial of the list's name and a number."""
    elements = values.get(owner.path)
    taken = {one.id for one in elements} if isinstance(elements, tuple) else set()
    initial = owner.path.rpartition(".")[2][:1]
    number = len(taken) + 1
    while f"{initial}{number}" in taken:
        number += 1
    return f"{initial}{number}"
