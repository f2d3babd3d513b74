"""Years of an office made up at random, with the edges that a count can get wrong made by hand."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

Row = dict[str, Any]

_DECISIONS: Final = ("approve", "modify_then_approve", "modify_then_rereview", "disapprove")
_KINDS: Final = (
    "initial", "amendment", "progress", "safety", "deviation", "completion", "data_incident",
    "suspension",
)  # fmt: skip
_LEARNED: Final = ("safety", "data_incident")  # what has to be told in a day


class Year:
    """Rows of a year as they come to be; `rows` has them in the order of time."""

    def __init__(self, seed: int, year: int, cases: int) -> None:
        self.random = random.Random(seed)
        self.year = year
        self._rows: list[Row] = []
        self._numbers = iter(range(1, 10**6))
        self._studies = max(40, cases // 4)
        self._attended: dict[str, list[str]] = {}
        self._members()
        self._meetings()
        for _ in range(cases):
            self._case()
        self._edges()
        self._rest()

    @property
    def rows(self) -> list[Row]:
        ordered = sorted(self._rows, key=lambda row: str(row["at"]))
        return [row | {"seq": number} for number, row in enumerate(ordered, 1)]

    def add(
        self, event: str, at: datetime | str, data: Mapping[str, Any] = {}, **refs: Any
    ) -> None:
        when = at if isinstance(at, str) else at.isoformat(timespec="minutes")
        nothing = dict.fromkeys(("study", "case", "meeting", "person"), "")
        self._rows.append({"at": when, "event": event} | nothing | refs | {"data": dict(data)})
        if event == "attended":
            self._attended.setdefault(refs["meeting"], []).append(refs["person"])

    def _time(self, first: int = -60, last: int = 364) -> datetime:
        """A minute of the year, or as many days before or after its first one."""
        days = self.random.randint(first, last)
        minute = self.random.choice([0, 1, 540, 867, 1439])
        return datetime(self.year, 1, 1) + timedelta(days=days, minutes=minute)

    def _members(self) -> None:
        some = self.random
        self.members = [f"M{n}" for n in range(1, some.randint(7, 15) + 1)]
        for n, person in enumerate(self.members):
            begins = datetime(self.year - some.randint(0, 4), some.choice([1, 6, 9]), 1)
            months = some.choice([12, 36, 60, 61])
            ends = begins.replace(year=begins.year + months // 12)
            if n == 0:
                ends += timedelta(days=1)  # a day more than five years, at times
            data = {
                "sex": "FM"[n % 2],
                "category": some.choice(["medical", "medical", "ethics", "law", "social"]),
                "external": n % 3 == 0,
                "declared": some.random() < 0.9,
                "term_from": begins.date().isoformat(),
                "term_to": ends.date().isoformat(),
            }
            self.add("member_appointed", begins, data, person=person)
            for _ in range(some.randint(0, 2)):
                kind = some.choice(["gcp", "internal"])
                self.add(
                    "training", self._time(-1200, 364), {"kind": kind, "title": "x"}, person=person
                )
        # A seat that two persons hold for two months; the window of trainings to the day.
        seat = {"sex": "F", "category": "law", "external": True, "declared": True}
        old = {"term_from": f"{self.year - 3}-07-01", "term_to": f"{self.year}-09-01"}
        new = {"term_from": f"{self.year}-07-01", "term_to": f"{self.year + 4}-07-01"}
        for person, term in (("A", old), ("B", new)):
            self.add("member_appointed", f"{term['term_from']}T00:00", seat | term, person=person)
        self.members += ["A", "B"]
        day = f"{self.year - 3}-12-{self.random.choice([30, 31])}"
        self.add("training", f"{day}T09:00", {"kind": "gcp", "title": "x"}, person="B")
        consultant = seat | {"category": "consultant"} | new
        self.add("member_appointed", f"{self.year}-01-01T00:00", consultant, person="C")

    def _meetings(self) -> None:
        self.held: list[tuple[str, datetime]] = []
        at = datetime(self.year - 1, 12, 20, 14)
        while at < datetime(self.year + 1, 2, 1):
            name = f"{at:%m%d}-{at.year}"
            emergency = self.random.random() < 0.2
            self.add(
                "meeting_planned", at - timedelta(9), {"date": at.date().isoformat()}, meeting=name
            )
            if self.random.random() < 0.9:  # else it is called off
                self.held.append((name, at))
                data = {"start": "14:00", "form": "现场", "emergency": emergency}
                self.add("meeting_held", at, data, meeting=name)
                for person in [*self.members, "C"]:
                    here = self.random.random() < 0.75
                    self.add("attended" if here else "absent", at, meeting=name, person=person)
                if self.random.random() < 0.9:
                    late = at + timedelta(days=self.random.choice([0, 10, 14, 15, 16]))
                    self.add("minutes_approved", late, meeting=name)
            else:
                self.add(
                    "agenda_item", at - timedelta(1), {"purpose": "report"}, meeting=name, case="K1"
                )
            at += timedelta(days=self.random.choice([14, 15]))

    def _case(self, study: str = "", kind: str = "", parent: str = "") -> None:
        some = self.random
        name = f"K{next(self._numbers)}"
        study = study or f"S{some.randint(1, self._studies)}"
        kind = kind or some.choice(_KINDS)
        received = self._time()
        data: dict[str, Any] = {
            "kind": kind,
            "parent": parent,
            "package": f"{name}.zip",
            "modalities": some.randint(1, 3),
        }
        if kind in _LEARNED:
            learned = received - timedelta(minutes=some.choice([60, 1440, 1441]))
            data["learned_at"] = learned.isoformat(timespec="minutes")
        if kind == "safety":
            data["serious"] = some.random() < 0.8
        refs: Row = {"study": study, "case": name}
        self.add("submission_received", received, data, **refs)
        at = received
        for _ in range(some.choice([0, 0, 0, 1, 2])):
            at += timedelta(days=some.randint(0, 5))
            self.add("supplement_requested", at, **refs)
        at += timedelta(days=some.randint(0, 6), minutes=some.randint(0, 60))
        if some.random() < 0.05:
            self.add("refused", at, {"reason": "x"}, **refs)
            return
        method = some.choice(["simplified", "simplified", "meeting", "emergency_meeting"])
        self.add("accepted", at, {"method": method, "number": name}, **refs)
        conflicted = self._assign(refs, at, method)
        if some.random() < 0.05:
            self.add("withdrawn", at + timedelta(5), {"reason": "x"}, **refs)
        elif some.random() < 0.93:
            self._decide(refs, kind, at, method, conflicted, parent)

    def _assign(self, refs: Mapping[str, Any], at: datetime, method: str) -> set[str]:
        some = self.random
        people = some.sample(self.members, 3)
        roles = ["simplified"] * 2 if method == "simplified" else ["protocol", "consent"]
        conflicted = set()
        for person, role in zip([*people, "C"], [*roles, roles[0], "consultant"], strict=True):
            due = (at + timedelta(7)).date().isoformat()
            self.add("assigned", at, {"role": role, "due": due}, person=person, **refs)
            if some.random() < 0.15:
                conflicted.add(person)
                self.add("conflict_declared", at, person=person, **refs)
            if some.random() < 0.85:
                back = at + timedelta(days=some.choice([3, 7, 8]))
                word = some.choice(["approve", "modify_then_approve"])
                self.add(
                    "worksheet_returned", back, {"recommendation": word}, person=person, **refs
                )
        return conflicted

    def _decide(
        self,
        refs: Mapping[str, Any],
        kind: str,
        at: datetime,
        method: str,
        conflicted: set[str],
        parent: str,
    ) -> None:
        some = self.random
        if method == "simplified" and some.random() < 0.15:
            self.add("converted_to_meeting", at, {"reason": "x"}, **refs)
            method = "meeting"
        hours = {"emergency_meeting": [72, 72.02, 30]}.get(
            method, [24 * d for d in (5, 30, 31, 35, 36)]
        )
        decided, meeting = at + timedelta(minutes=round(60 * some.choice(hours))), ""
        later = [each for each in self.held if each[1] >= at]
        word = some.choices(_DECISIONS, (6, 2, 1, 1))[0]
        if method == "meeting" and later:
            meeting, decided = later[min(some.randint(0, 2), len(later) - 1)]
        elif method == "emergency_meeting":
            meeting = f"E-{refs['case']}"
            self.add("meeting_held", decided, {"emergency": True}, meeting=meeting)
            for person in some.sample(self.members, some.randint(4, len(self.members))):
                self.add("attended", decided, meeting=meeting, person=person)
        if meeting:
            self._vote(refs, meeting, decided, word, conflicted)
        if (decided - at).days >= 29 and some.random() < 0.6:
            late = at + timedelta(days=some.choice([10, 30, 31]))
            self.add("extended", late, {"reason": "x", "until": "2030-01-01"}, **refs)
        approves = word == "approve" and kind in ("initial", "progress", "re_review")
        until = (decided + timedelta(365)).date().isoformat() if approves else ""
        data = {
            "decision": word,
            "method": method,
            "number": "x",
            "valid_until": until,
            "interval_months": some.choice([6, 12]) if approves else 0,
            "comments": some.choice([0, 3, 8]),
            "dissent_recorded": some.random() < 0.8,
        }
        self.add("decided", decided, data, meeting=meeting, **refs)
        self._after(refs, decided, method)
        if word == "modify_then_rereview" and some.random() < 0.9:
            self._case(refs["study"], "re_review", refs["case"])
        if approves and some.random() < 0.5:
            self.add(
                "reminder_sent",
                decided + timedelta(days=some.choice([334, 335, 336])),
                {"what": "progress", "due": until},
                study=refs["study"],
            )

    def _vote(
        self, refs: Mapping[str, Any], meeting: str, at: datetime, word: str, conflicted: set[str]
    ) -> None:
        some = self.random
        self.add(
            "agenda_item", at, {"purpose": "review", "order": 1}, meeting=meeting, case=refs["case"]
        )
        for person in self._attended[meeting]:
            if person == "C" or (person in conflicted and some.random() < 0.5):
                if person != "C":
                    self.add("recused", at, meeting=meeting, person=person, **refs)
                continue
            choice = word if some.random() < 0.8 else some.choice(_DECISIONS)
            self.add("vote", at, {"choice": choice}, meeting=meeting, person=person, **refs)

    def _after(self, refs: Mapping[str, Any], decided: datetime, method: str) -> None:
        some = self.random
        if method == "simplified":
            for name, at in [each for each in self.held if each[1].date() >= decided.date()][:2]:
                if some.random() < 0.6:
                    self.add(
                        "agenda_item", at, {"purpose": "report"}, meeting=name, case=refs["case"]
                    )
        if some.random() < 0.9:
            sent = decided + timedelta(days=some.choice([1, 5, 7, 9, 14]))
            self.add("delivered", sent, **refs)
            if some.random() < 0.9:
                filed = sent + timedelta(days=some.choice([10, 60, 61]))
                self.add("filed", filed, {"complete": some.random() < 0.9}, **refs)

    def _edges(self) -> None:
        """The last minute of the year, limits to the minute, lawful by one, access afterwards."""
        self._limits()
        self._votes_at_the_edge()
        end, new = f"{self.year}-12-31T23:59", f"{self.year + 1}-01-01T00:00"
        refs: Row = {"study": "S1", "case": "edge"}
        self.add(
            "submission_received", end, {"kind": "initial", "package": "x", "modalities": 2}, **refs
        )
        self.add("accepted", new, {"method": "meeting", "number": "x"}, **refs)
        for person, approved in (("P1", "05-08"), ("P2", "05-07"), ("P3", "")):
            who: Row = {"study": "S1", "case": "edge", "person": person}
            self.add(
                "access_requested",
                f"{self.year}-05-06T09:00",
                {"kind": "loan", "capacity": "x"},
                **who,
            )
            if approved:
                self.add("access_approved", f"{self.year}-{approved}T09:00", {"by": "x"}, **who)
            due = {"kind": "loan", "due": f"{self.year}-12-31"}
            self.add("access_done", f"{self.year}-05-07T09:00", due, **who)
        self.add(
            "access_returned", f"{self.year + 1}-01-06T09:00", study="S1", case="edge", person="P1"
        )
        self.add("access_returned", end, study="S1", case="edge", person="P2")

    def _limits(self) -> None:
        """Accepted last year; 30 and 31 days, prolonged on day 30 and 31; 72:00 and 72:01 hours."""
        new = datetime(self.year, 1, 1, 9)
        for n, (accepted, method, minutes, prolonged) in enumerate(
            (
                (new - timedelta(20), "simplified", 30 * 1440, 0),
                (new, "simplified", 30 * 1440 + 899, 0),  # the last minute of day 30
                (new, "simplified", 30 * 1440 + 900, 30),
                (new, "meeting", 40 * 1440, 31),
                (new, "emergency_meeting", 72 * 60, 0),
                (new, "emergency_meeting", 72 * 60 + 1, 0),
            )
        ):
            refs: Row = {"study": f"L{n}", "case": f"limit{self.year}-{n}"}
            sent = {"kind": "initial", "parent": "", "package": "x", "modalities": 1}
            self.add("submission_received", accepted - timedelta(1), sent, **refs)
            self.add("accepted", accepted, {"method": method, "number": "x"}, **refs)
            if prolonged:
                later = accepted + timedelta(prolonged)
                self.add("extended", later, {"reason": "x", "until": "2030-01-01"}, **refs)
            self._letter(refs, accepted + timedelta(minutes=minutes), method, "", "approve")

    def _letter(
        self, refs: Mapping[str, Any], at: datetime, method: str, meeting: str, word: str
    ) -> None:
        data = {
            "decision": word, "method": method, "number": "x", "valid_until": "",
            "interval_months": 0, "comments": 0, "dissent_recorded": False,
        }  # fmt: skip
        self.add("decided", at, data, meeting=meeting, **refs)

    def _votes_at_the_edge(self) -> None:
        """Exactly half of all members, one more; a quorum that a recusal takes away."""
        at = datetime(self.year, 8, 3, 10)
        day = at.date().isoformat()
        terms = {
            row["person"]: row["data"]
            for row in self._rows
            if row["event"] == "member_appointed"
            and row["data"]["term_from"] <= day <= row["data"]["term_to"]
        }
        voting = sorted(who for who, data in terms.items() if data["category"] != "consultant")
        half = len(voting) // 2
        for n, (here, recused, in_favour) in enumerate(
            ((voting, 0, half), (voting, 0, half + 1), (voting[:5], 0, 5), (voting[:5], 1, 4))
        ):
            refs: Row = {"study": f"V{n}", "case": f"vote{self.year}-{n}"}
            meeting: Row = {"meeting": f"vote{self.year}-{n}"}
            sent = {"kind": "initial", "parent": "", "package": "x", "modalities": 1}
            self.add("submission_received", at - timedelta(9), sent, **refs)
            self.add("accepted", at - timedelta(8), {"method": "meeting", "number": "x"}, **refs)
            self.add("meeting_held", at, {"emergency": True}, **meeting)
            for number, person in enumerate(here):
                self.add("attended", at, person=person, **meeting)
                if number < recused:
                    self.add("recused", at, {"interest": "x"}, person=person, **meeting, **refs)
                else:
                    word = "approve" if number < recused + in_favour else "disapprove"
                    self.add("vote", at, {"choice": word}, person=person, **meeting, **refs)
            self._letter(refs, at, "meeting", meeting["meeting"], "approve")

    def _rest(self) -> None:
        some = self.random
        for n in range(6):
            at = self._time(0, 360)
            self.add("complaint_received", at, person=f"Q{n}")
            if some.random() < 0.8:
                self.add(
                    "complaint_closed",
                    at + timedelta(days=some.choice([10, 30, 31])),
                    person=f"Q{n}",
                )
        for n in range(1, 30):
            start = self._time(0, 364)
            if some.random() < 0.9:
                early = start + timedelta(minutes=some.choice([-1440, 0, 1]))
                self.add("registered", early, study=f"S{n}")
            self.add("started", start, study=f"S{n}")
            if some.random() < 0.3:
                self.add("ended", self._time(0, 364), study=f"S{n}")
        day = some.choice(["03-31", "04-01"])
        self.add(
            "annual_report_submitted", f"{self.year}-{day}T10:00", {"about_year": self.year - 1}
        )
        if some.random() < 0.5:
            self.add("self_assessed", self._time(0, 364), {"found": 1})


def csv_line(row: Row) -> list[str]:
    """A row as it stands in a file."""
    data = json.dumps(row["data"], ensure_ascii=False)
    names = ("seq", "at", "event", "study", "case", "meeting", "person")
    return [*(str(row[name]) for name in names), data]
