"""A pack that contradicts itself is refused, every place at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.standard.build import build
from mmethics_cli.errors import PackError
from tests.core.small_pack import small_standard, trees


def problems(**changes: Any) -> list[str]:
    with pytest.raises(PackError) as error:
        small_standard(**changes)
    return [problem.message for problem in error.value.problems]


def rule(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "id": "R1",
        "zh": "某",
        "when": {"study.level": "low"},
        "outcome": "simple",
        "strength": "required",
        "basis": [{"source": "law", "article": "1"}],
    }
    return {**base, **changes}


def table(**changes: Any) -> list[Any]:
    tables: list[Any] = trees()["rules/tables.yaml"]
    return [{**tables[0], **changes}, *tables[1:]]


def test_the_small_pack_is_whole() -> None:
    standard = small_standard()
    assert standard.title == "小标准"
    assert standard.rules["M2"][1].basis[0].verified == "memory"
    assert [one.path for one in standard.questions_of("study")][:2] == [
        "study.title",
        "study.level",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"when": {"study.levl": "low"}}, "不认识的事实“study.levl”"),
        ({"outcome": "perhaps"}, "没有“perhaps”这个结果"),
        ({"outcome": None}, "规则缺少 outcome"),
        ({"basis": []}, "规则没有依据"),
        ({"basis": [{"source": "nolaw"}]}, "不认识的法源“nolaw”"),
        ({"basis": [{"source": "law", "article": "99"}]}, "没有“law 99”"),
        ({"strength": "perhaps"}, "应是其中之一"),
        ({"colour": "red"}, "不认识的键“colour”"),
        ({"noted": "yes", "override": "理由"}, "只有从严建议"),
        ({"noted": "yes", "strength": "advised"}, "写明理由"),
        ({"id": "F1"}, "“F1”重复"),
    ],
)
def test_a_rule_is_refused(change: dict[str, Any], said: str) -> None:
    found = problems(**{"rules/tables.yaml": table(rules=[rule(**change)])})
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"superseded_by": "nolaw"}, "不认识的法源“nolaw”"),
        ({"superseded_by": "law"}, "法源不能由自己代替"),
        ({"applies_when": {"study.levl": "low"}}, "不认识的事实“study.levl”"),
        ({"applies_when": {"study.level": "middle"}}, "没有“middle”这个值"),
        ({"repealed_on": "2026-13-01"}, "“2026-13-01”不是日期"),
        ({"in_force_from": "明年"}, "“明年”不是日期"),
        ({"scope_articles": ["99"]}, "没有“law 99”"),
    ],
)
def test_a_source_is_refused(change: dict[str, Any], said: str) -> None:
    sources = trees()["sources.yaml"]
    messages = problems(**{"sources.yaml": [{**sources[0], **change}, sources[1]]})
    assert any(said in message for message in messages), messages


def test_a_source_is_in_force_from_the_day_it_gives_or_the_first_of_its_dates() -> None:
    sources = [
        {"id": "law", "title_zh": "某法", "effective": "2021-04-15；修正 2024-04-26"},
        {"id": "guide", "title_zh": "某指南", "effective": "2023", "in_force_from": "2023-06-01"},
        {"id": "other", "title_zh": "其他", "effective": "未知"},
    ]
    law, guide, other = small_standard(**{"sources.yaml": sources}).sources.values()
    assert law.in_force_from == date(2021, 4, 15)
    assert guide.in_force_from == date(2023, 6, 1)
    assert (other.in_force_from, other.applies_when) == (None, ALWAYS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"order": ["simple"]}, "order 应恰好列出"),
        ({"otherwise": "never"}, "没有“never”这个结果"),
        ({"kind": "loosest"}, "应是其中之一"),
        ({"rules_of": "nowhere"}, "没有决定表“nowhere”"),
        ({"assume": {"study.age": "3"}}, "不是可设定的事实"),
        ({"assume": {"study.level": "middle"}}, "没有“middle”这个值"),
        ({"counts": "perhaps"}, "应是 yes 或 no"),
    ],
)
def test_a_table_is_refused(change: dict[str, Any], said: str) -> None:
    found = problems(**{"rules/tables.yaml": table(**change)})
    assert any(said in one for one in found), found


def first(name: str, **changes: Any) -> dict[str, Any]:
    entries = trees()[name]
    return {name: [{**entries[0], **changes}, *entries[1:]]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (first("review_items/benefit.yaml", principle="harm"), "不认识的原则“harm”"),
        (first("review_items/benefit.yaml", basis=[]), "没有依据"),
        (first("review_items/benefit.yaml", evidence=[{"path": "study.x"}]), "不认识的路径"),
        (first("review_items/benefit.yaml", evidence=[{"attachment": "x"}]), "不认识的附件类别"),
        (first("review_items/benefit.yaml", evidence=[{}]), "之一"),
        (first("documents.yaml", formats=["pdf"]), "不认识的格式“pdf”"),
        (first("documents.yaml", for_form="broad"), "不认识的同意书种类“broad”"),
        (first("documents.yaml", id="plan"), "“plan”重复"),
        (first("consistency.yaml", path="study.nowhere"), "不认识的路径"),
        (first("consistency.yaml", each="study.level"), "不是列表"),
        (first("consistency.yaml", message=None), "缺少“message”"),
        (first("derived.yaml", collect="data.assets.colour"), "不认识的列表字段"),
        (first("articles.yaml", source="nolaw"), "不认识的法源"),
        (first("articles.yaml", verified="surely"), "应是其中之一"),
        ({"sources.yaml": "law"}, "这里应是列表"),
        (first("documents.yaml", elements=["law.9"]), "不认识的告知要素“law.9”"),
        (first("documents.yaml", elements=[{"element": "e", "when": {"x": "1"}}]), "不认识的事实"),
        ({"elements.yaml": [{"id": "e", "zh": "某", "basis": []}]}, "告知要素没有依据"),
        ({"elements.yaml": [{"id": "e", "basis": [{"source": "law"}]}]}, "缺少“zh”"),
        ({"readability.yaml": {"sentence": "很长"}}, "“sentence”应是正整数"),
        ({"readability.yaml": {"sentense": "50"}}, "不认识的键“sentense”"),
    ],
)
def test_a_part_is_refused(changes: dict[str, Any], said: str) -> None:
    found = problems(**changes)
    assert any(said in one for one in found), found


def test_every_problem_is_reported_with_its_file_and_line() -> None:
    broken = {**trees(), "rules/tables.yaml": table(rules=[rule(outcome="x"), rule(basis=[])])}
    with pytest.raises(PackError) as error:
        build(broken, lambda file, keys: (file, len(keys)))
    places = [(one.file, one.line) for one in error.value.problems]
    assert ("rules/tables.yaml", 4) in places
    assert ("rules/tables.yaml", 3) in places


def event_question(**keys: Any) -> dict[str, Any]:
    """The small pack with questions about the event, one of them with these keys."""
    questions = [
        {"path": "event.kind", "type": "choice", "label": "事项", "values": {"a": "甲", "b": "乙"}},
        {"path": "event.from", "type": "date", "label": "起", **keys},
        {"path": "event.to", "type": "date", "label": "止"},
    ]
    return {"questions/02-event.yaml": {"section": "event", "title": "事", "questions": questions}}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"filled_from": "approval.day"}, "没有“approval.day”这项记录"),
        ({"filled_from": ["decision.date", "approved"]}, "没有“approved”这项记录"),
        ({"filled_from": "decision.number"}, "“decision.number”与这个问题类型不同"),
        ({"filled_from": {"reported": "event.form"}}, "不认识的事实“event.form”"),
        ({"filled_from": {"reported": "event.kind"}}, "“event.kind”与这个问题类型不同"),
        ({"filled_from": {"reported": "event.to", "day_after": "event.to"}}, "写其中一个"),
        ({"filled_from": {"report": "event.to"}}, "不认识的键“report”"),
        ({"path": "study.from", "filled_from": "decision.date"}, "只用于送审事项"),
        ({"cumulative": "yes"}, "cumulative 只用于送审事项（event.）的整数"),
        ({"cumulative": "often"}, "“cumulative”应是 yes 或 no"),
        (
            {
                "type": "choice",
                "values": {"x": "一", "y": "二"},
                "filled_from": {"approved": "event.kind", "as": {"a": "z", "c": "x"}},
            },
            "“event.kind”没有“c”这个值 这个问题没有“z”这个选项 取来的值没有一个是这个问题的选项",
        ),
        (
            {"type": "list", "fields": [{"name": "n", "type": "int", "label": "数"}]}
            | {"filled_from": "decision.comments"},
            "“decision.comments”与这个问题类型不同",
        ),
        (
            {"type": "list", "fields": [{"name": "n", "type": "int", "cumulative": "yes"}]},
            "不认识的键“cumulative”",
        ),
    ],
)
def test_a_source_of_an_answer_is_refused(keys: dict[str, Any], said: str) -> None:
    assert said in " ".join(problems(**event_question(**keys)))


def test_the_place_of_a_refused_source_is_named() -> None:
    sources = ["approval.date", {"reported": "event.form"}]
    with pytest.raises(PackError) as error:
        build(
            {**trees(), **event_question(filled_from=sources)},
            lambda file, keys: ("/".join(map(str, (file, *keys))), 1),
        )
    (problem,) = error.value.problems
    assert problem.file == "questions/02-event.yaml/questions/1/filled_from/1/reported"


def topic(rule: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    whole = {
        "id": "T1",
        "says": "stated",
        "severity": "note",
        "when": {},
        "message": "甲",
        "fix": "乙",
    }
    about: dict[str, Any] = {"id": "t", "zh": "题", "near": ["甲"], "stated": ["甲"]}
    return {"phrases.yaml": [{**about, "rules": [{**whole, **(rule or {})}], **keys}]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (topic(near=[]), "没有写 near"),
        (topic(stated=[]), "没有写说法"),
        (topic(named=["满+岁"]), "要有一个数字（#）或人名（%）"),
        (topic(patterns=["("]), "写错了"),
        (topic(patterns=["(?P<n>x)"]), "(?P<name>名称)"),
        (topic({"each": "study.level"}), "“study.level”不是列表"),
        (topic({"in": ["study.levl"]}), "不认识的路径“study.levl”"),
        (topic({"known": ["study.level"]}), "says: named"),
        (topic({"says": "named"}), "says: named"),
        (topic({"says": "denied"}, stated=[], denied=["不甲"]), None),
        ({"grammar.yaml": {"exempt": ["nowhere"]}}, "不认识的路径“nowhere”"),
    ],
)
def test_a_phrase_rule_is_proved(changes: dict[str, Any], said: str | None) -> None:
    if said is None:
        assert "T1" in small_standard(**changes).phrases
    else:
        assert any(said in problem for problem in problems(**changes))
