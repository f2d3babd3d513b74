"""The applicant's answers to the review items, as read and as refused."""

from __future__ import annotations

import pytest

from mmethics_cli.core.answers.self_check import SelfCheckAnswer, read_self_check
from tests.core.small_pack import small_standard

STANDARD = small_standard()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("met", "met"),
        ("不符合", "not_met"),
        (" 不适用 ", "not_applicable"),
        ("", None),
    ],
)
def test_an_answer_is_its_key_or_its_chinese_name(written: str, read: str | None) -> None:
    check = read_self_check(STANDARD, {"B-1": {"answer": written}})
    assert check.of("B-1") == SelfCheckAnswer("B-1", read)
    assert check.unknown == check.refused == ()


def test_all_texts_are_kept_without_blanks_around() -> None:
    raw = {"answer": "met", "note": " 见方案 ", "evidence": " plan\n", "page": " 3 "}
    check = read_self_check(STANDARD, {"B-1": raw, "B-2": None})
    assert check.of("B-1") == SelfCheckAnswer("B-1", "met", "见方案", "plan", "3")
    assert check.of("B-2") == SelfCheckAnswer("B-2")
    assert list(check.answers) == ["B-1"]


def test_a_note_without_an_answer_is_kept_and_refuses_nothing() -> None:
    check = read_self_check(STANDARD, {"B-1": {"note": "见方案"}})
    assert check.of("B-1") == SelfCheckAnswer("B-1", None, "见方案")
    assert check.unknown == check.refused == ()


def test_a_note_that_only_keeps_its_place_counts_as_none_and_is_told() -> None:
    groups = [{"id": "later", "words": ["待定"], "fix": "请写出说明"}]
    standard = small_standard(**{"placeholders.yaml": groups})
    check = read_self_check(standard, {"B-1": {"answer": "不符合", "note": "待定"}})
    assert check.of("B-1") == SelfCheckAnswer("B-1", "not_met")
    (trouble,) = check.placeholders
    assert (trouble.path, trouble.keys) == ("self_check.B-1", ("B-1", "note"))
    assert "要点 B-1" in trouble.message and "待定" in trouble.message
    assert trouble.fix == "请写出说明"
    assert check.unknown == check.refused == ()


def test_a_wrong_word_is_refused_with_its_place_and_the_choices() -> None:
    (trouble,) = read_self_check(STANDARD, {"B-1": {"answer": "maybe"}}).refused
    assert (trouble.path, trouble.keys) == ("self_check.B-1", ("B-1", "answer"))
    assert "maybe" in trouble.message
    assert "不符合" in trouble.fix


def test_an_unknown_item_names_one_that_is_near() -> None:
    (near,) = read_self_check(STANDARD, {"B-3": {}}).unknown
    assert near.fix.startswith("是不是“B-")
    (far,) = read_self_check(STANDARD, {"XYZW": {}}).unknown
    assert (far.keys, far.path) == (("XYZW",), "")
    assert "standard list" in far.fix


def test_an_unknown_field_names_the_known_ones() -> None:
    (trouble,) = read_self_check(STANDARD, {"B-1": {"answr": "met"}}).unknown
    assert trouble.keys == ("B-1", "answr")
    assert "answr" in trouble.message
    assert "answer" in trouble.fix
