"""The papers of a meeting: notice, agenda, attendance sheet, book, and the minutes of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import CASES, MEETINGS
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.law.members import CONSULTANT, in_office, voting
from mmethics_cli.office.law.review import exclusions, person_name
from mmethics_cli.office.papers.outgoing import names_of, write, write_summary
from mmethics_cli.office.papers.paper_desk import PaperDesk, day_said
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Case,
    Meeting,
    RegisteredStudy,
    Seat,
)
from mmethics_cli.office.workbooks.meeting_book import meeting_book
from mmethics_cli.store.paths import legal_name

_NONE: Final = "无"
_LEADING: Final = ("chair", "vice_chair")


def write_meeting(desk: PaperDesk, meeting: Meeting, warnings: Sequence[str]) -> Path:
    """The papers of a planned meeting, and a folder to read for each member; where its book is."""
    folder = desk.office.path / MEETINGS / legal_name(meeting.id)
    papers = MeetingPapers(desk, meeting)
    rows = papers.rows | {"warnings": tuple({"text": text} for text in warnings)}
    for document, name in (
        ("meeting_notice", "会议通知"), ("meeting_agenda", "会议议程"), ("sign_in_sheet", "签到表"),
    ):  # fmt: skip
        write(folder / f"{name}.docx", desk.own(document, papers.acts, rows))
    for case in papers.reviewed:
        if case.digest:
            data = (desk.office.path / CASES / case.package).read_bytes()
            write(folder / "送审材料" / legal_name(f"{case_name(case)}.zip"), data)
        write_summary(desk, case, folder)
    return write(folder / "会议簿.xlsx", meeting_book(desk.state, meeting, desk.pack))


def write_minutes(desk: PaperDesk, meeting: Meeting) -> Path:
    """The minutes of a whole meeting, as far as it has decided."""
    papers = MeetingPapers(desk, meeting)
    path = desk.office.path / MEETINGS / legal_name(meeting.id) / "会议记录.docx"
    return write(path, desk.own("meeting_minutes", papers.acts, papers.rows))


class MeetingPapers:
    """What the papers of a meeting tell, of the register as it is."""

    def __init__(self, desk: PaperDesk, meeting: Meeting) -> None:
        self._desk = desk
        self._meeting = meeting
        state = desk.state
        self._people = in_office(state.where(Appointment), meeting.date)
        self._members = voting(state.where(Appointment), meeting.date)
        self._here = {seat.person for seat in state.where(Seat, meeting=meeting.id) if seat.present}
        self._items = sorted(
            state.where(AgendaItem, meeting=meeting.id), key=lambda item: item.order
        )
        self._events: Mapping[tuple[str, str], Event] = {
            (each.what.kind, each.what.case): each
            for each in state.events(meeting=meeting.id)
            if each.what.case
        }

    @property
    def acts(self) -> dict[str, str]:
        """The texts of the meeting itself."""
        meeting = self._meeting
        chairs = (
            person_name(each)
            for role in _LEADING
            for who, each in self._members.items()
            if each.role == role and who in self._here
        )
        kind = "紧急会议" if meeting.emergency else "审查会议"
        return {
            "meeting": meeting.id,
            "meeting_on": day_said(meeting.date),
            "start": meeting.held_at.partition("T")[2],
            "end": meeting.end,
            "form": meeting.form if meeting.state == "held" else kind,
            "chair": next(chairs, ""),
            "members": str(len(self._members)),
            "present": str(len(self._here & self._members.keys())),
        }

    @property
    def reviewed(self) -> list[Case]:
        """The cases that it reviews."""
        return [case for item, case in self._cases() if item.purpose == "review"]

    @property
    def rows(self) -> dict[str, tuple[dict[str, Any], ...]]:
        """The lists of the meeting."""
        labels = self._desk.pack.kinds["agenda_item"].labels
        roles = self._desk.pack.kinds["member_appointed"].labels
        items = [(item, case, self._about(item, case)) for item, case in self._cases()]
        people = (
            {
                "name": person_name(each),
                "role": roles.get(
                    CONSULTANT if each.category == CONSULTANT else each.role, each.role
                ),
                "here": "到会" if who in self._here else "缺席",
            }
            for who, each in self._people.items()
        )
        return {
            "items": tuple(
                about | {"purpose": labels.get(item.purpose, item.purpose)}
                for item, _, about in items
            ),
            "reports": tuple(
                about | {"said": self._reported(case)}
                for item, case, about in items
                if item.purpose == "report"
            ),
            "reviews": tuple(
                about | self._review(case)
                for item, case, about in items
                if item.purpose == "review"
            ),
            "people": tuple(people),
            "before": tuple(self._before()),
        }

    def _cases(self) -> Iterator[tuple[AgendaItem, Case]]:
        for item in self._items:
            case = self._desk.state.get(Case, item.case)
            if case is not None:
                yield item, case

    def _about(self, item: AgendaItem, case: Case) -> dict[str, Any]:
        standard = self._desk.pack.papers.standard
        study = self._desk.state.get(RegisteredStudy, case.study)
        return {
            "order": item.order,
            "number": case_name(case),
            "title": title_of(self._desk.state, case),
            "kind": standard.questions["event.kind"].values.get(case.kind, case.kind),
            "investigator": study.investigator if study else "",
        }

    def _reported(self, case: Case) -> str:
        """What is told of a case that was decided without a meeting."""
        word = self._desk.pack.decisions.label(case.decision)
        method = self._desk.pack.kinds["accepted"].labels.get(case.method, "")
        return f"{method}：{word}（{day_said(case.decided_at.partition('T')[0])}）"

    def _review(self, case: Case) -> dict[str, Any]:
        """An item that was, or will be, reviewed."""
        names, state = names_of(self._desk), self._desk.state
        kinds, law = self._desk.pack.kinds, self._desk.pack.decisions
        roles = kinds["assigned"].labels
        reviewers = "、".join(
            f"{names.get(each.person, each.person)}（{roles.get(each.role, each.role)}）"
            for each in state.where(Assignment, case=case.id)
            if each.state != "replaced"
        )
        excluded = exclusions(state, case, self._members)
        held = self._events.get(("decided", case.id)) or self._events.get(("postponed", case.id))
        data: Mapping[str, Any] = held.what.data if held else {}
        proof = data.get("proof") or {}
        recused = proof.get("recused", sorted(excluded))
        out = "、".join(names.get(who, who) for who in recused) or _NONE
        told: Mapping[str, Any] = {}
        if ("item_discussed", case.id) in self._events:
            told = self._events["item_discussed", case.id].what.data
        decided = held is not None and held.what.kind == "decided"
        return {
            "reviewers": "；".join(
                filter(None, (reviewers, "" if held else f"须回避：{out}" if excluded else ""))
            ),
            "recused": out,
            "present": f"{len(proof['present'])}人" if proof else "",
            "tally": "，".join(
                f"{law.label(word)}{count}票"
                for word, count in sorted(
                    proof.get("votes", {}).items(), key=lambda vote: -int(vote[1])
                )
            ),
            "decision": law.label(data["decision"]) if decided else "再议" if held else "",
            "letter": data.get("number", "") if decided else "",
            "valid_until": day_said(data.get("valid_until", "")) or "—",
            "interval": f"{data['interval_months']}个月" if data.get("interval_months") else "—",
            "comments": tuple({"text": text} for text in case.comments) if decided else (),
            "reason": "" if decided else data.get("reason", ""),
            **{key: told.get(key) or _NONE for key in ("questions", "discussion", "dissent")},
        }

    def _before(self) -> Iterator[dict[str, str]]:
        """Meetings before this one whose minutes were not approved, else the last one."""
        held = [
            each
            for each in self._desk.state.where(Meeting, state="held")
            if each.held_at and each.date < self._meeting.date
        ]
        open_ = [each for each in held if not each.minutes_at]
        last = max(held, key=lambda each: each.date, default=None)
        for each in open_ or ([last] if last else []):
            state = f"已确认（{day_said(each.minutes_at)}）" if each.minutes_at else "待确认"
            yield {"id": each.id, "date": day_said(each.date), "state": state}
