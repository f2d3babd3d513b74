"""A filled workbook against the dossier: what changes, and every place that can't be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from mmethics_cli.core.answers.edits import Edit, Removed, new_id
from mmethics_cli.core.conditions.values import Element, name_of
from mmethics_cli.core.standard.answers import Refused
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.sheets.ledger import ITEM_KEYS, Ledger, element_key, item_key
from mmethics_cli.sheets.page import (
    ANSWER,
    CLEAR_WORD,
    ITEMS,
    LIST,
    QUESTIONS,
    REMOVE,
    REMOVE_WORD,
)
from mmethics_cli.sheets.reader import (
    CellReading,
    FilledWorkbook,
    Read,
    Typed,
    read_list,
    read_verdict,
    reader_of,
)
from mmethics_cli.sheets.writer import Record, digest

_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class CellChange:
    """One answer that importing changes, in words and as an edit."""

    place: str
    label: str
    old: str
    new: str
    edit: Edit


@dataclass
class Comparison:
    """Which cells were changed by a person, and which of those the dossier has changed too.

    `refused` names a character that no answer may hold. Every place that can't be used is in
    `problems`.
    """

    ledger: Ledger
    record: Record
    refused: Callable[[str], str | None]
    problems: list[Problem] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)
    _seen: dict[str, CellReading] = field(default_factory=dict)

    def problem(self, spot: CellReading, message: str, fix: str = "") -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(message, spot.place, fix=fix))

    def changed(self, spot: CellReading, key: str, read: Read) -> Typed | None:
        """The new answer of a cell that holds the answer at `key`; None where nothing changes."""
        if self._twice(spot, key) or self.untouched(spot, key):
            return None
        typed = self.typed(spot, read)
        if typed is None:
            return None
        now = self.ledger.text(key)
        if typed.text == now:
            return None
        if digest(now) != self.record.cells[key]:
            self.problem(
                spot,
                f"导出以后卷宗里的这个回答改过了：卷宗现在是{_quoted(now)}，"
                f"表里填的是{_quoted(spot.text)}。",
                "请重新导出再填，或把这一格改成与卷宗一致。",
            )
            return None
        return typed

    def untouched(self, spot: CellReading, key: str) -> bool:
        """Whether a cell is empty or says what it said when it was exported."""
        exported = self.record.cells[key]
        same = exported in (digest(spot.text), digest(spot.stored))
        if spot.fault or (spot.text.strip() and not same):
            self._touched.add(key)
            return False
        return True

    def newer(self) -> int:
        """How many answers only the dossier has changed since the export: they stay."""
        cells = self.record.cells
        left = (key for key in cells if key not in self._touched)
        return sum(digest(self.ledger.text(key)) != cells[key] for key in left)

    def typed(self, spot: CellReading, read: Read) -> Typed | None:
        """What was typed, read; None with a problem noted where it can't be."""
        if spot.fault:
            self.problem(spot, f"{spot.fault}。", "请改成文字、数字或日期。")
            return None
        character = self.refused(spot.text)
        if character is not None:
            self.problem(spot, f"含有不能使用的{character}。", "请删去它。")
            return None
        try:
            return read(spot.text)
        except Refused as refusal:
            self.problem(spot, f"{refusal.message}。", refusal.fix)
            return None

    def _twice(self, spot: CellReading, key: str) -> bool:
        """Whether the answer stood in another cell before; noted if that one said otherwise."""
        first = self._seen.setdefault(key, spot)
        if first is spot:
            return False
        if (first.text, first.fault) != (spot.text, spot.fault):
            self.problem(
                spot,
                f"与 {first.place} 是同一个回答，两处写的不一样。",
                "复制整行时隐藏的编号也会复制：新的条目请写在空行里，多余的行请删去。",
            )
        return True


def _quoted(text: str) -> str:
    if not text:
        return "空的"
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[:_SHOWN]}…”"


_NAMED_AT_MOST: Final = 4
_AGAIN: Final = "请用 mmethics sheet export 重新导出再填。"


class ListMerge:
    """Compares the rows of one list, and remembers the names and ids of entries that it adds."""

    def __init__(self, comparison: Comparison, owner: Question) -> None:
        self.comparison = comparison
        self.ledger = comparison.ledger
        self.owner = owner
        self.names: dict[str, str] = {}
        self.added: list[Element] = []
        prefix, keys = f"{owner.path}[", comparison.record.cells
        self.exported = {
            key.removeprefix(prefix).rpartition("].")[0] for key in keys if key.startswith(prefix)
        }

    def run(self, spots: list[CellReading]) -> Iterator[CellChange]:
        for _, group in groupby(spots, lambda one: (one.sheet, one.row)):
            row = {spot.role: spot for spot in group}
            unknown = [name for name in row if name != REMOVE and not self.owner.field_named(name)]
            for name in unknown:
                self._say(row.pop(name), f"“{self.owner.label}”没有“{name}”这一列。", _AGAIN)
            if not row:
                continue
            first = next(iter(row.values()))
            if not self.ledger.writable(self.owner):
                self._refuse_writing(row)
            elif not first.id:
                yield from self._new(row)
            elif first.id in self.exported:
                yield from self._known(first.id, row)
            else:
                self._say(first, f"编号“{first.id}”不是这份工作簿导出的条目。", _AGAIN)

    def _known(self, id_: str, row: dict[str, CellReading]) -> Iterator[CellChange]:
        removal = row.pop(REMOVE, None)
        if removal is not None and self._marked(removal):
            yield from self._removed(id_, removal)
            return
        gone = self.ledger.element(self.owner, id_) is None
        for name, spot in row.items():
            key = element_key(self.owner, id_, name)
            field = self.owner.field_named(name)
            if field is None or key not in self.comparison.record.cells:
                self._say(spot, "导出时没有这一格。", _AGAIN)
                continue
            if gone:
                if not self.comparison.untouched(spot, key):
                    self._say(spot, "这一条在导出以后已经从卷宗里删去了。", _AGAIN)
                continue
            typed = self.comparison.changed(spot, key, reader_of(field))
            if typed is not None:
                facts = self.ledger.facts
                tree = Removed.REMOVED if typed.tree is None else typed.tree
                edit = Edit(self.owner.path, tree, id_, name)
                label = label_at(facts.standard, facts, key)
                yield CellChange(spot.place, label, self.ledger.text(key), typed.text, edit)

    def _marked(self, spot: CellReading) -> bool:
        """Whether the last column says that the entry goes."""
        word = spot.text.strip()
        if word and word not in (REMOVE_WORD, CLEAR_WORD) or spot.fault:
            self._say(spot, f"这一列只能写“{REMOVE_WORD}”。", "不删就空着。")
        return word in (REMOVE_WORD, CLEAR_WORD)

    def _removed(self, id_: str, spot: CellReading) -> Iterator[CellChange]:
        entry = self.ledger.element(self.owner, id_)
        if entry is None:
            return
        cells = self.comparison.record.cells
        keys = [element_key(self.owner, id_, one.path) for one in self.owner.fields]
        if any(digest(self.ledger.text(key)) != cells.get(key, "") for key in keys):
            self._say(spot, "要删的这一条，导出以后在卷宗里改过。", _AGAIN)
            return
        edit = Edit(self.owner.path, Removed.REMOVED, id_)
        yield CellChange(spot.place, self.owner.label, name_of(entry), "（删去）", edit)

    def _new(self, row: dict[str, CellReading]) -> Iterator[CellChange]:
        removal = row.pop(REMOVE, None)
        if removal is not None and self._marked(removal):
            return
        filled = [spot for spot in row.values() if spot.fault or spot.text.strip()]
        before = len(self.comparison.problems)
        typed = dict(self._fields(filled))
        if not typed or len(self.comparison.problems) > before or self._there_already(typed):
            return
        first = filled[0]
        if {one.id for one in self.ledger.elements(self.owner)} - self.exported:
            message = "导出以后卷宗里的这张清单添过条目，分不清这一行是不是其中一条。"
            self._say(first, message, _AGAIN)
            return
        yield self._add(first, typed)

    def _fields(self, spots: list[CellReading]) -> Iterator[tuple[str, Typed]]:
        for spot in spots:
            field = self.owner.field_named(spot.role)
            typed = self.comparison.typed(spot, reader_of(field)) if field is not None else None
            if typed is not None and typed.tree is not None:
                yield spot.role, typed

    def _add(self, spot: CellReading, typed: dict[str, Typed]) -> CellChange:
        entries = (*self.ledger.elements(self.owner), *self.added)
        id_ = new_id(self.owner, entries)
        fields = {one.path: typed[one.path] for one in self.owner.fields if one.path in typed}
        tree: dict[str, object] = {"id": id_} | {name: one.tree for name, one in fields.items()}
        self.added.append(Element(id_))
        texts = [one.text for one in fields.values()]
        called = fields.get("name") or fields.get("title")
        self.names.setdefault(called.text if called else id_, id_)
        shown = "，".join(texts[:_NAMED_AT_MOST]) + ("……" if len(texts) > _NAMED_AT_MOST else "")
        edit = Edit(self.owner.path, tree, id_)
        return CellChange(spot.place, self.owner.label, "（没有这一条）", f"新增：{shown}", edit)

    def _there_already(self, typed: dict[str, Typed]) -> bool:
        """Whether an entry that came into the dossier since says just the same."""
        said = {name: one.text for name, one in typed.items()}
        since = (one for one in self.ledger.elements(self.owner) if one.id not in self.exported)
        return any(self._says(one) == said for one in since)

    def _says(self, entry: Element) -> dict[str, str]:
        """The answered fields of an entry, in the words of their cells."""
        names = (one.path for one in self.owner.fields)
        texts = {name: self.ledger.text(element_key(self.owner, entry.id, name)) for name in names}
        return {name: text for name, text in texts.items() if text}

    def _refuse_writing(self, row: dict[str, CellReading]) -> None:
        for name, spot in row.items():
            key = element_key(self.owner, spot.id, name)
            exported = self.comparison.record.cells.get(key, "")
            if spot.fault or (spot.text.strip() and digest(spot.text) != exported):
                self._say(spot, "这次送审已经封存，不能再改。")

    def _say(self, spot: CellReading, message: str, fix: str = "") -> None:
        self.comparison.problem(spot, message, fix)


_LISTING_WIDTH: Final = 60


def changes_text(changes: Sequence[CellChange]) -> str:
    """One change after another: the cell and the question, then the old answer and the new."""
    lines = []
    for one in changes:
        lines.append(f"{one.place}  {one.label}")
        lines.append(f"    {_short(one.old) or '（空）'} → {_short(one.new) or '（清空）'}")
    return "\n".join(lines)


def _short(text: str) -> str:
    """A text in one line; of a long one the beginning and its length."""
    line = " ".join(text.split())
    return line if len(line) <= _LISTING_WIDTH else f"{line[:_SHOWN]}……（共 {len(text)} 字）"


_ITEM_LABELS: Final = {
    "answer": "自查结果",
    "note": "说明",
    "evidence": "证据",
    "page": "页码",
}


@dataclass(frozen=True, slots=True)
class MergedWorkbook:
    """What importing would change; nothing may be written while there are problems.

    `newer` counts the answers that were changed in the dossier alone: they stay.
    """

    changes: tuple[CellChange, ...]
    problems: tuple[Problem, ...]
    newer: int


def merge(
    filled: FilledWorkbook, ledger: Ledger, refused: Callable[[str], str | None]
) -> MergedWorkbook:
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
    merging = _WorkbookMerge(Comparison(ledger, filled.record, refused))
    changes = tuple(merging.run(filled.spots))
    comparison = merging.comparison
    order = {spot.place: at for at, spot in enumerate(filled.spots)}
    problems = sorted(comparison.problems, key=lambda one: order[one.file])
    return MergedWorkbook(changes, tuple(problems), comparison.newer())


class _WorkbookMerge:
    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.ledger = comparison.ledger
        self.questions = comparison.ledger.facts.standard.questions
        self.lists: dict[str, ListMerge] = {}
        # Attachments that this workbook adds can be its evidence.
        self.added: dict[str, str] = {}

    def run(self, spots: tuple[CellReading, ...]) -> Iterator[CellChange]:
        by_page = [(mark, list(group)) for mark, group in groupby(spots, lambda one: one.mark)]
        in_order: list[list[CellChange]] = [[] for _ in by_page]
        # Lists first: the rest may speak of entries that they add.
        for wanted in (True, False):
            for at, (mark, group) in enumerate(by_page):
                if mark.startswith(LIST) is wanted:
                    in_order[at] += self._page(mark, group)
        for changes in in_order:
            yield from changes

    def _page(self, mark: str, spots: list[CellReading]) -> Iterator[CellChange]:
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

    def _list(self, owner: Question, spots: list[CellReading]) -> Iterator[CellChange]:
        made = self.lists.setdefault(owner.path, ListMerge(self.comparison, owner))
        yield from made.run(spots)
        self.added |= made.names

    def _answer(self, spot: CellReading) -> CellChange | None:
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
        return CellChange(spot.place, question.label, old, typed.text, edit)

    def _item(self, spot: CellReading) -> CellChange | None:
        key = item_key(spot.id, spot.role)
        if spot.role not in ITEM_KEYS or key not in self.comparison.record.cells:
            self._unknown(spot)
            return None
        typed = self.comparison.changed(spot, key, lambda text: self._item_text(spot.role, text))
        if typed is None:
            return None
        label = f"审查要点 {spot.id} 的{_ITEM_LABELS[spot.role]}"
        edit = Edit("", typed.tree, spot.id, spot.role)
        return CellChange(spot.place, label, self.ledger.text(key), typed.text, edit)

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

    def _unknown(self, spot: CellReading) -> None:
        """Say that a cell belongs to no answer; a row of notes that someone added does too."""
        if spot.text.strip() or spot.fault:
            what = f"编号“{spot.id}”" if spot.id else "没有编号的一行"
            self.comparison.problem(
                spot, f"{what}不是这份工作簿导出的问题。", "请删去这一行，或重新导出。"
            )
