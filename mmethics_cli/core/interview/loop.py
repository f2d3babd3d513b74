"""The interview as a pure loop: the terminal and the disk are parameters.

The answers of each step are saved before the next one is put.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.answers.edits import (
    answers_by_question,
    copy_of,
    elements_of,
    new_id,
    with_answers,
)
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.likeness import without
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason, place_at, places, relevant
from mmethics_cli.core.interview.agenda import (
    WAITING,
    key_of,
    keys_of_element,
    step_at,
    together,
)
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
    being filled when an earlier interview broke off; `waiting` are paths with words of a protocol,
    put on one screen as soon as the deciding facts are known.
    """

    section: str | None = None
    everything: bool = False
    refused: Collection[str] = ()
    unfinished: str | None = None
    waiting: tuple[str, ...] = ()


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
    promised: int | None = None  # screens that are left after the one before
    first: str = ""  # the row to begin at, after a jump
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
                chosen = reply.keys if isinstance(reply, Choose) else frozenset[str]()
                self.wanted = chosen or None
            elif isinstance(reply, Jump):
                self.agenda.appendleft(self._key_at(reply.path))
                self.first = reply.path
            else:
                self.finished = True
        return self.facts

    def _next(self) -> Prompt | None:
        open_ = list(relevant(self.facts))
        reasons = {place.path: reason for place, reason in open_}
        while self.agenda:
            self.key = self.agenda.popleft()
            if step := self._step(reasons, None):
                first, self.first = self.first, ""
                return self._counted(replace(step, first=first))
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
            if reason is Reason.REQUIRED and self._is_waiting(reasons):
                return self._next()
            self.key = self._key_with_more(place, open_)
            if step := self._step(reasons, self._unasked()):
                return self._counted(step)
        if optional and self.wanted is not None:
            return Offer(optional)
        return self._review()

    def _key_with_more(
        self, place: AnswerPlace, open_: Sequence[tuple[AnswerPlace, Reason]]
    ) -> str:
        """The step of a place; what little is left of the next ones stands with it."""
        shown = self._unasked()
        left = [each for each, reason in open_ if reason is not Reason.OPTIONAL and shown(each)]
        if self.plan.everything or place not in left:
            return key_of(self.facts, place)
        return together(self.facts, left[left.index(place) :])

    def _is_waiting(self, reasons: Mapping[str, Reason]) -> bool:
        """Whether words wait to be confirmed that were not put yet: they come next."""
        waiting = [path for path in self._to_confirm() if path in reasons]
        if WAITING in self.passed or not any(path not in self.passed for path in waiting):
            return False
        self.passed.add(WAITING)
        self.agenda.appendleft(WAITING)
        return True

    def _to_confirm(self) -> tuple[str, ...]:
        """The paths with words that wait to be confirmed, in the section that is asked."""
        places = {path: place_at(self.facts, path) for path in self.plan.waiting}
        return tuple(
            path
            for path, place in places.items()
            if place is not None and self.plan.section in (None, place.section)
        )

    def _step(
        self, reasons: Mapping[str, Reason], wanted: Callable[[AnswerPlace], bool] | None
    ) -> Step | None:
        ahead, passed = tuple(self.agenda), frozenset(self.passed)
        waiting, sections = self._to_confirm(), self.wanted or ()
        return step_at(self.facts, self.key, reasons, wanted, ahead, waiting, passed, sections)

    def _counted(self, step: Step) -> Step:
        """The step with the screens that are left: they fall one by one, and what opens is told."""
        left, promised = step.progress.screens, self.promised
        opened = 0 if promised is None else max(0, left - promised)
        self.promised = max(left - 1, 0)
        return replace(step, progress=replace(step.progress, opened=opened))

    def _unasked(self) -> Callable[[AnswerPlace], bool]:
        """Which places of a screen to show, as things stand when it is put."""
        facts, passed, everything = self.facts, frozenset(self.passed), self.plan.everything

        def shown(place: AnswerPlace) -> bool:
            lacking = place.recorded(facts) is UNKNOWN or place.question.type == "list"
            elsewhere = _is_begun(place) and (place.is_like_another or place.is_shared(facts))
            here = self.plan.section in (None, place.section) and not elsewhere
            return place.path not in passed and (everything or lacking) and here

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
        self.promised = None  # what comes again was counted before
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
            case ScreenAnswers(values, leave, another):
                self._record(values)
                if leave:
                    raise Left
                self._forget_empty(step.place)
                if another and step.place.owner is not None:
                    self._add_behind(step.place.owner)
            case Add():
                self._visit(
                    step.question, new_id(step.question, elements_of(step.question, self.facts))
                )
            case Copy(id_):
                self._copy(step.question, id_)
            case EditElement(id_):
                self._visit(step.question, id_)
            case Remove(id_):
                entries = elements_of(step.question, self.facts)
                self._record({step.place.path: without(step.question.likeness, entries, id_)})
                self.agenda.appendleft(step.place.path)
            case Move.LATER:
                self._forget_empty(step.place)

    def _copy(self, owner: Question, id_: str) -> None:
        elements = elements_of(owner, self.facts)
        original = next(element for element in elements if element.id == id_)
        copy = copy_of(owner, original, new_id(owner, elements))
        self._record({owner.path: (*elements, copy)})
        self._visit(owner, copy.id)

    def _visit(self, owner: Question, id_: str) -> None:
        """Next come all fields of the element, then the list itself again."""
        keys = keys_of_element(self.facts, owner, id_)
        self.agenda.extendleft(reversed([*keys, owner.path]))

    def _add_behind(self, owner: Question) -> None:
        """After what is left to ask of this entry comes a new one, without the menu between."""
        new = new_id(owner, elements_of(owner, self.facts))
        if owner.path not in self.agenda:
            self.agenda.appendleft(owner.path)
        at = self.agenda.index(owner.path)
        for key in reversed(keys_of_element(self.facts, owner, new)):
            self.agenda.insert(at, key)

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


def _is_begun(place: AnswerPlace) -> bool:
    """Whether an entry says more than which other one it is like: it was gone through before."""
    likeness = place.owner.likeness if place.owner else None
    fields = set(place.element.fields) if place.element else set[str]()
    return likeness is None or bool(fields - {likeness.field})
