"""What makes a text hard to follow is found, and plain speech is left alone."""

from __future__ import annotations

import pytest

from mmethics_cli.core.checks.plain_speech import Speech, is_rare, quoted, reading_length, speech_of
from mmethics_cli.core.standard.texts import Readability

LIMITS = Readability(
    sentence=20, average=12, quotes=2, latin=frozenset({"CT"}), stiff=("进行", "予以")
)


def test_the_characters_of_daily_use_are_the_first_level_of_the_standard() -> None:
    assert sum(not is_rare(chr(code)) for code in range(0x4E00, 0xA000)) == 3755
    assert is_rare("酐") and is_rare("𠮷") and not is_rare("齐")
    assert not any(is_rare(one) for one in "A1，。 \u3000é")


@pytest.mark.parametrize(
    ("sentence", "characters"),
    [("", 0), ("做CT，3次。", 4), ("电话010-0000-0101", 3), ("到 a@example.org", 2), ("𠮷", 1)],
)
def test_length_counts_characters_and_words(sentence: str, characters: int) -> None:
    assert reading_length(sentence) == characters


def test_plain_speech_has_no_fault() -> None:
    said = speech_of("您来医院两次。每次半小时，做一次CT。\n不抽血！", LIMITS)
    assert said == Speech(average=said.average)
    assert 5 < said.average < 9 and not said.faults(LIMITS)
    assert not speech_of("", LIMITS).faults(LIMITS)


def test_long_sentences_are_named_the_longest_first() -> None:
    text = "短。" + "长" * 21 + "；" + "更" * 30 + "\n" + "恰" * 20
    said = speech_of(text, LIMITS)
    assert said.long == ("更" * 30, "长" * 21)
    assert said.average == (1 + 21 + 30 + 20) / 4
    assert said.faults(LIMITS)


def test_an_average_alone_is_a_fault() -> None:
    said = speech_of("一二三四五六七八九十一二三。", LIMITS)
    assert said.average == 13 and not said.long and said.faults(LIMITS)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("做MRI和CT", ("MRI",)),
        ("做磁共振（MRI），再做MRI", ()),
        ("做MRI（磁共振）", ()),
        ("HbA1c、IL-6和TP53", ("HbA1c", "IL-6", "TP53")),
        ("邮箱a.b@example.org，网址https://example.org/abc", ()),
        ("编号SLGJ2027-001，维生素C", ()),
        ("PET-MR", ("PET-MR",)),
    ],
)
def test_abbreviations_want_an_explanation(text: str, bare: tuple[str, ...]) -> None:
    assert speech_of(text, LIMITS).latin == bare


def test_rare_characters_and_officialese_are_named_once() -> None:
    said = speech_of("予以检查鼾声。对鼾声进行监测。您来做。", LIMITS)
    assert said.rare == ("鼾",)
    assert said.stiff == ("予以检查鼾声", "对鼾声进行监测")


def test_quotes_are_few_and_short() -> None:
    assert quoted(("甲", "乙"), 2) == "“甲”、“乙”"
    assert quoted(("甲" * 30, "乙", "丙"), 2) == f"“{'甲' * 24}…”、“乙”等3处"
