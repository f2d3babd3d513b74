"""What an entry leaves unsaid is what the study says; rules read the set of what entries say."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.language import Scope
from mmethics_cli.core.conditions.values import UNKNOWN, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Standard
from tests.core.small_pack import small_standard, trees
from tests.core.standard.test_build import problems

BASIS = [{"source": "law", "article": "1"}]


def standard() -> Standard:
    """The small pack, whose data may have a risk of their own."""
    changed = trees()
    listed = changed["questions/01-study.yaml"]["questions"]
    assets = next(one for one in listed if one["path"] == "data.assets")
    level = {"name": "level", "type": "choice", "label": "本项风险", "values": "study.level"}
    assets["fields"].append({**level, "inherits": "study.level"})
    changed["derived.yaml"].append(
        {"path": "data.levels", "type": "choices", "label": "风险", "collect": "data.assets.level"}
    )
    when = {"data.levels": "high"}
    strict = {"id": "L1", "zh": "高", "when": when, "outcome": "yes", "strength": "required"}
    changed["rules/tables.yaml"] += [
        {
            "table": "strict",
            "label": "严",
            "kind": "strictest",
            "values": {"no": "否", "yes": "是"},
            "order": ["no", "yes"],
            "otherwise": "no",
            "by_entry": "data.assets",
            "rules": [{**strict, "basis": BASIS}],
        },
        {
            "table": "if_low",
            "label": "若低",
            "kind": "strictest",
            "order": ["no", "yes"],
            "rules_of": "strict",
            "otherwise": "no",
            "assume": {"data.assets.level": "high"},
            "assume_of": {"data.assets": {"kind": "voice"}},
            "part_of": {"decision": "strict", "as": "if_low"},
        },
    ]
    return small_standard(**changed)


STANDARD = standard()


def facts(level: str | None, *assets: dict[str, Any], known: bool = True) -> Facts:
    tree: dict[str, Any] = {"study": {"level": level}} if level else {}
    if known:
        tree["data"] = {"assets": list(assets)}
    return Facts(STANDARD, read_tree(STANDARD, tree).values)


def levels(seen: Facts) -> Value:
    return seen.get("data.levels")


def test_an_own_value_wins_and_what_is_unsaid_follows() -> None:
    seen = facts("low", {"id": "a", "level": "high"}, {"id": "b"})
    assert levels(seen) == Several.of("low", "high")
    assets = seen.get("data.assets")
    assert isinstance(assets, tuple)
    assert [seen.field(Scope("data.assets", one), "level") for one in assets] == ["high", "low"]


@pytest.mark.parametrize("known", [True, False])
def test_without_an_entry_the_study_answers_for_all(known: bool) -> None:
    assert levels(facts("high", known=known)) == Several.of("high")
    unanswered = facts(None, known=known)
    assert levels(unanswered) == Several(possible=frozenset({"low", "high"}))
    assert unanswered.unknown_below("data.levels") == {"study.level"}


def test_what_is_lacking_is_the_answer_of_the_study() -> None:
    seen = facts(None, {"id": "a"}, {"id": "b", "level": "low"})
    assert levels(seen) == Several(frozenset({"low"}), frozenset({"high"}))
    assert seen.decision("strict").open == ("study.level",)
    assets = seen.get("data.assets")
    assert isinstance(assets, tuple)
    assert seen.field(Scope("data.assets", assets[0]), "level") is UNKNOWN


def test_a_reason_names_the_answers_themselves() -> None:
    seen = facts("low", {"id": "a", "level": "high"}, {"id": "b"})
    (rule,) = [one for one in Pathway(seen).rules if one.rule.id == "L1"]
    assert rule.facts == {"data.assets[a].level": "high", "study.level": "low"}


def test_a_decision_is_shown_for_each_entry_alone() -> None:
    seen = facts("low", {"id": "a", "level": "high"}, {"id": "b"})
    alone = seen.decision_by_entry("strict")
    assert {id_: one.value for id_, one in alone.items()} == {"a": True, "b": False}
    assert seen.decision_by_entry("method") == {}


def test_an_assumption_may_be_about_some_entries() -> None:
    voice, image = {"id": "a", "kind": "voice"}, {"id": "b", "kind": "image"}
    assert facts("low", voice, image).decision("if_low").value is True
    # The image is left aside; without an entry the study answers.
    assert facts("low", image).decision("if_low").value is False
    assert facts("low", {**voice, "level": "low"}).decision("strict").value is False


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inherits": "study.age"}, "“study.age”不是同一类型、同样选项的事实"),
        ({"inherits": "study.nowhere"}, "“study.nowhere”不是同一类型"),
        ({"values": "study.nowhere"}, "没有问题“study.nowhere”可取它的选项"),
    ],
)
def test_only_what_could_be_said_is_inherited(change: dict[str, Any], said: str) -> None:
    changed = trees()
    listed = changed["questions/01-study.yaml"]["questions"]
    level = {"path": "study.other", "type": "choice", "label": "另一", "values": "study.level"}
    listed.append({**level, **change})
    found = problems(**{"questions/01-study.yaml": changed["questions/01-study.yaml"]})
    assert any(said in message for message in found)


def test_a_circle_of_inheritance_is_found() -> None:
    changed = trees()
    listed = changed["questions/01-study.yaml"]["questions"]
    level = {"path": "study.other", "type": "choice", "label": "另一", "values": "study.level"}
    listed.append({**level, "inherits": "study.level", "values": "study.level"})
    next(one for one in listed if one["path"] == "study.level")["inherits"] = "study.other"
    found = problems(**{"questions/01-study.yaml": changed["questions/01-study.yaml"]})
    assert any("成了循环" in message for message in found)
