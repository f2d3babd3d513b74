"""The attached papers of a dossier read, to be held against what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mmethics_cli.core.checks.attached_texts import AttachedText, texts_at_odds
from mmethics_cli.core.checks.documents import attachments_of
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.passages import FilePassage, passages
from mmethics_cli.store.dossier.attachments import attachment_path
from mmethics_cli.store.paths import OutsideFolder
from mmethics_cli.workflow.opening import Dossier

_READABLE: Final = (".docx", ".pdf")
_LARGEST: Final = 20_000_000  # bytes; a longer text is not read at every check


def attached_contradictions(dossier: Dossier) -> Iterator[Finding]:
    """What attached protocols and consent forms say against the dossier.

    A file that can't be read, or is none of those, says nothing here.
    """
    kinds = dossier.standard.attached.kinds
    for entry in attachments_of(dossier.facts):
        name = entry.get("file")
        if entry.get("kind") in kinds and isinstance(name, str):
            yield from texts_at_odds(dossier.facts, entry, _texts(dossier, name))


def _texts(dossier: Dossier, name: str) -> list[AttachedText]:
    try:
        path = attachment_path(dossier.workspace.folder, name)
        if path.suffix.lower() not in _READABLE or path.stat().st_size > _LARGEST:
            return []
        said = passages(path.read_bytes(), path.name)
    except (DocumentError, OSError, OutsideFolder):
        return []  # other checks name what can't be read
    return [
        AttachedText(passage.text, passage.place, _right(said, at))
        for at, passage in enumerate(said)
    ]


def _right(said: tuple[FilePassage, ...], at: int) -> str:
    """The words of the next cell of the same row."""
    here = said[at]
    after = said[at + 1] if at + 1 < len(said) else None
    same = after is not None and here.table and (after.table, after.row) == (here.table, here.row)
    return after.text if after is not None and same else ""
