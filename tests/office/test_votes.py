"""Quorum and majorities: the table of votes needed, and an oracle written apart."""

from __future__ import annotations

import random
from functools import cache
from typing import Final

import pytest

from mmethics_cli.core.standard.node import Trail
from mmethics_cli.office.law.votes import VoteLaw, read_vote_law
from mmethics_cli.office.pack import office_pack
from mmethics_cli.office.state import Appointment
from mmethics_cli.workflow.packs import Packs
from tests.depth import deep

# Votes needed for one option, by members in office and members present; None: none can pass.
NEEDED: Final[dict[int, dict[int, int | None]]] = {
    7: {5: 4, 6: 4, 7: 5},
    9: {5: 5, 6: 5, 7: 5, 8: 6, 9: 6},
    11: {5: None, 6: 6, 7: 6, 8: 6, 9: 6, 10: 7, 11: 8},
    15: {5: None, 6: None, 7: None, 8: 8, 9: 8, 10: 8, 11: 8, 12: 8, 13: 9, 15: 10},
    21: {5: None, 6: None, 7: None, 8: None, 9: None, 10: None, 11: 11, 12: 11, 13: 11, 15: 11},
}


@cache
def law() -> VoteLaw:
    return office_pack(Packs()).votes


def committee(size: int, some: random.Random) -> dict[str, Appointment]:
    return {
        f"M{n}": Appointment(
            f"M{n}",
            "2026-01-01",
            "2030-12-31",
            sex="FM"[n % 2],
            category=some.choice(["medical", "medical", "law", "ethics"]),
            role="chair" if n == 0 else "vice_chair" if n == 1 else "member",
            external=n % 4 == 2,
        )
        for n in range(size)
    }


def test_votes_needed() -> None:
    got = {n: {p: law().needed(n, p) for p in present} for n, present in NEEDED.items()}
    assert got == NEEDED


def lawful(
    members: dict[str, Appointment], attending: set[str], recused: set[str], votes: dict[str, str]
) -> str:
    """The option that the law carries; the same told in another way."""
    here = [members[who] for who in attending if who in members and who not in recused]
    quorate = (
        len(here) >= 5
        and any(each.category == "medical" for each in here)
        and any(each.category != "medical" for each in here)
        and any(each.external for each in here)
        and {each.sex for each in here} == {"F", "M"}
        and any("chair" in each.role for each in here)
    )
    cast = [votes[each.person] for each in here if each.person in votes]
    passing = [
        word
        for word in set(cast)
        if cast.count(word) > len(members) / 2 and cast.count(word) >= 2 * len(here) / 3
    ]
    return passing[0] if quorate and passing else ""


@pytest.mark.parametrize("seed", range(deep(3, 20)))
def test_what_is_carried_is_what_the_law_says(seed: int) -> None:
    some = random.Random(seed)
    carried = set()
    for _ in range(500):
        members = committee(some.randint(7, 21), some)
        attending = {who for who in members if some.random() < 0.85} | {"guest"}
        recused = {who for who in members if some.random() < 0.1}
        word = some.choice(["approve", "disapprove"])
        votes = {
            who: word if some.random() < 0.85 else "modify_then_approve"
            for who in attending | recused
            if some.random() < 0.95
        }
        judged = law().judge(members, attending, recused, votes)
        assert judged.carried == lawful(members, attending, recused, votes)
        assert bool(judged.carried) is not bool(judged.reason)
        assert not set(judged.present) & recused
        carried.add(judged.carried)
    assert {"", "approve"} <= carried


def test_what_lacked_is_said_with_its_number() -> None:
    members = committee(15, random.Random(1))
    here = list(members)[:12]
    votes = dict.fromkeys(here[:7], "approve") | dict.fromkeys(here[7:], "disapprove")
    judged = law().judge(members, here, [], votes)
    assert judged.reason == "到会12人，须8票，得票最多的意见7票"
    judged = law().judge(members, here[:6], [], votes)
    assert judged.reason == "到会6人，全部赞成也不够通过"
    assert judged.proof()["needed"] is None
    judged = law().judge(members, here[:4], [], votes)
    assert "Q1" in judged.unmet and "到会委员不少于5人" in judged.reason


def test_a_rule_without_its_cases_is_refused() -> None:
    def faults(**changes: object) -> list[str]:
        rule = {
            "id": "X", "table": "quorum", "zh": "x", "count": "present", "at_least": "5",
            "cases": [{"met": {"present": "5"}, "unmet": {"present": "4"}}],
        } | changes  # fmt: skip
        return [text for _, _, text in read_vote_law({"office/quorum.yaml": [rule]}, Trail())[1]]

    assert faults() == []
    assert faults(cases=[])
    assert faults(at_least="6")
    assert faults(cases=[{"met": {"present": "5"}, "unmet": {"present": "4", "votes": "1"}}])
    assert faults(each_of=["man"])
    assert faults(at_least="some")
