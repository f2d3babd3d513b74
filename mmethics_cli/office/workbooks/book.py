"""Workbooks that go out to people and come back: known by what they hide, not by their names.

A page's rows have ids in a hidden column, so that rows may be moved and files renamed; a hidden
sheet says what the workbook is about. What can't be read is refused with its cell.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import RecordSheet, Sheet, SheetCell, SheetRow, Workbook
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.sheets.page import (
    ENTRY,
    OPTIONS_NAME,
    PLAIN,
    RECORD_NAME,
    drop_down,
    input_cell,
)
from mmethics_cli.sheets.reader import CellReading, read_pages
from mmethics_cli.sheets.writer import RECORD_MARK

_FORMAT: Final = "format"
YES, NO = "是", "否"
YES_NO: Final = (YES, NO)

T = TypeVar("T")


class OfficeBook(Struct, frozen=True):
    """A workbook that came back: its format, what it is about, its cells by page, row and role."""

    format: str
    about: Mapping[str, str]
    cells: Mapping[tuple[str, str, str], CellReading]

    def pages(self) -> list[str]:
        """The marks of its pages."""
        return list(dict.fromkeys(page for page, _, _ in self.cells))

    def rows(self, page: str) -> list[str]:
        """The ids of a page's rows that say something."""
        return list(dict.fromkeys(row for mark, row, _ in self.cells if mark == page))

    def text(self, page: str, row: str, role: str = "answer") -> str:
        """What a cell says; empty where it says nothing. Raises EthicsError for a damaged one."""
        cell = self.cells.get((page, row, role))
        if cell is None:
            return ""
        if cell.fault:
            raise refusal([(cell, f"{cell.fault}。{cell.fix}")])
        return cell.text.strip()

    def read(
        self, page: str, row: str, role: str, read: Callable[[str], T], faults: list[Problem]
    ) -> T | None:
        """A cell as `read` understands its text; what it can't is noted with the cell."""
        cell = self.cells.get((page, row, role))
        text = self.text(page, row, role)
        try:
            return read(text) if text else None
        except EthicsError as error:
            faults.append(Problem(error.message, cell.place if cell else ""))
            return None


def refusal(cells: list[tuple[CellReading, str]]) -> EthicsError:
    """A workbook can't be taken for what some cells say."""
    return EthicsError("这份工作簿没有收：", [Problem(text, cell.place) for cell, text in cells])


def book_file(
    format_: str, about: Mapping[str, str], pages: tuple[Sheet, ...], title: str, day: date
) -> bytes:
    """The pages as .xlsx, with what they are about on a hidden sheet."""
    lines = ((RECORD_MARK, ""), (_FORMAT, format_), *about.items())
    record = RecordSheet(RECORD_NAME, lines)
    return excel_file(Workbook(pages, title, day, options=OPTIONS_NAME, record=record))


def answer_row(
    id_: str, label: str, title: str, options: tuple[str, ...] = (), text: str = "", note: str = ""
) -> SheetRow:
    """A row with a label, a cell to answer in, from options where there are any, and a note."""
    cell = input_cell(drop_down(title, options), text)
    return SheetRow((SheetCell(label, PLAIN), cell, SheetCell(note, PLAIN)), ENTRY + id_)


def yes_or_no(text: str) -> bool:
    """A yes or a no. Raises EthicsError."""
    if text not in YES_NO:
        raise EthicsError(f"应写“{YES}”或“{NO}”，现在是“{text}”。")
    return text == YES


def is_book(path: Path) -> bool:
    """Whether a file looks like an Excel workbook."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def is_ours(path: Path) -> bool:
    """Whether a workbook is one that an office sent out. Raises EthicsError for a broken one."""
    lines, _ = read_pages(path.read_bytes())
    return _FORMAT in lines


def read_book(path: Path) -> OfficeBook:
    """A workbook that came back. Raises EthicsError for one that is none of ours."""
    lines, cells = read_pages(path.read_bytes())
    if not lines.get(_FORMAT, "").startswith("mmethics/"):
        raise EthicsError(f"“{path.name}”不是办公室发出的工作簿，或其中隐藏的工作表被删去了。")
    about = {name: text for name, text in lines.items() if name not in (_FORMAT, RECORD_MARK)}
    return OfficeBook(lines[_FORMAT], about, dict(_by_place(cells)))


def _by_place(cells: tuple[CellReading, ...]) -> Iterator[tuple[tuple[str, str, str], CellReading]]:
    seen = set()
    for cell in cells:
        if not cell.text.strip() and not cell.fault:
            continue
        if cell.fault and not cell.role:
            raise refusal([(cell, f"{cell.fault}。{cell.fix}")])
        place = cell.mark, cell.id, cell.role
        if not cell.id or place in seen:
            raise refusal([(cell, "这一行不是原来的行，或与另一行重复。请用原来发出的工作簿填。")])
        seen.add(place)
        yield place, cell
