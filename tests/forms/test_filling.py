"""A form filled from a dossier: what is written, what is left, what stays as it was."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import docx
import pytest
from docx.document import Document

from mmethics_cli.formats.word.markup import P, W
from mmethics_cli.formats.word.package import opened
from tests.forms.made import form, line_file, mapped_dossier, table_file
from tests.program import mmethics
from tests.validator import errors

DAY: Final = ("--today", "2027-03-01")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier with a mapped form, filled; the folder that holds both."""
    folder = tmp_path_factory.mktemp("own")
    mapped_dossier(folder, "prospective-ecg")
    assert fill(folder, "out").returncode == 0
    return folder


def fill(folder: Path, out: str, *more: str) -> Any:
    return mmethics("form", "fill", "study", "--out", out, *more, *DAY, cwd=folder)


def filled(folder: Path) -> Path:
    return folder / "out" / "本院申请表（草稿）.docx"


def cells(path: Path) -> list[list[str]]:
    table = docx.Document(str(path)).tables[0]
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_cells_boxes_and_rows_are_filled(folder: Path) -> None:
    rows = cells(filled(folder))
    assert rows[1][1].startswith("腕式心电记录仪")
    assert rows[2][1] == "SL-WECG-2027-01"
    assert rows[2][3] == "□药物临床试验 ☑研究者发起的临床研究"
    assert rows[3][1] == "何示一" and rows[3][3] == "心血管内科"
    assert rows[5] == ["申办方联系人", "", "申办方电话", ""]
    assert rows[6][3] == "2027年4月15日 至 2027年12月31日"
    assert rows[7][1] == "□是  ☑否"


def test_a_list_longer_than_its_rows_gets_more(folder: Path) -> None:
    rows = cells(filled(folder))
    first = next(at for at, row in enumerate(rows) if row[0] == "姓名") + 1
    last = next(at for at, row in enumerate(rows) if row[0] == "三、研究摘要")
    names = [row[0] for row in rows[first:last]]
    assert len(names) > 2 and all(names) and len(set(names)) == len(names)
    # The investigator's own row says what stands with the investigator.
    assert all(all(row) for row in rows[first:last])


def test_signatures_and_the_offices_part_stay_empty(folder: Path) -> None:
    rows = cells(filled(folder))
    assert rows[-3] == ["主要研究者签名：", "", "日期：", "    年  月  日"]
    assert rows[-1] == ["受理编号", "", "审查意见", "□同意 □不同意"]


def test_nothing_but_the_text_changes_and_twice_gives_the_same(folder: Path) -> None:
    assert fill(folder, "again").returncode == 0
    second = folder / "again" / filled(folder).name
    assert second.read_bytes() == filled(folder).read_bytes()
    with (
        zipfile.ZipFile(folder / "pack" / "forms" / "本院申请表.docx") as blank,
        zipfile.ZipFile(filled(folder)) as full,
    ):
        assert set(blank.namelist()) == set(full.namelist())
        changed = [name for name in blank.namelist() if blank.read(name) != full.read(name)]
    assert changed == ["word/document.xml"]


def test_the_draft_says_so_and_no_word_is_lost(folder: Path) -> None:
    full = docx.Document(str(filled(folder)))
    assert full.paragraphs[0].text.startswith("草稿")
    blank = docx.Document(str(folder / "pack" / "forms" / "本院申请表.docx"))
    words = {
        cell.text for row in blank.tables[0].rows for cell in row.cells if "□" not in cell.text
    }
    text = "\n".join(text for row in cells(filled(folder)) for text in row)
    assert {word for word in words if word.strip() not in text} == set()


def test_the_coverage_adds_up(folder: Path) -> None:
    coverage = json.loads(fill(folder, "json", "--format", "json").stdout)
    parts = [coverage[name] for name in ("filled", "unanswered", "by_hand", "unplaced")]
    assert sum(parts) == coverage["blanks"] == len(coverage["list"])
    assert all(parts[::3]) and coverage["by_hand"] == 4
    assert "project.sponsor" in {one["path"] for one in coverage["nowhere"]}


def test_a_file_that_is_there_is_not_overwritten(folder: Path) -> None:
    done = fill(folder, "out")
    assert done.returncode == 2 and "--replace" in done.stderr
    assert fill(folder, "out", "--replace").returncode == 0


def test_an_unknown_is_never_ticked(tmp_path: Path) -> None:
    study = mapped_dossier(tmp_path, "prospective-ecg")
    answers = study / "dossier.yaml"
    text = answers.read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^(  multicentre:).*$", r"\1", text)
    assert count == 1
    answers.write_text(text, encoding="utf-8")
    assert fill(tmp_path, "out").returncode == 0
    assert cells(filled(tmp_path))[7][1] == "□是  □否"


def test_gaps_keep_their_underline_and_dates_their_signs(tmp_path: Path) -> None:
    mapped_dossier(tmp_path, "prospective-ecg", line_file)
    assert fill(tmp_path, "out").returncode == 0
    package = opened(filled(tmp_path).read_bytes())
    lines = ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in package.body.iter(P)]
    assert any(re.fullmatch("研究期限： *2027年4月15日 至 *2027年12月31日", line) for line in lines)
    assert any("●前瞻性研究  ○回顾性研究" in line for line in lines)
    runs = [run for run in package.body.iter(f"{W}r") if "何示一" in str(run.xpath("string()"))]
    assert runs[0].find(f"{W}rPr/{W}u") is not None


@pytest.mark.openxml
def test_filling_makes_no_new_fault(folder: Path) -> None:
    blank = len(errors(folder / "pack" / "forms" / "本院申请表.docx"))
    assert len(errors(filled(folder))) <= blank


def test_a_mapped_form_takes_its_papers_place(tmp_path: Path) -> None:
    study = mapped_dossier(tmp_path, "prospective-ecg")
    checked = mmethics("check", "study", *DAY, "--format", "json", cwd=tmp_path)
    findings = json.loads(checked.stdout)["findings"]
    assert {one["severity"] for one in findings if one["id"].startswith("form_")} == {"note"}
    assert mmethics("render", "study", *DAY, cwd=tmp_path).returncode == 0
    drafts = next(study.glob("submissions/*/documents"))
    paper = next(drafts.glob("*伦理审查申请表*.docx"))
    assert cells(paper)[3][1] == "何示一"
    edited = docx.Document(str(paper))
    edited.tables[0].cell(3, 1).text = "何示二"
    edited.save(str(paper))
    checked = mmethics("check", "study", *DAY, "--format", "json", cwd=tmp_path)
    (differs,) = (
        one for one in json.loads(checked.stdout)["findings"] if one["id"] == "draft_differs"
    )
    assert differs["path"] == "investigator.name" and "“何示二”" in differs["message"]
    assert mmethics("render", "study", "--replace", *DAY, cwd=tmp_path).returncode == 0
    sealed = mmethics("submit", "study", *DAY, cwd=tmp_path)
    assert sealed.returncode == 0, sealed.stderr
    assert not docx.Document(str(paper)).paragraphs[0].text.startswith("草稿")
    listed = docx.Document(str(next(drafts.glob("*送审文件清单*.docx"))))
    text = "\n".join(
        cell.text for table in listed.tables for row in table.rows for cell in row.cells
    )
    assert "本院表格 V2.1" in text


@pytest.mark.parametrize("blank", [table_file, line_file])
def test_a_filled_form_is_read_back(tmp_path: Path, blank: Callable[[Path], Path]) -> None:
    mapped_dossier(tmp_path, "prospective-ecg", blank)
    assert fill(tmp_path, "out").returncode == 0
    assert mmethics("new", "blank", "--blank", cwd=tmp_path).returncode == 0
    profile = tmp_path / "blank" / "institution.yaml"
    text = profile.read_text(encoding="utf-8").replace("pack:\n", "pack: ../pack\n", 1)
    profile.write_text(text, encoding="utf-8")
    before = (tmp_path / "blank" / "dossier.yaml").read_bytes()
    read = mmethics(
        "form", "import", filled(tmp_path), "blank", "--form", "本院申请表", cwd=tmp_path
    )
    assert "主要研究者：“何示一”" in read.stdout and "第" in read.stdout
    assert read.returncode == 2 and "--out" in read.stderr  # nobody sits here to confirm
    assert (tmp_path / "blank" / "dossier.yaml").read_bytes() == before


def test_boxes_that_ask_a_text_are_ticked_by_its_words(tmp_path: Path) -> None:
    def phases(path: Path) -> Path:
        def build(document: Document) -> None:
            document.add_paragraph("项目名称：")
            document.add_paragraph("试验分期：□Ⅰ期 □Ⅱ期 □Ⅲ期 □生物等效性试验")
            document.add_paragraph("经费来源：□自筹 □企业资助 □政府")

        return form(path.with_suffix(".docx"), "药物临床试验伦理审查申请表", build)

    study = mapped_dossier(tmp_path, "prospective-ecg", phases)
    answers = study / "dossier.yaml"
    text = answers.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^(  regulatory_track:).*$", r"\1 drug_trial\n  phase: Ⅱ期", text, count=1)
    answers.write_text(text, encoding="utf-8")
    assert fill(tmp_path, "out").returncode == 0
    lines = [one.text for one in docx.Document(str(filled(tmp_path))).paragraphs]
    assert "试验分期：□Ⅰ期 ☑Ⅱ期 □Ⅲ期 □生物等效性试验" in lines
    # 无企业资助 holds the word, and means the contrary: what words alone don't settle stays open.
    assert "经费来源：□自筹 □企业资助 □政府" in lines


def test_yes_or_no_is_asked_of_what_has_more_values(tmp_path: Path) -> None:
    def asked(path: Path) -> Path:
        def build(document: Document) -> None:
            document.add_paragraph("项目名称：")
            document.add_paragraph("是否申请免除知情同意：□是 □否")
            document.add_paragraph("是否涉及弱势群体：□是 □否")
            document.add_paragraph("是否采集生物样本：□是 □否")

        return form(path.with_suffix(".docx"), "伦理审查申请表", build)

    mapped_dossier(tmp_path, "prospective-ecg", asked)
    assert fill(tmp_path, "out").returncode == 0
    lines = [one.text for one in docx.Document(str(filled(tmp_path))).paragraphs]
    assert "是否申请免除知情同意：□是 ☑否" in lines
    assert any(line.startswith("是否涉及弱势群体：") and "☑" in line for line in lines)
    assert "是否采集生物样本：□是 ☑否" in lines


def test_a_bold_label_stays_alone_in_being_bold_and_no_placeholder_stays(tmp_path: Path) -> None:
    def built(path: Path) -> Path:
        def build(document: Document) -> None:
            line = document.add_paragraph()
            for text in ("项目", "名称：", " "):
                line.add_run(text).bold = True
            table = document.add_table(1, 2)
            table.cell(0, 0).text = "主要研究者"
            table.cell(0, 1).text = "${name}"
            table.cell(0, 1).add_paragraph("${name^p}")

        return form(path.with_suffix(".docx"), "伦理审查申请表", build)

    mapped_dossier(tmp_path, "prospective-ecg", built)
    assert fill(tmp_path, "out").returncode == 0
    document = docx.Document(str(filled(tmp_path)))
    line = next(one for one in document.paragraphs if one.text.startswith("项目名称"))
    runs = {run.text: run.bold for run in line.runs if run.text.strip()}
    assert [bool(bold) for bold in runs.values()] == [True, True, False]
    assert document.tables[0].cell(0, 1).text.strip() == "何示一"
