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
from mmethics_cli.office.archive.records import Access, Volume
from mmethics_cli.office.events import REFERENCES, Happening
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.law import acceptance, decisions, meetings, review
from mmethics_cli.office.law.acceptance import Acceptance
from mmethics_cli.office.law.decisions import Letter
from mmethics_cli.office.law.meetings import ItemVotes, MeetingHeld
from mmethics_cli.office.law.members import voting
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Ballot,
    Case,
    Meeting,
    OfficeState,
    R,
    RegisteredStudy,
    Seat,
)
from mmethics_cli.workflow.packs import Packs
from tests.depth import deep
from tests.office.offices import new_office

WORDS: Final = ["approve", "approve", "approve", "modify_then_approve", "disapprove"]
ADVICE: Final = [*["approve"] * 8, "modify_then_approve", "disapprove"]
SEQUENCES: Final = deep(60, 10_000)
STEPS: Final = 240


@cache
def pack() -> OfficePack:
    return office_pack(Packs())


class Committee:
    """An office in which things are done at random; what is refused leaves no trace."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.state = OfficeState()
        self.withdrawn: set[int] = set()  # numbers of events that were corrected
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
            if happening.kind == "corrected":
                self.withdrawn.add(happening.data["seq"])
                self.state = self.replayed()

    def replayed(self) -> OfficeState:
        """The state by what stands of the log alone."""
        state = OfficeState()
        for seq, happening in enumerate(self.log, 1):
            if seq not in self.withdrawn:
                state.apply(happening)
        return state

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
            acts.append(lambda: [self._turned(new)] if some.random() < 0.5 else [])
        acts += [self._later] if some.random() < 0.4 else []
        acts.append(lambda: [self._correction()] if some.random() < 0.1 else [])
        if case := self._some(Case, "accepted"):
            acts += [
                lambda: [acceptance.withdraw(case, "x", self.now)] if some.random() < 0.03 else [],
                lambda: review.assign(state, case, some.sample(people, 2), pack().clocks, self.now),
                lambda: [self._returned(case)],
                lambda: [self._returned(case)],
                lambda: [self._conflict(case)] if some.random() < 0.15 else [],
                lambda: [self._simplified(case)],
                lambda: self._replacement(case, people) if some.random() < 0.2 else [],
                lambda: [self._extension(case)] if some.random() < 0.2 else [],
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
                voted = {each.case for each in state.where(Ballot, meeting=held.id)}
                ready = [case for case in known if case.id in voted] or known
                acts += [lambda: [self._decide(held, some.choice(ready))]] * 3
        return acts

    def _some(self, kind: type[R], state: str) -> R | None:
        """A record in that state, or now and then any other."""
        fitting = self.state.where(kind, state=state)
        found = fitting if self.random.random() < 0.9 else self.state.where(kind)
        return self.random.choice(found) if found else None

    def _accept(self, case: Case) -> Happening:
        method = self.random.choice(["", "", "simplified", "meeting"])
        return Acceptance("受", method).of(self.state, case, pack().clocks, self.now)

    def _turned(self, case: Case) -> Happening:
        if self.random.random() < 0.3:
            return acceptance.refuse(case, "x", self.now)
        again = self.random.choice(["", "又缺"])
        return acceptance.ask_supplement(case, ["签名"], again, pack().clocks, self.now)

    def _extension(self, case: Case) -> Happening:
        day = (self.at + timedelta(self.random.randint(-5, 90))).date().isoformat()
        return acceptance.extend(case, day, "x", self.now)

    def _replacement(self, case: Case, people: list[str]) -> list[Happening]:
        old, new = self.random.sample(people, 2)
        return review.replacement(self.state, case, old, new, "x", pack().clocks, self.now)

    def _later(self) -> list[Happening]:
        """What comes after a decision, of a case or of a study: kept, lent, held."""
        some, state = self.random, self.state
        acts: list[Happening] = []
        for case in state.where(Case, state="decided"):
            acts.append(Happening("delivered", self.now, case.study, case.id, data={"to": "x"}))
        for case in state.where(Case, state="delivered"):
            papers = [{"kind": "letter", "title": "审查意见", "medium": "纸质"}]
            data = {"complete": True, "papers": papers}
            acts.append(Happening("filed", self.now, case.study, case.id, data=data))
        for volume in state.where(Volume):
            asked = {"request": f"阅-{len(self.log)}", "kind": "loan", "capacity": "other"}
            acts += [
                Happening("hold_set", self.now, volume.id, data={"reason": f"r{len(self.log)}"}),
                Happening("hold_released", self.now, volume.id, data={"reason": "x"}),
                Happening("access_requested", self.now, volume.id, person="x", data=asked),
            ]
        reminder = {"what": "进展报告", "due": "2027-12-01"}
        for study in state.where(RegisteredStudy, state="active"):
            acts.append(Happening("reminder_sent", self.now, study.id, data=reminder))
        after: dict[str, list[tuple[str, dict[str, str]]]] = {
            "requested": [("access_approved", {"by": "x"}), ("access_refused", {"reason": "x"})],
            "approved": [("access_done", {"due": "2027-09-01"})], "done": [("access_returned", {})],
        }  # fmt: skip
        for each in state.where(Access):
            acts += [
                Happening(kind, self.now, each.study, person="x", data=data | {"request": each.id})
                for kind, data in after.get(each.state, ())
            ]
        kinds = sorted({each.kind for each in acts})
        kind = some.choice(kinds) if kinds else ""
        return [some.choice([each for each in acts if each.kind == kind])] if kind else []

    def _correction(self) -> Happening:
        """Of something that an office may note and was not corrected yet."""
        noted = [
            seq
            for seq, each in enumerate(self.log, 1)
            if pack().kinds[each.kind].noted
            and each.kind != "corrected"
            and seq not in self.withdrawn
            # Without its members no committee decides.
            and (each.kind != "member_appointed" or self.random.random() < 0.1)
        ]
        if not noted:
            raise EthicsError("没有可以更正的。")
        seq = self.random.choice(noted)
        wrong = self.log[seq - 1]
        refs = {name: getattr(wrong, name) for name in REFERENCES}
        return Happening("corrected", self.now, **refs, data={"seq": seq, "reason": "记错了"})

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
        members = voting(self.state.where(Appointment), meeting.date)
        people = [who for who in there if who in members or some.random() < 0.05]
        people += ["M0", "M1", "M20"] if some.random() < 0.1 else []
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
        corrected = {each.data["seq"] for each in log[:at] if each.kind == "corrected"}
        before = [each for seq, each in enumerate(log[:at], 1) if seq not in corrected]
        case = decided.case
        told = [each.kind for each in before if each.case == case]
        if "accepted" not in told or {"refused", "withdrawn", "decided"} & set(told):
            yield f"{case}: decided after {told}"
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
                and terms.get(e.person, {}).get("category", "consultant") != "consultant"
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
        assert committee.replayed().records == committee.state.records, seed
        for happening in committee.log:
            kinds[happening.kind] = kinds.get(happening.kind, 0) + 1
            if happening.kind == "decided":
                method = str(happening.data["method"])
                kinds[method] = kinds.get(method, 0) + 1
        assert committee.refusals
    # The sequences reach what they are about.
    assert {
        "decided", "postponed", "converted_to_meeting", "recused", "supplement_received", "refused",
        "withdrawn", "extended", "replaced", "delivered", "filed", "hold_set", "access_returned",
        "corrected", "reminder_sent",
    } <= kinds.keys()  # fmt: skip
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
                if happening.kind == "corrected":
                    writing.rebuild()
    with register.reading() as reading:
        assert list(reading.faults()) == []
        assert reading.state().records == committee.state.records
        assert reading.highest(Case, "id", "2027-") == committee.state.highest(Case, "id", "2027-")
