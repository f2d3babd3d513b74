"""What stands in the workbook: which questions, in which order, and what may be typed where."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.answers.edits import Edit, Removed
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import Reason, relevant
from mmethics_cli.errors import EthicsError
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.lists import sheet_names
from mmethics_cli.sheets.page import FIXED_NAMES, LIST, MARK, QUESTIONS
from mmethics_cli.store.dossier.workspace import write_edits
from mmethics_cli.workflow.workbook import ledger_of
from tests.sheets.filling import (
    cell_of,
    change,
    exported,
    field_of,
    first_spare,
    ids,
    load,
    merged,
    opened,
    sheet_of,
)

ASSETS = f"{LIST}data.assets"


def names(book: Workbook) -> list[str]:
    return [one.title for one in book.worksheets if one.sheet_state == "visible"]


def inputs(book: Workbook) -> Iterator[Cell]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (one for one in row if isinstance(one, Cell) and not one.protection.locked)


def rule_of(cell: Cell) -> DataValidation:
    """What may be typed into a cell."""
    assert isinstance(cell.parent, Worksheet)
    rules: list[DataValidation] = cell.parent.data_validations.dataValidation
    return next(one for one in rules if cell.coordinate in one.sqref)


def test_a_blank_dossier_gets_the_deciding_questions_alone(blank: Path) -> None:
    book = load(exported(blank))
    assert names(book) == ["填写说明", "先答这些", "数据资产"]
    facts = opened(blank).facts
    deciding = [place.path for place, reason in relevant(facts) if reason is Reason.DECIDING]
    assert [path for _, path in ids(sheet_of(book, QUESTIONS))] == deciding
    roles = [cell.value for cell in sheet_of(book, ASSETS)[1]][1:]
    assert roles[:4] == ["name", "modality", "origin", "identifiability"]
    assert "retention" not in roles and "remove" in roles


def test_a_dossier_has_every_question_that_may_apply_once(book: Workbook, original: Path) -> None:
    asked = [path for _, path in ids(sheet_of(book, QUESTIONS))]
    facts = opened(original).facts
    expected = [
        one.path
        for one in facts.standard.questions.values()
        if not one.of_office and facts.applies(one) is not Truth.NO
    ]
    assert asked == expected
    assert len(asked) > 100
    assert names(book) == ["填写说明", "问卷", "研究团队", "数据资产", "附件", "审查要点自查"]


def test_open_deciding_questions_come_first(study: Path) -> None:
    change(study, "risk.level", None)
    book = load(exported(study))
    assert names(book)[:3] == ["填写说明", "先答这些", "问卷"]
    first, rest = (sheet for sheet in book.worksheets if sheet["A1"].value == MARK + QUESTIONS)
    assert "risk.level" in [path for _, path in ids(first)]
    assert not {path for _, path in ids(first)} & {path for _, path in ids(rest)}


def test_open_fields_that_decide_are_named_on_their_sheet(study: Path) -> None:
    write_edits(opened(study).workspace, [Edit("data.shared.origin", Removed.REMOVED)])
    texts = [cell.value for row in sheet_of(load(exported(study)), ASSETS)["B2:D5"] for cell in row]
    named = [str(one) for one in texts if str(one).startswith("还决定审查路径")]
    assert len(named) == 1 and named[0].endswith("的来源。")


def test_what_follows_from_other_answers_is_said_and_need_not_be_filled_in(book: Workbook) -> None:
    cell = cell_of(book, "ai.result_returned_to_care")
    assert isinstance(cell.parent, Worksheet)
    said = [other.value for other in cell.parent[cell.row] if other.value is not None]
    assert cell.value is None and "沿用" in said
    assert any("空着就沿用“是否对参与者施加干预”：否；不同才填。" in str(one) for one in said)


def test_only_answers_can_be_typed_over(book: Workbook) -> None:
    assert book.security.lockStructure
    assert all(one.protection.sheet and not one.protection.password for one in book.worksheets)
    roles = {
        cell.column: cell.value for cell in sheet_of(book, QUESTIONS)[1] if cell.value is not None
    }
    for cell in inputs(book):
        assert cell.fill.start_color.rgb in ("00FFF9DB", "00F2F2F2"), cell.coordinate
        if cell.parent is sheet_of(book, QUESTIONS):
            assert roles.get(cell.column) == "answer"
    assert len(list(inputs(book))) > 500


def test_ids_and_origin_are_hidden(book: Workbook) -> None:
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            assert sheet.column_dimensions["A"].hidden and sheet.row_dimensions[1].hidden
    assert [one.sheet_state for one in book.worksheets[-2:]] == ["hidden", "veryHidden"]


def test_drop_downs_offer_every_option_by_its_label(book: Workbook, original: Path) -> None:
    cell = cell_of(book, "project.regulatory_track")
    rule = rule_of(cell)
    name, _, area = str(rule.formula1).rpartition("!")
    options = [one[0].value for one in book[name.strip("'")][area.replace("$", "")]]
    question = opened(original).standard.questions["project.regulatory_track"]
    assert options == [*question.values.values(), "不清楚", "清空"]
    assert (rule.errorStyle, rule.showErrorMessage, rule.allowBlank) == ("stop", True, True)


def test_what_a_cell_takes_is_checked_as_it_is_typed(book: Workbook) -> None:
    for path, kind in (("project.start_date", "date"), ("participants.age_min", "whole")):
        cell = cell_of(book, path)
        rule = rule_of(cell)
        assert (rule.type, rule.errorStyle) == (kind, "warning")
        assert rule.prompt and len(rule.prompt) <= 255
    assert cell_of(book, "project.start_date").is_date
    assert cell_of(book, "participants.age_min").data_type == "n"


def test_a_list_has_spare_rows_and_closes_nothing_that_can_still_apply(book: Workbook) -> None:
    sheet = sheet_of(book, ASSETS)
    spare = first_spare(sheet)
    open_rows = {cell.row for cell in inputs(book) if cell.parent is sheet}
    assert {*range(spare, spare + 10)} <= open_rows
    ecg = next(id_ for _, id_ in ids(sheet))
    grey = field_of(book, "data.assets", ecg, "anatomy")
    assert grey.fill.start_color.rgb == "00F2F2F2" and not grey.protection.locked


def test_items_that_do_not_apply_are_folded_at_the_end(book: Workbook, original: Path) -> None:
    sheet = sheet_of(book, "items")
    rows = [row for row, _ in ids(sheet)]
    folded = [row for row in rows if sheet.row_dimensions[row].hidden]
    assert folded == rows[-len(folded) :] and len(folded) > 5
    assert all(sheet.row_dimensions[row].outlineLevel == 1 for row in folded)
    reasons = [str(sheet.cell(row, 4).value) for row in folded]
    assert all(one.startswith("不适用") for one in reasons)
    assert sum("：" in one for one in reasons) > len(reasons) / 2
    assert sheet.cell(rows[0], 4).value == "适用"


def test_paper_and_view(book: Workbook) -> None:
    for sheet in book.worksheets[:-2]:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        fitting = sheet.sheet_properties.pageSetUpPr
        assert fitting is not None and fitting.fitToPage
        assert sheet.freeze_panes and sheet.print_title_rows
    assert sheet_of(book, QUESTIONS).page_setup.fitToWidth == 1
    assets = sheet_of(book, ASSETS)
    assert (assets.page_setup.fitToWidth or 0) > 1 and assets.print_title_cols == "$B:$B"
    row = next(row for row, path in ids(sheet_of(book, QUESTIONS)) if path == "design.methods")
    assert (sheet_of(book, QUESTIONS).row_dimensions[row].height or 0) > 150


def test_there_is_no_formula_and_no_clock(workbook: bytes, original: Path) -> None:
    assert exported(original) == workbook
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert all(b"<f>" not in archive.read(name) for name in sheets)


def test_data_is_never_a_formula(study: Path) -> None:
    hostile = {
        "project.title": "=1+1",
        "project.plain_title": "+8610",
        "project.number": "-2",
        "investigator.name": "@SUM(A1)",
        "investigator.department": "'x",
        "investigator.phone": "\t=1",
        "design.background": '=HYPERLINK("x")',
    }
    for path, text in hostile.items():
        change(study, path, text)
    data = exported(study)
    book = load(data)
    for path, text in hostile.items():
        cell = cell_of(book, path)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    assert merged(data, study).changes == ()


@pytest.mark.parametrize("text", ["长" * 32_768, "😀" * 16_384, "\n".join("行" * 300)])
def test_what_no_cell_can_hold_is_closed_and_stays(study: Path, text: str) -> None:
    change(study, "design.background", text)
    data = exported(study)
    cell = cell_of(load(data), "design.background")
    assert cell.protection.locked and "请在卷宗文件里修改" in str(cell.value)
    assert merged(data, study).changes == () and merged(data, study).problems == ()


def test_the_longest_text_that_fits_is_written(study: Path) -> None:
    text = "长" * 32_767
    change(study, "design.background", text)
    data = exported(study)
    assert cell_of(load(data), "design.background").value == text
    assert merged(data, study).changes == ()


def test_each_list_has_a_sheet_of_its_own_that_excel_can_name(original: Path) -> None:
    ledger = ledger_of(opened(original))
    standard = ledger.facts.standard
    lists = [path for path, one in standard.questions.items() if one.type == "list"]
    labels = ["问卷", "甲/乙[1]", "甲乙1", "很长的清单" * 8, "很长的清单" * 9, "选项清单", "其他"]
    questions = dict(standard.questions)
    for path, label in zip(lists, labels, strict=True):
        questions[path] = replace(questions[path], label=label)
    facts = Facts(replace(standard, questions=questions), ledger.facts.values)
    made = list(sheet_names(Ledger(facts, ledger.self_check)).values())
    assert made[:3] == ["问卷(2)", "甲乙1", "甲乙1(2)"]
    assert len(set(made)) == len(made) and not set(made) & FIXED_NAMES
    assert all(len(one) <= 31 and not set(one) & set("[]:*?/\\'") for one in made)


def test_an_id_that_no_cell_can_hold_is_named(study: Path) -> None:
    path = study / "dossier.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("- id: m1", f"- id: {'长' * 32_768}", 1), encoding="utf-8")
    with pytest.raises(EthicsError, match="研究团队：编号“长长长"):
        exported(study)


def test_a_text_says_who_reads_it(book: Workbook) -> None:
    said = {
        path: str(sheet_of(book, QUESTIONS)[row][4].value)
        for row, path in ids(sheet_of(book, QUESTIONS))
    }
    assert said["consent.plain_purpose"].endswith("读的人：成年的参与者、看到招募启事的人")
    assert "读的人" not in said["design.background"] and "读的人" not in said["risk.level"]
