"""The interview as a pure loop: the terminal and the disk are parameters.

The answers of each step are saved before the next one is put.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from typing import Final

from msgspec import Struct, field

from mmethics_cli.core.answers.edits import (
    answers_by_question,
    copy_of,
    elements_of,
    new_id,
    with_answers,
)
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason, place_at, places, relevant
from mmethics_cli.core.interview.agenda import key_of, keys_of_element, step_at
from mmethics_cli.core.interview.overview import overview
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Ask,
    Choose,
    Copy,
    EditElement,
    Jump,
    Left,
    Listing,
    Move,
    Offer,
    Overview,
    Prompt,
    Remove,
    Reply,
    Save,
    ScreenAnswers,
    Step,
    Tell,
)
from mmethics_cli.core.standard.model import Question

# The decision that people wait for most: it is told before all the others are settled.
METHOD: Final = "review_method"


class Plan(Struct, frozen=True):
    """What to ask: one section or all of them; open questions or answered ones too.

    `refused` are paths whose recorded answers can't be used; `unfinished` is the list that was
    being filled when an earlier interview broke off.
    """

    section: str | None = None
    everything: bool = False
    refused: Collection[str] = ()
    unfinished: str | None = None


def interview(
    facts: Facts,
    ask: Ask,
    save: Save,
    plan: Plan | None = None,
    tell: Tell = lambda facts, tables: None,
    listing: Listing = lambda path: None,
) -> Facts:
    """Ask until nothing relevant is left, and return the facts with all answers.

    Whatever `ask` or `save` raises ends the interview; Left when the person went away.
    """
    return _Interview(facts, ask, save, plan or Plan(), tell, listing).run()


class _Interview(Struct):
    facts: Facts
    ask: Ask
    save: Save
    plan: Plan
    tell: Tell
    listing: Listing
    # Asked in this run: not put again unless the person goes back.
    passed: set[str] = field(default_factory=set)
    history: list[str] = field(default_factory=list)
    agenda: deque[str] = field(default_factory=deque)
    # Sections whose optional questions are wanted; None once they were declined.
    wanted: frozenset[str] | None = frozenset()
    finished: bool = False
    key: str = ""
    announced: dict[str, object] = field(default_factory=dict)

    def run(self) -> Facts:
        self.announced = self._settled()
        if self.plan.unfinished is not None:
            self.agenda.append(self.plan.unfinished)
        while (prompt := self._next()) is not None:
            reply = self.ask(prompt)
            if reply is Move.BACK:
                self._back(self.key if isinstance(prompt, Step) else None)
            elif isinstance(prompt, Step):
                self._answered(prompt, reply)
            elif isinstance(prompt, Offer):
                chosen = reply.sections if isinstance(reply, Choose) else frozenset[str]()
                self.wanted = chosen or None
            elif isinstance(reply, Jump):
                self.agenda.appendleft(self._key_at(reply.path))
            else:
                self.finished = True
        return self.facts

    def _next(self) -> Prompt | None:
        open_ = list(relevant(self.facts))
        reasons = {place.path: reason for place, reason in open_}
        while self.agenda:
            self.key = self.agenda.popleft()
            if step := step_at(self.facts, self.key, reasons):
                return step
        if self.plan.everything:
            # Elements are changed through the menu of their list.
            whole = [place for place in places(self.facts) if place.element is None]
            open_ = [(place, Reason.REQUIRED) for place in whole]
        optional: Counter[str] = Counter()
        for place, reason in open_:
            if self.plan.section not in (None, place.section) or place.path in self.passed:
                continue
            if reason is Reason.OPTIONAL and place.element is not None:
                continue  # it stood on the screen of its entry, and does so whenever that is edited
            if reason is Reason.OPTIONAL and place.section not in (self.wanted or ()):
                optional[place.section] += 1
                continue
            self.key = key_of(self.facts, place)
            if step := step_at(self.facts, self.key, reasons, self._unasked()):
                return step
        if optional and self.wanted is not None:
            return Offer(optional)
        return self._review()

    def _unasked(self) -> Callable[[AnswerPlace], bool]:
        """Which places of a screen to show, as things stand when it is put."""
        facts, passed, everything = self.facts, frozenset(self.passed), self.plan.everything

        def shown(place: AnswerPlace) -> bool:
            lacking = place.recorded(facts) is UNKNOWN or place.question.type == "list"
            return place.path not in passed and (everything or lacking)

        return shown

    def _review(self) -> Overview | None:
        if self.finished:
            return None
        entries = overview(self.facts, self.plan.refused)
        section = self.plan.section
        return Overview(tuple(entry for entry in entries if section in (None, entry.place.section)))

    def _key_at(self, path: str) -> str:
        place = place_at(self.facts, path)
        return path if place is None or not place.applies(self.facts) else key_of(self.facts, place)

    def _back(self, key: str | None) -> None:
        if key is not None:
            self.agenda.appendleft(key)
        if self.history:
            self.agenda.appendleft(self.history.pop())

    def _answered(self, step: Step, reply: Reply) -> None:
        self.history.append(self.key)
        answers = reply.values if isinstance(reply, ScreenAnswers) else {}
        self.passed |= {row.path for row in (*step.rows, *step.rows_with(answers))}
        if step.question.type == "list":
            # Whatever was left to ask of its elements is decided anew.
            self._drop(step.question, None)
            finished = isinstance(reply, Answer | Move)
            self.listing(None if finished else step.place.path)
        match reply:
            case Answer(value):
                self._record({step.place.path: value})
            case ScreenAnswers(values, leave):
                self._record(values)
                if leave:
                    raise Left
                self._forget_empty(step.place)
            case Add():
                self._visit(
                    step.question, new_id(step.question, elements_of(step.question, self.facts))
                )
            case Copy(id_):
                self._copy(step.question, id_)
            case EditElement(id_):
                self._visit(step.question, id_)
            case Remove(id_):
                kept = (
                    element
                    for element in elements_of(step.question, self.facts)
                    if element.id != id_
                )
                self._record({step.place.path: tuple(kept)})
                self.agenda.appendleft(step.place.path)
            case Move.LATER:
                self._forget_empty(step.place)

    def _copy(self, owner: Question, id_: str) -> None:
        elements = elements_of(owner, self.facts)
        original = next(element for element in elements if element.id == id_)
        copy = copy_of(original, new_id(owner, elements))
        self._record({owner.path: (*elements, copy)})
        self._visit(owner, copy.id)

    def _visit(self, owner: Question, id_: str) -> None:
        """Next come all fields of the element, then the list itself again."""
        keys = keys_of_element(self.facts, owner, id_)
        self.agenda.extendleft(reversed([*keys, owner.path]))

    def _forget_empty(self, place: AnswerPlace) -> None:
        """After a screen that was left empty a new element is not asked for any further."""
        if place.owner is None or place.element is None or not self.key.startswith("@"):
            return
        if all(element.id != place.element.id for element in elements_of(place.owner, self.facts)):
            self._drop(place.owner, place.element.id)

    def _drop(self, owner: Question, id_: str | None) -> None:
        """Take the list, or one of its elements, off the agenda."""
        elements = elements_of(owner, self.facts)
        ids = {element.id for element in elements} | {new_id(owner, elements)}
        gone = {owner.path} if id_ is None else set[str]()
        for element_id in ids if id_ is None else {id_}:
            gone |= set(keys_of_element(self.facts, owner, element_id))
        self.agenda = deque(key for key in self.agenda if key not in gone)

    def _record(self, answers: Mapping[str, Value]) -> None:
        changed = answers_by_question(self.facts, answers)
        if not changed:
            return
        self.save(changed)
        self.facts = with_answers(self.facts, changed)
        settled = self._settled()
        news = tuple(name for name, value in settled.items() if self.announced.get(name) != value)
        self.announced = settled
        if news:
            self.tell(self.facts, news)

    def _settled(self) -> dict[str, object]:
        """The values of what is settled: of the review method alone, or of every decision."""
        pathway = Pathway(self.facts)
        return {
            name: (decision.value,)
            for name, decision in pathway.decisions.items()
            if decision.table.counts and decision.settled and (pathway.settled or name == METHOD)
        }
