"""The editions of a pack: which one a text names, and which came after it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.pack_editions import edition_named, editions_after, editions_since
from mmethics_cli.errors import PackError
from tests.core.small_pack import small_standard


def entry(id_: str, day: str, **change: Any) -> dict[str, Any]:
    basis = [{"source": "law", "article": "1"}]
    changes = [{"zh": "改了。", "fix": "照改。", "basis": basis, **change}] if change else []
    return {"id": id_, "date": day, "changes": changes}


ENTRIES = [
    entry("包 1", "2026-01-01"),
    entry("包 3", "2026-03-01", items=["B-1"]),
    entry("包 4", "2026-04-01", items=["B-2"]),
    entry("包 2", "2026-02-01", rules=["S1"]),  # as an institution's own come last
]


def standard() -> Standard:
    return small_standard(**{"editions.yaml": ENTRIES})


@pytest.mark.parametrize(
    ("text", "name"),
    [("包 2", "包 2"), ("某标准 · 包 2", "包 2"), ("别包 2", None), ("包 22", None), ("", None)],
)
def test_a_text_names_an_edition_by_its_end(text: str, name: str | None) -> None:
    edition = edition_named(standard(), text)
    assert (edition and edition.id) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("某标准 · 包 1", ["包 2", "包 3", "包 4"]),
        ("包 2", ["包 3", "包 4"]),
        ("包 4", []),
        ("包 0", []),
        ("", []),
    ],
)
def test_what_came_after_an_edition_is_later(text: str, names: list[str]) -> None:
    assert [edition.id for edition in editions_after(standard(), text)] == names


def test_nothing_came_after_in_a_pack_without_editions() -> None:
    assert editions_after(small_standard(), "1") == ()


def test_since_a_day_is_that_day_too_and_only_what_changed() -> None:
    def since(*day: int) -> list[str]:
        return [edition.id for edition in editions_since(standard(), date(*day))]

    assert since(2025, 1, 1) == ["包 2", "包 3", "包 4"]
    assert since(2026, 2, 1) == ["包 2", "包 3", "包 4"]
    assert since(2026, 2, 2) == ["包 3", "包 4"]
    assert since(2027, 1, 1) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"date": "去年"}, "“去年”不是日期"),
        ({"day": "2026-01-01"}, "不认识的键“day”"),
        ({"changes": [{"zh": "改。", "fix": "改。", "basis": [{"source": "x"}]}]}, "法源“x”"),
        ({"changes": [{"zh": "改。", "basis": []}]}, "缺少“fix”"),
        ({"changes": [{"zh": "改。", "fix": "改。", "basis": [], "checks": []}]}, "“checks”"),
    ],
)
def test_what_is_written_wrong_is_refused(wrong: dict[str, Any], said: str) -> None:
    entries = [{**ENTRIES[0], **wrong}]
    with pytest.raises(PackError) as refused:
        small_standard(**{"editions.yaml": entries})
    assert said in "".join(str(problem) for problem in refused.value.problems)
