"""The mapping of a form: found again after changes, refused where it is wrong."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from tests.forms.made import mapped_dossier
from tests.program import mmethics


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mapped")
    mapped_dossier(folder, "prospective-ecg")
    return folder


def check(folder: Path, file: Path) -> tuple[int, dict[str, Any]]:
    done = mmethics(
        "--pack", "pack", "form", "check", "本院申请表", file, "--format", "json", cwd=folder
    )
    return done.returncode, json.loads(done.stdout)


def test_an_unchanged_form_is_found_whole(folder: Path) -> None:
    code, result = check(folder, folder / "pack" / "forms" / "本院申请表.docx")
    assert code == 0 and result["found"] == result["blanks"]


def test_a_changed_label_is_gone_and_new_and_filled_nowhere(folder: Path, tmp_path: Path) -> None:
    document = docx.Document(str(folder / "pack" / "forms" / "本院申请表.docx"))
    table = document.tables[0]
    table.cell(3, 0).text = "申办方项目经理"
    table.rows[2]._tr.addnext(copy.deepcopy(table.rows[0]._tr))  # a heading more
    changed = tmp_path / "新表.docx"
    document.save(str(changed))
    code, result = check(folder, changed)
    assert code == 1
    assert result["gone"] == ["主要研究者"]
    assert [one["words"] for one in result["new"]] == ["申办方项目经理"]


def test_a_group_with_another_name_moves_its_blanks(folder: Path, tmp_path: Path) -> None:
    document = docx.Document(str(folder / "pack" / "forms" / "本院申请表.docx"))
    document.tables[0].cell(0, 0).text = "一、研究的基本情况"
    moved = tmp_path / "新表.docx"
    document.save(str(moved))
    code, result = check(folder, moved)
    assert (code, result["gone"], result["new"]) == (0, [], [])
    assert "研究项目名称" in result["moved"]


def test_a_faulty_mapping_is_refused_with_its_lines(tmp_path: Path) -> None:
    mapped_dossier(tmp_path, "prospective-ecg")
    mapping = tmp_path / "pack" / "forms" / "本院申请表.form.yaml"
    text = mapping.read_text(encoding="utf-8")
    text = text.replace('["project.title"]', '["project.titel"]')
    mapping.write_text(text.replace("option: 否", "choice: 否"), encoding="utf-8")
    done = mmethics("form", "fill", "study", cwd=tmp_path)
    line = text.splitlines().index('    is: ["project.titel"]') + 1
    said = done.stderr.replace("\n", "")
    assert done.returncode == 2
    assert f"本院申请表.form.yaml:{line}" in said and "project.titel" in said
    assert "不认识的键“choice”" in said


def test_a_review_that_names_no_fact_is_refused_with_its_cell(tmp_path: Path) -> None:
    mapped_dossier(tmp_path, "prospective-ecg")
    sheet = tmp_path / "核对.xlsx"
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    cells = [cell for row in page.iter_rows() for cell in row if cell.value == "主要研究者"]
    cells[-1].value = "没有的事实"
    book.save(sheet)
    blank = tmp_path / "pack" / "forms" / "本院申请表.docx"
    done = mmethics(
        "--pack", "pack", "form", "read", blank, "--from", sheet, "--replace", cwd=tmp_path
    )
    assert done.returncode == 2
    assert f"{page.title}!{cells[-1].coordinate}" in done.stderr and "没有的事实" in done.stderr


@pytest.mark.libreoffice
def test_a_form_saved_again_by_libreoffice_is_found_whole(folder: Path, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    assert soffice is not None
    blank = folder / "pack" / "forms" / "本院申请表.docx"
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "docx", "--outdir", tmp_path, blank],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    code, result = check(folder, tmp_path / "本院申请表.docx")
    assert (code, result["gone"], result["new"]) == (0, [], [])
