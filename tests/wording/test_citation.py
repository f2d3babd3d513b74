"""How norms are cited for a study: those that cover it, with what is open of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Basis
from mmethics_cli.wording.citation import (
    cite,
    cite_for,
    cite_for_in_english,
)
from tests.core.small_pack import small_standard

STANDARD = small_standard(
    **{
        "sources.yaml": [
            {"id": "law", "title_zh": "某法", "title_en": "Some Law"},
            {"id": "guide", "title_zh": "某指南", "title_en": "Some Guide"},
            {
                "id": "trial",
                "title_zh": "试验规范（2026年修订）",
                "title_en": "Trial Rules",
                "applies_when": {"study.level": "high"},
                "in_force_from": "2026-09-01",
            },
            {
                "id": "habit",
                "title_zh": "医院做法（摘录）",
                "title_en": "Hospital Habit",
                "status": "practice",
            },
        ]
    }
)
LAW, DOUBTFUL = Basis("law", "1", "text"), Basis("guide", "2", "memory")
TRIAL, HABIT = Basis("trial", "12(5)", "text"), Basis("habit", "会议", "text")
LATER, EARLIER = date(2026, 9, 1), date(2026, 8, 1)


def facts(level: str | None, today: date = LATER) -> Facts:
    tree: dict[str, Any] = {"study": {"level": level}} if level else {}
    return Facts(STANDARD, read_tree(STANDARD, tree).values, today)


@pytest.mark.parametrize(
    ("level", "today", "cited"),
    [
        ("high", LATER, "《某法》第1条；《试验规范》（2026年修订）第12条（5）"),
        ("low", LATER, "《某法》第1条"),
        (
            None,
            LATER,
            "《某法》第1条；《试验规范》（2026年修订）第12条（5）（是否适用尚不能判定）",
        ),
        (
            "high",
            EARLIER,
            "《某法》第1条；《试验规范》（2026年修订）第12条（5）（自2026-09-01施行）",
        ),
    ],
)
def test_a_norm_is_cited_where_it_covers_the_study(
    level: str | None, today: date, cited: str
) -> None:
    assert cite_for(facts(level, today), (LAW, TRIAL)) == cited


def test_without_a_norm_it_is_practice() -> None:
    assert cite_for(facts("low"), (TRIAL,)) == "实践做法"
    assert cite_for(facts("low"), (TRIAL, HABIT)) == "医院做法（会议）"
    assert cite_for(facts("low"), ()) == ""
    # What does not apply to the study is not asked of it, be it by law or by practice.
    assert cite_for(facts("low"), (TRIAL,), applies=False) == ""
    assert cite_for(facts("low"), (LAW, TRIAL), applies=False) == "《某法》第1条"


def test_marks_say_what_was_not_read_before_what_is_open() -> None:
    unread = Basis("trial", "9", "memory")
    assert cite_for(facts(None), (unread, DOUBTFUL), marks=True) == (
        "《试验规范》（2026年修订）第9条（待核）（是否适用尚不能判定）；《某指南》第2条（待核）"
    )
    assert cite(STANDARD, (TRIAL,)) == "《试验规范》（2026年修订）第12条（5）"


def test_in_english() -> None:
    assert cite_for_in_english(facts("high"), (LAW, TRIAL)) == (
        "Some Law, Article 1; Trial Rules, Article 12(5)"
    )
    assert cite_for_in_english(facts("low"), (TRIAL,)) == "established practice"
    # A practice has Chinese headings, no numbered articles.
    assert cite_for_in_english(facts("low"), (HABIT,)) == "Hospital Habit"
    assert cite_for_in_english(facts(None, EARLIER), (TRIAL,)) == (
        "Trial Rules, Article 12(5) (in force from 1 September 2026)"
        " (whether it applies is not settled yet)"
    )
