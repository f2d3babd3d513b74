"""The walk through the review items as a pure loop: the terminal and the disk are parameters.

Principle by principle: first the items that the dossier proves, several on a screen, to be
confirmed together; then each open one by itself. Each reply is saved before the next is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from mmethics_cli.core.completeness import unanswered_items
from mmethics_cli.core.conditions import evaluate
from mmethics_cli.core.content import ReviewItem
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.item_evidence import citable, proposed
from mmethics_cli.core.item_screens import (
    Given,
    Part,
    Progress,
    Reply,
    Screen,
    Single,
    Ticked,
    Together,
)
from mmethics_cli.core.self_check import MET, NOT_APPLICABLE, NOT_MET, SelfCheck, SelfCheckAnswer
from mmethics_cli.core.steps import Move
from mmethics_cli.core.values import Truth

# Items that can be read together on a screen of 24 lines.
TOGETHER = 4

Ask = Callable[[Screen], Reply]
Save = Callable[[Sequence[SelfCheckAnswer]], None]
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """What to ask: open items or answered ones too; at most so many together on a screen."""

    everything: bool = False
    together: int = TOGETHER


def walk_items(
    facts: Facts, answers: SelfCheck, ask: Ask, save: Save, plan: WalkPlan | None = None
) -> SelfCheck:
    """Ask until no applicant's item that applies is open, and return all answers.

    `save` gets the answers that changed; whatever `ask` or `save` raises ends the walk.
    """
    return _Walk(facts, dict(answers.answers), ask, save, plan or WalkPlan()).run()


def open_items(facts: Facts, answers: SelfCheck) -> tuple[str, ...]:
    """The items that still need something of the applicant; a 不符合 with its reason does not."""
    found = unanswered_items(facts, answers)
    wanting = (one.item for one in found if one.item and one.id != "item_not_met")
    return tuple(dict.fromkeys(wanting))


@dataclass
class _Walk:
    facts: Facts
    answers: dict[str, SelfCheckAnswer]
    ask: Ask
    save: Save
    plan: WalkPlan
    # Screens of this run that had a reply: not shown again unless the person goes back.
    passed: set[_Key] = field(default_factory=set)
    history: list[_Key] = field(default_factory=list)
    agenda: deque[_Key] = field(default_factory=deque)
    items: dict[str, dict[str, ReviewItem]] = field(default_factory=dict)
    elsewhere: dict[str, list[tuple[ReviewItem, Truth]]] = field(default_factory=dict)
    proposals: dict[str, str] = field(default_factory=dict)
    batches: dict[str, list[_Key]] = field(default_factory=dict)

    def run(self) -> SelfCheck:
        self._sort()
        while (key := self._next()) is not None:
            reply = self.ask(self._screen(key))
            if reply is Move.BACK:
                self.agenda.appendleft(key)
                if self.history:
                    self.agenda.appendleft(self.history.pop())
                continue
            self.history.append(key)
            self.passed.add(key)
            if reply is Move.LATER:
                self._drop_parts(key)
            elif isinstance(reply, Ticked):
                self._confirm(key, reply.ids)
            elif isinstance(reply, Given):
                self._take(key, reply.text)
        return SelfCheck(self.answers)

    def _sort(self) -> None:
        """Items by principle, those that apply apart from the rest, and what is proved at once."""
        for item in self.facts.standard.items.values():
            if item.side != "applicant":
                continue
            truth = evaluate(item.applies_when, self.facts)
            if truth is Truth.YES:
                self.items.setdefault(item.principle, {})[item.id] = item
            else:
                self.elsewhere.setdefault(item.principle, []).append((item, truth))
        for principle, items in self.items.items():
            proofs = {id_: proposed(item, self.facts) for id_, item in items.items()}
            found = {id_: proof for id_, proof in proofs.items() if proof is not None}
            self.proposals |= found
            proved = [id_ for id_ in found if self._given(id_).answer is None]
            self.batches[principle] = list(_shared_out(proved, self.plan.together))

    def _open(self) -> tuple[str, ...]:
        return open_items(self.facts, SelfCheck(self.answers))

    def _given(self, id_: str) -> SelfCheckAnswer:
        return self.answers.get(id_, SelfCheckAnswer(id_))

    def _next(self) -> _Key | None:
        if self.agenda:
            return self.agenda.popleft()
        still_open = set(self._open())
        for principle, items in self.items.items():
            for batch in self.batches[principle]:
                if batch not in self.passed and still_open.intersection(batch):
                    return batch
            for id_ in items:
                key = (id_, Part.ANSWER.value)
                if (self.plan.everything or id_ in still_open) and key not in self.passed:
                    return key
        return None

    def _screen(self, key: _Key) -> Screen:
        standard = self.facts.standard
        part = _part(key)
        item = standard.items[key[0]]
        progress = self._progress(item.principle)
        if part is None:
            members = tuple(standard.items[id_] for id_ in key)
            # What was confirmed before keeps its tick, what was unticked does not get it back.
            fresh = key not in self.passed
            ticked = {id_ for id_ in key if fresh or self._given(id_).answer == MET}
            return Together(members, frozenset(ticked), progress)
        options = citable(item, self.facts) if part is Part.EVIDENCE else ()
        proposal = self.proposals.get(item.id)
        return Single(item, part, self._given(item.id), proposal, options, progress)

    def _progress(self, principle: str) -> Progress:
        order = list(self.items)
        elsewhere = tuple(self.elsewhere.get(principle, ()))
        left = len(self._open())
        return Progress(principle, order.index(principle) + 1, len(order), left, elsewhere)

    def _confirm(self, key: _Key, ids: frozenset[str]) -> None:
        changed = []
        for id_ in key:
            given = self._given(id_)
            if id_ in ids and given.answer != MET:
                changed.append(replace(given, answer=MET, evidence=self.proposals[id_]))
            elif id_ not in ids and given.answer is not None:
                changed.append(SelfCheckAnswer(id_, note=given.note))
        self._record(changed)

    def _take(self, key: _Key, text: str) -> None:
        id_, part = key[0], _part(key)
        given = self._given(id_)
        self._drop_parts(key)
        match part:
            case Part.ANSWER:
                self._record([replace(given, answer=text)])
                self.agenda.extendleft(reversed(self._parts_after(id_, text)))
            case Part.NOTE:
                self._record([replace(given, note=text)])
            case Part.PAGE:
                self._record([replace(given, page=text)])
            case Part.EVIDENCE:
                page = given.page if text == given.evidence else ""
                self._record([replace(given, evidence=text, page=page)])
                if text not in self.facts.standard.questions:
                    self.agenda.appendleft((id_, Part.PAGE.value))

    def _parts_after(self, id_: str, answer: str) -> list[_Key]:
        if answer in (NOT_MET, NOT_APPLICABLE):
            return [(id_, Part.NOTE.value)]
        return [(id_, Part.EVIDENCE.value)]

    def _drop_parts(self, key: _Key) -> None:
        """What was left to ask of the item is decided anew by its answer."""
        if _part(key) is not None:
            kept = (one for one in self.agenda if one[0] != key[0] or _part(one) is None)
            self.agenda = deque(kept)

    def _record(self, changed: Sequence[SelfCheckAnswer]) -> None:
        if changed:
            self.save(changed)
            self.answers.update({one.item: one for one in changed})


def _part(key: _Key) -> Part | None:
    """The part that a key names; None for a screen of several items."""
    names: Mapping[str, Part] = {one.value: one for one in Part}
    return names.get(key[1])


def _shared_out(ids: Sequence[str], most: int) -> Iterator[_Key]:
    """Screens of nearly the same length; an item alone gets none, it is asked by itself."""
    screens = -(-len(ids) // most)
    cuts = [len(ids) * number // screens for number in range(screens + 1)] if screens else []
    keys = (tuple(ids[start:end]) for start, end in pairwise(cuts))
    return (key for key in keys if len(key) > 1)


def by_answer(answers: SelfCheck, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
    """How many of the items have each answer, by its key."""
    for answer in (MET, NOT_MET, NOT_APPLICABLE):
        yield answer, sum(answers.of(id_).answer == answer for id_ in ids)
