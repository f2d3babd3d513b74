"""`mmethics pathway`: decisions with reasons, open questions, what-if; text and JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from mmethics_cli.cli import app

# A retrospective single-centre study of de-identified records that may go the simplified way.
STUDY: dict[str, Any] = {
    "event": {"kind": "initial"},
    "project": {
        "kind": "ai_development",
        "regulatory_track": "none",
        "commercial_interest": "no",
        "public_health_emergency": "no",
    },
    "design": {
        "collection": "retrospective",
        "interventional": "no",
        "randomised": "no",
        "invasive": "no",
        "radiation_for_research": "no",
    },
    "sites": {"multicentre": "no", "role": "single", "foreign_party": "no"},
    "participants": {
        "involved_directly": "no",
        "age_min": "18",
        "age_max": "80",
        "capacity": "full",
        "vulnerable": [],
        "contactable": "no",
        "prior_refusal": "no",
    },
    "risk": {"level": "minimal", "harm_to_body": "no", "sensitive_topics": []},
    "data": {
        "assets": [
            {
                "id": "ct",
                "modality": "imaging",
                "origin": "routine_care",
                "identifiability": "deidentified",
                "individual_level": "yes",
                "contains_face": "no",
                "contains_voice": "no",
                "free_text": "no",
                "burned_in_text": "no",
                "covered_by_original_consent": "no_consent_form",
            }
        ],
        "linkage_key_kept": "yes",
        "cross_modal_linkage": "no",
        "anonymisation_assessed": "no",
    },
    "samples": {"use": "none"},
    "hgr": {
        "individual_genomic_information": "no",
        "samples_collected": "no",
        "provided_abroad": "no",
    },
    "sharing": {"recipients": [], "cross_border": "no"},
    "ai": {"role": "development", "result_returned_to_care": "no", "review_list": []},
    "consent": {
        "plan": "waiver_of_consent",
        "electronic": "no",
        "waiver_impracticable": "yes",
        "waiver_rights_safe": "yes",
    },
    "conflict": {"exists": "no"},
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["--today", "2027-03-01", *map(str, arguments)])


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(STUDY, allow_unicode=True), encoding="utf-8")
    return path


def changed(path: Path, **groups: dict[str, Any] | None) -> Path:
    """The study with facts replaced (`None` takes a group or a fact away)."""
    tree = {key: dict(value) for key, value in STUDY.items()}
    for group, facts in groups.items():
        for name, value in (facts or {}).items():
            if value is None:
                del tree[group][name]
            else:
                tree[group][name] = value
    path.write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return path


def decided(path: Path, *arguments: str) -> dict[str, Any]:
    result = run("pathway", path, "--format", "json", *arguments)
    tree: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if tree["settled"] else 1)
    return tree


def test_a_settled_study(study: Path) -> None:
    tree = decided(study)
    assert tree["format"] == "mmethics/pathway/1"
    assert tree["settled"] is True
    assert tree["open_questions"] == []
    values = {name: one["value"] for name, one in tree["decisions"].items()}
    assert values["review_type"] == "initial"
    assert values["review_method"] == "simplified"
    assert values["exemption"] == "not_available"
    assert values["consent_waiver"] == "waiver_of_consent"
    assert values["legal_advice_needed"] is True
    assert values["expert_reexamination"] is False
    assert values["follow_up_interval_months"] == 12
    assert tree["decisions"]["consent_waiver"]["conditions"] == "met"
    assert tree["decisions"]["consent_forms"] == {
        "value": [],
        "if_declined": ["adult_written", "separate_consent_sheet"],
        "possible": [],
        "settled": True,
        "open": [],
    }
    assert {"application_form", "waiver_application"} <= set(values["documents"])


def test_each_rule_says_its_facts_and_its_basis(study: Path) -> None:
    rules = {one["rule"]: one for one in decided(study)["rules"]}
    assert rules["S1"]["state"] == "fired"
    assert rules["S1"]["strength"] == "required"
    assert rules["S1"]["outcome"] == "simplified"
    assert rules["S1"]["facts"]["risk.level"] == "minimal"
    assert rules["S1"]["basis"][0] == {
        "source": "erm2023",
        "article": "31(1)",
        "verified": "text",
    }
    assert rules["M2"]["state"] == "not_fired"
    decisions = [rule for rule in rules.values() if rule["decides"] != "documents"]
    assert all(rule["basis"] or rule.get("practice") for rule in decisions)


def test_a_deciding_fact_taken_away_is_named_and_the_strictest_is_shown(study: Path) -> None:
    tree = decided(changed(study, participants={"vulnerable": None}))
    method = tree["decisions"]["review_method"]
    assert method == {
        "value": "meeting",
        "settled": False,
        "candidates": ["simplified", "meeting"],
        "open": ["participants.vulnerable"],
    }
    assert tree["open_questions"] == ["participants.vulnerable"]


def test_unsure_is_as_unknown_as_no_answer(study: Path) -> None:
    tree = decided(changed(study, sharing={"cross_border": "unsure"}))
    assert tree["decisions"]["review_method"]["value"] == "meeting"
    assert tree["open_questions"] == ["sharing.cross_border"]
    assert tree["decisions"]["consent_forms"]["possible"] == ["separate_consent_sheet"]
    assert tree["decisions"]["consent_forms"]["open"] == ["sharing.cross_border"]


def test_an_empty_file_is_never_provisionally_urgent(tmp_path: Path) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("", encoding="utf-8")
    tree = decided(empty)
    assert tree["decisions"]["review_method"]["value"] == "meeting"
    assert tree["decisions"]["review_type"]["value"] is None
    assert tree["decisions"]["review_type"]["candidates"] == ["initial", "follow_up", "re_review"]
    assert tree["settled"] is False


def test_what_if_changes_the_answer_and_not_the_file(study: Path) -> None:
    before = study.read_bytes()
    tree = decided(study, "--what-if", "participants.vulnerable=未成年人")
    assert tree["decisions"]["review_method"]["value"] == "meeting"
    tree = decided(study, "--what-if", "data.assets[ct].identifiability=identified")
    assert tree["decisions"]["review_method"]["value"] == "meeting"
    assert study.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("risk.level", "应写成 路径=值"),
        ("risk.levl=minimal", "没有“risk.levl”这个问题"),
        ("risk.level=enormous", "没有“enormous”这个选项"),
        ("data.assets[x].modality=imaging", "列表里没有“x”这一项。现有：ct"),
        ("data.assets=", "是列表"),
    ],
)
def test_a_what_if_that_cannot_be(study: Path, given: str, said: str) -> None:
    result = run("pathway", study, "--what-if", given)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_text_says_why_and_marks_what_was_not_read(study: Path) -> None:
    text = run("pathway", study).stdout
    assert "审查方式：简易审查" in text
    assert "S1 〔必须〕首次送审，风险不大于最小风险。" in text
    assert "（待核）" in text
    assert "还要回答" not in text


def test_text_names_the_open_questions(study: Path) -> None:
    text = run("pathway", changed(study, risk={"level": None})).stdout
    assert "审查方式：会议审查（暂定；还可能是：简易审查）" in text
    assert "风险等级（risk.level）" in text


def test_explain_shows_one_rule_in_full(study: Path) -> None:
    text = run("pathway", study, "--explain", "M2").stdout
    assert "不成立〔必须〕" in text
    assert "弱势群体：无" in text
    unknown = run("pathway", study, "--explain", "M99")
    assert (unknown.exit_code, unknown.stdout) == (2, "")


def test_what_does_not_hold_at_an_event_follows_the_last_approval(study: Path) -> None:
    progress = changed(
        study,
        event={
            "kind": "progress",
            "enrolment": "analysis_only",
            "prior_method": "meeting",
            "changed_since_approval": "no",
            "may_change_risk_benefit": "no",
            "capacity_gained": "no",
        },
    )
    tree = decided(progress)
    assert tree["decisions"]["review_method"]["value"] == "simplified"
    assert tree["decisions"]["consent_waiver"]["value"] is None
    assert tree["decisions"]["consent_forms"]["value"] is None
    assert "沿用上次批准" in run("pathway", progress).stdout
    explained = run("pathway", progress, "--explain", "L1").stdout
    assert "这一事项本次送审不判定" in explained


def test_an_answer_that_is_refused_counts_as_unknown_and_is_said(study: Path) -> None:
    result = run("pathway", changed(study, participants={"age_min": "三百"}))
    assert result.exit_code == 1
    assert "study.yaml" in result.stderr
    assert "应是整数" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("risk: {levl: minimal}", "是不是“level”？"),
        ("risk:\n  level: minimal\n  level: high\n", "level"),
        ("risk: !!python/object:os.system {}", "标签"),
        ("risk：\n  level: minimal\n", "冒号"),
        ("- risk\n", "一组"),
    ],
)
def test_a_file_that_cannot_be_read_into_questions(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    result = run("pathway", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "bad.yaml" in result.stderr
    assert said in result.stderr


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    result = run("pathway", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


def test_faults_of_all_kinds_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("risk:\n  level: high\n  level: minimal\n  levl: high\n", encoding="utf-8")
    result = run("pathway", path)
    assert result.exit_code == 2
    assert "bad.yaml:3" in result.stderr
    assert "bad.yaml:4" in result.stderr
