"""Every rule of the shipped pack fires in its case and not a fact away; worked studies come out."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

import pytest

from mmethics_cli.core.checks.cases import CASE_DAY, answer_text, case_facts
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.pack import load

WORKED = "cases/worked.yaml"
# Parts of a decision that are printed inside another one: decision, name there → table.
PARTS = {
    ("consent_waiver", "conditions"): "waiver_conditions",
    ("consent_forms", "if_declined"): "consent_forms_if_declined",
}

Tree = dict[str, Any]


@cache
def trees() -> Mapping[str, Any]:
    return load(also=("cases",)).trees


@cache
def standard() -> Standard:
    return load().standard()


@cache
def rule_cases() -> tuple[Tree, ...]:
    files = sorted(name for name in trees() if name.startswith("cases/") and name != WORKED)
    return tuple(case for name in files for case in trees()[name])


@cache
def worked_studies() -> dict[str, Tree]:
    return {study["name"]: study for study in trees()[WORKED]}


def case_ids() -> list[str]:
    return [f"{case['rule']}-{index}" for index, case in enumerate(rule_cases())]


def facts_of(answers: Tree, baseline: Tree | None = None) -> Facts:
    facts = case_facts(standard(), answers, baseline)
    assert isinstance(facts, Facts), f"the case itself can't be read: {facts}"
    return facts


def merged(below: Tree, above: Tree) -> Tree:
    """Nested facts with others laid upon them; lists are replaced whole."""
    result = copy.deepcopy(below)
    for key, value in above.items():
        inner = result.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            result[key] = merged(inner, value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def nested(path: str, value: Any) -> Tree:
    for key in reversed(path.split(".")):
        value = {key: value}
    return dict(value)


def study_facts(study: Tree) -> Tree:
    """The facts of a worked study, with those of the study that it is made from below them."""
    if "from" not in study:
        return dict(study["facts"])
    return merged(study_facts(worked_studies()[study["from"]]), study["facts"])


def outcome(pathway: Pathway, name: str, aspect: str) -> object:
    """One aspect of a decision as the cases write it."""
    if (name, aspect) in PARTS:
        return answer_text(pathway.decisions[PARTS[name, aspect]].value)
    decision = pathway.decisions[name]
    if aspect == "candidates":
        return [answer_text(one) for one in decision.candidates]
    return answer_text(getattr(decision, aspect))


def differences(pathway: Pathway, expected: Tree) -> Iterator[str]:
    """What came out otherwise; a bare value is expected to be settled too."""
    for name, wanted in expected.items():
        aspects = wanted if isinstance(wanted, dict) else {"value": wanted, "settled": "yes"}
        for aspect, value in aspects.items():
            if name == "pathway":
                found = answer_text(getattr(pathway, aspect))
            else:
                found = outcome(pathway, name, aspect)
            if found != value:
                yield f"{name}.{aspect}: {found}, expected {value}"


def truth_of(rule: str, facts: Facts) -> Truth:
    return evaluate(standard().rules[rule][1].when, facts)


@pytest.mark.parametrize("case", rule_cases(), ids=case_ids())
def test_a_rule_fires_in_its_case_and_not_a_fact_away(case: Tree) -> None:
    baseline = case.get("baseline")
    assert truth_of(case["rule"], facts_of(case["fires"], baseline)) is Truth.YES
    away = case["fires"]
    for path, value in case["but"].items():
        away = merged(away, nested(path, value))
    assert truth_of(case["rule"], facts_of(away, baseline)) is Truth.NO


@pytest.mark.parametrize("case", rule_cases(), ids=case_ids())
def test_a_case_decides_what_it_says(case: Tree) -> None:
    pathway = Pathway(facts_of(case["fires"], case.get("baseline")))
    expected = {name: {"value": value} for name, value in case.get("expect", {}).items()}
    assert list(differences(pathway, expected)) == []


def test_every_rule_has_a_case() -> None:
    rules = {rule for rule, (table, _) in standard().rules.items() if table.id != "documents"}
    assert rules == {case["rule"] for case in rule_cases()}


# What no norm asks of every study it is about: practice, or law of some studies alone.
PRACTICE = {"EM1", "A3", "F4", "F5", "F7", "S5", "S6a", "S6b", "S6c", "S6d"} | {
    "CF13", "D14", "T5", "T20"
}  # fmt: skip


def test_only_prudent_readings_and_practice_are_advised() -> None:
    """Notes on the rules, 1: every rule that is not named there is required by law."""
    advised = {
        rule.id
        for table, rule in standard().rules.values()
        if rule.strength == "advised" and table.id != "documents"
    }
    newly = {f"A4-M{row}" for row in (1, 2, 3, 4, 5, 6, 7, 8, 10)}
    assert advised == {"M4", "M5", "M6", "M8", "M10", "A2", "F3", "F6", "EM3"} | newly | PRACTICE


@pytest.mark.parametrize("name", worked_studies())
def test_a_worked_study_comes_out_as_worked(name: str) -> None:
    study = worked_studies()[name]
    facts = facts_of(study_facts(study), study.get("baseline"))
    assert list(differences(Pathway(facts), study["expect"])) == []


def assert_never_relaxes(whole: Facts, lacking: Facts, dropped: object) -> None:
    """Facts taken away only add candidates, and never make a form or duty certain."""
    for table in standard().tables.values():
        # Forms under an assumption stand as long as the waiver may still be granted.
        if table.id == "documents" or table.assume:
            continue
        full, part = whole.decision(table.id), lacking.decision(table.id)
        if isinstance(full.value, tuple) and isinstance(part.value, tuple):
            sure, possible = set(part.value), set(part.possible)
            assert sure <= set(full.value) <= sure | possible, (dropped, table.id)
        elif table.kind != "union":
            assert set(full.candidates) <= set(part.candidates), (dropped, table.id)


@pytest.mark.parametrize("name", ["既往去标识影像", "前瞻采集的成人研究", "较小修改"])
def test_one_fact_less_never_relaxes(name: str) -> None:
    whole = facts_of(study_facts(worked_studies()[name]))
    for path in whole.values:
        fewer = {key: value for key, value in whole.values.items() if key != path}
        assert_never_relaxes(whole, Facts(standard(), fewer, CASE_DAY), path)


@pytest.mark.parametrize("name", worked_studies())
def test_many_facts_less_never_relax(name: str) -> None:
    study, chance = worked_studies()[name], Random(name)
    whole = facts_of(study_facts(study), study.get("baseline"))
    kept = {path: value for path, value in whole.values.items() if chance.random() > 0.2}
    # Asked of the office: no until recorded, so taking it away would be an answer, not a gap.
    kept |= {path: value for path, value in whole.values.items() if path.startswith("event.review")}
    lacking = Facts(standard(), kept, CASE_DAY, whole.baseline)
    assert_never_relaxes(whole, lacking, set(whole.values) - set(kept))
