"""Forms with tags: filled by their names; a form brings no code, a fact no markup."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import docx
import pytest

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.word.markup import text_below
from mmethics_cli.formats.word.package import opened
from mmethics_cli.render.tagged import fill_tags
from tests.forms.made import form_bytes, mapped_dossier
from tests.program import mmethics

DAY: Final = ("--today", "2027-03-01")


def tagged(document: Any) -> None:
    """Tags in a sentence, over several runs, in a cell, the header; one that nobody knows."""
    document.add_paragraph("本项研究名为《{{ 项目名称 }}》，由{{investigator_name}}主持。")
    line = document.add_paragraph("期限：{")
    line.add_run("{ 研究起止").bold = True
    line.add_run("时间 }}；合同号：{{ 合同号 }}")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "研究目的", "{{ 研究目的 }}"
    document.sections[0].header.paragraphs[0].text = "方案 {{ 方案编号 }}"


def tagged_file(path: Path) -> Path:
    path = path.with_suffix(".docx")
    path.write_bytes(form_bytes("初始审查说明", tagged))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagged")
    mapped_dossier(folder, "prospective-ecg", tagged_file, ["--tags"])
    return folder


def fill(folder: Path, *more: str | Path) -> Any:
    return mmethics("form", "fill", "study", *more, *DAY, cwd=folder)


def test_tags_are_filled_wherever_they_stand(folder: Path) -> None:
    done = fill(folder, "--out", "out", "--format", "json")
    assert done.returncode == 0, done.stderr
    coverage = json.loads(done.stdout)
    assert (coverage["blanks"], coverage["filled"], coverage["unplaced"]) == (6, 5, 1)
    path = folder / "out" / "本院申请表（草稿）.docx"
    document = docx.Document(str(path))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[0].startswith("草稿")
    assert any("名为《腕式心电记录仪" in line and "由何示一主持" in line for line in lines)
    assert "期限：2027年4月15日 至 2027年12月31日；合同号：________" in lines
    assert document.tables[0].cell(0, 1).text
    assert document.sections[0].header.paragraphs[0].text == "方案 SL-WECG-2027-01"
    with (
        zipfile.ZipFile(folder / "pack" / "forms" / "本院申请表.docx") as before,
        zipfile.ZipFile(path) as after,
    ):
        names = [name for name in before.namelist() if before.read(name) != after.read(name)]
    assert sorted(names) == ["word/document.xml", "word/header1.xml"]


def test_a_renamed_tag_is_gone_and_new(folder: Path, tmp_path: Path) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("{{ 项目名称 }}，{{ investigator_name }}，{{ 新的 }}")

    (tmp_path / "新表.docx").write_bytes(form_bytes("说明", build))
    done = mmethics(
        "--pack", "pack", "form", "check", "本院申请表", tmp_path / "新表.docx",
        "--format", "json", cwd=folder,
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert done.returncode == 1 and result["found"] == 2
    assert [one["words"] for one in result["new"]] == ["新的"]


def saying(text: str) -> bytes:
    def build(document: Any) -> None:
        document.add_paragraph(text)

    return form_bytes("说明", build)


HOSTILE: Final = [
    "{{ title.__class__ }}", "{{ title() }}", "{{ ''.__class__.__mro__ }}", "{{ 7*7 }}",
    "{% for x in y %}{{ x }}{% endfor %}", "{%p if title %}", "{{r title }}", "{{ a|upper }}",
    "{{ title", "{# note #}", "{{ a if b else c }}", "{{ self }}{{ _x }}{{ a.b }}",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_name_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    def build(document: Any) -> None:
        document.add_paragraph("{{ 项目名称 }}")
        document.add_paragraph(text)

    (tmp_path / "坏表.docx").write_bytes(form_bytes("说明", build))
    done = mmethics("form", "read", "坏表.docx", "--tags", "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = done.stderr.replace("\n", "")
    assert "坏表.docx：正文第 3 段有认不出的标签" in said and "Traceback" not in said


@pytest.mark.parametrize("text", ["{{ a.b }}", "{{ f() }}", "{% set x = 1 %}", "{{ x|length }}"])
def test_what_stands_outside_of_text_is_no_code_either(text: str) -> None:
    """A figure's description is no text that is read, and goes through Jinja with the rest."""
    package = opened(saying("{{ a }}"))
    body = package.parts["word/document.xml"]
    part = body.replace(b"<w:p>", f'<w:p w:rsidR="{text}">'.encode(), 1)
    assert part != body
    package.replace("word/document.xml", part)
    with pytest.raises(DocumentError, match="标签只能是"):
        fill_tags(package, {"a": "x"})


@pytest.mark.parametrize(
    "text", ["<w:p/>", "&amp;", "{{ 7*7 }}", "{% raw %}", "]]>", 'a"b\x07\x0c', "一\n二"]
)
def test_a_fact_is_words_and_nothing_else(text: str) -> None:
    package = opened(saying("甲{{ a }}乙"))
    fill_tags(package, {"a": text})
    shown = text_below(package.body)
    kept = text.replace("\n", "").replace("\x07", "").replace("\x0c", "")
    assert f"甲{kept}乙" in shown


def test_without_the_extra_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    done = fill(folder, "--out", "other")
    said = done.stderr.replace("\n", " ")
    assert done.returncode == 2 and "pip install 'mmethics[tags]'" in said
    assert not (folder / "other").exists()
