"""The study as it was approved: what differs, what is taken back, what goes on."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.approved import as_approved, unapproved, unapproved_changes
from tests.studies import standard

CT = {"id": "ct", "name": "胸部CT", "modality": "imaging", "variables": "图像"}
MR = {"id": "mr", "name": "头颅MR", "modality": "imaging"}
ECG = {"id": "ecg", "name": "心电", "modality": "biosignal"}


def facts(**study: Any) -> Facts:
    reading = read_tree(standard(), {"event": {"kind": "progress"}, **study})
    assert not reading.unknown and not reading.refused
    return Facts(standard(), reading.values)


def assets(*entries: dict[str, str]) -> Facts:
    return facts(data={"assets": list(entries)})


def differing(approved: Facts, now: Facts) -> list[str]:
    return [change.path for change in unapproved_changes(approved, now)]


def test_what_means_something_to_the_committee_differs() -> None:
    one, two = facts(contact={"phone": "1"}), facts(contact={"phone": "2"})
    assert differing(one, two) == ["contact.phone"]
    assert differing(one, one) == []
    keywords = facts(contact={"phone": "1"}, project={"keywords": "心电"})
    assert differing(one, keywords) == []


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ([CT], [CT, ECG], "data.assets[ecg]"),
        # Alone the removal of an entry is no category; the entry could not have come unseen.
        ([CT, ECG], [CT], "data.assets[ecg]"),
        ([CT], [{**CT, "variables": "图像、报告"}], "data.assets[ct].variables"),
    ],
)
def test_entries_differ_as_a_whole_or_in_a_field(
    before: list[dict[str, str]], after: list[dict[str, str]], path: str
) -> None:
    assert differing(assets(*before), assets(*after)) == [path]


def test_what_is_asked_for_since_then_is_no_difference() -> None:
    """An answer that must be given now and that nobody had given: the standard asks for it."""
    without = {key: value for key, value in CT.items() if key != "variables"}
    assert differing(assets(without), assets(CT)) == []
    assert differing(assets(CT), assets(without)) == ["data.assets[ct].variables"]


def test_attachments_come_without_an_amendment_unless_participants_read_them() -> None:
    def with_paper(kind: str) -> Facts:
        return facts(attachments=[{"id": "a", "kind": kind, "title": "文件"}])

    assert differing(facts(attachments=[]), with_paper("hgr_approval")) == []
    assert differing(facts(attachments=[]), with_paper("recruitment_material")) == [
        "attachments[a]"
    ]


@pytest.mark.parametrize("seed", range(40))
def test_nothing_differs_once_it_is_taken_back(seed: int) -> None:
    random = Random(seed)
    pool = [CT, MR, ECG, {**CT, "variables": "报告"}, {**ECG, "name": "动态心电"}]

    def some() -> Facts:
        chosen = {one["id"]: one for one in random.sample(pool, random.randint(0, 5))}
        study: dict[str, Any] = {"data": {"assets": list(chosen.values())}}
        if random.random() < 0.7:
            study["contact"] = {"phone": str(random.randint(1, 2))}
        return facts(**study, project={"keywords": str(random.randint(1, 2))})

    approved, now = some(), some()
    back = as_approved(approved, now)
    assert differing(approved, back) == []
    assert back.get("project.keywords") == now.get("project.keywords")
    assert as_approved(approved, back).values == back.values


def test_what_a_waiting_amendment_asks_for_is_not_named() -> None:
    approved, waiting = facts(contact={"phone": "1"}), facts(contact={"phone": "2"})
    (finding,) = unapproved(approved, waiting, reporting=True)
    assert (finding.severity, finding.path) == ("error", "contact.phone")
    assert list(unapproved(approved, waiting, waiting=[waiting], reporting=True)) == []
    beyond = facts(contact={"phone": "3"})
    assert len(list(unapproved(approved, beyond, waiting=[waiting], reporting=False))) == 1
