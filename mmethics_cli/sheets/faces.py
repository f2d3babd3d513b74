"""How cells look: what can be filled in is pale yellow, what is closed or not needed grey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

from mmethics_cli.sheets.layout import Cell, Column, Row

_LONG: Final = 200  # Excel shows a long text as ### where the cell's format is text
_THIN: Final = Side(style="thin", color="A6A6A6")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEAD_FILL, _SECTION, _INPUT, _GREY = "D9D9D9", "DDEBF7", "FFF9DB", "F2F2F2"


@dataclass(frozen=True, slots=True)
class Face:
    """How a cell looks."""

    font: str = "宋体"
    size: float = 10.5
    colour: str = "000000"
    side: str = "left"
    fill: str = ""
    grid: bool = True
    locked: bool = True
    quoted: bool = False
    format: str = "General"
    # Of a text higher than the highest row the beginning must be seen.
    top: bool = False

    def dress(self, cell: SheetCell) -> None:
        cell.font = Font(name=self.font, size=self.size, color=self.colour)
        upright = "top" if self.top else "center"
        cell.alignment = Alignment(horizontal=self.side, vertical=upright, wrap_text=True)
        cell.protection = Protection(locked=self.locked)
        cell.number_format = self.format
        if self.grid:
            cell.border = _GRID
        if self.fill:
            cell.fill = PatternFill("solid", start_color=self.fill)
        if self.quoted:
            cell.quotePrefix = True


def face_of(row: Row, cell: Cell, column: Column) -> Face:
    """The look of a cell of a page."""
    side = "center" if column.centred else "left"
    if row.look == "section":
        return Face("黑体", fill=_SECTION)
    if cell.rule is not None:
        grey = cell.grey or row.look == "muted"
        return Face(
            side=side,
            fill=_GREY if grey else _INPUT,
            locked=False,
            format=_format(cell),
            top=len(cell.text) > _LONG,
        )
    if cell.key or row.look == "muted":
        return Face(side=side, fill=_GREY, colour="7F7F7F")
    red = cell.text == "必答"
    small = cell.grey
    return Face(
        size=9 if small else 10.5,
        side=side,
        colour="C00000" if red else "595959" if small else "000000",
    )


def _format(cell: Cell) -> str:
    """As text a code such as 0137 or 1-2 stays what was typed; a long text needs no format."""
    if cell.rule is None or len(cell.text) > _LONG:
        return "General"
    return {"int": "0", "date": "yyyy-mm-dd"}.get(cell.rule.kind, "@")
