"""The listing of what importing a workbook would change."""

from __future__ import annotations

from msgspec import Struct

from mmethics_cli.report.changes import changes_text


class Change(Struct, frozen=True):
    place: str
    label: str
    old: str
    new: str


def test_each_change_is_listed_with_its_place() -> None:
    changes = [
        Change("问卷!D7", "项目名称", "", "多模态\n研究"),
        Change("问卷!D9", "备注", "甲", ""),
    ]
    assert changes_text(changes).splitlines() == [
        "问卷!D7  项目名称",
        "    （空） → 多模态 研究",
        "问卷!D9  备注",
        "    甲 → （清空）",
    ]


def test_a_long_answer_is_shown_by_its_beginning() -> None:
    text = changes_text([Change("问卷!D7", "研究背景", "长" * 60, "长" * 61)])
    assert "长" * 60 + " → " + "长" * 24 + "……（共 61 字）" in text
