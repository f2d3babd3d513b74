"""Answers as people write them: what each type takes, what it refuses, and the way back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    Month,
    NotApplicable,
    Several,
    Value,
)
from mmethics_cli.core.conditions.written import UNSURE_WORDS, plain
from mmethics_cli.core.standard.answers import Refused, read_value, write_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.language import ENGLISH
from mmethics_cli.wording.values import value_text
from tests.core.small_pack import small_standard

STANDARD = small_standard()
BOOL = Question("a.b", "bool", "接触")
CHOICE = Question("a.c", "choice", "风险", values={"low": "低", "high": "高（明显）"})
SEVERAL = Question(
    "a.d",
    "choices",
    "问题",
    values={"mind": "精神", "gene": "遗传", "none": "没有"},
    none_value="none",
)
NUMBER = Question("a.e", "int", "年龄", minimum="0", maximum="150")
DAY = Question("a.f", "date", "日期", minimum="2000-01-01")
MONTH = Question("a.m", "date", "数据起始日期", precision="month")
TEXT = Question("a.g", "text", "名称", may_not_apply=True)


@pytest.mark.parametrize(
    ("question", "raw", "value"),
    [
        (BOOL, "yes", True),
        (BOOL, "True", True),
        (BOOL, "是", True),
        (BOOL, "否", False),
        (BOOL, "no", False),
        (BOOL, "ｎｏ", False),
        (BOOL, "unsure", UNKNOWN),
        (BOOL, "不清楚", UNKNOWN),
        (BOOL, None, UNKNOWN),
        (BOOL, "", UNKNOWN),
        (CHOICE, "low", "low"),
        (CHOICE, " 低 ", "low"),
        (CHOICE, "高(明显)", "high"),
        (CHOICE, "不清楚", UNKNOWN),
        (SEVERAL, ["mind", "遗传"], Several.of("mind", "gene")),
        (SEVERAL, "mind, 遗传", Several.of("mind", "gene")),
        (SEVERAL, "精神、遗传", Several.of("mind", "gene")),
        (SEVERAL, "精神，遗传", Several.of("mind", "gene")),
        (SEVERAL, [], Several()),
        (SEVERAL, "none", Several()),
        (SEVERAL, ["没有"], Several()),
        (SEVERAL, "不清楚", UNKNOWN),
        (NUMBER, "18", 18),
        (NUMBER, "１８", 18),
        (NUMBER, "0", 0),
        (NUMBER, "150", 150),
        (DAY, "2027-03-01", date(2027, 3, 1)),
        (DAY, "2000-01-01", date(2000, 1, 1)),
        (TEXT, " 1.10 ", " 1.10 "),
        (TEXT, "  ", UNKNOWN),
        (TEXT, {"not_applicable": "没有"}, NotApplicable("没有")),
    ],
)
def test_reads(question: Question, raw: object, value: Value) -> None:
    assert read_value(question, raw) == value


@pytest.mark.parametrize(
    ("question", "raw", "said"),
    [
        (BOOL, "大概", "应是“是”“否”或“不清楚”"),
        (CHOICE, "middle", "没有“middle”这个选项"),
        (CHOICE, ["low"], "不是列表"),
        (SEVERAL, ["mind", "none"], "不能再选别的"),
        (SEVERAL, [["mind"]], "选项的列表"),
        (NUMBER, "三百", "应是整数"),
        (NUMBER, "1.5", "应是整数"),
        (NUMBER, "-1", "不能小于 0"),
        (NUMBER, "151", "不能大于 150"),
        (DAY, "3/1/2027", "应是日期"),
        (DAY, "2027-02-30", "应是日期"),
        (DAY, "1999-12-31", "不能小于 2000-01-01"),
        (NUMBER, {"not_applicable": "没有"}, "不能答“不适用”"),
        (TEXT, {"not_applicable": " "}, "不适用要写理由"),
        (TEXT, {"reason": "没有"}, "不能是一组键值"),
    ],
)
def test_refuses(question: Question, raw: object, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_value(question, raw)


def test_a_near_choice_is_proposed() -> None:
    with pytest.raises(Refused) as refusal:
        read_value(CHOICE, "hihg")
    assert refusal.value.fix == "是不是“high”？"


def test_one_of_several_may_be_demanded() -> None:
    question = Question("a.h", "choices", "修改", values={"typo": "错字"}, at_least_one=True)
    with pytest.raises(Refused, match="至少要选一项"):
        read_value(question, [])


# 不适用 alone is no answer, and with a reason another one.
@given(st.text().filter(lambda text: "不适用" not in text))
def test_any_text_is_kept_as_it_is(text: str) -> None:
    value = read_value(TEXT, text)
    assert value == (UNKNOWN if plain(text) in {"", *UNSURE_WORDS} else text)


@pytest.mark.parametrize(
    ("typed", "value", "written", "printed"),
    [
        ("2013年1月", Month(2013, 1, 1), "2013-01", "2013年1月"),
        ("2013年1月1日", date(2013, 1, 1), "2013-01-01", "2013年1月1日"),
    ],
)
def test_a_month_alone_stays_one_where_it_will_do(
    typed: str, value: date, written: str, printed: str
) -> None:
    assert read_value(MONTH, typed) == value
    assert write_value(MONTH, value) == written
    assert read_value(MONTH, written) == value
    assert value_text(MONTH, value) == printed
    assert value_text(MONTH, value, ENGLISH).endswith("January 2013")  # type: ignore[union-attr]


VALUES: list[tuple[Question, st.SearchStrategy[Any]]] = [
    (BOOL, st.booleans()),
    (CHOICE, st.sampled_from(["low", "high"])),
    (SEVERAL, st.frozensets(st.sampled_from(["mind", "gene"])).map(Several)),
    (NUMBER, st.integers(0, 150)),
    (DAY, st.dates(date(2000, 1, 1))),
    (TEXT, st.text().filter(plain) | st.builds(NotApplicable, st.text().filter(str.strip))),
]


@pytest.mark.parametrize(("question", "values"), VALUES, ids=[q.type for q, _ in VALUES])
def test_what_is_written_reads_back_the_same(
    question: Question, values: st.SearchStrategy[Any]
) -> None:
    @given(values)
    def round_trip(value: Value) -> None:
        assert read_value(question, write_value(question, value)) == value

    round_trip()


def test_a_list_is_written_with_its_ids_and_only_what_is_known() -> None:
    question = STANDARD.questions["data.assets"]
    assets = (Element("ct", {"name": "胸部 CT", "face": False}), Element("x", {}))
    assert write_value(question, assets) == [
        {"id": "ct", "name": "胸部 CT", "face": "no"},
        {"id": "x"},
    ]


def test_a_tree_is_read_by_path_with_its_places() -> None:
    tree = {
        "study": {"level": "low", "age": "三百"},
        "data": {"assets": [{"id": "ct", "kind": "image"}, {"kind": "voice"}]},
    }
    reading = read_tree(STANDARD, tree)
    assert reading.values == {
        "study.level": "low",
        "data.assets": (Element("ct", {"kind": "image"}), Element("2", {"kind": "voice"})),
    }
    assert reading.keys["data.assets[ct].kind"] == ("data", "assets", 0, "kind")
    assert [one.path for one in reading.refused] == ["study.age"]
    assert reading.unknown == []


@pytest.mark.parametrize(
    ("tree", "keys", "said"),
    [
        ({"study": {"levl": "low"}}, ("study", "levl"), "不认识的字段“study.levl”"),
        ({"stduy": {}}, ("stduy",), "不认识的字段“stduy”"),
        ({"study": "low"}, ("study",), "“study”应是一组"),
        (["study"], (), "文件应是一组"),
        ({"study": {"level": ["low"]}}, ("study", "level"), "不是列表"),
        ({"data": {"assets": {"a": "b"}}}, ("data", "assets"), "应是列表"),
        ({"data": {"assets": ["a"]}}, ("data", "assets", 0), "第 1 项应是一组"),
        (
            {"data": {"assets": [{"colour": "red"}]}},
            ("data", "assets", 0, "colour"),
            "不认识的字段",
        ),
        ({"data": {"assets": [{"id": "a"}, {"id": "a"}]}}, ("data", "assets", 1), "重复"),
        ({"data": {"assets": [{"id": ["a"]}]}}, ("data", "assets", 0, "id"), "id 应是一个值"),
    ],
)
def test_places_that_no_question_has(tree: object, keys: tuple[object, ...], said: str) -> None:
    (trouble,) = read_tree(STANDARD, tree).unknown
    assert trouble.keys == keys
    assert said in trouble.message


def test_a_near_field_is_proposed() -> None:
    (trouble,) = read_tree(STANDARD, {"study": {"levl": "low"}}).unknown
    assert trouble.fix == "是不是“level”？"


def test_an_empty_file_and_empty_groups_say_nothing() -> None:
    for tree in (None, {}, {"study": None}, {"data": {"assets": None}}):
        reading = read_tree(STANDARD, tree)
        assert (reading.values, reading.unknown, reading.refused) == ({}, [], [])
