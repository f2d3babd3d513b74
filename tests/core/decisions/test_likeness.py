"""An entry of a list that is like another one: what it takes over, and what nobody knows of it."""

from __future__ import annotations

from typing import Any

from mmethics_cli.core.answers.edits import copy_of
from mmethics_cli.core.checks.consistency import wrong_likenesses
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.likeness import without
from mmethics_cli.core.decisions.relevance import place_at, places
from mmethics_cli.core.lifecycle.revision import changes_since
from mmethics_cli.core.standard.answers import write_element
from tests.studies import facts_of, standard

OWNER = "data.assets"
CT: dict[str, Any] = {
    "id": "ct",
    "name": "本院CT",
    "modality": "imaging",
    "origin": "routine_care",
    "subjects": "300",
    "source": "影像归档系统",
    "contains_face": "no",
    "anatomy": ["trunk"],
    "retention": "研究结束后一年",
    "consent_basis": "waiver_of_consent",
}
OUTER: dict[str, Any] = {"id": "outer", "name": "外院CT", "like": "ct", "origin": "partner"}


def study(*assets: dict[str, Any], **more: Any) -> Facts:
    shared = {"retention": "研究结束后两年", "storage": "院内服务器"}
    return facts_of({"data": {"shared": shared, "assets": list(assets)}, **more})


def said(facts: Facts, id_: str, name: str) -> Value:
    place = place_at(facts, f"{OWNER}[{id_}].{name}")
    assert place is not None
    scope = place.scope()
    assert scope is not None
    return facts.field(scope, name)


def listed(facts: Facts) -> tuple[Element, ...]:
    value = facts.get(OWNER)
    assert isinstance(value, tuple)
    return value


def faults(facts: Facts) -> list[str]:
    return [wrong.path for wrong in wrong_likenesses(standard(), facts.values)]


def test_what_an_entry_does_not_say_is_what_the_other_one_says() -> None:
    facts = study(CT, OUTER)
    assert said(facts, "outer", "modality") == "imaging"
    assert said(facts, "outer", "anatomy") == Several.of("trunk")
    assert said(facts, "outer", "origin") == "partner"
    assert said(facts, "outer", "retention") == "研究结束后一年"  # an exception comes along
    assert said(facts, "outer", "storage") == "院内服务器"
    assert said(facts, "outer", "like") == "本院CT"
    assert not faults(facts)


def test_names_numbers_sources_and_consent_are_never_taken_over() -> None:
    facts = study(CT, OUTER, consent={"plan": "written"})
    assert said(facts, "outer", "subjects") is UNKNOWN
    assert said(facts, "outer", "source") is UNKNOWN
    assert said(facts, "outer", "consent_basis") == "written"


def test_it_may_be_called_by_its_name_and_be_like_another_itself() -> None:
    third = {"id": "third", "name": "第三家CT", "like": "外院CT", "contains_face": "yes"}
    facts = study(CT, OUTER, third)
    assert said(facts, "third", "modality") == "imaging"
    assert said(facts, "third", "origin") == "partner"
    assert said(facts, "third", "contains_face") is True


def test_what_is_not_asked_of_the_entry_is_not_taken_over() -> None:
    text = {"id": "text", "name": "病历", "like": "ct", "modality": "clinical_text"}
    facts = study({**CT, "contains_face": "yes"}, text)
    assert said(facts, "ct", "contains_face") is True
    assert said(facts, "text", "contains_face") is False


def test_like_none_that_is_there_nothing_is_known_and_nothing_is_shared() -> None:
    facts = study(CT, {**OUTER, "like": "mr"})
    assert faults(facts) == [f"{OWNER}[outer].like"]
    assert said(facts, "outer", "modality") is UNKNOWN
    assert said(facts, "outer", "storage") is UNKNOWN
    assert said(facts, "ct", "storage") == "院内服务器"


def test_a_circle_answers_nothing_also_for_who_leans_on_it() -> None:
    third = {"id": "third", "name": "第三家CT", "like": "outer"}
    facts = study({**CT, "like": "outer"}, OUTER, third)
    assert faults(facts) == [f"{OWNER}[ct].like", f"{OWNER}[outer].like"]
    assert said(facts, "ct", "modality") == "imaging"
    assert said(facts, "outer", "modality") is UNKNOWN
    assert said(facts, "third", "origin") is UNKNOWN


def test_a_name_that_two_entries_have_names_none() -> None:
    facts = study(CT, {**CT, "id": "ct2"}, {**OUTER, "like": "本院CT"})
    assert faults(facts) == [f"{OWNER}[outer].like"]


def test_what_is_taken_over_stays_where_the_other_is_not_looked_at() -> None:
    facts = study(CT, OUTER)
    alone = facts.assuming({OWNER: listed(facts)[1:]})
    assert said(alone, "outer", "modality") == "imaging"


def test_what_the_other_says_anew_is_taken_over() -> None:
    facts = study(CT, OUTER).assuming({f"{OWNER}[ct].anatomy": Several.of("bone")})
    assert said(facts, "outer", "anatomy") == Several.of("bone")


def test_an_entry_goes_and_those_like_it_say_what_it_said() -> None:
    facts = study(CT, OUTER)
    left = without(standard().likening[OWNER], listed(facts), "ct")
    after = facts.assuming({OWNER: left})
    assert said(after, "outer", "modality") == "imaging"
    assert said(after, "outer", "subjects") is UNKNOWN
    assert not faults(after)


def test_what_is_taken_over_is_neither_asked_nor_written() -> None:
    facts = study(CT, OUTER)
    outer = listed(facts)[1]
    assert set(write_element(standard().questions[OWNER], outer)) == {
        "id", "name", "like", "origin",
    }  # fmt: skip
    asked = {place.path for place in places(facts) if not place.is_inherited(facts)}
    assert f"{OWNER}[outer].subjects" in asked
    assert f"{OWNER}[outer].modality" not in asked
    new = copy_of(standard().questions[OWNER], outer, "new")
    assert new == Element("new", {"like": "outer"})


def test_saying_it_shorter_is_no_change_of_the_study() -> None:
    whole = study(CT, {**CT, "id": "outer", "name": "外院CT", "origin": "partner"})
    short = study(
        CT,
        {
            **OUTER,
            "subjects": "300",
            "source": "影像归档系统",
            "consent_basis": "waiver_of_consent",
        },
    )
    assert changes_since(whole, short) == ()
    moved = short.assuming({f"{OWNER}[ct].retention": "研究结束后三年"})
    paths = [change.path for change in changes_since(whole, moved)]
    assert paths == [f"{OWNER}[ct].retention", f"{OWNER}[outer].retention"]


def test_the_investigator_is_described_once() -> None:
    first = {"id": "m1", "name": "张明", "role": "总负责"}
    second = {"id": "m2", "name": "张明明", "role": "标注"}
    facts = facts_of(
        {
            "investigator": {"name": "张明", "title": "主任医师"},
            "team": {"members": [first, second]},
        }
    )
    scopes = [
        place.scope()
        for place in places(facts)
        if place.owner is not None and place.question.path == "title"
    ]
    assert [facts.field(scope, "title") for scope in scopes if scope] == ["主任医师", UNKNOWN]
