"""The sheet of a list against the dossier: entries changed, added, removed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from mmethics_cli.core.edits import Edit, Removed
from mmethics_cli.core.elements import new_id
from mmethics_cli.core.names import label_at
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import Element, name_of
from mmethics_cli.sheets.answer import Typed, reader_of
from mmethics_cli.sheets.comparison import Change, Comparison
from mmethics_cli.sheets.layout import REMOVE
from mmethics_cli.sheets.ledger import element_key
from mmethics_cli.sheets.reader import Spot
from mmethics_cli.sheets.record import digest
from mmethics_cli.sheets.rules import CLEAR_WORD, REMOVE_WORD

_SHOWN: Final = 4
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

    def run(self, spots: list[Spot]) -> Iterator[Change]:
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

    def _known(self, id_: str, row: dict[str, Spot]) -> Iterator[Change]:
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
                yield Change(spot.place, label, self.ledger.text(key), typed.text, edit)

    def _marked(self, spot: Spot) -> bool:
        """Whether the last column says that the entry goes."""
        word = spot.text.strip()
        if word and word not in (REMOVE_WORD, CLEAR_WORD) or spot.fault:
            self._say(spot, f"这一列只能写“{REMOVE_WORD}”。", "不删就空着。")
        return word in (REMOVE_WORD, CLEAR_WORD)

    def _removed(self, id_: str, spot: Spot) -> Iterator[Change]:
        entry = self.ledger.element(self.owner, id_)
        if entry is None:
            return
        cells = self.comparison.record.cells
        keys = [element_key(self.owner, id_, one.path) for one in self.owner.fields]
        if any(digest(self.ledger.text(key)) != cells.get(key, "") for key in keys):
            self._say(spot, "要删的这一条，导出以后在卷宗里改过。", _AGAIN)
            return
        edit = Edit(self.owner.path, Removed.REMOVED, id_)
        yield Change(spot.place, self.owner.label, name_of(entry), "（删去）", edit)

    def _new(self, row: dict[str, Spot]) -> Iterator[Change]:
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

    def _fields(self, spots: list[Spot]) -> Iterator[tuple[str, Typed]]:
        for spot in spots:
            field = self.owner.field_named(spot.role)
            typed = self.comparison.typed(spot, reader_of(field)) if field is not None else None
            if typed is not None and typed.tree is not None:
                yield spot.role, typed

    def _add(self, spot: Spot, typed: dict[str, Typed]) -> Change:
        entries = (*self.ledger.elements(self.owner), *self.added)
        id_ = new_id(self.owner, entries)
        fields = {one.path: typed[one.path] for one in self.owner.fields if one.path in typed}
        tree: dict[str, object] = {"id": id_} | {name: one.tree for name, one in fields.items()}
        self.added.append(Element(id_))
        texts = [one.text for one in fields.values()]
        called = fields.get("name") or fields.get("title")
        self.names.setdefault(called.text if called else id_, id_)
        shown = "，".join(texts[:_SHOWN]) + ("……" if len(texts) > _SHOWN else "")
        edit = Edit(self.owner.path, tree, id_)
        return Change(spot.place, self.owner.label, "（没有这一条）", f"新增：{shown}", edit)

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

    def _refuse_writing(self, row: dict[str, Spot]) -> None:
        for name, spot in row.items():
            key = element_key(self.owner, spot.id, name)
            exported = self.comparison.record.cells.get(key, "")
            if spot.fault or (spot.text.strip() and digest(spot.text) != exported):
                self._say(spot, "这次送审已经封存，不能再改。")

    def _say(self, spot: Spot, message: str, fix: str = "") -> None:
        self.comparison.problem(spot, message, fix)
