"""The boxes of a flow figure as text: what makes two boxes one, how lines are cut, the words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mmethics_cli.core.columns import display_width
from mmethics_cli.render.blocks import Flow, FlowRow, Inline, Line, Text

_LINE_BREAK: Final = re.compile(r"\s*//\s*")
_MORE: Final = "…"
_WORD: Final = re.compile(r"\n|[!-~\u00c0-\u024f]+|.", re.DOTALL)
_WIDER: Final = 0.35  # what a capital takes more than other letters


@dataclass(frozen=True, slots=True)
class Fit:
    """How a box is set: size in half points, most lines for its name and for each line after."""

    size: int
    name: int
    detail: int

    @property
    def height(self) -> int:
        """Of a line, in twips."""
        return self.size * 12 + 6

    def columns(self, width: int) -> int:
        """Latin letters that a line of `width` twips holds, with a little to spare."""
        return max(4, int(width / (self.size * 5) * 0.97))


def box_lines(line: Line) -> tuple[Line, ...]:
    """The lines of a box: a template parts them by `//`; empty ones are left out."""
    lines: list[list[Inline]] = [[]]
    for one in line:
        if isinstance(one, Text) and not one.value:
            first, *rest = _LINE_BREAK.split(one.text)
            lines[-1].append(one._replace(text=first))
            lines.extend([one._replace(text=text)] for text in rest)
        else:
            lines[-1].append(one)
    return tuple(tuple(one) for one in lines if plain(tuple(one)).strip())


def plain(line: Line) -> str:
    return "".join(one.text for one in line if isinstance(one, Text))


def key_of(cell: Sequence[Line]) -> str:
    """Boxes of a column with one key are one box; empty where there is none."""
    return "\n".join(plain(line) for line in cell).strip()


def cut(cell: Sequence[Line], fit: Fit, width: int) -> tuple[tuple[Line, ...], int]:
    """The lines as far as they fit, cut with `…`, and how many lines they take on paper."""
    columns, total = fit.columns(width), 0
    kept: list[Line] = []
    for number, line in enumerate(cell):
        short = _cut_line(line, columns, fit.detail if number else fit.name)
        kept.append(short)
        total += lines_of(plain(short), columns)
    return tuple(kept), total


def lines_of(text: str, columns: int) -> int:
    """How many lines a text takes where one holds `columns` Latin letters; words stay whole."""
    return max((line for _, line, _ in _walk(text, columns)), default=1)


def _walk(text: str, columns: int) -> Iterator[tuple[int, int, float]]:
    """Word by word: where it ends, on which line, and how much of that line is then used."""
    line, used = 1, 0.0
    for end, word, width in _words(text):
        if word == "\n" or (used and used + width > columns):
            line, used = line + 1, 0.0
            width = 0.0 if word in ("\n", " ") else width
        used += width
        if used > columns:  # one long word
            extra = math.ceil(used / columns) - 1
            line, used = line + extra, used - extra * columns
        yield end, line, used


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[tuple[int, str, float], ...]:
    """The words of a text, where each ends and how wide it is; a Han character is a word."""
    return tuple(
        (
            found.end(),
            found[0],
            display_width(found[0]) + _WIDER * sum(map(str.isupper, found[0])),
        )
        for found in _WORD.finditer(text)
    )


def _cut_line(line: Line, columns: int, most: int) -> Line:
    """A line that takes no more than `most` lines; a gap is never cut."""
    if lines_of(plain(line), columns) <= most:
        return line
    kept: list[Inline] = []
    for one in line:
        if isinstance(one, Text) and not one.gap:
            one = _longest(one, plain(tuple(kept)), columns, most)
        kept.append(one)
        if isinstance(one, Text) and one.text.endswith(_MORE):
            break
    return tuple(kept)


def _longest(piece: Text, before: str, columns: int, most: int) -> Text:
    """As much of a piece as fits behind `before`, cut after a word."""
    whole, room = before + piece.text, 0
    for end, line, used in _walk(whole, columns):
        if line > most:
            cut_off = whole[len(before) : max(room, len(before))]
            return piece._replace(text=cut_off + _MORE)
        if line < most or used + display_width(_MORE) <= columns:
            room = end
    return piece


def words(flow: Flow, rows: Sequence[FlowRow]) -> str:
    """A figure in words: its title, then each way through it, as `rows` have it."""
    ways = "；".join(_ways(rows))
    return f"{flow.caption}。{'、'.join(flow.columns)}，从左到右：{ways}。"


def _ways(rows: Sequence[FlowRow]) -> Iterator[str]:
    for row in rows:
        boxes = ["，".join(plain(line).strip() for line in cell) for cell in row.cells if cell]
        beyond = f"（{row.border}）" if row.border else ""
        yield " → ".join(boxes) + beyond
