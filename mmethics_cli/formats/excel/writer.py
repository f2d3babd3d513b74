"""One page → one sheet: looks, drop-downs, row heights, paper."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, cast

from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.conditions.values import parse_date, parse_int
from mmethics_cli.formats.excel.bytes import FORMULA_SIGNS, HIGHEST_ROW, escaped, lines_of
from mmethics_cli.formats.excel.model import (
    ENTRY,
    LIST,
    MARK,
    NO_ENTRY,
    AnswerCell,
    CellRule,
    SheetColumn,
    SheetPage,
    SheetRow,
)

_LONG: Final = 200  # Excel shows a long text as ### where the cell's format is text
_THIN: Final = Side(style="thin", color="A6A6A6")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
HEAD_FILL, _SECTION, _INPUT, _GREY = "D9D9D9", "DDEBF7", "FFF9DB", "F2F2F2"


@dataclass(frozen=True, slots=True)
class Face:
    """How a cell looks."""

    font: str = "宋体"
    size: float = 10.5
    colour: str = "000000"
    side: str = "left"
    fill: str = ""
    grid: bool = True
    locked: bool = True
    quoted: bool = False
    format: str = "General"
    # Of a text higher than the highest row the beginning must be seen.
    top: bool = False

    def dress(self, cell: SheetCell) -> None:
        cell.font = Font(name=self.font, size=self.size, color=self.colour)
        upright = "top" if self.top else "center"
        cell.alignment = Alignment(horizontal=self.side, vertical=upright, wrap_text=True)
        cell.protection = Protection(locked=self.locked)
        cell.number_format = self.format
        if self.grid:
            cell.border = _GRID
        if self.fill:
            cell.fill = PatternFill("solid", start_color=self.fill)
        if self.quoted:
            cell.quotePrefix = True


def face_of(row: SheetRow, cell: AnswerCell, column: SheetColumn) -> Face:
    """The look of a cell of a page."""
    side = "center" if column.centred else "left"
    if row.look == "section":
        return Face("黑体", fill=_SECTION)
    if cell.rule is not None:
        grey = cell.grey or row.look == "muted"
        return Face(
            side=side,
            fill=_GREY if grey else _INPUT,
            locked=False,
            format=_format(cell),
            top=len(cell.text) > _LONG,
        )
    if cell.key or row.look == "muted":
        return Face(side=side, fill=_GREY, colour="7F7F7F")
    red = cell.text == "必答"
    small = cell.grey
    return Face(
        size=9 if small else 10.5,
        side=side,
        colour="C00000" if red else "595959" if small else "000000",
    )


def _format(cell: AnswerCell) -> str:
    """As text a code such as 0137 or 1-2 stays what was typed; a long text needs no format."""
    if cell.rule is None or len(cell.text) > _LONG:
        return "General"
    return {"int": "0", "date": "yyyy-mm-dd"}.get(cell.rule.kind, "@")


_TITLE, _TEXT = 32, 255  # Excel's limits
_LAST_DAY: Final = "2958465"  # 9999-12-31, as Excel numbers days
_EPOCH: Final = 693594  # the ordinal of the day that Excel numbers 0


class Options:
    """The hidden sheet of the drop-downs' options, a column a list; equal lists are one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: dict[tuple[str, ...], int] = {}

    def range_of(self, options: tuple[str, ...]) -> str:
        """Where the options stand."""
        letter = get_column_letter(self.columns.setdefault(options, len(self.columns) + 1))
        return f"'{self.name}'!${letter}$1:${letter}${len(options)}"

    def write(self, sheet: Worksheet) -> None:
        for options, column in self.columns.items():
            for row, text in enumerate(options, 1):
                cell = sheet.cell(row, column)
                cell.value = escaped(text)
                cell.data_type = "s"


def validation(rule: CellRule, options: Options) -> DataValidation | None:
    """The validation of a rule; None when there is nothing to check or to say."""
    made = DataValidation(allow_blank=True, showErrorMessage=True, errorStyle="warning")
    made.errorTitle = _cut(rule.title, _TITLE)
    if rule.options:
        made.type, made.formula1 = "list", options.range_of(rule.options)
        made.error = "请从下拉列表里选。"
        made.errorStyle = "stop" if rule.strict else "information"
        made.showErrorMessage = rule.strict
    elif rule.kind == "int":
        made.type, made.operator = "whole", "between"
        made.formula1 = str(_whole(rule.minimum, -(10**15) + 1))
        made.formula2 = str(_whole(rule.maximum, 10**15 - 1))
        made.error = "这里写整数；要写“不清楚”“清空”或“不适用：理由”，请选“是”继续。"
    elif rule.kind == "date":
        made.type, made.operator = "date", "between"
        made.formula1, made.formula2 = _day(rule.minimum, "1"), _day(rule.maximum, _LAST_DAY)
        made.error = "这里写日期，如 2027-03-01；要写“不清楚”“清空”或“不适用：理由”，请选“是”继续。"
    elif not rule.help:
        return None
    if rule.help:
        made.showInputMessage = True
        made.promptTitle, made.prompt = _cut(rule.title, _TITLE), _cut(rule.help, _TEXT)
    return made


def _whole(bound: str | None, otherwise: int) -> int:
    number = parse_int(bound or "")
    return otherwise if number is None else number


def _day(bound: str | None, otherwise: str) -> str:
    day = parse_date(bound or "")
    return otherwise if day is None else str(day.toordinal() - _EPOCH)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


_LINE: Final = 15.0  # points
_PAPER: Final = 180.0  # digits that are legible side by side on A4 across
# Before this day Excel and LibreOffice number days differently.
_FIRST_DAY: Final = date(1901, 1, 1)


def put_text(page: Worksheet, row: int, column: int, text: str) -> SheetCell:
    """A text that no program takes for a formula; an empty one leaves the cell empty."""
    cell = cast(SheetCell, page.cell(row, column))
    if text:
        cell.value = escaped(text)
        cell.data_type = "s"
    return cell


class PageWriter:
    """Writes one page; the first row and the first column are hidden and hold roles and ids."""

    def __init__(self, sheet: Worksheet, page: SheetPage, options: Options) -> None:
        self.sheet = sheet
        self.page = page
        self.options = options
        self.header = len(page.notes) + 3
        # openpyxl takes long to dress a cell, so each look is made once and copied.
        self.dressed: dict[Face, SheetCell] = {}
        self.rules: dict[CellRule, DataValidation] = {}

    def write(self, title: str, day: date) -> None:
        self._roles()
        self._head()
        for number, row in enumerate(self.page.rows, self.header + 1):
            self._row(number, row)
        self._paper(title, day)

    def _roles(self) -> None:
        sheet, page = self.sheet, self.page
        put_text(sheet, 1, 1, MARK + page.mark if page.mark else "")
        sheet.row_dimensions[1].hidden = True
        sheet.column_dimensions["A"].hidden = True
        for at, column in enumerate(page.columns, 2):
            put_text(sheet, 1, at, column.role)
            sheet.column_dimensions[get_column_letter(at)].width = column.width

    def _head(self) -> None:
        columns = self.page.columns
        first, last, wide = self._first_paper()
        title, note = Face("黑体", 15, grid=False), Face(grid=False, colour="404040")
        for number, text in enumerate((self.page.title, *self.page.notes), 2):
            self._put(number, first, text, title if number == 2 else note)
            self._put_id(number, NO_ENTRY)
            self._merge(number, first, last)
            line = _LINE * (1.8 if number == 2 else 1)
            self.sheet.row_dimensions[number].height = 4 + line * lines_of(text, wide)
        face = Face("黑体", side="center", fill=HEAD_FILL)
        for at, column in enumerate(columns, 2):
            self._put(self.header, at, column.title, face)
        self._put_id(self.header, NO_ENTRY)
        self._height(self.header, [one.title for one in columns])

    def _papers(self) -> int:
        """How many papers lie side by side: tables of many columns need more than one."""
        wide = sum(one.width for one in self.page.columns)
        return math.ceil(wide / _PAPER) if self.page.mark.startswith(LIST) else 1

    def _first_paper(self) -> tuple[int, int, float]:
        """The columns that a title spans, first and last, and their width.

        Columns that come again on each paper are left out, or the title would come again too.
        """
        first = 2 + (self.page.frozen if self._papers() > 1 else 0)
        room = _PAPER - sum(one.width for one in self.page.columns[: first - 2])
        wide, last = 0.0, first
        for at, column in enumerate(self.page.columns[first - 2 :], first):
            if at > first and self._papers() > 1 and wide + column.width > room:
                break
            wide, last = wide + column.width, at
        return first, last, wide

    def _merge(self, row: int, first: int, last: int) -> None:
        if last > first:
            self.sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)

    def _row(self, number: int, row: SheetRow) -> None:
        known = ENTRY + row.id if row.id else ""
        self._put_id(number, NO_ENTRY if row.look == "section" or not self.page.mark else known)
        for at, (cell, column) in enumerate(zip(row.cells, self.page.columns, strict=True), 2):
            self._cell(number, at, cell, face_of(row, cell, column))
        if row.look == "section":
            end = len(self.page.columns) + 1
            self.sheet.merge_cells(start_row=number, start_column=2, end_row=number, end_column=end)
            self.sheet.row_dimensions[number].height = 4 + _LINE
        else:
            self._height(number, [one.text for one in row.cells])
        if row.folded:
            self.sheet.row_dimensions[number].outlineLevel = 1
            self.sheet.row_dimensions[number].hidden = True

    def _cell(self, row: int, column: int, cell: AnswerCell, face: Face) -> None:
        made = self._put(row, column, cell.text, face)
        if cell.rule is None:
            return
        number = parse_int(cell.text) if cell.rule.kind == "int" else None
        day = parse_date(cell.text) if cell.rule.kind == "date" else None
        if number is not None and str(number) == cell.text:
            made.value = number
        elif day is not None and day >= _FIRST_DAY:
            made.value = day
            made.number_format = face.format
        rule = self.rules.get(cell.rule)
        if rule is None:
            made_rule = validation(cell.rule, self.options)
            if made_rule is None:
                return
            rule = self.rules[cell.rule] = made_rule
            self.sheet.add_data_validation(rule)
        rule.add(made)

    def _put(self, row: int, column: int, text: str, face: Face) -> SheetCell:
        cell = put_text(self.sheet, row, column, text)
        if text.startswith(FORMULA_SIGNS):
            face = replace(face, quoted=True)
        model = self.dressed.get(face)
        if model is None:
            face.dress(cell)
            self.dressed[face] = cell
        else:
            cell._style = copy(model._style)  # type: ignore[attr-defined]  # not in the stubs
        return cell

    def _put_id(self, row: int, text: str) -> None:
        if self.page.mark:
            put_text(self.sheet, row, 1, text)

    def _height(self, row: int, texts: list[str]) -> None:
        """As high as the longest text needs: not every program grows rows by itself."""
        pairs = zip(texts, self.page.columns, strict=True)
        lines = max(lines_of(text, column.width) for text, column in pairs)
        self.sheet.row_dimensions[row].height = min(6 + lines * _LINE, HIGHEST_ROW)

    def _paper(self, title: str, day: date) -> None:
        """On screen the header stays in view, on paper it comes again; A4 across."""
        sheet, page = self.sheet, self.page
        sheet.freeze_panes = f"{get_column_letter(page.frozen + 2)}{self.header + 1}"
        for one in sheet.sheet_view.selection:
            one.activeCell = one.sqref = f"B{self.header + 1}"
        sheet.print_title_rows = f"{self.header}:{self.header}"
        papers = self._papers()
        if papers > 1:
            sheet.print_title_cols = f"B:{get_column_letter(page.frozen + 1)}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth = papers
        sheet.page_setup.fitToHeight = 0 if page.mark else 1
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.sheet_properties.outlinePr = Outline(summaryBelow=False)
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.oddHeader = HeaderFooterItem(
            left=_HeaderFooterPart(title.replace("&", "&&")[:60]),
            right=_HeaderFooterPart(f"{page.name}　{day.isoformat()} 导出".replace("&", "&&")),
        )
        sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("第 &P 页　共 &N 页"))
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False
        sheet.protection.insertRows = not page.mark.startswith(LIST)
