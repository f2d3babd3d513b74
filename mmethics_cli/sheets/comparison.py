"""Three texts of one cell: as exported, as handed back, as the dossier says now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mmethics_cli.core.answers import Refused
from mmethics_cli.core.edits import Edit
from mmethics_cli.errors import Problem
from mmethics_cli.sheets.answer import Read, Typed
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.reader import Spot
from mmethics_cli.sheets.record import Record, digest

_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class Change:
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
    _seen: dict[str, Spot] = field(default_factory=dict)

    def problem(self, spot: Spot, message: str, fix: str = "") -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(message, spot.place, fix=fix))

    def changed(self, spot: Spot, key: str, read: Read) -> Typed | None:
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

    def untouched(self, spot: Spot, key: str) -> bool:
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

    def typed(self, spot: Spot, read: Read) -> Typed | None:
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

    def _twice(self, spot: Spot, key: str) -> bool:
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
