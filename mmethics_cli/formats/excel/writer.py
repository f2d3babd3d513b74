"""Sheets → .xlsx: text stays text, inputs are open, and the same values give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date
from itertools import groupby
from typing import Final, cast

import openpyxl
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.blocks import refuse_unprintable
from mmethics_cli.formats.excel.bytes import (
    FORMULA_SIGNS,
    HIGHEST_ROW,
    LONGEST_TEXT,
    characters,
    escaped,
    lines_of,
    mended,
)
from mmethics_cli.formats.excel.model import (
    DIGITS_ACROSS,
    CellLook,
    CellRule,
    Formula,
    Sheet,
    SheetCell,
    SheetRow,
    Workbook,
    column_letters,
)

_LINE: Final = 15.0  # points
_SPAN_ROOM: Final = 4.0  # points, of rows that span the table
_LONGEST_TITLE, _LONGEST_HELP = 32, 255  # characters of a rule, as Excel holds them
_MOST: Final = 10**15 - 1  # beyond it Excel no longer holds each whole number
# Before this day Excel and LibreOffice number days differently.
_FIRST_DAY: Final = date(1901, 1, 1)
_DAY_ZERO: Final = 693594  # the ordinal of the day that Excel numbers 0
_FOOTER: Final = "第 &P 页　共 &N 页"


def excel_file(book: Workbook) -> bytes:
    """The workbook as .xlsx. Raises TemplateError for a text that a cell cannot hold."""
    file = openpyxl.Workbook()
    file.remove(file.worksheets[0])
    options = _OptionLists(book.options)
    for sheet in book.sheets:
        _SheetWriter(file.create_sheet(sheet.name), sheet, options).write()
    if book.charts:
        # Loaded late: few workbooks have any.
        from mmethics_cli.formats.excel.charts import write_charts

        write_charts(file.create_sheet("图"), book.charts)
    if book.options:
        page = file.create_sheet(book.options)
        page.sheet_state = "hidden"
        _fill_hidden(page, options.rows())
    if book.record is not None:
        page = file.create_sheet(book.record.name)
        page.sheet_state = "veryHidden"
        _fill_hidden(page, book.record.rows)
    if book.options or book.record is not None:
        file.security = WorkbookProtection(lockStructure=True)
    file.properties.creator, file.properties.title = "", book.title
    file.properties.language = "zh-CN"
    file.properties.version = book.version or None
    saved = io.BytesIO()
    file.save(saved)
    cells = (cell for sheet in book.sheets for row in sheet.rows for cell in row.cells)
    formulas = (cell.content for cell in cells if isinstance(cell.content, Formula))
    values = {formula.text: formula.value for formula in formulas}
    return mended(saved.getvalue(), book.day, values)


def _fill_hidden(page: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    page.protection.sheet = True
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            _write_text(page, number, column, text)


def _write_text(page: Worksheet, row: int, column: int, text: str) -> Cell:
    """A text that no program takes for a formula; an empty one leaves the cell empty."""
    cell = cast(Cell, page.cell(row, column))
    if text:
        _refuse_unfit(cell, text)
        cell.value = escaped(text)
        cell.data_type = "s"
    return cell


def _refuse_unfit(cell: Cell, text: str) -> None:
    try:
        refuse_unprintable(text)
        if characters(text) > LONGEST_TEXT:
            raise TemplateError(
                f"有 {len(text)} 字，Excel 的一格最多 {LONGEST_TEXT} 字。"
                "请把长文作为附件，这里只写摘要。"
            )
    except TemplateError as error:
        place = f"Excel 表“{cell.parent.title}”的 {cell.coordinate} 格"
        raise TemplateError(f"{place}：{error}") from error


class _OptionLists:
    """The options of drop-downs: on the hidden sheet `name`, a column a list, or in their rules."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.columns: dict[tuple[str, ...], int] = {}

    def formula(self, options: tuple[str, ...]) -> str:
        """What a drop-down takes its options from; equal lists stand on the sheet once."""
        if not self.name:
            return f'"{",".join(options)}"'
        letters = column_letters(self.columns.setdefault(options, len(self.columns) + 1))
        return f"'{self.name}'!${letters}$1:${letters}${len(options)}"

    def rows(self) -> list[list[str]]:
        """The hidden sheet row by row."""
        longest = max(map(len, self.columns), default=0)
        return [
            [options[at] if at < len(options) else "" for options in self.columns]
            for at in range(longest)
        ]


class _SheetWriter:
    """Writes one sheet."""

    def __init__(self, page: Worksheet, sheet: Sheet, options: _OptionLists) -> None:
        self.page = page
        self.sheet = sheet
        self.options = options
        # openpyxl takes long to dress a cell, so each look is made once and copied.
        self.dressed: dict[tuple[CellLook, bool, bool], Cell] = {}
        self.ruled: dict[CellRule, list[tuple[int, int]]] = {}  # columns and rows
        self.first_span, self.last_span, self.span_width = self._span()

    def write(self) -> None:
        sheet, style = self.sheet, self.sheet.style
        self._columns()
        heading = "" if sheet.hidden_ids is None else sheet.hidden_ids.heading
        title = SheetRow((SheetCell(sheet.title, style.title),), heading, spans=True)
        self._row(sheet.corner, title, style.title_line)
        for number, note in enumerate(sheet.notes, sheet.corner + 1):
            self._row(number, SheetRow((SheetCell(note, style.note),), heading, spans=True))
        titles = (SheetCell(column.title, style.header) for column in sheet.columns)
        self._row(sheet.first_row - 1, SheetRow(tuple(titles), heading))
        for number, row in enumerate(sheet.rows, sheet.first_row):
            self._row(number, row)
        self._add_rules()
        self._add_tints()
        self._set_up_view()
        self._set_up_print()
        self._protect()

    def _span(self) -> tuple[int, int, float]:
        """The columns that a title spans, first and last, and their width.

        Of several papers side by side it is the first, without the columns that come again on each
        paper, or the title would come again too.
        """
        sheet = self.sheet
        parted = sheet.paper.across > 1
        skipped = sheet.frozen if parted else 0
        room = DIGITS_ACROSS - sum(column.width for column in sheet.columns[:skipped])
        first = last = sheet.corner + skipped
        wide = 0.0
        for number, column in enumerate(sheet.columns[skipped:], first):
            if number > first and parted and wide + column.width > room:
                break
            wide, last = wide + column.width, number
        return first, last, wide

    def _columns(self) -> None:
        page, hidden = self.page, self.sheet.hidden_ids
        if hidden is not None:
            _write_text(page, 1, 1, hidden.corner)
            page.row_dimensions[1].hidden = True
            page.column_dimensions["A"].hidden = True
        for number, column in enumerate(self.sheet.columns, self.sheet.corner):
            if hidden is not None:
                _write_text(page, 1, number, column.role)
            page.column_dimensions[column_letters(number)].width = column.width

    def _row(self, number: int, row: SheetRow, line: float = _LINE) -> None:
        """A row, as high as its longest text needs: not every program grows rows by itself."""
        columns = self.sheet.columns
        if row.id and self.sheet.hidden_ids is not None:
            _write_text(self.page, number, 1, row.id)
        if row.spans:
            (cell,) = row.cells
            self._cell(number, self.first_span, cell)
            if self.last_span > self.first_span:
                first, last = column_letters(self.first_span), column_letters(self.last_span)
                self.page.merge_cells(f"{first}{number}:{last}{number}")
            lines, room = lines_of(cell.text, self.span_width), _SPAN_ROOM
        else:
            cells = list(zip(row.cells, columns, strict=True))
            for at, (cell, column) in enumerate(cells, self.sheet.corner):
                self._cell(number, at, cell, column.centred)
            lines = max(lines_of(cell.text, column.width) for cell, column in cells)
            room = self.sheet.style.room
        dimension = self.page.row_dimensions[number]
        dimension.height = min(room + max(row.lines, lines) * line, HIGHEST_ROW)
        if row.folded:
            dimension.outlineLevel = 1
            dimension.hidden = True

    def _cell(self, row: int, column: int, cell: SheetCell, centred: bool = False) -> None:
        """A formula of ours, a number, a date, or a text that never becomes a formula."""
        content = cell.content
        if isinstance(content, date) and content < _FIRST_DAY:
            content = content.isoformat()
        quoted = isinstance(content, str) and content.startswith(FORMULA_SIGNS)
        if isinstance(content, str):
            target = _write_text(self.page, row, column, content)
        else:
            target = cast(Cell, self.page.cell(row, column))
            target.value = content.text if isinstance(content, Formula) else content
        look = cell.look, centred, quoted
        model = self.dressed.get(look)
        if model is None:
            _dress(target, *look)
            self.dressed[look] = target
        else:
            target._style = copy(model._style)  # type: ignore[attr-defined]  # not in the stubs
        if cell.rule is not None:
            self.ruled.setdefault(cell.rule, []).append((column, row))

    def _add_rules(self) -> None:
        for rule, places in self.ruled.items():
            validation = _validation(rule, self.options)
            if validation is None:
                continue
            # Excel reads either form; each kind of file keeps its own, byte for byte.
            areas = _places(places) if self.options.name else _stretches(places)
            validation.sqref = MultiCellRange(" ".join(areas))
            self.page.add_data_validation(validation)

    def _add_tints(self) -> None:
        sheet = self.sheet
        first, last = sheet.first_row, sheet.first_row + len(sheet.rows) - 1
        if last < first:
            return
        begin, end = sheet.corner, sheet.corner + len(sheet.columns) - 1
        whole = f"{column_letters(begin)}{first}:{column_letters(end)}{last}"
        for number, column in enumerate(sheet.columns, begin):
            for text, colour in column.tints.items():
                fill = PatternFill("solid", bgColor=colour)
                test = f'${column_letters(number)}{first}="{text}"'
                rule = Rule(type="expression", dxf=DifferentialStyle(fill=fill), formula=[test])
                self.page.conditional_formatting.add(whole, rule)

    def _set_up_view(self) -> None:
        """The header and the first columns stay in view."""
        page, sheet = self.page, self.sheet
        page.freeze_panes = f"{column_letters(sheet.corner + sheet.frozen)}{sheet.first_row}"
        if sheet.hidden_ids is not None:
            for selection in page.sheet_view.selection:
                selection.activeCell = selection.sqref = f"B{sheet.first_row}"
        if sheet.style.folds_up:
            page.sheet_properties.outlinePr = Outline(summaryBelow=False)

    def _set_up_print(self) -> None:
        """On every paper the header comes again, beside one another the first columns too."""
        page, sheet, paper = self.page, self.sheet, self.sheet.paper
        header = sheet.first_row - 1
        page.print_title_rows = f"{header}:{header}"
        if paper.across > 1:
            first, last = sheet.corner, sheet.corner + sheet.frozen - 1
            page.print_title_cols = f"{column_letters(first)}:{column_letters(last)}"
        page.page_setup.orientation = "landscape" if paper.landscape else "portrait"
        page.page_setup.paperSize = 9  # A4
        page.page_setup.fitToWidth = paper.across
        page.page_setup.fitToHeight = 1 if paper.one_high else 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_margins.left = page.page_margins.right = paper.margin
        page.print_options.horizontalCentered = paper.centred or None
        page.oddHeader = HeaderFooterItem(
            left=_HeaderFooterPart(paper.left.replace("&", "&&")),
            right=_HeaderFooterPart(paper.right.replace("&", "&&")),
        )
        page.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(_FOOTER))

    def _protect(self) -> None:
        protection = self.page.protection
        protection.sheet = self.sheet.locked
        protection.formatColumns = protection.formatRows = False
        protection.insertRows = not self.sheet.growing


def _dress(cell: Cell, look: CellLook, centred: bool, quoted: bool) -> None:
    """The look of a cell in a column that may be `centred`; `quoted`, it stays text for ever."""
    cell.font = Font(name=look.font, size=look.size, color=look.colour)
    cell.alignment = Alignment(
        horizontal="center" if centred or look.centred else "left",
        vertical="top" if look.top else "center",
        wrap_text=True,
    )
    cell.protection = Protection(locked=not look.open)
    cell.number_format = look.format
    if look.grid:
        side = Side(style="thin", color=look.grid)
        cell.border = Border(left=side, right=side, top=side, bottom=side)
    if look.fill:
        cell.fill = PatternFill("solid", start_color=look.fill)
    if quoted:
        cell.quotePrefix = True


def _validation(rule: CellRule, options: _OptionLists) -> DataValidation | None:
    """Excel's form of a rule; None when there is nothing to check or to say."""
    validation = DataValidation(
        allow_blank=True,
        showErrorMessage=rule.refusal != "silent",
        errorStyle="information" if rule.refusal == "silent" else rule.refusal,
        errorTitle=_cut(rule.title, _LONGEST_TITLE),
        error=rule.error or None,
    )
    if rule.options:
        validation.type, validation.formula1 = "list", options.formula(rule.options)
    elif rule.kind != "text":
        validation.type = "whole" if rule.kind == "int" else "date"
        least, most = (-_MOST, _MOST) if rule.kind == "int" else (date.min, date.max)
        validation.operator = "between"
        validation.formula1 = _bound(least if rule.minimum is None else rule.minimum)
        validation.formula2 = _bound(most if rule.maximum is None else rule.maximum)
    elif not rule.help:
        return None
    if rule.help:
        validation.showInputMessage = True
        validation.promptTitle = _cut(rule.title, _LONGEST_TITLE)
        validation.prompt = _cut(rule.help, _LONGEST_HELP)
    return validation


def _bound(value: int | date) -> str:
    """A bound as Excel reckons: days are numbers, the first is 1."""
    return str(max(1, value.toordinal() - _DAY_ZERO) if isinstance(value, date) else value)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _places(places: Sequence[tuple[int, int]]) -> Iterator[str]:
    return (f"{column_letters(column)}{row}" for column, row in places)


def _stretches(places: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Cells, by column and row, as stretches of cells that stand one below another."""
    # Row minus number in the order stays the same along a stretch.
    numbered = enumerate(sorted(places))
    for _, group in groupby(numbered, key=lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        stretch = [place for _, place in group]
        (column, first), (_, last) = stretch[0], stretch[-1]
        yield f"{column_letters(column)}{first}:{column_letters(column)}{last}"
