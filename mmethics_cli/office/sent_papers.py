"""What the program wrote of a case and sent out: it lies in the folder, and no event keeps it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.office.folder import MEETINGS, OUTBOX, OfficeFolder
from mmethics_cli.office.state import Case
from mmethics_cli.store.paths import legal_name

_DAY: Final = len("2027-03-09")
_MINUTES: Final = "会议记录.docx"


def sent_papers(
    office: OfficeFolder, standard: Standard, case: Case, documents: Collection[str]
) -> Iterator[Path]:
    """The notices and letters of a case, of these documents, in every language, day by day."""
    # Until it is accepted a case has no number, and is called by its id.
    names = {
        f"{legal_name(standard.documents[document].title)}-{legal_name(name)}"
        for document in documents
        for name in (case.number, case.id)
        if name
    }
    for path in sorted((office.path / OUTBOX).glob("*/*.docx")):
        if path.name.removesuffix(".docx").removesuffix(".en") in names:
            yield path


def sent_on(path: Path) -> str:
    """The day on which a paper was put into the outbox."""
    return path.parent.name[:_DAY]


def minutes_of(office: OfficeFolder, meeting: str) -> Path | None:
    """The minutes of a meeting, where they were written."""
    path = office.path / MEETINGS / legal_name(meeting) / _MINUTES
    return path if meeting and path.is_file() else None
