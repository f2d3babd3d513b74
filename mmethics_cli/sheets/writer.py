"""Pages → .xlsx: text stays text, inputs are open, paper is A4, the same input the same bytes."""

from __future__ import annotations

import io
from datetime import date
from typing import Final

from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from mmethics_cli.core.workbook import LONGEST_TEXT, characters, mended
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.sheets.layout import OPTIONS_NAME, RECORD_NAME, Origin, Page
from mmethics_cli.sheets.page_writer import PageWriter, put_text
from mmethics_cli.sheets.record import RECORD_MARK, record_lines
from mmethics_cli.sheets.validation import Options

# The record writes an id together with its list and its field.
_LONGEST_ID: Final = LONGEST_TEXT - 200


def workbook(pages: tuple[Page, ...], origin: Origin, title: str, day: date) -> bytes:
    """The pages as .xlsx, with a hidden record of their origin.

    Raises EthicsError for an id that no cell can hold.
    """
    _refuse_long_ids(pages)
    book = Workbook()
    book.remove(book.worksheets[0])
    options = Options(OPTIONS_NAME)
    for page in pages:
        PageWriter(book.create_sheet(page.name), page, options).write(title, day)
    hidden = book.create_sheet(OPTIONS_NAME)
    hidden.sheet_state = "hidden"
    options.write(hidden)
    record = book.create_sheet(RECORD_NAME)
    record.sheet_state = "veryHidden"
    for number, line in enumerate([(RECORD_MARK, ""), *record_lines(pages, origin)], 1):
        for column, text in enumerate(line, 1):
            put_text(record, number, column, text)
    for one in (hidden, record):
        one.protection.sheet = True
    book.security = WorkbookProtection(lockStructure=True)
    book.properties.creator, book.properties.title = "", title
    book.properties.language = "zh-CN"
    saved = io.BytesIO()
    book.save(saved)
    return mended(saved.getvalue(), day)


def _refuse_long_ids(pages: tuple[Page, ...]) -> None:
    rows = [(page.name, row.id) for page in pages for row in page.rows]
    long = [(name, id_) for name, id_ in rows if characters(id_) > _LONGEST_ID]
    if long:
        problems = [
            Problem(f"编号“{id_[:20]}……”有 {len(id_)} 字。", name, fix="请在卷宗文件里改短。")
            for name, id_ in long
        ]
        raise EthicsError("有的条目编号放不进 Excel 的一格，没有导出：", problems)
