"""One page → one sheet: looks, drop-downs, row heights, paper."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import replace
from datetime import date
from typing import Final, cast

from openpyxl.cell import Cell as SheetCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.words import parse_date, parse_int
from mmethics_cli.core.workbook import FORMULA_SIGNS, HIGHEST_ROW, escaped, lines_of
from mmethics_cli.sheets.faces import HEAD_FILL, Face, face_of
from mmethics_cli.sheets.layout import LIST, MARK, Cell, Page, Row, Rule
from mmethics_cli.sheets.marks import ENTRY, NO_ENTRY
from mmethics_cli.sheets.validation import Options, validation

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

    def __init__(self, sheet: Worksheet, page: Page, options: Options) -> None:
        self.sheet = sheet
        self.page = page
        self.options = options
        self.header = len(page.notes) + 3
        # openpyxl takes long to dress a cell, so each look is made once and copied.
        self.dressed: dict[Face, SheetCell] = {}
        self.rules: dict[Rule, DataValidation] = {}

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

    def _row(self, number: int, row: Row) -> None:
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

    def _cell(self, row: int, column: int, cell: Cell, face: Face) -> None:
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
