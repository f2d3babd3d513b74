"""The desk: what waits for the office, what for others, what is due or late, the next meeting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from mmethics_cli.office.archive.waiting import waiting
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import SIMPLIFIED, case_name
from mmethics_cli.office.state import Assignment, Case, Lookup, Meeting, RegisteredStudy

_SOON: Final = 7  # days
_EXPIRES_SOON: Final = 30  # days
_OFFICE: Final = "mmethics office"
_GROUPS: Final = {
    "overdue": "已逾期",
    "mine": "等我办",
    "due": "快到期",
    "others": "等别人",
    "meeting": "下次会议",
}


class DeskLine(Struct, frozen=True):
    """One thing on the desk: its group, what it is, the day it is due, the command to type."""

    group: str
    text: str
    due: str = ""
    command: str = ""


class DeskView(Struct, frozen=True):
    """Everything on the desk of an office on a day, most pressing first."""

    office: str
    day: str
    lines: tuple[DeskLine, ...]


def desk_of(office: OfficeFolder, today: date) -> DeskView:
    """What lies on the desk. Raises WorkspaceError where the register can't be read."""
    with office.register().reading() as register:
        lines = [*_cases(register, today), *_studies(register, today), *_meetings(register, today)]
        lines += [DeskLine(*each) for each in waiting(register, today.isoformat())]
    order = list(_GROUPS)
    lines.sort(key=lambda line: (order.index(line.group), line.due or "9", line.text))
    return DeskView(office.setting("committee"), today.isoformat(), tuple(lines))


def _cases(register: Lookup, today: date) -> Iterator[DeskLine]:
    for case in register.where(Case, state="received"):
        text = f"{case_name(case)} 收到（{_day(case.received_at)}），尚未受理"
        yield DeskLine("mine", text, command=f"{_OFFICE} accept {case_name(case)}")
    for case in register.where(Case, state="supplement"):
        yield DeskLine("others", f"{case_name(case)} 等申请人补正（{_day(case.asked_at)} 通知）")
    for case in register.where(Case, state="accepted"):
        yield from _open_case(register, case, today)
    for case in register.where(Case, state="decided"):
        text = f"{case_name(case)} 已决定（{_day(case.decided_at)}），尚未送达"
        yield DeskLine("mine", text, command=f"{_OFFICE} note 送达 --case {case_name(case)}")
    for case in register.where(Case, state="delivered"):
        text = f"{case_name(case)} 已送达（{_day(case.delivered_at)}），尚未归档"
        command = f"{_OFFICE} file {case_name(case)}"
        yield DeskLine("mine", text, command=command)


def _open_case(register: Lookup, case: Case, today: date) -> Iterator[DeskLine]:
    name = case_name(case)
    assignments = [
        each for each in register.where(Assignment, case=case.id) if each.state != "replaced"
    ]
    waiting = [each for each in assignments if each.state == "open"]
    for each in waiting:
        group = "overdue" if each.due and each.due < today.isoformat() else "others"
        yield DeskLine(group, f"{name} 等 {each.person} 交回工作表", each.due)
    if not assignments:
        yield DeskLine(
            "mine", f"{name} 已受理，尚未指定审查人", case.due_at, f"{_OFFICE} assign {name}"
        )
    elif not waiting:
        command = f"{_OFFICE} decide {name}" if case.method == SIMPLIFIED else f"{_OFFICE} meet"
        yield DeskLine("mine", f"{name} 工作表已交齐，尚未决定", case.due_at, command)
    if case.due_at:
        yield from _limit(f"{name} 的审查期限", case.due_at, today, _SOON)


def _studies(register: Lookup, today: date) -> Iterator[DeskLine]:
    for study in register.where(RegisteredStudy, state="active"):
        if study.valid_until:
            name = study.title or study.id
            yield from _limit(f"{name} 的批件有效期", study.valid_until, today, _EXPIRES_SOON)


def _limit(what: str, limit: str, today: date, soon: int) -> Iterator[DeskLine]:
    """A limit that has passed, or will within some days; one with an hour passes in that hour."""
    if _day(limit) < today.isoformat():
        yield DeskLine("overdue", what, limit)
    elif _day(limit) <= (today + timedelta(days=soon)).isoformat():
        yield DeskLine("due", what, limit)


def _meetings(register: Lookup, today: date) -> Iterator[DeskLine]:
    planned = [
        each
        for each in register.where(Meeting, state="planned")
        if each.date and each.date >= today.isoformat()
    ]
    for each in sorted(planned, key=lambda each: (each.date, each.id))[:1]:
        yield DeskLine("meeting", f"会议 {each.id}", each.date, f"{_OFFICE} meet")


def _day(time: str) -> str:
    return time.partition("T")[0]


def desk_text(desk: DeskView) -> str:
    """The desk for people: a group, its lines, under each the command to type."""
    lines = [f"{desk.office}　{desk.day}"]
    for group, title in _GROUPS.items():
        own = [line for line in desk.lines if line.group == group]
        if own:
            lines += ["", f"{title}（{len(own)}）", *_shown(own)]
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
