"""会议: planned, its agenda, who came, who stepped out, who voted what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from mmethics_cli.core.standard.names import INITIAL
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import (
    EMERGENCY,
    SIMPLIFIED,
    ActRefused,
    case_name,
    next_number,
)
from mmethics_cli.office.law.members import in_office, voting
from mmethics_cli.office.law.review import exclusions, person_name
from mmethics_cli.office.law.votes import VoteLaw
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Case,
    Lookup,
    Meeting,
    RegisteredStudy,
)


class ItemVotes(Struct, frozen=True):
    """What happened to a case at a meeting: who stepped out, who voted what, dissent recorded."""

    case: str
    recused: frozenset[str]
    choices: Mapping[str, str]
    dissent_recorded: bool = False


class MeetingHeld(Struct, frozen=True):
    """A meeting as it was: when it began and ended, its form, who was there."""

    start: str
    end: str
    form: str
    present: frozenset[str]


def plan(state: Lookup, day: str, now: str, *, emergency: Case | None = None) -> Happening:
    """Plan a meeting on a day: a regular one of the year's next number, or for an emergency."""
    if day < now.partition("T")[0]:
        raise ActRefused(f"{day} 已经过去，不能计划会议。")
    if emergency is not None:
        name = f"E-{emergency.id}"
    else:
        prefix = f"{day[:4]}-"
        name = next_number(state, Meeting, "id", prefix, digits=2)
    data = {"date": day, "emergency": emergency is not None}
    return Happening("meeting_planned", now, meeting=name, data=data)


def agenda(state: Lookup, meeting: Meeting, now: str) -> Iterator[Happening]:
    """What goes on a meeting's agenda and is not on it yet.

    Simplified cases that no meeting was told of; then cases that are not decided, first in, first
    out, those of studies under way before new ones.
    """
    _must_be(meeting, "planned")
    order = len(state.where(AgendaItem, meeting=meeting.id))
    if not meeting.emergency:
        for case in _to_report(state):
            order += 1
            yield _item(meeting, case, "report", order, now)
    waiting = [
        case
        for case in state.where(Case, state="accepted")
        if case.method != SIMPLIFIED and (case.method != EMERGENCY or meeting.emergency)
    ]
    waiting.sort(key=lambda case: (case.kind == INITIAL, case.accepted_at, case.id))
    for case in waiting:
        own = not meeting.emergency or meeting.id == f"E-{case.id}"
        if own and not _on_an_agenda(state, case):
            order += 1
            yield _item(meeting, case, "review", order, now)


def _on_an_agenda(state: Lookup, case: Case) -> bool:
    """Whether a case waits on the agenda of a meeting that is still to come."""
    return any(
        not item.outcome and (meeting := state.get(Meeting, item.meeting)) is not None
        and meeting.state == "planned"
        for item in state.where(AgendaItem, case=case.id)
    )  # fmt: skip


def _to_report(state: Lookup) -> list[Case]:
    decided = [
        case
        for stage in ("decided", "delivered", "filed")
        for case in state.where(Case, state=stage)
        if case.method == SIMPLIFIED and not state.where(AgendaItem, case=case.id)
    ]
    return sorted(decided, key=lambda case: (case.decided_at, case.id))


def _item(meeting: Meeting, case: Case, purpose: str, order: int, now: str) -> Happening:
    data = {"purpose": purpose, "order": order}
    return Happening("agenda_item", now, case.study, case.id, meeting.id, data=data)


def hold(state: Lookup, meeting: Meeting, held: MeetingHeld, now: str) -> list[Happening]:
    """A planned meeting was held: who was there, and which members in office were not."""
    _must_be(meeting, "planned")
    if now.partition("T")[0] < meeting.date:
        raise ActRefused(f"会议 {meeting.id} 定在 {meeting.date}，还没有到。")
    people = in_office(state.where(Appointment), meeting.date)
    strangers = sorted(held.present - people.keys())
    if strangers:
        raise EthicsError(f"{'、'.join(strangers)} 在 {meeting.date} 不在任，不能登记到会。")
    start = f"{meeting.date}T{held.start}"
    data = {
        "start": held.start, "end": held.end, "form": held.form, "emergency": meeting.emergency,
    }  # fmt: skip
    seats = [
        Happening(
            "attended" if who in held.present else "absent", start, meeting=meeting.id, person=who
        )
        for who in sorted(people)
    ]
    return [Happening("meeting_held", start, meeting=meeting.id, data=data), *seats]


def vote(
    state: Lookup, meeting: Meeting, case: Case, item: ItemVotes, attending: Iterable[str], now: str
) -> list[Happening]:
    """Who stepped out and who voted what on a case, of those who were there.

    Raises ActRefused for the vote of one who must keep out, has no vote or was not there.
    """
    if state.get(AgendaItem, meeting.id, case.id) is None or case.state != "accepted":
        raise ActRefused(f"{case_name(case)} 不在会议 {meeting.id} 的议程上，或已经决定。")
    there = frozenset(attending)
    members = voting(state.where(Appointment), meeting.date)
    excluded = exclusions(state, case, members)
    for who, choice in item.choices.items():
        if choice and who not in members:
            raise ActRefused(f"{who} 没有表决权（{case_name(case)}）。")
        if choice and who not in there:
            raise ActRefused(f"{who} 没有到会，不能表决（{case_name(case)}）。")
        if choice and (who in item.recused or who in excluded):
            reason = excluded.get(who, "已回避")
            name = person_name(members[who])
            raise ActRefused(f"{name}{reason}，不能表决 {case_name(case)}。请改为回避。")
    out = (item.recused | excluded.keys()) & there & members.keys()
    refs: dict[str, Any] = {"study": case.study, "case": case.id, "meeting": meeting.id}
    return [
        *(Happening("recused", now, **refs, person=who) for who in sorted(out)),
        *(
            Happening("vote", now, **refs, person=who, data={"choice": choice})
            for who, choice in sorted(item.choices.items())
            if choice
        ),
    ]


class Outlook(Struct, frozen=True):
    """What a meeting could decide on a case, if all members in office but those excluded come."""

    case: str
    members: int
    present: int
    needed: int | None
    lacking: tuple[str, ...]


def outlook(
    state: Lookup, meeting: Meeting, case: Case, law: VoteLaw, coming: Iterable[str]
) -> Outlook:
    """Whether those who come could decide a case at all, told before they travel."""
    members = voting(state.where(Appointment), meeting.date)
    excluded = exclusions(state, case, members)
    present = [members[who] for who in coming if who in members and who not in excluded]
    lacking = law.lacking(len(members), present)
    return Outlook(
        case.id,
        len(members),
        len(present),
        law.needed(len(members), len(present)),
        tuple(f"{rule.title}（{rule.id}）" for rule in lacking),
    )


def title_of(state: Lookup, case: Case) -> str:
    """The title of a case's study, else its id."""
    study = state.get(RegisteredStudy, case.study)
    return (study.title if study else "") or case.study


def _must_be(meeting: Meeting, stage: str) -> None:
    if meeting.state != stage:
        raise ActRefused(f"会议 {meeting.id} 已经召开，不能再改议程和到会。")
