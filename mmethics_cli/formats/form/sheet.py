"""A form in Excel read as a form in Word: each sheet a table, merged cells one."""

from __future__ import annotations

import io

import docx
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.errors import DocumentError

_MOST_ROWS, _MOST_COLUMNS = 1_000, 60


def as_word(data: bytes, name: str) -> bytes:
    """The sheets of a workbook as a Word file. Raises DocumentError for what can't be read."""
    try:
        book = load_workbook(io.BytesIO(data))
    except Exception as error:  # whatever openpyxl stumbles over in a broken file
        raise DocumentError(
            f"{name}：工作簿读不了：已损坏或加了密码。请用 Excel 或 WPS 另存为 .xlsx。"
        ) from error
    document = docx.Document()
    for sheet in book.worksheets:
        if sheet.max_row > _MOST_ROWS or sheet.max_column > _MOST_COLUMNS:
            raise DocumentError(f"{name}：工作表“{sheet.title}”太大，不像是表格，没有读。")
        document.add_paragraph(sheet.title)
        _add_table(document, sheet)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_table(document: docx.document.Document, sheet: Worksheet) -> None:
    """A sheet as a table; a cell that is merged stands once, as wide and high as it is."""
    table = document.add_table(sheet.max_row, sheet.max_column)
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None:
                target = table.cell(cell.row - 1, cell.column - 1)
                target.text = str(cell.value)
    for area in sheet.merged_cells.ranges:
        first = table.cell(area.min_row - 1, area.min_col - 1)
        last = table.cell(area.max_row - 1, area.max_col - 1)
        merged = first.merge(last)
        # Merging leaves the empty lines of the other cells behind.
        for paragraph in merged.paragraphs[1:]:
            if not paragraph.text:
                paragraph._p.getparent().remove(paragraph._p)
