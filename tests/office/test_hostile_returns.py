"""Workbooks that come back wrong: each is refused with its cell, and nothing is registered.

What is only different, not wrong, is taken: renamed, moved, saved by another program.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from mmethics_cli.office.folder import open_office
from mmethics_cli.sheets.page import RECORD_NAME
from tests.office.offices import call
from tests.office.test_meeting import answers_of, doing, fill, sheet
from tests.office.test_outgoing import MET, begin, sheet_of, summary_of
from tests.once import Once
from tests.strict import strictly

Edit = Callable[[Workbook], object]
SHEET, MEETING, SUMMARY = "审查工作表", "会议簿", "意见汇总"
CRITERIA: Final = "简易审查工作表"
MACRO: Final = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


class Wrong(NamedTuple):
    """A change to a book that was filled as it should be, the cell it names, and what is said."""

    book: str
    edit: Edit
    place: str
    why: str
    code: int = 2


def cell(book: Workbook, page: str, label: str) -> Cell:
    """The cell beside a label."""
    for row in book[page].iter_rows(min_row=2):
        for each in row:
            if each.value == label and each.column:
                found = book[page].cell(each.row, each.column + 1)
                assert isinstance(found, Cell)
                return found
    raise AssertionError(label)


def put(page: str, label: str, value: object, right: int = 0) -> Edit:
    """Write into the cell beside a label, or further right."""

    def edit(book: Workbook) -> None:
        at = cell(book, page, label)
        book[page].cell(at.row, at.column + right).value = value  # type: ignore[assignment]

    return edit


def record(name: str, value: str) -> Edit:
    """Change what the hidden sheet says."""
    return put(RECORD_NAME, name, value)


def ids(page: str, one: str, other: str) -> Edit:
    """Swap the hidden ids of two rows, as sorting what is seen does."""

    def edit(book: Workbook) -> None:
        cells = [book[page].cell(cell(book, page, label).row, 1) for label in (one, other)]
        cells[0].value, cells[1].value = cells[1].value, cells[0].value

    return edit


def merge(page: str, label: str) -> Edit:
    def edit(book: Workbook) -> None:
        at = cell(book, page, label)
        book[page].merge_cells(
            start_row=at.row, end_row=at.row + 1, start_column=at.column, end_column=at.column
        )

    return edit


def all_of(*edits: Edit) -> Edit:
    return lambda book: [edit(book) for edit in edits]


WRONG: Final = {
    # What it is about.
    "another case": Wrong(SHEET, record("case", "2027-0002"), "", "以前的材料", 1),
    "no such case": Wrong(SHEET, record("case", "2099-0009"), "", "不是本办公室的"),
    "another package": Wrong(SHEET, record("digest", "0" * 64), "", "以前的材料", 1),
    "not assigned": Wrong(SHEET, record("person", "M7"), "", "不是 2027-受-0001 的审查人", 1),
    "nobody": Wrong(SHEET, record("person", ""), "", "不是 2027-受-0001 的审查人", 1),
    "another kind of book": Wrong(SHEET, record("format", "mmethics/other/1"), "", "不收"),
    "no hidden sheet": Wrong(SHEET, lambda book: book.remove(book[RECORD_NAME]), "", "被删去"),
    "no such meeting": Wrong(MEETING, record("meeting", "2099-09"), "", "不是本办公室的"),
    "a meeting without the case": Wrong(MEETING, record("cases", ""), "", "最新的会议簿", 1),
    "another package at the meeting": Wrong(
        MEETING, record("cases", f"2027-0002={'0' * 64}"), "", "另一份送审", 1
    ),
    "a summary of another package": Wrong(SUMMARY, record("digest", "0" * 64), "", "不再收", 1),
    # Rows.
    "criteria sorted without their ids": Wrong(
        SHEET, ids(CRITERIA, "WS-01", "WS-02"), f"{CRITERIA}!", "这一行原来是“WS-0"
    ),
    "interest and meeting swapped": Wrong(
        SHEET, ids(SHEET, "有没有利益冲突", "要求会议审查"), f"{SHEET}!", "这一行原来是“"
    ),
    "members swapped": Wrong(MEETING, ids("1", "委员1", "委员2"), "1!", "这一行原来是“委员"),
    "a member who is none": Wrong(
        MEETING,
        put("到会", "委员3", ":M99", -2),
        "到会!",
        "没有“M99”这一行",
    ),
    "a sheet twice": Wrong(
        MEETING, lambda book: book.copy_worksheet(book["1"]), "1 Copy!", "重复"
    ),
    "comments from nowhere": Wrong(
        SUMMARY,
        lambda book: setattr(book.worksheets[0].cell(7, 1), "value", ":77"),
        f"{SUMMARY}!",
        "没有“77”这一行",
    ),
    # Cells.
    "no declaration": Wrong(SHEET, put(SHEET, "有没有利益冲突", None), SHEET, "没有声明"),
    "no advice": Wrong(SHEET, put(SHEET, "建议", None), SHEET, "建议没有填"),
    "an advice that is none": Wrong(SHEET, put(SHEET, "建议", "好的"), f"{SHEET}!", "好的"),
    "a formula": Wrong(SHEET, put(SHEET, "建议", '="批准"'), f"{SHEET}!", "公式"),
    "an error": Wrong(SHEET, put(SHEET, "建议", "#N/A"), f"{SHEET}!", "#N/A"),
    "a number for a word": Wrong(SHEET, put(SHEET, "有没有利益冲突", 0), f"{SHEET}!", "“0”"),
    "true for a word": Wrong(SHEET, put(SHEET, "有没有利益冲突", True), f"{SHEET}!", "TRUE"),
    "a day for a word": Wrong(
        SHEET, put(SHEET, "要求会议审查", datetime(2027, 3, 9)), f"{SHEET}!", "2027-03-09"
    ),
    "merged cells": Wrong(SHEET, merge(SHEET, "有没有利益冲突"), f"{SHEET}!", "合并"),
    "a verdict off the list": Wrong(
        SHEET, put(CRITERIA, "WS-01", "还行", 2), f"{CRITERIA}!", "评价应写"
    ),
    "a day for a time": Wrong(MEETING, put("会议", "开始", "2027-03-09"), "会议!", "14:00"),
    "no such time": Wrong(MEETING, put("会议", "结束", "25:00"), "会议!", "25:00"),
    "no beginning": Wrong(MEETING, put("会议", "开始", None), "会议", "没有填"),
    "no such form": Wrong(MEETING, put("会议", "形式", "电话"), "会议!", "电话"),
    "neither here nor away": Wrong(MEETING, put("到会", "委员1", "也许"), "到会!", "也许"),
    "a vote that is none": Wrong(MEETING, put("1", "委员1", "弃权了"), "1!", "弃权了"),
    "a formula for a vote": Wrong(MEETING, put("1", "委员1", "=1"), "1!", "公式"),
    "a vote of one who was away": Wrong(MEETING, put("1", "委员8", "批准"), "", "没有到会", 1),
    "an order that is none": Wrong(
        SUMMARY, lambda book: setattr(book.worksheets[0]["G7"], "value", 1.5), f"{SUMMARY}!", "次序"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def handed(
    once: Once, sealed_example: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An office where the sheets of case 2 are in; it refuses whatever the tests hand it."""
    begun = once.folder("office-begun", lambda folder: begin(folder, sealed_example))
    office = Path(shutil.copytree(begun, tmp_path_factory.mktemp("hostile") / "x")) / "office"
    for person in ("委员1", "委员5"):
        path = sheet_of(office, person, "2")
        code, said = doing(office)("take", fill(path, sheet(), path))
        assert code == 0, said
    books = office.parent / "books"
    books.mkdir()
    votes = answers_of(dict.fromkeys(range(8), "批准"))
    fill(sheet_of(office, "委员1", "1"), sheet(), books / f"{SHEET}.xlsx")
    fill(office / "meetings" / "2027-01" / "会议簿.xlsx", votes, books / f"{MEETING}.xlsx")
    shutil.copyfile(summary_of(office, "2"), books / f"{SUMMARY}.xlsx")
    return office


def filled(handed: Path, book: str, folder: Path) -> Path:
    """A book of that kind, filled as it should be."""
    return Path(shutil.copy(handed.parent / "books" / f"{book}.xlsx", folder))


def state(office: Path) -> tuple[int, set[str]]:
    """How many events there are, and the files that the office keeps."""
    with open_office(office).register().reading() as register:
        events = sum(1 for _ in register.events())
    return events, {path.relative_to(office).as_posix() for path in office.rglob("*")}


def refuse(office: Path, path: Path, code: int = 2) -> str:
    """What is said where a file is refused, and nothing else happens."""
    before = state(office)
    refused, said = doing(office)("take", path, today=MET)
    assert refused == code, said
    assert state(office) == before
    assert re.search("[一-鿿]", said) and "Traceback" not in said
    return said


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_its_cell(handed: Path, tmp_path: Path, name: str) -> None:
    wrong = WRONG[name]
    path = filled(handed, wrong.book, tmp_path)
    book = load_workbook(path)
    wrong.edit(book)
    book.save(path)
    said = refuse(handed, path, wrong.code)
    assert wrong.why in said and wrong.place in said, said


def test_a_text_longer_than_a_cell_is_refused(handed: Path, tmp_path: Path) -> None:
    """Excel keeps 32,767 characters of a cell; other programs may write more."""
    path = filled(handed, SHEET, tmp_path)
    parts = bytes_of(path)
    long = "长" * 32_768
    wrote = "".join(f"&#{ord(letter)};" for letter in "补充样本量").encode()
    name = next(name for name, body in parts.items() if wrote in body)
    parts[name] = parts[name].replace(wrote, long.encode())
    said = refuse(handed, pack(path, parts))
    assert "32767" in said and f"{SHEET}!" in said


def bytes_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return path


def test_files_that_are_no_workbook_are_refused(handed: Path, tmp_path: Path) -> None:
    path = filled(handed, SHEET, tmp_path)
    whole = path.read_bytes()
    parts = bytes_of(path)
    for cut in (len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:cut])
        assert "认不出" in refuse(handed, path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + whole)
    refuse(handed, path)
    bomb = parts | {"xl/worksheets/sheet1.xml": b" " * 100_000_001}
    assert "太大" in refuse(handed, pack(path, bomb))
    evil = {
        name: body.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e "e">]>', 1)
        for name, body in parts.items()
    }
    assert "DOCTYPE" in refuse(handed, pack(path, evil))


def renamed(book: Workbook) -> None:
    for number, each in enumerate(book.worksheets):
        if each.title != RECORD_NAME:
            each.title = f"改名{number}"


def moved(book: Workbook) -> None:
    """Two whole rows in each other's place, their ids with them."""
    page = book[SHEET]
    one, other = (cell(book, SHEET, label).row for label in ("意见 1", "意见 2"))
    for column in range(1, page.max_column + 1):
        first, second = page.cell(one, column), page.cell(other, column)
        first.value, second.value = second.value, first.value


def reordered(book: Workbook) -> None:
    book.move_sheet(book.worksheets[0], len(book.worksheets) - 1)


@pytest.mark.parametrize("edit", [renamed, moved, reordered], ids=lambda edit: edit.__name__)
def test_what_is_only_different_is_taken(handed: Path, tmp_path: Path, edit: Edit) -> None:
    office = Path(shutil.copytree(handed, tmp_path / "office"))
    path = filled(handed, SHEET, tmp_path)
    book = load_workbook(path)
    edit(book)
    book.save(path)
    taken(office, path.rename(tmp_path / "随便叫什么.xlsx"))


def taken(office: Path, path: Path) -> None:
    code, said = doing(office)("take", path, today=MET)
    assert code == 0, said
    assert "补充样本量" in doing(office)("show", "2027-0001")[1]
    assert call("verify", office)[0] == 0


def test_strict_and_macro_workbooks_are_read_and_nothing_runs(handed: Path, tmp_path: Path) -> None:
    for number, change in enumerate((strict_file, with_macros)):
        office = Path(shutil.copytree(handed, tmp_path / str(number)))
        taken(office, change(filled(handed, SHEET, tmp_path)))


def strict_file(path: Path) -> Path:
    path.write_bytes(strictly(path.read_bytes()))
    return path


def with_macros(path: Path) -> Path:
    parts = bytes_of(path)
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = re.sub(
        r"application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\.main\+xml",
        MACRO,
        types,
    ).encode()
    return pack(path.with_suffix(".xlsm"), parts | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0x"})


@pytest.mark.libreoffice
def test_what_libreoffice_saved_keeps_its_names(handed: Path, tmp_path: Path) -> None:
    """A harmless return is taken and a wrong one refused there, too."""
    path = filled(handed, SHEET, tmp_path)
    book = load_workbook(path)
    ids(CRITERIA, "WS-01", "WS-02")(book)
    book.save(tmp_path / "错.xlsx")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", tmp_path / "saved",
         path, tmp_path / "错.xlsx"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert "这一行原来是" in refuse(handed, tmp_path / "saved" / "错.xlsx")
    taken(Path(shutil.copytree(handed, tmp_path / "office")), tmp_path / "saved" / path.name)
