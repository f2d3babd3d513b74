"""What is still due, as a calendar file."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.core.lifecycle.due import Due
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.formats.calendar import PRODUCT, CalendarEntry, calendar_file, subject_line
from mmethics_cli.report.status import WITHOUT_HOLIDAYS
from mmethics_cli.store.dossier.outputs import refuse_output
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.submission.submissions import MANIFEST
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.wording.citation import cite
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord

_HEAD: Final = 400  # bytes of a calendar in which its maker stands


def write_calendar(record: CommitteeRecord, path: Path, today: date) -> int:
    """Write what is still due as a calendar; how many days it holds.

    What is due no more (handed in, or the study has ended) is in it as cancelled, so that readers
    take it away. Where nothing was ever due nothing is written. Raises EthicsError where another
    file lies, or the system refuses.
    """
    dossier = record.dossier
    title = dossier.facts.get("project.title")
    name = title if isinstance(title, str) else dossier.name
    study = _study(record, name)
    ours = renews_calendar(path, _mark(study))
    refuse_output(dossier.workspace, "--ics", path, "到期日.ics", replace=ours)
    entries = [_entry(record, due, study, name) for due in record.all_dues()]
    if entries:
        title = f"伦理审查到期日：{name}"
        write_atomic(path, calendar_file(title, _mark(study), entries, today))
    return sum(not entry.cancelled for entry in entries)


def renews_calendar(path: Path, of: str) -> bool:
    """Whether a calendar that we wrote about the same (`calendar_file`) lies there: it is renewed.

    Raises EthicsError where anything else does, WorkspaceError where it can't be read.
    """
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).decode("utf-8", errors="replace").split("\r\n")
    except OSError as error:
        raise WorkspaceError(f"--ics：读不了“{path}”：{reason(error)}。") from error
    if f"PRODID:{PRODUCT}" not in head or subject_line(of) not in head:
        raise EthicsError(
            f"--ics：“{path}”已经有别的内容，或是另一项研究的日历，没有覆盖。请换一个文件名。"
        )
    return True


def _mark(study: str) -> str:
    return study[:32]


def _study(record: CommitteeRecord, name: str) -> str:
    """What tells this study from others in a calendar, the same as long as the dossier lives."""
    for submission in record.dossier.workspace.submissions:
        if submission.sealed:
            return hashlib.sha256((submission.folder / MANIFEST).read_bytes()).hexdigest()
    return hashlib.sha256(name.encode()).hexdigest()


def _entry(record: CommitteeRecord, due: Due, study: str, name: str) -> CalendarEntry:
    # What follows from an approval is one thing that moves; each event has reports of its own.
    key = f"{study}|{due.id}" + (f"|{due.order}" if due.of_event else "")
    notes = [
        due.why,
        f"依据：{cite(record.dossier.standard, due.basis, marks=True)}" if due.basis else "",
        WITHOUT_HOLIDAYS if due.without_holidays else "",
    ]
    return CalendarEntry(
        uid=f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@mmethics",
        sequence=record.changes,
        day=due.day,
        summary=f"{due.label}：{name}",
        description="\n".join(note for note in notes if note),
        cancelled=not due.open() or (bool(record.ended) and not due.of_event),
    )
