"""Rendered documents on disk: names legal everywhere, and no hand-edited file ever overwritten."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.submissions import DOCUMENTS, MANIFEST, OLD_DRAFTS, REPLACED
from mmethics_cli.store.yaml.reader import reason

RECORD: Final = ".rendered.json"


class RenderedFile(Struct, frozen=True):
    """A document's bytes and the name under which they are to lie."""

    name: str
    data: bytes


class WriteOutcome(Struct):
    """What became of each file: names, and for `failed` the reasons."""

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def file_name(number: str, title: str, version: DocumentVersion, suffix: str) -> str:
    """`02-伦理审查申请表-V1.0-2027-03-01.docx`; a long title is cut, never the rest."""
    tail = f"-V{version.version}" if version.version else ""
    tail += f"-{version.date.isoformat()}" if version.date else ""
    tail = legal_name(f"{tail}{suffix}")
    return legal_name(f"{number}-{title}", keep=len(tail.encode("utf-8"))) + tail


def enter_versions(workspace: Workspace, versions: Mapping[str, DocumentVersion]) -> None:
    """Enter in submission.yaml the version and date of each document, by its id.

    Raises WorkspaceError, ChangedOnDisk.
    """
    current = workspace.current
    if current is None or current.sealed:
        raise WorkspaceError("没有可以生成文件的送审，或它已经封存。")
    changes: dict[tuple[str | int, ...], object] = {}
    for name, new in versions.items():
        entered = workspace.versions.get(name, DocumentVersion())
        if entered.version != new.version:
            changes["documents", name, "version"] = new.version
        if new.date is not None and entered.date != new.date:
            changes["documents", name, "date"] = new.date.isoformat()
    if changes:
        workspace.write(current.event_file, changes)


def write_documents(
    folder: Path, files: Sequence[RenderedFile], *, replace: bool = False, whole: bool = True
) -> WriteOutcome:
    """Write rendered files into `folder`; a file edited by hand is kept, or moved aside.

    With `whole`, files that an earlier run wrote, that nobody edited and that are no longer
    among `files` are removed. What the system refuses is told in `failed`; the rest is written.
    """
    done = WriteOutcome()
    restore_drafts(folder.parent)
    _make(folder)
    record = read_record(folder)
    for file in files:
        path = folder / file.name
        try:
            if is_hand_edited(path, record) and path.read_bytes() != file.data:
                if not replace:
                    done.kept.append(file.name)
                    continue
                done.moved.append(_move_aside(path))
            write_atomic(path, file.data)
        except OSError as error:
            done.failed.append((file.name, reason(error)))
        except WorkspaceError as error:
            cause = error.__cause__
            why = reason(cause) if isinstance(cause, OSError) else error.message
            done.failed.append((file.name, why))
        else:
            record[file.name] = sha256(file.data)
            done.written.append(file.name)
    if whole:
        _remove_stale(folder, record, {file.name for file in files}, done)
    write_atomic(folder / RECORD, _record_bytes(record))
    return done


def restore_drafts(submission: Path) -> None:
    """Put drafts back that an interrupted `submit` had moved aside."""
    old = submission / OLD_DRAFTS
    if old.exists() and not (submission / MANIFEST).exists():
        shutil.rmtree(submission / DOCUMENTS, ignore_errors=True)
        old.rename(submission / DOCUMENTS)


def is_hand_edited(path: Path, record: dict[str, str]) -> bool:
    """Whether a file lies there that this program did not write as it is now."""
    return path.exists() and record.get(path.name) != sha256(path.read_bytes())


def read_record(folder: Path) -> dict[str, str]:
    """SHA-256 by name of what this program wrote into `folder`."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        # Without the record every file counts as edited by hand: nothing is lost.
        return {}
    if not isinstance(record, dict):
        return {}
    return {name: str(digest) for name, digest in record.items() if Path(name).name == name}


def _record_bytes(record: dict[str, str]) -> bytes:
    text = json.dumps(dict(sorted(record.items())), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder}”：{reason(error)}。") from error


def _move_aside(path: Path) -> str:
    aside = path.parent / REPLACED
    aside.mkdir(exist_ok=True)
    number = 1
    while (target := aside / f"{path.stem}-{number}{path.suffix}").exists():
        number += 1
    path.rename(target)
    return f"{REPLACED}/{target.name}"


def _remove_stale(
    folder: Path, record: dict[str, str], wanted: set[str], done: WriteOutcome
) -> None:
    for name in sorted(record.keys() - wanted):
        path = folder / name
        if path.exists() and is_hand_edited(path, record):
            done.kept.append(name)
            continue
        with contextlib.suppress(OSError):
            if path.exists():
                path.unlink()
                done.removed.append(name)
            del record[name]
