"""What to have at hand: worked out from the pack's conditions, certain things only."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.prepare import (
    Guide,
    Needs,
    by_kind,
    lacking,
    prove_guide,
    read_guide,
)
from mmethics_cli.store.pack import load
from tests.core.small_pack import small_standard

STANDARD = small_standard()
GROUPS: list[Any] = [
    {"id": "all", "title": "所有", "answers": {"study": {"contact": "no"}}},
    {"id": "high", "title": "高风险", "answers": {"study": {"level": "high"}}},
    {"id": "contact", "title": "接触", "answers": {"study": {"contact": "yes"}}},
]
PARTS: list[Any] = [
    {"id": "papers", "title": "文件", "documents": "others"},
    {"id": "people", "title": "人", "questions": ["study.title", "data.assets"]},
    {"id": "facts", "title": "是否", "questions": ["study.refusal"]},
    {"id": "numbers", "title": "数字", "types": ["int"], "questions": ["study.title"]},
    {"id": "dates", "title": "日期", "types": ["date"]},
]


def trees(groups: object = GROUPS, parts: object = PARTS) -> dict[str, object]:
    return {"prepare/groups.yaml": groups, "prepare/parts.yaml": parts, "rules/x.yaml": []}


def guide() -> Guide:
    found, faults = read_guide(STANDARD, trees())
    assert faults == []
    return found


def asked(needs: Needs) -> list[str]:
    return [place.path for place in needs.questions]


def test_what_every_study_needs_comes_first_and_kinds_add_to_it() -> None:
    every, high, contact = by_kind(guide(), STANDARD)
    assert (every.title, [one.id for one in every.to_bring]) == ("所有", [])
    assert asked(every) == ["study.title", "study.age", "study.start", "study.end", "data.assets"]
    assert ([one.id for one in high.to_bring], asked(high)) == (["plan"], [])
    assert asked(contact) == ["study.refusal"]
    assert [one.id for one in every.rendered] == ["form"]


def test_a_question_stands_under_the_first_heading_that_takes_it() -> None:
    every = next(iter(by_kind(guide(), STANDARD)))
    parts = {
        part.id: [place.path for place in every.questions_of(part, guide().headings)]
        for part in guide().headings
    }
    assert parts["people"] == ["study.title", "data.assets"]
    assert parts["numbers"] == ["study.age"]
    assert parts["dates"] == ["study.start", "study.end"]


def test_fields_are_asked_of_each_entry() -> None:
    part = {"id": "texts", "title": "文字", "questions": [], "types": ["text"]}
    with_texts, faults = read_guide(STANDARD, trees(parts=[part]))
    assert [text for _, _, text in faults] == ["不认识的“text”"]
    assets = {"id": "assets", "title": "数据", "questions": ["data.assets"]}
    named, _ = read_guide(STANDARD, trees(parts=[assets]))
    assert asked(next(iter(by_kind(named, STANDARD)))) == ["data.assets"], (
        "the list stands for them"
    )
    assert with_texts.headings[0].id == "texts"


def test_one_study_lacks_what_it_has_not_brought_or_answered() -> None:
    values: dict[str, Value] = {"study.level": "high", "study.title": "某研究", "study.age": 20}
    needs = lacking(guide(), Facts(STANDARD, values))
    assert [one.id for one in needs.to_bring] == ["plan"]
    assert asked(needs) == ["study.start", "study.end", "data.assets"]
    values["attachments"] = (Element("p", {"kind": "plan"}),)
    assert lacking(guide(), Facts(STANDARD, values)).to_bring == ()


def test_what_is_not_known_yet_names_what_decides_it() -> None:
    needs = lacking(guide(), Facts(STANDARD, {}))
    assert needs.to_bring == ()
    assert [(one.document.id, one.waits_for) for one in needs.undecided] == [("plan", ("风险",))]
    low = lacking(guide(), Facts(STANDARD, {"study.level": "low"}))
    assert low.undecided == ()


@pytest.mark.parametrize(
    ("groups", "parts", "message"),
    [
        ([{**GROUPS[0], "answers": {"study": {"titel": "x"}}}], PARTS, "不认识的字段“study.titel”"),
        ([{**GROUPS[0], "answers": {"study": {"age": "三"}}}], PARTS, "应是整数"),
        ([{**GROUPS[0], "paper": "plan"}], PARTS, "不认识的键“paper”"),
        (GROUPS, [{**PARTS[0], "documents": ["plann"]}], "不认识的“plann”"),
        (GROUPS, [{**PARTS[1], "questions": ["study.no"]}], "不认识的“study.no”"),
        ([*GROUPS, {**GROUPS[0], "title": "空"}], PARTS, "“空”没有带出任何要准备的东西"),
    ],
)
def test_faults_are_named(groups: object, parts: object, message: str) -> None:
    found = [text for _, _, text in prove_guide(STANDARD, trees(groups, parts))]
    assert any(message in text for text in found), found


def test_a_paper_that_no_kind_brings_comes_last() -> None:
    alone, _ = read_guide(STANDARD, trees(GROUPS[:1]))
    _, last = by_kind(alone, STANDARD)
    assert [(one.document.id, one.waits_for) for one in last.undecided] == [("plan", ("风险",))]


def test_the_shipped_guide_brings_every_paper() -> None:
    pack = load(also=("prepare",))
    shipped, faults = read_guide(pack.standard(), pack.trees)
    assert faults == []
    assert [one.title for one in by_kind(shipped, pack.standard()) if one.undecided] == []


def test_a_whole_guide_has_no_fault() -> None:
    assert prove_guide(STANDARD, trees()) == []
    assert prove_guide(STANDARD, {}) == []
