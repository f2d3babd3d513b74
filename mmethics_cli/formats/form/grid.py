"""The tables of a form as rows of cells, merged ones known as one, whatever controls wrap them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.form.line import FormLine, line_of
from mmethics_cli.formats.word.markup import (
    SDT,
    TBL,
    TC,
    TR,
    Element,
    P,
    W,
    value_of,
    whole_number,
)

# A form is filled by people: nobody fills more, a hostile file has more.
_MOST_ROWS = 3_000
# Of a cell that stands for one of a sheet: where that is (申请表!B3).
ADDRESS: Final = "address"


class GridCell(Struct):
    """A cell: its row and the columns of the grid it covers; `origin` is the cell it continues."""

    element: Element
    row: int
    start: int
    end: int
    lines: list[FormLine]
    origin: GridCell | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines).strip()

    @property
    def is_empty(self) -> bool:
        return all(line.is_empty for line in self.lines)


class GridRow(Struct):
    element: Element
    cells: list[GridCell]

    def at(self, column: int) -> GridCell | None:
        """The cell that covers a column of the grid."""
        return next((cell for cell in self.cells if cell.start <= column < cell.end), None)


def place_of(cell: GridCell, table: int, number: int) -> str:
    """Where a cell stands for people: its address in a sheet, else counted."""
    address = cell.element.get(ADDRESS)
    return str(address) if address else f"表 {table} 第 {cell.row} 行第 {number} 格"


def blocks_of(holder: Element) -> Iterator[Element]:
    """The paragraphs and tables of a body or cell in order, those in controls too."""
    for child in holder:
        if child.tag in (P, TBL):
            yield child
        elif child.tag == SDT and (content := child.find(f"{W}sdtContent")) is not None:
            yield from blocks_of(content)


def rows_of(table: Element) -> list[GridRow]:
    """A table's rows. Raises DocumentError where it has more than people can fill."""
    rows: list[GridRow] = []
    for number, element in enumerate(_children(table, TR), 1):
        if number > _MOST_ROWS:
            raise DocumentError(f"有一张表超过 {_MOST_ROWS} 行，不像是表格，没有继续读。")
        above = rows[-1] if rows else None
        rows.append(GridRow(element, list(_cells(element, number, above))))
    return rows


def _cells(row: Element, number: int, above: GridRow | None) -> Iterator[GridCell]:
    start = whole_number(value_of(row.find(f"{W}trPr/{W}gridBefore")))
    for element in _children(row, TC):
        span = whole_number(value_of(element.find(f"{W}tcPr/{W}gridSpan")))
        end = start + max(span, 1)
        merge = element.find(f"{W}tcPr/{W}vMerge")
        upper = above.at(start) if above is not None else None
        continues = merge is not None and merge.get(f"{W}val", "continue") == "continue"
        origin = (upper.origin or upper) if continues and upper is not None else None
        lines = [line_of(block) for block in blocks_of(element) if block.tag == P]
        yield GridCell(element, number, start, end, lines, origin)
        start = end


def _children(holder: Element, tag: str) -> Iterator[Element]:
    for child in holder:
        if child.tag == tag:
            yield child
        elif child.tag == SDT and (content := child.find(f"{W}sdtContent")) is not None:
            yield from _children(content, tag)
