"""A filled workbook against the dossier: what changes, and every place that can't be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from mmethics_cli.core.edits import Edit
from mmethics_cli.core.standard import Question
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.sheets.answer import Typed, read_list, read_verdict, reader_of
from mmethics_cli.sheets.comparison import Change, Comparison
from mmethics_cli.sheets.layout import ANSWER, ITEMS, LIST, QUESTIONS
from mmethics_cli.sheets.ledger import ITEM_KEYS, Ledger, item_key
from mmethics_cli.sheets.merge_list import ListMerge
from mmethics_cli.sheets.reader import Filled, Spot
from mmethics_cli.sheets.rules import CLEAR_WORD

_ITEM_LABELS: Final = {
    "answer": "自查结果",
    "note": "说明",
    "evidence": "证据",
    "page": "页码",
}
_AGAIN: Final = "请用 mmethics sheet export 重新导出再填。"


@dataclass(frozen=True, slots=True)
class Merged:
    """What importing would change; nothing may be written while there are problems.

    `newer` counts the answers that were changed in the dossier alone: they stay.
    """

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    newer: int


def merge(filled: Filled, ledger: Ledger, refused: Callable[[str], str | None]) -> Merged:
    """Compare each cell with what was exported and with the dossier now.

    `refused` names a character that no answer may hold. Raises EthicsError for a workbook that
    was made with another pack.
    """
    standard, origin = ledger.facts.standard, filled.record.origin
    if (origin.standard, origin.edition) != (standard.id, standard.edition):
        raise EthicsError(
            f"工作簿是按标准包 {origin.standard} {origin.edition} 导出的，"
            f"现在用的是 {standard.id} {standard.edition}。{_AGAIN}"
        )
    merging = _Merge(Comparison(ledger, filled.record, refused))
    changes = tuple(merging.run(filled.spots))
    comparison = merging.comparison
    order = {spot.place: at for at, spot in enumerate(filled.spots)}
    problems = sorted(comparison.problems, key=lambda one: order[one.file])
    return Merged(changes, tuple(problems), comparison.newer())


class _Merge:
    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.ledger = comparison.ledger
        self.questions = comparison.ledger.facts.standard.questions
        self.lists: dict[str, ListMerge] = {}
        # Attachments that this workbook adds can be its evidence.
        self.added: dict[str, str] = {}

    def run(self, spots: tuple[Spot, ...]) -> Iterator[Change]:
        by_page = [(mark, list(group)) for mark, group in groupby(spots, lambda one: one.mark)]
        in_order: list[list[Change]] = [[] for _ in by_page]
        # Lists first: the rest may speak of entries that they add.
        for wanted in (True, False):
            for at, (mark, group) in enumerate(by_page):
                if mark.startswith(LIST) is wanted:
                    in_order[at] += self._page(mark, group)
        for changes in in_order:
            yield from changes

    def _page(self, mark: str, spots: list[Spot]) -> Iterator[Change]:
        faulty = [one for one in spots if one.fault and not one.role]
        for one in faulty:
            self.comparison.problem(one, f"{one.fault}。", _AGAIN)
        sound = [one for one in spots if one.role]
        path = mark.removeprefix(LIST)
        if mark.startswith(LIST) and path in self.questions:
            yield from self._list(self.questions[path], sound)
        elif mark in (QUESTIONS, ITEMS):
            for spot in sound:
                change = self._answer(spot) if mark == QUESTIONS else self._item(spot)
                if change is not None:
                    yield change
        elif spots:
            self.comparison.problem(spots[0], f"不认识的工作表“{mark}”。", _AGAIN)

    def _list(self, owner: Question, spots: list[Spot]) -> Iterator[Change]:
        made = self.lists.setdefault(owner.path, ListMerge(self.comparison, owner))
        yield from made.run(spots)
        self.added |= made.names

    def _answer(self, spot: Spot) -> Change | None:
        question = self.questions.get(spot.id)
        if question is None or spot.role != ANSWER:
            self._unknown(spot)
            return None
        if spot.id not in self.comparison.record.cells:
            # How many entries a list has is said, not asked.
            if question.type != "list":
                self._unknown(spot)
            return None
        read = read_list if question.type == "list" else reader_of(question)
        typed = self.comparison.changed(spot, spot.id, read)
        if typed is None:
            return None
        if not self.ledger.writable(question):
            self.comparison.problem(spot, "这次送审已经封存，不能再改。")
            return None
        if spot.id in self.lists and self.lists[spot.id].names:
            self.comparison.problem(
                spot, f"写了“{spot.text}”，清单的工作表里却有新的条目。", "请只留一处。"
            )
            return None
        old = self.ledger.text(spot.id)
        edit = Edit(spot.id, typed.tree)
        return Change(spot.place, question.label, old, typed.text, edit)

    def _item(self, spot: Spot) -> Change | None:
        key = item_key(spot.id, spot.role)
        if spot.role not in ITEM_KEYS or key not in self.comparison.record.cells:
            self._unknown(spot)
            return None
        typed = self.comparison.changed(spot, key, lambda text: self._item_text(spot.role, text))
        if typed is None:
            return None
        label = f"审查要点 {spot.id} 的{_ITEM_LABELS[spot.role]}"
        edit = Edit("", typed.tree, spot.id, spot.role)
        return Change(spot.place, label, self.ledger.text(key), typed.text, edit)

    def _item_text(self, role: str, text: str) -> Typed:
        text = text.strip()
        if text == CLEAR_WORD:
            return Typed("", None)
        if role == "answer":
            return read_verdict(text)
        if role == "evidence":
            named = self.added.get(text) or self.ledger.evidence_of(text)
            return Typed(self.ledger.evidence_names.get(named, text), named)
        return Typed(text, text)

    def _unknown(self, spot: Spot) -> None:
        """Say that a cell belongs to no answer; a row of notes that someone added does too."""
        if spot.text.strip() or spot.fault:
            what = f"编号“{spot.id}”" if spot.id else "没有编号的一行"
            self.comparison.problem(
                spot, f"{what}不是这份工作簿导出的问题。", "请删去这一行，或重新导出。"
            )
