"""What leaves the office: notices, tasks, letters, replies, the papers of a meeting."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook

from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.state import Case
from tests.office.offices import call, keep_package, new_office
from tests.office.test_meeting import answers_of, doing, fill, sheet
from tests.once import Once
from tests.program import mmethics
from tests.validator import errors_of

DAY = "2027-03-02"
MET = "2027-03-09"
SIMPLIFIED, MEETING = "prospective-ecg", "genomics-imaging-partner"


def received(folder: Path, sealed_example: Callable[[str], Path]) -> Path:
    """An office to which a simplified case came, and one for a meeting."""
    folder.mkdir()
    office, at = new_office(folder), f"{DAY}T09:00"
    with open_office(office).register().writing() as writing:
        for number in range(9):
            data: dict[str, Any] = {
                "name": f"委员{number}", "sex": "FM"[number % 2], "external": number == 4,
                "category": "medical" if number < 5 else "law", "declared": True,
                "term_from": "2026-01-01", "term_to": "2030-12-31",
                "role": "chair" if number == 0 else "member",
            }  # fmt: skip
            happening = Happening("member_appointed", at, person=f"M{number}", data=data)
            writing.append(happening, at, "x")
        for number, example, pathway in ((1, SIMPLIFIED, "simplified"), (2, MEETING, "meeting")):
            case = f"2027-000{number}"
            sealed = sealed_example(example) / "submissions" / "01-initial"
            data = {"kind": "initial", "pathway": pathway, "team": [], "title": f"研究{number}"}
            data |= keep_package(office, case, sealed)
            happening = Happening("submission_received", at, f"S{number}", case, data=data)
            writing.append(happening, at, "x")
    return office


def begin(folder: Path, sealed_example: Callable[[str], Path]) -> None:
    """The same, both cases accepted and assigned, the meeting planned."""
    do = doing(received(folder, sealed_example))
    for acts in (
        ("accept", "1"), ("accept", "2"), ("assign", "1", "委员1", "委员2"),
        ("assign", "2", "委员1", "委员5"), ("meet", MET),
    ):  # fmt: skip
        code, said = do(*acts)
        assert code == 0, said


@pytest.fixture(scope="module")
def begun(once: Once, sealed_example: Callable[[str], Path]) -> Path:
    """Such an office, not to be changed."""
    return once.folder("office-begun", lambda folder: begin(folder, sealed_example)) / "office"


@pytest.fixture
def office(begun: Path, tmp_path: Path) -> Path:
    shutil.copytree(begun.parent, tmp_path / "x")
    return tmp_path / "x" / "office"


def sheet_of(office: Path, person: str, case: str) -> Path:
    name = f"审查工作表-2027-受-000{case}-{person}.xlsx"
    return office / "outbox" / f"{DAY}-{person}" / name


def summary_of(office: Path, case: str) -> Path:
    return office / "outbox" / f"{DAY}-2027-受-000{case}" / f"意见汇总-2027-受-000{case}.xlsx"


def test_a_reviewer_gets_the_package_the_sheets_and_the_day(begun: Path) -> None:
    folder = begun / "outbox" / f"{DAY}-委员5"
    assert {path.name for path in folder.iterdir()} == {
        "2027-0002-01-initial.zip", "审查工作表-2027-受-0002-委员5.xlsx",
        "主审工作表（知情同意）-2027-受-0002-委员5.docx", "审查任务单-2027-受-0002.docx",
    }  # fmt: skip
    case = (begun / "cases" / "2027-0002-01-initial.zip").read_bytes()
    assert (folder / "2027-0002-01-initial.zip").read_bytes() == case
    book = load_workbook(folder / "审查工作表-2027-受-0002-委员5.xlsx")
    assert book.sheetnames[:2] == ["审查工作表", "主审工作表（知情同意）"]
    first = [row for row in book["审查工作表"].iter_rows(values_only=True) if row[0] == ":conflict"]
    assert first and first[0][1] == "有没有利益冲突"
    ids = [str(row[0]) for row in book.worksheets[1].iter_rows(values_only=True)]
    assert sum(one.startswith(":") for one in ids) > 10
    task = docx.Document(str(folder / "审查任务单-2027-受-0002.docx"))
    text = "\n".join(one.text for one in task.paragraphs)
    assert "2027年3月9日" in text and "委员5" in text


def test_comments_that_nobody_settled_are_told_when_the_letter_is_written(office: Path) -> None:
    do = doing(office)
    for person in ("委员1", "委员2"):
        path = sheet_of(office, person, "1")
        book = load_workbook(path)
        (row,) = (row for row in book["简易审查工作表"].iter_rows() if row[0].value == ":WS-01")
        row[5].value = "请写明风险等级的理由。"
        book.save(path)
        code, said = do("take", fill(path, sheet(), path))
        assert code == 0, said
    code, said = do("decide", "1")
    assert code == 0 and "审查人写了" in said and "没有收回意见汇总，批件里不印" in said, said


def test_opinions_are_kept_merged_and_settled(office: Path) -> None:
    do = doing(office)
    for person in ("委员1", "委员2"):
        path = sheet_of(office, person, "1")
        book = load_workbook(path)
        page = book["简易审查工作表"]
        (row,) = (row for row in page.iter_rows() if row[0].value == ":WS-01")
        row[4].value, row[5].value = "须修改", "请写明风险等级的理由。"
        book.save(path)
        code, said = do("take", fill(path, sheet(advice="修改后批准"), path))
        assert code == 0, said
    assert "意见汇总" in said and "可以决定" in said
    code, said = do("decide", "1")
    assert code == 1 and "意见汇总" in said  # nothing was settled yet
    book = load_workbook(summary_of(office, "1"))
    rows = {str(row[0].value): row for row in book.worksheets[0].iter_rows() if row[0].value}
    assert [cell.value for cell in rows[":1"][1:4]] == [
        "WS-01", "请写明风险等级的理由。", "委员1、委员2",
    ]  # fmt: skip
    rows[":1"][6].value = 2
    rows[":2"][5].value, rows[":2"][6].value = "请补充样本量的依据（每组）。", 1
    rows[":3"][4].value, rows[":3"][5].value = "是", "请更正电话。"
    settled = office / "汇总.xlsx"
    book.save(settled)
    assert do("take", settled)[0] == 0
    with open_office(office).register().reading() as register:
        case = register.get(Case, "2027-0001")
        (first, _) = register.of_kind("worksheet_returned")
    assert case is not None
    assert case.comments == (
        "请补充样本量的依据（每组）。", "请写明风险等级的理由。", "请更正电话。",
    )  # fmt: skip
    assert first.what.data["opinions"] == [
        {"item": "WS-01", "verdict": "revise", "comment": "请写明风险等级的理由。"}
    ]
    assert do("decide", "1")[0] == 0
    folder = office / "outbox" / f"{DAY}-2027-受-0001"
    letter = docx.Document(str(folder / "审查意见（批件）-2027-受-0001.docx"))
    printed = "".join(node.text or "" for node in letter.element.body.iter(qn("w:t")))
    places = [printed.index(comment) for comment in case.comments]
    assert places == sorted(places)
    assert "委员1" not in printed  # never who said what
    with zipfile.ZipFile(folder / "回件-2027-受-0001.zip") as reply:
        record = json.loads(reply.read("reply.json"))
        assert "意见.xlsx" in reply.namelist() and "意见.yaml" in reply.namelist()
    assert record["manifest_sha256"] == case.digest
    assert do("take", settled)[0] == 1  # too late
    assert call("verify", office)[0] == 0


@pytest.mark.parametrize(
    ("row", "column", "value", "why"),
    [
        (":1", 4, "也许", "现在是“也许”"),
        (":1", 6, "先", "次序"),
        (":4", 4, "是", "没有写意见"),
        (":4", 5, "另一条", "采用没有填"),
    ],
)
def test_a_summary_filled_wrongly_names_the_cell(
    office: Path, row: str, column: int, value: str, why: str
) -> None:
    for person in ("委员1", "委员2"):
        path = sheet_of(office, person, "1")
        assert doing(office)("take", fill(path, sheet(), path))[0] == 0
    book = load_workbook(summary_of(office, "1"))
    (line,) = (one for one in book.worksheets[0].iter_rows() if one[0].value == row)
    line[column].value = value
    book.save(office / "汇总.xlsx")
    code, said = doing(office)("take", office / "汇总.xlsx")
    assert code == 2 and why in said and "意见汇总!" in said, said


HOSTILE: Mapping[str, tuple[str, int, object, str]] = {
    "a verdict that is none": (":WS-01", 4, "还行", "评价应写"),
    "a formula": (":WS-01", 4, "=1+1", "公式"),
    "an edited id": (":WS-01", 0, ":WS-99", "没有“WS-99”这一行"),
    "an id twice": (":WS-01", 0, ":WS-02", "这一行原来是“WS-02”"),
    "no id": (":WS-01", 0, None, "不是原来的行"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_sheet_is_refused_with_its_cell(office: Path, name: str) -> None:
    row, column, value, why = HOSTILE[name]
    path = fill(sheet_of(office, "委员1", "1"), sheet())
    book = load_workbook(path)
    lines = {str(one[0].value): one for one in book["简易审查工作表"].iter_rows()}
    lines[":WS-01"][4].value = lines[":WS-02"][4].value = "符合"
    lines[row][column].value = value  # type: ignore[assignment]
    book.save(path)
    code, said = doing(office)("take", path)
    assert code == 2 and why in said and "简易审查工作表!" in said, said
    assert call("verify", office)[0] == 0


def test_no_paper_is_written_of_a_package_that_was_changed(office: Path) -> None:
    do = doing(office)
    assert do("assign", "1", "委员3")[0] == 0
    package = office / "cases" / "2027-0001-01-initial.zip"
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr("01-initial/documents/多的.docx", b"x")
    before = do("show", "1")
    code, said = do("assign", "1", "委员4")
    assert code == 2 and "收下的送审被改动" in said and "没有登记" in said
    assert do("show", "1") == before


def test_a_book_that_was_begun_is_not_lost(office: Path) -> None:
    book = office / "meetings" / "2027-01" / "会议簿.xlsx"
    assert doing(office)("meet")[0] == 0
    assert len(list(book.parent.glob("会议簿*.xlsx"))) == 1  # nothing was written in it
    fill(book, {("会议", "开始"): "14:00"}, book)
    begun = book.read_bytes()
    assert doing(office)("meet")[0] == 0
    assert book.with_name("会议簿-以前的1.xlsx").read_bytes() == begun != book.read_bytes()


def test_papers_of_a_case_need_its_archive_alone(
    begun: Path, tmp_path: Path, sealed_example: Callable[[str], Path]
) -> None:
    """The committee's papers of a sealed zip are those of the dossier, byte for byte."""
    dossier = tmp_path / "d"
    shutil.copytree(sealed_example(SIMPLIFIED), dossier)
    archive = begun / "cases" / "2027-0001-01-initial.zip"
    options = ("--for", "committee", "--names", "id")
    today = ("--today", "2027-03-05")
    done = mmethics(*today, "render", archive, *options, "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert mmethics(*today, "render", dossier, *options, cwd=tmp_path).returncode == 0
    beside = dossier / "submissions" / "01-initial" / "committee"
    papers = {path.name: path.read_bytes() for path in beside.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == papers
    done = mmethics("render", archive, *options, cwd=tmp_path)
    assert done.returncode == 2 and "--out" in done.stderr
    done = mmethics("render", archive, "--out", "x", cwd=tmp_path)
    assert done.returncode == 2 and "--for committee" in done.stderr
    done = mmethics("render", begun / "office.yaml", *options, cwd=tmp_path)
    assert done.returncode == 2 and "不是卷宗文件夹" in done.stderr


def test_old_words_are_read_as_what_they_meant(office: Path) -> None:
    """The office's own list is gone: it decides with the words of the applicant's record."""
    path = sheet_of(office, "委员1", "1")
    code, said = doing(office)("take", fill(path, sheet(advice="作必要修正后同意"), path))
    assert code == 0 and "交回工作表" in said
    with open_office(office).register().reading() as register:
        (event,) = register.of_kind("worksheet_returned")
    assert event.what.data["recommendation"] == "modify_then_approve"
    path = sheet_of(office, "委员2", "1")
    code, said = doing(office)("take", fill(path, sheet(advice="同意结题"), path))
    assert code == 2 and "不能决定为“同意结题”" in said and "修改后批准" in said


def test_what_began_is_closed_and_what_was_wrong_corrected(office: Path) -> None:
    do = doing(office)
    assert do("note", "corrective-action", "归档不及时", "--due", "2027-06-30")[0] == 0
    assert do("note", "整改", "已补齐", "--closed")[0] == 0
    assert do("note", "complaint", "同意书看不懂", "--person", "P1")[0] == 0
    assert do("note", "complaint", "--person", "P1", "--closed")[0] == 0
    code, said = do("note", "送达", "--case", "1", "--closed")
    assert code == 2 and "没有办结可记" in said
    code, said = do("note", "stamped", "批件", "--case", "1")
    assert code == 0 and "用印" in said
    code, said = do("note", "visit", "看了采集现场", "--study", "S1")
    assert code == 0
    number = said.split("第 ")[1].split(" ")[0]
    assert do("note", "--correct", number)[0] == 2
    assert do("note", "--correct", number, "--reason", "不是这项研究")[0] == 0
    assert "已更正，不算" in do("show", "S1")[1]
    assert do("note")[0] == 2
    assert call("verify", office)[0] == 0


def every_paper(office: Path) -> list[Path]:
    """All that the office writes, after a meeting was decided."""
    do = doing(office)
    votes = dict.fromkeys(range(6), "批准") | {6: "不批准", 7: "回避"}
    book = office / "meetings" / "2027-01" / "会议簿.xlsx"
    assert do("take", fill(book, answers_of(votes)), today=MET)[0] == 0
    assert do("decide", "2027-01", today=MET)[0] == 0
    for person in ("委员1", "委员2"):
        assert do("take", fill(sheet_of(office, person, "1"), sheet()))[0] == 0
    return [
        path
        for path in sorted(office.rglob("*"))
        if path.suffix in (".docx", ".xlsx")
        and "returned" not in path.parts
        and path.name != "填好了.xlsx"
    ]


@pytest.mark.openxml
def test_every_paper_is_valid(office: Path) -> None:
    papers = every_paper(office)
    assert len(papers) >= 18
    assert errors_of(papers) == []


@pytest.mark.libreoffice
def test_sheets_and_summaries_saved_by_libreoffice_say_the_same(
    office: Path, tmp_path: Path
) -> None:
    path = fill(sheet_of(office, "委员1", "1"), sheet(), tmp_path / "甲.xlsx")
    other = sheet_of(office, "委员2", "1")
    assert doing(office)("take", fill(other, sheet(), other))[0] == 0
    saved = tmp_path / "saved"

    def by_libreoffice(file: Path) -> Path:
        subprocess.run(
            ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
             "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", saved, file],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return saved / file.name

    code, said = doing(office)("take", by_libreoffice(path))
    assert code == 0, said
    code, said = doing(office)("take", by_libreoffice(summary_of(office, "1")))
    assert code == 0, said
    with open_office(office).register().reading() as register:
        case = register.get(Case, "2027-0001")
    assert case is not None and case.comments == ("补充样本量",)
