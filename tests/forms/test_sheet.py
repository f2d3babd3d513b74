"""Forms in Excel: read, mapped, filled, read back; nothing but the cells changes."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.forms.made import mapped_dossier
from tests.program import mmethics
from tests.validator import errors

DAY: Final = ("--today", "2027-03-01")
ROWS: Final = [
    ["伦理审查申请表（V1.3）"],
    ["研究项目名称", ""],
    ["主要研究者", "", "承担科室", ""],
    ["是否多中心", "□是 □否", "研究起止时间", ""],
    ["项目组成员"],
    ["姓名", "职称", "单位", "分工"],
    ["", "", "", ""],
    ["", "", "", ""],
    ["研究目的"],
    [""],
    ["主要研究者签名", "", "日期", ""],
]


def sheet_form(path: Path) -> Path:
    """A form with frames, a title that is bold, a list to choose from, a formula and a comment."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "申请表"
    line = Side(style="thin")
    for number, row in enumerate(ROWS, 1):
        for column in range(1, 5):
            cell = page.cell(number, column, row[column - 1] if column <= len(row) else None)
            cell.value = cell.value or None
            cell.border = Border(left=line, right=line, top=line, bottom=line)
        if len(row) < 4:
            page.merge_cells(
                start_row=number, end_row=number, start_column=len(row) or 1, end_column=4
            )
    page["A1"].font = Font(bold=True, name="SimHei")
    page["B2"].font = Font(italic=True)
    page["F1"] = "=LEN(B2)"
    page["A2"].comment = Comment("写全称", "办公室")
    rule = DataValidation(type="list", formula1='"甲,乙"')
    page.add_data_validation(rule)
    rule.add("D11")
    hidden = book.create_sheet("词表")
    hidden["A1"], hidden.sheet_state = "项目名称", "hidden"
    book.save(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier with a mapped workbook, filled; the folder that holds both."""
    folder = tmp_path_factory.mktemp("sheet")
    mapped_dossier(folder, "prospective-ecg", blank=sheet_form)
    done = mmethics("form", "fill", "study", "--out", "out", *DAY, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "项目组成员还有" in done.stdout.replace("研究团队成员", "项目组成员")
    return folder


def blank(folder: Path) -> Path:
    return folder / "pack" / "forms" / "本院申请表.xlsx"


def filled(folder: Path) -> Path:
    return folder / "out" / "本院申请表（草稿）.xlsx"


def page(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path).worksheets[0]


def test_cells_boxes_and_rows_are_filled_in_their_looks(folder: Path) -> None:
    sheet = page(filled(folder))
    assert str(sheet["B2"].value).startswith("腕式心电记录仪") and sheet["B2"].font.italic
    assert (sheet["B3"].value, sheet["D3"].value) == ("何示一", "心血管内科")
    assert sheet["B4"].value == "□是 ☑否"
    assert sheet["D4"].value == "2027年4月15日 至 2027年12月31日"
    assert sheet["A7"].value and sheet["A8"].value and sheet["A9"].value == "研究目的"
    assert sheet["A10"].value and sheet["B11"].value is None


def test_nothing_but_the_sheet_changes_and_in_it_nothing_but_cells(folder: Path) -> None:
    with zipfile.ZipFile(blank(folder)) as before, zipfile.ZipFile(filled(folder)) as after:
        assert set(before.namelist()) == set(after.namelist())
        names = [name for name in before.namelist() if before.read(name) != after.read(name)]
        assert names == ["xl/worksheets/sheet1.xml"]
        old, new = (
            re.sub(rb"(?s)<row.*</row>", b"", one.read(names[0])) for one in (before, after)
        )
    header = re.compile(rb"(?s)<(?:\w+:)?headerFooter>.*?headerFooter>")
    assert "草稿".encode() in new
    assert b"<mergeCell " in new and b"dataValidation " in new
    # The rest says the same, whoever wrote its quotation marks.
    assert _tags(header.sub(b"", new)) == _tags(header.sub(b"", old))


def _tags(data: bytes) -> list[bytes]:
    return re.findall(rb"<(?:\w+:)?(\w+)", data)


def test_a_text_is_a_text_and_no_formula(tmp_path: Path, folder: Path) -> None:
    answers = folder / "study" / "dossier.yaml"
    text = answers.read_text(encoding="utf-8")
    changed, count = re.subn(r"(?m)^  title: .*$", '  title: "=1+1 _x0041_ <a>&"', text, count=1)
    assert count == 1
    answers.write_text(changed, encoding="utf-8")
    try:
        done = mmethics("form", "fill", "study", "--out", tmp_path, *DAY, cwd=folder)
        assert done.returncode == 0, done.stderr
    finally:
        answers.write_text(text, encoding="utf-8")
    cell = page(tmp_path / "本院申请表（草稿）.xlsx")["B2"]
    assert cell.data_type != "f" and cell.value == "=1+1 _x005F_x0041_ <a>&"


@pytest.mark.openxml
def test_filling_makes_no_new_fault(folder: Path) -> None:
    assert len(errors(filled(folder))) <= len(errors(blank(folder)))


def test_what_was_filled_is_read_back_with_the_cells_it_stands_in(folder: Path) -> None:
    read = mmethics(
        "form", "import", filled(folder), "study", "--form", "本院申请表", *DAY, cwd=folder
    )
    assert "主要研究者：“何示一”（申请表!B3）（与卷宗相同）" in read.stdout.replace("\n", "")
    labelled = mmethics("form", "import", filled(folder), "study", *DAY, cwd=folder)
    assert "“何示一”（申请表!B3）" in labelled.stdout


def test_a_newer_sheet_is_checked(folder: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(blank(folder))
    book.worksheets[0]["A3"] = "本院负责的人"
    book.save(tmp_path / "新表.xlsx")
    done = mmethics(
        "--pack", "pack", "form", "check", "本院申请表", tmp_path / "新表.xlsx",
        "--format", "json", cwd=folder,
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert (done.returncode, result["gone"]) == (1, ["主要研究者"])
    assert result["new"] == [{"words": "本院负责的人", "place": "申请表!B3"}]


def test_a_proof_is_a_sheet_too(folder: Path, tmp_path: Path) -> None:
    done = mmethics("form", "read", blank(folder), "--proof", tmp_path / "样张.xlsx", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "主要研究者" in str(page(tmp_path / "样张.xlsx")["B3"].value)


def test_a_sheet_stands_for_no_paper(folder: Path) -> None:
    mapping = folder / "pack" / "forms" / "本院申请表.form.yaml"
    text = mapping.read_text(encoding="utf-8")
    assert re.search(r'(?m)^  stands_for: (""|)$', text)
    mapping.write_text(
        re.sub(r"(?m)^  stands_for:.*$", "  stands_for: application_form", text), encoding="utf-8"
    )
    try:
        done = mmethics("form", "fill", "study", "--out", "more", *DAY, cwd=folder)
    finally:
        mapping.write_text(text, encoding="utf-8")
    assert done.returncode == 2 and "本院申请表.form.yaml" in done.stderr
    assert "要是 .docx" in done.stderr.replace("\n", "")


def changed(data: bytes, **parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return out.getvalue()


def hostile(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Workbooks that are no forms, by what they are."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
        types = book.read("[Content_Types].xml")
    yield "no zip", b"PK\x03\x04 broken"
    yield "old or locked", b"\xd0\xcf\x11\xe0" + bytes(600)
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>' % (n, n)
        for n in range(1, 10_001)
    )
    many = re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData>" + rows + b"</sheetData>", sheet)
    yield "ten thousand rows", changed(data, **{"xl/worksheets/sheet1.xml": many})
    bomb = {"xl/media/a.bin": bytes(100_000_000)}
    yield "unfolds too far", changed(data, **bomb)
    merged = sheet.replace(b'ref="A1:D1"', b'ref="A1:XFD1048576"')
    yield "merged without end", changed(data, **{"xl/worksheets/sheet1.xml": merged})
    unclosed = sheet.replace(b"</sheetData>", b"")
    yield "unbalanced", changed(data, **{"xl/worksheets/sheet1.xml": unclosed})
    macro = types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml").replace(
        b"spreadsheetml.sheet.macro", b"sheet.macro"
    )
    yield "macros", changed(data, **{"[Content_Types].xml": macro})


def test_a_hostile_workbook_is_refused_by_name(tmp_path: Path) -> None:
    data = sheet_form(tmp_path / "表.xlsx").read_bytes()
    for what, book in hostile(data):
        (tmp_path / "坏表.xlsx").write_bytes(book)
        done = mmethics("form", "read", "坏表.xlsx", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, ""), what
        assert "坏表.xlsx" in done.stderr and "Traceback" not in done.stderr, what
