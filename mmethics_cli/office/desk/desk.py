"""The desk: what waits for the office, what for others, what is due or late, the next meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.office.archive.waiting import archive_waits
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import SIMPLIFIED, case_name
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.register.database import LAST_BACKUP, Reading
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Case,
    Lookup,
    Meeting,
    RegisteredStudy,
)
from mmethics_cli.wording.shell import shell_word

_SOON: Final = 7  # days
# Days before a report is due, or an approval ends, from which the investigator is to be reminded.
_REMINDERS: Final = (45, 30)
_REPORT: Final = "progress"
_NOT_DECIDED: Final = ("received", "supplement", "accepted")
_BACKUP_DAYS: Final = 7
_OFFICE: Final = "mmethics office"
_OVERDUE: Final = "overdue"
GROUPS: Final = {
    _OVERDUE: "已逾期",
    "mine": "等我办",
    "due": "快到期",
    "others": "等别人",
    "meeting": "下次会议",
}
_MOST_SHOWN: Final = 100  # lines of a group in a text


class DeskLine(Struct, frozen=True):
    """One thing on the desk: its group, what it is, the day it is due, the command to type.

    `id` stays the same as long as it is the same thing, whatever day it is due.
    """

    group: str
    id: str
    text: str
    due: str = ""
    command: str = ""


class DeskView(Struct, frozen=True):
    """Everything on the desk of an office on a day, most pressing first."""

    office: str
    day: str
    lines: tuple[DeskLine, ...]

    @property
    def overdue(self) -> int:
        """How many things are late."""
        return sum(line.group == _OVERDUE for line in self.lines)


def desk_of(office: OfficeFolder, today: date) -> DeskView:
    """What lies on the desk, with commands as they are typed in the office's folder.

    Raises WorkspaceError where the register can't be read.
    """
    with office.register().reading() as register:
        return desk_in(office, register, today)


def desk_in(office: OfficeFolder, register: Reading, today: date) -> DeskView:
    """The same, of a register that is open."""
    lines = [
        *_cases(register, today),
        *_studies(register, today),
        *_meetings(register, today),
        *_backup(register, today),
        *(DeskLine(*each) for each in archive_waits(register, today.isoformat())),
    ]
    order = list(GROUPS)
    lines.sort(key=lambda line: (order.index(line.group), line.due or "9", line.text))
    return DeskView(office.setting("committee"), today.isoformat(), tuple(lines))


def _cases(register: Lookup, today: date) -> Iterator[DeskLine]:
    for case in register.where(Case, state="received"):
        name = case_name(case)
        text = f"{name} 收到（{_day(case.received_at)}），尚未受理"
        yield DeskLine("mine", f"{case.id} accept", text, command=f"{_OFFICE} accept {name}")
    for case in register.where(Case, state="supplement"):
        text = f"{case_name(case)} 等申请人补正（{_day(case.asked_at)} 通知）"
        yield DeskLine("others", f"{case.id} supplement", text)
    yield from _open_cases(register, today)
    for case in register.where(Case, state="decided"):
        name = case_name(case)
        text = f"{name} 已决定（{_day(case.decided_at)}），尚未送达"
        yield DeskLine(
            "mine", f"{case.id} deliver", text, command=f"{_OFFICE} note 送达 --case {name}"
        )
    for case in register.where(Case, state="delivered"):
        name = case_name(case)
        text = f"{name} 已送达（{_day(case.delivered_at)}），尚未归档"
        command = f"{_OFFICE} file {name}"
        yield DeskLine("mine", f"{case.id} file", text, command=command)


def _open_cases(register: Lookup, today: date) -> Iterator[DeskLine]:
    cases = register.where(Case, state="accepted")
    names = {each.person: person_name(each) for each in register.where(Appointment)}
    assignments: dict[str, list[Assignment]] = {case.id: [] for case in cases}
    for assignment in register.where(Assignment, case=list(assignments)):
        if assignment.state != "replaced":
            assignments[assignment.case].append(assignment)
    meetings = _to_come(register, cases)
    for case in cases:
        waiting = [each for each in assignments[case.id] if each.state == "open"]
        for each in waiting:
            group = _OVERDUE if each.due and each.due < today.isoformat() else "others"
            text = f"{case_name(case)} 等{names.get(each.person, each.person)}交回工作表"
            command = f"{_OFFICE} show {case_name(case)}" if group == _OVERDUE else ""
            yield DeskLine(group, f"{case.id} {each.person} {each.role}", text, each.due, command)
        if not waiting:
            yield _next_act(case, bool(assignments[case.id]), meetings.get(case.id))
        if case.due_at:
            text = f"{case_name(case)} 的审查期限"
            command = f"{_OFFICE} show {case_name(case)}"
            yield from _limit(f"{case.id} limit", text, case.due_at, today, _SOON, command)


def _to_come(register: Lookup, cases: Iterable[Case]) -> dict[str, Meeting]:
    """The meeting on whose agenda each case waits, to come or held; of several any."""
    meetings = {each.id: each for each in register.where(Meeting)}
    return {
        item.case: meetings[item.meeting]
        for item in register.where(AgendaItem, case=[case.id for case in cases], outcome="")
        if item.purpose == "review" and item.meeting in meetings
    }


def _next_act(case: Case, assigned: bool, meeting: Meeting | None) -> DeskLine:
    """What the office does next about a case for whose worksheets nobody waits."""
    name = case_name(case)
    id_, group, command = f"{case.id} decide", "mine", f"{_OFFICE} decide {name}"
    if not assigned:
        text, id_, command = (
            "已受理，尚未指定审查人",
            f"{case.id} assign",
            f"{_OFFICE} assign {name}",
        )
    elif case.method == SIMPLIFIED:
        text = "工作表已交齐，尚未决定"
    elif meeting is None:
        text, command = "工作表已交齐，尚未列入会议", f"{_OFFICE} meet"
    elif meeting.state == "held":
        text, command = f"会议 {meeting.id} 已审，尚未决定", f"{_OFFICE} decide {meeting.id}"
    else:
        text, group, command = f"已列入会议 {meeting.id}（{meeting.date}）", "others", ""
    return DeskLine(group, id_, f"{name} {text}", case.due_at, command)


def _studies(register: Lookup, today: date) -> Iterator[DeskLine]:
    for study in register.where(RegisteredStudy, state="active"):
        if study.valid_until:
            yield from _of_study(register, study, today)


def _of_study(register: Lookup, study: RegisteredStudy, today: date) -> Iterator[DeskLine]:
    """The next report and the end of the approval, with the reminder that is to be sent of them.

    A report that is here and not decided is the office's own to do.
    """
    name, until = study.title or study.id, study.valid_until
    report = "" < study.report_due < until and today.isoformat() <= until
    due = study.report_due if report else until
    if due > (today + timedelta(days=max(_REMINDERS))).isoformat():
        return
    open_ = register.where(Case, study=study.id, state=_NOT_DECIDED)
    here = [case for case in open_ if case.kind == _REPORT]
    said = f"（进展报告 {case_name(here[0])} 在办）" if here else ""
    command = f"{_OFFICE} show {study.id}"
    yield from _limit(
        f"{study.id} valid", f"批件有效期{said}：{name}", until, today, max(_REMINDERS), command
    )
    if report and not here:
        text = f"进展报告：{name}"
        yield from _limit(f"{study.id} report", text, due, today, max(_REMINDERS), command)
    wanted = _reminder(due, study.reminded_on, today)
    if wanted and not here:
        text = f"到期前 {wanted} 天的提醒还没有发：{name}"
        again = f"{_OFFICE} note 提醒 进展报告 --study {study.id} --due {due}"
        yield DeskLine("mine", f"{study.id} remind", text, due, again)


def _reminder(due: str, sent: str, today: date) -> int:
    """How many days before a day the reminder was to be sent that is still lacking; 0 for none."""
    day = parse_date(due)  # in an imported year it may be none
    left = (day - today).days if day else -1
    wanted = min((days for days in _REMINDERS if 0 <= left <= days), default=0)
    return wanted if day and sent < (day - timedelta(days=wanted)).isoformat() else 0


def _limit(
    id_: str, what: str, limit: str, today: date, soon: int, command: str
) -> Iterator[DeskLine]:
    """A limit that has passed, or will within some days; one with an hour passes in that hour."""
    if _day(limit) < today.isoformat():
        yield DeskLine(_OVERDUE, id_, what, limit, command)
    elif _day(limit) <= (today + timedelta(days=soon)).isoformat():
        yield DeskLine("due", id_, what, limit, command)


def _meetings(register: Lookup, today: date) -> Iterator[DeskLine]:
    planned = sorted(
        (each for each in register.where(Meeting, state="planned") if each.date),
        key=lambda each: (each.date, each.id),
    )
    past = [each for each in planned if each.date < today.isoformat()]
    for each in past:
        text = f"会议 {each.id} 的日子已过，会议簿还没有收回"
        yield DeskLine(_OVERDUE, f"{each.id} book", text, each.date, f"{_OFFICE} take 会议簿.xlsx")
    for each in planned[len(past) :][:1]:
        command = f"{_OFFICE} meet"
        yield DeskLine("meeting", f"{each.id} meeting", f"会议 {each.id}", each.date, command)
    for each in register.where(Meeting, state="held", minutes_at=""):
        command = f"{_OFFICE} note 会议记录定稿 --meeting {each.id}"
        text = f"会议 {each.id}（{each.date}）的会议记录尚未定稿"
        yield DeskLine("mine", f"{each.id} minutes", text, command=command)


def _backup(register: Reading, today: date) -> Iterator[DeskLine]:
    """A backup is wanted when the last one, else the first event, is some days old."""
    last = register.noted(LAST_BACKUP)
    since = _day(last or register.began)
    if since and since < (today - timedelta(days=_BACKUP_DAYS)).isoformat():
        text = f"上次备份是 {since}" if last else "登记簿还没有备份"
        yield DeskLine("mine", "backup", text, command=f"{_OFFICE} backup")


def _day(time: str) -> str:
    return time.partition("T")[0]


def desk_text(desk: DeskView, folder: Path) -> str:
    """The desk for people: a group, its lines, under each the command to type in `folder`."""
    lines = [f"{desk.office}　{desk.day}"]
    if folder != Path():
        lines.append(f"下面的命令在办公室的文件夹里运行：cd {shell_word(folder)}")
    for group, title in GROUPS.items():
        own = [line for line in desk.lines if line.group == group]
        if own:
            lines += ["", f"{title}（{len(own)}）", *_shown(own[:_MOST_SHOWN])]
            if len(own) > _MOST_SHOWN:
                more = len(own) - _MOST_SHOWN
                lines.append(f"  ……以及另外 {more} 项（全部：{_OFFICE} --format json）")
    if not desk.lines:
        lines += ["", "案头是空的。收件：mmethics office take 送审.zip"]
    return "\n".join(lines)


def _shown(lines: Iterable[DeskLine]) -> Iterator[str]:
    for line in lines:
        yield f"  {line.text}" + (f"，{_said(line.due)}" if line.due else "")
        if line.command:
            yield f"      {line.command}"


def _said(due: str) -> str:
    return due.replace("T", " ")
