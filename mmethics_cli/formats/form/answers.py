"""What somebody wrote into a form: the filled file held against the known blank one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.form.blank import FormBlank
from mmethics_cli.formats.form.grid import GridRow, blocks_of, rows_of
from mmethics_cli.formats.form.line import BLANK, TICKED, FormLine, line_of
from mmethics_cli.formats.form.reading import WordForm
from mmethics_cli.formats.word.markup import TBL

_STILL_EMPTY: Final = re.compile(
    r"[\s_＿﹍年月日/／\-—]*|X{2,}|[$#]\{.*\}|\{\{.*\}\}|(?:单击|点击)(?:或点击)?此处.*", re.DOTALL
)
_BOXES: Final = "□☐○口☑☒■●√✓"
_SPACE: Final = re.compile(r"\s+")


class FormAnswer(Struct, frozen=True):
    """What stands in a blank: its number on the blank form, the words, where they stand.

    Of boxes the words are those of the ticked options, a line each.
    """

    blank: int
    text: str
    place: str


class _Text(Struct):
    line: FormLine
    place: str
    taken: bool = False


def answers_of(blank: WordForm, filled: WordForm) -> Iterator[FormAnswer]:
    """What is new in a filled form, blank by blank; an empty blank gives nothing."""
    numbers = {id(one): number for number, one in enumerate(blank.blanks)}
    texts = list(_texts(filled))
    yield from _in_lines(blank.blanks, numbers, texts)
    yield from _in_cells(blank, filled, numbers)
    yield from _ticked(blank.blanks, filled.blanks)


def _texts(form: WordForm) -> Iterator[_Text]:
    """All lines of a form with their places."""
    paragraph = table = 0
    for block in blocks_of(form.package.body):
        if block.tag == TBL:
            table += 1
            for row in rows_of(block):
                for number, cell in enumerate(row.cells, 1):
                    place = f"表 {table} 第 {cell.row} 行第 {number} 格"
                    yield from (_Text(line, place) for line in cell.lines)
        else:
            paragraph += 1
            yield _Text(line_of(block), f"第 {paragraph} 段")


def _in_lines(
    blanks: Sequence[FormBlank], numbers: dict[int, int], texts: Sequence[_Text]
) -> Iterator[FormAnswer]:
    """Answers in a label's own line: the words of the blank's line, anything in its gaps."""
    lined = [one for one in blanks if one.kind == "line" and one.spot.line is not None]
    for _, group in groupby(lined, key=lambda one: id(one.spot.line)):
        gaps = list(group)
        pattern = _line_pattern(gaps)
        for text in texts:
            match = None if text.taken else pattern.fullmatch(text.line.raw)
            if match is not None:
                text.taken = True
                for gap, answer in zip(gaps, match.groups(), strict=True):
                    if not _STILL_EMPTY.fullmatch(answer):
                        yield FormAnswer(numbers[id(gap)], answer.strip(" \t\u3000_"), text.place)
                break


def _line_pattern(gaps: Sequence[FormBlank]) -> re.Pattern[str]:
    line = gaps[0].spot.line
    assert line is not None
    parts, at = [], 0
    for gap in gaps:
        parts += [_literal(line.raw[at : gap.spot.start]), "(.*?)"]
        at = gap.spot.end
    return re.compile("".join((*parts, _literal(line.raw[at:]))), re.DOTALL)


def _literal(text: str) -> str:
    """The words of a line, however many blanks lie between them now, ticked or not."""
    words = _SPACE.split(text)
    literal = r"\s*".join(map(re.escape, words))
    return re.sub(f"[{_BOXES}]", f"[{_BOXES}]", literal)


def _in_cells(blank: WordForm, filled: WordForm, numbers: dict[int, int]) -> Iterator[FormAnswer]:
    """Answers in cells: the row whose other words are the same, the cell at the same place."""
    tables = [list(map(_words, rows)) for rows in _tables(filled)]
    rows_left = [list(range(len(table))) for table in tables]
    for number, rows in enumerate(_tables(blank)):
        if number >= len(tables):
            return
        for at, row in enumerate(rows):
            here = [one for one in blank.blanks if _stands_in(one, row)]
            if not here:
                continue
            found = _same_row(rows, at, row, tables[number], rows_left[number])
            if found is None:
                continue
            for one in here:
                place = _column(one, row)
                text = tables[number][found][place]
                if not _STILL_EMPTY.fullmatch(text):
                    where = f"表 {number + 1} 第 {found + 1} 行第 {place + 1} 格"
                    yield FormAnswer(numbers[id(one)], text.strip(), where)


def _column(blank: FormBlank, row: GridRow) -> int:
    """Which cell of its row a blank is."""
    assert blank.spot.cell is not None  # `_stands_in` has looked for it
    element = blank.spot.cell.element
    return next(number for number, cell in enumerate(row.cells) if cell.element is element)


def _tables(form: WordForm) -> list[list[GridRow]]:
    return [rows_of(block) for block in blocks_of(form.package.body) if block.tag == TBL]


def _words(row: GridRow) -> list[str]:
    return ["\n".join(line.raw for line in cell.lines).strip() for cell in row.cells]


def _stands_in(blank: FormBlank, row: GridRow) -> bool:
    cell = blank.spot.cell
    return (
        cell is not None
        and blank.kind in ("cell", "long")
        and any(cell.element is one.element for one in row.cells)
    )


def _same_row(
    rows: Sequence[GridRow], at: int, row: GridRow, texts: Sequence[list[str]], left: list[int]
) -> int | None:
    """The first row not taken yet that says what the blank one says, and is as long."""
    words = _words(row)
    above = _words(rows[at - 1]) if at and not any(words) else []
    for number in left:
        same = len(texts[number]) == len(words) and all(
            not word or BLANK in word or _flat(word) == _flat(text)
            for word, text in zip(words, texts[number], strict=True)
        )
        if same and above:
            same = number > 0 and list(map(_flat, texts[number - 1])) == list(map(_flat, above))
        if same:
            left.remove(number)
            return number
    return None


def _flat(text: str) -> str:
    """A text without blanks, its boxes the same whether ticked or not."""
    return re.sub(f"[{_BOXES}]", "□", _SPACE.sub("", text))


def _ticked(blanks: Sequence[FormBlank], filled: Sequence[FormBlank]) -> Iterator[FormAnswer]:
    """The ticked options of each group of boxes."""
    groups = [one for one in filled if one.kind == "boxes"]
    for number, blank in enumerate(blanks):
        if blank.kind != "boxes":
            continue
        words = [option.words for option in blank.options]
        for group in groups:
            if [option.words for option in group.options] == words and group.words == blank.words:
                groups.remove(group)
                ticked = [one.words for one in group.options if one.line.text[one.at] == TICKED]
                if ticked:
                    yield FormAnswer(number, "\n".join(ticked), group.place)
                break
