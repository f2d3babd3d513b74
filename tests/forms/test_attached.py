"""Attached papers that contradict the dossier, and hints that a template left in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.program import COMPLETE, mmethics


@pytest.fixture
def study(tmp_path: Path) -> Path:
    done = mmethics("new", "study", "--example", "prospective-ecg", cwd=tmp_path)
    assert done.returncode == 0
    return tmp_path / "study"


def found(study: Path) -> list[tuple[str, str]]:
    """Id and message of what is found in attached texts."""
    done = mmethics("check", study, "--today", "2027-03-01", "--format", "json", cwd=study.parent)
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return [(one["id"], one["message"]) for one in findings if one["id"].startswith("attached_")]


def protocol(study: Path, lines: Sequence[str], rows: Sequence[tuple[str, str]] = ()) -> None:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if rows:
        table = document.add_table(0, 2)
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    document.save(str(study / "attachments" / "研究方案.docx"))


@pytest.mark.parametrize("example", COMPLETE)
def test_the_examples_agree_with_their_papers(tmp_path: Path, example: str) -> None:
    assert mmethics("new", "study", "--example", example, cwd=tmp_path).returncode == 0
    assert found(tmp_path / "study") == []


def test_a_contradiction_names_file_place_and_both_values(study: Path) -> None:
    lines = [
        "项目名称：另一项研究",
        "方案版本号：V1.1",
        "版本日期：2027年2月21日",
        "样本量：120例",
        "研究期限：2027年5月至2027年12月",
        "主要研究者：林示一，神经外科",
    ]
    protocol(study, ["研究方案", *lines])
    messages = [message for id_, message in found(study) if id_ == "attached_differs"]
    assert len(messages) == len(lines)
    for number, line in enumerate(lines, 2):
        value = line.partition("：")[2]
        (message,) = (one for one in messages if f"（第 {number} 段）" in one)
        assert message.startswith("附件“研究方案”") and f"是“{value}”，卷宗写的是“" in message


def test_a_value_in_the_cell_beside_its_label_counts(study: Path) -> None:
    protocol(study, ["研究方案"], [("项目名称", "另一项研究"), ("版本号", "V1.0")])
    assert [id_ for id_, _ in found(study)] == ["attached_differs"]


def test_the_same_in_other_words_is_no_contradiction(study: Path) -> None:
    protocol(
        study,
        [
            "研究方案",
            "版本号：1.0",
            "版本日期：2027.2.20",
            "样本量：114人，其中房颤约45人",
            "研究期限：自2027年4月15日起至2027年12月31日止",
            "主要研究者：何示一 主任医师",
            "项目名称：腕式心电记录仪识别心房颤动的准确性：与同步 12 导联心电图比较的前瞻性研究",
            "国内一项研究的样本量为500例，另一项564例。",
            "本中心主要研究者：____________",
        ],
    )
    assert found(study) == []


def test_what_nobody_answered_contradicts_nothing(study: Path) -> None:
    protocol(study, ["研究方案", "样本量：120例"])
    answers = study / "dossier.yaml"
    lines = answers.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("  sample_size_total:")]
    assert len(kept) == len(lines) - 1
    answers.write_text("".join(kept), encoding="utf-8")
    assert found(study) == []


def test_several_values_say_nothing(study: Path) -> None:
    protocol(study, ["研究方案", "样本量：500例", "样本量：564例"])
    assert found(study) == []


def test_hints_of_a_template_are_named_with_their_places(study: Path) -> None:
    hints = ["联系电话：XXXX", "研究时间（上传时请删除括号里的字）", "【待填】研究背景"]
    protocol(study, ["研究方案", *hints])
    ((id_, message),) = found(study)
    assert id_ == "attached_hints"
    assert all(f"（第 {number} 段）" in message for number in (2, 3, 4))
