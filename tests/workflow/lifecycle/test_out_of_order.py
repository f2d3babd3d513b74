"""Amendments sealed against one approved study and decided one after the other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.lifecycle.folding import ApprovedChange, folded
from mmethics_cli.store.submission.choice import named
from mmethics_cli.workflow.approvals import approved_facts, crossed
from mmethics_cli.workflow.lifecycle.standing import Standing
from tests.workflow.lifecycle.lives import Life, packs

JUNE = date(2027, 6, 1)
TITLE, PLAIN = "project.title", "project.plain_title"


@pytest.fixture
def life(tmp_path: Path) -> Life:
    life = Life(tmp_path / "study")
    life.opened().workspace.set_answers({PLAIN: "一项研究"})
    life.approved()
    return life


def amended(life: Life, **changes: str) -> str:
    """An amendment of the study as it was approved, with these changes alone, sealed."""
    name = life.open("amendment")
    workspace = life.opened(named(name)).workspace
    workspace.set_answers({TITLE: "一项研究", PLAIN: "一项研究", **changes})
    life.seal(name, JUNE)
    return name


def approved(life: Life) -> dict[str, Value]:
    lineage = life.opened().workspace.lineage
    facts = approved_facts(lineage, lineage.approvals)
    assert facts is not None
    return {path: facts.get(path) for path in (TITLE, PLAIN)}


def crossings(life: Life) -> list[str]:
    return [finding.path for finding in crossed(life.opened().workspace.lineage)]


def test_the_later_approval_does_not_undo_the_earlier_one(life: Life) -> None:
    first, second = amended(life, **{TITLE: "甲"}), amended(life, **{PLAIN: "乙"})
    life.decide("批准", date(2027, 6, 10), second)
    life.decide("批准", date(2027, 6, 20), first)
    assert approved(life) == {TITLE: "甲", PLAIN: "乙"}
    assert crossings(life) == []
    # A draft of another one is compared with both together.
    third = life.open("amendment")
    baseline = life.opened(named(third)).facts.baseline
    assert baseline is not None and baseline.get(TITLE) == "甲" and baseline.get(PLAIN) == "乙"


def test_what_both_changed_is_told_and_the_first_approval_holds(life: Life) -> None:
    first, second = amended(life, **{TITLE: "甲"}), amended(life, **{TITLE: "乙", PLAIN: "丙"})
    life.decide("批准", date(2027, 6, 10), second)
    life.decide("批准", date(2027, 6, 20), first)
    assert approved(life) == {TITLE: "乙", PLAIN: "丙"}
    dossier = life.opened()
    (finding,) = [one for one in Standing(dossier).findings() if one.id == "approvals_crossed"]
    assert finding.severity == "warning"
    assert "项目名称" in finding.message and first in finding.message
    # A further amendment, compared with both, settles it.
    third = amended(life, **{TITLE: "甲", PLAIN: "丙"})
    life.decide("批准", date(2027, 6, 30), third)
    assert approved(life) == {TITLE: "甲", PLAIN: "丙"}
    assert crossings(life) == []


def test_what_was_asked_for_against_both_stays_what_it_was(life: Life) -> None:
    first = amended(life, **{TITLE: "甲"})
    life.decide("批准", date(2027, 6, 10), first)
    second = amended(life, **{TITLE: "乙"})  # sealed when the first was known
    life.decide("批准", date(2027, 6, 20), second)
    assert approved(life)[TITLE] == "乙" and crossings(life) == []


A, B, C = (Element(id_, {"name": id_}) for id_ in "abc")


def saying(entry: Element, **fields: Value) -> Element:
    return Element(entry.id, {**entry.fields, **fields})


@pytest.mark.parametrize(
    ("now", "asked", "becomes", "crossed"),
    [
        ([saying(A, source="x")], [saying(A, source="y")], [saying(A, source="x")], [".source"]),
        ([saying(A, source="x")], [saying(A, access="z")], [saying(A, source="x", access="z")], []),
        ([A, B], [A, C], [A, B, C], []),
        ([], [A, C], [C], []),
        ([A, B], [], [B], []),
        ([saying(A, source="x")], [], [saying(A, source="x")], [""]),
        ([], [saying(A, source="x")], [], [""]),
        ([A, saying(B, source="x")], [A, saying(B, source="y")], [A, saying(B, source="x")],
         [".source"]),
    ],
)  # fmt: skip
def test_entries_of_lists_are_joined_by_their_ids(
    now: list[Element], asked: list[Element], becomes: list[Element], crossed: list[str]
) -> None:
    def answers(entries: list[Element]) -> dict[str, Value]:
        return {"data.assets": tuple(entries), "event.kind": "amendment"}

    before = answers([A])
    study = folded(
        packs().of(None).standard,
        [
            ApprovedChange("01", before, {}),
            ApprovedChange("02", answers(now), before),
            ApprovedChange("03", answers(asked), before),
        ],
    )
    assert study.values["data.assets"] == tuple(becomes)
    assert [one.path.partition("]")[2] for one in study.crossings] == crossed
    assert {one.left for one in study.crossings} <= {"03"}
