"""Sheets as values: where their cells lie, and how large they come out on paper."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from openpyxl.utils import get_column_letter

from mmethics_cli.formats.excel.model import (
    CellLook,
    HiddenIds,
    Sheet,
    SheetPaper,
    SheetStyle,
    column_letters,
)

LOOK = CellLook()
SHEET = Sheet("甲'乙", "题", (), (), SheetStyle(LOOK, LOOK, LOOK, 30, 4), notes=("一", "二"))


def test_columns_have_the_names_that_excel_gives_them() -> None:
    for number in (1, 2, 26, 27, 52, 53, 702, 703, 16_384):
        assert column_letters(number) == get_column_letter(number)


def test_a_hidden_row_and_column_move_the_table() -> None:
    assert (SHEET.corner, SHEET.first_row) == (1, 5)
    assert SHEET.area(1, 3) == "'甲''乙'!$B$5:$B$7"
    hidden = replace(SHEET, hidden_ids=HiddenIds())
    assert (hidden.corner, hidden.first_row) == (2, 6)
    assert hidden.area(1, 0) == "'甲''乙'!$C$6:$C$6"


@pytest.mark.parametrize(("width", "landscape"), [(100, True), (65, False)])
def test_what_fits_on_paper_is_not_made_smaller(width: float, landscape: bool) -> None:
    paper = SheetPaper(landscape, margin=0.4)
    assert paper.scale([width]) == 1
    assert 0.4 < paper.scale([width, width]) < 1
