"""Old names read as new ones: nothing dropped, nothing overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from mmethics_cli.core.standard.migrations import Renaming, migrated, migrated_items
from mmethics_cli.core.standard.renaming import Migration

STEP = Migration(
    "0.0.9",
    paths={"data.store": "data.storage"},
    fields={"data.assets": {"kind": "modality"}},
    values={"design.type": {"old": "new"}, "data.assets.modality": {"ct": "imaging"}},
    items={"NEC-99": "NEC-01"},
    retired={"risk.grade": "risk.level"},
)


def test_every_kind_of_name_is_moved() -> None:
    tree: dict[str, Any] = {
        "data": {"store": "柜子", "assets": [{"id": "a", "kind": "ct"}, {"id": "b"}]},
        "design": {"type": "old"},
        "risk": {"grade": "低"},
        "self_check": {"NEC-99": {"answer": "met"}},
    }
    new, moved = migrated(tree, (STEP,))
    assert new == {
        "data": {"storage": "柜子", "assets": [{"id": "a", "modality": "imaging"}, {"id": "b"}]},
        "design": {"type": "new"},
        "risk": {},
        "self_check": {"NEC-01": {"answer": "met"}},
    }
    assert Renaming("risk.grade", "risk.level", again=True) in moved
    assert tree["data"]["store"] == "柜子"
    kept, _ = migrated(tree, (STEP,), rewriting=True)
    assert kept["risk"] == {"grade": "低"}


def test_where_both_names_hold_an_answer_both_stay() -> None:
    tree = {"data": {"store": "柜子", "storage": "服务器"}}
    assert migrated(tree, (STEP,)) == (tree, ())


@pytest.mark.parametrize("tree", [None, "x", [], {}, {"data": None}, {"data": {"store": None}}])
def test_a_tree_without_old_names_is_left_alone(tree: object) -> None:
    assert migrated(tree, (STEP,)) == (tree, ())
    assert migrated_items(tree, (STEP,)) == (tree, ())


def test_several_options_are_renamed_one_by_one() -> None:
    step = Migration("1", values={"sharing.recipients": {"firm": "company"}})
    new, moved = migrated({"sharing": {"recipients": ["firm", "none"]}}, (step,))
    assert new == {"sharing": {"recipients": ["company", "none"]}}
    assert moved == (Renaming("sharing.recipients：firm", "company"),)
