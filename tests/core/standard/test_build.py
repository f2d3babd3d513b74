"""A pack that contradicts itself is refused, every place at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.standard.build import build
from mmethics_cli.core.standard.definitions import compares
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
    assert (standard.id, standard.title, standard.edition) == ("small", "小标准", "1")
    assert standard.principles == {"benefit": "有益"}
    assert standard.sections == {"study": "研究"}
    assert standard.articles["guide", "2"].verified == "memory"
    assert standard.rules["M2"][1].basis[0].verified == "memory"
    assert [one.path for one in standard.questions_of("study")][:2] == [
        "study.title",
        "study.level",
    ]


def test_every_file_that_a_pack_must_have_is_missed_by_name() -> None:
    files = trees()
    del files["sources.yaml"], files["derived.yaml"]
    with pytest.raises(PackError) as error:
        build(files, lambda file, keys: (file, None))
    problems = error.value.problems
    assert {problem.file for problem in problems} == {"sources.yaml", "derived.yaml"}
    assert all("缺少" in problem.message for problem in problems)


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


def test_a_condition_may_name_the_documents_the_day_and_a_decision() -> None:
    when = {
        "decided.documents": "plan",
        "decided.method": "urgent",
        "context.today": {"after": {"fact": "study.end"}},
    }
    rules = small_standard(**first("consistency.yaml", when=when)).consistency
    assert {one.path for one in compares(rules["X1"].when)} == set(when)
    for name, no_value in (("documents", "letter"), ("method", "never")):
        found = problems(**first("consistency.yaml", when={f"decided.{name}": no_value}))
        assert any(f"没有“{no_value}”这个值" in one for one in found), found


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
        ({"min": "soon"}, "min 只用于整数和日期"),
        ({"type": "text", "max": "9"}, "max 只用于整数和日期"),
        ({"min": "2030-01-01", "max": "2020-01-01"}, "min 比 max 大"),
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


LAW = [{"source": "law", "article": "1"}]
SHEET = {
    "id": "sheet",
    "title": {"zh": "工作表", "en": "Sheet"},
    "audience": "committee",
    "template": "sheet.md",
}
CRITERION = {
    "id": "W-1",
    "worksheets": ["sheet"],
    "group": "风险",
    "text": "风险合理",
    "facts": ["study.level"],
    "items": ["B-1"],
    "papers": ["plan"],
    "basis": LAW,
}
ELEMENT = {"id": "law.1", "zh": "名称", "basis": LAW}


def with_criteria(*criteria: dict[str, Any]) -> dict[str, Any]:
    return {
        "documents.yaml": [*trees()["documents.yaml"], SHEET],
        "worksheets/all.yaml": list(criteria),
    }


def test_criteria_are_read_with_what_they_point_at() -> None:
    (criterion,) = small_standard(**with_criteria(CRITERION)).criteria.values()
    assert (criterion.id, criterion.facts, criterion.items) == ("W-1", ("study.level",), ("B-1",))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"worksheets": []}, "没有写用在哪张工作表"),
        ({"worksheets": ["form"]}, "没有这份伦理委员会的文件“form”"),
        ({"facts": ["study.x"]}, "不认识的事实“study.x”"),
        ({"items": ["B-9"]}, "没有审查要点“B-9”"),
        ({"papers": ["letter"]}, "不认识的文件“letter”"),
        ({"basis": []}, "没有依据"),
    ],
)
def test_a_criterion_is_refused(change: dict[str, Any], said: str) -> None:
    found = problems(**with_criteria({**CRITERION, **change}))
    assert any(said in one for one in found), found


def twice(name: str) -> dict[str, Any]:
    entries = trees()[name]
    return {name: [*entries, entries[0]]}


def questions(**changes: Any) -> dict[str, Any]:
    return {"questions/01-study.yaml": {**trees()["questions/01-study.yaml"], **changes}}


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        (first("sources.yaml", superseded_by="nolaw"), "sources.yaml/0/superseded_by", "nolaw"),
        (first("sources.yaml", superseded_by="law"), "sources.yaml/0/superseded_by", "自己"),
        (first("sources.yaml", scope_articles=["99"]), "sources.yaml/0/scope_articles", "law 99"),
        (first("articles.yaml", source="nolaw"), "articles.yaml/0", "nolaw"),
        (first("articles.yaml", by="法务"), "articles.yaml/0", "应一起写"),
        (first("articles.yaml", date="2027-01-01"), "articles.yaml/0", "应一起写"),
        (twice("articles.yaml"), "articles.yaml/2", "“law 1”重复"),
        (twice("derived.yaml"), "derived.yaml/4", "“data.kinds”重复"),
        (twice("documents.yaml"), "documents.yaml/3", "“form”重复"),
        (twice("consistency.yaml"), "consistency.yaml/2", "“X1”重复"),
        (twice("review_items/benefit.yaml"), "review_items/benefit.yaml/2", "“B-1”重复"),
        (twice("rules/tables.yaml"), "rules/tables.yaml/5", "“method”重复"),
        ({"elements.yaml": [ELEMENT, ELEMENT]}, "elements.yaml/1", "“law.1”重复"),
        (with_criteria(CRITERION, CRITERION), "worksheets/all.yaml/1", "“W-1”重复"),
        (questions(colour="red"), "questions/01-study.yaml/colour", "不认识的键“colour”"),
        (
            questions(questions=[*trees()["questions/01-study.yaml"]["questions"]] * 2),
            "questions/01-study.yaml/questions/11",
            "“study.title”重复",
        ),
    ],
)
def test_a_problem_stands_at_its_place(changes: dict[str, Any], place: str, said: str) -> None:
    with pytest.raises(PackError) as error:
        build({**trees(), **changes}, lambda file, keys: ("/".join(map(str, (file, *keys))), 1))
    found = [(one.file, one.message) for one in error.value.problems]
    assert any(file == place and said in message for file, message in found), found
    assert len(set(found)) == len(found), "each problem is told once"


def test_who_verified_an_article_and_when_is_kept() -> None:
    standard = small_standard(**first("articles.yaml", by="法务", date="2027-01-01"))
    article = standard.articles["law", "1"]
    assert (article.by, article.on) == ("法务", date(2027, 1, 1))
    other = standard.articles["guide", "2"]
    assert (other.by, other.on) == ("", None)


def test_a_source_may_be_superseded_by_a_known_one() -> None:
    standard = small_standard(**first("sources.yaml", superseded_by="guide"))
    assert standard.sources["law"].superseded_by == "guide"


def test_what_earlier_editions_called_otherwise_is_read() -> None:
    steps = [{"id": "0.9", "paths": {"study.bar": "study.age"}, "items": {"A-1": "B-1"}}]
    (step,) = small_standard(**{"migrations.yaml": steps}).migrations
    assert (step.edition, step.paths, step.items) == (
        "0.9",
        {"study.bar": "study.age"},
        {"A-1": "B-1"},
    )
    assert small_standard().migrations == ()


def test_rules_and_facts_may_stand_in_several_files() -> None:
    table = {**trees()["rules/tables.yaml"][3], "table": "other"}
    table["rules"] = [{**table["rules"][0], "id": "O1", "when": {"study.extra": "yes"}}]
    extra = {"path": "study.extra", "type": "bool", "label": "另"}
    standard = small_standard(
        **{
            "rules/more.yaml": [table],
            "questions/02-more.yaml": {"section": "more", "title": "另一组", "questions": [extra]},
        }
    )
    assert standard.rules["O1"][0].id == "other"
    assert standard.rules["S1"][0].id == "method"
    assert standard.sections == {"study": "研究", "more": "另一组"}
    assert [one.section for one in standard.questions_of("more")] == ["more"]
