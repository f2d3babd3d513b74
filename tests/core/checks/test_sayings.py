"""What a sentence says of a topic: denied, stated, or left open."""

from __future__ import annotations

import pytest

from mmethics_cli.core.checks.sayings import hits, institutions, likely, polarities
from mmethics_cli.core.conditions.written import numeral_at
from mmethics_cli.core.standard.texts import Grammar, Topic

GRAMMAR = Grammar(
    negations=("不", "没有", "禁止"),
    behind=("：无", "禁用"),
    inert=("不同", "不得不"),
    breakers=("同意", "可以"),
    hedges=("如果", "未经"),
    after=("除外", "的情况下"),
    limits=("以前", "分析人员"),
    classes=("的", "检查者"),
    claims=("是",),
    surnames="王高",
    after_names=("负责",),
    stops="在给的",
)
ABROAD = Topic(
    "abroad",
    "出境",
    near=("境",),
    stated=("传…境外", "出境"),
    denied=("留在国内",),
    about=("数据",),
    unless=("样本",),
    other=("出差",),
)


def said(sentence: str) -> set[bool]:
    return {denied for denied, _ in polarities(sentence, ABROAD, GRAMMAR, (True, False))}


@pytest.mark.parametrize(
    ("sentence", "denied"),
    [
        ("数据出境", {False}),
        ("数据不出境", {True}),
        ("数据留在国内", {True}),
        ("禁止复制、下载和出境", {True}),
        ("数据不下载、不出境", {True}),
        ("数据出境：无", {True}),
        ("下载、出境一律禁用", {True}),
        ("不同中心的数据出境", {False}),
        ("不得不传到境外", {False}),
        ("不同意的人，数据传到境外", {False}),
        ("不下载，可以传到境外", {False}),
        ("并不是没有出境", set()),
        ("如果数据出境，另行送审", set()),
        ("未经同意，数据不出境", set()),
        ("样本不出境", set()),
        ("样本不出境，数据也不出境", {True}),
        ("传下去，境外的人", set()),
        ("数据传到没有备案的境外", {False}),
        ("数据一律不出境，列明的接收方除外", set()),
        ("数据在不出境的情况下分析", set()),
        ("数据“出境”与“跨境”的意思", set()),
        ("批准以前数据不出境", set()),
        ("批准以前数据就出境", {False}),
        ("分析人员不出境", set()),
        ("不愿意的，数据不出境", set()),
        ("不愿意的，数据出境", {False}),
        ("数据出境的，另行送审", set()),
        ("数据不出境的检查者，另行送审", set()),
        ("数据是不出境的", {True}),
        ("出差人员的数据不出境", set()),
    ],
)
def test_polarity(sentence: str, denied: set[bool]) -> None:
    assert said(sentence) == denied


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("30年", 30),
        ("三十五", 35),
        ("两百人", 200),
        ("十次", 10),
        ("0.05", None),
        ("几百", None),
    ],
)
def test_numerals(text: str, number: int | None) -> None:
    found = [numeral_at(text, at)[0] for at in range(len(text))]
    assert next((one for one in found if one is not None), None) == number


def test_numbers_and_names_in_wordings() -> None:
    (age,) = hits("年满 18 周岁，男女不限", "年满+#+周岁|岁", GRAMMAR)
    assert age.name == 18
    (first,) = hits("18至75岁", "#+至+*+岁", GRAMMAR)
    assert first.name == 18
    assert not list(hits("年满足够的18周岁", "年满+#+周岁", GRAMMAR))
    (person,) = hits("打电话给王小明（010）", "打电话给+%", GRAMMAR)
    assert person.name == "王小明"
    (beside,) = hits("何示一、高示二负责", "{known}+、+%", GRAMMAR, ["何示一"])
    assert beside.name == "高示二"
    assert not list(hits("打电话给王小明天来的人", "打电话给+%", GRAMMAR))


def test_wordings_that_may_stand_in_a_sentence_are_not_passed_over() -> None:
    wordings = ("传|寄…境外", "打电话…", "年满+#+岁", "{known}+、+%", "出境", "境")
    assert likely(wordings, "寄到境外、年满十岁") == [
        "传|寄…境外",
        "年满+#+岁",
        "{known}+、+%",
        "境",
    ]
    assert likely(wordings, "打电话、") == ["打电话…", "{known}+、+%"]
    assert list(hits("打电话", "打电话…", GRAMMAR))


def test_institutions_begin_behind_a_small_word() -> None:
    topic = Topic("institutions", "单位", near=("医院",), ends=("人民医院",))
    (found,) = institutions("资料放在滨海市人民医院", topic, GRAMMAR)
    assert found.name == "滨海市人民医院"
    assert not list(institutions("放在人民医院", topic, GRAMMAR))
