"""Small forms of two institutions that do not exist, each in a style of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_UNDERLINE

from tests.program import mmethics

Build = Callable[[Document], None]


def form(path: Path, title: str, build: Build) -> Path:
    """Write a form of that title."""
    path.write_bytes(form_bytes(title, build))
    return path


def form_bytes(title: str, build: Build) -> bytes:
    document = docx.Document()
    document.add_paragraph(title)
    build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def rows(document: Document, lines: Sequence[Sequence[str]]) -> None:
    """A table; a line with fewer cells has its last one stretched."""
    width = max(map(len, lines))
    table = document.add_table(0, width)
    for line in lines:
        cells = table.add_row().cells
        for cell, text in zip(cells, line, strict=False):
            cell.text = text
        if len(line) < width:
            cells[len(line) - 1].merge(cells[-1])


def gap(document: Document, *parts: str) -> None:
    """A paragraph; a part of blanks alone is underlined."""
    paragraph = document.add_paragraph()
    for part in parts:
        run = paragraph.add_run(part)
        if not part.strip():
            run.underline = WD_UNDERLINE.SINGLE


def table_form(document: Document) -> None:
    """A form in one table, as a hospital by the sea might have it."""
    rows(
        document,
        [
            ["一、基本信息"],
            ["研究项目名称", ""],
            ["方案号", "", "项目类型", "□药物临床试验 □研究者发起的临床研究"],
            ["主要研究者", "", "承担科室", ""],
            ["联系电话", "", "电子邮箱", ""],
            ["申办方联系人", "", "申办方电话", ""],
            ["本院计划入组例数/总例数", "", "研究起止时间", ""],
            ["是否多中心", "□是  □否", "风险等级", "□最小风险 □高风险"],
            ["二、研究团队"],
            ["姓名", "职称", "单位", "分工"],
            ["", "", "", ""],
            ["", "", "", ""],
            ["三、研究摘要"],
            ["研究目的："],
            [""],
            ["主要研究者签名：", "", "日期：", "    年  月  日"],
            ["以下由伦理委员会办公室填写"],
            ["受理编号", "", "审查意见", "□同意 □不同意"],
        ],
    )


def line_form(document: Document) -> None:
    """A form in running lines, as a hospital in the mountains might have it."""
    gap(document, "课题名称：", " " * 40)
    gap(document, "课题负责人：", " " * 14, " 职称：", " " * 10, " 手机：", " " * 12)
    document.add_paragraph("研究期限：    年  月  日 至     年  月  日")
    document.add_paragraph("研究设计：○前瞻性研究  ○回顾性研究")
    document.add_paragraph("1. 纳入标准")
    document.add_paragraph("")
    document.add_paragraph("2. 排除标准")
    document.add_paragraph("")
    document.add_paragraph("负责人签字：____________  日期：__________")


def training_form(document: Document) -> None:
    """A form about no study."""
    rows(document, [["姓名", "", "科室", ""], ["项目名称", "", "联系电话", ""]])


TABLE = ("伦理审查初始审查申请表（版本号：V2.1）", table_form)
LINES = ("临床研究课题伦理审查申请书", line_form)
TRAINING = ("临床研究培训班报名表", training_form)


def table_file(path: Path) -> Path:
    return form(path.with_suffix(".docx"), *TABLE)


def line_file(path: Path) -> Path:
    return form(path.with_suffix(".docx"), *LINES)


def mapped_dossier(
    folder: Path,
    example: str,
    blank: Callable[[Path], Path] = table_file,
    how: Sequence[str] = (),
) -> Path:
    """A dossier whose institution's pack has a mapped form; the dossier's folder.

    `blank` writes the form, under the name it gets with the ending of its kind.
    """
    pack = folder / "pack"
    (pack / "forms").mkdir(parents=True)
    (pack / "templates").mkdir()
    file = blank(pack / "forms" / "本院申请表.xlsx")
    assert mmethics("new", "study", "--example", example, cwd=folder).returncode == 0
    sheet = folder / "核对.xlsx"
    steps: list[list[str | Path]] = [["--out", sheet], ["--from", sheet, "--by", "王某"]]
    for last in steps:
        read = mmethics("--pack", pack, "form", "read", file, *how, *last, cwd=folder)
        assert read.returncode == 0, read.stderr
    profile = folder / "study" / "institution.yaml"
    text = profile.read_text(encoding="utf-8").replace("pack:\n", "pack: ../pack\n", 1)
    profile.write_text(text, encoding="utf-8")
    return folder / "study"
