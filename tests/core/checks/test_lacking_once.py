"""Where one answer would do for several entries, that one is lacking, and it is told once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mmethics_cli.core.answers.self_check import read_self_check
from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.completeness import (
    UNANSWERED,
    first_asked,
    missing_answers,
    unanswered_items,
)
from mmethics_cli.core.conditions.values import NotApplicable, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from tests.studies import standard

CT: dict[str, Any] = {"id": "ct", "name": "胸部CT", "modality": "imaging", "origin": "routine_care"}
TEXT: dict[str, Any] = {**CT, "id": "text", "name": "病历", "modality": "clinical_text"}
PUBLIC: dict[str, Any] = {**CT, "id": "public", "name": "公开CT", "origin": "open_public"}
LIKE: dict[str, Any] = {"id": "outside", "name": "外院CT", "like": "ct"}


def facts(*assets: dict[str, Any], shared: dict[str, Any] | None = None, **sections: Any) -> Facts:
    data: dict[str, Any] = {"assets": list(assets)} | ({"shared": shared} if shared else {})
    tree = {"event": {"kind": "initial"}, "data": data, **sections}
    return Facts(standard(), read_tree(standard(), tree).values, date(2027, 3, 1))


def lacking(known: Facts, name: str) -> list[str]:
    """The paths of that name that are told to be lacking, in the order in which they are told."""
    told = (finding.path for finding in missing_answers(Pathway(known)))
    return [path for path in told if path.startswith("data.") and path.endswith(f".{name}")]


@pytest.mark.parametrize(
    ("assets", "shared", "paths"),
    [
        ([CT], None, ["data.assets[ct].storage"]),
        ([CT, TEXT], None, ["data.shared.storage"]),
        ([CT, TEXT, {**TEXT, "id": "more"}], None, ["data.shared.storage"]),
        ([CT, {**TEXT, "storage": "院内"}], None, ["data.assets[ct].storage"]),
        ([{**CT, "storage": "院内"}, {**TEXT, "storage": "院内"}], None, []),
        ([CT, TEXT], {"storage": "院内"}, []),
        ([CT, LIKE], None, ["data.shared.storage"]),
        ([{**CT, "storage": "院内"}, LIKE], None, []),
        # Nobody knows what one that is like none would take over.
        (
            [{**LIKE, "like": "nobody"}, CT],
            None,
            ["data.assets[outside].storage", "data.assets[ct].storage"],
        ),
    ],
)
def test_what_several_lack_is_lacking_once(
    assets: list[dict[str, Any]], shared: dict[str, Any] | None, paths: list[str]
) -> None:
    known = facts(*assets, shared=shared)
    assert [path for path in lacking(known, "storage") if path != "data.storage"] == paths


def test_an_entry_that_is_not_asked_does_not_count_among_the_several() -> None:
    assert lacking(facts(CT, PUBLIC), "period_start") == ["data.assets[ct].period_start"]
    assert lacking(facts(CT, TEXT, PUBLIC), "period_start") == ["data.shared.period_start"]
    assert lacking(facts(PUBLIC), "period_start") == []


@pytest.mark.parametrize(
    ("assets", "path", "first"),
    [
        ([CT], "data.shared.identifiability", ("data.assets[ct].identifiability",)),
        ([CT, TEXT], "data.shared.identifiability", ("data.shared.identifiability",)),
        ([], "data.shared.identifiability", ("data.shared.identifiability",)),
        ([CT, TEXT], "data.assets[ct].identifiability", ("data.shared.identifiability",)),
        ([CT], "data.assets[ct].identifiability", ("data.assets[ct].identifiability",)),
        ([CT, LIKE], "data.assets[outside].variables", ("data.assets[ct].variables",)),
        # Its own: names, numbers, sources are never taken over.
        ([CT, LIKE], "data.assets[outside].source", ("data.assets[outside].source",)),
        # An image of a part that nobody knows: the part decides whether a face is asked about.
        ([CT], "data.assets[ct].contains_face", ("data.assets[ct].anatomy",)),
    ],
)
def test_what_to_answer_first(
    assets: list[dict[str, Any]], path: str, first: tuple[str, ...]
) -> None:
    assert first_asked(path, facts(*assets)) == first


def test_who_may_be_the_investigator_is_not_asked_before_it_is_known() -> None:
    member = {"team": {"members": [{"id": "m", "name": "王芳"}]}}
    known = facts(CT, **member)
    assert first_asked("team.members[m].title", known) == ("investigator.name",)
    same = facts(CT, investigator={"name": "王芳"}, **member)
    assert first_asked("team.members[m].title", same) == ("investigator.title",)
    other = facts(CT, investigator={"name": "李明"}, **member)
    assert first_asked("team.members[m].title", other) == ("team.members[m].title",)
    told = [one.path for one in missing_answers(Pathway(known))]
    assert "investigator.name" in told and "team.members[m].title" not in told
    assert "team.members[m].role" in told, "what does not rest on that is asked all the same"
    assert "team.members[m].title" in [one.path for one in missing_answers(Pathway(other))]


@pytest.mark.parametrize(
    ("answers", "lacks"),
    [
        ({}, True),  # nothing is presumed of a study of two years: it is asked
        ({"project.end_date": date(2034, 3, 1)}, False),
        ({"participants.follow_up_months": 12}, False),
        ({"participants.follow_up_months": NotApplicable("不随访")}, False),
        ({"participants.involved_directly": False}, False),
    ],
)
def test_what_nothing_is_presumed_of_is_lacking(answers: dict[str, Value], lacks: bool) -> None:
    known = facts(CT).having(
        {
            "project.start_date": date(2027, 3, 1),
            "project.end_date": date(2029, 3, 1),
            "participants.age_min": 9,
            "participants.age_max": 17,
            "participants.involved_directly": True,
            "data.cross_modal_linkage": True,
            "data.longitudinal": True,
            **answers,
        }
    )
    told = [finding.path for finding in missing_answers(Pathway(known))]
    assert ("participants.follow_up_months" in told) is lacks


def test_evidence_that_an_open_answer_decides_is_not_lacking() -> None:
    """Whether the impact assessment is a paper of the study, its list of data decides."""
    cited = read_self_check(standard(), {"NEC-01": {"answer": "met", "evidence": "pia_report"}})
    undecided = Facts(standard(), {"event.kind": "initial"})
    assert "pia_report" in undecided.decision("documents").possible
    assert not [one for one in unanswered_items(undecided, cited) if one.id != UNANSWERED]
    nowhere = read_self_check(standard(), {"NEC-01": {"answer": "met", "evidence": "no_paper"}})
    told = [one.item for one in unanswered_items(undecided, nowhere) if one.id != UNANSWERED]
    assert told == ["NEC-01"]
