"""An Excel register of before: its columns by many names, looked at first, imported once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from mmethics_cli.office.workbooks.old_register import gaps
from tests.office.offices import call, new_office

HEADER = [
    "受 理 号",
    "课题名称",
    "PI",
    "审查类型（初审等）",
    "审查方式",
    "收到日期",
    "受理时间",
    "审批日期",
    "审查结果",
    "批件编号",
    "备注",
]
ROWS: list[list[object]] = [
    ["2019-001", "课题甲", "张三", "初始审查", "会议", datetime(2019, 1, 5), "2019年1月8日"]
    + ["2019.1.20", "同意", "伦审2019-1", "老张经手"],
    ["2019-002", "课题乙", "李四", "初审", "快审", date(2019, 2, 1), "2019/2/3"]
    + ["2019-2-10", "修改后同意", "伦审2019-2", None],
    ["2019-004", "课题甲", "张三", "修正案", "会议审查", "去年冬天", "2019-3-3"]
    + [None, None, None, "=1+1"],
]


def workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "受理登记"
    sheet.append(["某院伦理委员会受理登记簿"])
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def test_a_register_is_looked_at_and_imported_once(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    old = workbook(tmp_path / "旧登记簿.xlsx", [HEADER, *ROWS])
    code, said, errors = call("office", "take", old, "--office", office)
    assert code == 1 and "旧登记簿 3 行" in said, errors
    assert "受理登记!F5" in said and "“去年冬天”不是日期" in said
    assert "缺 1 个：2019-003" in said
    assert "不认识的列“备注”" in said and "还没有导入" in said
    code, said, _ = call("office", "show", "2019-001", "--office", office)
    assert code == 2
    code, said, _ = call("office", "take", old, "--office", office, "--yes")
    assert code == 0 and "已导入" in said
    assert call("office", "take", old, "--office", office, "--yes")[0] == 1  # doubles now
    assert call("verify", office)[0] == 0
    code, said, _ = call("office", "quality", "2019", "--office", office, "--format", "json")
    counted = json.loads(said)["indicators"]
    assert counted["B4"]["median"] == 12 and counted["B4"]["cases"] == ["2019-001"]
    assert counted["C11"]["approve"] == 1
    assert counted["B2"]["denominator"] == 3  # by its own dates alone; nothing is guessed
    assert counted["B1"]["cases"] == ["2019-001", "2019-002"]
    code, said, _ = call("office", "show", "2019-004", "--office", office)
    assert "去年冬天" in said


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([HEADER, ROWS[0], ROWS[0]], "受理号“2019-001”重复"),
        ([HEADER, [None, "x", *ROWS[0][2:]]], "没有受理号"),
        ([HEADER], "没有导入"),
    ],
)
def test_rows_that_cannot_be_told_apart_keep_it_out(
    tmp_path: Path, rows: list[list[object]], word: str
) -> None:
    office = new_office(tmp_path)
    old = workbook(tmp_path / "旧.xlsx", rows)
    code, said, errors = call("office", "take", old, "--office", office, "--yes")
    assert code in (1, 2) and (word in said or "认不出" in errors)
    assert call("office", "show", "2019-001", "--office", office)[0] == 2


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    code, _, errors = call(
        "office", "take", workbook(tmp_path / "x.xlsx", [["天气", "心情"]]), "--office", office
    )
    assert code == 2 and "旧登记簿，前十行" in errors.replace("\n", "")
    (tmp_path / "y.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert call("office", "take", tmp_path / "y.xlsx", "--office", office)[0] == 2


def test_gaps_are_within_a_series() -> None:
    there = dict.fromkeys(["2019-受-08", "2019-受-10", "2020-受-01", "甲", "2019-受-11"], "")
    assert gaps(there) == ["2019-受-09"]
