"""Tables too long to hold in memory → .xlsx, row by row: texts under titles that stay in view."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import openpyxl
from msgspec import Struct
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from mmethics_cli.formats.excel.bytes import FORMULA_SIGNS, dated_entry, escaped, mended_part
from mmethics_cli.formats.excel.model import BOLD_FONT, TEXT_SIZE, column_letters

_MOST_ROWS: Final = 1_000_000  # of a sheet: Excel has a few more
_SPEED: Final = 3  # of compression: the best would take as long as all else together
_GREY: Final = "D9D9D9"
_ERROR: Final = "#"  # a cell that begins so could be read as one of Excel's errors


class LongTable(Struct, frozen=True):
    """A table of texts: its titles with the widths of their columns, in digits, and its rows."""

    name: str
    columns: Mapping[str, float]
    rows: Iterable[Sequence[str]]


def long_workbook(tables: Iterable[LongTable], title: str, day: date) -> bytes:
    """The tables as .xlsx, a sheet each; what does not fit on one goes on on the next.

    No text becomes a formula; one that is too long for a cell must be cut before. `day` stands in
    the file as the day on which it was made.
    """
    book = openpyxl.Workbook(write_only=True)
    for table in tables:
        for number, rows in enumerate(_parts(table.rows)):
            name = f"{table.name}{number + 1}" if number else table.name
            _write(book.create_sheet(name), table.columns, rows)
    book.properties.creator, book.properties.title = "", title
    book.properties.language = "zh-CN"
    saved = io.BytesIO()
    with _DatedArchive(saved, day) as archive:
        ExcelWriter(book, archive).save()
    return saved.getvalue()


def _parts(rows: Iterable[Sequence[str]]) -> Iterator[Iterable[Sequence[str]]]:
    """The rows sheet by sheet; each part is to be read before the next is asked for."""
    left = iter(rows)
    yield islice(left, _MOST_ROWS)
    for row in left:
        yield islice(chain([row], left), _MOST_ROWS)


def _write(
    page: WriteOnlyWorksheet, columns: Mapping[str, float], rows: Iterable[Sequence[str]]
) -> None:
    for number, width in enumerate(columns.values(), 1):
        page.column_dimensions[column_letters(number)].width = width  # type: ignore[attr-defined]
    page.freeze_panes = "A2"
    page.append([_header(page, title) for title in columns])
    for row in rows:
        page.append([_content(page, text) for text in row])


def _header(page: WriteOnlyWorksheet, title: str) -> Any:
    cell = WriteOnlyCell(page, title)
    cell.font = Font(name=BOLD_FONT, size=TEXT_SIZE)
    cell.fill = PatternFill("solid", start_color=_GREY)
    cell.alignment = Alignment(horizontal="center")
    return cell


def _content(page: WriteOnlyWorksheet, text: str) -> Any:
    """What openpyxl writes as this text, and nothing else; None leaves the cell empty."""
    if not text or not text.startswith((*FORMULA_SIGNS, _ERROR)):
        return escaped(text) or None
    cell = WriteOnlyCell(page)
    cell.value = escaped(text)
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


class _DatedArchive(zipfile.ZipFile):
    """The archive into which openpyxl writes a workbook, without the clock's time."""

    def __init__(self, file: io.BytesIO, day: date) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_SPEED)
        self._day = day

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **kwargs: Any) -> None:
        name, body = str(zinfo_or_arcname), data if isinstance(data, bytes) else data.encode()
        super().writestr(dated_entry(name), mended_part(name, body, self._day))

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kwargs: Any) -> None:
        """A sheet, which openpyxl wrote beside it row by row."""
        with Path(filename).open("rb") as source, self.open(dated_entry(arcname), "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)
