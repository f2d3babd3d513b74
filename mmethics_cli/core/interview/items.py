"""The walk through the review items as a pure loop: the terminal and the disk are parameters.

Principle by principle: first the items that the dossier proves, several on a screen, to be
confirmed together; then each open one by itself. Each reply is saved before the next is asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    SelfCheck,
    SelfCheckAnswer,
)
from mmethics_cli.core.checks.completeness import unanswered_items
from mmethics_cli.core.checks.evidence import citable, proof_of
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.steps import Move
from mmethics_cli.core.standard.model import ReviewItem


class ItemPart(Enum):
    """What is asked of an item, one screen each."""

    ANSWER = "answer"
    NOTE = "note"
    EVIDENCE = "evidence"
    PAGE = "page"


class ItemProgress(Struct, frozen=True):
    """Where the walk is: principle `number` of `total`; `left` items that are open in all.

    `elsewhere` are the principle's items that do not apply, or of which that is not known yet.
    """

    principle: str
    number: int
    total: int
    left: int
    elsewhere: tuple[tuple[ReviewItem, Truth], ...]


class ItemsTogether(Struct, frozen=True):
    """Items with all their evidence, to be confirmed at once; `ticked` are to be met."""

    items: tuple[ReviewItem, ...]
    ticked: frozenset[str]
    progress: ItemProgress


class Single(Struct, frozen=True):
    """One part of one item; `proposal` is the evidence that proves it, `options` what to cite."""

    item: ReviewItem
    part: ItemPart
    given: SelfCheckAnswer
    proposal: str | None
    options: tuple[str, ...]
    progress: ItemProgress


Screen = ItemsTogether | Single


class Ticked(Struct, frozen=True):
    """The items of a screen that are met; the others stay open."""

    ids: frozenset[str]


class ItemReply(Struct, frozen=True):
    """The reply to one part: a key of ANSWERS, or a text (empty: none)."""

    text: str


Reply = Ticked | ItemReply | Move


# Items that can be read together on a screen of 24 lines.
TOGETHER = 4

Ask = Callable[[Screen], Reply]
Save = Callable[[Sequence[SelfCheckAnswer]], None]
_Key = tuple[str, ...]


class WalkPlan(Struct, frozen=True):
    """What to ask: open items or answered ones too; at most so many together on a screen."""

    everything: bool = False
    together: int = TOGETHER


def walk_items(
    facts: Facts, answers: SelfCheck, ask: Ask, save: Save, plan: WalkPlan | None = None
) -> SelfCheck:
    """Ask until no applicant's item that applies is open, and return all answers.

    `save` gets the answers that changed; whatever `ask` or `save` raises ends the walk.
    """
    return _ItemWalk(facts, dict(answers.answers), ask, save, plan or WalkPlan()).run()


def open_items(facts: Facts, answers: SelfCheck) -> tuple[str, ...]:
    """The items that still need something of the applicant; a 不符合 with its reason does not."""
    findings = unanswered_items(facts, answers)
    wanting = (
        finding.item for finding in findings if finding.item and finding.id != "item_not_met"
    )
    return tuple(dict.fromkeys(wanting))


class _ItemWalk(Struct):
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
            elif isinstance(reply, ItemReply):
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
            proofs = {id_: proof_of(item, self.facts) for id_, item in items.items()}
            proved_by = {id_: proof for id_, proof in proofs.items() if proof is not None}
            self.proposals |= proved_by
            proved = [id_ for id_ in proved_by if self._given(id_).answer is None]
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
                key = (id_, ItemPart.ANSWER.value)
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
            return ItemsTogether(members, frozenset(ticked), progress)
        options = citable(item, self.facts) if part is ItemPart.EVIDENCE else ()
        proposal = self.proposals.get(item.id)
        return Single(item, part, self._given(item.id), proposal, options, progress)

    def _progress(self, principle: str) -> ItemProgress:
        order = list(self.items)
        elsewhere = tuple(self.elsewhere.get(principle, ()))
        left = len(self._open())
        return ItemProgress(principle, order.index(principle) + 1, len(order), left, elsewhere)

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
            case ItemPart.ANSWER:
                self._record([replace(given, answer=text)])
                self.agenda.extendleft(reversed(self._parts_after(id_, text)))
            case ItemPart.NOTE:
                self._record([replace(given, note=text)])
            case ItemPart.PAGE:
                self._record([replace(given, page=text)])
            case ItemPart.EVIDENCE:
                page = given.page if text == given.evidence else ""
                self._record([replace(given, evidence=text, page=page)])
                if text not in self.facts.standard.questions:
                    self.agenda.appendleft((id_, ItemPart.PAGE.value))

    def _parts_after(self, id_: str, answer: str) -> list[_Key]:
        if answer in (NOT_MET, NOT_APPLICABLE):
            return [(id_, ItemPart.NOTE.value)]
        return [(id_, ItemPart.EVIDENCE.value)]

    def _drop_parts(self, key: _Key) -> None:
        """What was left to ask of the item is decided anew by its answer."""
        if _part(key) is not None:
            kept = (
                later_key
                for later_key in self.agenda
                if later_key[0] != key[0] or _part(later_key) is None
            )
            self.agenda = deque(kept)

    def _record(self, changed: Sequence[SelfCheckAnswer]) -> None:
        if changed:
            self.save(changed)
            self.answers.update({answer.item: answer for answer in changed})


def _part(key: _Key) -> ItemPart | None:
    """The part that a key names; None for a screen of several items."""
    names: Mapping[str, ItemPart] = {part.value: part for part in ItemPart}
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
