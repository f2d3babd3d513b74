"""Where an office stands: what its events come to, one record a thing, and how each event moves it.

The records are the tables of the register; nothing but `evolve` makes them, so that the tables say
what the events say. Times and days are texts as in events, empty for none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from mmethics_cli.core.lifecycle.work_calendar import add_months
from mmethics_cli.office.archive import records as archive
from mmethics_cli.office.events import Happening
from mmethics_cli.office.record import Lookup as Lookup
from mmethics_cli.office.record import OfficeRecord as OfficeRecord
from mmethics_cli.office.record import R as R


class Appointment(OfficeRecord, frozen=True):
    """A term of a member, consultant or secretary, as it was given; both days are part of it."""

    KEY: ClassVar = ("person", "term_from")

    person: str
    term_from: str
    term_to: str
    name: str = ""
    sex: str = ""
    category: str = ""
    role: str = ""
    external: bool = False
    declared: bool = False
    expertise: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()


class RegisteredStudy(OfficeRecord, frozen=True):
    """A study across its submissions, as the office knows it."""

    FIND: ClassVar = ("state", "number")

    id: str
    number: str = ""  # of its protocol
    title: str = ""
    investigator: str = ""
    dept: str = ""
    sponsor: str = ""
    regime: str = ""
    state: str = "pending"
    approved_on: str = ""
    valid_until: str = ""
    interval_months: int = 0
    report_due: str = ""  # the next one
    reminded_on: str = ""  # of a report, the last time
    started_on: str = ""
    ended_on: str = ""


class Case(OfficeRecord, frozen=True):
    """A submission that the office received, until it is filed."""

    FIND: ClassVar = ("study", "number", "state", "digest")

    id: str
    study: str
    kind: str
    parent: str = ""
    package: str = ""
    digest: str = ""
    sponsor: str = ""
    team: tuple[str, ...] = ()
    pathway: str = ""
    review_days: int = 0
    emergency_hours: int = 0
    simplified_reviewers: int = 0
    follow_up_interval_months: int = 0
    method: str = ""
    number: str = ""
    state: str = "received"
    received_at: str = ""
    asked_at: str = ""
    supplements: int = 0
    accepted_at: str = ""
    due_at: str = ""
    decided_at: str = ""
    decision: str = ""
    letter: str = ""
    meeting: str = ""
    delivered_at: str = ""
    filed_at: str = ""
    ended_on: str = ""  # of the study, as a report of its completion says
    turned_away_at: str = ""  # refused, or taken back
    comments: tuple[str, ...] = ()  # as they were settled, in the order of the letter


class Assignment(OfficeRecord, frozen=True):
    """Who reviews a case in which role, until when, and what came back."""

    KEY: ClassVar = ("case", "person", "role")
    FIND: ClassVar = ("case", "person", "state")

    case: str
    person: str
    role: str
    due: str = ""
    state: str = "open"
    returned_at: str = ""
    recommendation: str = ""
    wants_meeting: bool = False


class Interest(OfficeRecord, frozen=True):
    """A conflict of interest that a person declared for a case."""

    KEY: ClassVar = ("case", "person")
    FIND: ClassVar = ("case",)

    case: str
    person: str
    interest: str = ""


class Meeting(OfficeRecord, frozen=True):
    """A meeting of the committee: planned, held, its minutes approved."""

    FIND: ClassVar = ("state", "date")

    id: str
    date: str = ""
    emergency: bool = False
    state: str = "planned"
    notice_at: str = ""
    held_at: str = ""
    end: str = ""
    form: str = ""
    minutes_at: str = ""


class AgendaItem(OfficeRecord, frozen=True):
    """A case on a meeting's agenda: to be reviewed or reported, and what became of it there."""

    KEY: ClassVar = ("meeting", "case")
    FIND: ClassVar = ("meeting", "case")

    meeting: str
    case: str
    purpose: str = "review"
    order: int = 0
    outcome: str = ""
    dissent_recorded: bool = False


class Seat(OfficeRecord, frozen=True):
    """Whether a person was at a meeting."""

    KEY: ClassVar = ("meeting", "person")
    FIND: ClassVar = ("meeting",)

    meeting: str
    person: str
    present: bool = False


class Ballot(OfficeRecord, frozen=True):
    """What a person voted on a case at a meeting, or that they stepped out."""

    KEY: ClassVar = ("meeting", "case", "person")
    FIND: ClassVar = ("meeting", "case")

    meeting: str
    case: str
    person: str
    choice: str = ""
    recused: bool = False


RECORDS: Final[tuple[type[OfficeRecord], ...]] = (
    Appointment, RegisteredStudy, Case, Assignment, Interest, Meeting, AgendaItem, Seat, Ballot,
    *archive.RECORDS,
)  # fmt: skip


class OfficeState:
    """An office in memory: what a replay comes to."""

    def __init__(self) -> None:
        self.records: dict[type[OfficeRecord], dict[tuple[str, ...], OfficeRecord]] = {
            kind: {} for kind in RECORDS
        }

    def get(self, kind: type[R], *key: str) -> R | None:
        record = self.records[kind].get(key)
        return record if isinstance(record, kind) else None

    def where(self, kind: type[R], **fields: str | Collection[str]) -> Sequence[R]:
        wanted = {
            name: {value} if isinstance(value, str) else set(value)
            for name, value in fields.items()
        }
        records = [
            record
            for record in self.records[kind].values()
            if isinstance(record, kind)
            and all(getattr(record, name) in values for name, values in wanted.items())
        ]
        return sorted(records, key=lambda record: record.key)

    def highest(self, kind: type[R], field: str, prefix: str) -> str:
        numbers = (str(getattr(record, field)) for record in self.records[kind].values())
        return max(
            (number for number in numbers if number.startswith(prefix)),
            key=lambda number: (len(number), number),
            default="",
        )

    def put(self, record: OfficeRecord) -> None:
        """Keep a record, in place of the one of its key."""
        self.records[type(record)][record.key] = record

    def apply(self, happening: Happening) -> None:
        """Let something happen."""
        for record in evolve(self, happening):
            self.put(record)


Records = Iterator[OfficeRecord]


def evolve(state: Lookup, event: Happening) -> Records:
    """The records that an event changes, as they are after it. It judges nothing.

    An event of a kind that no table indexes, or about a case that the register does not have,
    changes none.
    """
    way = _WAYS.get(event.kind)
    if way is not None:
        yield from way(state, event)


def _text(event: Happening, key: str) -> str:
    """A text among an event's data; of a past year it may be lacking, or no text."""
    value = event.data.get(key)
    return value if isinstance(value, str) else ""


def _texts(event: Happening, *keys: str) -> dict[str, Any]:
    return {key: _text(event, key) for key in keys}


def _number(event: Happening, key: str) -> int:
    value = event.data.get(key)
    return value if isinstance(value, int) else 0


def _day(event: Happening) -> str:
    return event.happened.partition("T")[0]


def _appointed(state: Lookup, event: Happening) -> Records:
    data = event.data
    known = ("term_from", "term_to", "name", "sex", "category", "role")
    more: dict[str, Any] = {key: tuple(data.get(key) or ()) for key in ("expertise", "firms")}
    more |= {key: data.get(key) is True for key in ("external", "declared")}
    yield Appointment(event.person, **_texts(event, *known), **more)


def _received(state: Lookup, event: Happening) -> Records:
    yield Case(
        event.case,
        event.study,
        received_at=event.happened,
        team=tuple(event.data.get("team") or ()),
        review_days=_number(event, "review_days"),
        emergency_hours=_number(event, "emergency_hours"),
        simplified_reviewers=_number(event, "simplified_reviewers"),
        follow_up_interval_months=_number(event, "follow_up_interval_months"),
        **_texts(event, "kind", "parent", "package", "digest", "sponsor", "pathway"),
        ended_on=_text(event, "ended_on"),
    )
    study = state.get(RegisteredStudy, event.study) or RegisteredStudy(event.study)
    texts = _texts(event, "title", "investigator", "dept", "sponsor", "regime")
    texts["number"] = _text(event, "protocol_number")
    yield replace(study, **{key: text for key, text in texts.items() if text})


_Changes = Callable[[Case, Happening], Mapping[str, object]]


def _of_case(change: _Changes) -> Callable[[Lookup, Happening], Records]:
    """An event that changes its case only."""

    def way(state: Lookup, event: Happening) -> Records:
        case = state.get(Case, event.case)
        if case is not None:
            yield replace(case, **change(case, event))

    return way


def _accepted(case: Case, event: Happening) -> Mapping[str, object]:
    return {
        "state": "accepted",
        "accepted_at": event.happened,
        "due_at": _text(event, "due"),
        **_texts(event, "method", "number"),
    }


def _turned_away(case: Case, event: Happening) -> Mapping[str, object]:
    return {"state": event.kind, "turned_away_at": event.happened}


def _with_volume(
    change: Callable[[Lookup, Happening], Records],
    also: Callable[[Lookup, Happening], Records],
) -> Callable[[Lookup, Happening], Records]:
    """An event of a case that reaches the study's volume too."""

    def way(state: Lookup, event: Happening) -> Records:
        yield from change(state, event)
        yield from also(state, event)

    return way


def _decided(state: Lookup, event: Happening) -> Records:
    case = state.get(Case, event.case)
    if case is None:
        return
    yield replace(
        case,
        state="decided",
        decided_at=event.happened,
        decision=_text(event, "decision"),
        method=_text(event, "method") or case.method,
        letter=_text(event, "number"),
        meeting=event.meeting,
    )
    if event.meeting:
        yield from _outcome(state, event, _text(event, "decision"))
    study = state.get(RegisteredStudy, case.study)
    if study is not None:
        yield replace(study, **_of_decision(study, event))


def _of_decision(study: RegisteredStudy, event: Happening) -> Mapping[str, object]:
    """What a decision comes to for its study, as it was decided: its state, its validity."""
    valid_until, after = _text(event, "valid_until"), _text(event, "study_state")
    changes: dict[str, object] = {"state": after} if after else {}
    if valid_until:
        months, day = _number(event, "interval_months"), date.fromisoformat(_day(event))
        changes |= {
            "approved_on": study.approved_on or _day(event),
            "valid_until": valid_until,
            "interval_months": months,
            # A past year may say anything.
            "report_due": add_months(day, months).isoformat() if 0 < months <= _LONGEST else "",
        }
    return changes


def _postponed(state: Lookup, event: Happening) -> Records:
    if event.meeting:
        yield from _outcome(state, event, "postponed")


def _outcome(state: Lookup, event: Happening, outcome: str) -> Records:
    item = state.get(AgendaItem, event.meeting, event.case)
    yield replace(item or AgendaItem(event.meeting, event.case), outcome=outcome)


def _assigned(state: Lookup, event: Happening) -> Records:
    yield Assignment(event.case, event.person, **_texts(event, "role", "due"))


def _returned(state: Lookup, event: Happening) -> Records:
    for role in ROLES:
        assignment = state.get(Assignment, event.case, event.person, role)
        if assignment is not None:
            yield replace(
                assignment,
                state="returned",
                returned_at=assignment.returned_at or event.happened,
                recommendation=_text(event, "recommendation"),
                wants_meeting=event.data.get("wants_meeting") is True,
            )


def _conflicted(state: Lookup, event: Happening) -> Records:
    yield Interest(event.case, event.person, _text(event, "interest"))
    yield from _replaced(state, event)


def _replaced(state: Lookup, event: Happening) -> Records:
    for role in ROLES:
        assignment = state.get(Assignment, event.case, event.person, role)
        if assignment is not None:
            yield replace(assignment, state="replaced")


def _of_meeting(
    change: Callable[[Happening], Mapping[str, object]],
) -> Callable[[Lookup, Happening], Records]:
    """An event that changes its meeting only; a meeting that nobody planned begins with it."""

    def way(state: Lookup, event: Happening) -> Records:
        meeting = state.get(Meeting, event.meeting) or Meeting(event.meeting)
        yield replace(meeting, **change(event))

    return way


def _held(event: Happening) -> Mapping[str, object]:
    return {
        "state": "held",
        "held_at": event.happened,
        "date": _day(event),
        "emergency": event.data.get("emergency") is True,
        **_texts(event, "end", "form"),
    }


def _on_agenda(state: Lookup, event: Happening) -> Records:
    yield AgendaItem(event.meeting, event.case, _text(event, "purpose"), _number(event, "order"))


def _discussed(state: Lookup, event: Happening) -> Records:
    item = state.get(AgendaItem, event.meeting, event.case)
    if item is not None:
        yield replace(item, dissent_recorded=event.data.get("dissent_recorded") is True)


def _seated(present: bool) -> Callable[[Lookup, Happening], Records]:
    def way(state: Lookup, event: Happening) -> Records:
        yield Seat(event.meeting, event.person, present)

    return way


def _voted(state: Lookup, event: Happening) -> Records:
    ballot = state.get(Ballot, event.meeting, event.case, event.person)
    recused = event.kind == "recused" or (ballot is not None and ballot.recused)
    yield Ballot(event.meeting, event.case, event.person, _text(event, "choice"), recused)


def _of_study(field: str) -> Callable[[Lookup, Happening], Records]:
    def way(state: Lookup, event: Happening) -> Records:
        study = state.get(RegisteredStudy, event.study) or RegisteredStudy(event.study)
        yield replace(study, **{field: _day(event)})

    return way


_LONGEST: Final = 120  # months between two reports
STUDY_STATES: Final = (
    "pending", "active", "suspended", "completed", "terminated", "disapproved",
)  # fmt: skip
ROLES: Final = ("protocol", "consent", "simplified", "consultant", "follow_up")
_WAYS: Final[Mapping[str, Callable[[Lookup, Happening], Records]]] = {
    "member_appointed": _appointed,
    "submission_received": _received,
    "supplement_requested": _of_case(
        lambda case, event: {
            "state": "supplement",
            "asked_at": event.happened,
            "supplements": case.supplements + 1,
        }
    ),
    "supplement_received": _of_case(
        lambda case, event: {
            "state": "received",
            "package": _text(event, "package") or case.package,
            "digest": _text(event, "digest") or case.digest,
        }
    ),
    "accepted": _with_volume(_of_case(_accepted), archive.opened),
    "refused": _with_volume(_of_case(_turned_away), archive.opened),
    "withdrawn": _of_case(_turned_away),
    "extended": _of_case(lambda case, event: {"due_at": _text(event, "until")}),
    "converted_to_meeting": _of_case(lambda case, event: {"method": "meeting"}),
    "comments_settled": _of_case(lambda case, event: {"comments": tuple(event.data["list"])}),
    "decided": _decided,
    "postponed": _postponed,
    "delivered": _of_case(
        lambda case, event: {"state": "delivered", "delivered_at": event.happened}
    ),
    "filed": _with_volume(
        _of_case(lambda case, event: {"state": "filed", "filed_at": event.happened}),
        archive.papers_in,
    ),
    "assigned": _assigned,
    "worksheet_returned": _returned,
    "conflict_declared": _conflicted,
    "replaced": _replaced,
    "meeting_planned": _of_meeting(
        lambda event: {
            "date": _text(event, "date"),
            "emergency": event.data.get("emergency") is True,
        }
    ),
    "notice_sent": _of_meeting(lambda event: {"notice_at": event.happened}),
    "meeting_held": _of_meeting(_held),
    "minutes_approved": _of_meeting(lambda event: {"minutes_at": event.happened}),
    "agenda_item": _on_agenda,
    "item_discussed": _discussed,
    "attended": _seated(True),
    "absent": _seated(False),
    "recused": _voted,
    "vote": _voted,
    "started": _of_study("started_on"),
    "reminder_sent": _of_study("reminded_on"),
    "ended": _of_study("ended_on"),
    **archive.WAYS,
}
