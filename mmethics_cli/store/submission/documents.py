"""Rendered documents on disk: names legal everywhere, and no hand-edited file ever overwritten."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.rendered import RenderedFile, RenderRecord, read_record
from mmethics_cli.store.submission.submissions import (
    DOCUMENTS,
    MANIFEST,
    OLD_DRAFTS,
    REPLACED,
)
from mmethics_cli.store.yaml.reader import reason


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
        raise WorkspaceError(
            "没有可以生成文件的送审，或它已经封存。办公室要求补正的：mmethics record --supplement"
        )
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
    Raises WorkspaceError where the folder or its record can't be written.
    """
    done = WriteOutcome()
    restore_drafts(folder.parent)
    _make(folder)
    record = read_record(folder)
    due = [file for file in files if _may_write(record, file, done, replace=replace)]
    record.announce(due)
    for file in due:
        try:
            write_atomic(folder / file.name, file.data)
        except (OSError, WorkspaceError) as error:
            # It may be the old file or the new one: the record goes on knowing both.
            done.failed.append((file.name, _why(error)))
        else:
            record.settle(file.name)
            done.written.append(file.name)
    if whole:
        _remove_stale(record, {file.name for file in files}, done)
    record.write()
    return done


def _may_write(
    record: RenderRecord, file: RenderedFile, done: WriteOutcome, *, replace: bool
) -> bool:
    """Whether a file is to be written; what a person edited is moved aside first."""
    path = record.folder / file.name
    try:
        if record.is_edited(file.name) and not (path.is_file() and path.read_bytes() == file.data):
            if not replace:
                done.kept.append(file.name)
                return False
            done.moved.append(_move_aside(path))
    except OSError as error:
        done.failed.append((file.name, _why(error)))
        return False
    return True


def _why(error: OSError | WorkspaceError) -> str:
    cause = error if isinstance(error, OSError) else error.__cause__
    return reason(cause) if isinstance(cause, OSError) else str(error)


def drafts_folder(submission: Path) -> Path:
    """Where the drafts of a submission lie, even while an interrupted `submit` has them aside."""
    old = submission / OLD_DRAFTS
    return old if old.exists() and not (submission / MANIFEST).exists() else submission / DOCUMENTS


def restore_drafts(submission: Path) -> None:
    """Put drafts back that an interrupted `submit` had moved aside."""
    old = submission / OLD_DRAFTS
    if old.exists() and not (submission / MANIFEST).exists():
        shutil.rmtree(submission / DOCUMENTS, ignore_errors=True)
        old.rename(submission / DOCUMENTS)


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


def _remove_stale(record: RenderRecord, wanted: set[str], done: WriteOutcome) -> None:
    for name in sorted(record.files.keys() - wanted):
        path = record.folder / name
        if record.is_edited(name):
            done.kept.append(name)
            continue
        with contextlib.suppress(OSError):
            if path.exists():
                path.unlink()
                done.removed.append(name)
            del record.files[name]
