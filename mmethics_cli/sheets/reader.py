"""A filled workbook → its answers by id, wherever rows and columns stand now.

Whoever saved it, and whatever was done to it: hostile files are refused, damaged cells named.
"""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.answers.self_check import ANSWERS, answer_key
from mmethics_cli.core.conditions.values import UNKNOWN, Placeholder
from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.standard.answers import Refused, says_none, write_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.placeholders import not_an_answer
from mmethics_cli.core.standard.texts import Placeholders
from mmethics_cli.errors import EthicsError
from mmethics_cli.formats.strict import transitional
from mmethics_cli.sheets.page import CLEAR_WORD, ENTRY, MARK, NO_ENTRY, RECORD_MARK
from mmethics_cli.sheets.writer import FORMAT, Record, read_record
from mmethics_cli.wording.language import UNSURE_WORD
from mmethics_cli.wording.typed import NONE_WORD, cell_text, read_cell

_MERGED: Final = "是合并的单元格，只留下一个值，分不清是哪一格的回答"
_UNMERGE: Final = "请取消合并，每一格各填各的。"
_SAVE_AGAIN: Final = "请用 Excel、WPS 或 LibreOffice 另存为 .xlsx 再导入。"
_NOT_OURS: Final = (
    "不是 mmethics sheet export 导出的工作簿，或其中隐藏的工作表被删去了。请重新导出一份。"
)


class CellReading(Struct, frozen=True):
    """What one cell of an answer's column says; `fault` and `fix` when that can't be read.

    `mark` is its page's, `id` its row's (empty in a new row), `role` its column's; `stored` is the
    text with what may be escapes left as it stands in the file. `day` is the day for which a bare
    number stands, as Excel counts days.
    """

    sheet: str
    address: str
    row: int
    mark: str
    id: str
    role: str
    text: str
    fault: str = ""
    fix: str = ""
    stored: str = ""
    day: date | None = None

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.address}"


class FilledWorkbook(Struct, frozen=True):
    """A workbook as it was handed back; cells in the order of their sheets, rows and columns."""

    record: Record
    cells: tuple[CellReading, ...]


def read_workbook(data: bytes) -> FilledWorkbook:
    """Read what Excel, WPS or LibreOffice saved. Raises EthicsError for what is not ours."""
    lines, cells = read_pages(data)
    record = read_record(lines)
    if record.format != FORMAT:
        raise EthicsError(_NOT_OURS)
    return FilledWorkbook(record, cells)


def read_pages(data: bytes) -> tuple[dict[str, str], tuple[CellReading, ...]]:
    """The hidden record of a workbook and the cells of its marked pages, whatever it is about.

    Raises EthicsError for what can't be read as a workbook.
    """
    with warnings.catch_warnings():
        # zipfile and openpyxl warn of what they do not keep; nothing is kept here.
        warnings.simplefilter("ignore")
        sheets = _sheets(guarded(data))
    lines: dict[str, str] = {}
    cells: list[CellReading] = []
    for sheet in sheets:
        stored = sorted(sheet._cells.items())  # only cells that exist, not all up to the last one
        present = [cell for _, cell in stored if isinstance(cell, Cell) and cell.value is not None]
        corner = next((cell for cell in present if _says(cell).startswith(MARK)), None)
        if corner is None:
            continue
        if _says(corner) == RECORD_MARK:
            lines |= _record_lines(present, corner)
        else:
            cells += _readings(sheet, present, corner)
    return lines, tuple(cells)


def _sheets(data: bytes) -> list[Worksheet]:
    try:
        return list(load_workbook(io.BytesIO(data)).worksheets)
    except Exception as error:  # whatever openpyxl stumbles over in a broken file
        raise EthicsError(
            "工作簿读不了，可能已经损坏。请用 Excel、WPS 或 LibreOffice 打开，另存为 .xlsx 再导入。"
        ) from error


def _says(cell: Cell) -> str:
    """A text; a formula and every other type say nothing of ours."""
    return plain_text(cell.value) if cell.data_type == "s" and isinstance(cell.value, str) else ""


def _record_lines(cells: list[Cell], corner: Cell) -> dict[str, str]:
    """The record: names in the column of the mark, what they say beside it."""
    names = {cell.row: _says(cell) for cell in cells if cell.column == corner.column}
    texts = {cell.row: _says(cell) for cell in cells if cell.column == corner.column + 1}
    return {name: texts.get(row, "") for row, name in names.items()}


def _readings(sheet: Worksheet, cells: list[Cell], corner: Cell) -> Iterator[CellReading]:
    name, epoch = sheet.title, _epoch_of(sheet)
    roles = {
        cell.column: _says(cell)
        for cell in cells
        if cell.row == corner.row and cell.column != corner.column
    }
    ids = {cell.row: cell for cell in cells if cell.column == corner.column}
    mark = _says(corner).removeprefix(MARK)
    headings = {corner.row} | {row for row, cell in ids.items() if _says(cell) == NO_ENTRY}
    merged = dict(_merged_answers(sheet, roles, headings))
    faulty_rows: set[int] = set()
    for cell in cells:
        row, place = cell.row, cell.coordinate
        if (area := merged.get((row, cell.column))) is not None:
            place, first, named = area
            id_, _ = _id(ids.get(first))
            yield CellReading(name, place, first, mark, id_, named, "", _MERGED, _UNMERGE)
            continue
        if row in headings or cell.column == corner.column:
            continue
        id_, fault = _id(ids.get(row))
        if fault and row not in faulty_rows:
            faulty_rows.add(row)
            yield CellReading(name, place, row, mark, "", "", "", fault)
        if fault or not (role := roles.get(cell.column)):
            continue
        try:
            text = _text_of(cell)
        except _Unreadable as error:
            yield CellReading(name, place, row, mark, id_, role, "", str(error), error.fix)
        else:
            stored = _stored_text(cell.value) if isinstance(cell.value, str) else text
            yield CellReading(
                name, place, row, mark, id_, role, text, stored=stored, day=_day(cell, epoch)
            )


def _merged_answers(
    sheet: Worksheet, roles: Mapping[int, str], headings: Collection[int]
) -> Iterator[tuple[tuple[int, int], tuple[str, int, str]]]:
    """Merged cells that hold answers, by row and column of the one that kept its value.

    Each with its range, and the row and the role of the first answer in it. Rows of `headings`
    hold none.
    """
    for area in sheet.merged_cells.ranges:
        named = [roles.get(column, "") for column in range(area.min_col, area.max_col + 1)]
        rows = (row for row in range(area.min_row, area.max_row + 1) if row not in headings)
        row = next(rows, None)
        if any(named) and row is not None:
            role = next(filter(None, named))
            yield (area.min_row, area.min_col), (area.coord, row, role)


def _id(cell: Cell | None) -> tuple[str, str]:
    """The id of a row; empty in a new one; and what is wrong with it."""
    if cell is None:
        return "", ""
    text = _says(cell)
    if text.startswith(ENTRY):
        return text.removeprefix(ENTRY), ""
    return "", "所在行的编号（隐藏的那一列）被改过"


# The file: what openpyxl must not see, and what it must not change.

_MOST_BYTES: Final = 100_000_000
_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"
_DOCTYPE: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_TEXTS: Final = re.compile(r"xl/(sharedStrings|worksheets/[^/]+)\.xml", re.IGNORECASE)
# openpyxl drops every x005F_ that it reads, so that _x005F_x0041_ and _x0041_ become the same.
# Between these noncharacters, which no answer may hold, the escapes pass it unharmed.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_ESCAPE: Final = re.compile(rb"_x([0-9A-Fa-f]{4})_|x005F(?=_)")
_MARKED: Final = re.compile(f"{_OPEN}([0-9A-Fa-f]{{4}}|=){_CLOSE}")


def guarded(data: bytes) -> bytes:
    """The workbook with the escapes in its texts made safe from openpyxl; `plain_text` reads them.

    Raises EthicsError for what is no .xlsx, is locked by a password, or is too large.
    """
    if data.startswith(_OLD_OR_LOCKED):
        raise EthicsError(
            "文件加了密码，或是旧的 .xls 格式，读不了。请去掉密码，另存为 .xlsx 再导入。"
        )
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
            entries = source.infolist()
            if sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise EthicsError("工作簿太大（展开超过 100 MB），没有导入。")
            for entry in entries:
                target.writestr(entry.filename, _part(entry.filename, source.read(entry)))
    except EthicsError:
        raise
    except Exception as error:  # zipfile has many ways to stumble over a damaged file
        raise EthicsError(
            "文件不是 Excel 工作簿，或已经损坏。请用 Excel、WPS 或 LibreOffice 另存为 .xlsx。"
        ) from error
    return out.getvalue()


_MOST_MERGED: Final = 50_000  # cells, each of which openpyxl makes
_ROW: Final = re.compile(rb"<(?:[^\s<>/]+:)?row\b(?:[^>]*?\sr=[\"'](\d+))?")
_MERGE: Final = re.compile(rb"<(?:[^\s<>/]+:)?mergeCell[\s/>]")
_MERGED_CELLS: Final = re.compile(
    rb"""(<(?:[^\s<>/]+:)?mergeCell\s[^>]*?\bref=["'])([A-Za-z]{1,3})(\d{1,7}):([A-Za-z]{1,3})(\d{1,7})(?=["'])"""
)


def _part(name: str, body: bytes) -> bytes:
    if name.lower().endswith((".xml", ".rels")):
        if b"\0" in body:
            raise EthicsError(f"工作簿不是用 UTF-8 保存的，没有导入。{_SAVE_AGAIN}")
        if _DOCTYPE.search(body):
            raise EthicsError("工作簿里有不该有的 DOCTYPE 声明，没有导入。请重新导出一份。")
        body = transitional(body)
    return _ESCAPE.sub(_guard, _with_short_merges(body)) if _TEXTS.fullmatch(name) else body


def _with_short_merges(body: bytes) -> bytes:
    """A sheet whose merged cells end with its last row: people merge whole columns.

    Raises EthicsError where they are too many all the same, or not as programs write them.
    """
    rows = [int(number or 0) for number in _ROW.findall(body)]
    last, cells = max([len(rows), *rows]), 0

    def shortened(match: re.Match[bytes]) -> bytes:
        nonlocal cells
        start, left, top, right, bottom = match.groups()
        end = max(int(top), min(int(bottom), last))
        first, final = (column_index_from_string(name.decode().upper()) for name in (left, right))
        cells += (end - int(top) + 1) * (final - first + 1)
        if cells > _MOST_MERGED:
            where = f"{left.decode()}{int(top)}:{right.decode()}{int(bottom)}"
            raise EthicsError(f"工作簿里合并的单元格太多（{where}），没有导入。{_UNMERGE}")
        return b"%b%b%b:%b%d" % (start, left, top, right, end)

    shorter, count = _MERGED_CELLS.subn(shortened, body)
    if count != len(_MERGE.findall(body)):
        raise EthicsError(f"工作簿里合并的单元格读不了，没有导入。{_SAVE_AGAIN}")
    return shorter


def _guard(match: re.Match[bytes]) -> bytes:
    code = match[1].decode() if match[1] else "="
    return f"{_OPEN}{code}{_CLOSE}".encode()


def plain_text(text: str) -> str:
    """A text as it was typed: escapes undone, and one kind of line break."""
    text = _MARKED.sub(lambda match: _character(match[1]), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _character(code: str) -> str:
    return "x005F" if code == "=" else chr(int(code, 16))


def _stored_text(text: str) -> str:
    """The same without undoing escapes: LibreOffice does not escape what looks like an escape."""
    text = _MARKED.sub(lambda match: "x005F" if match[1] == "=" else f"_x{match[1]}_", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


# A cell: its value as the text that was typed.

_EXACT: Final = 1e15  # Excel keeps 15 digits of a number, and zeros in place of those behind
_DAYS: Final = range(10_000, 100_000)  # 1927 to 2173, as Excel counts days
_GENERAL: Final = "General"


class _Unreadable(Exception):
    """The cell holds no answer: what it holds instead, and what to do."""

    def __init__(self, message: str, fix: str = "请改成文字、数字或日期。") -> None:
        super().__init__(message)
        self.fix = fix


def _text_of(cell: Cell) -> str:
    """What the cell says. Raises _Unreadable for a formula and for an error value."""
    value: object = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise _Unreadable("是公式，公式不算回答")
    if cell.data_type == "e":
        raise _Unreadable(f"是错误值 {plain_text(str(value))[:20]}")
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return _number(float(value) if isinstance(value, float) else value, cell.number_format)
        case datetime():
            whole = value.time() == time()
            return value.date().isoformat() if whole else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02}"
    return plain_text(str(value))


def _number(value: float, format_: str | None) -> str:
    """A number as it was typed: 3000, not 3000.0; 15%, not 0.15.

    Raises _Unreadable where Excel has lost its last digits.
    """
    if "%" in (format_ or ""):
        return f"{value * 100:.12g}%"
    if abs(value) >= _EXACT or not math.isfinite(value):
        raise _Unreadable(
            "是超过 15 位的数字，Excel 已经把后几位改成了 0",
            "请先把这一格设为文本格式（设置单元格格式 → 文本），再按原件重新填。",
        )
    return str(int(value)) if value == int(value) else _decimal(value)


def _decimal(value: float) -> str:
    """A number with the 15 digits that Excel shows of it, never as 1.1E-7."""
    digits = f"{Decimal(f'{value:.15g}'):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _day(cell: Cell, epoch: datetime) -> date | None:
    """The day that a whole number in a cell without a format stands for; None for anything else."""
    value: object = cell.value
    plain_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not plain_number or cell.number_format != _GENERAL or cell.data_type != "n":
        return None
    number = float(str(value))
    if not number.is_integer() or int(number) not in _DAYS:
        return None
    return (epoch + timedelta(days=int(number))).date()


def _epoch_of(sheet: Worksheet) -> datetime:
    """From which day the workbook counts: files of old Macs begin with 1904."""
    return sheet.parent.epoch if sheet.parent is not None else WINDOWS_EPOCH


# An answer: what the text of its cell means.


class Typed(Struct, frozen=True):
    """What a person typed: in the words of a cell, and as the plain tree to write.

    `placeholder`: why it is no answer yet though it is taken (待定), and what to write.
    """

    text: str
    tree: object
    placeholder: tuple[str, str] | None = None


ReadCell = Callable[[CellReading], Typed]


def reader_of(question: Question, placeholders: Placeholders) -> ReadCell:
    """How the cell of a question is read. What it returns raises Refused."""

    def read(cell: CellReading) -> Typed:
        if cell.text.strip() == CLEAR_WORD:
            return Typed("", None)
        value = read_cell(question, cell.text, cell.day, placeholders)
        tree = write_value(question, value)
        if value is UNKNOWN:
            return Typed(UNSURE_WORD, tree) if tree else Typed("", None)
        if isinstance(value, Placeholder):
            why = not_an_answer(
                placeholders, question.label, value.text, may_not_apply=question.may_not_apply
            )
            return Typed(value.text, tree, why)
        return Typed(cell_text(question, value), tree)

    return read


def read_list(cell: CellReading) -> Typed:
    """The cell that says of a whole list that it has no entries. Raises Refused."""
    if cell.text.strip() == CLEAR_WORD:
        return Typed("", None)
    if says_none(cell.text):
        return Typed(NONE_WORD, [])
    raise Refused(f"这里只能写“{NONE_WORD}”或“{CLEAR_WORD}”", "条目请填在它自己的工作表里")


def read_verdict(text: str) -> Typed:
    """The answer to a review item. Raises Refused."""
    if plain(text) == UNSURE_WORD:
        return Typed("", None)
    if (key := answer_key(text)) is not None:
        return Typed(ANSWERS[key], key)
    raise Refused(f"没有“{text[:20]}”这个选项", f"可选：{'、'.join(ANSWERS.values())}")
