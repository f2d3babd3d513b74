"""Sealing a submission: all it consists of, copied beside, then moved into its folder.

manifest.json comes last; until it stands there the submission is not sealed and `submit` can
simply be run again.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.attachments import FOLDER as ATTACHMENTS
from mmethics_cli.store.dossier.attachments import attachment_path, field_text
from mmethics_cli.store.dossier.parts import SELF_CHECK, canonical_file
from mmethics_cli.store.dossier.profile import PROFILE_KEYS
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.files import sha256, sync_folder
from mmethics_cli.store.lock import locked
from mmethics_cli.store.paths import OutsideFolder, legal_name
from mmethics_cli.store.submission.documents import (
    RECORD,
    RenderedFile,
    is_hand_edited,
    read_record,
    restore_drafts,
)
from mmethics_cli.store.submission.manifest import FORMAT, digest_of, manifest_bytes
from mmethics_cli.store.submission.submissions import (
    ANSWERS,
    BASELINE,
    DECISION_KEYS,
    DOCUMENTS,
    EDITION,
    EVENT_FILE,
    MANIFEST,
    OLD_DRAFTS,
    SNAPSHOT,
)
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import parse, reason
from mmethics_cli.store.yaml.writer import mapping_lines

SET_ASIDE: Final = "set-aside"
_NOT_ANSWERS: Final = PROFILE_KEYS | DECISION_KEYS | {EDITION, ANSWERS, BASELINE}
_ATTACHMENT_FIELDS: Final = ("kind", "title", "version", "date", "file", "marked_file")


class Sealed(Struct, frozen=True):
    """A sealed folder; `digest` is its manifest's, `kept` names documents edited by hand.

    `aside` is where files lie now that people had put among the drafts.
    """

    folder: Path
    digest: str
    files: int
    kept: tuple[str, ...]
    aside: Path | None = None


def seal(
    workspace: Workspace,
    documents: Sequence[RenderedFile],
    about: Mapping[str, Any],
    day: date,
) -> Sealed:
    """Seal the current submission with these documents; those edited by hand stay as they are.

    `about` (versions of tool, pack and templates, rows of the documents) goes into the manifest.
    Raises WorkspaceError when it is sealed already or the system refuses; nothing is sealed then.
    """
    current = workspace.current
    if current is None:
        raise WorkspaceError("还没有送审，不能封存。")
    if current.sealed:
        raise WorkspaceError(f"{current.name} 已经封存，不能再封存一次。")
    try:
        with locked(workspace.folder), _beside(current.folder) as stage:
            restore_drafts(current.folder)
            kept = _put_documents(stage, documents, current.folder / DOCUMENTS)
            rows = _put_attachments(stage, workspace)
            snapshot = snapshot_text(workspace, day).encode("utf-8")
            (stage / SNAPSHOT).write_bytes(snapshot)
            shutil.copyfile(current.event_file, stage / EVENT_FILE)
            files = {name: digest_of(stage / name) for name in _names(stage)}
            content = {
                "format": FORMAT,
                "submission": current.name,
                "event": current.kind,
                "date": day.isoformat(),
                **about,
                "attachments": rows,
                "files": files,
            }
            data = manifest_bytes(content)
            (stage / MANIFEST).write_bytes(data)
            _move_in(stage, current.folder)
            name = current.name
            aside = _clear_drafts(current.folder / OLD_DRAFTS, workspace.folder / SET_ASIDE / name)
    except OSError as error:
        raise WorkspaceError(
            f"封存没有完成：{error.filename or current.folder} {reason(error)}。"
            "这次送审仍未封存，排除原因后可以重新运行。"
        ) from error
    return Sealed(current.folder, sha256(data), len(files), tuple(kept), aside)


def snapshot_text(workspace: Workspace, day: date) -> str:
    """One YAML text, in the form that `pathway FILE` reads; raises WorkspaceError."""
    tree: dict[str, Tree] = {}
    for part in workspace.parts.values():
        answers = canonical_file(workspace.standard, part.path.name, part.file.tree)
        if isinstance(answers, dict):
            lay(tree, {k: v for k, v in answers.items() if k not in _NOT_ANSWERS})
    file = workspace.self_check_file
    if file is not None and file.tree:
        tree["self_check"] = canonical_file(workspace.standard, SELF_CHECK, file.tree)
    text = f"# 封存于 {day.isoformat()}。请勿改动：清单里登记了它的校验值。\n"
    text += mapping_lines(tree, 0)
    if parse(text, "snapshot.yaml").tree != tree:
        raise WorkspaceError("快照写出后读回不一致，没有封存。")
    return text


def lay(base: dict[str, Tree], over: dict[str, Tree]) -> None:
    """Values of `over` hold over those of `base`; blanks hold over nothing."""
    for key, value in over.items():
        held = base.get(key)
        if isinstance(held, dict) and isinstance(value, dict):
            lay(held, value)
        elif isinstance(value, dict):
            base[key] = {}
            lay(base[key], value)  # type: ignore[arg-type]
        elif value is not None or key not in base:
            base[key] = value


def _put_documents(stage: Path, documents: Sequence[RenderedFile], drafts: Path) -> list[str]:
    folder = stage / DOCUMENTS
    folder.mkdir()
    record = read_record(drafts)
    kept = []
    for file in documents:
        if is_hand_edited(drafts / file.name, record):
            shutil.copyfile(drafts / file.name, folder / file.name)
            kept.append(file.name)
        else:
            (folder / file.name).write_bytes(file.data)
    return kept


def _put_attachments(stage: Path, workspace: Workspace) -> list[dict[str, str]]:
    folder = stage / ATTACHMENTS
    folder.mkdir()
    entries = workspace.values.get("attachments")
    rows = []
    for entry in entries if isinstance(entries, tuple) else ():
        row = {"id": entry.id, **{key: field_text(entry, key) for key in _ATTACHMENT_FIELDS}}
        for key in ("file", "marked_file"):
            if row[key]:
                copy = _copy(workspace.folder, row[key], entry.id, folder)
                row[key] = f"{ATTACHMENTS}/{copy.name}"
                row["sha256" if key == "file" else "marked_sha256"] = digest_of(copy)
        rows.append({key: value for key, value in row.items() if value})
    return rows


def _copy(dossier: Path, name: str, entry: str, folder: Path) -> Path:
    try:
        source = attachment_path(dossier, name)
    except OutsideFolder as outside:
        raise WorkspaceError(f"附件“{name}”{outside}。") from outside
    taken = {path.name.casefold() for path in folder.iterdir()}
    target = legal_name(source.name)
    if target.casefold() in taken:
        target = legal_name(f"{entry}-{source.name}")
    number = 2
    while target.casefold() in taken:
        target = legal_name(f"{entry}-{number}-{source.name}")
        number += 1
    shutil.copyfile(source, folder / target)
    return folder / target


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new folder on the same disk; what is left in it at the end is removed."""
    for left in target.parent.glob(".sealing-*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=".sealing-", dir=target.parent))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _move_in(stage: Path, target: Path) -> None:
    drafts, old = target / DOCUMENTS, target / OLD_DRAFTS
    attachments = target / ATTACHMENTS
    if attachments.exists():
        shutil.rmtree(attachments)  # of an attempt that did not come to its end
    if drafts.exists():
        drafts.rename(old)
    try:
        (stage / DOCUMENTS).rename(drafts)
        (stage / ATTACHMENTS).rename(attachments)
        for name in (SNAPSHOT, EVENT_FILE):
            (stage / name).replace(target / name)
        sync_folder(target)
        (stage / MANIFEST).replace(target / MANIFEST)
        sync_folder(target)
    except OSError:
        restore_drafts(target)
        raise
    _make_read_only(target)


def _clear_drafts(old: Path, aside: Path) -> Path | None:
    """Remove the drafts that this program wrote; what people put among them goes to `aside`.

    What was sealed as it stood need not be kept twice.
    """
    if not old.exists():
        return None
    record = read_record(old)
    for path in [file for file in old.iterdir() if file.is_file()]:
        sealed = old.parent / DOCUMENTS / path.name
        same = sealed.exists() and digest_of(sealed) == digest_of(path)
        if same or not is_hand_edited(path, record):
            path.unlink()
    (old / RECORD).unlink(missing_ok=True)
    if not any(old.iterdir()):
        old.rmdir()
        return None
    aside.parent.mkdir(exist_ok=True)
    number = 1
    target = aside
    while target.exists():
        number += 1
        target = aside.with_name(f"{aside.name}-{number}")
    old.rename(target)
    return target


def _make_read_only(target: Path) -> None:
    """Where the system knows how; the manifest decides in any case."""
    files = [target / name for name in (SNAPSHOT, EVENT_FILE, MANIFEST)]
    folders = [target / DOCUMENTS, target / ATTACHMENTS]
    for folder in folders:
        files += [path for path in folder.rglob("*") if path.is_file()]
    _chmod(files, 0o444)
    _chmod(folders, 0o555)


def _chmod(paths: Iterable[Path], mode: int) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.chmod(mode)


def _names(stage: Path) -> list[str]:
    names = (path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.endswith(RECORD))
