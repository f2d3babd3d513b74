"""Pages → .xlsx: text stays text, inputs are open, paper is A4, the same input the same bytes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.bytes import LONGEST_TEXT, characters, mended
from mmethics_cli.formats.excel.model import (
    MARK,
    OPTIONS_NAME,
    RECORD_NAME,
    SheetPage,
    WorkbookOrigin,
    inputs,
)
from mmethics_cli.formats.excel.writer import Options, PageWriter, put_text

FORMAT: Final = "mmethics/sheet/1"
RECORD_MARK: Final = f"{MARK}record"
_FORMAT, _STANDARD, _EDITION, _FILE, _CELL = "format", "standard", "edition", "file ", "cell "


def digest(text: str) -> str:
    """A short digest of what a cell said; empty for an empty cell."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if text else ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a workbook was made from, and the digest of each of its answers."""

    format: str
    origin: WorkbookOrigin
    cells: Mapping[str, str]


def record_lines(pages: tuple[SheetPage, ...], origin: WorkbookOrigin) -> Iterator[tuple[str, str]]:
    """The lines of the hidden sheet: names with what they say."""
    yield _FORMAT, FORMAT
    yield _STANDARD, origin.standard
    yield _EDITION, origin.edition
    yield from ((_FILE + name, sha) for name, sha in sorted(origin.files.items()))
    yield from ((_CELL + cell.key, digest(cell.text)) for cell in inputs(pages))


def read_record(lines: Mapping[str, str]) -> Record:
    """The record that such lines make; what is missing is empty."""
    files, cells = (
        {name.removeprefix(prefix): text for name, text in lines.items() if name.startswith(prefix)}
        for prefix in (_FILE, _CELL)
    )
    origin = WorkbookOrigin(lines.get(_STANDARD, ""), lines.get(_EDITION, ""), files)
    return Record(lines.get(_FORMAT, ""), origin, cells)


# The record writes an id together with its list and its field.
_LONGEST_ID: Final = LONGEST_TEXT - 200


def workbook(pages: tuple[SheetPage, ...], origin: WorkbookOrigin, title: str, day: date) -> bytes:
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


def _refuse_long_ids(pages: tuple[SheetPage, ...]) -> None:
    rows = [(page.name, row.id) for page in pages for row in page.rows]
    long = [(name, id_) for name, id_ in rows if characters(id_) > _LONGEST_ID]
    if long:
        problems = [
            Problem(f"编号“{id_[:20]}……”有 {len(id_)} 字。", name, fix="请在卷宗文件里改短。")
            for name, id_ in long
        ]
        raise EthicsError("有的条目编号放不进 Excel 的一格，没有导出：", problems)
