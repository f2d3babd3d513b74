"""What indicators count: cases, items, seats, members …, put together from happenings.

A record is a mapping of fields, by the names of `FIELDS`; what did not happen is None. Each is
made when it is first counted. Of what can happen to a case once only (accepted, decided, filed, a
worksheet returned) the first counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, cast

from mmethics_cli.core.lifecycle.decision import kind_of, meaning_of
from mmethics_cli.core.lifecycle.work_calendar import OutOfCalendar, add_months
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.members import CONSULTANT, classes_of
from mmethics_cli.office.quality.courses import (
    Record,
    courses_of,
    day_of,
    moment,
    volumes_of,
)

# The fields of each kind of record. Those that are records or lists of them name their kind.
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    kind: dict.fromkeys(plain.split(), "") | records
    for kind, (plain, records) in {
        "case": (
            "id kind regime dept modalities serious severity learned_at ended_on parent began_as "
            "round received_at first_action accepted_at accepted_as supplements refused_at "
            "withdrawn_at extended_at decided_at method decision valid_until interval_months "
            "comments dissent_recorded delivered_at filed_at complete converted reviewers "
            "parent_reviewers conflicted returned recommendations reports next_meeting",
            {},
        ),
        "item": (
            "id decided_at decision members votes votes_for votes_by_conflicted dissent_recorded",
            {"case": "case", "present": "member"},
        ),
        "assignment": ("id person role due returned_at", {"case": "case"}),
        "seat": ("id person held_at present", {}),
        "meeting": ("id held_at minutes_approved_at reviewed reported", {"next": "meeting"}),
        "member": (
            "id sex category external declared classes term_from term_to term_months "
            "trained_at trainings_at",
            {},
        ),
        "duty": ("id due reports reminders", {}),
        "study": (
            "id state approved_at valid_until registered started ended completion_received",
            {},
        ),
        "access": ("id kind requested_at approved_at done_at due returned_at", {}),
        "complaint": ("id received_at closed_at", {}),
        "happening": ("id kind at about_year indicator year value", {}),
        "package": ("id verifies", {}),
        "register": ("id intact", {}),
        "volume": ("id retention_until appraised_at disposed_at disposal_list witnesses", {}),
    }.items()
}
_REVIEWS: Final = frozenset({"protocol", "consent", "simplified"})


def _first(happenings: Sequence[Happening]) -> datetime | None:
    """When the first of these was, which stand in the order of their times."""
    return moment(happenings[0].happened) if happenings else None


class Histories:
    """The records of an office that had these happenings.

    `standard` says what decisions mean: words of past years are read as what they meant. `also` are
    records that no happening tells of (packages, the register itself), by kind; of a
    kind that is neither there nor told of nothing is known.
    """

    def __init__(
        self,
        happenings: Iterable[Happening],
        standard: Standard,
        also: Mapping[str, list[Record]] | None = None,
    ) -> None:
        self._standard = standard
        self._also = also or {}
        self._end: date | None = None
        # By the identity of its events, kept with it: others might come to lie there.
        self._alone: dict[int, tuple[Mapping[str, list[Happening]], Record]] = {}
        self._as_members: dict[int, Record] = {}
        self._voting: dict[date, dict[str, Happening]] = {}
        self._of_case: dict[str, dict[str, list[Happening]]] = {}
        self._by_kind: dict[str, list[Happening]] = defaultdict(list)
        # The order of writing down is kept among things of the same minute.
        for each in sorted(happenings, key=attrgetter("happened")):
            kind, case = each.kind, each.case
            self._by_kind[kind].append(each)
            if case:
                self._of_case.setdefault(case, {}).setdefault(kind, []).append(each)

    def until(self, end: date) -> Histories:
        """The same as they were at the end of a day: later things did not happen."""
        latest = f"{end.isoformat()}T99"
        cut = Histories((), self._standard, self._also)
        cut._end = end
        late: set[str] = set()
        for kind, events in self._by_kind.items():
            at = bisect_right(events, latest, key=attrgetter("happened"))
            cut._by_kind[kind] = events[:at]
            late.update(each.case for each in events[at:])
        cut._of_case = {
            name: _before(latest, events) if name in late else events
            for name, events in self._of_case.items()
        }
        cut._alone = self._alone  # cases of which nothing more happened are read once
        return cut

    def happened_in(self, year: int) -> Counter[str]:
        """How often each kind of happening was in a year."""
        counts: Counter[str] = Counter()
        for kind, events in self._by_kind.items():
            for each, sign in ((year, -1), (year + 1, 1)):
                counts[kind] += sign * bisect_left(events, str(each), key=attrgetter("happened"))
        return counts

    def of(self, kind: str) -> list[Record] | None:
        """All records of a kind of `FIELDS`, in their order; None where nobody keeps them."""
        made = {
            "case": "_cases",
            "item": "_items",
            "assignment": "_assignments",
            "seat": "_seats",
            "meeting": "_meetings",
            "member": "_members",
            "duty": "_duties",
            "study": "_studies",
            "access": "_accesses",
            "complaint": "_complaints",
            "happening": "_happenings",
            "volume": "_volumes",
        }
        if kind in made:
            return cast("list[Record] | None", getattr(self, made[kind]))
        return self._also.get(kind)

    # Members.

    @cached_property
    def _terms(self) -> list[tuple[date, date, Happening]]:
        return [
            (begins, ends, each)
            for each in self._by_kind["member_appointed"]
            if (begins := day_of(each.data.get("term_from")))
            and (ends := day_of(each.data.get("term_to")))
        ]

    def _voting_on(self, day: date) -> dict[str, Happening]:
        """Members with a vote in office on a day, first and last of their term included.

        Who was appointed anew is what the later appointment says.
        """
        if day not in self._voting:
            terms = [each for begins, ends, each in self._terms if begins <= day <= ends]
            latest = {each.person: each for each in terms}
            self._voting[day] = {
                person: each
                for person, each in latest.items()
                if each.data.get("category") != CONSULTANT
            }
        return self._voting[day]

    @cached_property
    def _members(self) -> list[Record]:
        """Members with a vote in office at the end."""
        if self._end is None:
            return []
        trainings = defaultdict(list)
        for each in self._by_kind["training"]:
            trainings[each.person].append(each)
        members = []
        for person, term in sorted(self._voting_on(self._end).items()):
            own = trainings[person]
            gcp = [each for each in own if each.data.get("kind") == "gcp"]
            times = [moment(each.happened) for each in own]
            members.append(
                _member(person, term)
                | {
                    "trained_at": max(
                        (at for each in gcp if (at := moment(each.happened))), default=None
                    ),
                    "trainings_at": [at for at in times if at],
                }
            )
        return members

    # Cases.

    @cached_property
    def _cases(self) -> list[Record]:
        return [self._case_by_id[name] for name in sorted(self._case_by_id)]

    @cached_property
    def _case_by_id(self) -> dict[str, Record]:
        cases = {
            name: self._case(name, events)
            for name, events in self._of_case.items()
            if "submission_received" in events
        }
        for case in cases.values():
            self._link(case, cases)
        return cases

    def _case(self, name: str, events: Mapping[str, list[Happening]]) -> Record:
        """A case without what it has from others."""
        if id(events) not in self._alone:
            self._alone[id(events)] = events, self._read_case(name, events)
        return dict(self._alone[id(events)][1])

    def _read_case(self, name: str, events: Mapping[str, list[Happening]]) -> Record:
        received = events["submission_received"][0]
        data = received.data
        accepted, decided = _data_of(events, "accepted"), _data_of(events, "decided")
        case: Record = {"id": name, "study": received.study}
        for key in _OF_SUBMISSION:
            case[key] = data.get(key)
        for key in _OF_DECISION:
            case[key] = decided.get(key)
        for key, kind in _TIMES.items():
            case[key] = moment(events[kind][0].happened) if kind in events else None
        before = case["accepted_at"] or datetime.max
        asked = [moment(each.happened) for each in events.get("supplement_requested", ())]
        actions = (case["supplement_at"], case["accepted_at"], case["refused_at"])
        case["supplements"] = sum(1 for at in asked if at and at <= before)
        case["first_action"] = min((at for at in actions if at), default=None)
        case["learned_at"] = moment(data.get("learned_at"))
        case["ended_on"] = day_of(data.get("ended_on"))
        case["valid_until"] = day_of(decided.get("valid_until"))
        case["accepted_as"] = accepted.get("method")
        case["complete"] = _data_of(events, "filed").get("complete")
        case["converted"] = "converted_to_meeting" in events
        self._review(case, events)
        return case

    def _review(self, case: Record, events: Mapping[str, list[Happening]]) -> None:
        """Who reviewed: those assigned who declared no conflict, consultants aside."""
        conflicted = {each.person for each in events.get("conflict_declared", ())}
        reviewers = {
            each.person
            for each in events.get("assigned", ())
            if each.data.get("role") != CONSULTANT and each.person not in conflicted
        }
        decided = events["decided"][0].happened if case["decided_at"] else _NEVER
        sheets = [
            each
            for each in events.get("worksheet_returned", ())
            if each.person in reviewers and each.happened <= decided
        ]
        case["reviewers"], case["conflicted"] = reviewers, conflicted
        case["returned"] = {each.person for each in sheets}
        case["recommendations"] = {each.data.get("recommendation") for each in sheets}

    def _link(self, case: Record, cases: Mapping[str, Record]) -> None:
        """What a case has from others: its parent, the review that it goes on with, its reports."""
        parent = cases.get(case["parent"] or "")
        case["parent_reviewers"] = parent["reviewers"] if parent else set()
        rounds, root, seen = 1, case, {case["id"]}
        while root["kind"] == "re_review":
            before = cases.get(root["parent"] or "")
            if before is None or before["id"] in seen:
                break
            rounds, root = rounds + 1, before
            seen.add(root["id"])
        case["round"], case["began_as"] = rounds, root["kind"]
        case["decision"] = self._read(case, case["decision"])
        case["recommendations"] = {self._read(case, word) for word in case["recommendations"]}
        case["reports"] = {
            each.meeting
            for each in self._of_case[case["id"]].get("agenda_item", ())
            if each.data.get("purpose") == "report" and each.meeting in self._held
        }
        case["next_meeting"] = None
        if case["decided_at"]:
            days = self._meeting_days
            at = bisect_right(days, case["decided_at"].date())
            case["next_meeting"] = self._meetings[at]["id"] if at < len(days) else None

    @cached_property
    def _meeting_days(self) -> list[date]:
        return [meeting["held_at"].date() for meeting in self._meetings]

    @cached_property
    def _assignments(self) -> list[Record]:
        assignments = []
        for case in self._cases:
            events, conflicted = self._of_case[case["id"]], case["conflicted"]
            returned: dict[str, datetime | None] = {}
            for sheet in events.get("worksheet_returned", ()):
                if sheet.person not in returned:
                    returned[sheet.person] = moment(sheet.happened)
            times: dict[str, int] = {}  # that somebody was assigned to it
            for each in events.get("assigned", ()):
                person, role = each.person, each.data.get("role")
                if role in _REVIEWS and person not in conflicted:
                    times[person] = number = times.get(person, 0) + 1
                    name = f"{case['id']} {person}"
                    assignments.append(
                        {
                            "id": name if number == 1 else f"{name} {number}",
                            "case": case,
                            "person": person,
                            "role": role,
                            "due": day_of(each.data.get("due")),
                            "returned_at": returned.get(person),
                        }
                    )
        return assignments

    # Meetings.

    @cached_property
    def _held(self) -> dict[str, Happening]:
        held: dict[str, Happening] = {}
        for each in self._by_kind["meeting_held"]:
            held.setdefault(each.meeting, each)
        return held

    @cached_property
    def _attending(self) -> dict[str, set[str]]:
        attending: dict[str, set[str]] = defaultdict(set)
        for each in self._by_kind["attended"]:
            attending[each.meeting].add(each.person)
        return attending

    @cached_property
    def _meetings(self) -> list[Record]:
        """Regular meetings that were held, in their order."""
        approved = {each.meeting: each for each in reversed(self._by_kind["minutes_approved"])}
        agendas: dict[str, Counter[object]] = defaultdict(Counter)
        for each in self._by_kind["agenda_item"]:
            agendas[each.meeting][each.data.get("purpose")] += 1
        meetings: list[Record] = [
            {
                "id": name,
                "held_at": held_at,
                "minutes_approved_at": _first([approved[name]] if name in approved else []),
                "reviewed": agendas[name]["review"],
                "reported": agendas[name]["report"],
                "next": None,
            }
            for name, held in self._held.items()
            if held.data.get("emergency") is not True and (held_at := moment(held.happened))
        ]
        meetings.sort(key=lambda meeting: cast(datetime, meeting["held_at"]))
        for meeting, following in zip(meetings, meetings[1:], strict=False):
            meeting["next"] = following
        return meetings

    @cached_property
    def _seats(self) -> list[Record]:
        """Each voting member in office at each meeting that was held, emergency ones too."""
        return [
            {
                "id": f"{name} {person}",
                "person": person,
                "held_at": held_at,
                "present": person in self._attending[name],
            }
            for name, held in sorted(self._held.items())
            if (held_at := moment(held.happened))
            for person in sorted(self._voting_on(held_at.date()))
        ]

    @cached_property
    def _items(self) -> list[Record]:
        """Each case that was decided at a meeting."""
        items = []
        for case in self._cases:
            events = self._of_case[case["id"]]
            for decided in events.get("decided", ())[:1]:
                if decided.meeting and case["decided_at"]:
                    items.append(self._item(case, decided.meeting, events))
        return items

    def _item(self, case: Record, meeting: str, events: Mapping[str, list[Happening]]) -> Record:
        here = {
            kind: [each for each in events.get(kind, ()) if each.meeting == meeting]
            for kind in ("recused", "vote")
        }
        recused = {each.person for each in here["recused"]}
        voting = self._voting_on(case["decided_at"].date())
        votes = {each.person: self._read(case, each.data.get("choice")) for each in here["vote"]}
        present = (self._attending[meeting] & voting.keys()) - recused
        counts = Counter(votes.values())
        return {
            "id": f"{case['id']} {meeting}",
            "case": case,
            "decided_at": case["decided_at"],
            "decision": case["decision"],
            "dissent_recorded": case["dissent_recorded"],
            "members": len(voting),
            "present": [self._as_member(person, voting[person]) for person in sorted(present)],
            "votes": list(counts),
            "votes_for": counts[case["decision"]],
            "votes_by_conflicted": len(votes.keys() & (recused | case["conflicted"])),
        }

    def _as_member(self, person: str, term: Happening) -> Record:
        """The same record for the same term: nobody changes it."""
        known = self._as_members.get(id(term))
        if known is None:
            known = self._as_members[id(term)] = _member(person, term)
        return known

    def _read(self, case: Record, word: object) -> str:
        """A decision on a case as its word is read today."""
        text = word if isinstance(word, str) else ""
        return kind_of(self._standard, case["began_as"]).read_as.get(text, text)

    # Studies.

    @cached_property
    def _approvals(self) -> dict[str, list[Record]]:
        """The approvals of each study, in their order."""
        approvals: dict[str, list[Record]] = defaultdict(list)
        for case in self._cases:
            if case["decided_at"] and meaning_of(self._standard, case["decision"]).approves:
                approvals[case["study"]].append(case)
        for cases in approvals.values():
            cases.sort(key=lambda case: cast(datetime, case["decided_at"]))
        return approvals

    @cached_property
    def _duties(self) -> list[Record]:
        """The first follow-up report of each study that was approved with an interval."""
        reminders = defaultdict(list)
        for each in self._by_kind["reminder_sent"]:
            reminders[each.study].append(each)
        reports = defaultdict(list)
        for case in self._cases:
            if case["kind"] == "progress" and case["received_at"]:
                reports[case["study"]].append(case["received_at"])
        duties = []
        for study, cases in self._approvals.items():
            first = next((case for case in cases if case["began_as"] == "initial"), None)
            if first is not None and (due := _due(first)):
                duties.append(
                    {
                        "id": study,
                        "due": due,
                        "reports": [at for at in reports[study] if at > first["decided_at"]],
                        "reminders": [
                            at
                            for each in reminders[study]
                            if day_of(each.data.get("due")) == due and (at := moment(each.happened))
                        ],
                    }
                )
        return sorted(duties, key=lambda duty: cast(str, duty["id"]))

    @cached_property
    def _studies(self) -> list[Record]:
        firsts: dict[str, dict[str, datetime | None]] = defaultdict(lambda: dict.fromkeys(_STAGES))
        for kind in _STAGES:
            for each in self._by_kind[kind]:
                if firsts[each.study][kind] is None:
                    firsts[each.study][kind] = moment(each.happened)
        completions: dict[str, datetime] = {}
        for case in self._cases:
            at = case["received_at"]
            if case["kind"] == "completion" and at:
                completions[case["study"]] = min(at, completions.get(case["study"], at))
        names = {case["study"] for case in self._cases} | firsts.keys()
        return [
            self._study(name) | firsts[name] | {"completion_received": completions.get(name)}
            for name in sorted(names)
        ]

    def _study(self, name: str) -> Record:
        approvals = self._approvals.get(name, [])
        valid = [case["valid_until"] for case in approvals if case["valid_until"]]
        completed = any(case["kind"] == "completion" for case in approvals)
        return {
            "id": name,
            "approved_at": approvals[0]["decided_at"] if approvals else None,
            "valid_until": valid[-1] if valid else None,
            "state": "completed" if completed else "active" if valid else "pending",
        }

    # Access, complaints, the rest.

    @cached_property
    def _accesses(self) -> list[Record]:
        steps = {
            "access_refused": "refused_at",
            "access_approved": "approved_at",
            "access_done": "done_at",
            "access_returned": "returned_at",
        }
        return courses_of(self._by_kind, "access_requested", "requested_at", steps)

    @cached_property
    def _complaints(self) -> list[Record]:
        steps = {"complaint_closed": "closed_at"}
        return courses_of(self._by_kind, "complaint_received", "received_at", steps)

    @cached_property
    def _volumes(self) -> list[Record] | None:
        return volumes_of(self._by_kind)

    @cached_property
    def _happenings(self) -> list[Record]:
        """What is counted as it stands: what concerns no case, meeting or member."""
        return [
            dict.fromkeys(FIELDS["happening"])
            | dict(each.data)
            | {"id": each.happened, "kind": kind, "at": moment(each.happened)}
            for kind in ("annual_report_submitted", "self_assessed", "figure_entered")
            for each in self._by_kind[kind]
        ]


_NEVER: Final = "9999-99"  # after every time
_STAGES: Final = ("registered", "started", "ended")
# What a case has from the data of its submission and of its decision.
_OF_SUBMISSION: Final = (
    "kind", "regime", "dept", "modalities", "serious", "severity", "parent",
)  # fmt: skip
_OF_DECISION: Final = ("method", "decision", "interval_months", "comments", "dissent_recorded")
# When something first happened to a case, by the kind of happening.
_TIMES: Final = {
    "received_at": "submission_received",
    "supplement_at": "supplement_requested",
    "accepted_at": "accepted",
    "refused_at": "refused",
    "withdrawn_at": "withdrawn",
    "extended_at": "extended",
    "decided_at": "decided",
    "delivered_at": "delivered",
    "filed_at": "filed",
}


def _before(latest: str, events: Mapping[str, list[Happening]]) -> dict[str, list[Happening]]:
    """Those that happened by then, of the kinds of which any did."""
    earlier = {
        kind: [each for each in of_kind if each.happened <= latest]
        for kind, of_kind in events.items()
    }
    return {kind: of_kind for kind, of_kind in earlier.items() if of_kind}


def _data_of(events: Mapping[str, list[Happening]], kind: str) -> Mapping[str, Any]:
    """The data of the first happening of a kind; empty where there was none."""
    return events[kind][0].data if kind in events else {}


def _due(approval: Record) -> date | None:
    months = approval["interval_months"]
    if not isinstance(months, int) or months <= 0:
        return None
    try:
        return add_months(approval["decided_at"].date(), months)
    except OutOfCalendar:
        return None


def _member(person: str, term: Happening) -> Record:
    """A member as they were in that term."""
    data = term.data
    begins, ends = day_of(data.get("term_from")), day_of(data.get("term_to"))
    return {
        "id": person,
        "classes": classes_of(data.get("category"), data.get("sex"), data.get("external")),
        "sex": data.get("sex"),
        "category": data.get("category"),
        "external": data.get("external"),
        "declared": data.get("declared"),
        "term_from": begins,
        "term_to": ends,
        "term_months": _months(begins, ends),
        "trained_at": None,
        "trainings_at": [],
    }


def _months(begins: date | None, ends: date | None) -> float | None:
    """Months from day to day; days that are left over are part of one more."""
    if begins is None or ends is None:
        return None
    whole = (ends.year - begins.year) * 12 + ends.month - begins.month
    turn = add_months(begins, whole)
    return whole + (ends - turn).days / 31
