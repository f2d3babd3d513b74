"""The changes that importing makes, as text for people: where, what, old → new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mmethics_cli.sheets.comparison import Change

_SHOWN: Final = 60


def changes_text(changes: Sequence[Change]) -> str:
    """One change after another: the cell and the question, then the old answer and the new."""
    lines = []
    for one in changes:
        lines.append(f"{one.place}  {one.label}")
        lines.append(f"    {_short(one.old) or '（空）'} → {_short(one.new) or '（清空）'}")
    return "\n".join(lines)


def _short(text: str) -> str:
    """A text in one line; of a long one the beginning and its length."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}……（共 {len(text)} 字）"
