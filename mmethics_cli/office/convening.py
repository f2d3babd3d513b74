"""A meeting convened: planned or refreshed, its agenda, its book; and what it reviewed decided."""

from __future__ import annotations

from mmethics_cli.core.conditions.written import date_advice, parse_date
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.acting import case_line, record
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import SIMPLIFIED, ActRefused, case_name, find_case
from mmethics_cli.office.law.decisions import Letter, decide_at_meeting, decide_simplified
from mmethics_cli.office.law.meetings import agenda, outlook, plan, title_of
from mmethics_cli.office.law.members import in_office
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.papers.meeting_papers import write_meeting, write_minutes
from mmethics_cli.office.papers.outgoing import outbox, write, written_on
from mmethics_cli.office.papers.paper_desk import PaperDesk
from mmethics_cli.office.papers.reply_papers import decision_files
from mmethics_cli.office.register.database import Reading, Writing
from mmethics_cli.office.state import AgendaItem, Appointment, Case, Lookup, Meeting
from mmethics_cli.office.workbooks.meeting_book import review_items
from mmethics_cli.workflow.packs import Packs


class Convening:
    """What the office does about meetings; `now` is the minute, `actor` who types."""

    def __init__(self, office: OfficeFolder, packs: Packs, now: str, actor: str) -> None:
        self.office = office
        self.pack = office_pack(packs, office)
        self.now = now
        self.actor = actor

    def meet(self, day: str, emergency: str) -> list[str]:
        """Plan a meeting on a day, or refresh the next one, and write its book.

        Raises EthicsError, ActRefused.
        """
        with self.office.register().writing() as register:
            meeting = self._planned(register, day, emergency)
            record(
                register, self.pack.kinds, agenda(register, meeting, self.now), self.now, self.actor
            )
            items, warnings = self._agenda(register, meeting)
            book = write_meeting(self._desk(register), meeting, warnings)
            lines = [f"会议 {meeting.id}，{meeting.date}", *items]
            lines += [f"  注意：{warning}" for warning in warnings]
        return [
            *lines,
            f"会议通知、议程、签到表和送审材料：{book.parent}",
            "会议簿.xlsx 开会时填，会后收回：",
            self.office.command("take", book),
        ]

    def _planned(self, register: Writing, day: str, emergency: str) -> Meeting:
        case = find_case(register, emergency) if emergency else None
        planned = sorted(
            register.where(Meeting, state="planned"), key=lambda each: (each.date, each.id)
        )
        if not day and case is None:
            if not planned:
                again = self.office.command("meet", "2027-03-23")
                raise EthicsError(f"没有计划中的会议。请写哪一天，例如：\n{again}")
            return planned[0]
        date = parse_date(day) if day else parse_date(self.now.partition("T")[0])
        if date is None:
            raise EthicsError(f"“{day}”不是日期。{date_advice(day)}。")
        for meeting in planned:
            same = meeting.id == f"E-{case.id}" if case else not meeting.emergency
            if meeting.date == date.isoformat() and same:
                return meeting
        happening = plan(register, date.isoformat(), self.now, emergency=case)
        record(register, self.pack.kinds, [happening], self.now, self.actor)
        found = register.get(Meeting, happening.meeting)
        assert found is not None
        return found

    def _desk(self, register: Reading) -> PaperDesk:
        return PaperDesk(self.office, self.pack, register, self.now)

    def _agenda(self, register: Lookup, meeting: Meeting) -> tuple[list[str], list[str]]:
        """The items, and what can't be decided even if everybody comes."""
        items = sorted(register.where(AgendaItem, meeting=meeting.id), key=lambda each: each.order)
        lines = []
        for item in items:
            case = register.get(Case, item.case)
            if case is not None:
                word = self.pack.kinds["agenda_item"].labels.get(item.purpose, item.purpose)
                title = title_of(register, case)
                lines.append(f"  {item.order}. {word}　{case_name(case)}　{title}")
        warnings = []
        everyone = in_office(register.where(Appointment), meeting.date)
        for case in review_items(register, meeting):
            seen = outlook(register, meeting, case, self.pack.votes, everyone)
            if seen.lacking or seen.needed is None:
                why = "；".join(seen.lacking) or f"全体委员 {seen.members} 人，任何决定都不可能通过"
                warnings.append(
                    f"{case_name(case)} 即使委员全到（{seen.present} 人）也不能决定：{why}"
                )
        return lines or ["  议程是空的。"], warnings

    def decide(self, names: list[str], letter: Letter) -> list[str]:
        """Decide cases, or all that a meeting reviewed; raises ActRefused, EthicsError."""
        lines: list[str] = []
        with self.office.register().writing() as register:
            meetings: dict[str, Meeting] = {}
            for name in names:
                for case, meeting in self._to_decide(register, name):
                    lines += self._decided(register, case, meeting, letter)
                    if meeting is not None:
                        meetings[meeting.id] = meeting
            for meeting in meetings.values():
                lines.append(f"会议记录：{write_minutes(self._desk(register), meeting)}")
        return lines

    def _to_decide(self, register: Lookup, name: str) -> list[tuple[Case, Meeting | None]]:
        meeting = register.get(Meeting, name)
        if meeting is not None:
            outcomes = {
                each.case: each.outcome for each in register.where(AgendaItem, meeting=meeting.id)
            }
            cases = [each for each in review_items(register, meeting) if not outcomes[each.id]]
            if not cases:
                raise ActRefused(f"会议 {meeting.id} 没有尚待决定的审查项目。")
            return [(case, meeting) for case in cases]
        case = find_case(register, name)
        if case.method == SIMPLIFIED:
            return [(case, None)]
        held = [
            meeting
            for item in register.where(AgendaItem, case=case.id)
            if item.purpose == "review" and not item.outcome
            and (meeting := register.get(Meeting, item.meeting)) is not None
            and meeting.state == "held"
        ]  # fmt: skip
        if not held:
            raise ActRefused(f"{case_name(case)} 没有在已召开的会议上审查过，不能决定。")
        return [(case, max(held, key=lambda each: each.date))]

    def _decided(
        self, register: Writing, case: Case, meeting: Meeting | None, letter: Letter
    ) -> list[str]:
        law = self.pack.decisions
        happening = (
            decide_simplified(register, case, law, letter, self.now)
            if meeting is None
            else decide_at_meeting(register, case, meeting, self.pack.votes, law, letter, self.now)
        )
        (event,) = record(register, self.pack.kinds, [happening], self.now, self.actor)
        after = register.get(Case, case.id) or case
        return [
            _outcome(self.pack, event),
            f"  {case_line(self.pack.kinds, after)}",
            *self._unsettled(register, after, event),
            *self._papers(register, after, event),
        ]

    def _unsettled(self, register: Reading, case: Case, event: Event) -> list[str]:
        """That comments of reviewers stay out of the letter, where nobody settled them."""
        settled = any(
            each.what.kind == "comments_settled" for each in register.events(case=case.id)
        )
        if event.what.kind != "decided" or settled:
            return []
        count = len(written_on(register, case))
        text = f"  审查人写了 {count} 条意见，没有收回意见汇总，批件里不印；办公室自己转告申请人。"
        return [text] if count else []

    def _papers(self, register: Reading, case: Case, event: Event) -> list[str]:
        """What a decision sends out; nothing where none was made, or the office has no package."""
        if event.what.kind != "decided" or not case.digest:
            return []
        desk = self._desk(register)
        folder = outbox(desk, case_name(case))
        for name, data in decision_files(desk, case, event):
            write(folder / name, data)
        return [f"  批件和回件：{folder}"]


def _outcome(pack: OfficePack, event: Event) -> str:
    data = event.what.data
    match event.what.kind:
        case "decided":
            word = pack.decisions.label(data["decision"])
            until = f"，有效期至 {data['valid_until']}" if data.get("valid_until") else ""
            return f"决定：{word}（{data['number']}{until}）"
        case "postponed":
            return f"再议：{data['reason']}"
    return f"转会议审查：{data['reason']}"
