"""Every blank of a Word form, of every kind, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.form.blank import FormBlank, Kind, Option, Spot
from mmethics_cli.formats.form.grid import GridCell, GridRow, blocks_of, place_of, rows_of
from mmethics_cli.formats.form.inline import boxes_of, gaps_of
from mmethics_cli.formats.form.line import BOX, TICKED, FormLine, line_of
from mmethics_cli.formats.passages import heading_level
from mmethics_cli.formats.word.markup import Element, P
from mmethics_cli.formats.word.package import WordPackage, opened

_BLANK_CELL: Final = re.compile(
    r"[\s_　]*(?:(?:人民币)?[（(]?(?:万元|元|周?岁|例|人|年|个?月|天|周|[%％]|项|个|篇|份)[）)]?)?"
    r"[\s_　]*"
)
_DATE_CELL: Final = re.compile(r"[\s_　]*年[\s_　]*月(?:[\s_　]*日)?[\s_　]*")
_INSTRUCTION: Final = re.compile(r"\s*[（(][^（）()]{2,}[）)]\s*")
_SERIAL: Final = re.compile(r"\s*(?:\d{1,2}|[一二三四五六七八九十]|序号|No\.?|\.{3}|…+)\s*")
_LABEL_END: Final = re.compile(r"[：:]\s*$")
_OTHERS: Final = re.compile("以下")
# What a label is no longer than; a longer paragraph is told, not asked.
_LONGEST_LABEL: Final = 60
_LONGEST_HEADING: Final = 40


class WordForm(Struct):
    """A form that was read: its file, and its blanks in order; `head` are its first lines."""

    package: WordPackage
    blanks: list[FormBlank]
    head: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that stands on it, to look words up in."""
        return "\n".join(line_of(block).raw for block in self.package.body.iter(P))


def read_form(data: bytes, name: str) -> WordForm:
    """The blanks of a form, a workbook if `name` says so. Raises DocumentError, which calls the
    file by `name`."""
    try:
        package = _opened(data, name)
        reader = _FormReader()
        blanks = list(reader.read(package))
    except DocumentError as error:
        raise DocumentError(f"{name}：{error.message}") from error
    return WordForm(package, blanks, tuple(reader.head))


def _opened(data: bytes, name: str) -> WordPackage:
    if not name.lower().endswith(".xlsx"):
        return opened(data)
    # Loaded late: most forms are Word files.
    from mmethics_cli.formats.form.sheet import opened_sheets

    return opened_sheets(data)


class _FormReader:
    """Walks the body; keeps what headings were passed."""

    def __init__(self) -> None:
        self.head: list[str] = []
        self.headings: list[str] = []  # of the chapter, the nearest last
        self.paragraph = self.table = 0
        self.within = 0  # the number of the table that is being read

    def read(self, package: WordPackage) -> Iterator[FormBlank]:
        blocks = list(blocks_of(package.body))
        for tag, group in groupby(blocks, key=lambda block: block.tag):
            if tag == P:
                yield from self._paragraphs(list(group))
            else:
                for block in group:
                    yield from self._table(block)

    def _paragraphs(self, blocks: Sequence[Element]) -> Iterator[FormBlank]:
        lines = [line_of(block) for block in blocks]
        for at, line in enumerate(lines):
            self.paragraph += 1
            place = f"第 {self.paragraph} 段"
            text = line.text.strip()
            if line.is_empty:
                if "_" in text and len(self.headings) and not lines[at - 1].is_empty:
                    yield self._blank(
                        self.headings[-1], "line", place, Spot(line, 0, len(line.text))
                    )
                continue
            if len(self.head) < 6:
                self.head.append(line.raw.strip())
            level = heading_level(text)
            any_blank = False
            if not (level and _LABEL_END.search(text)):
                for blank in self._inline([line], "", place, ()):
                    any_blank = True
                    yield blank
            empties = _empties(lines, at + 1)
            if not any_blank and empties and (level or _LABEL_END.search(text)):
                yield self._blank(text, "long", place, Spot(empties[0], 0, len(empties[0].text)))
            if not any_blank and len(text) <= _LONGEST_HEADING:
                if level == 1:
                    self.headings = []
                self.headings.append(text)

    def _inline(
        self, lines: Sequence[FormLine], words: str, place: str, before: tuple[str, ...]
    ) -> Iterator[FormBlank]:
        """The gaps and boxes of lines that stand together."""
        boxed = [line for line in lines if BOX in line.text or TICKED in line.text]
        groups = list(boxes_of(lines, words)) if boxed else []
        seen: list[str] = list(before)
        told: list[str] = []
        for line in lines:
            for group in [g for g in groups if g.options[0].line is line]:
                yield self._blank(
                    group.words, "boxes", place, Spot(line), before=tuple(seen),
                    options=group.options, told=told,
                )  # fmt: skip
            for gap in gaps_of(line):
                label = gap.words or words
                if len(label) > _LONGEST_LABEL:
                    continue
                yield self._blank(
                    label, "line", place, Spot(line, gap.start, gap.end), before=tuple(seen),
                    after=gap.after, is_date=gap.is_date, told=told,
                )  # fmt: skip
                seen.append(label)
            told.append(line.text.strip()[:80])

    def _blank(
        self, words: str, kind: Kind, place: str, spot: Spot, *, before: tuple[str, ...] = (),
        above: Sequence[str] = (), told: Sequence[str] = (), after: str = "",
        options: Sequence[Option] = (), is_date: bool = False,
    ) -> FormBlank:  # fmt: skip
        trail = (*self.headings, *above)
        group = trail[-1] if trail else ""
        return FormBlank(
            " ".join(words.split()), kind, place, group, (*trail, *told), before, after,
            list(options), spot, is_date, self.within,
        )  # fmt: skip

    def _table(self, element: Element) -> Iterator[FormBlank]:
        self.table += 1
        self.within = self.table
        yield from _TableReader(self, rows_of(element)).read()
        self.within = 0


def _empties(lines: Sequence[FormLine], at: int) -> list[FormLine]:
    """The empty lines from there on, up to the next that says something."""
    empties = []
    for line in lines[at:]:
        if not line.is_empty:
            break
        empties.append(line)
    return empties


class _TableReader:
    """The blanks of one table; `above` are the rows passed that are headings."""

    def __init__(self, form: _FormReader, rows: list[GridRow]) -> None:
        self.form = form
        self.rows = rows
        self.above: list[str] = []
        self.columns_until = -1  # rows up to this one belong to a column that was read

    def read(self) -> Iterator[FormBlank]:
        for at, row in enumerate(self.rows):
            if at <= self.columns_until:
                continue
            own = [cell for cell in row.cells if cell.origin is None]
            if len(self.form.head) < 6 and len(row.cells) == 1 and at == 0:
                self.form.head.append(" ".join(own[0].text.split())[:60])
            if header := self._columns(at):
                yield from header
            elif len(row.cells) == 1:
                yield from self._wide(at, row.cells[0])
            else:
                for cell in own:
                    yield from self._cell(at, cell)

    def _columns(self, at: int) -> list[FormBlank]:
        """The columns of a list whose header is the row above; empty where it is none."""
        if at == 0 or len(self.rows[at].cells) < 2:
            return []
        header, row = self.rows[at - 1], self.rows[at]
        if not _is_header(header, row):
            return []
        last = at
        while last + 1 < len(self.rows) and _is_list_row(self.rows[last + 1], row):
            last += 1
        self.columns_until = last
        rows = tuple(self.rows[at : last + 1])
        blanks = []
        before: list[str] = []
        for cell in row.cells:
            label = header.at(cell.start)
            if label is None or cell.origin is not None:
                continue
            if not (_blank_text(cell.text) or BOXED.search(cell.text)):
                continue
            words = _one_line(label.text)
            blanks.append(
                self.form._blank(
                    words, "rows", self._place(cell), Spot(cell=cell, rows=rows),
                    before=tuple(before), above=self.above,
                )
            )  # fmt: skip
            before.append(words)
        return blanks

    def _wide(self, at: int, cell: GridCell) -> Iterator[FormBlank]:
        """A row of a single cell: a heading, a label with room below, or lines to fill."""
        if cell.is_empty or _blank_text(cell.text):
            if at == 0 or not self.rows[at - 1].cells or len(self.rows[at - 1].cells) > 1:
                if at == 0 and self.form.headings:
                    yield self.form._blank(
                        self.form.headings[-1], "long", self._place(cell), Spot(cell=cell)
                    )
                return
            above = self.rows[at - 1].cells[0]
            if not above.is_empty and not list(self._inside(above, below_is_empty=True)):
                yield self.form._blank(
                    _long_label(above), "long", self._place(cell), Spot(cell=cell),
                    above=self.above[:-1] or self.above,
                )  # fmt: skip
                if self.above and self.above[-1] == _one_line(above.text)[:80]:
                    self.above.pop()
            return
        inside = list(self._inside(cell, below_is_empty=self._below_is_empty(at)))
        heads = self._heads_columns(at) or self._heads_boxes(at)
        if len(inside) == 1 and _is_colon_end(inside[0]) and heads:
            inside = []
        for blank in inside:
            if blank.kind == "boxes" and not blank.words and self.above:
                blank.words = self.above[-1]
        yield from inside
        text = _one_line(cell.text)
        if not inside or _OTHERS.match(text):
            self.above.append(text[:80])

    def _heads_columns(self, at: int) -> bool:
        """Whether the row below is the header of a list."""
        return at + 2 < len(self.rows) and _is_header(self.rows[at + 1], self.rows[at + 2])

    def _heads_boxes(self, at: int) -> bool:
        """Whether the row below asks with boxes of its own what this one is the heading of."""
        below = self.rows[at + 1].cells if at + 1 < len(self.rows) else []
        return len(below) == 1 and BOXED.search(below[0].text) is not None

    def _below_is_empty(self, at: int) -> bool:
        below = self.rows[at + 1].cells if at + 1 < len(self.rows) else []
        return len(below) == 1 and _blank_text(below[0].text)

    def _inside(
        self, cell: GridCell, words: str = "", before: tuple[str, ...] = (), *,
        below_is_empty: bool = False,
    ) -> Iterator[FormBlank]:  # fmt: skip
        """The blanks in a cell that holds words."""
        place = self._place(cell)
        said = [line for line in cell.lines if not line.is_empty]
        first = next((n for n, line in enumerate(cell.lines) if not line.is_empty), 0)
        blanks = list(self.form._inline(cell.lines, words, place, before))
        for blank in blanks:
            blank.above = (
                *self.form.headings,
                *self.above,
                *blank.above[len(self.form.headings) :],
            )
            if not blank.group or blank.group in self.form.headings:
                blank.group = self.above[-1] if self.above else blank.group
        if below_is_empty and blanks and _is_colon_end(blanks[-1]):
            blanks.pop()
        blanks = [b for b in blanks if not (_is_open_end(b) and _followed(cell, b))]
        trailing = len(cell.lines) - first - len(said)
        alone = not words and self._right(cell.row - 1, cell) is None
        if not blanks and alone and trailing >= 1 and said and cell.lines[-1].is_empty:
            line = next(empty for empty in cell.lines[first:] if empty.is_empty)
            blanks.append(
                self.form._blank(
                    said[-1].text.strip(), "long", place, Spot(line, 0, len(line.text)),
                    before=before, above=self.above,
                )
            )  # fmt: skip
        yield from blanks

    def _cell(self, at: int, cell: GridCell) -> Iterator[FormBlank]:
        """A cell of a row of several: empty beside a label, boxes, lines with gaps."""
        text = cell.text
        left = self._left(at, cell)
        words = _one_line(left[-1].text) if left else ""
        before = tuple(_one_line(neighbour.text) for neighbour in self._row_before(at, cell))
        if _blank_text(text):
            label = words or self._upper(at, cell)
            right = self._right(at, cell)
            aside = not words and right is not None and not _blank_text(right.text)
            if label and not (aside and cell.start == 0):
                yield self.form._blank(
                    label, "cell", self._place(cell), Spot(cell=cell), before=before,
                    above=self.above, is_date=bool(_DATE_CELL.fullmatch(text)),
                    after=text.strip(" _\n　"),
                )  # fmt: skip
            return
        right = self._right(at, cell)
        yield from self._inside(
            cell, words, before, below_is_empty=right is not None
            and (_blank_text(right.text) or BOXED.match(right.text.lstrip()) is not None),
        )  # fmt: skip

    def _left(self, at: int, cell: GridCell) -> list[GridCell]:
        """The cells with words that stand directly to the left, without a blank between."""
        cells = self.rows[at].cells
        place = cells.index(cell)
        chain: list[GridCell] = []
        for neighbour in reversed(cells[:place]):
            whole = neighbour.origin or neighbour
            if _blank_text(whole.text) or BOXED.search(whole.text):
                break
            chain.append(whole)
        return chain[::-1][-1:]

    def _row_before(self, at: int, cell: GridCell) -> Iterator[GridCell]:
        """Every cell with words to the left, but the label itself."""
        cells = self.rows[at].cells
        words = [neighbour.origin or neighbour for neighbour in cells[: cells.index(cell)]]
        words = [neighbour for neighbour in words if not _blank_text(neighbour.text)]
        direct = self._left(at, cell)
        first = cells[0]
        if first is not cell and first.origin is None and not first.text:
            # A heading on the left that was not merged with the cells below it.
            above = (row.cells[0] for row in reversed(self.rows[:at]) if len(row.cells) > 1)
            if (
                head := next((neighbour for neighbour in above if not neighbour.is_empty), None)
            ) is not None:
                yield head
        yield from (neighbour for neighbour in words if not direct or neighbour is not direct[-1])

    def _upper(self, at: int, cell: GridCell) -> str:
        """The label above an empty cell that has none beside it."""
        for row in reversed(self.rows[:at]):
            upper = row.at(cell.start)
            if upper is not None and len(row.cells) > 1 and not _blank_text(upper.text):
                beside = row.at(upper.end)
                labels_another = beside is not None and _blank_text(beside.text)
                return "" if labels_another else _one_line(upper.text)
            if len(row.cells) == 1:
                return ""
        return ""

    def _right(self, at: int, cell: GridCell) -> GridCell | None:
        cells = self.rows[at].cells
        place = cells.index(cell) + 1
        return cells[place] if place < len(cells) else None

    def _place(self, cell: GridCell) -> str:
        number = self.rows[cell.row - 1].cells.index(cell) + 1
        return place_of(cell, self.form.table, number)


BOXED: Final = re.compile(f"[{BOX}{TICKED}]")


def _one_line(text: str) -> str:
    return re.sub(r"\s*\n\s*", "", text).strip().rstrip(":：")


def _blank_text(text: str) -> bool:
    return bool(_BLANK_CELL.fullmatch(text) or _DATE_CELL.fullmatch(text))


def _is_header(header: GridRow, row: GridRow) -> bool:
    """Whether a row of labels stands above a row to fill: alike in columns, all empty below."""
    own = [cell for cell in row.cells if cell.origin is None]
    labels = [header.at(cell.start) for cell in own]
    return (
        len(own) >= 2
        and all(
            label is not None and label.end == cell.end
            for label, cell in zip(labels, own, strict=True)
        )
        and all(
            label is not None and not label.is_empty and not _blank_text(label.text)
            and not BOXED.search(label.text) and not _LABEL_END.search(label.text)
            for label in labels
        )
        and _is_list_row(row, row)
    )  # fmt: skip


def _is_list_row(row: GridRow, like: GridRow) -> bool:
    """Whether a row is one more to fill of a list: all empty, a number in front, boxes."""
    if [cell.start for cell in row.cells] != [cell.start for cell in like.cells]:
        return False
    own = [cell for cell in row.cells if cell.origin is None]
    empty = [_blank_text(cell.text) for cell in own]
    if not own or not any(empty):
        return False
    rest = [cell for cell, is_empty in zip(own, empty, strict=True) if not is_empty]
    return all(
        (number == 0 and _SERIAL.fullmatch(cell.text)) or BOXED.match(cell.text.strip())
        for number, cell in enumerate(rest)
    )


def _long_label(cell: GridCell) -> str:
    """The label of the room below a cell: its first line where that ends in a colon, its head
    where all of it does, else all of it."""
    said = [line.text.strip() for line in cell.lines if not line.is_empty]
    if len(said) > 1 and _LABEL_END.search(said[0]):
        return said[0].rstrip(":：")
    whole = " ".join(said)
    head = re.match(r"([^：:]{2,20})[：:].", whole)
    if head and _LABEL_END.search(whole):
        return head.group(1)
    return _one_line("\n".join(said))


def _is_colon_end(blank: FormBlank) -> bool:
    """Whether nothing but the label's colon says that there is a gap."""
    spot = blank.spot
    return (
        blank.kind == "line" and spot.line is not None
        and not spot.line.text[spot.start : spot.end].strip(" \t\u3000\xa0")
        and spot.end >= len(spot.line.text.rstrip())
    )  # fmt: skip


def _is_open_end(blank: FormBlank) -> bool:
    """Whether behind the label's colon nothing stands in its line, or a note in brackets."""
    line = blank.spot.line
    if blank.kind != "line" or line is None:
        return False
    rest = line.text[blank.spot.start :].strip(" \t\u3000\xa0")
    return not rest or _INSTRUCTION.fullmatch(rest) is not None


def _followed(cell: GridCell, blank: FormBlank) -> bool:
    """Whether a line with more words comes after the label in the same cell."""
    at = next(n for n, line in enumerate(cell.lines) if line is blank.spot.line)
    rest = cell.lines[at + 1 :]
    if rest and not rest[0].is_empty and BOXED.match(rest[0].text.strip()):
        return True
    return bool(rest) and not rest[0].is_empty and _continues(rest[0])


def _continues(line: FormLine) -> bool:
    text = line.text.strip()
    numbered = re.match(r"[①-⑳\d（(]", text)
    return BOXED.match(text) is not None or not (numbered or re.search(r"[:：_]", text))
