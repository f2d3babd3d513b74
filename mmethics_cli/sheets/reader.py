"""A filled workbook → its answers by id, wherever rows and columns stand now."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.errors import EthicsError
from mmethics_cli.sheets.cells import Unreadable, text_of
from mmethics_cli.sheets.layout import MARK
from mmethics_cli.sheets.marks import ENTRY, NO_ENTRY
from mmethics_cli.sheets.package import guarded, plain_text, stored_text
from mmethics_cli.sheets.record import FORMAT, RECORD_MARK, Record, read_record

_NOT_OURS: Final = (
    "不是 mmethics sheet export 导出的工作簿，或其中隐藏的工作表被删去了。请重新导出一份。"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """What one cell of an answer's column says; `fault` when it says nothing that can be read.

    `mark` is its page's, `id` its row's (empty in a new row), `role` its column's; `stored` is the
    text with what may be escapes left as it stands in the file.
    """

    sheet: str
    address: str
    row: int
    mark: str
    id: str
    role: str
    text: str
    fault: str = ""
    stored: str = ""

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.address}"


@dataclass(frozen=True, slots=True)
class Filled:
    """A workbook as it was handed back; spots in the order of their sheets, rows and columns."""

    record: Record
    spots: tuple[Spot, ...]


def read_workbook(data: bytes) -> Filled:
    """Read what Excel, WPS or LibreOffice saved. Raises EthicsError for what is not ours."""
    with warnings.catch_warnings():
        # zipfile and openpyxl warn of what they do not keep; nothing is kept here.
        warnings.simplefilter("ignore")
        book = _load(guarded(data))
    lines: dict[str, str] = {}
    spots: list[Spot] = []
    for sheet in book:
        cells = sorted(sheet._cells.items())  # only cells that exist, not all up to the last one
        present = [cell for _, cell in cells if isinstance(cell, Cell) and cell.value is not None]
        corner = next((one for one in present if _says(one).startswith(MARK)), None)
        if corner is None:
            continue
        if _says(corner) == RECORD_MARK:
            lines |= _lines(present, corner)
        else:
            spots += _spots(sheet, present, corner)
    record = read_record(lines)
    if record.format != FORMAT:
        raise EthicsError(_NOT_OURS)
    return Filled(record, tuple(spots))


def _load(data: bytes) -> list[Worksheet]:
    try:
        return list(load_workbook(io.BytesIO(data)).worksheets)
    except Exception as error:  # whatever openpyxl stumbles over in a broken file
        raise EthicsError(
            "工作簿读不了，可能已经损坏。请用 Excel、WPS 或 LibreOffice 打开，另存为 .xlsx 再导入。"
        ) from error


def _says(cell: Cell) -> str:
    """A text; a formula and every other type say nothing of ours."""
    return plain_text(cell.value) if cell.data_type == "s" and isinstance(cell.value, str) else ""


def _lines(cells: list[Cell], corner: Cell) -> dict[str, str]:
    """The record: names in the column of the mark, what they say beside it."""
    names = {cell.row: _says(cell) for cell in cells if cell.column == corner.column}
    texts = {cell.row: _says(cell) for cell in cells if cell.column == corner.column + 1}
    return {name: texts.get(row, "") for row, name in names.items()}


def _spots(sheet: Worksheet, cells: list[Cell], corner: Cell) -> Iterator[Spot]:
    roles = {
        cell.column: _says(cell)
        for cell in cells
        if cell.row == corner.row and cell.column != corner.column
    }
    ids = {cell.row: cell for cell in cells if cell.column == corner.column}
    mark = _says(corner).removeprefix(MARK)
    seen: set[int] = set()
    for cell in cells:
        row = cell.row
        if row == corner.row or cell.column == corner.column:
            continue
        if row in ids and _says(ids[row]) == NO_ENTRY:
            continue
        id_, fault = _id(ids.get(row))
        if fault and row not in seen:
            seen.add(row)
            yield Spot(sheet.title, cell.coordinate, row, mark, "", "", "", fault)
        if fault or not (role := roles.get(cell.column)):
            continue
        try:
            text = text_of(cell)
        except Unreadable as error:
            yield Spot(sheet.title, cell.coordinate, row, mark, id_, role, "", str(error))
        else:
            stored = stored_text(cell.value) if isinstance(cell.value, str) else text
            yield Spot(sheet.title, cell.coordinate, row, mark, id_, role, text, stored=stored)


def _id(cell: Cell | None) -> tuple[str, str]:
    """The id of a row; empty in a new one; and what is wrong with it."""
    if cell is None:
        return "", ""
    text = _says(cell)
    if text.startswith(ENTRY):
        return text.removeprefix(ENTRY), ""
    return "", "所在行的编号（隐藏的那一列）被改过"
