"""A protocol read in: texts at their questions, values with their places, nothing written."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from mmethics_cli.core.interview.protocol import (
    Line,
    Proposed,
    ProtocolPlace,
    proposals_in,
    read_places,
    sorted_out,
)
from mmethics_cli.formats.passages import passages
from mmethics_cli.store.pack import load
from mmethics_cli.store.yaml.reader import read_file
from tests.program import STUDIES, mmethics
from tests.studies import standard

EXAMPLES = ("retrospective-imaging-ai", "prospective-ecg", "genomics-imaging-partner")


@cache
def places() -> tuple[ProtocolPlace, ...]:
    return read_places(load(also=("protocol",)).trees, standard())


def read(*lines: str) -> dict[str, list[str]]:
    """What is proposed, by path; a line that begins with # is a heading."""
    given = [
        Line(text.lstrip("# "), f"第 {n} 行", text[0] == "#") for n, text in enumerate(lines, 1)
    ]
    found: dict[str, list[str]] = {}
    for one in proposals_in(given, places(), standard()):
        found.setdefault(one.path, []).append(one.value)
    return found


def test_headings_lead_their_paragraphs() -> None:
    assert read(
        "# 一、研究背景与目的", "背景一。", "背景二。", "主要目的：甲。", "社会价值：乙。",
        "# 2 研究对象", "1. 成年人；", "排除标准", "1. 孕妇。", "无编号的话。", "# 附录", "不读。",
    ) == {
        "design.background": ["背景一。\n背景二。"],
        "design.aims": ["主要目的：甲。"],
        "risk.social_value": ["乙。"],
        "design.inclusion": ["1. 成年人；"],
        "design.exclusion": ["1. 孕妇。"],
    }  # fmt: skip


def test_short_values_stand_behind_their_labels() -> None:
    found = read(
        "项目名称：某研究", "研究期限：2027年5月1日至2029年4月30日", "总样本量：300例，分三组"
    )
    assert found == {
        "project.title": ["某研究"],
        "project.start_date": ["2027年5月1日"],
        "project.end_date": ["2029年4月30日"],
        "design.sample_size_total": ["300例"],
    }
    assert read("总样本量：若干") == {}, "nothing is guessed"


def test_of_several_values_all_are_told_and_none_is_proposed() -> None:
    found = [
        Proposed("design.sample_size_total", "300", "第 1 段"),
        Proposed("design.sample_size_total", "320", "第 9 段"),
        Proposed("project.title", "某研究", "第 2 段"),
        Proposed("project.title", "某研究", "第 8 段"),
    ]
    made = sorted_out(found, standard(), str)
    assert dict(made.values) == {"project.title": "某研究"}
    assert made.why["design.sample_size_total"].endswith("300（第 1 段）；320（第 9 段）")


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("example", EXAMPLES)
def test_of_the_long_texts_of_a_protocol_four_fifths_come_to_the_right_question(
    example: str,
) -> None:
    """The texts that dossier and protocol share, paragraph by paragraph."""
    file = STUDIES / example / "attachments/研究方案.docx"
    said = [
        Line(one.text, one.place, one.heading > 0) for one in passages(file.read_bytes(), file.name)
    ]
    found: dict[str, str] = {}
    for one in proposals_in(said, places(), standard()):
        found[one.path] = found.get(one.path, "") + _bare(one.value)
    tree = read_file(STUDIES / example / "dossier.yaml").tree
    whole = _bare("".join(one.text for one in said))
    right = []
    for question in standard().questions.values():
        group, _, name = question.path.partition(".")
        section = tree.get(group) if isinstance(tree, dict) else None
        text = section.get(name) if isinstance(section, dict) else None
        parts = [_bare(part) for part in str(text or "").splitlines() if part.strip()]
        shared = [part for part in parts if part in whole]
        if question.long and shared and len("".join(shared)) > len("".join(parts)) / 2:
            right.append(all(part in found.get(question.path, "") for part in shared))
    assert len(right) >= 15
    assert sum(right) >= 0.8 * len(right)


@pytest.mark.parametrize("ending", ["docx", "txt", "md"])
def test_nothing_is_written_unconfirmed(tmp_path: Path, ending: str) -> None:
    protocol = STUDIES / "prospective-ecg/attachments/研究方案.docx"
    file = tmp_path / f"方案.{ending}"
    if ending == "docx":
        file.write_bytes(protocol.read_bytes())
    else:
        lines = [one.text for one in passages(protocol.read_bytes(), protocol.name)]
        file.write_text("\n".join(lines), encoding="utf-8")
    assert mmethics("new", "empty", "--blank", cwd=tmp_path).returncode == 0
    done = mmethics("new", "read", "--blank", "--from-text", file.name, cwd=tmp_path)
    assert (done.returncode, "确认以后才算回答" in done.stderr) == (0, True)
    for name in ("dossier.yaml", "institution.yaml", "submissions/01-initial/submission.yaml"):
        assert (tmp_path / "read" / name).read_bytes() == (tmp_path / "empty" / name).read_bytes()
    kept = (tmp_path / "read/proposed.yaml").read_text(encoding="utf-8")
    assert f"方案.{ending} 第 " in kept and "腕式心电记录仪" in kept


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("空.txt", b"nothing here", "没有认得出的标题"),
        ("坏.docx", b"PK", "坏.docx"),
        ("图.png", b"\x89PNG", "只读得了"),
        ("无.txt", None, "读不了"),
    ],
)
def test_a_file_that_can_not_be_read_makes_nothing(
    tmp_path: Path, name: str, data: bytes | None, words: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = mmethics("new", "x", "--blank", "--from-text", name, cwd=tmp_path)
    assert done.returncode == 2 and words in done.stderr
    assert not (tmp_path / "x").exists()
