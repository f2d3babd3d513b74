"""What all entries of a list share: answered once, inherited before any rule sees it."""

from __future__ import annotations

from datetime import date
from typing import Any

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.completeness import missing_answers
from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.conditions.language import Scope
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Several
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import places, relevant
from tests.studies import standard

SHARED = {
    "identifiability": "deidentified",
    "retention": "研究结束后3年",
    "sharing": {"not_applicable": "不提供"},
}
CT: dict[str, Any] = {"id": "ct", "name": "胸部CT", "modality": "imaging", "origin": "routine_care"}
HEAD: dict[str, Any] = {**CT, "id": "head", "anatomy": ["head_neck"]}
CHEST: dict[str, Any] = {**CT, "id": "chest", "anatomy": ["trunk"]}
TEXT: dict[str, Any] = {
    "id": "text",
    "name": "病历",
    "modality": "clinical_text",
    "origin": "prospective",
}


def facts(shared: dict[str, Any] | None, *assets: dict[str, Any]) -> Facts:
    tree: dict[str, Any] = {"event": {"kind": "initial"}, "data": {"assets": list(assets)}}
    if shared is not None:
        tree["data"]["shared"] = shared
    return Facts(standard(), read_tree(standard(), tree).values, date(2027, 3, 1))


def field(known: Facts, id_: str, name: str) -> object:
    entries = known.get("data.assets")
    assert isinstance(entries, tuple)
    (entry,) = (one for one in entries if one.id == id_)
    return known.field(Scope("data.assets", entry), name)


def test_an_entry_inherits_what_is_shared_and_its_own_answer_wins() -> None:
    known = facts(SHARED, CT, {**TEXT, "identifiability": "identified"})
    assert field(known, "ct", "identifiability") == "deidentified"
    assert field(known, "text", "identifiability") == "identified"
    assert known.get("data.least_protected") == "identified", "derived facts see both"
    assert field(known, "text", "sharing") == NotApplicable("不提供")


def test_rules_decide_alike_however_it_is_written() -> None:
    own = [{**one, **SHARED} for one in (CT, TEXT)]
    once = Pathway(facts(SHARED, CT, TEXT)).decisions
    each = Pathway(facts(None, *own)).decisions
    assert {name: one.value for name, one in once.items()} == {
        name: one.value for name, one in each.items()
    }


def test_what_nobody_answered_is_open_at_its_entry() -> None:
    known = facts({}, CT, TEXT)
    open_ = known.unknown_below("data.least_protected")
    assert open_ == {"data.assets[ct].identifiability", "data.assets[text].identifiability"}
    known = facts(SHARED, CT, TEXT)
    assert known.unknown_below("data.least_protected") == frozenset()


def test_a_shared_answer_counts_once_and_an_exception_once_more() -> None:
    def counted(known: Facts) -> list[str]:
        listed = (one for one in places(known) if not one.is_inherited(known))
        return [one.path for one in listed if one.path.endswith(".retention")]

    assert counted(facts(SHARED, CT, TEXT)) == ["data.shared.retention", "data.retention"]
    differs = {**TEXT, "retention": "研究结束后1年"}
    assert counted(facts(SHARED, CT, differs)) == [
        "data.shared.retention", "data.assets[text].retention", "data.retention",
    ]  # fmt: skip
    own = [{**one, "retention": "研究结束后3年"} for one in (CT, TEXT)]
    assert "data.shared.retention" not in counted(facts(None, *own)), "nobody needs it"


def test_what_is_shared_is_asked_before_its_list() -> None:
    known = Facts(standard(), {"event.kind": "initial"}, date(2027, 3, 1))
    asked = [place.path for place, _ in relevant(known)]
    assert asked.index("data.shared.storage") < asked.index("data.assets")
    missing = {one.path for one in missing_answers(Pathway(facts(SHARED, CT)))}
    assert "data.assets[ct].retention" not in missing
    assert "data.assets[ct].storage" in missing and "data.shared.storage" not in missing


def test_a_text_is_not_asked_about_faces_and_has_none() -> None:
    known = facts(SHARED, CT, TEXT, HEAD, CHEST)
    asked = {place.path for place in places(known)}
    assert "data.assets[head].contains_face" in asked
    for each in ("text", "chest"):
        assert f"data.assets[{each}].contains_face" not in asked
        assert field(known, each, "contains_face") is False
    assert field(known, "ct", "contains_face") is UNKNOWN, "of what part it is nobody knows yet"
    assert field(facts(SHARED, {"id": "x"}), "x", "contains_face") is UNKNOWN


def test_what_stands_at_a_question_that_is_not_asked_still_counts() -> None:
    known = facts(SHARED, {**TEXT, "contains_face": "yes"})
    assert field(known, "text", "contains_face") is True
    assert "data.assets[text].contains_face" in {place.path for place in places(known)}


def test_a_waiver_is_not_asked_about_electronic_signatures() -> None:
    waived = facts(SHARED, CT).having({"consent.plan": "waiver_of_consent"})
    assert waived.get("consent.electronic") is False
    written = waived.having({"consent.plan": "written"})
    assert written.get("consent.electronic") is UNKNOWN
    stands = waived.having({"consent.plan": "waiver_of_consent", "consent.electronic": True})
    assert stands.get("consent.electronic") is True
    nobody = waived.having({"sharing.recipients": Several()})
    assert nobody.get("sharing.identifiable_to_others") is False


def test_what_is_wrong_with_a_shared_answer_is_told_once_where_it_stands() -> None:
    wrong = facts({**SHARED, "retention": "研究结束后20年"}, CT, TEXT)
    wrong = wrong.having({**wrong.values, "data.retention": "研究结束后2年。"})
    told = [one.path for one in contradictions(wrong) if "保存得比" in one.message]
    assert told == ["data.shared.retention"]
    own = facts(SHARED, CT, {**TEXT, "retention": "研究结束后20年"})
    own = own.having({**own.values, "data.retention": "研究结束后3年。"})
    told = [one.path for one in contradictions(own) if "保存得比" in one.message]
    assert told == ["data.assets[text].retention"]
