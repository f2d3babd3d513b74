"""Answers that contradict one another, that count for nothing, or that print turned round."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.consistency import (
    broken_paths,
    contradictions,
    stray_answers,
    unseen_characters,
)
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from tests.core.small_pack import small_standard, trees

KINDS = {"initial": "初次审查", "safety": "安全报告", "closing": "结题"}
EVENT = [
    {"path": "event.kind", "type": "choice", "label": "事项", "values": KINDS},
    {
        "path": "event.harm",
        "type": "text",
        "label": "伤害",
        "ask_when": {"event.kind": ["safety", "closing"]},
    },
]
STANDARD = small_standard(
    **{"questions/02-event.yaml": {"section": "event", "title": "事项", "questions": EVENT}}
)


def facts_of(tree: dict[str, Any], standard: Standard = STANDARD) -> Facts:
    return Facts(standard, read_tree(standard, tree).values)


def test_a_contradiction_says_what_to_do_and_on_what_it_rests() -> None:
    basis = [{"source": "law", "article": "1"}]
    rules = [{**rule, "basis": basis} for rule in trees()["consistency.yaml"]]
    standard = small_standard(**{"consistency.yaml": rules})
    dates = {"start": "2027-03-01", "end": "2027-02-01"}
    (finding,) = contradictions(facts_of({"study": dates}, standard))
    assert (finding.message, finding.fix) == ("结束早于开始。", "请核对")
    assert [(one.source, one.article) for one in finding.basis] == [("law", "1")]


def test_a_rule_about_entries_may_be_shown_at_a_fact_of_the_study() -> None:
    rule = replace(STANDARD.consistency["X2"], path="study.level")
    face = {"id": "a", "kind": "image", "face": "yes", "state": "anonymous"}
    assert list(broken_paths(rule, facts_of({"data": {"assets": [face]}}))) == ["study.level"]


def stray(tree: dict[str, Any]) -> Finding:
    (finding,) = stray_answers(facts_of(tree))
    assert (finding.id, finding.severity, finding.kind) == (
        "answer_stray",
        "warning",
        "inconsistent",
    )
    return finding


def test_an_answer_that_does_not_apply_is_named_and_may_be_deleted() -> None:
    finding = stray({"study": {"contact": "no", "refusal": "yes"}})
    assert finding.path == "study.refusal"
    assert "“拒绝”在这里不适用" in finding.message
    assert "删去" in finding.fix


def test_an_answer_about_another_kind_of_event_names_those_kinds_alone() -> None:
    finding = stray({"event": {"kind": "initial", "harm": "皮疹"}})
    assert finding.path == "event.harm"
    assert "“伤害”不属于这种送审" in finding.message
    assert "“安全报告”“结题”" in finding.fix
    assert "初次审查" not in finding.fix


def test_an_answer_is_not_stray_while_it_may_still_apply() -> None:
    assert list(stray_answers(facts_of({"event": {"harm": "皮疹"}}))) == []


TURN = "\u202e"


def test_a_turned_text_is_found_in_answers_and_in_the_fields_of_entries() -> None:
    asset = {"id": "a", "name": f"胸部{TURN} CT", "kind": "image"}
    tree = {"study": {"title": f"甲{TURN}乙", "age": "30"}, "data": {"assets": [asset]}}
    found = list(unseen_characters(facts_of(tree), {}))
    assert [one.path for one in found] == ["study.title", "data.assets[a].name"]
    assert ["“名称”" in one.message for one in found] == [True, False]
    assert "的名称”" in found[1].message, "a field is named with its list"
    for one in found:
        assert (one.id, one.severity, one.kind) == ("text_turned", "warning", "invalid")
        assert "方向控制符 U+202E" in one.message
        assert "删去" in one.fix


def test_a_character_of_no_width_is_found_in_answers_and_notes_but_not_where_it_works() -> None:
    tree = {
        "study": {"title": "甲\u200b乙", "harm": "👩\u200d⚕️ می\u200cخواهم"},
        "data": {"assets": [{"id": "a", "name": "何\u200d示一"}]},
    }
    notes = {"self_check.A-01": ("A-01 的自查说明", "见方案\ufeff")}
    found = list(unseen_characters(facts_of(tree), notes))
    assert [(one.id, one.path) for one in found] == [
        ("text_unseen", "study.title"),
        ("text_unseen", "data.assets[a].name"),
        ("text_unseen", "self_check.A-01"),
    ]
    assert "零宽空格 U+200B" in found[0].message
    assert "A-01 的自查说明" in found[2].message
