"""The indicators counted a second time, row by row, from the definitions in quality.yaml alone.

It shares nothing with the program but the calendar's notices, which it reads for itself.
"""

from __future__ import annotations

import calendar as months
import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

import yaml

from tests.program import ROOT

Row = dict[str, Any]
_FIVE: Final = {"medical", "non_medical", "external", "man", "woman"}


@cache
def _holidays() -> tuple[set[date], set[date]]:
    text = (ROOT / "checklists/holidays.yaml").read_text(encoding="utf-8")
    off: set[date] = set()
    worked: set[date] = set()
    for year in yaml.safe_load(text):
        for holiday in year["holidays"]:
            day, last = holiday["from"], holiday.get("to", holiday["from"])
            while day <= last:
                off.add(day)
                day += timedelta(1)
        worked |= {date.fromisoformat(text) for text in year["working_weekends"]}
    return off, worked


def _workdays(first: date, last: date) -> int:
    off, worked = _holidays()
    count, day = 0, first
    while day < last:
        day += timedelta(1)
        count += day in worked or (day.weekday() < 5 and day not in off)
    return count


def _plus_months(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def _t(row: Row | None) -> datetime | None:
    return datetime.fromisoformat(row["at"]) if row else None


def _d(row: Row | None) -> date | None:
    return datetime.fromisoformat(row["at"]).date() if row else None


def _days(first: Row | None, last: Row | None) -> int:
    a, b = _d(first), _d(last)
    assert a and b
    return (b - a).days


def _ratio(total: Iterable[Any], good: Callable[[Any], object]) -> dict[str, Any]:
    met = [bool(good(each)) for each in total]
    value = round(sum(met) / len(met), 4) if met else None
    return {"numerator": sum(met), "denominator": len(met), "value": value}


def _p90(values: list[int]) -> int | None:
    return sorted(values)[-(-9 * len(values) // 10) - 1] if values else None


def _median(values: list[Any]) -> Any:
    return statistics.median(values) if values else None


class Oracle:
    def __init__(self, rows: list[Row], year: int) -> None:
        self.rows = sorted(rows, key=lambda row: (row["at"], int(row["seq"])))
        self.year, self.end = year, date(year, 12, 31)
        # Rows by their event, and by the event with each thing that they are about.
        self.index: dict[tuple[str, ...], list[Row]] = {}
        for row in self.rows:
            self.index.setdefault((row["event"],), []).append(row)
            for name in ("study", "case", "meeting", "person"):
                self.index.setdefault((row["event"], name, row[name]), []).append(row)

    def all(self, event: str, **refs: str) -> list[Row]:
        lists = [self.index.get((event, *ref), []) for ref in refs.items()]
        rows = min(lists, key=len, default=self.index.get((event,), []))
        return [row for row in rows if all(row[name] == value for name, value in refs.items())]

    def one(self, event: str, **refs: str) -> Row | None:
        return next(iter(self.all(event, **refs)), None)

    def this_year(self, event: str) -> list[Row]:
        """The first of each case in this year."""
        first: dict[str, Row] = {}
        for row in self.all(event):
            first.setdefault(row["case"], row)
        return [row for row in first.values() if row["at"][:4] == str(self.year)]

    def members(self, day: date) -> dict[str, Row]:
        found = {}
        for row in self.all("member_appointed"):
            terms = row["data"]["term_from"], row["data"]["term_to"]
            if terms[0] <= day.isoformat() <= terms[1]:
                found[row["person"]] = row["data"]
        return {who: data for who, data in found.items() if data["category"] != "consultant"}

    @staticmethod
    def classes(members: Iterable[Row]) -> set[str]:
        found = set()
        for data in members:
            found.add("medical" if data["category"] == "medical" else "non_medical")
            found.add({"F": "woman", "M": "man"}[data["sex"]])
            if data["external"]:
                found.add("external")
        return found

    def kind(self, case: str) -> str:
        row = self.one("submission_received", case=case)
        return row["data"]["kind"] if row else ""

    def chain(self, case: str) -> list[str]:
        """The case, what it re-reviews, and so on to the first."""
        chain = [case]
        while self.kind(chain[-1]) == "re_review":
            row = self.one("submission_received", case=chain[-1])
            assert row
            if not row["data"]["parent"]:
                break
            chain.append(row["data"]["parent"])
        return chain

    def reviewers(self, case: str) -> set[str]:
        conflicted = {row["person"] for row in self.all("conflict_declared", case=case)}
        assigned = self.all("assigned", case=case)
        return {
            row["person"] for row in assigned if row["data"]["role"] != "consultant"
        } - conflicted

    def regular(self) -> list[Row]:
        return [row for row in self.all("meeting_held") if not row["data"].get("emergency")]

    def count(self) -> dict[str, Any]:
        whole = self.structure() | self.timeliness() | self.review() | self.decisions()
        return whole | self.follow_up() | self.records()

    def structure(self) -> dict[str, Any]:
        members = self.members(self.end)
        first = _plus_months(self.end, -36)
        trained = [
            (row["person"], _d(row), row["data"]["kind"])
            for row in self.all("training")
            if (day := _d(row)) and day <= self.end
        ]
        own = [sum(w == who and d.year == self.year for w, d, _ in trained if d) for who in members]
        return {
            "A1": len(members),
            "A2": len(_FIVE - self.classes(members.values())),
            "A3": sum(
                date.fromisoformat(data["term_to"])
                > _plus_months(date.fromisoformat(data["term_from"]), 60)
                for data in members.values()
            ),
            "A4": _ratio(
                members,
                lambda who: any(
                    w == who and kind == "gcp" and d and d >= first for w, d, kind in trained
                ),
            ),
            "A5": _ratio(members.values(), lambda data: data["declared"]),
            "A6": round(statistics.mean(own), 2) if own else None,
        }

    def timeliness(self) -> dict[str, Any]:
        first_actions = []
        for row in self.this_year("submission_received"):
            acts = [
                act
                for event in ("supplement_requested", "accepted", "refused")
                if (act := self.one(event, case=row["case"]))
            ]
            if acts:
                earliest = min(acts, key=lambda act: str(act["at"]))
                first_actions.append(_days(row, earliest))
        asked = {
            row["case"]: sum(
                ask["at"] <= row["at"] for ask in self.all("supplement_requested", case=row["case"])
            )
            for row in self.this_year("accepted")
        }
        decided = [(row, *self.times(row)) for row in self.this_year("decided")]
        by_method: dict[str, list[int]] = {"meeting": [], "simplified": []}
        for row, days, _ in decided:
            by_method.setdefault(row["data"]["method"], []).append(days)
        plain = [each for each in decided if each[0]["data"]["method"] != "emergency_meeting"]
        sent = [(row, self.one("delivered", case=row["case"])) for row, _, _ in decided]
        waits = [_workdays(_d(row), _d(out)) for row, out in sent if out]  # type: ignore[arg-type]
        open_ = [
            row
            for row in self.all("accepted")
            if (self.end - (_d(row) or self.end)).days > 60
            and not any(
                (_d(each) or self.end) <= self.end
                for event in ("decided", "withdrawn", "refused")
                for each in self.all(event, case=row["case"])
            )
        ]
        return {
            "B1": _median(first_actions),
            "B2": _ratio(asked.values(), lambda count: count == 0),
            "B3": sum(count > 1 for count in asked.values()),
            "B4": {"median": _median(by_method["meeting"]), "p90": _p90(by_method["meeting"])},
            "B5": {
                "median": _median(by_method["simplified"]),
                "p90": _p90(by_method["simplified"]),
            },
            "B6": _ratio(plain, lambda each: each[1] <= 30),
            "B7": _ratio([each for each in plain if each[1] > 30], self.prolonged),
            "B8": _ratio(
                [e for e in decided if e[0]["data"]["method"] == "emergency_meeting"],
                lambda each: each[2] <= 72 * 60,
            ),
            "B9": _median(waits),
            "B10": {
                "numerator": (good := sum(wait <= 5 for wait in waits)),
                "denominator": len(sent),
                "value": round(good / len(sent), 4) if sent else None,
            },
            "B11": len(open_),
            "B12": _ratio(
                [e for e in decided if self.kind(e[0]["case"]) == "amendment"],
                lambda each: each[1] <= 35,
            ),
        }

    def times(self, decided: Row) -> tuple[int, int]:
        """Days and minutes from acceptance to decision."""
        accepted, at = _t(self.one("accepted", case=decided["case"])), _t(decided)
        assert accepted and at
        return (at.date() - accepted.date()).days, round((at - accepted).total_seconds() / 60)

    def prolonged(self, each: tuple[Row, int, int]) -> bool:
        first = _d(self.one("extended", case=each[0]["case"]))
        accepted = _d(self.one("accepted", case=each[0]["case"]))
        return bool(first and accepted and (first - accepted).days <= 30)

    def review(self) -> dict[str, Any]:
        items = [self.item(row) for row in self.this_year("decided") if row["meeting"]]
        seats = [
            (who, bool(self.one("attended", meeting=row["meeting"], person=who)))
            for row in self.all("meeting_held")
            if row["at"][:4] == str(self.year)
            for who in self.members(_d(row) or self.end)
        ]
        own = {who: [here for w, here in seats if w == who] for who, _ in seats}
        low = sorted(who for who, heres in own.items() if 10 * sum(heres) < 6 * len(heres))
        work = [
            (each, self.one("worksheet_returned", case=each["case"], person=each["person"]))
            for row in self.this_year("decided")
            for each in self.all("assigned", case=row["case"])
            if each["data"]["role"] in ("protocol", "consent", "simplified")
            and not self.one("conflict_declared", case=each["case"], person=each["person"])
        ]
        regular = [row for row in self.regular() if row["at"][:4] == str(self.year)]
        loads = {
            purpose: [
                sum(
                    item["data"]["purpose"] == purpose
                    for item in self.all("agenda_item", meeting=row["meeting"])
                )
                for row in regular
            ]
            for purpose in ("review", "report")
        }
        ahead = [
            (row, later[0])
            for row in regular
            if (later := [o for o in self.regular() if o["at"] > row["at"]])
        ]
        return {
            "C1": _ratio(
                items,
                lambda item: (
                    len(item["present"]) >= 5 and self.classes(item["present"].values()) == _FIVE
                ),
            ),
            "C2": _ratio(
                items,
                lambda item: (
                    2 * item["for"] > item["members"]
                    and 3 * item["for"] >= 2 * len(item["present"])
                ),
            ),
            "C3": _ratio(seats, lambda seat: seat[1]) | {"below_60": low},
            "C4": sum(item["conflicted"] for item in items),
            "C5": _ratio(
                work, lambda each: each[1] and each[1]["at"][:10] <= each[0]["data"]["due"]
            ),
            "C14": _ratio([i for i in items if len(i["votes"]) > 1], lambda item: item["dissent"]),
            "C15": _ratio(
                ahead,
                lambda pair: any(
                    row["at"][:10] <= pair[1]["at"][:10]
                    for row in self.all("minutes_approved", meeting=pair[0]["meeting"])[:1]
                ),
            ),
            "C16": {"meetings": len(regular)}
            | {
                purpose: round(statistics.mean(load), 2) if load else None
                for purpose, load in loads.items()
            },
        }

    def item(self, decided: Row) -> dict[str, Any]:
        meeting, case = decided["meeting"], decided["case"]
        members = self.members(_d(decided) or self.end)
        recused = {row["person"] for row in self.all("recused", meeting=meeting, case=case)}
        there = {row["person"] for row in self.all("attended", meeting=meeting)}
        votes = {
            row["person"]: row["data"]["choice"]
            for row in self.all("vote", meeting=meeting, case=case)
        }
        declared = {row["person"] for row in self.all("conflict_declared", case=case)}
        return {
            "members": len(members),
            "present": {w: members[w] for w in there if w in members and w not in recused},
            "votes": Counter(votes.values()),
            "for": sum(choice == decided["data"]["decision"] for choice in votes.values()),
            "conflicted": sum(who in recused or who in declared for who in votes),
            "dissent": decided["data"]["dissent_recorded"],
        }

    def decisions(self) -> dict[str, Any]:
        decided = self.this_year("decided")
        simplified = [row for row in decided if row["data"]["method"] == "simplified"]
        held = {row["meeting"] for row in self.all("meeting_held")}
        reports = {
            row["case"]: {
                item["meeting"]
                for item in self.all("agenda_item", case=row["case"])
                if item["data"]["purpose"] == "report" and item["meeting"] in held
            }
            for row in simplified
        }
        initial = [row for row in decided if self.kind(row["case"]) == "initial"]
        approved = [row for row in decided if row["data"]["decision"] == "approve"]
        chains = [self.chain(row["case"]) for row in approved]
        rounds = [len(chain) for chain in chains if self.kind(chain[-1]) == "initial"]
        accepted_as = {row["case"]: row["data"]["method"] for row in reversed(self.all("accepted"))}
        rereviews = [row["case"] for row in decided if self.kind(row["case"]) == "re_review"]
        comments = [row["data"]["comments"] for row in initial if row["data"]["comments"] > 0]
        return {
            "C6": _ratio(
                simplified,
                lambda row: (
                    len(
                        {
                            sheet["person"]
                            for sheet in self.all("worksheet_returned", case=row["case"])
                            if sheet["at"] <= row["at"]
                        }
                        & self.reviewers(row["case"])
                    )
                    >= 2
                ),
            ),
            "C7": _ratio(simplified, lambda row: reports[row["case"]]),
            "C8": _ratio(
                [row for row in simplified if reports[row["case"]]],
                lambda row: (
                    next(
                        (m["meeting"] for m in self.regular() if m["at"][:10] > row["at"][:10]),
                        None,
                    )
                    in reports[row["case"]]
                ),
            ),
            "C9": _ratio(decided, lambda row: row["data"]["method"] == "simplified"),
            "C10": _ratio(
                [row for row in decided if accepted_as.get(row["case"]) == "simplified"],
                lambda row: self.one("converted_to_meeting", case=row["case"]),
            ),
            "C11": dict(Counter(row["data"]["decision"] for row in initial)),
            "C12": _median(comments),
            "C13": {
                "mean": round(statistics.mean(rounds), 3) if rounds else None,
                "over_2": sum(count > 2 for count in rounds),
            },
            "C17": _ratio(
                rereviews, lambda case: self.reviewers(case) & self.reviewers(self.chain(case)[1])
            ),
            "C18": _ratio(
                [
                    (row["data"]["decision"], advice)
                    for row in decided
                    if row["data"]["method"] == "meeting" and (advice := self.advice(row))
                ],
                lambda pair: pair[0] in pair[1],
            ),
        }

    def advice(self, decided: Row) -> set[str]:
        """What those who review a case recommended until it was decided."""
        return {
            sheet["data"]["recommendation"]
            for sheet in self.all("worksheet_returned", case=decided["case"])
            if sheet["at"] <= decided["at"] and sheet["person"] in self.reviewers(decided["case"])
        }

    def follow_up(self) -> dict[str, Any]:
        duties = list(self.duties())
        approvals = [
            row
            for row in self.all("decided")
            if row["data"]["decision"] == "approve" and row["at"][:10] <= self.end.isoformat()
        ]
        valid = {
            row["study"]: row["data"]["valid_until"]
            for row in approvals
            if row["data"]["valid_until"]
        }
        active = valid.keys() - {
            r["study"] for r in approvals if self.kind(r["case"]) == "completion"
        }
        received = self.this_year("submission_received")
        serious = [
            row for row in received if row["data"]["kind"] == "safety" and row["data"]["serious"]
        ]
        reviewed = [
            _days(sent, row)
            for row in self.this_year("decided")
            if (sent := self.one("submission_received", case=row["case"]))
            and sent["data"]["kind"] == "safety"
            and sent["data"]["serious"]
        ]
        ended = [row for row in self.firsts("ended") if row["at"][:4] == str(self.year)]
        started = [row for row in self.firsts("started") if row["at"][:4] == str(self.year)]
        return {
            "D1": _ratio(
                duties,
                lambda duty: any(
                    row["at"] > duty[1]["at"] and row["at"][:10] <= duty[2]
                    for row in self.all("submission_received", study=duty[0])
                    if row["data"]["kind"] == "progress"
                ),
            ),
            "D2": sum(valid[study] < self.end.isoformat() for study in active),
            "D3": _ratio(
                duties,
                lambda duty: any(
                    row["data"]["due"] == duty[2]
                    and (date.fromisoformat(duty[2]) - date.fromisoformat(row["at"][:10])).days
                    >= 30
                    for row in self.all("reminder_sent", study=duty[0])
                ),
            ),
            "D4": _ratio(serious, self.told_in_a_day),
            "D9": _ratio(
                [row for row in received if row["data"]["kind"] == "data_incident"],
                self.told_in_a_day,
            ),
            "D5": _median(reviewed),
            "D6": {
                "deviations": sum(row["data"]["kind"] == "deviation" for row in received),
                "active": len(active),
            },
            "D7": _ratio(
                ended,
                lambda row: any(
                    (date.fromisoformat(o["at"][:10]) - date.fromisoformat(row["at"][:10])).days
                    <= 30
                    for o in self.all("submission_received", study=row["study"])
                    if o["data"]["kind"] == "completion"
                ),
            ),
            "D8": _ratio(
                started,
                lambda row: any(
                    other["at"] <= row["at"] for other in self.all("registered", study=row["study"])
                ),
            ),
        }

    @staticmethod
    def told_in_a_day(row: Row) -> bool:
        at, learned = (datetime.fromisoformat(t) for t in (row["at"], row["data"]["learned_at"]))
        return at - learned <= timedelta(1)

    def firsts(self, event: str) -> list[Row]:
        first: dict[str, Row] = {}
        for row in self.all(event):
            first.setdefault(row["study"], row)
        return list(first.values())

    def duties(self) -> Iterable[tuple[str, Row, str]]:
        seen = set()
        for row in self.all("decided"):
            begun = self.kind(self.chain(row["case"])[-1]) == "initial"
            if row["data"]["decision"] == "approve" and begun and row["study"] not in seen:
                seen.add(row["study"])
                day = _d(row)
                assert day
                due = _plus_months(day, row["data"]["interval_months"])
                if row["data"]["interval_months"] and due.year == self.year:
                    yield row["study"], row, due.isoformat()

    def records(self) -> dict[str, Any]:
        decided = [
            (row, self.one("delivered", case=row["case"])) for row in self.this_year("decided")
        ]
        done = [row for row in self.all("access_done") if row["at"][:4] == str(self.year)]

        def of(event: str, row: Row) -> Row | None:
            return self.one(event, case=row["case"], person=row["person"])

        return {
            "E1": _ratio(self.this_year("filed"), lambda row: row["data"]["complete"]),
            "E2": _ratio(
                [(sent, self.one("filed", case=sent["case"])) for _, sent in decided if sent],
                lambda pair: pair[1] and _days(pair[0], pair[1]) <= 60,
            ),
            "E3": _ratio(
                done, lambda row: (ok := of("access_approved", row)) and ok["at"] <= row["at"]
            ),
            "E4": sum(
                row["data"].get("kind") == "loan"
                and row["data"]["due"] <= self.end.isoformat()
                and not ((back := of("access_returned", row)) and back["at"][:4] <= str(self.year))
                for row in self.all("access_done")
                if row["at"][:4] <= str(self.year)
            ),
            "F1": _ratio(
                [row for row in self.all("complaint_received") if row["at"][:4] == str(self.year)],
                lambda row: (
                    (end := self.one("complaint_closed", person=row["person"]))
                    and _days(row, end) <= 30
                ),
            ),
            "F2": any(
                row["data"]["about_year"] == self.year - 1
                and row["at"][:10] <= f"{self.year}-03-31"
                for row in self.all("annual_report_submitted")
            ),
            "F3": sum(row["at"][:4] == str(self.year) for row in self.all("self_assessed")),
            "F4": _ratio(
                [
                    row["case"]
                    for row in self.this_year("accepted")
                    if self.kind(row["case"]) == "initial"
                ],
                lambda case: (
                    self.all("submission_received", case=case)[0]["data"]["modalities"] >= 2
                ),
            ),
        }
