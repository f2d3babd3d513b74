"""The files that attachments name: are they there, what are they, and did they change under the
same version?"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from mmethics_cli.core.checks.documents import FileLook, FileState
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.standard.file_kinds import FileKind
from mmethics_cli.store.dossier.contents import look_at
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import OutsideFolder, inside
from mmethics_cli.store.submission.litter import named_like_litter
from mmethics_cli.store.submission.submissions import SealedAttachment, Submission
from mmethics_cli.store.yaml.reader import reason

FOLDER = "attachments"
_MOST_LISTED: Final = 2000
# How like two names are, from 0 to 1: one sign of ten may differ.
_ALIKE: Final = 0.85


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
    dossier: Path,
    attachments: Iterable[Element],
    earlier: Sequence[Submission],
    kinds: Collection[FileKind],
) -> dict[str, FileState]:
    """The state of each attachment's file by the attachment's id.

    `earlier` are the submissions against which a change under the same version is looked for,
    `kinds` those that a file can be of.
    """
    sealed = [
        (submission.name, submission.attachments())
        for submission in reversed(earlier)
        if submission.sealed
    ]
    return {entry.id: _state(dossier, entry, sealed, kinds) for entry in attachments}


def _state(
    dossier: Path,
    entry: Element,
    sealed: Sequence[tuple[str, dict[str, SealedAttachment]]],
    kinds: Collection[FileKind],
) -> FileState:
    name, marked = entry.get("file"), entry.get("marked_file")
    if not isinstance(name, str):
        return FileState()
    looks: list[FileLook] = []
    trouble = _looked(dossier, name, kinds, looks)
    if not trouble and isinstance(marked, str):
        wrong = _looked(dossier, marked, kinds, looks)
        trouble = f"修订标记版{wrong}" if wrong else ""
    if trouble:
        return FileState(trouble)
    return _changed(dossier, entry, name, sealed, tuple(looks))


def _changed(
    dossier: Path,
    entry: Element,
    name: str,
    sealed: Sequence[tuple[str, dict[str, SealedAttachment]]],
    looks: tuple[FileLook, ...],
) -> FileState:
    """The state of a file that can be read: did it change under the version that was sealed?"""
    rows = [(where, held[entry.id]) for where, held in sealed if entry.id in held]
    digest = sha256(attachment_path(dossier, name).read_bytes()) if rows else ""
    for where, row in rows:
        if row.sha256 == digest:
            continue
        if row.version and row.version == field_text(entry, "version"):
            return FileState("", where, True, looks)
        if row.date and row.date == field_text(entry, "date"):
            return FileState("", where, False, looks)
    return FileState(looks=looks)


def _looked(dossier: Path, name: str, kinds: Collection[FileKind], looks: list[FileLook]) -> str:
    """Why the file can't be used, empty where it can: then the look at it joins the others."""
    try:
        path = attachment_path(dossier, name)
        if not path.exists():
            return f"找不到文件“{name}”{_near(dossier, name)}"
        if not path.is_file():
            return f"“{name}”不是文件"
        if path.stat().st_size == 0:
            return f"文件“{name}”是空的"
        look = look_at(path, kinds)
        unfit = any(kind.id == look.kind and kind.severity for kind in kinds)
        if named_like_litter(path.name) and not unfit:
            return f"文件“{name}”的名称像系统或办公软件的临时文件，请改名"
        if kinds:
            looks.append(look)
    except OutsideFolder as outside:
        return f"文件“{name}”{outside}"
    except OSError as error:
        return f"文件“{name}”读不了：{reason(error)}"
    return ""


def _near(dossier: Path, name: str) -> str:
    """A file whose name is the same to the eye, or nearly, in words; empty where there is none."""
    folder = dossier / FOLDER
    if not folder.is_dir():
        return ""
    with os.scandir(folder) as entries:
        there = [entry.name for entry in islice(entries, _MOST_LISTED)]
    wanted = name.replace("\\", "/").rpartition("/")[2]
    alike = {_folded(other): other for other in there}
    # Loaded late: a file is seldom missing.
    from difflib import get_close_matches

    close = get_close_matches(_folded(wanted), alike, 1, _ALIKE)
    if not close:
        return ""
    near = alike[close[0]]
    same = unicodedata.normalize("NFC", near) == unicodedata.normalize("NFC", wanted)
    said = "，看起来一样，字的编码不同（常见于从 Mac 复制的文件）" if same else ""
    return f"。{FOLDER}/ 里有一个名字相近的文件“{near}”{said}"


def _folded(name: str) -> str:
    """A name without what people do not see: width, case, blanks, composition, a doubled ending."""
    text = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    stem, dot, ending = text.rpartition(".")
    while dot and stem.endswith(f".{ending}"):
        stem = stem[: -len(ending) - 1]
    return f"{stem}{dot}{ending}"


def field_text(entry: Element, field: str) -> str:
    """A field of an attachment's entry as text, a date as 2027-03-01; empty for anything else."""
    value = entry.get(field)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else ""
