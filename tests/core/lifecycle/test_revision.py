"""What differs from what the committee saw, and what that means to it."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.revision import (
    affected_documents,
    categories_of,
    changes_since,
    is_of_study,
)
from tests.studies import standard


def facts(tree: dict[str, Any]) -> Facts:
    reading = read_tree(standard(), {"event": {"kind": "amendment"}, **tree})
    assert not reading.unknown and not reading.refused, (reading.unknown, reading.refused)
    return Facts(standard(), reading.values, date(2027, 3, 1))


def found(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [
        (one.path, one.kind, "、".join(one.categories) or None)
        for one in changes_since(facts(before), facts(after))
    ]


def assets(*entries: dict[str, str]) -> dict[str, Any]:
    return {"data": {"assets": list(entries)}}


CT = {"id": "ct", "name": "胸部CT", "modality": "imaging", "variables": "图像"}
MR = {"id": "mr", "name": "头颅MR", "modality": "imaging"}
ECG = {"id": "ecg", "name": "心电", "modality": "biosignal"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({"contact": {"phone": "1"}}, {"contact": {"phone": "2"}},
         [("contact.phone", "changed", "contact")]),
        ({"contact": {"phone": "1"}}, {}, [("contact.phone", "removed", "contact")]),
        ({}, {"institution": {"address": "新址"}},
         [("institution.address", "added", "contact")]),
        # A file may end a text with a line break.
        ({"design": {"aims": "目的"}}, {"design": {"aims": "目的\n"}}, []),
        (assets(CT), assets(CT, ECG), [("data.assets[ecg]", "added", "add_modality")]),
        (assets(CT), assets(CT, MR), [("data.assets[mr]", "added", "add_source")]),
        (assets(CT, MR), assets(MR, CT), []),
        (assets(CT, MR), assets(CT), [("data.assets[mr]", "removed", None)]),
        (assets(CT), assets({**CT, "variables": "图像、报告"}),
         [("data.assets[ct].variables", "changed", "add_fields")]),
        (assets(CT), assets({**CT, "modality": "biosignal"}),
         [("data.assets[ct].modality", "changed", "add_modality")]),
        (assets(CT), assets({"id": "ct", "name": "胸部CT", "modality": "imaging"}),
         [("data.assets[ct].variables", "removed", "add_fields")]),
        (assets(), assets(CT), [("data.assets[ct]", "added", "add_modality")]),
        ({}, assets(), [("data.assets", "added", None)]),
        ({"project": {"keywords": "心电"}}, {"project": {"keywords": "心房颤动"}},
         [("project.keywords", "changed", None)]),
        ({"sharing": {"recipients": [], "cross_border": "no"}},
         {"sharing": {"recipients": [], "cross_border": "yes"}},
         [("sharing.cross_border", "changed", "cross_border")]),
        ({"sharing": {"recipients": [], "cross_border": "yes"}},
         {"sharing": {"recipients": [], "cross_border": "no"}},
         [("sharing.cross_border", "changed", None)]),
        # The event, and answers to questions that do not apply, are no part of the study.
        ({"event": {"kind": "amendment", "reason": "甲"}},
         {"event": {"kind": "amendment", "reason": "乙"}}, []),
    ],
)  # fmt: skip
def test_changes(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str, str | None]]
) -> None:
    assert found(before, after) == expected


def test_a_new_recipient_abroad_is_a_recipient_and_an_export() -> None:
    def sharing(**recipient: str) -> dict[str, Any]:
        entry = [{"id": "lab", "name": "境外实验室", **recipient}] if recipient else []
        return {"sharing": {"recipients": ["domestic_partner"], "recipient_list": entry,
                            "cross_border": "yes"}}  # fmt: skip

    one, two = sharing(), sharing(abroad="yes")
    assert found(one, two) == [
        ("sharing.recipient_list[lab]", "added", "add_recipient、cross_border")
    ]


def test_labels_name_the_entry_and_values_are_kept() -> None:
    (one,) = changes_since(facts(assets(CT)), facts(assets({**CT, "variables": "图像、报告"})))
    assert one.label == "数据资产清单（胸部CT）的变量（字段）清单"
    assert (one.before, one.after) == ("图像", "图像、报告")
    assert one.printed_path == "data.assets.variables"
    (new,) = changes_since(facts(assets(CT)), facts(assets(CT, ECG)))
    assert new.label == "数据资产清单（心电）"
    assert new.before == () and isinstance(new.after, tuple)
    assert isinstance(new.after[0], Element)
    assert new.printed_path == "data.assets"


def test_an_answer_that_no_longer_applies_is_gone() -> None:
    before = {"participants": {"involved_directly": "yes", "recruitment": "门诊张贴"}}
    after = {"participants": {"involved_directly": "no", "recruitment": "门诊张贴"}}
    gone = [one for one in changes_since(facts(before), facts(after)) if one.kind == "removed"]
    assert [one.path for one in gone] == ["participants.recruitment"]
    assert gone[0].after == NotApplicable()


def test_unanswered_is_not_the_same_as_no() -> None:
    (one,) = changes_since(facts({}), facts({"conflict": {"exists": "no"}}))
    assert one.before is UNKNOWN and one.after is False


def test_every_study_question_says_what_a_change_of_it_means() -> None:
    silent = [
        one.path for one in standard().questions.values() if is_of_study(one) and not one.meanings
    ]
    assert silent == []
    categories = standard().questions["event.changes"].values
    named = {
        category
        for one in standard().questions.values()
        for meaning in (*one.meanings, *(m for field in one.fields for m in field.meanings))
        for category in meaning.categories
    }
    assert named <= set(categories)
    assert set(categories) - named == set()


def test_proposed_are_the_categories_that_mean_something() -> None:
    before, after = {"contact": {"phone": "1"}, **assets(CT)}, assets(CT, ECG)
    assert categories_of(changes_since(facts(before), facts(after))) == {"contact", "add_modality"}


def test_documents_that_print_a_changed_answer() -> None:
    later = changes_since(facts(assets(CT)), facts(assets(CT, ECG)))
    printed = {
        "annex": frozenset({"data.assets.name"}),
        "form": frozenset({"data.modalities"}),  # computed from the entries
        "letter": frozenset({"project.title", "decided.review_method"}),
    }
    affected = affected_documents(later, standard(), printed)
    assert affected == {"data.assets[ecg]": ("annex", "form")}


@pytest.mark.parametrize("seed", range(30))
def test_there_and_back_are_the_same_places(seed: int) -> None:
    random = Random(seed)
    pool = [CT, MR, ECG, {**CT, "variables": "报告"}]

    def some() -> dict[str, Any]:
        chosen = {one["id"]: one for one in random.sample(pool, random.randint(0, 4))}
        phone = random.choice([{}, {"contact": {"phone": str(random.randint(1, 2))}}])
        return {**assets(*chosen.values()), **phone}

    one, two = facts(some()), facts(some())
    there = {each.path: each for each in changes_since(one, two)}
    back = {each.path: each for each in changes_since(two, one)}
    assert there.keys() == back.keys()
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    for path, each in there.items():
        assert back[path].kind == turned[each.kind]
        assert (back[path].before, back[path].after) == (each.after, each.before)
    assert changes_since(one, one) == ()
