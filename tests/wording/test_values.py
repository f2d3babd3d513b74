"""Answers typed as text: what is shown is read back, and what people type is understood."""

from __future__ import annotations

from datetime import date

import pytest

from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Several, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.language import CELL, CHINESE, ENGLISH, PROMPT
from mmethics_cli.wording.typed import cell_text, read_cell
from mmethics_cli.wording.values import value_text

TEXT = Question("a.text", "text", "文字", may_not_apply=True)
FIXED = Question("a.fixed", "text", "定文")
BOOL = Question("a.bool", "bool", "是非")
DAY = Question("a.day", "date", "日期", may_not_apply=True)
COUNT = Question("a.count", "int", "数")
PARTS = Question(
    "a.parts",
    "choices",
    "部位",
    values={"trunk": "胸部、腹部或盆腔", "loss": "永久残疾、功能丧失", "head": "头颈部"},
)
GIVEN = Question(
    "a.given", "choices", "接收方", values={"none": "不提供", "co": "企业"}, none_value="none"
)
KIND = Question("a.kind", "choice", "类别", values={"x": "甲、乙", "y": "丙"})


@pytest.mark.parametrize(
    ("question", "value"),
    [
        (TEXT, "多行\n文字 "),
        (TEXT, NotApplicable("没有编号")),
        (BOOL, True),
        (BOOL, False),
        (DAY, date(2027, 3, 1)),
        (DAY, NotApplicable("尚未开始")),
        (COUNT, 3000),
        (PARTS, Several.of("trunk")),
        (PARTS, Several.of("trunk", "loss", "head")),
        (PARTS, Several()),
        (GIVEN, Several()),
        (GIVEN, Several.of("co")),
        (KIND, "x"),
    ],
)
def test_what_is_shown_is_read_back(question: Question, value: Value) -> None:
    assert read_cell(question, cell_text(question, value)) == value


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (PARTS, "1、3", Several.of("trunk", "head")),
        (PARTS, "３", Several.of("head")),
        (PARTS, " 头颈部，永久残疾、功能丧失 ", Several.of("head", "loss")),
        (PARTS, "没有", Several()),
        (PARTS, "不清楚", UNKNOWN),
        (TEXT, "不清楚", UNKNOWN),
        (TEXT, "不适用:理由", NotApplicable("理由")),
        (TEXT, "不适用范围见附件", "不适用范围见附件"),
        (COUNT, "３０００ ", 3000),
        (DAY, " 2027-03-01", date(2027, 3, 1)),
        (BOOL, "TRUE", True),
        (COUNT, " ", UNKNOWN),
    ],
)
def test_what_people_type(question: Question, text: str, value: Value) -> None:
    assert read_cell(question, text) == value


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (TEXT, "不适用"),
        (TEXT, "不适用： "),
        (FIXED, "不适用：没有"),
        (FIXED, "不适用"),
        (PARTS, "4"),
        (PARTS, "0、1"),
        (PARTS, "1、头颈部"),
        (COUNT, "15%"),
        (DAY, "3/1/2027"),
        (KIND, "1"),
    ],
)
def test_what_is_refused(question: Question, text: str) -> None:
    with pytest.raises(Refused):
        read_cell(question, text)


def test_a_label_may_hold_the_sign_that_separates_options() -> None:
    assert read_value(PARTS, "头颈部、胸部、腹部或盆腔") == Several.of("head", "trunk")
    with pytest.raises(Refused, match="胸部"):
        read_value(PARTS, "胸部、头颈部")


LIST = Question("a.list", "list", "清单")
THREE = Question("a.three", "choices", "三项", values={"a": "甲", "b": "乙", "c": "丙"})


@pytest.mark.parametrize(
    ("question", "value", "words"),
    [
        (BOOL, True, ("是", "Yes", "是", "是")),
        (DAY, date(2027, 3, 1), ("2027年3月1日", "1 March 2027", "2027-03-01", "2027-03-01")),
        (
            TEXT,
            NotApplicable("没有编号"),
            (
                "不适用（没有编号）",
                "Not applicable (没有编号)",
                "不适用：没有编号",
                "不适用：没有编号",
            ),
        ),
        (TEXT, NotApplicable(), ("不适用", "Not applicable", "不适用", "不适用")),
        (TEXT, "多行\n文字\n", ("多行\n文字", "多行\n文字", "多行\n文字\n", "多行\n文字\n")),
        (THREE, Several.of("a", "c"), ("甲、丙", "甲, 丙", "甲、丙", "甲、丙")),
        (GIVEN, Several.of("co"), ("企业",) * 4),
        (KIND, "x", ("甲、乙",) * 4),
        (PARTS, Several(), ("无", "None", "没有", "没有")),
        (GIVEN, Several(), ("不提供",) * 4),
        (LIST, (Element("ct"), Element("mri")), ("2项", "2 entries", "2 项", "2 条")),
        (LIST, (), ("0项", "0 entries", "没有", "没有")),
        (COUNT, 3000, ("3000",) * 4),
    ],
)
def test_a_value_is_worded_for_where_it_stands(
    question: Question, value: Value, words: tuple[str, ...]
) -> None:
    places = (CHINESE, ENGLISH, PROMPT, CELL)
    assert tuple(value_text(question, value, place) for place in places) == words


@pytest.mark.parametrize("value", [UNKNOWN, Several(possible=frozenset({"trunk"}))])
def test_what_is_not_known_has_no_words(value: Value) -> None:
    assert value_text(PARTS, value) is None
