"""A filled workbook against the dossier: what changes, and every place that can't be used.

Three states of each answer are compared: what was exported (a digest in the workbook's record),
what its cell says, and what the dossier says now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from msgspec import Struct, field

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
    ReadCell,
    Typed,
    read_list,
    read_verdict,
    reader_of,
)
from mmethics_cli.sheets.writer import Record, digest

_AGAIN: Final = "请用 mmethics sheet export 重新导出再填。"
_SEALED: Final = "这次送审已经封存，不能再改。"
_ITEM_LABELS: Final = {
    "answer": "自查结果",
    "note": "说明",
    "evidence": "证据",
    "page": "页码",
}
_QUOTED_AT_MOST: Final = 24  # characters of an answer in a message
_NAMED_AT_MOST: Final = 4  # fields of a new entry


class CellChange(Struct, frozen=True):
    """One answer that importing changes, in words and as an edit."""

    place: str
    label: str
    old: str
    new: str
    edit: Edit


class MergedWorkbook(Struct, frozen=True):
    """What importing would change; nothing may be written while there are problems.

    `newer` counts the answers that were changed in the dossier alone: they stay. `left_out` are
    the cells changed by a person whose questions the pack does not have, `placeholders` those that
    are taken though their words are no answer yet.
    """

    changes: tuple[CellChange, ...]
    problems: tuple[Problem, ...]
    newer: int
    left_out: tuple[str, ...] = ()
    placeholders: tuple[Problem, ...] = ()


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
    comparison = _Comparison(ledger, filled.record, refused)
    changes = tuple(_WorkbookMerge(comparison).run(filled.cells))
    order = {cell.place: at for at, cell in enumerate(filled.cells)}
    problems = sorted(comparison.problems, key=lambda problem: order[problem.file])
    left_out, placeholders = tuple(comparison.left_out), tuple(comparison.placeholders)
    return MergedWorkbook(changes, tuple(problems), comparison.newer(), left_out, placeholders)


class _WorkbookMerge:
    """Compares the pages of a workbook, and remembers the list entries that they add."""

    def __init__(self, comparison: _Comparison) -> None:
        self.comparison = comparison
        self.ledger = comparison.ledger
        self.questions = comparison.ledger.facts.standard.questions
        self.lists: dict[str, _ListMerge] = {}
        # Attachments that this workbook adds can be its evidence.
        self.added: dict[str, str] = {}

    def run(self, cells: tuple[CellReading, ...]) -> Iterator[CellChange]:
        """The changes in the order of the pages."""
        by_page = [(mark, list(group)) for mark, group in groupby(cells, lambda cell: cell.mark)]
        in_order: list[list[CellChange]] = [[] for _ in by_page]
        # Lists first: the rest may speak of entries that they add.
        for of_list in (True, False):
            for at, (mark, group) in enumerate(by_page):
                if mark.startswith(LIST) is of_list:
                    in_order[at] += self._page(mark, group)
        for changes in in_order:
            yield from changes

    def _page(self, mark: str, cells: list[CellReading]) -> Iterator[CellChange]:
        for cell in cells:
            if cell.fault and not cell.role:
                self.comparison.refuse(cell, f"{cell.fault}。", _AGAIN)
        sound = [cell for cell in cells if cell.role]
        path = mark.removeprefix(LIST)
        if mark.startswith(LIST) and path in self.questions:
            yield from self._list(self.questions[path], sound)
        elif mark in (QUESTIONS, ITEMS):
            for cell in sound:
                change = self._answer(cell) if mark == QUESTIONS else self._item(cell)
                if change is not None:
                    yield change
        elif cells:
            keys = [f"{path}[{cell.id}].{cell.role}" for cell in sound]
            left_out = [
                self.comparison.leave_out(cell, key) for cell, key in zip(sound, keys, strict=True)
            ]
            if not any(left_out):
                self.comparison.refuse(cells[0], f"不认识的工作表“{mark}”。", _AGAIN)

    def _list(self, owner: Question, cells: list[CellReading]) -> Iterator[CellChange]:
        rows = self.lists.setdefault(owner.path, _ListMerge(self.comparison, owner))
        yield from rows.run(cells)
        self.added |= rows.names

    def _answer(self, cell: CellReading) -> CellChange | None:
        if self.comparison.leave_out(cell, cell.id):
            return None
        question = self.questions.get(cell.id)
        if question is None or cell.role != ANSWER:
            self._refuse_stray(cell)
            return None
        if cell.id not in self.comparison.record.cells:
            # How many entries a list has is said, not asked.
            if question.type != "list":
                self._refuse_stray(cell)
            return None
        read = read_list if question.type == "list" else self.comparison.reader_of(question)
        typed = self.comparison.changed(cell, cell.id, read)
        if typed is None:
            return None
        if not self.ledger.writable(question):
            self.comparison.refuse(cell, _SEALED)
            return None
        if cell.id in self.lists and self.lists[cell.id].names:
            self.comparison.refuse(
                cell, f"写了“{cell.text}”，清单的工作表里却有新的条目。", "请只留一处。"
            )
            return None
        old, edit = self.ledger.text(cell.id), Edit(cell.id, typed.tree)
        return CellChange(cell.place, question.label, old, typed.text, edit)

    def _item(self, cell: CellReading) -> CellChange | None:
        key = item_key(cell.id, cell.role)
        if self.comparison.leave_out(cell, key):
            return None
        if cell.role not in ITEM_KEYS or key not in self.comparison.record.cells:
            self._refuse_stray(cell)
            return None
        typed = self.comparison.changed(cell, key, self._item_text)
        if typed is None:
            return None
        label = f"审查要点 {cell.id} 的{_ITEM_LABELS[cell.role]}"
        edit = Edit("", typed.tree, cell.id, cell.role)
        return CellChange(cell.place, label, self.ledger.text(key), typed.text, edit)

    def _item_text(self, cell: CellReading) -> Typed:
        role, text = cell.role, cell.text.strip()
        if text == CLEAR_WORD:
            return Typed("", None)
        if role == "answer":
            return read_verdict(text)
        if role == "evidence":
            evidence = self.added.get(text) or self.ledger.evidence_of(text)
            return Typed(self.ledger.evidence_names.get(evidence, text), evidence)
        return Typed(text, text)

    def _refuse_stray(self, cell: CellReading) -> None:
        """Say that a cell belongs to no answer; a row of notes that someone added does too."""
        if cell.text.strip() or cell.fault:
            row = f"编号“{cell.id}”" if cell.id else "没有编号的一行"
            self.comparison.refuse(
                cell, f"{row}不是这份工作簿导出的问题。", "请删去这一行，或重新导出。"
            )


class _ListMerge:
    """Compares the rows of one list; `names` are the entries that it adds, ids by name."""

    def __init__(self, comparison: _Comparison, owner: Question) -> None:
        self.comparison = comparison
        self.ledger = comparison.ledger
        self.owner = owner
        self.names: dict[str, str] = {}
        self.added: list[Element] = []
        prefix, keys = f"{owner.path}[", comparison.record.cells
        exported = [
            key.removeprefix(prefix).rpartition("].") for key in keys if key.startswith(prefix)
        ]
        self.exported = {id_ for id_, _, _ in exported}
        self.columns = {name for _, _, name in exported}

    def run(self, cells: list[CellReading]) -> Iterator[CellChange]:
        """The changes row by row."""
        for _, group in groupby(cells, lambda cell: (cell.sheet, cell.row)):
            row = {cell.role: cell for cell in group}
            for name in [name for name in row if name != REMOVE]:
                if self.owner.field_named(name) is None:
                    self._leave_out(row.pop(name))
            if not row:
                continue
            first = next(iter(row.values()))
            if not self.ledger.writable(self.owner):
                self._refuse_writing(row)
            elif not first.id:
                yield from self._new(row)
            elif first.id in self.exported:
                yield from self._exported(first.id, row)
            else:
                message = f"编号“{first.id}”不是这份工作簿导出的条目。"
                self.comparison.refuse(first, message, _AGAIN)

    def _leave_out(self, cell: CellReading) -> None:
        """A cell of a column that the pack does not have; noted where none was exported either."""
        if not cell.id and cell.role in self.columns:
            self.comparison.left_out.append(cell.place)
        elif not self.comparison.leave_out(cell, element_key(self.owner, cell.id, cell.role)):
            message = f"“{self.owner.label}”没有“{cell.role}”这一列。"
            self.comparison.refuse(cell, message, _AGAIN)

    def _exported(self, id_: str, row: dict[str, CellReading]) -> Iterator[CellChange]:
        """The changes to an entry that was exported, or its removal."""
        removal = row.pop(REMOVE, None)
        if removal is not None and self._says_remove(removal):
            yield from self._removed(id_, removal)
            return
        gone = self.ledger.element(self.owner, id_) is None
        for name, cell in row.items():
            key = element_key(self.owner, id_, name)
            question = self.owner.field_named(name)
            if question is None or key not in self.comparison.record.cells:
                self.comparison.refuse(cell, "导出时没有这一格。", _AGAIN)
                continue
            if gone:
                if not self.comparison.untouched(cell, key):
                    message = "这一条在导出以后已经从卷宗里删去了。"
                    self.comparison.refuse(cell, message, _AGAIN)
                continue
            typed = self.comparison.changed(cell, key, self.comparison.reader_of(question))
            if typed is not None:
                facts = self.ledger.facts
                tree = Removed.REMOVED if typed.tree is None else typed.tree
                edit = Edit(self.owner.path, tree, id_, name)
                label = label_at(facts.standard, facts, key)
                yield CellChange(cell.place, label, self.ledger.text(key), typed.text, edit)

    def _says_remove(self, cell: CellReading) -> bool:
        """Whether the last column says that the entry goes."""
        word = cell.text.strip()
        if word and word not in (REMOVE_WORD, CLEAR_WORD) or cell.fault:
            self.comparison.refuse(cell, f"这一列只能写“{REMOVE_WORD}”。", "不删就空着。")
        return word in (REMOVE_WORD, CLEAR_WORD)

    def _removed(self, id_: str, cell: CellReading) -> Iterator[CellChange]:
        entry = self.ledger.element(self.owner, id_)
        if entry is None:
            return
        exported = self.comparison.record.cells
        keys = [element_key(self.owner, id_, question.path) for question in self.owner.fields]
        if any(digest(self.ledger.text(key)) != exported.get(key, "") for key in keys):
            self.comparison.refuse(cell, "要删的这一条，导出以后在卷宗里改过。", _AGAIN)
            return
        edit = Edit(self.owner.path, Removed.REMOVED, id_)
        yield CellChange(cell.place, self.owner.label, name_of(entry), "（删去）", edit)

    def _new(self, row: dict[str, CellReading]) -> Iterator[CellChange]:
        """An entry written into a spare row."""
        removal = row.pop(REMOVE, None)
        if removal is not None and self._says_remove(removal):
            return
        filled = [cell for cell in row.values() if cell.fault or cell.text.strip()]
        before = len(self.comparison.problems)
        typed = dict(self._fields(filled))
        if not typed or len(self.comparison.problems) > before or self._there_already(typed):
            return
        first = filled[0]
        if {entry.id for entry in self.ledger.elements(self.owner)} - self.exported:
            message = "导出以后卷宗里的这张清单添过条目，分不清这一行是不是其中一条。"
            self.comparison.refuse(first, message, _AGAIN)
            return
        yield self._add(first, typed)

    def _fields(self, cells: list[CellReading]) -> Iterator[tuple[str, Typed]]:
        for cell in cells:
            question = self.owner.field_named(cell.role)
            if question is None:
                continue
            typed = self.comparison.typed(cell, self.comparison.reader_of(question))
            if typed is not None and typed.tree is not None:
                yield cell.role, typed

    def _add(self, cell: CellReading, typed: dict[str, Typed]) -> CellChange:
        id_ = new_id(self.owner, (*self.ledger.elements(self.owner), *self.added))
        names = [question.path for question in self.owner.fields if question.path in typed]
        tree: dict[str, object] = {"id": id_} | {name: typed[name].tree for name in names}
        self.added.append(Element(id_))
        title = typed.get("name") or typed.get("title")
        self.names.setdefault(title.text if title else id_, id_)
        texts = [typed[name].text for name in names]
        more = "……" if len(texts) > _NAMED_AT_MOST else ""
        new = f"新增：{'，'.join(texts[:_NAMED_AT_MOST])}{more}"
        edit = Edit(self.owner.path, tree, id_)
        return CellChange(cell.place, self.owner.label, "（没有这一条）", new, edit)

    def _there_already(self, typed: dict[str, Typed]) -> bool:
        """Whether an entry that came into the dossier since says just the same."""
        texts = {name: answer.text for name, answer in typed.items()}
        entries = self.ledger.elements(self.owner)
        since = (entry for entry in entries if entry.id not in self.exported)
        return any(self._texts(entry) == texts for entry in since)

    def _texts(self, entry: Element) -> dict[str, str]:
        """The answered fields of an entry, in the words of their cells."""
        names = (question.path for question in self.owner.fields)
        texts = {name: self.ledger.text(element_key(self.owner, entry.id, name)) for name in names}
        return {name: text for name, text in texts.items() if text}

    def _refuse_writing(self, row: dict[str, CellReading]) -> None:
        for name, cell in row.items():
            key = element_key(self.owner, cell.id, name)
            exported = self.comparison.record.cells.get(key, "")
            if cell.fault or (cell.text.strip() and digest(cell.text) != exported):
                self.comparison.refuse(cell, _SEALED)


class _Comparison(Struct):
    """Which cells were changed by a person, and which of those the dossier has changed too.

    `refused` names a character that no answer may hold. Every place that can't be used is in
    `problems`; `left_out` are changed cells of questions that the pack does not have, and
    `placeholders` those whose words are no answer yet.
    """

    ledger: Ledger
    record: Record
    refused: Callable[[str], str | None]
    problems: list[Problem] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    placeholders: list[Problem] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)
    _seen: dict[str, CellReading] = field(default_factory=dict)

    def reader_of(self, question: Question) -> ReadCell:
        """How the cell of a question is read."""
        return reader_of(question, self.ledger.facts.standard.placeholders)

    def refuse(self, cell: CellReading, message: str, fix: str = "") -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(message, cell.place, fix=fix))

    def changed(self, cell: CellReading, key: str, read: ReadCell) -> Typed | None:
        """The new answer of a cell that holds the answer at `key`; None where nothing changes."""
        if self._twice(cell, key) or self.untouched(cell, key):
            return None
        typed = self.typed(cell, read)
        if typed is None:
            return None
        now = self.ledger.text(key)
        if typed.text == now:
            return None
        if digest(now) != self.record.cells[key]:
            self.refuse(
                cell,
                f"导出以后卷宗里的这个回答改过了：卷宗现在是{_quoted(now)}，"
                f"表里填的是{_quoted(cell.text)}。",
                "请重新导出再填，或把这一格改成与卷宗一致。",
            )
            return None
        return typed

    def untouched(self, cell: CellReading, key: str) -> bool:
        """Whether a cell is empty or says what it said when it was exported."""
        exported = self.record.cells[key]
        same = exported in (digest(cell.text), digest(cell.stored))
        if cell.fault or (cell.text.strip() and not same):
            self._touched.add(key)
            return False
        return True

    def leave_out(self, cell: CellReading, key: str) -> bool:
        """Whether a cell was exported for a name that the pack does not have; noted if changed."""
        if key not in self.record.cells or self.ledger.knows(key):
            return False
        if not self.untouched(cell, key):
            self.left_out.append(cell.place)
        return True

    def newer(self) -> int:
        """How many answers only the dossier has changed since the export: they stay."""
        exported = self.record.cells
        left = (key for key in exported if key not in self._touched and self.ledger.knows(key))
        return sum(digest(self.ledger.text(key)) != exported[key] for key in left)

    def typed(self, cell: CellReading, read: ReadCell) -> Typed | None:
        """What was typed, read; None with a problem noted where it can't be."""
        if cell.fault:
            self.refuse(cell, f"{cell.fault}。", cell.fix)
            return None
        character = self.refused(cell.text)
        if character is not None:
            self.refuse(cell, f"含有不能使用的{character}。", "请删去它。")
            return None
        try:
            typed = read(cell)
        except Refused as refusal:
            self.refuse(cell, f"{refusal.message}。", refusal.fix)
            return None
        if typed.placeholder is not None:
            message, fix = typed.placeholder
            self.placeholders.append(Problem(f"{message}。", cell.place, fix=fix))
        return typed

    def _twice(self, cell: CellReading, key: str) -> bool:
        """Whether the answer stood in another cell before; noted if that one said otherwise."""
        first = self._seen.setdefault(key, cell)
        if first is cell:
            return False
        if (first.text, first.fault) != (cell.text, cell.fault):
            self.refuse(
                cell,
                f"与 {first.place} 是同一个回答，两处写的不一样。",
                "复制整行时隐藏的编号也会复制：新的条目请写在空行里，多余的行请删去。",
            )
        return True


def _quoted(text: str) -> str:
    if not text:
        return "空的"
    return f"“{text}”" if len(text) <= _QUOTED_AT_MOST else f"“{text[:_QUOTED_AT_MOST]}…”"
