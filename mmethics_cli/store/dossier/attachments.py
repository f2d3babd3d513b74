"""The files that attachments name: are they there, and did they change under the same version?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from mmethics_cli.core.checks.documents import FileState
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import OutsideFolder, inside
from mmethics_cli.store.submission.litter import named_like_litter
from mmethics_cli.store.submission.submissions import SealedAttachment, Submission
from mmethics_cli.store.yaml.reader import reason

FOLDER = "attachments"


def attachment_path(dossier: Path, name: str) -> Path:
    """The file that an attachment's entry names: from the dossier's folder, else attachments/.

    Raises OutsideFolder.
    """
    path = inside(dossier, name)
    if not path.exists() and not name.replace("\\", "/").startswith(f"{FOLDER}/"):
        within = inside(dossier, f"{FOLDER}/{name}")
        if within.exists():
            return within
    return path


def file_states(
    dossier: Path, attachments: Iterable[Element], earlier: Sequence[Submission]
) -> dict[str, FileState]:
    """The state of each attachment's file by the attachment's id.

    `earlier` are the submissions against which a change under the same version is looked for.
    """
    sealed = [
        (submission.name, submission.attachments())
        for submission in reversed(earlier)
        if submission.sealed
    ]
    return {entry.id: _state(dossier, entry, sealed) for entry in attachments}


def _state(
    dossier: Path, entry: Element, sealed: Sequence[tuple[str, dict[str, SealedAttachment]]]
) -> FileState:
    name = entry.get("file")
    if not isinstance(name, str):
        return FileState()
    trouble = _trouble(dossier, name)
    marked = entry.get("marked_file")
    if not trouble and isinstance(marked, str) and (wrong := _trouble(dossier, marked)):
        trouble = f"修订标记版{wrong}"
    if trouble:
        return FileState(trouble)
    rows = [(where, held[entry.id]) for where, held in sealed if entry.id in held]
    if not rows:
        return FileState()
    digest = sha256(attachment_path(dossier, name).read_bytes())
    for where, row in rows:
        if row.sha256 == digest:
            continue
        if row.version and row.version == field_text(entry, "version"):
            return FileState("", where, True)
        if row.date and row.date == field_text(entry, "date"):
            return FileState("", where, False)
    return FileState()


def _trouble(dossier: Path, name: str) -> str:
    try:
        path = attachment_path(dossier, name)
        if named_like_litter(path.name):
            return f"文件“{name}”的名称像系统或办公软件的临时文件，请改名"
        if not path.exists():
            return f"找不到文件“{name}”"
        if not path.is_file():
            return f"“{name}”不是文件"
        if path.stat().st_size == 0:
            return f"文件“{name}”是空的"
        with path.open("rb") as file:
            file.read(1)
    except OutsideFolder as outside:
        return f"文件“{name}”{outside}"
    except OSError as error:
        return f"文件“{name}”读不了：{reason(error)}"
    return ""


def field_text(entry: Element, field: str) -> str:
    """A field of an attachment's entry as text, a date as 2027-03-01; empty for anything else."""
    value = entry.get(field)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else ""
