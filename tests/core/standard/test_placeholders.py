"""Words in place of an answer: those of the shipped pack, and what a pack may say of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.values import Element, Placeholder
from mmethics_cli.core.standard.answers import Refused, read_value, write_value
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.core.standard.placeholders import (
    group_of,
    not_an_answer,
    placeholder_group,
    read_placeholders,
)
from mmethics_cli.store.pack import load

TEXT = Question("a.text", "text", "样本量依据")
MAY = Question("a.may", "text", "方案编号", may_not_apply=True)
NONE_TOO = Question("a.none", "text", "费用", none_is_an_answer=True)
DAY = Question("a.day", "date", "开始日期")
CHOICE = Question("a.choice", "choice", "路径", values={"none": "无", "iit": "研究者发起"})
LEVEL = Question("a.level", "choice", "风险", values={"low": "低"})

# Each stands for a whole answer.
PLACES: Final = [
    "待定",
    "待定。",
    "（待定）",
    "【待定】",
    "“待定”",
    "待 定",
    "待补充",
    "待法务出具",
    "待伦理委员会确认",
    "有待核实",
    "见方案",
    "详见方案",
    "详见研究方案",
    "见附件。",
    "参见知情同意书",
    "同上",
    "同上。",
    "略",
    "暂无",
    "/",
    "／",
    "-",
    "—",
    "——",
    "……",
    "。",
    "？",
    "？？？",
    "***",
    "___",
    "XXX",
    "ＸＸＸ",
    "xx",
    "×××",
    "TBD",
    "tbd.",
    "N/A",
    "n/a",
    "N.A.",
    "null",
    "#N/A",
    "#REF!",
    "【待填】",
    "【待填：单位】",
    "由【待填：单位】负责保管",
    "{{ x }}",
    "{% if %}",
    "${x}",
    "{单位}",
    "<请填写>",
    "［请填写单位］",
    "（请填写）",
    "单击或点击此处输入文字。",
    "    年   月   日",
    "yyyy-mm-dd",
    "张某",
    "李某某",
    "王XX",
    "李**",
    "XX医院",
    "某医院",
    "某某大学附属医院",
    "138XXXXXXXX",
    "010-xxxxxxxx",
    "2027-XXX",
    "xxx@xxx.com",
    "000",
    "aaaa",
    "哈哈哈",
    "无",
    "没有",
    "没有。",
    "否",
    "未定",
    "不详",
    "测试",
    "张三",
    "TODO",
]
PROSE: Final = [
    "方案待定的部分在附件二里说明",
    "等待参与者确认后再开始采集",
    "待伦理审查",
    "申请中",
    "待批",
    "见方案第5.2节",
    "详见方案第3章的表2，本处摘要如下",
    "无补偿，理由是不增加负担",
    "没有直接好处",
    "无风险的说法不准确",
    "不提供",
    "否认高血压",
    "空腹血糖",
    "同方案编号",
    "略大于最小风险",
    "III",
    "II",
    "V1.0",
    "1.0",
    "A",
    "4",
    "X线",
    "X线片",
    "CT",
    "DNA",
    "AAV",
    "C++",
    "3.0T",
    "46,XX",
    "NA+浓度",
    "010-0000-1234",
    "he@example.org",
    "许示五",
    "丁丁",
    "胸部CT",
    "测试集与训练集",
    "王测试",
    "示例市第一医院",
    "见附表第3行",
    "不用于其他研究",
    "不对外提供",
    "xx综合征患者",
    "无抗凝药物史",
    "示例大学",
    "每人（约 3 年）",
    "{a, b} 两组比较",
    "SL-WECG-2027-01",
    "√2 倍",
]


@pytest.fixture(scope="module")
def standard() -> Standard:
    return load().standard()


@pytest.mark.parametrize("text", PLACES)
def test_what_only_keeps_the_place(standard: Standard, text: str) -> None:
    assert group_of(standard.placeholders, text) is not None


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_left_alone(standard: Standard, text: str) -> None:
    assert group_of(standard.placeholders, text) is None, group_of(standard.placeholders, text)


def test_no_example_of_a_question_is_one(standard: Standard) -> None:
    for question in (*standard.questions.values(), *standard.fields.values()):
        if question.type == "text":
            group = placeholder_group(standard.placeholders, question, question.example)
            assert group is None or group.id == "dummy"  # 某省 stands for a real one


def test_it_is_kept_and_no_answer(standard: Standard) -> None:
    value = read_value(TEXT, "待定", standard.placeholders)
    assert value == Placeholder("待定")
    assert write_value(TEXT, value) == "待定"
    assert read_value(DAY, "待定", standard.placeholders) == Placeholder("待定")
    assert read_value(LEVEL, "/", standard.placeholders) == Placeholder("/")
    reason = read_value(MAY, {"not_applicable": "待定"}, standard.placeholders)
    assert reason == Placeholder("不适用：待定")
    assert read_value(TEXT, "待定") == "待定"  # without a pack nothing is one


def test_none_is_an_answer_where_the_question_says_so(standard: Standard) -> None:
    assert read_value(NONE_TOO, "无", standard.placeholders) == "无"
    assert read_value(TEXT, "无", standard.placeholders) == Placeholder("无")
    assert read_value(CHOICE, "无", standard.placeholders) == "none"
    with pytest.raises(Refused, match="没有“无”这个选项"):
        read_value(LEVEL, "无", standard.placeholders)


def test_what_to_write_instead(standard: Standard) -> None:
    message, fix = not_an_answer(standard.placeholders, "方案编号", "N/A", may_not_apply=True)
    assert message == "“方案编号”写的是“N/A”，不算回答"
    assert "不适用：理由" in fix


def test_fields_of_entries_are_read_so_too(standard: Standard) -> None:
    tree = {
        "data": {
            "assets": [{"id": "a1", "name": "胸部CT", "storage": "见方案", "subjects": "待定"}]
        }
    }
    reading = read_tree(standard, tree)
    assert reading.values["data.assets"] == (Element("a1", {"name": "胸部CT"}),)
    assert [trouble.path for trouble in reading.placeholders] == [
        "data.assets[a1].storage",
        "data.assets[a1].subjects",
    ]
    fields = {"storage": Placeholder("见方案"), "subjects": Placeholder("待定")}
    assert reading.written["data.assets"] == (Element("a1", {"name": "胸部CT", **fields}),)
    assert reading.refused == []


def _rows(*entries: dict[str, Any]) -> tuple[list[str], list[Node]]:
    trail = Trail()
    nodes = [Node("placeholders.yaml", (at,), entry, trail) for at, entry in enumerate(entries)]
    read_placeholders(nodes)
    return [message for _, _, message in trail.problems], nodes


def test_a_pack_can_not_get_them_wrong() -> None:
    def problems(*entries: dict[str, Any]) -> str:
        return " ".join(_rows(*entries)[0])

    good = {"id": "a", "fix": "写", "words": ["待定"]}
    assert problems(good) == ""
    assert "重复" in problems(good, {**good, "words": ["别的"]})
    assert "“待定”重复" in problems(good, {**good, "id": "b"})
    assert "没有写词" in problems({"id": "a", "fix": "写"})
    assert "写错了" in problems({"id": "a", "fix": "写", "patterns": ["("]})
    assert "空的回答" in problems({"id": "a", "fix": "写", "patterns": ["x*"]})
    assert "不认识的键" in problems({**good, "wrods": ["x"]})
    assert "应是其中之一" in problems({**good, "kind": "sometimes"})


def test_the_texts_of_the_shipped_examples_are_answers(standard: Standard) -> None:
    from mmethics_cli.store.examples import examples
    from mmethics_cli.store.yaml.reader import read_file

    def texts(tree: object) -> Iterator[str]:
        if isinstance(tree, str):
            yield tree
        elif isinstance(tree, list | dict):
            for below in tree.values() if isinstance(tree, dict) else tree:
                yield from texts(below)

    for folder in examples(None).values():
        for file in (folder / "dossier.yaml", folder / "institution.yaml"):
            reading = read_tree(standard, read_file(file).tree, {"pack", "file_names"})
            assert [trouble.message for trouble in reading.placeholders] == []
            assert any(texts(read_file(file).tree))
