"""What an Excel sheet does by itself: drop-downs, colours by what is chosen, paper and locks."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.render.study import Stamp
from mmethics_cli.render.wording import CHINESE
from mmethics_cli.render.xlsx_paper import MARGIN
from mmethics_cli.render.xlsx_sheet import Sheet

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
