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


def test_a_part_is_not_held_against_a_study_of_two_parts() -> None:
    texts = {
        "involved_directly": "yes",
        "contactable": "no",
        "costs": "电话随访不收费，护士打电话给您。",
    }
    methods = "既往资料申请免除知情同意，不接触参与者。"
    answers: dict[str, Any] = {
        "participants": texts,
        "design": {"methods": methods},
        "consent": {"plan": "written"},
        "data": {"assets": [{"id": "a", "consent_basis": "written"}]},
    }
    assert {one.id for one in found(answers)} == {"TX29", "TX32"}
    answers["data"]["assets"].append({"id": "b", "consent_basis": "waiver_of_consent"})
    assert found(answers) == []
    answers["data"]["assets"].pop(0)
    assert {one.id for one in found(answers)} == {"TX29", "TX30"}


def test_only_ages_of_those_who_are_enrolled_are_held_against_the_range() -> None:
    answers: dict[str, Any] = {"participants": {"age_min": "6", "age_max": "17"}, "design": {}}
    answers["design"]["methods"] = "8至13周岁的签赞同书，孩子满18岁再问一次，50岁以上者另列。"
    assert found(answers) == []
    answers["design"]["methods"] = "招募8至13周岁的孩子。"
    assert {one.id for one in found(answers)} == {"TX98", "TX99"}
