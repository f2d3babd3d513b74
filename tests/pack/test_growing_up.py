"""Children who come into the next band of age during a study, and the capacity of old and young."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.checks.completeness import missing_answers
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.conditions.values import Several
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from tests.studies import facts_of, merged, study_facts

BANDS = {"assent_under_8", "assent_8_to_13", "assent_14_to_17", "adult_written", "guardian"}
PLAN = "consent.growing_up"


def study(people: dict[str, Any], **more: Any) -> Facts:
    """A study of people whom researchers meet, each of whom signs."""
    base = study_facts("前瞻采集的成人研究")
    return facts_of(merged(merged(base, {"participants": people}), more))


def forms(facts: Facts) -> set[str]:
    value = facts.decision("consent_forms").value
    assert isinstance(value, tuple)
    return BANDS & {*value}


def wanted(facts: Facts) -> set[str]:
    return {finding.path for finding in missing_answers(Pathway(facts))}


@pytest.mark.parametrize(
    ("ages", "months", "entered", "signed"),
    [
        ((3, 6), 12, set(), {"assent_under_8"}),
        ((3, 6), 13, {"8_to_13"}, {"assent_under_8", "assent_8_to_13"}),
        ((3, 7), 1, {"8_to_13"}, {"assent_under_8", "assent_8_to_13"}),
        ((9, 13), 6, {"14_to_17"}, {"assent_8_to_13", "assent_14_to_17"}),
        (
            (9, 13),
            60,
            {"14_to_17", "adult"},
            {"assent_8_to_13", "assent_14_to_17", "adult_written"},
        ),
        ((15, 17), 1, {"adult"}, {"assent_14_to_17", "adult_written"}),
        ((15, 17), 0, set(), {"assent_14_to_17"}),
        ((15, 40), 1, {"adult"}, {"assent_14_to_17", "adult_written"}),
    ],
)
def test_each_band_that_is_entered_has_its_form_and_a_plan(
    ages: tuple[int, int], months: int, entered: set[str], signed: set[str]
) -> None:
    low, high = map(str, ages)
    people = {"age_min": low, "age_max": high, "vulnerable": ["minors"]}
    facts = study({**people, "follow_up_months": str(months)})
    assert facts.get("participants.bands_entered") == Several.of(*entered)
    assert forms(facts) == signed | {"guardian"}
    assert (PLAN in wanted(facts)) is bool(entered)


# hso.research.uiowa.edu, hopkinsmedicine.org: twelve to seventeen years old, followed for ten.
FOLLOWED = {"project": {"start_date": "2027-04-15", "end_date": "2037-12-31"}}
CHILDREN = {"age_min": "12", "age_max": "17", "capacity": "limited", "vulnerable": ["minors"]}


@pytest.mark.parametrize("event", [{}, {"kind": "amendment", "capacity_gained": "yes"}])
def test_who_comes_of_age_signs_the_form_of_adults(event: dict[str, str]) -> None:
    more = {**FOLLOWED, "data": {"longitudinal": "yes"}}
    event = {"affects_risk_benefit": "no", "changes": "consent_content", **event} if event else {}
    facts = study(CHILDREN, **more, **({"event": event} if event else {}))
    assert forms(facts) == {"adult_written", "guardian", "assent_8_to_13", "assent_14_to_17"}
    assert ("reconsent" in str(facts.decision("consent_forms").value)) is bool(event)


def test_who_came_of_age_signs_whatever_the_follow_up() -> None:
    event = {"kind": "amendment", "capacity_gained": "yes", "affects_risk_benefit": "no"}
    facts = study({**CHILDREN, "follow_up_months": "0"}, event=event)
    assert "adult_written" in forms(facts)


def test_an_old_dossier_of_children_is_asked_how_long_they_are_followed() -> None:
    facts = study(CHILDREN)
    assert forms(facts) == {"guardian", "assent_8_to_13", "assent_14_to_17"}
    assert "participants.follow_up_months" in wanted(facts)
    # Where it is presumed to last as long as the study, nobody need answer; the plan is wanted.
    presumed = study(CHILDREN, **FOLLOWED, data={"longitudinal": "yes"})
    assert {"participants.follow_up_months", PLAN} & wanted(presumed) == {PLAN}
    assert "participants.follow_up_months" not in wanted(study({"age_min": "18"}))


@pytest.mark.parametrize(
    ("people", "without"),
    [
        ({"vulnerable": ["minors"]}, False),
        ({"vulnerable": ["minors", "mental_disorder"]}, True),
        ({"vulnerable": ["minors"], "capacity": "none"}, True),
        ({"vulnerable": ["cognitive_impairment"], "age_min": "18"}, True),
        ({"vulnerable": [], "age_min": "18"}, True),
        ({"vulnerable": ["minors"], "capacity": "full"}, False),
    ],
)
def test_the_capacity_of_adults_is_not_that_of_children(
    people: dict[str, Any], without: bool
) -> None:
    facts = study({"age_min": "12", "age_max": "21", "capacity": "limited", **people})
    assert facts.get("participants.adults_without_full_capacity") is without
    value = facts.decision("consent_forms").value
    assert ("assent_adult" in str(value)) is without
    found = {finding.id for finding in contradictions(facts)}
    limited = people.get("capacity", "limited") != "full"
    assert ("C104" in found) is (limited and not without)
    assert {"C04", "C05", "C06"}.isdisjoint(found)


@pytest.mark.parametrize(
    ("ages", "capacity"),
    [((3, 40), "none"), ((8, 17), "limited"), ((16, 17), "limited")],
)
def test_the_capacity_of_minors_follows_from_their_ages(
    ages: tuple[int, int], capacity: str
) -> None:
    low, high = map(str, ages)
    assert study({"age_min": low, "age_max": high}).get("participants.capacity_minors") == capacity
    own = study({"age_min": low, "age_max": high, "capacity_minors": "full"})
    assert own.get("participants.capacity_minors") == "full"
    found = {finding.id for finding in contradictions(own)}
    assert {"C04", "C05"} & found == {"C05" if ages[0] >= 16 else "C04"}
