"""Pages → .xlsx, with a hidden record of what they were made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.bytes import LONGEST_TEXT, characters
from mmethics_cli.formats.excel.model import RecordSheet, Sheet, Workbook
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.sheets.page import ENTRY, OPTIONS_NAME, RECORD_MARK, RECORD_NAME

FORMAT: Final = "mmethics/sheet/1"
_FORMAT, _STANDARD, _EDITION, _FILE, _CELL = "format", "standard", "edition", "file ", "cell "


def digest(text: str) -> str:
    """A short digest of what a cell said; empty for an empty cell."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if text else ""


class WorkbookOrigin(Struct, frozen=True):
    """What a workbook was made from: the pack, and the digest of each file of the dossier."""

    standard: str
    edition: str
    files: Mapping[str, str]


class Record(Struct, frozen=True):
    """What a workbook was made from, and the digest of each of its answers."""

    format: str
    origin: WorkbookOrigin
    cells: Mapping[str, str]


def record_lines(pages: tuple[Sheet, ...], origin: WorkbookOrigin) -> Iterator[tuple[str, str]]:
    """The lines of the hidden sheet: names with what they say."""
    yield _FORMAT, FORMAT
    yield _STANDARD, origin.standard
    yield _EDITION, origin.edition
    yield from ((_FILE + name, sha) for name, sha in sorted(origin.files.items()))
    cells = (cell for page in pages for row in page.rows for cell in row.cells if cell.key)
    yield from ((_CELL + cell.key, digest(cell.text)) for cell in cells)


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
_PRINTED_TITLE: Final = 60  # characters


def workbook(pages: tuple[Sheet, ...], origin: WorkbookOrigin, title: str, day: date) -> bytes:
    """The pages as .xlsx, with a hidden record of their origin; `title` is that of the study.

    Raises EthicsError for an id that no cell can hold.
    """
    _refuse_long_ids(pages)
    lines = ((RECORD_MARK, ""), *record_lines(pages, origin))
    sheets = tuple(_with_header(sheet, title, day) for sheet in pages)
    record = RecordSheet(RECORD_NAME, lines)
    return excel_file(Workbook(sheets, title, day, options=OPTIONS_NAME, record=record))


def _with_header(sheet: Sheet, title: str, day: date) -> Sheet:
    right = f"{sheet.name}　{day.isoformat()} 导出"
    return replace(sheet, paper=replace(sheet.paper, left=title[:_PRINTED_TITLE], right=right))


def _refuse_long_ids(pages: tuple[Sheet, ...]) -> None:
    ids = [(page.name, row.id.removeprefix(ENTRY)) for page in pages for row in page.rows]
    problems = [
        Problem(f"编号“{id_[:20]}……”有 {len(id_)} 字。", name, fix="请在卷宗文件里改短。")
        for name, id_ in ids
        if characters(id_) > _LONGEST_ID
    ]
    if problems:
        raise EthicsError("有的条目编号放不进 Excel 的一格，没有导出：", problems)
