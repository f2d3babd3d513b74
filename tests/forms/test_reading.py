"""What is read of a form, and which fact each blank is said to ask."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from mmethics_cli.formats.form.reading import read_form
from tests.forms.made import LINES, TABLE, TRAINING, form, form_bytes
from tests.program import ROOT, mmethics

SHARED = ROOT.parent / "shared" / "forms"


def read(path: Path) -> dict[str, Any]:
    done = mmethics("form", "read", path, "--format", "json", cwd=path.parent)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def asked(path: Path) -> list[tuple[str, object]]:
    return [(one["words"], one["is"]) for one in read(path)["blanks"]]


def test_a_form_in_a_table(tmp_path: Path) -> None:
    assert asked(form(tmp_path / "表.docx", *TABLE)) == [
        ("研究项目名称", ["project.title"]),
        ("方案号", ["project.number"]),
        ("项目类型", ["project.regulatory_track"]),
        ("主要研究者", ["investigator.name"]),
        ("承担科室", ["investigator.department"]),
        ("联系电话", ["investigator.phone"]),
        ("电子邮箱", ["investigator.email"]),
        ("申办方联系人", None),
        ("申办方电话", None),
        ("本院计划入组例数/总例数", ["design.sample_size_site", "design.sample_size_total"]),
        ("研究起止时间", ["project.start_date", "project.end_date"]),
        ("是否多中心", ["sites.multicentre"]),
        ("风险等级", ["risk.level"]),
        ("姓名", ["team.members.name"]),
        ("职称", ["team.members.title"]),
        ("单位", ["team.members.institution"]),
        ("分工", ["team.members.role"]),
        ("研究目的", ["design.aims"]),
        ("主要研究者签名", ["signature"]),
        ("日期", ["signature"]),
        ("受理编号", ["office"]),
        ("审查意见", ["office"]),
    ]


def test_a_form_in_lines(tmp_path: Path) -> None:
    assert asked(form(tmp_path / "表.docx", *LINES)) == [
        ("课题名称", ["project.title"]),
        ("课题负责人", ["investigator.name"]),
        ("职称", ["investigator.title"]),
        ("手机", ["investigator.phone"]),
        ("研究期限", ["project.start_date", "project.end_date"]),
        ("研究设计", ["design.collection"]),
        ("1. 纳入标准", ["design.inclusion"]),
        ("2. 排除标准", ["design.exclusion"]),
        ("负责人签字", ["signature"]),
        ("日期", ["signature"]),
    ]


def test_nothing_is_proposed_on_a_form_about_no_study(tmp_path: Path) -> None:
    reading = read(form(tmp_path / "表.docx", *TRAINING))
    assert reading["about_study"] is False
    assert {str(one["is"]) for one in reading["blanks"]} == {"None"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("项目名称：", [("项目名称", "line")]),
        ("项目名称：________ 科室：____", [("项目名称", "line"), ("科室", "line")]),
        ("姓   名：____", [("姓名", "line")]),
        ("完成日期：    年  月  日", [("完成日期", "line")]),
        ("多中心：口是  口否", [("多中心", "boxes")]),
        ("多中心：☐是  ☐否", [("多中心", "boxes")]),
        ("多中心：\uf0a8是  \uf0a8否", [("多中心", "boxes")]),
        ("国内：□有 □无   国外：□有 □无", [("国内", "boxes"), ("国外", "boxes")]),
        ("项目名称：${projName}", [("项目名称", "line")]),
        ("口服药物名称：____", [("口服药物名称", "line")]),
        ("研究于 2027 年 3 月完成。", []),
        ("1. 下列材料：", []),
    ],
)
def test_blanks_in_a_line(line: str, expected: list[tuple[str, str]]) -> None:
    def build(document: Any) -> None:
        document.add_paragraph(line)

    blanks = read_form(form_bytes("申请表", build), "表").blanks
    assert [(one.words, one.kind) for one in blanks] == expected


def test_a_form_in_excel_is_read_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "伦理审查申请表"
    sheet["A1"], sheet["A2"], sheet["C2"] = "研究项目名称", "主要研究者", "承担科室"
    sheet.merge_cells("B1:D1")
    sheet["A3"], sheet["B3"] = "是否多中心", "□是 □否"
    book.save(tmp_path / "表.xlsx")
    assert asked(tmp_path / "表.xlsx") == [
        ("研究项目名称", ["project.title"]),
        ("主要研究者", ["investigator.name"]),
        ("承担科室", ["investigator.department"]),
        ("是否多中心", ["sites.multicentre"]),
    ]


def test_what_is_no_form_is_refused_by_name(tmp_path: Path) -> None:
    old = tmp_path / "旧表.docx"
    old.write_bytes(b"\xd0\xcf\x11\xe0 old")
    for path, word in [(old, "另存为 .docx"), (tmp_path / "没有.docx", "没有文件")]:
        done = mmethics("form", "read", path, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        said = done.stderr.replace("\n", "")
        assert word in said and path.name in said


def test_a_form_of_ten_thousand_rows_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(1, 1)
    row = table.rows[0]._tr
    for _ in range(10_000):
        table._tbl.append(row.__copy__())
    document.save(str(tmp_path / "长.docx"))
    done = mmethics("form", "read", tmp_path / "长.docx", cwd=tmp_path)
    assert done.returncode == 2 and "长.docx" in done.stderr and "行" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real forms are not here")
def test_proposals_on_real_forms(tmp_path: Path) -> None:
    """The bars of own proposals: right ≥ 75 %, wrong ≤ 1 %, not seen ≤ 5 %."""
    for path in sorted((SHARED / "real").glob("*.docx")):
        done = mmethics("form", "read", path, "--format", "json", cwd=tmp_path)
        (tmp_path / f"{path.stem}.json").write_text(done.stdout, encoding="utf-8")
    scored = subprocess.run(
        [sys.executable, SHARED / "score.py", SHARED / "keys.yaml", SHARED / "real",
         "--saved", tmp_path],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    last = scored.stdout.splitlines()[-1]
    right, unseen, wrong = (
        float(last.partition(word)[2].split()[0]) for word in ("right ", "not seen ", "wrong ")
    )
    assert right >= 75 and wrong <= 1 and unseen <= 5, last
