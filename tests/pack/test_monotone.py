"""Unknown never relaxes: on the shipped pack, more answers only narrow what may be decided."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mmethics_cli.core.checks.cases import CASE_DAY
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.tables import Decision
from mmethics_cli.core.standard.model import Question
from tests.studies import facts_of, standard, study_facts, worked_studies

ASSET_FIELDS = (
    "modality",
    "origin",
    "identifiability",
    "individual_level",
    "contains_face",
    "contains_voice",
    "free_text",
    "burned_in_text",
    "covered_by_original_consent",
)


def scalars() -> list[Question]:
    """The facts that rules read: everything that can be listed, but for the office's.

    What entries share is left out: each entry answers for itself here.
    """
    types = {"bool", "choice", "choices"}
    spared = (one for one in standard().questions.values() if not one.of_office and not one.shares)
    return [one for one in spared if one.type in types]


def answers(question: Question) -> st.SearchStrategy[Any]:
    keys = [key for key in question.values if key != question.none_value]
    match question.type:
        case "bool":
            return st.booleans()
        case "choice":
            return st.sampled_from(keys)
    least = 1 if question.at_least_one else 0
    return st.frozensets(st.sampled_from(keys), min_size=least, max_size=2).map(Several)


def elements() -> st.SearchStrategy[tuple[Element, ...]]:
    owner = standard().questions["data.assets"]
    fields = {
        name: answers(field)
        for name in ASSET_FIELDS
        if (field := owner.field_named(name)) is not None
    }
    element = st.fixed_dictionaries(fields)
    return st.lists(element, max_size=2).map(
        lambda found: tuple(Element(f"a{n}", one) for n, one in enumerate(found))
    )


def whole_studies() -> st.SearchStrategy[dict[str, Value]]:
    known: dict[str, st.SearchStrategy[Any]] = {one.path: answers(one) for one in scalars()}
    known["participants.age_min"] = st.sampled_from([0, 7, 8, 13, 14, 17, 18])
    known["participants.age_max"] = st.sampled_from([7, 13, 17, 18, 60])
    known["data.assets"] = elements()
    return st.fixed_dictionaries(known)


def asked(whole: dict[str, Value]) -> dict[str, Value]:
    """The study without answers to questions that are not asked and hold otherwise.

    Such an answer still counts, so that asking less relaxes nothing; nobody is asked for one.
    """
    facts, assets = Facts(standard(), whole), whole["data.assets"]
    left = {
        path: value
        for path, value in whole.items()
        if (question := standard().questions[path]).otherwise is UNKNOWN
        or facts.applies(question) is not Truth.NO
    }
    fields = standard().questions["data.assets"].fields
    spared = [one for one in fields if one.otherwise is not UNKNOWN]
    kept = []
    for entry in assets if isinstance(assets, tuple) else ():
        scope = Scope("data.assets", entry)
        idle = {
            one.path
            for one in spared
            if one.ask_when is not None and evaluate(one.ask_when, facts, scope) is Truth.NO
        }
        kept.append(Element(entry.id, {k: v for k, v in entry.fields.items() if k not in idle}))
    left["data.assets"] = tuple(kept)
    return left


def candidates(decision: Decision) -> set[object]:
    if isinstance(decision.value, tuple):
        return set(decision.value) | set(decision.possible)
    return set(decision.candidates)


@given(st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.data_too_large])
def test_more_answers_only_narrow_the_candidates(data: st.DataObject) -> None:
    whole = asked(asked(data.draw(whole_studies())))
    hidden = data.draw(st.sets(st.sampled_from(sorted(whole)), max_size=6))
    poorer = {path: value for path, value in whole.items() if path not in hidden}
    if "data.assets" in poorer and (assets := poorer["data.assets"]):
        assert isinstance(assets, tuple)
        field = data.draw(st.sampled_from(ASSET_FIELDS))
        first = Element(assets[0].id, {**assets[0].fields, field: UNKNOWN})
        poorer["data.assets"] = (first, *assets[1:])
    before, after = Facts(standard(), poorer), Facts(standard(), whole)
    # Where another fact answers in its place, nothing is lacking.
    assume(not any(before.may_inherit(standard().questions[path]) for path in hidden))
    for name, table in standard().tables.items():
        if table.assume:  # what holds if a waiver is declined depends on the waiver itself
            continue
        early, late = before.decision(name), after.decision(name)
        if late.value is not None or early.settled:
            assert candidates(late) <= candidates(early) | {None}, name
        if early.settled:
            assert early.value == late.value, name
        if isinstance(early.value, tuple) and isinstance(late.value, tuple):
            assert set(early.value) <= set(late.value), name


# The same of the worked studies: the committee's events among them.


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
    whole = facts_of(study_facts(name))
    for path in whole.values:
        fewer = {key: value for key, value in whole.values.items() if key != path}
        assert_never_relaxes(whole, Facts(standard(), fewer, CASE_DAY), path)


@pytest.mark.parametrize("name", worked_studies())
def test_many_facts_less_never_relax(name: str) -> None:
    chance = Random(name)
    whole = facts_of(study_facts(name), worked_studies()[name].get("baseline"))
    kept = {path: value for path, value in whole.values.items() if chance.random() > 0.2}
    # Asked of the office: no until recorded, so taking it away would be an answer, not a gap.
    kept |= {path: value for path, value in whole.values.items() if path.startswith("event.review")}
    lacking = Facts(standard(), kept, CASE_DAY, whole.baseline)
    assert_never_relaxes(whole, lacking, set(whole.values) - set(kept))
