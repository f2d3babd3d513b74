"""Workbooks that go out to people and come back: known by what they hide, not by their names.

A page's rows have ids in a hidden column, so that rows may be moved and files renamed; a hidden
sheet says what the workbook is about, and how each row was named, for an answer must never count
for another row. What can't be read is refused with its cell.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.bytes import LONGEST_TEXT, characters
from mmethics_cli.formats.excel.model import (
    RecordSheet,
    Sheet,
    SheetCell,
    SheetColumn,
    SheetRow,
    Workbook,
)
from mmethics_cli.sheets.page import (
    ENTRY,
    MARK,
    NO_ENTRY,
    OPTIONS_NAME,
    PLAIN,
    RECORD_MARK,
    RECORD_NAME,
    drop_down,
    input_cell,
)

if TYPE_CHECKING:
    from mmethics_cli.sheets.reader import CellReading

_FORMAT: Final = "format"
_LABEL: Final = "label"  # the role of the column that names its rows; before the names on record
_AS_SENT: Final = "请用原来发出的工作簿填。"
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
    # Loaded late, as the reader: openpyxl takes long, and most commands write no workbook.
    from mmethics_cli.formats.excel.writer import excel_file

    lines = ((RECORD_MARK, ""), (_FORMAT, format_), *about.items(), *_labels(pages))
    record = RecordSheet(RECORD_NAME, lines)
    pages = tuple(replace(each, columns=_named(each.columns)) for each in pages)
    return excel_file(Workbook(pages, title, day, options=OPTIONS_NAME, record=record))


def _named(columns: tuple[SheetColumn, ...]) -> tuple[SheetColumn, ...]:
    first, *others = columns
    return (first if first.role else replace(first, role=_LABEL), *others)


def _labels(pages: tuple[Sheet, ...]) -> Iterator[tuple[str, str]]:
    """How each row is named by its first cell, under its page's mark and its id."""
    for each in pages:
        mark = each.hidden_ids.corner.removeprefix(MARK) if each.hidden_ids else ""
        for row in each.rows if mark else ():
            if row.id != NO_ENTRY:
                yield _label_key(mark, row.id.removeprefix(ENTRY)), row.cells[0].text


def _label_key(mark: str, id_: str) -> str:
    return f"{_LABEL} {mark} {id_}"


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


def one_of(words: tuple[str, ...]) -> Callable[[str], str]:
    """Reads one of some words."""

    def read(text: str) -> str:
        if words and text not in words:
            raise EthicsError(f"应写{'、'.join(words)}，现在是“{text}”。")
        return text

    return read


def is_book(path: Path) -> bool:
    """Whether a file looks like an Excel workbook."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "xl/workbook.xml" in archive.namelist()


def read_book(path: Path) -> OfficeBook | None:
    """A workbook that came back; None for one that no office sent out.

    Raises EthicsError for a broken one, and for one of ours that doesn't say what it is about.
    """
    from mmethics_cli.sheets.reader import read_pages

    lines, cells = read_pages(path.read_bytes())
    if not lines and not cells:
        return None
    if not lines.get(_FORMAT, "").startswith("mmethics/"):
        raise EthicsError(f"“{path.name}”不是办公室发出的工作簿，或其中隐藏的工作表被删去了。")
    about = {name: text for name, text in lines.items() if name not in (_FORMAT, RECORD_MARK)}
    return OfficeBook(lines[_FORMAT], about, dict(_by_place(_under_own_names(about, cells))))


def _under_own_names(
    about: Mapping[str, str], cells: tuple[CellReading, ...]
) -> Iterator[CellReading]:
    """The cells but those that name rows. Raises EthicsError for a row that has another's name."""
    for cell in cells:
        named = about.get(_label_key(cell.mark, cell.id), "")
        if cell.id and _label_key(cell.mark, cell.id) not in about:
            raise refusal([(cell, f"没有“{cell.id}”这一行，行的编号被改过。{_AS_SENT}")])
        if cell.role != _LABEL or cell.fault:
            yield cell
        elif named and named.split() not in (cell.text.split(), cell.stored.split()):
            raise refusal([(cell, f"这一行原来是“{named}”，现在写着“{cell.text}”。{_AS_SENT}")])


def _by_place(cells: Iterable[CellReading]) -> Iterator[tuple[tuple[str, str, str], CellReading]]:
    seen = set()
    for cell in cells:
        if not cell.text.strip() and not cell.fault:
            continue
        if cell.fault and not cell.role:
            raise refusal([(cell, f"{cell.fault}。{cell.fix}")])
        # Other programs write more; what is written of it in a workbook would lose the rest.
        if characters(cell.text) > LONGEST_TEXT:
            raise refusal([(cell, f"超过 {LONGEST_TEXT} 个字，Excel 的一格放不下。请写短些。")])
        place = cell.mark, cell.id, cell.role
        if not cell.id or place in seen:
            raise refusal([(cell, f"这一行不是原来的行，或与另一行重复。{_AS_SENT}")])
        seen.add(place)
        yield place, cell
