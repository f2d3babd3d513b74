"""Papers in English: the pack's words, the dossier's texts; what is still Chinese is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import docx
import pytest

from tests.program import mmethics

TEMPLATE = """---
title: Annex on multimodal data
layout: form
---
# Annex on multimodal data

::: form 4 10
| Study | {{ project.title }} |
|---|---|
| Cross-border | {{ boxes(sharing.cross_border) }} |
| Review method | {{ decision("review_method").value_label }} |
:::

::: table 1 5 4 4 {header=1}
| No. | Data | Modality | From |
|---|---|---|---|
{% for asset in data.assets %}
| {{ loop.index }} | {{ asset.name }} | {{ asset.modality }} | {{ asset.period_start }} |
{% endfor %}
:::
"""
# The shipped form does not print the decision, and an English paper prints nothing more.
SHOWN = TEMPLATE.replace('| Review method | {{ decision("review_method").value_label }} |\n', "")
WORDS = """
- {path: project.title, label: Title of the study}
- {path: sharing.cross_border, label: Sent abroad}
- {path: data.assets.name, label: Name}
- {path: data.assets.period_start, label: First day}
- path: data.assets.modality
  label: Modality
  values: {%s}
"""
MODALITIES = (
    "imaging", "pathology", "biosignal", "wearable", "clinical_text", "structured_ehr",
    "laboratory", "genomics", "proteomics", "metabolomics", "voice", "video", "photo",
    "questionnaire", "claims", "followup", "environment",
)  # fmt: skip
Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """An institution's pack that brings one English template and its words."""
    folder = tmp_path / "pack"
    (folder / "templates").mkdir(parents=True)
    (folder / "checklists" / "english").mkdir(parents=True)
    values = ", ".join(f"{one}: The {one}" for one in MODALITIES)
    write(folder, "templates/multimodal_annex.en.md", SHOWN)
    write(folder, "checklists/english/words.yaml", WORDS % values)
    return folder


def write(pack: Path, name: str, text: str) -> None:
    (pack / name).write_text(text, encoding="utf-8")


@pytest.fixture
def run(pack: Path, tmp_path: Path) -> Run:
    def command(*arguments: str | Path) -> CompletedProcess[str]:
        given = ("--today", "2027-03-01", "--pack", pack)
        return mmethics(*given, *arguments, cwd=tmp_path)

    assert command("new", "s", "--example", "prospective-ecg").returncode == 0
    return command


ANNEX = ("--only", "multimodal_annex", "--names", "id")


def printed(folder: Path) -> str:
    (path,) = folder.glob("*.en.docx")
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    header = [one.text for one in document.sections[0].header.paragraphs]
    return "\n".join([*header, *cells])


def test_values_dates_and_the_header_are_english(run: Run, tmp_path: Path) -> None:
    done = run("render", "s", *ANNEX, "--documents-lang", "en", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert [path.suffixes for path in (tmp_path / "out").glob("*.docx")] != []
    text = printed(tmp_path / "out")
    assert "Version 1.0" in text and "1 March 2027" in text
    assert "The biosignal" in text and "生物信号" not in text
    assert "Yes" in text and "No" in text


def test_both_languages_are_two_files_and_chinese_texts_are_named(run: Run, tmp_path: Path) -> None:
    done = run("render", "s", *ANNEX, "--documents-lang", "both", "--out", "out")
    assert len(list((tmp_path / "out").glob("*.docx"))) == 2
    assert "仍是中文" in done.stderr and "项目名称" in done.stderr
    assert "dossier.en.yaml" in done.stderr


def test_english_texts_of_the_dossier_are_printed(run: Run, tmp_path: Path) -> None:
    english = tmp_path / "s" / "dossier.en.yaml"
    english.write_text(
        "project: {title: Wrist ECG}\n"
        "data: {assets: [{id: wrist, name: Wrist ECG}, {id: ecg12, name: Twelve leads}]}\n",
        encoding="utf-8",
    )
    done = run("render", "s", *ANNEX, "--documents-lang", "en", "--out", "out")
    assert done.returncode == 0, done.stderr
    text = printed(tmp_path / "out")
    assert "Wrist ECG" in text and "Twelve leads" in text
    assert "项目名称" not in done.stderr


def test_papers_without_english_stay_chinese_and_are_named(run: Run, tmp_path: Path) -> None:
    done = run("render", "s", "--documents-lang", "en", "--out", "out")
    assert done.returncode == 0, done.stderr
    assert "只有中文的" in done.stderr and "送审文件清单" in done.stderr
    names = [path.name for path in (tmp_path / "out").glob("*.docx")]
    assert any("多模态数据附表" in name and ".en." in name for name in names)
    assert any("送审文件清单" in name for name in names)
    assert not any("多模态数据附表" in name and ".en." not in name for name in names)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("project: {kind: database}\n", "不是文字"),
        ("data: {assets: [{id: nowhere, name: X}]}\n", "没有 nowhere"),
        ("data: {assets: [{id: wrist, modality: imaging}]}\n", "不是文字"),
        ("projct: {title: X}\n", "project"),
    ],
)
def test_what_is_no_english_text_is_refused_with_its_place(
    run: Run, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "s" / "dossier.en.yaml").write_text(text, encoding="utf-8")
    done = run("render", "s", *ANNEX, "--documents-lang", "en", "--out", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert "dossier.en.yaml:1" in done.stderr.replace("\n", "") and said in done.stderr


def test_lint_compares_english_with_chinese(run: Run, pack: Path) -> None:
    # The annex of this pack says less than the Chinese one: lint says so, and nothing else.
    before = run("standard", "lint").stdout.splitlines()
    assert [line for line in before if "中文印了" not in line] == []
    write(pack, "templates/multimodal_annex.en.md", TEMPLATE)
    write(
        pack,
        "checklists/english/words.yaml",
        "[{path: no.where, label: X}, {path: project.title, label: X, values: {a: b}}]\n",
    )
    done = run("standard", "lint")
    assert done.returncode == 1
    for said in (
        "英文印了“decided.review_method”", "没有“data.assets.period_start”的英文",
        "没有“no.where”", "没有“a”这个值",
    ):  # fmt: skip
        assert said in done.stdout
