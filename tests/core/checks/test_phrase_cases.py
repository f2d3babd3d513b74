"""The proof of the phrase rules: wordings that no sentence would ever be looked at for."""

from __future__ import annotations

from msgspec.structs import replace

from mmethics_cli.core.checks.phrase_cases import prove_phrases
from tests.studies import standard

FILES = {"phrases.yaml": [{"rules": [{"id": "TX35"}]}]}


def unreachable(*near: str) -> list[str]:
    rule = standard().phrases["TX35"]
    topic = replace(rule.topic, near=near, stated=("电子签名|扫码签", "手机…点|勾选"), denied=())
    only = replace(standard(), phrases={"TX35": replace(rule, topic=topic)})
    return [text for _, _, text in prove_phrases(only, FILES) if "看不到" in text]


def test_each_wording_needs_a_part_whose_words_are_all_near() -> None:
    assert unreachable("电子签", "扫码", "手机") == []
    assert unreachable("电子签", "扫码", "点", "勾选") == []
    assert unreachable("电子签", "手机") == [
        "“电子签名|扫码签”里的“扫码签”不在 near 里，这样的句子看不到"
    ]
