"""A study as an office has it: a dossier of sealed archives, laid out for as long as it is read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from msgspec import Struct

from mmethics_cli.store.dossier.parts import DOSSIER
from mmethics_cli.store.submission.archive import lay_out
from mmethics_cli.store.submission.choice import last_sealed, named
from mmethics_cli.store.submission.submissions import (
    DECISION,
    DOCUMENTS,
    EVENT_FILE,
    FOLDER,
    SNAPSHOT,
)
from mmethics_cli.workflow.document_options import PaperSet
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.packs import Packs


class SealedArchive(Struct, frozen=True):
    """An archive that was proved, and what was decided on it since, as decision.yaml says it."""

    path: Path
    decision: bytes = b""


@contextmanager
def sealed_dossier(
    archives: Sequence[SealedArchive],
    packs: Packs,
    today: date,
    also: tuple[str, ...] = (),
    papers: PaperSet | None = None,
) -> Iterator[Dossier]:
    """The study of these archives, opened at the last of them; its facts are as they were sealed.

    Only what says something is laid out: attachments are not needed to read it.
    Raises WorkspaceError, UnreadableFile, PackError.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "study"  # whose parent holds nobody's profile
        folder.mkdir()
        (folder / DOSSIER).write_text("", encoding="utf-8")
        at = ""
        for archive in archives:
            laid = lay_out(archive.path, folder / FOLDER, SNAPSHOT, EVENT_FILE, DOCUMENTS)
            at = laid.name
            if archive.decision:
                (laid / DECISION).write_bytes(archive.decision)
        choose = named(at) if at else last_sealed
        yield open_dossier(folder, today, packs, also, papers, choose)
