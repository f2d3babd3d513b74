"""Excel files: layout from the pack, inputs open, the same bytes again."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.answers.self_check import SelfCheck, SelfCheckAnswer
from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.excel.model import SheetPaper
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.render.study import Study
from mmethics_cli.render.worksheets import layout_workbook, problems
from tests.render.small import read_tree, study

LAYOUT = """
title: 自查表
sheet: 自查
landscape: yes
freeze: 1
notes: [浅黄格由申请人填写]
summary: {sheet: 汇总, head: [study.title, study.end]}
columns:
  - {value: id, title: 编号, width: 10}
  - {value: text, title: 要点, width: 44}
  - {value: applies_label, title: 适用, width: 10, mutes: 不适用}
  - {value: answer_label, title: 结果, width: 12, input: answer, choices: [符合, 不符合, 不适用]}
  - {value: note, title: 说明, width: 20, input: note}
"""


def answered(**changes: object) -> Study:
    of = study(**changes)
    answers = {"B-1": SelfCheckAnswer("B-1", "met", "=见方案\n第二行", "", "3")}
    return Study(of.facts, of.pathway, of.stamp, of.transmittal, SelfCheck(answers))


def pages(**changes: object) -> tuple[Worksheet, Worksheet]:
    data = excel_file(layout_workbook("t", read_tree(LAYOUT), answered(**changes)))
    book = openpyxl.load_workbook(io.BytesIO(data))
    summary, items = book.worksheets
    return summary, items


def values(page: Worksheet, row: int) -> list[object]:
    return [cell.value for cell in page[row]]


def test_items_with_their_answers() -> None:
    _, page = pages()
    assert [values(page, 3), values(page, 4)] == [
        ["编号", "要点", "适用", "结果", "说明"],
        ["B-1", "写明价值", "适用", "符合", "=见方案\n第二行"],
    ]
    assert page["E4"].data_type == "s" and page["E4"].quotePrefix


def test_items_that_do_not_apply_come_last_and_are_closed() -> None:
    _, page = pages(contact=False)
    assert values(page, 5)[:3] == ["B-2", "接触", "不适用"]
    assert not page["D4"].protection.locked
    assert page["D5"].protection.locked
    assert page.protection.sheet
    rules = page.data_validations.dataValidation
    assert [(str(one.sqref), one.formula1) for one in rules] == [("D4", '"符合,不符合,不适用"')]


def test_paper_and_view() -> None:
    _, page = pages()
    assert (page.freeze_panes, page.print_title_rows) == ("B4", "$3:$3")
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.page_setup.fitToHeight == 0
    assert (page.row_dimensions[4].height or 0) > 30  # two lines


def test_the_summary_counts_by_principle() -> None:
    page, _ = pages()
    assert [page["A2"].value, page["A3"].value] == ["名称：多模态预测研究", "结束：【待填：结束】"]
    assert values(page, 5) == ["有益", "2", "0", "0", "1", "0", "0", "1"]


def test_the_same_bytes_again() -> None:
    book = layout_workbook("t", read_tree(LAYOUT), answered())
    assert excel_file(book) == excel_file(book)


@pytest.mark.parametrize(
    "change",
    [("value: note", "value: nonsense"), ("width: 20", "width: wide"), ("freeze", "frozen")],
)
def test_a_wrong_layout_is_refused(change: tuple[str, str]) -> None:
    tree = read_tree(LAYOUT.replace(*change))
    assert problems("t", tree)
    with pytest.raises(TemplateError):
        layout_workbook("t", tree, answered())


def test_a_sheet_too_wide_to_be_read_on_paper_is_refused() -> None:
    columns = [{"value": "text", "title": "要点", "width": "130"}]
    assert problems("t", {"columns": columns, "landscape": "yes"}) == []
    (problem,) = problems("t", {"columns": columns})
    assert "A4" in str(problem)
    assert SheetPaper(margin=0.4).scale([130]) == 1
    assert 8 < 10.5 * SheetPaper(landscape=False, margin=0.4).scale([130]) < 9
