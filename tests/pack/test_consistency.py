"""Every consistency rule of the shipped pack finds its contradiction, and not a fact away."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from mmethics_cli.core.checks.cases import case_facts
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.store.pack import load
from tests.pack.test_rules import Tree, facts_of, merged, nested, standard, worked_studies


@cache
def rules() -> tuple[Tree, ...]:
    found: Any = load().trees["consistency.yaml"]
    return tuple(found)


def found_in(answers: Tree, rule: str, reported: Tree | None = None) -> list[Finding]:
    facts = case_facts(standard(), answers, reported=reported)
    assert isinstance(facts, Facts)
    return [one for one in contradictions(facts) if one.id == rule]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["id"])
def test_a_contradiction_is_found_in_its_case(rule: Tree) -> None:
    findings = found_in(rule["cases"]["fires"], rule["id"], rule["cases"].get("reported"))
    assert len(findings) == 1
    assert findings[0].severity == rule["severity"]
    assert findings[0].path.endswith(rule["path"])


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["id"])
def test_a_fact_away_there_is_no_contradiction(rule: Tree) -> None:
    changes = rule["cases"]["but"]
    assert len(changes) == 1
    away = rule["cases"]["fires"]
    for path, value in changes.items():
        away = merged(away, nested(path, value))
    assert found_in(away, rule["id"], rule["cases"].get("reported")) == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["id"])
def test_a_contradiction_says_what_to_do_and_why(rule: Tree) -> None:
    one = standard().consistency[rule["id"]]
    assert one.basis
    assert one.message.endswith("。") and one.fix.endswith("。")
    assert one.message != one.fix


def test_nothing_is_contradicted_before_anything_is_answered() -> None:
    assert list(contradictions(facts_of({}))) == []
    assert list(contradictions(facts_of({"event": {"kind": "initial"}}))) == []


def test_an_element_is_named_where_it_contradicts() -> None:
    expired = {"id": "m2", "name": "王芳", "training_valid_until": "2000-12-31"}
    valid = {"id": "m1", "name": "李华", "training_valid_until": "2999-12-31"}
    (finding,) = found_in({"team": {"members": [valid, expired]}}, "C19")
    assert finding.path == "team.members[m2].training_valid_until"
    assert finding.kind == "expired"


@pytest.mark.parametrize("name", ["既往去标识影像", "前瞻采集的成人研究"])
def test_a_sound_study_has_no_contradiction(name: str) -> None:
    study = worked_studies()[name]
    errors = [one for one in contradictions(facts_of(study["facts"])) if one.severity == "error"]
    assert errors == []
