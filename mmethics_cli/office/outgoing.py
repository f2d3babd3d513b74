"""Files that leave the office: worksheets to reviewers, the book of a meeting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import MEETINGS, OUTBOX, ROSTER, OfficeFolder
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.law.members import CONSULTANT, in_office
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.pack import OfficePack
from mmethics_cli.office.state import Appointment, Assignment, Case, Lookup, Meeting
from mmethics_cli.office.workbooks.meeting_book import meeting_book
from mmethics_cli.office.workbooks.roster_book import roster_book
from mmethics_cli.office.workbooks.worksheet_book import worksheet_book
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.yaml.reader import reason


def write_worksheets(
    office: OfficeFolder, pack: OfficePack, state: Lookup, events: list[Event]
) -> Iterator[Path]:
    """A worksheet for each person whom these events assign; raises WorkspaceError."""
    names = {each.person: person_name(each) for each in state.where(Appointment)}
    for event in events:
        what = event.what
        if what.kind != "assigned" or what.data["role"] == CONSULTANT:
            continue
        case = state.get(Case, what.case)
        assignment = state.get(Assignment, what.case, what.person, what.data["role"])
        assert case is not None and assignment is not None
        day = what.happened.partition("T")[0]
        name = names.get(what.person, what.person)
        file = legal_name(f"审查工作表-{case_name(case)}-{name}") + ".xlsx"
        data = worksheet_book(state, case, assignment, pack.decisions, day)
        yield _write(office.path / OUTBOX / legal_name(f"{day}-{name}") / file, data)


def write_meeting_book(
    office: OfficeFolder, pack: OfficePack, state: Lookup, meeting: Meeting
) -> Path:
    """The book of a planned meeting; one that is there already is written anew."""
    data = meeting_book(state, meeting, pack.votes, pack.decisions)
    return _write(office.path / MEETINGS / legal_name(meeting.id) / "会议簿.xlsx", data)


def write_roster(office: OfficeFolder, pack: OfficePack, today: date) -> Path:
    """The roster to fill, with the members that the register has already."""
    with office.register().reading() as register:
        people = list(in_office(register.where(Appointment), today.isoformat()).values())
    data = roster_book(pack.kinds["member_appointed"], people, today)
    return _write(office.path / ROSTER, data)


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{path.parent}”：{reason(error)}。") from error
    write_atomic(path, data)
    return path
