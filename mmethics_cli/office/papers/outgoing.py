"""Files that leave the office: notices to applicants, tasks to reviewers, the roster to fill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import CASES, OUTBOX, ROSTER, OfficeFolder
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.law.members import CONSULTANT, in_office
from mmethics_cli.office.law.review import person_name, reviewing
from mmethics_cli.office.pack import OfficePack
from mmethics_cli.office.papers.paper_desk import CasePapers, PaperDesk, day_said
from mmethics_cli.office.papers.reply_papers import reply_file
from mmethics_cli.office.register.database import Reading
from mmethics_cli.office.state import Appointment, Assignment, Case
from mmethics_cli.office.workbooks.roster_book import roster_book
from mmethics_cli.office.workbooks.summary_book import (
    WrittenComment,
    summary_book,
    written_comments,
)
from mmethics_cli.office.workbooks.worksheet_book import WorksheetPage, worksheet_book
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.decisions import supplement_tree
from mmethics_cli.store.yaml.reader import reason

# The notices by the kind of event that they tell of.
_NOTICES: Final = {"accepted": "acceptance_notice", "supplement_requested": "supplement_notice"}


def write_outgoing(desk: PaperDesk, events: Iterable[Event]) -> Iterator[Path]:
    """What these events send out, in the outbox; raises WorkspaceError.

    Nothing is made of a case of which the office has no package.
    """
    assigned: dict[str, list[Event]] = {}
    for event in events:
        if event.what.kind in _NOTICES:
            case = desk.state.get(Case, event.what.case)
            if case is not None and case.digest:
                yield from _notice(desk, case, event)
        elif event.what.kind == "assigned":
            assigned.setdefault(event.what.case, []).append(event)
    for name, tasks in assigned.items():
        case = desk.state.get(Case, name)
        if case is not None and case.digest:
            roles = {str(each.what.data["role"]): None for each in tasks}
            also = [worksheet for role in roles for worksheet in desk.pack.worksheets_of(role)]
            with desk.about(case, also) as papers:
                for event in tasks:
                    yield from _task(desk, case, event, papers)


def _notice(desk: PaperDesk, case: Case, event: Event) -> Iterator[Path]:
    """A notice to the applicant; one that asks for more comes with what can be recorded of it."""
    document = _NOTICES[event.what.kind]
    asked = tuple({"text": text} for text in event.what.data.get("list", ()))
    rows = {"asked": asked, "accepted": () if asked else ({"text": ""},)}
    folder = outbox(desk, case_name(case))
    by = event.what.data.get("due", "") if asked else ""
    acts = {"supplement_by": day_said(by)}
    with desk.about(case, [document], acts, rows) as papers:
        name = f"{legal_name(f'{papers.title(document)}-{case_name(case)}')}.docx"
        data = papers.word(document)
    yield write(folder / name, data)
    if asked:
        tree = supplement_tree([row["text"] for row in asked], desk.today)
        yield write(folder / f"{legal_name(f'回件-{case_name(case)}-补正')}.zip", reply_file(
            desk, case, tree, {name: data}
        ))  # fmt: skip


def _task(desk: PaperDesk, case: Case, event: Event, papers: CasePapers) -> Iterator[Path]:
    """What a reviewer gets: the package to read, the sheets to fill in, on one page what for."""
    what = event.what
    assignment = desk.state.get(Assignment, what.case, what.person, what.data["role"])
    assert assignment is not None
    name = names_of(desk).get(what.person, what.person)
    kinds = desk.pack.kinds
    role = kinds["assigned"].labels.get(assignment.role, assignment.role)
    folder = outbox(desk, name)
    files = {case.package: (desk.office.path / CASES / case.package).read_bytes()}
    if assignment.role != CONSULTANT:
        files |= _sheets(desk, case, assignment, papers, f"{case_name(case)}-{name}")
    acts = desk.case_acts(case) | {
        "reviewer": name,
        "role": role,
        "return_by": day_said(assignment.due),
        "package": case.package,
        "title": title_of(desk.state, case),
    }
    sheets = tuple({"name": file} for file in files)
    files[f"审查任务单-{case_name(case)}.docx"] = desk.own("review_task", acts, {"sheets": sheets})
    for file, data in files.items():
        yield write(folder / legal_name(file), data)


def _sheets(
    desk: PaperDesk, case: Case, assignment: Assignment, papers: CasePapers, name: str
) -> dict[str, bytes]:
    """The workbook of a reviewer, and the same on paper."""
    chosen = desk.pack.chosen_worksheets(assignment.role, papers.worksheets)
    pages = [
        WorksheetPage(document, papers.title(document), tuple(papers.criteria(document)))
        for document in chosen
    ]
    day = desk.today.isoformat()
    book = worksheet_book(desk.state, case, assignment, desk.pack, pages, day)
    on_paper = {
        f"{papers.title(document)}-{name}.docx": papers.word(document) for document in chosen
    }
    return {f"审查工作表-{name}.xlsx": book, **on_paper}


def write_summary(desk: PaperDesk, case: Case, folder: Path) -> Path:
    """All that the reviewers of a case wrote, to be edited into what the letter says."""
    written = written_on(desk.state, case)
    data = summary_book(desk.state, case, written, names_of(desk), desk.today)
    return write(folder / f"{legal_name(f'意见汇总-{case_name(case)}')}.xlsx", data)


def written_on(state: Reading, case: Case) -> list[WrittenComment]:
    """What the reviewers of a case wrote, by criterion."""
    persons = frozenset(each.person for each in reviewing(state, case))
    return written_comments(state.events(case=case.id), persons)


def names_of(desk: PaperDesk) -> Mapping[str, str]:
    """What people call each person that the register knows."""
    return {each.person: person_name(each) for each in desk.state.where(Appointment)}


def outbox(desk: PaperDesk, name: str) -> Path:
    """Where what goes to somebody, or belongs to a case, is put today."""
    return desk.office.path / OUTBOX / legal_name(f"{desk.today.isoformat()}-{name}")


def write_roster(office: OfficeFolder, pack: OfficePack, today: date) -> Path:
    """The roster to fill, with the members that the register has already."""
    with office.register().reading() as register:
        people = list(in_office(register.where(Appointment), today.isoformat()).values())
    data = roster_book(pack.kinds["member_appointed"], people, today)
    return write(office.path / ROSTER, data)


def write(path: Path, data: bytes) -> Path:
    """Write a file of the office; raises WorkspaceError.

    A workbook in which somebody may have written is not lost: it is laid beside the new one.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xlsx" and path.exists() and path.read_bytes() != data:
            path.rename(_aside(path))
    except OSError as error:
        raise WorkspaceError(f"写不了“{path}”：{reason(error)}。") from error
    write_atomic(path, data)
    return path


def _aside(path: Path) -> Path:
    """Where a workbook goes that is written anew."""
    number = 1
    while (aside := path.with_name(f"{path.stem}-以前的{number}{path.suffix}")).exists():
        number += 1
    return aside
