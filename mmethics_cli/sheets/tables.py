"""Tables that other people made in Excel: a header somewhere at the top, then rows of texts."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from mmethics_cli.errors import EthicsError
from mmethics_cli.formats.excel.model import column_letters

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADER_ROWS = 10  # in which the header is looked for


class TableCell(Struct, frozen=True):
    """A cell of a row: the header of its column, its text, where it stands."""

    header: str
    text: str
    place: str


def read_table(data: bytes, known: Collection[str]) -> list[list[TableCell]]:
    """The rows of the first sheet with a header of which two columns are `known`, blanks aside.

    Cells with formulas say what the program that saved them reckoned. Raises EthicsError for what
    can't be read as a workbook, or has no such sheet.
    """
    # Loaded late: openpyxl takes long, and whoever knows the columns of a table need not read one.
    from openpyxl import load_workbook

    from mmethics_cli.sheets.reader import guarded

    with warnings.catch_warnings():
        # openpyxl warns of what it does not keep; nothing is kept here.
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(guarded(data)), data_only=True)
        except EthicsError:
            raise
        except Exception as error:  # whatever openpyxl stumbles over in a broken file
            raise EthicsError("工作簿读不了，可能已经损坏。请另存为 .xlsx 再试。") from error
    for sheet in book.worksheets:
        rows = list(_rows(sheet, known))
        if rows:
            return rows
    raise EthicsError(
        "认不出这份工作簿：不是办公室发出的工作簿，或其中隐藏的工作表被删去了；"
        "也不像旧登记簿，前十行里没有一行写着受理号、项目名称这样的列名。"
    )


def _rows(sheet: Worksheet, known: Collection[str]) -> Iterator[list[TableCell]]:
    header: dict[int, str] = {}
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        texts = {at: _text(value) for at, value in enumerate(row, 1) if _text(value)}
        if not header:
            if number > _HEADER_ROWS:
                return
            if sum(plain_header(text) in known for text in texts.values()) > 1:
                header = texts
            continue
        cells = [
            TableCell(header[at], text, f"{sheet.title}!{column_letters(at)}{number}")
            for at, text in texts.items()
            if at in header
        ]
        if cells:
            yield cells


def plain_header(text: str) -> str:
    """A header without blanks and what stands in brackets after it."""
    for opening in "(（":
        text = text.partition(opening)[0]
    return "".join(text.split())


def _text(value: object) -> str:
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute) == (0, 0)
        return value.date().isoformat() if midnight else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, str):
        from mmethics_cli.sheets.reader import plain_text

        return plain_text(value).strip()
    return str(value or "")
