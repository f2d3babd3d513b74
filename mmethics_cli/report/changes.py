"""What importing a workbook would change, answer by answer, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

_MOST: Final = 60  # characters of an answer that are shown
_BEGINNING: Final = 24  # characters of a longer one


class ChangedAnswer(Protocol):
    """An answer that changes: the cell it stands in, its label, its words before and after."""

    @property
    def place(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def old(self) -> str: ...

    @property
    def new(self) -> str: ...


def changes_text(changes: Sequence[ChangedAnswer]) -> str:
    """One change after another: the cell and the question, then the old answer and the new."""
    lines = []
    for change in changes:
        lines.append(f"{change.place}  {change.label}")
        lines.append(f"    {_short(change.old) or '（空）'} → {_short(change.new) or '（清空）'}")
    return "\n".join(lines)


def _short(text: str) -> str:
    """A text in one line; of a long one the beginning and its length."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST else f"{line[:_BEGINNING]}……（共 {len(text)} 字）"
