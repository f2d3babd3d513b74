"""What somebody wrote into a form: the filled file held against the known blank one.

Both are gone through together: what stands on the blank one is found again in its order, and what
is new lies where the blank has room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from msgspec import Struct

from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.formats.form.grid import GridCell, GridRow, blocks_of, place_of, rows_of
from mmethics_cli.formats.form.line import TICKED, FormLine, line_of
from mmethics_cli.formats.form.reading import WordForm
from mmethics_cli.formats.word.markup import TBL, Element

_STILL_EMPTY: Final = re.compile(
    r"[\s_＿﹍年月日至/／\-—]*|X{2,}|[$#]\{.*\}|\{\{.*\}\}|(?:单击|点击)(?:或点击)?此处.*",
    re.DOTALL,
)
_BOXES: Final = "□☐○口☑☒■●√✓"
_SPACE: Final = re.compile(r"\s+")
_TRIM: Final = " \t\u3000\n_＿﹍"


class FormAnswer(Struct, frozen=True):
    """What stands in a blank: its number on the blank form, the words, where they stand.

    Of boxes the words are those of the ticked options, a line each; of a list each row is one.
    """

    blank: int
    text: str
    place: str


class _PlacedLine(Struct):
    line: FormLine
    place: str


class _Stretch(NamedTuple):
    """Paragraphs, and the rows of the table behind them."""

    lines: list[_PlacedLine]
    rows: list[GridRow]


def answers_of(blank: WordForm, filled: WordForm) -> Iterator[FormAnswer]:
    """What is new in a filled form, blank by blank; an empty blank gives nothing."""
    walk = _Walk(blank.blanks)
    before, after = _parts(blank), _parts(filled)
    for (lines, rows), (new_lines, new_rows) in zip_longest(
        before, after, fillvalue=_Stretch([], [])
    ):
        yield from walk.lines(lines, new_lines)
        yield from walk.rows(rows, new_rows)
    yield from _ticked(blank.blanks, filled.blanks)


def _parts(form: WordForm) -> list[_Stretch]:
    """The form in turns: paragraphs and the table that comes after them."""
    parts = [_Stretch([], [])]
    for number, block in enumerate(blocks_of(form.package.body), 1):
        if block.tag == TBL:
            parts[-1] = _Stretch(parts[-1].lines, rows_of(block))
            parts.append(_Stretch([], []))
        else:
            parts[-1].lines.append(_PlacedLine(line_of(block), f"第 {number} 段"))
    return parts


class _Walk:
    """Goes through both forms; knows which blanks stand in a line, a cell, a list."""

    def __init__(self, blanks: Sequence[FormBlank]) -> None:
        self.in_line: dict[Element, list[tuple[int, FormBlank]]] = {}
        self.in_cell: dict[Element, int] = {}
        self.in_list: dict[Element, list[tuple[int, FormBlank]]] = {}
        self.table = 0
        for number, blank in enumerate(blanks):
            spot = blank.spot
            if spot.rows:
                self.in_list.setdefault(spot.rows[0].element, []).append((number, blank))
            elif spot.cell is not None:
                self.in_cell[spot.cell.element] = number
            elif spot.line is not None and blank.kind != "boxes":
                self.in_line.setdefault(spot.line.paragraph, []).append((number, blank))

    def lines(
        self, before: Sequence[_PlacedLine], after: Sequence[_PlacedLine]
    ) -> Iterator[FormAnswer]:
        """Answers in the gaps of lines, and in the room between them."""
        room: list[int] = []  # the blanks that are nothing but room, since the last words
        start = 0
        for old in before:
            gaps = self.in_line.get(old.line.paragraph, [])
            if not old.line.raw.strip(_TRIM) or (len(gaps) == 1 and gaps[0][1].kind == "long"):
                room += [number for number, _ in gaps]
                continue
            pattern = _pattern(old.line, [gap for _, gap in gaps])
            found = next(
                (at for at in range(start, len(after)) if pattern.fullmatch(after[at].line.raw)),
                None,
            )
            if found is None:
                continue
            yield from _between(room, after[start:found])
            room, start = [], found + 1
            match = pattern.fullmatch(after[found].line.raw)
            for (number, gap), text in zip(gaps, match.groups() if match else (), strict=True):
                stood = old.line.raw[gap.spot.start : gap.spot.end]
                yield from _answer(number, text, stood, after[found].place)
        yield from _between(room, after[start:])

    def rows(self, before: Sequence[GridRow], after: Sequence[GridRow]) -> Iterator[FormAnswer]:
        """Answers in the cells of a table; rows may have been added to its lists."""
        self.table += bool(before)
        added = len(after) - len(before)
        start = 0
        for at, old in enumerate(before):
            if old.element in self.in_list:
                rest = next((n for n in range(at, len(before)) if self._says(before[n])), None)
                rest = len(before) if rest is None else rest
                end = rest + max(added, 0)
                yield from self._list(old, after[start:end])
            found = next((n for n in range(start, len(after)) if self._alike(old, after[n])), None)
            if found is None:
                continue
            start = found + 1
            for number, (cell, other) in enumerate(
                zip(old.cells, after[found].cells, strict=True), 1
            ):
                place = place_of(other, self.table, number)
                yield from self._cell(cell, other, place)

    def _says(self, row: GridRow) -> bool:
        return any(cell.text.strip(_TRIM) and len(cell.text) > 2 for cell in row.cells)

    def _alike(self, old: GridRow, new: GridRow) -> bool:
        """Whether a row has the words of the blank one, cell by cell."""
        return len(old.cells) == len(new.cells) and all(
            cell.element in self.in_cell or self._holds(cell, other)
            for cell, other in zip(old.cells, new.cells, strict=True)
        )

    def _holds(self, cell: GridCell, other: GridCell) -> bool:
        """Whether a cell has every line of the blank one, in order."""
        rest = iter(other.lines)
        for line in cell.lines:
            gaps = [gap for _, gap in self.in_line.get(line.paragraph, [])]
            if line.raw.strip(_TRIM) and not any(gap.kind == "long" for gap in gaps):
                pattern = _pattern(line, gaps)
                if not any(pattern.fullmatch(candidate.raw) for candidate in rest):
                    return False
        return True

    def _cell(self, old: GridCell, new: GridCell, place: str) -> Iterator[FormAnswer]:
        if old.element not in self.in_cell:
            yield from self.lines(
                [_PlacedLine(line, place) for line in old.lines],
                [_PlacedLine(line, place) for line in new.lines],
            )
            return
        stood = "\n".join(line.raw for line in old.lines)
        text = "\n".join(line.raw for line in new.lines)
        yield from _answer(self.in_cell[old.element], text, stood, place)

    def _list(self, first: GridRow, rows: Sequence[GridRow]) -> Iterator[FormAnswer]:
        """The entries of a list, row by row."""
        for row in rows:
            if len(row.cells) != len(first.cells):
                continue
            for number, blank in self.in_list[first.element]:
                own = blank.spot.cell
                assert own is not None  # a column has its first cell
                at = [cell.element for cell in first.cells].index(own.element)
                place = place_of(row.cells[at], self.table, at + 1)
                yield from _answer(number, row.cells[at].text, first.cells[at].text, place)


def _between(room: Sequence[int], lines: Sequence[_PlacedLine]) -> Iterator[FormAnswer]:
    """What was written into room below a label: all that is new there."""
    said = [written for written in lines if written.line.raw.strip(_TRIM)]
    if room and said:
        yield from _answer(
            room[0], "\n".join(written.line.raw for written in said), "", said[0].place
        )


def _answer(number: int, text: str, stood: str, place: str) -> Iterator[FormAnswer]:
    """What is new there; a unit or an instruction that the blank has is none of it."""
    words, old = text.strip(_TRIM), stood.strip(_TRIM)
    if old and words != old and not _STILL_EMPTY.fullmatch(old):
        words = words.removesuffix(old).removeprefix(old).strip(_TRIM)
    if words != old and not _STILL_EMPTY.fullmatch(words):
        yield FormAnswer(number, words, place)


def _pattern(line: FormLine, gaps: Sequence[FormBlank]) -> re.Pattern[str]:
    parts, at = [], 0
    for gap in gaps:
        parts += [_literal(line.raw[at : gap.spot.start]), "(.*?)"]
        at = gap.spot.end
    return re.compile("".join((*parts, _literal(line.raw[at:]))) + r"\s*", re.DOTALL)


def _literal(text: str) -> str:
    """The words of a line, however many blanks lie between them now, ticked or not."""
    literal = r"[\s_]*".join(re.escape(char) for char in re.sub(r"[\s_]", "", text))
    return r"[\s_]*" + re.sub(f"[{_BOXES}\ufffc]", f"[{_BOXES}\ufffc]", literal) + r"[\s_]*"


def _ticked(blanks: Sequence[FormBlank], filled: Sequence[FormBlank]) -> Iterator[FormAnswer]:
    """The ticked options of each group of boxes."""
    groups = [boxes for boxes in filled if boxes.kind == "boxes"]
    for number, blank in enumerate(blanks):
        if blank.kind != "boxes":
            continue
        words = [option.words for option in blank.options]
        for group in groups:
            if [option.words for option in group.options] == words and group.words == blank.words:
                groups.remove(group)
                ticked = [box.words for box in group.options if box.line.text[box.at] == TICKED]
                if ticked:
                    yield FormAnswer(number, "\n".join(ticked), group.place)
                break
