"""A norm that comes into force while the study runs is announced."""

from __future__ import annotations

from datetime import date
from typing import Any

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.consistency import law_to_come
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from tests.core.small_pack import small_standard, trees

TODAY = date(2026, 8, 1)
OLD = {"id": "old", "title_zh": "旧规范", "repealed_on": "2026-09-01", "superseded_by": "new"}
NEW = {
    "id": "new",
    "title_zh": "新规范",
    "in_force_from": "2026-09-01",
    "applies_when": {"study.level": "high"},
}
FAR = {"id": "far", "title_zh": "远规", "in_force_from": "2028-01-01"}


def standard(*to_come: dict[str, Any]) -> Standard:
    section = trees()["questions/01-study.yaml"]
    section["questions"].append({"path": "project.end_date", "type": "date", "label": "结束"})
    sources = [*trees()["sources.yaml"], *to_come]
    return small_standard(**{"sources.yaml": sources, "questions/01-study.yaml": section})


def notes(level: str | None, end: str | None, today: date | None = TODAY) -> list[Finding]:
    whole, tree = standard(OLD, NEW, FAR), dict[str, Any]()
    if level:
        tree["study"] = {"level": level}
    if end:
        tree["project"] = {"end_date": end}
    return list(law_to_come(Facts(whole, read_tree(whole, tree).values, today)))


def test_a_norm_to_come_that_covers_the_study_is_one_note() -> None:
    [note] = notes("high", "2027-12-31")
    assert (note.id, note.severity, note.kind) == ("law_to_come", "note", "law_changed")
    assert "（2027-12-31）以前，有 1 项规定要施行" in note.message
    assert note.message.endswith("《新规范》自 2026-09-01 起，代替《旧规范》")
    assert "修正案" in note.fix
    [both] = notes("high", "2028-01-01")
    assert "有 2 项" in both.message and both.message.endswith("；《远规》自 2028-01-01 起")


def test_norms_to_come_are_told_in_the_order_of_their_days_then_ids() -> None:
    days = {"c": "2026-10-01", "b": "2026-09-01", "a": "2026-10-01"}
    norms = [{"id": id_, "title_zh": id_, "in_force_from": day} for id_, day in days.items()]
    whole = standard(*norms)
    values = read_tree(whole, {"project": {"end_date": "2027-12-31"}}).values
    [note] = law_to_come(Facts(whole, values, TODAY))
    assert [title for title in note.message if title in days] == ["b", "a", "c"]


def test_a_norm_that_may_cover_the_study_is_named_with_its_doubt() -> None:
    [note] = notes(None, "2027-12-31")
    assert "《新规范》自 2026-09-01 起，代替《旧规范》（是否适用尚不能判定）" in note.message


def test_nothing_is_to_come() -> None:
    assert notes("low", "2027-12-31") == []  # it does not cover the study
    assert notes("high", "2026-08-31") == []  # the study ends before
    assert notes("high", "2027-12-31", date(2026, 9, 1)) == []  # it is in force
    assert notes("high", "2027-12-31", None) == []
    assert notes("high", None) == []
    small = small_standard()  # asks for no such day
    assert list(law_to_come(Facts(small, {}, TODAY))) == []
