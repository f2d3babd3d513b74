"""The walk through the review items as a pure loop: the terminal and the disk are parameters.

Principle by principle, several items a screen: first those that the dossier proves, then, apart,
those of which something lacks, contradicts or is said not to apply. Nothing is answered
beforehand; each screen is saved before the next is put.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise

from msgspec import Struct, field

from mmethics_cli.core.answers.self_check import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    SelfCheck,
    SelfCheckAnswer,
)
from mmethics_cli.core.checks.completeness import unanswered_items
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.checks.evidence import citable, proof_of
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import YES, NotApplicable, Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.steps import Left, Move
from mmethics_cli.core.standard.model import ReviewItem


class ItemProgress(Struct, frozen=True):
    """Where the walk is: principle `number` of `total`; `left` items that are open in all.

    `elsewhere` are the principle's items that do not apply, or of which that is not known yet.
    """

    principle: str
    number: int
    total: int
    left: int
    elsewhere: tuple[tuple[ReviewItem, Truth], ...]


class ItemStanding(Enum):
    """What the dossier holds for an item: all evidence, or something that asks for a look."""

    PROVED = "proved"
    APART = "apart"


class AskedItem(Struct, frozen=True):
    """An item with what was answered, the evidence that proves it, and what may be cited.

    `doubts` say what is amiss with the evidence: contradictions, or that it is said not to apply.
    """

    item: ReviewItem
    given: SelfCheckAnswer
    proof: str | None
    options: tuple[str, ...]
    doubts: tuple[str, ...]


class ItemScreen(Struct, frozen=True):
    """Items that wait for one confirmation."""

    items: tuple[AskedItem, ...]
    standing: ItemStanding
    progress: ItemProgress


class ItemReplies(Struct, frozen=True):
    """The answers of a screen that changed; with `leave` the person goes away after them."""

    answers: tuple[SelfCheckAnswer, ...]
    leave: bool = False


Reply = ItemReplies | Move
Ask = Callable[[ItemScreen], Reply]
Save = Callable[[Sequence[SelfCheckAnswer]], None]

# Items of one screen: a line each, the words on the one that has the focus below them.
TOGETHER = 8


class WalkPlan(Struct, frozen=True):
    """What to ask: open items or answered ones too; at most so many together on a screen."""

    everything: bool = False
    together: int = TOGETHER


def walk_items(
    facts: Facts, answers: SelfCheck, ask: Ask, save: Save, plan: WalkPlan | None = None
) -> SelfCheck:
    """Ask until every applicant's item that applies was put, and return all answers.

    `save` gets the answers that changed; whatever `ask` or `save` raises ends the walk, Left where
    the person went away.
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
    principles: list[str] = field(default_factory=list)
    elsewhere: dict[str, list[tuple[ReviewItem, Truth]]] = field(default_factory=dict)
    asked: dict[str, AskedItem] = field(default_factory=dict)

    def run(self) -> SelfCheck:
        screens = self._screens()
        at = 0
        while at < len(screens):
            standing, ids = screens[at]
            reply = self.ask(self._screen(standing, ids))
            if isinstance(reply, ItemReplies):
                self._record(reply.answers)
                if reply.leave:
                    raise Left
            at = max(0, at - 1) if reply is Move.BACK else at + 1
        return SelfCheck(self.answers)

    def _screens(self) -> list[tuple[ItemStanding, tuple[str, ...]]]:
        """The items that are to be asked, shared out on screens of their principle and standing."""
        wanted = set(open_items(self.facts, SelfCheck(self.answers)))
        groups: dict[tuple[str, ItemStanding], list[str]] = {}
        doubts = _doubts_by_path(self.facts)
        for item in self.facts.standard.items.values():
            if item.side != "applicant":
                continue
            truth = evaluate(item.applies_when, self.facts)
            if truth is not YES:
                self.elsewhere.setdefault(item.principle, []).append((item, truth))
                continue
            if item.principle not in self.principles:
                self.principles.append(item.principle)
            if item.id in wanted or self.plan.everything:
                asked = self.asked[item.id] = self._asked(item, doubts)
                apart = asked.proof is None or asked.doubts
                standing = ItemStanding.APART if apart else ItemStanding.PROVED
                groups.setdefault((item.principle, standing), []).append(item.id)
        return [
            (standing, ids)
            for principle in self.principles
            for standing in ItemStanding
            for ids in _shared_out(groups.get((principle, standing), ()), self.plan.together)
        ]

    def _asked(self, item: ReviewItem, doubts: Mapping[str, tuple[str, ...]]) -> AskedItem:
        paths = [evidence.path for evidence in item.evidence if evidence.path is not None]
        amiss = [text for path in paths for text in doubts.get(path, ())]
        for path in paths:
            value = self.facts.get(path)
            if isinstance(value, NotApplicable) and value.reason:
                amiss.append(f"写着不适用：{value.reason}")
        proof, options = proof_of(item, self.facts), citable(item, self.facts)
        return AskedItem(item, SelfCheckAnswer(item.id), proof, options, tuple(amiss))

    def _screen(self, standing: ItemStanding, ids: tuple[str, ...]) -> ItemScreen:
        items = tuple(
            AskedItem(
                asked.item,
                self.answers.get(asked.item.id, asked.given),
                asked.proof,
                asked.options,
                asked.doubts,
            )
            for asked in map(self.asked.__getitem__, ids)
        )
        principle = items[0].item.principle
        left = len(open_items(self.facts, SelfCheck(self.answers)))
        number, total = self.principles.index(principle) + 1, len(self.principles)
        elsewhere = tuple(self.elsewhere.get(principle, ()))
        return ItemScreen(items, standing, ItemProgress(principle, number, total, left, elsewhere))

    def _record(self, changed: Sequence[SelfCheckAnswer]) -> None:
        if changed:
            self.save(changed)
            self.answers.update({answer.item: answer for answer in changed})


def _doubts_by_path(facts: Facts) -> dict[str, tuple[str, ...]]:
    """What the consistency rules say of each answer, of an entry's fields under its list."""
    doubts: dict[str, tuple[str, ...]] = {}
    for finding in contradictions(facts):
        path = finding.path.partition("[")[0]
        doubts[path] = (*doubts.get(path, ()), finding.message)
    return doubts


def _shared_out(ids: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    """Screens of nearly the same length."""
    screens = -(-len(ids) // most)
    cuts = [len(ids) * number // screens for number in range(screens + 1)] if screens else []
    return (tuple(ids[start:end]) for start, end in pairwise(cuts))


def bearing_words(text: str, item: ReviewItem, most: int) -> str:
    """The part of a text that bears on an item: its sentences that share most words with it.

    At most so many characters; sentences stay in their order, what is left out shows as ……
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    said = item.theme + item.text
    pairs = {said[at : at + 2] for at in range(len(said) - 1)}
    parts = _sentences(text)
    weights = [sum(part[at : at + 2] in pairs for at in range(len(part) - 1)) for part in parts]
    kept: set[int] = set()
    for at in sorted(range(len(parts)), key=lambda at: (-weights[at], at)):
        if not kept or sum(len(parts[index]) for index in (*kept, at)) <= most:
            kept.add(at)
    shown = "".join(
        parts[at] if at in kept else "……" if at == 0 or at - 1 in kept else ""
        for at in range(len(parts))
    )
    return shown if len(shown) <= most + 20 else shown[:most] + "……"


def _sentences(text: str) -> list[str]:
    parts, begun = [], 0
    for at, sign in enumerate(text):
        if sign in "。；！？":
            parts.append(text[begun : at + 1])
            begun = at + 1
    return [part for part in (*parts, text[begun:]) if part]


def by_answer(answers: SelfCheck, ids: Sequence[str]) -> Iterator[tuple[str, int]]:
    """How many of the items have each answer, by its key."""
    for answer in (MET, NOT_MET, NOT_APPLICABLE):
        yield answer, sum(answers.of(id_).answer == answer for id_ in ids)
