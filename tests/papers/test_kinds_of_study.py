"""Papers and findings follow what a study is: who receives its data, who takes part in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from mmethics_cli.core.checks.completeness import missing_answers
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.decisions.pathway import Pathway
from tests.papers.shipped import answers, changed, paper
from tests.studies import Tree, facts_of

ECG, GENOMICS, ICH = "prospective-ecg", "genomics-imaging-partner", "retrospective-imaging-ai"
PUBLIC_ONLY: Final = {
    "sharing.recipients": ["public_release"],
    "sharing.identifiable_to_others": "no",
}
REVIEWED: Final = "每次使用前都要经过伦理委员会"


def found(tree: Tree) -> set[str]:
    return {finding.id for finding in contradictions(facts_of(tree))}


def decided(tree: Tree, table: str) -> set[str]:
    value = Pathway(facts_of(tree)).decisions[table].value
    assert isinstance(value, tuple)
    return set(value)


def missing(tree: Tree) -> set[str]:
    return {finding.path for finding in missing_answers(Pathway(facts_of(tree)))}


# Recipients.


def test_the_public_is_no_recipient_to_be_named() -> None:
    tree = changed(answers(ECG), PUBLIC_ONLY)
    assert missing(tree) == set()
    for document in ("consent_adult", "consent_separate", "pia_report", "multimodal_annex"):
        assert paper(tree, document).gaps == ()


def test_what_is_public_is_not_promised_to_be_reviewed() -> None:
    kept = changed(answers(ECG), {"data.future_use": "留给以后的研究。"})
    assert REVIEWED in paper(kept, "consent_adult").plain
    assert REVIEWED not in paper(changed(kept, PUBLIC_ONLY), "consent_adult").plain


def test_a_public_entry_in_the_list_has_nobody_to_reach() -> None:
    entry = {
        "id": "p",
        "name": "某开放数据库",
        "relation": "public",
        "abroad": "no",
        "data": "汇总表",
        "method": "上传",
    }
    partner: Mapping[str, Any] = {
        **answers(GENOMICS)["sharing"]["recipient_list"][1],
        "abroad": "no",
    }
    tree = changed(
        answers(ECG),
        {
            "sharing.recipients": ["public_release", "domestic_partner"],
            "sharing.identifiable_to_others": "no",
            "sharing.recipient_list": [entry, partner],
        },
    )
    assert missing(tree) == set()
    told = paper(tree, "consent_adult").plain
    assert "境外示例大学" in told
    assert "某开放数据库" not in told


@pytest.mark.parametrize("kind", ["company", "repository_controlled"])
def test_a_company_or_repository_abroad_is_in_the_list(kind: str) -> None:
    relation = "repository" if kind == "repository_controlled" else "provided"
    abroad = {"id": "r", "name": "境外示例", "relation": relation, "abroad": "yes"}
    sharing = {"recipients": [kind], "cross_border": "yes", "recipient_list": [abroad]}
    assert not {"C74", "C130", "C131", "C132"} & found({"sharing": sharing})


# The impact assessment.

ASSESSMENT: Final = ("pia.likelihood", "pia.impact", "pia.residual", "pia.method", "pia.people")


@pytest.mark.parametrize("example", [ECG, GENOMICS, ICH])
def test_an_assessment_is_whole_before_it_is_sealed(example: str) -> None:
    text = paper(answers(example), "pia_report").plain
    assert "____" not in text.partition("## 七、")[2].partition("本人确认")[0]
    unassessed = changed(answers(example), {"pia": None})
    assert set(ASSESSMENT) <= missing(unassessed)
    assert set(ASSESSMENT) <= {gap.path for gap in paper(unassessed, "pia_report").gaps}


def test_a_residual_risk_wants_measures() -> None:
    tree = changed(answers(ECG), {"pia.residual": "medium"})
    assert missing(tree) == {"pia.further_measures"}


def test_a_report_on_a_running_study_asks_for_no_assessment() -> None:
    later = changed(answers(ECG), {"pia": None, "event": {"kind": "deviation"}})
    assert not set(ASSESSMENT) & missing(later)


# Samples.

SAMPLES: Final = {
    "samples.use": "prospective",
    "samples.kinds": ["blood"],
    "samples.description": "每人2毫升。",
    "samples.germline_or_embryo": "no",
    "samples.product_development": "no",
    "design.invasive": "yes",
    "participants.age_min": "5",
}


@pytest.mark.parametrize("document", ["consent_adult", "consent_genomic", "assent_under_8"])
def test_papers_name_the_samples_that_are_taken_and_no_others(document: str) -> None:
    tree = changed(answers(ECG), SAMPLES)
    told = paper(tree, document).plain
    assert "血" in told
    for other in ("组织、", "唾液", "口水", "穿刺"):
        assert other not in told
    spit = paper(changed(tree, {"samples.kinds": ["saliva"]}), document).plain
    assert "唾液" in spit or "口水" in spit


def test_another_sample_is_named() -> None:
    tree = changed(answers(ECG), {**SAMPLES, "samples.kinds": ["blood", "other"]})
    assert "samples.other_kind" in missing(tree)
    named = changed(tree, {"samples.other_kind": "骨髓"})
    assert "其他样本（骨髓）" in paper(named, "consent_adult").plain


# Sites.


def test_a_site_is_told_with_the_state_of_its_review_and_the_day() -> None:
    for document in ("application_form", "institution_and_funding", "hgr_statement"):
        text = paper(answers(GENOMICS), document).plain
        assert "已批准（2027年2月24日）" in text
        assert "境外单位。分担算法设计" in text


def test_a_site_as_it_was_told_before_is_asked_of_anew_and_still_printed() -> None:
    before = {
        "id": "s1",
        "name": "示例县人民医院",
        "role": "提供病历",
        "leader": "赵强",
        "committee_decision": "伦审2026-118",
    }
    tree = changed(answers(ICH), {"sites.list": [before]})
    assert missing(tree) == {"sites.list[s1].abroad", "sites.list[s1].committee_state"}
    assert "伦审2026-118" in paper(tree, "application_form").plain
    assert missing(changed(tree, {"event": {"kind": "progress"}})) & missing(tree) == set()


# Services outside the institution.

OUTSIDE: Final = {"ai.generative_external_service": "yes", "data.environments": ["online_tool"]}


def test_an_outside_model_is_a_recipient_bound_by_an_agreement() -> None:
    tree = changed(answers(ECG), OUTSIDE)
    assert "C151" in found(tree)
    assert "bind_outside_service" in decided(tree, "duties")
    bound = changed(
        tree,
        {
            "sharing.recipients": ["entrusted_processor"],
            "sharing.recipient_list": [
                {**answers(GENOMICS)["sharing"]["recipient_list"][0], "method": "经接口提交"}
            ],
        },
    )
    assert not {"C151", "C152", "C153"} & found(bound)
    assert "data_use_agreement" in decided(bound, "documents")


@pytest.mark.parametrize("role", ["none", "development"])
def test_participants_are_told_of_an_outside_model_whatever_is_developed(role: str) -> None:
    tree = changed(answers(ECG), {**OUTSIDE, "ai.role": role})
    told = "我们会用到外单位提供的人工智能服务"
    assert told in paper(tree, "consent_adult").plain
    assert told not in paper(answers(ECG), "consent_adult").plain


# Earlier waves of the same study.


def test_data_of_earlier_waves_are_the_participants_own_and_not_collected_anew() -> None:
    given = answers(ECG)
    earlier = [
        {**asset, "origin": "own_earlier", "covered_by_original_consent": "covered"}
        for asset in given["data"]["assets"]
    ]
    tree = changed(given, {"data.assets": earlier, "design.collection": "both"})
    assert "本研究此前各期数据" in paper(tree, "data_source_statement").plain
    assert "此前各期的伦理批件" in paper(tree, "data_source_statement").plain
    kinds = facts_of(given).get("consent.data_kinds")
    assert facts_of(tree).get("consent.data_kinds") == kinds
    assert facts_of(changed(tree, {"consent.plan": "waiver_of_consent"})).get(
        "waiver.covers_prospective"
    ) is False  # fmt: skip
    assert "source_proof" in decided(tree, "documents")


# People who have died.


def test_a_register_of_deaths_means_people_who_have_died_and_is_told() -> None:
    tree = changed(answers(ECG), {"data.special_sources": ["death_register"]})
    assert missing(tree) == {"participants.deceased"}
    dead = changed(tree, {"participants.deceased": "yes"})
    assert missing(dead) == {"participants.deceased_basis"}
    assert "C155" in found(changed(tree, {"participants.deceased": "no"}))
    assert "管理死亡登记的部门" in paper(tree, "consent_adult").plain
    assert "第49条" in paper(tree, "data_source_statement").plain
