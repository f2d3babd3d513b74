"""指定审查人: who may review a case, who should, and what came back.

Excluded is who is on the study's team, declared an interest for the case, or has one in its
sponsor; nobody can assign them, and they are not present when the case is voted on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import EMERGENCY, SIMPLIFIED, ActRefused, case_name
from mmethics_cli.office.law.clocks import Clocks
from mmethics_cli.office.law.members import CONSULTANT, in_office, voting
from mmethics_cli.office.state import Appointment, Assignment, Case, Interest, Lookup

_LEAST_SIMPLIFIED: Final = 2
_PRIMARY: Final = ("protocol", "consent")  # the roles at a meeting, in the order of assigning


class Candidate(Struct, frozen=True):
    """A member who may review a case, and why they stand where they do."""

    person: str
    name: str
    reasons: tuple[str, ...]


class ReviewerProposal(Struct, frozen=True):
    """Who should review a case, best first, and who must not, by name with the reason."""

    candidates: tuple[Candidate, ...]
    excluded: Mapping[str, str]


def person_name(appointment: Appointment) -> str:
    """What people call a person."""
    return appointment.name or appointment.person


def exclusions(state: Lookup, case: Case, people: Mapping[str, Appointment]) -> dict[str, str]:
    """Of these people those who must keep out of a case, each with the reason."""
    declared = {each.person: each.interest for each in state.where(Interest, case=case.id)}
    reasons = {}
    for person, appointment in people.items():
        if person in declared:
            reasons[person] = f"已声明利益冲突（{declared[person] or '未写内容'}）"
        elif person_name(appointment) in case.team or person in case.team:
            reasons[person] = "是研究团队成员"
        elif firm := next((firm for firm in appointment.firms if firm in case.sponsor), ""):
            reasons[person] = f"与申办者“{firm}”有利益关系"
    return reasons


def propose(state: Lookup, case: Case, day: str) -> ReviewerProposal:
    """Who should review a case: those who reviewed what it answers first, then the least busy."""
    people = voting(state.where(Appointment), day)
    excluded = exclusions(state, case, people)
    before = {
        each.person
        for each in (state.where(Assignment, case=case.parent) if case.parent else ())
        if each.state != "replaced" and each.role != CONSULTANT
    }
    busy = {
        person: len(state.where(Assignment, person=person, state="open"))
        for person in people.keys() - excluded.keys()
    }
    order = sorted(busy, key=lambda person: (person not in before, busy[person], person))
    candidates = (
        Candidate(
            person,
            person_name(people[person]),
            tuple(_reasons(person in before, busy[person], people[person])),
        )
        for person in order
    )
    kept_out = {person_name(people[person]): reason for person, reason in excluded.items()}
    return ReviewerProposal(tuple(candidates), kept_out)


def _reasons(original: bool, busy: int, appointment: Appointment) -> Iterator[str]:
    if original:
        yield "原来的审查人"
    yield f"手上 {busy} 件"
    if appointment.expertise:
        yield "、".join(appointment.expertise)


def reviewing(state: Lookup, case: Case) -> list[Assignment]:
    """The reviewers of a case who count: assigned, without conflict, no consultants.

    Nor one whose appointment was recorded by mistake.
    """
    there = [
        each
        for each in state.where(Assignment, case=case.id)
        if each.state != "replaced" and each.role != CONSULTANT
    ]
    people = {
        each.person: each
        for each in state.where(Appointment)
        if each.person in {assignment.person for assignment in there}
    }
    excluded = exclusions(state, case, people)
    return [each for each in there if each.person in people and each.person not in excluded]


def reviewers_needed(case: Case) -> int:
    """How many must review a case: two of a simplified one, or as many as its snapshot asks."""
    if case.method == SIMPLIFIED:
        return max(case.simplified_reviewers, _LEAST_SIMPLIFIED)
    return len(_PRIMARY)


def assign(
    state: Lookup, case: Case, persons: Sequence[str], clocks: Clocks, now: str
) -> list[Happening]:
    """Assign reviewers to a case; a consultant as what they are.

    Raises ActRefused for whoever may not, and for fewer than two on a simplified review.
    """
    if case.state != "accepted":
        raise ActRefused(f"{case_name(case)} 不在审查中，不能指定审查人。")
    people = in_office(state.where(Appointment), now.partition("T")[0])
    known = [_find_person(people, name) for name in dict.fromkeys(persons)]
    for person, reason in exclusions(state, case, {who: people[who] for who in known}).items():
        raise ActRefused(f"{person_name(people[person])}{reason}，不能审查 {case_name(case)}。")
    there = [each for each in state.where(Assignment, case=case.id) if each.state != "replaced"]
    for each in there:
        if each.person in known:
            name = person_name(people[each.person])
            raise ActRefused(f"{name}已经是 {case_name(case)} 的审查人。")
    reviewing = [each for each in there if each.role != CONSULTANT]
    new = [who for who in known if people[who].category != CONSULTANT]
    if case.method == SIMPLIFIED and len(reviewing) + len(new) < reviewers_needed(case):
        raise ActRefused(
            f"简易审查至少由 {reviewers_needed(case)} 名委员审查，{case_name(case)} 不够。"
        )
    clock = clocks["worksheet_emergency" if case.method == EMERGENCY else "worksheet"]
    due = clock.ends(now).partition("T")[0]
    roles = _roles(case, [each.role for each in reviewing])
    return [
        Happening(
            "assigned",
            now,
            case.study,
            case.id,
            person=who,
            data={
                "role": CONSULTANT if people[who].category == CONSULTANT else next(roles),
                "due": due,
            },
        )
        for who in known
    ]


def _roles(case: Case, taken: Sequence[str]) -> Iterator[str]:
    """The roles to give, in their order; after the two of a meeting come more of the first."""
    if case.method == SIMPLIFIED:
        while True:
            yield SIMPLIFIED
    yield from (role for role in _PRIMARY if role not in taken)
    while True:
        yield _PRIMARY[0]


def return_worksheet(
    state: Lookup,
    case: Case,
    person: str,
    recommendation: str,
    wants_meeting: bool,
    now: str,
) -> Happening:
    """A reviewer's worksheet came back. Raises ActRefused from one who does not review the case."""
    if case.state != "accepted":
        raise ActRefused(f"{case_name(case)} 不在审查中，工作表不再收。")
    there = [
        each
        for each in state.where(Assignment, case=case.id)
        if each.person == person and each.state != "replaced"
    ]
    if not there:
        raise ActRefused(f"{person} 不是 {case_name(case)} 的审查人，或因利益冲突已更换。")
    data = {"recommendation": recommendation, "wants_meeting": wants_meeting}
    return Happening("worksheet_returned", now, case.study, case.id, person=person, data=data)


def _find_person(people: Mapping[str, Appointment], name: str) -> str:
    """A person in office, by id or name. Raises EthicsError."""
    matching = [who for who, each in people.items() if name in (who, each.name)]
    if len(matching) == 1:
        return matching[0]
    known = "、".join(person_name(each) for each in people.values())
    raise EthicsError(f"“{name}”今天不在任，或同名的不止一人。在任的：{known or '没有'}。")


def replacement(
    state: Lookup, case: Case, old: str, new: str, reason: str, clocks: Clocks, now: str
) -> list[Happening]:
    """Put one reviewer in the place of another. Raises ActRefused as `assign`."""
    people = in_office(state.where(Appointment), now.partition("T")[0])
    there = state.where(Assignment, case=case.id)
    leaving = next(
        (
            each
            for each in there
            if each.state == "open"
            and old
            in (each.person, person_name(people[each.person]) if each.person in people else "")
        ),
        None,
    )
    if leaving is None:
        raise EthicsError(f"“{old}”不是 {case_name(case)} 还没有交回工作表的审查人。")
    gone = Happening(
        "replaced", now, case.study, case.id, person=leaving.person, data={"reason": reason}
    )
    (coming,) = assign(state, case, [new], clocks, now)
    role = {"role": leaving.role, "due": coming.data["due"]}
    return [gone, Happening("assigned", now, case.study, case.id, person=coming.person, data=role)]
