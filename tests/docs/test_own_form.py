"""docs/own-form.md is true: its commands run in their order, in a hospital with a form."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Final

import openpyxl
import pytest

from mmethics_cli.wording.columns import width
from tests.forms.made import TABLE, form, gap
from tests.program import ROOT, mmethics

PAGE: Final = (ROOT / "docs" / "own-form.md").read_text(encoding="utf-8")
COMMANDS: Final = re.findall(r"^\$ (mmethics .*)$", PAGE, re.M)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack, a form, a dossier that the pack is for, and an empty one."""
    folder = tmp_path_factory.mktemp("hospital")
    (folder / "本院标准包" / "templates").mkdir(parents=True)
    form(folder / "初审申请表.docx", *TABLE)
    form(folder / "审查说明.docx", "审查说明", lambda page: gap(page, "本研究名为{{ 项目名称 }}。"))
    shutil.copy(folder / "初审申请表.docx", folder / "新表.docx")
    for name, how in (("卷宗", ["--example", "prospective-ecg"]), ("新卷宗", ["--blank"])):
        assert mmethics("new", name, *how, cwd=folder).returncode == 0
        profile = folder / name / "institution.yaml"
        text = profile.read_text(encoding="utf-8")
        assert "pack:\n" in text
        text = text.replace("pack:\n", "pack: ../本院标准包\n", 1)
        profile.write_text(text, encoding="utf-8")
    return folder


def test_every_command_of_the_page_runs(hospital: Path) -> None:
    assert len(COMMANDS) == 8
    for command in COMMANDS:
        done = mmethics(*shlex.split(command)[1:], "--today", "2027-03-01", cwd=hospital)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert [line for line in done.stdout.splitlines() if width(line) > 80] == [], command
        if " form fill " in command:
            full = hospital / "卷宗" / "forms" / "初审申请表（草稿）.docx"
            shutil.copy(full, hospital / "填好的表.docx")
        if "读到的值.xlsx" in command and "--out" in command:
            _confirm_all(hospital / "读到的值.xlsx")
    text = (hospital / "新卷宗" / "dossier.yaml").read_text(encoding="utf-8")
    assert "何示一" in text and "title: 腕式心电记录仪" in text


def test_a_mapping_outside_a_pack_says_that_it_is_not_found_again(tmp_path: Path) -> None:
    form(tmp_path / "表.docx", *TABLE)
    assert mmethics("form", "read", "表.docx", "--out", "核对.xlsx", cwd=tmp_path).returncode == 0
    done = mmethics("form", "read", "表.docx", "--from", "核对.xlsx", cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "表.form.yaml").is_file()
    assert "mmethics --pack 本院标准包 form read 表格.docx" in done.stderr
    assert "form fill" not in done.stderr


def _confirm_all(sheet: Path) -> None:
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    header = next(cell for row in page.iter_rows() for cell in row if cell.value == "采用吗")
    for row in range(header.row + 1, page.max_row + 1):
        cell = page.cell(row, header.column)
        cell.value = cell.value or "采用"
    book.save(sheet)
