"""The days of an office as a calendar file: limits of review, worksheets, validities, meetings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.formats.calendar import CalendarEntry, calendar_file
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.outputs import refuse_office_output
from mmethics_cli.office.state import (
    Appointment,
    Assignment,
    Case,
    Lookup,
    Meeting,
    RegisteredStudy,
)
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.workflow.lifecycle.calendar import renews_calendar

# For how long after its day something that is done still stands in the file, as cancelled.
_REMEMBERED: Final = timedelta(days=60)


class OfficeDate(Struct, frozen=True):
    """A day on which something is due; `id` stays the same whatever day that is.

    `done` is when it was done, empty while it is open.
    """

    id: str
    due: str
    text: str
    done: str = ""


def write_desk_calendar(office: OfficeFolder, path: Path, today: date) -> int:
    """Write every day on which something is due; how many are still to come or late.

    What was done lately is in it as cancelled, so that readers take it away. Where there is nothing
    nothing is written. Raises EthicsError where another file lies, WorkspaceError.
    """
    since = (today - _REMEMBERED).isoformat()
    with office.register().reading() as register:
        last = register.last
        first = next(register.events(seq=1), None)
        mark = first.hash[:32] if first else ""
        entries = [
            CalendarEntry(
                uid=f"{sha256(f'{mark}|{each.id}'.encode())[:32]}@mmethics",
                sequence=last[0] if last else 0,
                day=day,
                summary=each.text,
                description=each.due.replace("T", " "),
                cancelled=bool(each.done),
            )
            for each in office_dates(register)
            if (not each.done or each.done >= since)
            and (day := parse_date(each.due[:10])) is not None
        ]
    refuse_office_output(
        office, "--ics", path, "伦理办公室.ics", replace=renews_calendar(path, mark)
    )
    if entries:
        title = f"伦理办公室到期日：{office.setting('committee')}"
        write_atomic(path, calendar_file(title, mark, entries, today))
    return sum(not entry.cancelled for entry in entries)


def office_dates(state: Lookup) -> Iterator[OfficeDate]:
    """Every day on which something is or was due."""
    cases = {case.id: case for case in state.where(Case)}
    titles = {study.id: study.title for study in state.where(RegisteredStudy)}
    for case in cases.values():
        if case.due_at:
            text = f"审查期限 {case_name(case)}：{titles.get(case.study) or case.study}"
            done = "" if case.state == "accepted" else case.decided_at or case.due_at
            yield OfficeDate(f"{case.id} limit", case.due_at, text, done)
    names = {each.person: person_name(each) for each in state.where(Appointment)}
    for each in state.where(Assignment):
        of = cases.get(each.case)
        if each.due and of is not None:
            text = f"工作表 {case_name(of)}：{names.get(each.person, each.person)}"
            waits = each.state == "open" and of.state == "accepted"
            done = "" if waits else each.returned_at or of.decided_at or each.due
            yield OfficeDate(f"{of.id} {each.person} {each.role}", each.due, text, done)
    for study in state.where(RegisteredStudy):
        if study.valid_until:
            text = f"批件有效期 {study.title or study.id}"
            done = "" if study.state == "active" else study.valid_until
            yield OfficeDate(f"{study.id} valid", study.valid_until, text, done)
        if study.report_due:
            text = f"进展报告 {study.title or study.id}"
            done = "" if study.state == "active" else study.report_due
            yield OfficeDate(f"{study.id} report", study.report_due, text, done)
    for meeting in state.where(Meeting):
        if meeting.date:
            text = f"会议 {meeting.id}"
            done = "" if meeting.state == "planned" else meeting.held_at or meeting.date
            yield OfficeDate(f"{meeting.id} meeting", meeting.date, text, done)
