"""docs/fields.md and docs/verification.md say what the pack and the mapping of fields say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from docs.generate import Field, coverage, known_paths, pages, printed_by
from mmethics_cli.core.law import weakest
from mmethics_cli.store.pack import load
from tests.test_rules import standard


@cache
def made() -> dict[Path, str]:
    return pages()


@cache
def fields() -> tuple[Field, ...]:
    return tuple(one for part in coverage().values() for one in part)


@pytest.mark.parametrize("path", made(), ids=lambda path: path.name)
def test_a_generated_page_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == made()[path], "run: python -m docs.generate"


def test_each_field_that_forms_ask_for_has_a_place_that_exists() -> None:
    known, papers = known_paths(standard()), standard().documents
    assert len({one.key for one in fields()}) == len(fields())
    assert [one.key for one in fields() if not one.paths and not one.papers] == []
    assert [path for one in fields() for path in one.paths if path not in known] == []
    assert [key for one in fields() for key in one.papers if key not in papers] == []


def test_a_field_of_most_first_applications_is_printed_or_borne_by_a_paper() -> None:
    printed = printed_by(load(), standard())
    often = [one for one in fields() if one.initial >= 3]
    assert len(often) == 25
    for one in often:
        assert one.papers or any(printed.get(path) for path in one.paths), one.key


def test_what_a_loop_or_a_part_prints_is_found() -> None:
    printed = printed_by(load(), standard())
    assert "multimodal_annex" in printed["data.assets.modality"]
    assert "self_check" in printed["project.title"]
    assert "application_form" in printed["team.members.name"]
    assert "consent_adult" not in printed["data.assets.modality"]


def test_each_item_and_source_stands_on_the_page_of_verification() -> None:
    text = next(page for path, page in made().items() if path.name == "verification.md")
    for item in standard().items.values():
        assert f"| {item.id} | {item.text} |" in text
    for name in standard().sources:
        assert f"`{name}`" in text
    doubtful = sum(weakest(one.basis) == "memory" for one in standard().items.values())
    assert f"凭记忆 {doubtful}" in text
