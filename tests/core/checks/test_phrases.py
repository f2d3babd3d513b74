"""Texts against facts by the shipped rules: where nothing is known nothing is found."""

from __future__ import annotations

from typing import Any

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.checks.phrases import misstatements
from tests.studies import facts_of

CONSENT = {"plain_privacy": "资料不给别的单位，也不出国。"}


def found(answers: dict[str, Any], **notes: str) -> list[Finding]:
    beside = {path: ("说明", text) for path, text in notes.items()}
    return list(misstatements(facts_of(answers), beside, lambda path, value: str(value)))


def test_a_finding_quotes_the_sentence_and_names_the_fact() -> None:
    (abroad, others) = found({"sharing": {"cross_border": "yes"}, "consent": CONSENT})
    assert (abroad.id, others.id) == ("TX01", "TX06")
    assert abroad.path == "consent.plain_privacy"
    assert (abroad.severity, abroad.kind) == ("error", "inconsistent")
    assert "“资料不给别的单位，也不出国”" in abroad.message
    assert "“是否出境（含境外远程访问）”答的是“True”" in abroad.message
    assert abroad.fix and abroad.basis


def test_nothing_is_found_against_an_unknown_fact() -> None:
    assert found({"consent": CONSENT}) == []
    assert found({"sharing": {"cross_border": "unsure"}, "consent": CONSENT}) == []


def test_a_name_is_known_only_when_all_who_could_know_it_have_answered() -> None:
    answers: dict[str, Any] = {
        "contact": {"phone": "010-0000-0299"},
        "consent": {"withdrawal": "请打电话给高示二（010-0000-0202）。"},
    }
    assert found(answers) == []


def test_rules_for_entries_read_that_entry_alone() -> None:
    assets = [
        {"id": "a", "identifiability": "deidentified", "remaining_identifiers": "保留姓名"},
        {"id": "b", "identifiability": "identified", "remaining_identifiers": "保留姓名"},
    ]
    paths = [one.path for one in found({"data": {"assets": assets}}) if one.id == "TX21"]
    assert paths == ["data.assets[a].remaining_identifiers"]


def test_notes_beside_the_answers_are_read_too() -> None:
    (finding,) = found({"sharing": {"cross_border": "yes"}}, **{"self_check.LAW-04": "数据不出境"})
    assert finding.path == "self_check.LAW-04"


def test_a_long_sentence_is_quoted_round_the_words() -> None:
    text = "问卷和心电资料" + "以及其他各种各样的很长的说明" * 5 + "，数据不出国。"
    finding = found({"sharing": {"cross_border": "yes"}, "consent": {"plain_privacy": text}})[0]
    assert "…" in finding.message and "不出国" in finding.message


def test_stray_texts_and_other_studies_are_not_read() -> None:
    answers = {
        "sharing": {"cross_border": "yes"},
        "design": {"background": "国内的同类研究数据不出境。"},
    }
    assert found(answers) == []
