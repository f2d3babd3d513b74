"""What people and office programs make of a workbook, and what importing makes of it."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.answers.edits import Edit, Removed
from mmethics_cli.errors import EthicsError
from mmethics_cli.formats.excel.model import column_letters
from mmethics_cli.sheets import reader
from mmethics_cli.sheets.merge import MergedWorkbook
from mmethics_cli.sheets.page import LIST, QUESTIONS
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.store.dossier.workspace import write_edits
from tests.sheets.filling import (
    cell_of,
    change,
    column_of,
    exported,
    field_of,
    first_spare,
    ids,
    load,
    merged,
    opened,
    row_of,
    saved,
    sheet_of,
)

ASSETS = f"{LIST}data.assets"


def found(result: MergedWorkbook) -> dict[str, object]:
    """What is to be written where; nothing may be wrong."""
    assert [str(one) for one in result.problems] == []
    return {place_of(one.edit): one.edit.tree for one in result.changes}


def place_of(edit: Edit) -> str:
    return ".".join(filter(None, (edit.path or "self_check", edit.element, edit.field)))


def wrong(result: MergedWorkbook) -> dict[str, str]:
    """What is wrong in which cell."""
    return {one.file: one.message for one in result.problems}


def first_asset(book: Workbook) -> str:
    return next(id_ for _, id_ in ids(sheet_of(book, ASSETS)))


def test_what_office_programs_make_of_a_typed_answer(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    asset = first_asset(book)
    typed: dict[str, object] = {
        "project.number": 137,
        "project.title": 3000.0,
        "project.plain_title": True,
        "project.start_date": datetime(2027, 5, 1),
        "project.end_date": "２０２９-０４-３０ ",
        "participants.age_min": 20.0,
        "participants.age_max": "７９ ",
        "participants.involved_directly": False,
        "investigator.name": CellRichText("王", TextBlock(InlineFont(b=True), "芳")),
        "investigator.phone": "0137 ",
        "design.background": "第一行\r\n第二行_x0041_ x005F_",
        "design.inclusion": datetime(2027, 5, 1, 8, 30),
        "design.exclusion": time(12, 30),
        "participants.population": "2、1",
    }
    for path, value in typed.items():
        cell_of(book, path).value = value  # type: ignore[assignment]
    percent = cell_of(book, "design.statistics")
    percent.value, percent.number_format = 0.15, "0%"
    field_of(book, "data.assets", asset, "subjects").value = 3000.0
    assert found(merged(saved(book), study)) == {
        "project.number": "137",
        "project.title": "3000",
        "project.plain_title": "TRUE",
        "project.start_date": "2027-05-01",
        "project.end_date": "2029-04-30",
        "participants.age_min": "20",
        "participants.age_max": "79",
        "participants.involved_directly": "no",
        "investigator.name": "王芳",
        "investigator.phone": "0137 ",
        "design.background": "第一行\n第二行A x005F_",  # typed as Excel stores a text it escaped
        "design.inclusion": "2027-05-01 08:30",
        "design.exclusion": "12:30",
        "participants.population": ["patients", "healthy"],
        "design.statistics": "15%",
        f"data.assets.{asset}.subjects": "3000",
    }


def test_days_are_read_as_people_and_excel_write_them(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    typed: dict[str, object] = {"project.start_date": "2027年4月20日", "project.end_date": 47500}
    for path, value in typed.items():
        cell_of(book, path).value = value  # type: ignore[assignment]
    cell_of(book, "project.end_date").number_format = "General"
    attachments = sheet_of(book, f"{LIST}attachments")
    first = next(id_ for _, id_ in ids(attachments))
    date_cell = field_of(book, "attachments", first, "date")
    date_cell.value, date_cell.number_format = 20270301, "General"
    assert found(merged(saved(book), study)) == {
        "project.start_date": "2027-04-20",
        "project.end_date": "2030-01-17",
        f"attachments.{first}.date": "2027-03-01",
    }


@pytest.mark.parametrize(
    ("value", "format_", "message"),
    [
        (46500, "0", "现在是“46500”"),
        (46500, "@", "现在是“46500”"),
        ("46500", "General", "现在是“46500”"),
        (2027, "General", "现在是“2027”"),
        (46500.5, "General", "现在是“46500.5”"),
        ("2027年4月", "General", "现在是“2027年4月”"),
        ("3/1/2027", "General", "现在是“3/1/2027”"),
        (datetime(2027, 4, 20, 8, 30), "yyyy-mm-dd", "现在是“2027-04-20 08:30”"),
    ],
)
def test_a_number_is_a_day_only_in_a_cell_without_a_format(
    workbook: bytes, study: Path, value: object, format_: str, message: str
) -> None:
    book = load(workbook)
    cell = cell_of(book, "project.start_date")
    cell.value, cell.number_format = value, format_  # type: ignore[assignment]
    (said,) = wrong(merged(saved(book), study)).values()
    assert message in said


def test_the_days_of_old_macs(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    book.epoch = datetime(1904, 1, 1)
    cell = cell_of(book, "project.start_date")
    cell.value, cell.number_format = 46500 - 1462, "General"
    assert found(merged(saved(book), study))["project.start_date"] == "2027-04-23"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (110101202703010011, "超过 15 位的数字"),
        (1.1010120270301e17, "超过 15 位的数字"),
        ("1.1010120270301E+17", "科学记数"),
    ],
)
def test_a_number_that_lost_its_digits_is_refused(
    workbook: bytes, study: Path, value: object, message: str
) -> None:
    book = load(workbook)
    cell = cell_of(book, "project.number")
    cell.value = value  # type: ignore[assignment]
    result = merged(saved(book), study)
    (problem,) = result.problems
    assert problem.file.endswith(f"!{cell.coordinate}")
    assert message in problem.message and "文本格式" in problem.fix
    assert result.changes == ()


def test_numbers_never_turn_scientific(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    for path, value in {"project.number": 999999999999999, "project.title": 0.00000012}.items():
        cell_of(book, path).value = value
    cell_of(book, "project.plain_title").value = 0.1 + 0.2
    assert found(merged(saved(book), study)) == {
        "project.number": "999999999999999",
        "project.title": "0.00000012",
        "project.plain_title": "0.3",
    }


def test_a_placeholder_is_taken_and_told(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    asset = first_asset(book)
    cell_of(book, "design.sample_size_basis").value = "待定"
    cell_of(book, "project.start_date").value = "待定"
    field_of(book, "data.assets", asset, "storage").value = "见方案"
    result = merged(saved(book), study)
    assert found(result) == {
        "design.sample_size_basis": "待定",
        "project.start_date": "待定",
        f"data.assets.{asset}.storage": "见方案",
    }
    assert len(result.placeholders) == 3
    assert all("不算回答" in problem.message for problem in result.placeholders)
    write_edits(opened(study).workspace, [change.edit for change in result.changes])
    facts = opened(study).facts
    assert "project.start_date" not in facts.values
    # What stands there is shown again, and importing it once more changes nothing.
    again = load(exported(study))
    assert cell_of(again, "design.sample_size_basis").value == "待定"
    assert field_of(again, "data.assets", asset, "storage").value == "见方案"


@pytest.mark.parametrize("word", ["无", "没有", "否", "以上都没有", "[]"])
def test_none_of_them_is_said_in_any_word(workbook: bytes, study: Path, word: str) -> None:
    book = load(workbook)
    cell_of(book, "participants.vulnerable").value = word
    cell_of(book, "risk.sensitive_topics").value = word
    changes = found(merged(saved(book), study))
    assert set(map(str, changes.values())) <= {"[]"}


def test_empty_cells_erase_nothing_and_words_do(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    asset = first_asset(book)
    for path in ("project.title", "risk.level", "project.start_date"):
        cell_of(book, path).value = None
    field_of(book, "data.assets", asset, "name").value = "  "
    items = sheet_of(book, "items")
    items.cell(row_of(items, "BEN-01"), column_of(items, "answer")).value = None
    assert found(merged(saved(book), study)) == {}
    cell_of(book, "project.title").value = "清空"
    cell_of(book, "risk.level").value = "不清楚"
    cell_of(book, "project.start_date").value = "不清楚"
    cell_of(book, "project.number").value = "不适用：没有编号"
    field_of(book, "data.assets", asset, "name").value = "清空"
    field_of(book, "data.assets", asset, "modality").value = "不清楚"
    items.cell(row_of(items, "BEN-01"), column_of(items, "note")).value = "清空"
    items.cell(row_of(items, "BEN-01"), column_of(items, "answer")).value = "不符合"
    assert found(merged(saved(book), study)) == {
        "project.title": None,
        "risk.level": "unsure",
        "project.start_date": None,
        "project.number": {"not_applicable": "没有编号"},
        f"data.assets.{asset}.name": Removed.REMOVED,
        f"data.assets.{asset}.modality": "unsure",
        "self_check.BEN-01.note": None,
        "self_check.BEN-01.answer": "not_met",
    }


def test_entries_are_added_and_removed_as_marked(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    sheet = sheet_of(book, ASSETS)
    first, second = [id_ for _, id_ in ids(sheet)][:2]
    for column in range(2, column_of(sheet, "remove")):
        sheet.cell(row_of(sheet, first), column).value = None  # an emptied row stays
    sheet.cell(row_of(sheet, second), column_of(sheet, "remove")).value = "删除"
    new = first_spare(sheet) + 3
    sheet.cell(new, column_of(sheet, "name")).value = "步态录像"
    sheet.cell(new, column_of(sheet, "video_content")).value = "3"
    sheet.cell(new, column_of(sheet, "contains_face")).value = "不清楚"
    sheet.cell(new + 30, column_of(sheet, "name")).value = "又一条"
    items = sheet_of(book, "items")
    attachments = sheet_of(book, f"{LIST}attachments")
    spare = first_spare(attachments)
    attachments.cell(spare, column_of(attachments, "title")).value = "补充方案"
    items.cell(row_of(items, "BEN-01"), column_of(items, "evidence")).value = "补充方案"
    result = merged(saved(book), study)
    changes = found(result)
    count = len(list(ids(sheet)))
    paper = f"a{len(list(ids(attachments))) + 1}"
    assert changes == {
        f"data.assets.{second}": Removed.REMOVED,
        f"data.assets.a{count + 1}": {
            "id": f"a{count + 1}",
            "name": "步态录像",
            "contains_face": "unsure",
            "video_content": ["gait"],
        },
        f"data.assets.a{count + 2}": {"id": f"a{count + 2}", "name": "又一条"},
        f"attachments.{paper}": {"id": paper, "title": "补充方案"},
        "self_check.BEN-01.evidence": paper,
    }
    write_edits(opened(study).workspace, [one.edit for one in result.changes])
    assets = opened(study).facts.values["data.assets"]
    assert isinstance(assets, tuple)
    assert second not in {one.id for one in assets} and len(assets) == count + 1
    # Imported once more, the new rows are known to be there already.
    assert found(merged(saved(book), study)) == {}
    sheet.cell(new, column_of(sheet, "name")).value = "步态录像二"
    assert wrong(merged(saved(book), study)) == {
        f"数据资产!B{new}": "导出以后卷宗里的这张清单添过条目，分不清这一行是不是其中一条。"
    }


def test_rows_and_columns_may_lie_anywhere(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    asset = first_asset(book)
    sheet = sheet_of(book, QUESTIONS)
    cell_of(book, "project.title").value = "新名称"
    field_of(book, "data.assets", asset, "name").value = "新数据"
    items = sheet_of(book, "items")
    items.cell(row_of(items, "BEN-02"), column_of(items, "page")).value = 7
    shuffle(sheet)
    shuffle(sheet_of(book, ASSETS))
    sheet.insert_rows(9, 3)
    sheet.insert_cols(1, 2)
    items.move_range(f"A1:I{items.max_row}", cols=3)
    book.move_sheet(items, -4)
    items.title = "自查（改名）"
    assert found(merged(saved(book), study)) == {
        "project.title": "新名称",
        f"data.assets.{asset}.name": "新数据",
        "self_check.BEN-02.page": "7",
    }


def shuffle(sheet: Worksheet) -> None:
    """Turn the order of all rows but the first two round; joined cells come apart."""
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    rows = [[(one.value, one.number_format) for one in row] for row in sheet.iter_rows(min_row=3)]
    for number, values in enumerate(reversed(rows), 3):
        for column, (value, written) in enumerate(values, 1):
            sheet.cell(number, column).value = value
            sheet.cell(number, column).number_format = written


def test_every_fault_is_named_at_once_with_its_cell(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    asset = first_asset(book)
    sheet, assets, items = (sheet_of(book, one) for one in (QUESTIONS, ASSETS, "items"))
    expected = {}

    def put(cell: object, value: object, message: str) -> None:
        cell.value = value  # type: ignore[attr-defined]
        place = f"{cell.parent.title}!{cell.coordinate}"  # type: ignore[attr-defined]
        expected[place] = message

    put(cell_of(book, "project.title"), "=1+1", "是公式，公式不算回答。")
    put(cell_of(book, "project.plain_title"), "#REF!", "是错误值 #REF!。")
    cell_of(book, "project.plain_title").data_type = "e"
    put(cell_of(book, "risk.level"), "很小", "“风险等级”没有“很小”这个选项。")
    put(cell_of(book, "participants.age_min"), "三百", "“最小年龄（周岁）”应是整数，现在是“三百”。")
    put(cell_of(book, "participants.age_max"), 7.5, "“最大年龄（周岁）”应是整数，现在是“7.5”。")
    put(cell_of(book, "project.start_date"), "明天", "“拟开始日期”应是日期，现在是“明天”。")
    put(cell_of(book, "design.aims"), "甲_x0007_", "含有不能使用的控制字符 U+0007。")
    put(
        cell_of(book, "design.inclusion"),
        "甲_xD800_",
        "含有不能使用的残缺的字符（孤立代理项） U+D800。",
    )
    put(cell_of(book, "design.methods"), "不适用", "“研究方法与技术路线”不能答“不适用”。")
    put(
        field_of(book, "data.assets", asset, "modality"),
        "影像片子",
        "“模态”没有“影像片子”这个选项。",
    )
    put(field_of(book, "data.assets", asset, "remove"), "要删", "这一列只能写“删除”。")
    new = first_spare(assets)
    put(
        assets.cell(new, column_of(assets, "subjects")),
        "许多",
        "“涉及人数”应是整数，现在是“许多”。",
    )
    assets.cell(new, column_of(assets, "name")).value = "新的"
    put(
        items.cell(row_of(items, "BEN-01"), column_of(items, "answer")),
        "好",
        "没有“好”这个选项。",
    )
    answer = column_of(sheet, "answer")
    row = row_of(sheet, "design.background")
    sheet.cell(row, 1).value = ":design.nonsense"
    expected[f"问卷!D{row}"] = "编号“design.nonsense”不是这份工作簿导出的问题。"
    row = row_of(sheet, "design.endpoints")
    sheet.cell(row, 1).value = "design.endpoints"
    expected[f"问卷!B{row}"] = "所在行的编号（隐藏的那一列）被改过。"
    sheet.cell(sheet.max_row + 1, answer).value = "补充一句"
    expected[f"问卷!D{sheet.max_row}"] = "没有编号的一行不是这份工作簿导出的问题。"
    result = merged(saved(book), study)
    assert wrong(result) == expected
    assert "数据资产!D" in " ".join(expected)


def test_a_copied_row_is_the_same_entry_until_it_says_otherwise(
    workbook: bytes, study: Path
) -> None:
    book = load(workbook)
    assets = sheet_of(book, ASSETS)
    row, copy = row_of(assets, first_asset(book)), first_spare(assets)
    for column in range(1, assets.max_column + 1):
        assets.cell(copy, column).value = assets.cell(row, column).value
    assert found(merged(saved(book), study)) == {}
    assets.cell(copy, 2).value = "另一批"
    assert wrong(merged(saved(book), study)) == {
        f"数据资产!B{copy}": f"与 数据资产!B{row} 是同一个回答，两处写的不一样。"
    }


def test_a_workbook_older_than_the_dossier(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    asset = first_asset(book)
    cell_of(book, "project.title").value = "表里的名称"
    cell_of(book, "project.plain_title").value = "两边一样"
    cell_of(book, "investigator.name").value = "只有表里改"
    field_of(book, "data.assets", asset, "name").value = "表里的数据"
    cell_of(book, "design.aims").value = None
    data = saved(book)
    change(study, "project.title", "卷宗的名称")
    change(study, "project.plain_title", "两边一样")
    change(study, "design.background", "只有卷宗改")
    change(study, "design.aims", "只有卷宗改")
    write_edits(opened(study).workspace, [Edit("data.assets", "卷宗的数据", asset, "name")])
    result = merged(data, study)
    title, name = cell_of(book, "project.title"), field_of(book, "data.assets", asset, "name")
    assert set(wrong(result)) == {f"问卷!{title.coordinate}", f"数据资产!{name.coordinate}"}
    assert "卷宗现在是“卷宗的名称”，表里填的是“表里的名称”" in result.problems[0].message
    assert [one.edit.path for one in result.changes] == ["investigator.name"]
    assert result.newer == 2
    write_edits(opened(study).workspace, [Edit("data.assets", Removed.REMOVED, asset)])
    assert wrong(merged(data, study))[f"数据资产!{name.coordinate}"] == (
        "这一条在导出以后已经从卷宗里删去了。"
    )


def test_a_list_is_empty_or_has_entries_but_not_both(blank: Path) -> None:
    book = load(exported(blank))
    cell_of(book, "data.assets").value = "没有"
    assert found(merged(saved(book), blank)) == {"data.assets": []}
    assets = sheet_of(book, ASSETS)
    assets.cell(first_spare(assets), 2).value = "心电"
    assert list(wrong(merged(saved(book), blank)).values()) == [
        "写了“没有”，清单的工作表里却有新的条目。"
    ]
    cell_of(book, "data.assets").value = "三条"
    assert "这里只能写“没有”或“清空”。" in wrong(merged(saved(book), blank)).values()


def test_a_sealed_submission_is_not_changed(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    cell_of(book, "event.kind").value = "修正案"
    submission = opened(study).workspace.current
    assert submission is not None
    (submission.folder / "manifest.json").write_text("{}", encoding="utf-8")
    assert "这次送审已经封存，不能再改。" in wrong(merged(saved(book), study)).values()


def other_files() -> Iterator[tuple[str, bytes, str]]:
    yield "text", "不是工作簿".encode(), "不是 Excel 工作簿"
    yield "old", b"\xd0\xcf\x11\xe0 old", "旧的 .xls"
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    yield "empty zip", empty.getvalue(), "读不了"
    yield "other", saved(Workbook()), "不是 mmethics sheet export 导出的工作簿"


@pytest.mark.parametrize(
    ("data", "message"), [one[1:] for one in other_files()], ids=[one[0] for one in other_files()]
)
def test_other_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(EthicsError, match=message):
        read_workbook(data)


def rewritten(workbook: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with a text replaced, where it stands first."""
    found = False
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            body = source.read(name)
            here = not found and old in body
            found |= here
            target.writestr(name, body.replace(old, new, 1) if here else body)
    assert found
    return out.getvalue()


def test_a_dangerous_or_foreign_workbook_is_refused(workbook: bytes, study: Path) -> None:
    entity = rewritten(workbook, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet')
    with pytest.raises(EthicsError, match="DOCTYPE"):
        read_workbook(entity)
    pack = opened(study).standard.id.encode()
    foreign = rewritten(workbook, b">" + pack + b"<", b">another<")
    with pytest.raises(EthicsError, match="按标准包 another .* 导出"):
        merged(foreign, study)
    later = rewritten(workbook, b"mmethics/sheet/1", b"mmethics/sheet/2")
    with pytest.raises(EthicsError, match="导出的工作簿"):
        read_workbook(later)


def test_a_damaged_file_is_read_or_refused(blank: Path) -> None:
    data = exported(blank)
    chance = random.Random(2027)
    refusals = 0
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 5, 50])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read_workbook(bytes(damaged))
        except EthicsError:
            refusals += 1
    assert refusals > 40


def test_anything_in_any_cell_is_read_or_named(blank: Path) -> None:
    """Hidden cells too: no text makes the program stumble, nothing unnamed is written."""
    data = exported(blank)
    chance = random.Random(2027)
    junk: list[object] = [
        None,
        -2.5,
        1e300,
        True,
        "=A1",
        "#N/A",
        ":",
        "#",
        ":data.assets",
        "answer",
    ]
    junk += [f"mmethics:{one}" for one in ("", "x", "record", ASSETS, "items")]
    junk += [
        "answer",
        "remove",
        "cell risk.level",
        "清空",
        "删除",
        "不适用：",
        "_xD800_",
        "_xFFFF_",
    ]
    for _ in range(8):
        book = load(data)
        for _ in range(chance.choice([1, 10, 60])):
            sheet = chance.choice(book.worksheets)
            cell = sheet.cell(chance.randint(1, min(sheet.max_row, 60)), chance.randint(1, 7))
            if isinstance(cell, Cell):
                cell.value = chance.choice(junk)  # type: ignore[assignment]
        try:
            result = merged(saved(book), blank)
        except EthicsError:
            continue
        assert {one.edit.path for one in result.changes} <= opened(blank).standard.questions.keys()


def test_a_date_of_a_mac_workbook(workbook: bytes, study: Path) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = load(workbook)
    book.epoch = CALENDAR_MAC_1904
    for path, day in (("project.start_date", date(2027, 5, 1)), ("project.end_date", None)):
        cell_of(book, path).value = day
    assert found(merged(saved(book), study))["project.start_date"] == "2027-05-01"


def test_merged_cells_are_no_answer_of_one_row(workbook: bytes, study: Path) -> None:
    """Excel keeps one of the values: nobody knows for which of the rows it was meant."""
    book = load(workbook)
    sheet = sheet_of(book, ASSETS)
    (row, _), (last, _) = list(ids(sheet))[:2]
    letter = field_of(book, "data.assets", first_asset(book), "name").column_letter
    cell = sheet[f"{letter}{row}"]
    assert isinstance(cell, Cell)
    cell.value = "同一个名称"
    sheet.merge_cells(f"{letter}{row}:{letter}{last}")
    spare = first_spare(sheet)
    sheet[f"{letter}{spare}"].value = "新的"
    sheet.merge_cells(f"{letter}{spare}:{letter}{spare + 1}")
    title = cell_of(book, "project.title")
    page, beside = title.parent, title.offset(0, -1)
    assert isinstance(page, Worksheet)
    assert beside.value
    page.merge_cells(f"{beside.coordinate}:{title.coordinate}")
    said = wrong(merged(saved(book), study))
    assert set(said) == {
        f"{sheet.title}!{letter}{row}:{letter}{last}",
        f"{sheet.title}!{letter}{spare}:{letter}{spare + 1}",
        f"{page.title}!{beside.coordinate}:{title.coordinate}",
    }
    assert all("合并" in message for message in said.values())


def test_merged_cells_without_an_answer_are_nobodys_business(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    sheet = sheet_of(book, ASSETS)
    spare, column = first_spare(sheet), column_of(sheet, "name")
    sheet.merge_cells(
        start_row=spare, end_row=spare + 1, start_column=column, end_column=column + 1
    )
    assert found(merged(saved(book), study)) == {}


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_whole_merged_column_is_named_and_takes_no_room(
    workbook: bytes, study: Path, quote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = load(workbook)
    sheet = sheet_of(book, ASSETS)
    name = column_letters(column_of(sheet, "name"))
    read: list[Workbook] = []

    def load_and_keep(data: io.BytesIO) -> Workbook:
        read.append(load_workbook(data))
        return read[-1]

    monkeypatch.setattr(reader, "load_workbook", load_and_keep)
    area = f"{quote}{name}{row_of(sheet, first_asset(book))}:{name}1048576{quote}"
    number = book.sheetnames.index(sheet.title) + 1
    said = wrong(merged(with_merges(workbook, f"<mergeCell ref={area}/>", number), study))
    assert any("合并" in message for message in said.values())
    assert sum(len(one._cells) for one in read[0].worksheets) < 30_000


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        ("<mergeCell ref='A4:XFD1048576'/>", "太多（A4:XFD1048576）"),
        ("<mergeCell ref='A4:A5'/>" * 40_000, "太多"),
        ("<mergeCell ref='A4&#58;XFD1048576'/>", "读不了"),
        ("<mergeCell ref='$A$4:$B$9'/>", "读不了"),
    ],
)
def test_merged_cells_too_many_or_strangely_written_are_refused(
    workbook: bytes, areas: str, message: str
) -> None:
    with pytest.raises(EthicsError, match=message):
        read_workbook(with_merges(workbook, areas))


def with_merges(workbook: bytes, areas: str, sheet: int = 1) -> bytes:
    """A workbook as exported, with more in one of its sheets."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            body = source.read(name)
            if name == f"xl/worksheets/sheet{sheet}.xml":
                body, count = re.subn(b"<mergeCells[^>]*>", rb"\g<0>" + areas.encode(), body)
                assert count == 1
            target.writestr(name, body)
    return out.getvalue()
