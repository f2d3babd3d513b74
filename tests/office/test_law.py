"""Whatever is done in whatever order, nothing is decided unlawfully, and a replay says the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.law import acceptance, decisions, meetings, review
from mmethics_cli.office.law.acceptance import Acceptance
from mmethics_cli.office.law.decisions import Letter
from mmethics_cli.office.law.meetings import ItemVotes, MeetingHeld
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Case,
    Meeting,
    OfficeState,
    R,
    Seat,
)
from mmethics_cli.workflow.packs import Packs
from tests.depth import deep
from tests.office.offices import new_office

WORDS: Final = ["approve", "approve", "approve", "modify_then_approve", "disapprove"]
ADVICE: Final = [*["approve"] * 8, "modify_then_approve", "disapprove"]
SEQUENCES: Final = deep(60, 10_000)
STEPS: Final = 120


@cache
def pack() -> OfficePack:
    return office_pack(Packs())


class Committee:
    """An office in which things are done at random; what is refused leaves no trace."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.state = OfficeState()
        self.log: list[Happening] = []
        self.at = datetime(2027, 1, 4, 9)
        self.refusals = 0
        size = self.random.randint(7, 21)
        for number in range(size):
            self.keep(self._appointment(number))

    def _appointment(self, number: int) -> Happening:
        some = self.random
        data = {
            "name": f"委员{number}", "sex": "FM"[number % 2], "external": number % 3 == 0,
            "category": some.choice(["medical", "law"]), "declared": True,
            "term_from": "2026-01-01",
            "term_to": some.choice(["2027-02-01", "2030-12-31", "2030-12-31"]),
            "role": ("chair", "vice_chair")[number] if number < 2 else "member",
            "firms": ["某药业"] if number == 5 else [],
        }  # fmt: skip
        if number == 6 and some.random() < 0.5:
            data["category"] = "consultant"
        return Happening("member_appointed", self.now, person=f"M{number}", data=data)

    @property
    def now(self) -> str:
        return self.at.isoformat(timespec="minutes")

    def keep(self, *happenings: Happening) -> None:
        for happening in happenings:
            assert list(pack().kinds[happening.kind].faults(happening)) == []
            self.log.append(happening)
            self.state.apply(happening)

    def step(self) -> None:
        """One act at random, lawful or not."""
        self.at += timedelta(hours=self.random.choice([0, 1, 5, 26]))
        act = self.random.choice(self.acts() or [self._receive])
        try:
            self.keep(*act())
        except EthicsError:
            self.refusals += 1

    def acts(self) -> list[Callable[[], list[Happening]]]:
        """What could be done now: mostly what fits the case or the meeting, at times not."""
        some, state = self.random, self.state
        people = [each.person for each in state.where(Appointment)]
        acts: list[Callable[[], list[Happening]]] = [self._receive] if some.random() < 0.3 else []
        if new := self._some(Case, "received"):
            acts += [lambda: [self._accept(new)]] * 2
        if case := self._some(Case, "accepted"):
            acts += [
                lambda: [acceptance.withdraw(case, "x", self.now)] if some.random() < 0.1 else [],
                lambda: review.assign(state, case, some.sample(people, 2), pack().clocks, self.now),
                lambda: [self._returned(case)],
                lambda: [self._returned(case)],
                lambda: [self._conflict(case)] if some.random() < 0.3 else [],
                lambda: [self._simplified(case)],
            ]
        if some.random() < 0.3:
            day = (self.at + timedelta(some.randint(-1, 3))).date().isoformat()
            acts.append(lambda: [meetings.plan(state, day, self.now)])
        if planned := self._some(Meeting, "planned"):
            acts += [lambda: list(meetings.agenda(state, planned, self.now))]
            acts += [lambda: self._hold(planned, people)]
        if held := self._some(Meeting, "held"):
            items = [each.case for each in state.where(AgendaItem, meeting=held.id)]
            known = [each for name in items if (each := state.get(Case, name))]
            if known:
                acts += [lambda: self._vote(held, some.choice(known))] * 3
                acts += [lambda: [self._decide(held, some.choice(known))]] * 3
        return acts

    def _some(self, kind: type[R], state: str) -> R | None:
        """A record in that state, or now and then any other."""
        fitting = self.state.where(kind, state=state)
        found = fitting if self.random.random() < 0.9 else self.state.where(kind)
        return self.random.choice(found) if found else None

    def _accept(self, case: Case) -> Happening:
        method = self.random.choice(["", "", "simplified", "meeting"])
        return Acceptance("受", method).of(self.state, case, pack().clocks, self.now)

    def _receive(self) -> list[Happening]:
        some = self.random
        facts = {
            "protocol_number": f"P{some.randint(1, 6)}",
            "team": ["委员2"] if some.random() < 0.5 else [],
            "sponsor": "某药业有限公司", "pathway": some.choice(["simplified", "meeting"]),
        }  # fmt: skip
        digest = f"{some.getrandbits(256):064x}"
        kind = some.choice(["initial", "amendment", "re_review", "safety"])
        return [acceptance.receive(self.state, kind, digest, facts, self.now, "01-x")]

    def _returned(self, case: Case) -> Happening:
        some = self.random
        assigned = [each.person for each in self.state.where(Assignment, case=case.id)]
        person = some.choice([*assigned, *assigned, f"M{some.randint(0, 9)}"])
        return review.return_worksheet(
            self.state, case, person, some.choice(ADVICE), some.random() < 0.05, self.now
        )

    def _conflict(self, case: Case) -> Happening:
        person = f"M{self.random.randint(0, 9)}"
        return Happening("conflict_declared", self.now, case.study, case.id, person=person)

    def _simplified(self, case: Case) -> Happening:
        return decisions.decide_simplified(
            self.state, case, pack().decisions, Letter("伦审"), self.now
        )

    def _hold(self, meeting: Meeting, people: list[str]) -> list[Happening]:
        there = frozenset(who for who in people if self.random.random() < 0.9)
        held = MeetingHeld("09:00", "11:00", "现场", there)
        return meetings.hold(self.state, meeting, held, self.now)

    def _vote(self, meeting: Meeting, case: Case) -> list[Happening]:
        some = self.random
        there = [seat.person for seat in self.state.where(Seat, meeting=meeting.id) if seat.present]
        word = some.choice(WORDS)
        people = there if some.random() < 0.8 else [*there, "M0", "M1", "M20"]
        recused = frozenset(who for who in there if some.random() < 0.1)
        keeping_out = (
            recused
            | review.exclusions(
                self.state, case, {each.person: each for each in self.state.where(Appointment)}
            ).keys()
        )
        choices = {
            who: word if some.random() < 0.97 else some.choice(WORDS)
            for who in people
            if who not in keeping_out or some.random() < 0.02
        }
        item = ItemVotes(case.id, recused, choices)
        return meetings.vote(self.state, meeting, case, item, there, self.now)

    def _decide(self, meeting: Meeting, case: Case) -> Happening:
        return decisions.decide_at_meeting(
            self.state, case, meeting, pack().votes, pack().decisions, Letter("伦审"), self.now
        )


def unlawful(log: list[Happening]) -> Iterator[str]:
    """What was decided without quorum, majority or exclusion, by the log alone."""
    for at, decided in enumerate(log):
        if decided.kind != "decided":
            continue
        before = log[:at]
        case = decided.case
        team = next(
            each.data["team"] for each in before if each.case == case and "team" in each.data
        )
        declared = {e.person for e in before if e.kind == "conflict_declared" and e.case == case}
        terms = {e.person: e.data for e in before if e.kind == "member_appointed"}
        out = declared | {
            who for who, data in terms.items() if data["name"] in team or data["firms"]
        }
        if not decided.meeting:
            sheets = {
                e.person: e.data["recommendation"]
                for e in before
                if e.kind == "worksheet_returned" and e.case == case and e.person not in out
                and terms[e.person]["category"] != "consultant"
            }  # fmt: skip
            if len(sheets) < 2 or set(sheets.values()) != {decided.data["decision"]}:
                yield f"{case}: simplified with {sheets}"
            continue
        day = next(e.happened[:10] for e in before
                   if e.kind == "meeting_held" and e.meeting == decided.meeting)  # fmt: skip
        members = {
            who: data for who, data in terms.items()
            if data["term_from"] <= day <= data["term_to"] and data["category"] != "consultant"
        }  # fmt: skip
        here = [e for e in before if e.meeting == decided.meeting]
        recused = {e.person for e in here if e.kind == "recused" and e.case == case}
        present = {
            e.person for e in here if e.kind == "attended" and e.person in members
        } - recused - out  # fmt: skip
        votes = {e.person: e.data["choice"] for e in here if e.kind == "vote" and e.case == case}
        got = sum(votes.get(who) == decided.data["decision"] for who in present)
        classes = [members[who] for who in present]
        if not (
            len(present) >= 5
            and {data["sex"] for data in classes} == {"F", "M"}
            and {data["category"] == "medical" for data in classes} == {True, False}
            and any(data["external"] for data in classes)
            and any("chair" in data["role"] for data in classes)
        ):
            yield f"{case}: no quorum with {present}"
        if got * 2 <= len(members) or got * 3 < 2 * len(present):
            yield f"{case}: {got} votes of {len(members)}, {len(present)} present"


def test_no_sequence_of_acts_decides_unlawfully() -> None:
    kinds: dict[str, int] = {}
    for seed in range(SEQUENCES):
        committee = Committee(seed)
        for _ in range(STEPS):
            committee.step()
        assert list(unlawful(committee.log)) == [], seed
        replayed = OfficeState()
        for happening in committee.log:
            replayed.apply(happening)
        assert replayed.records == committee.state.records, seed
        for happening in committee.log:
            kinds[happening.kind] = kinds.get(happening.kind, 0) + 1
            if happening.kind == "decided":
                method = str(happening.data["method"])
                kinds[method] = kinds.get(method, 0) + 1
        assert committee.refusals
    # The sequences reach what they are about.
    assert {"decided", "postponed", "converted_to_meeting", "recused"} <= kinds.keys()
    assert kinds["decided"] > SEQUENCES / 3 and kinds["simplified"] and kinds["meeting"]


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_the_tables_say_what_the_acts_came_to(tmp_path: Path, database: str) -> None:
    register = open_office(new_office(tmp_path, database)).register()
    committee = Committee(3)
    for _ in range(STEPS):
        committee.step()
    for at in range(0, len(committee.log), 5):
        with register.writing() as writing:
            for happening in committee.log[at : at + 5]:
                writing.append(happening, committee.now, "秘书")
    with register.reading() as reading:
        assert list(reading.faults()) == []
        assert reading.state().records == committee.state.records
        assert reading.highest(Case, "id", "2027-") == committee.state.highest(Case, "id", "2027-")
