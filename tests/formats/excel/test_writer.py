"""One writer for all sheets: numbers and dates, rules, what no cell can hold."""

from __future__ import annotations

import io
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.excel.model import (
    CellLook,
    CellRule,
    Formula,
    HiddenIds,
    Sheet,
    SheetCell,
    SheetColumn,
    SheetRow,
    SheetStyle,
    Workbook,
)
from mmethics_cli.formats.excel.writer import excel_file

LOOK = CellLook(open=True)
STYLE = SheetStyle(LOOK, LOOK, LOOK, title_line=30, room=4)
YES_NO = CellRule(options=("是", "否"), title="定了吗", refusal="stop")


def sheet(*cells: SheetCell, hidden_ids: HiddenIds | None = None) -> Sheet:
    rows = tuple(SheetRow((cell,), id="r") for cell in cells)
    columns = (SheetColumn("回答", 20, role="answer"),)
    return Sheet("表", "题", columns, rows, STYLE, hidden_ids=hidden_ids, locked=True)


def opened(book: Workbook) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(excel_file(book)))


def rules(book: openpyxl.Workbook) -> list[DataValidation]:
    return list(book.worksheets[0].data_validations.dataValidation)


def test_numbers_dates_and_formulas_are_what_they_are() -> None:
    dates = CellLook(format="yyyy-mm-dd")
    cells = (
        SheetCell(18, LOOK),
        SheetCell(date(2027, 3, 1), dates),
        SheetCell(date(1899, 12, 31), dates),
        SheetCell(Formula("=SUM(A3:A3)", 18), LOOK),
    )
    page = opened(Workbook((sheet(*cells),), "题", None)).worksheets[0]
    values = [page.cell(row, 1).value for row in range(3, 7)]
    assert values == [18, datetime(2027, 3, 1), "1899-12-31", "=SUM(A3:A3)"]
    assert not page.merged_cells.ranges, "one column spans itself"


def test_options_stand_in_the_rule_or_on_a_hidden_sheet_once() -> None:
    cells = [SheetCell("是", LOOK, YES_NO), SheetCell("", LOOK, YES_NO), SheetCell("", LOOK)]
    inside = opened(Workbook((sheet(*cells),), "题", None))
    (rule,) = rules(inside)
    assert (rule.formula1, str(rule.sqref), rule.errorStyle) == ('"是,否"', "A3:A4", "stop")
    assert inside.sheetnames == ["表"]
    both = (sheet(*cells), sheet(*cells))
    outside = opened(Workbook(both, "题", None, options="选项"))
    (rule,) = rules(outside)
    assert (rule.formula1, str(rule.sqref)) == ("'选项'!$A$1:$A$2", "A3 A4")
    assert list(outside["选项"].values) == [("是",), ("否",)]
    assert outside["选项"].sheet_state == "hidden" and outside.security.lockStructure


def test_a_rule_says_what_happens_to_anything_else() -> None:
    silent = CellRule(options=("甲",), refusal="silent")
    dated = CellRule("date", minimum=date(2027, 3, 1), title="长" * 40, help="助" * 300)
    cells = [SheetCell("", LOOK, rule) for rule in (silent, dated, CellRule())]
    first, second = rules(opened(Workbook((sheet(*cells),), "题", None)))
    assert not first.showErrorMessage
    assert (second.type, second.errorStyle) == ("date", "warning")
    assert (second.formula1, second.formula2) == ("46447", "2958465")
    assert (len(second.errorTitle or ""), len(second.prompt or "")) == (32, 255)


@pytest.mark.parametrize("text", ["a\x00b", "\ufffe", "长" * 32_768, "😀" * 16_384])
def test_what_no_cell_can_hold_is_refused_with_its_place(text: str) -> None:
    book = Workbook((sheet(SheetCell(text, LOOK), hidden_ids=HiddenIds("m", "#")),), "题", None)
    with pytest.raises(TemplateError, match="“表”的 B4 格"):
        excel_file(book)


def test_ids_and_roles_are_hidden() -> None:
    book = Workbook((sheet(SheetCell("甲", LOOK), hidden_ids=HiddenIds("m", "#")),), "题", None)
    page = opened(book).worksheets[0]
    assert [page.cell(row, 1).value for row in range(1, 5)] == ["m", "#", "#", "r"]
    assert [page.cell(1, 2).value, page.cell(4, 2).value] == ["answer", "甲"]
    assert page.column_dimensions["A"].hidden and page.row_dimensions[1].hidden
