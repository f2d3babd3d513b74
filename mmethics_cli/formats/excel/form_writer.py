"""Excel from a simple description: text stays text, and the same input gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.blocks import Stamp, refuse_unprintable
from mmethics_cli.formats.excel.bytes import (
    FORMULA_SIGNS,
    HIGHEST_ROW,
    LONGEST_TEXT,
    characters,
    escaped,
    lines_of,
    mended,
)
from mmethics_cli.formats.excel.form_model import FormColumn, FormRow, Formula, Sheet
from mmethics_cli.wording.language import CHINESE

MARGIN: Final = 0.4  # inches, at the sides
TEXT_SIZE: Final = 10.5  # points
_A4: Final = (8.27, 11.69)  # inches


def printed_size(widths: Sequence[float], *, landscape: bool) -> float:
    """How large the text of a sheet comes out on A4, in points: it is scaled to the paper."""
    # Excel: a column of w digits is 7w + 5 pixels wide, 96 to the inch.
    inches = sum(7 * width + 5 for width in widths) / 96
    return min(1.0, (_A4[landscape] - 2 * MARGIN) / inches) * TEXT_SIZE


COLOURS: Final = {"red": "FFC7CE", "yellow": "FFEB9C", "green": "E2EFDA", "grey": "E7E6E6"}


def add_choices(page: Worksheet, sheet: Sheet) -> None:
    """Drop-downs in the cells that are to be filled in from a list."""
    for at, column in enumerate(sheet.columns, 1):
        if not column.input:
            continue
        letter = get_column_letter(at)
        for choices, stretches in _open_rows(sheet, column.choices).items():
            rule = DataValidation(
                type="list",
                formula1=f'"{",".join(choices)}"',
                allow_blank=True,
                showErrorMessage=True,
                errorTitle=column.title,
                error="请从列表中选择：" + "、".join(choices),
            )
            for first, last in stretches:
                rule.add(f"{letter}{first}:{letter}{last}")
            page.add_data_validation(rule)


def _open_rows(
    sheet: Sheet, choices: tuple[str, ...]
) -> dict[tuple[str, ...], list[tuple[int, int]]]:
    """Stretches of rows that are to be filled in, first and last, by what there is to choose."""
    numbered = enumerate(sheet.rows, sheet.first_row)
    found: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for wanted, group in groupby(
        numbered, key=lambda one: () if one[1].muted else one[1].choices or choices
    ):
        numbers = [number for number, _ in group]
        if wanted:
            found.setdefault(wanted, []).append((numbers[0], numbers[-1]))
    return found


def add_colours(page: Worksheet, sheet: Sheet) -> None:
    """Rows tinted by what was chosen in a column."""
    first, last = sheet.first_row, sheet.first_row + len(sheet.rows) - 1
    if last < first:
        return
    whole = f"A{first}:{get_column_letter(len(sheet.columns))}{last}"
    for at, column in enumerate(sheet.columns, 1):
        for value, colour in column.colours.items():
            fill = PatternFill("solid", bgColor=COLOURS[colour])
            test = f'${get_column_letter(at)}{first}="{value}"'
            rule = Rule(type="expression", dxf=DifferentialStyle(fill=fill), formula=[test])
            page.conditional_formatting.add(whole, rule)


def set_up_print(page: Worksheet, sheet: Sheet, stamp: Stamp) -> None:
    """On screen the header stays in view, on paper it comes again; A4 wide; inputs unlocked."""
    header = sheet.first_row - 1
    page.freeze_panes = f"{get_column_letter(sheet.frozen_columns + 1)}{sheet.first_row}"
    page.print_title_rows = f"{header}:{header}"
    page.page_setup.orientation = "landscape" if sheet.landscape else "portrait"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_margins.left = page.page_margins.right = MARGIN
    page.print_options.horizontalCentered = True
    day = CHINESE.date(stamp.date) if stamp.date else ""
    version = f"版本 {stamp.version}　{day}" if stamp.version else day
    page.oddHeader = HeaderFooterItem(
        left=_HeaderFooterPart(stamp.title.replace("&", "&&")),
        right=_HeaderFooterPart(version.replace("&", "&&")),
    )
    page.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("第 &P 页　共 &N 页"))
    page.protection.sheet = sheet.locked or any(column.input for column in sheet.columns)
    page.protection.formatColumns = page.protection.formatRows = False


_LINE: Final = 15.0  # points

_THIN: Final = Side(style="thin", color="000000")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD, _INPUT, _MUTED = "E7E6E6", "FFF8DC", "F2F2F2"
_NARROW: Final = 12  # columns up to this width are centred


def excel_file(sheets: Sequence[Sheet], stamp: Stamp) -> bytes:
    """The sheets as .xlsx. Raises TemplateError for a text that a cell cannot hold."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _Writer(book.create_sheet(sheet.name), sheet).write(stamp)
    book.properties.creator = ""
    book.properties.title = stamp.title
    book.properties.language = "zh-CN"
    book.properties.version = stamp.version or None
    saved = io.BytesIO()
    book.save(saved)
    known = {
        cell.text: cell.value
        for sheet in sheets
        for row in sheet.rows
        for cell in row.cells
        if isinstance(cell, Formula)
    }
    return mended(saved.getvalue(), stamp.date, known)


@dataclass(frozen=True, slots=True)
class _Face:
    """How a cell looks."""

    font: str = "宋体"
    size: float = TEXT_SIZE
    grey: bool = False
    side: str = "left"
    fill: str = ""
    grid: bool = False
    locked: bool = True
    quoted: bool = False

    def dress(self, cell: Cell) -> None:
        cell.font = Font(name=self.font, size=self.size, color="808080" if self.grey else "000000")
        cell.alignment = Alignment(horizontal=self.side, vertical="center", wrap_text=True)
        cell.protection = Protection(locked=self.locked)
        if self.grid:
            cell.border = _GRID
        if self.fill:
            cell.fill = PatternFill("solid", start_color=self.fill)
        if self.quoted:
            cell.quotePrefix = True


class _Writer:
    """Writes one sheet."""

    def __init__(self, page: Worksheet, sheet: Sheet) -> None:
        self.page = page
        self.sheet = sheet
        self.header = sheet.first_row - 1
        # openpyxl takes long to dress a cell, so each look is made once and copied.
        self.dressed: dict[_Face, Cell] = {}

    def write(self, stamp: Stamp) -> None:
        columns = self.sheet.columns
        for at, column in enumerate(columns, 1):
            self.page.column_dimensions[get_column_letter(at)].width = column.width
        self._head()
        face = _Face("黑体", side="center", fill=_HEAD, grid=True)
        for at, column in enumerate(columns, 1):
            self._put(self.header, at, column.title, face)
        self._height(self.header, [one.title for one in columns], columns)
        for number, row in enumerate(self.sheet.rows, self.header + 1):
            for at, (content, column) in enumerate(zip(row.cells, columns, strict=True), 1):
                self._put(number, at, content, _face_of(row, column))
            texts = [one if isinstance(one, str) else "" for one in row.cells]
            self._height(number, texts, columns, least=row.lines)
        add_choices(self.page, self.sheet)
        add_colours(self.page, self.sheet)
        set_up_print(self.page, self.sheet, stamp)

    def _head(self) -> None:
        last = get_column_letter(len(self.sheet.columns))
        whole = (FormColumn("", sum(column.width for column in self.sheet.columns)),)
        for number, text in enumerate((self.sheet.title, *self.sheet.notes), 1):
            face = _Face("黑体", 16, side="center") if number == 1 else _Face()
            self._put(number, 1, text, face)
            self.page.merge_cells(f"A{number}:{last}{number}")
            self._height(number, [text], whole, _LINE * (2 if number == 1 else 1))

    def _put(self, row: int, column: int, content: str | Formula, face: _Face) -> None:
        """A formula of ours, or a text that never becomes one, not even when it is edited."""
        cell = cast(Cell, self.page.cell(row, column))
        if isinstance(content, Formula):
            cell.value = content.text
        else:
            _check(cell, content)
            if content.startswith(FORMULA_SIGNS):
                face = replace(face, quoted=True)
            if content:
                cell.value = escaped(content)
                cell.data_type = "s"
        model = self.dressed.get(face)
        if model is None:
            face.dress(cell)
            self.dressed[face] = cell
        else:
            cell._style = copy(model._style)  # type: ignore[attr-defined]  # not in the stubs

    def _height(
        self,
        row: int,
        texts: Sequence[str],
        columns: Sequence[FormColumn],
        line: float = _LINE,
        least: int = 1,
    ) -> None:
        """As high as the longest text needs: not every program grows rows by itself."""
        pairs = zip(texts, columns, strict=True)
        lines = max(least, *(lines_of(text, column.width) for text, column in pairs))
        self.page.row_dimensions[row].height = min(4 + lines * line, HIGHEST_ROW)


def _face_of(row: FormRow, column: FormColumn) -> _Face:
    side = "center" if column.width <= _NARROW else "left"
    if row.muted:
        return _Face(grey=True, side=side, fill=_MUTED, grid=True)
    if column.input:
        return _Face(side=side, fill=_INPUT, grid=True, locked=False)
    return _Face(side=side, grid=True)


def _check(cell: Cell, text: str) -> None:
    try:
        refuse_unprintable(text)
    except TemplateError as error:
        raise TemplateError(f"{_place(cell)}：{error}") from error
    if characters(text) > LONGEST_TEXT:
        raise TemplateError(
            f"{_place(cell)}：有 {len(text)} 字，Excel 的一格最多 {LONGEST_TEXT} 字。"
            "请把长文作为附件，这里只写摘要。"
        )


def _place(cell: Cell) -> str:
    return f"Excel 表“{cell.parent.title}”的 {cell.coordinate} 格"
