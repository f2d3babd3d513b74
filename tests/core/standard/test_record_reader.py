"""A mapping becomes an instance of the model by the types of its fields alone."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.standard.model import Meaning, Rule, Source
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.core.standard.texts import Readability


def node(tree: object) -> Node:
    return Node("x.yaml", (), tree, Trail(sources=frozenset({"law"})))


def messages(node: Node) -> list[str]:
    return [message for _, _, message in node.trail.problems]


def test_each_field_is_read_from_its_key() -> None:
    here = node({"id": "law", "title_zh": "某法", "number": "1"})
    assert RecordReader(Source, title="title_zh")(here) == Source("law", "某法", number="1")
    assert messages(here) == []


def test_types_say_how_and_defaults_what_may_be_left_out() -> None:
    tree: dict[str, Any] = {
        "id": "M1",
        "zh": "某",
        "strength": "advised",
        "basis": [{"source": "law"}],
        "noted": "yes",
    }
    rule = RecordReader(Rule, text="zh")(node(tree), outcome="meeting", conflict=None)
    assert (rule.text, rule.when, rule.strength, rule.noted) == ("某", ALWAYS, "advised", True)
    assert rule.basis[0].source == "law" and rule.override is None
    limits = RecordReader(Readability)(node({"quotes": "2", "latin": ["CT"]}))
    assert limits == Readability(quotes=2, latin=frozenset({"CT"}))


def test_what_does_not_fit_is_noted() -> None:
    here = node({"zh": ["某"], "strength": "perhaps", "colour": "red"})
    RecordReader(Rule, text="zh")(here, outcome="x", conflict=None)
    assert messages(here) == [
        "不认识的键“colour”",
        "缺少“id”",
        "“zh”应是一个值",
        "“strength”应是其中之一：required、advised",
    ]


def test_an_optional_choice_is_one_of_its_options() -> None:
    meaning = RecordReader(Meaning, categories="to")
    assert meaning(node({"on": "added"}), categories=("x",)).on == "added"
    assert meaning(node({}), categories=("x",)).on is None
    here = node({"on": "moved"})
    meaning(here, categories=("x",))
    assert messages(here) == ["“on”应是其中之一：added、removed、changed"]


def test_what_no_type_tells_has_to_be_given() -> None:
    with pytest.raises(TypeError, match="outcome"):
        RecordReader(Rule, text="zh")(node({}), conflict=None)
