"""Sealing a submission: all it consists of, copied beside, then moved into its folder.

manifest.json comes last; until it stands there the submission is not sealed and `submit` can
simply be run again. What it names is on the disk before it is. From then on nothing is undone:
what remains to be tidied, `submit` tidies when it is run again.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from msgspec import Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.attachments import FOLDER as ATTACHMENTS
from mmethics_cli.store.dossier.attachments import attachment_path, field_text
from mmethics_cli.store.dossier.blank_files import submission_text
from mmethics_cli.store.dossier.parts import SELF_CHECK, canonical_file
from mmethics_cli.store.dossier.profile import PROFILE_KEYS
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.files import (
    make_folder,
    move,
    scratch_folder,
    sha256,
    sync_folder,
    sync_tree,
    write_atomic,
)
from mmethics_cli.store.paths import OutsideFolder, legal_name
from mmethics_cli.store.submission.documents import restore_drafts
from mmethics_cli.store.submission.manifest import (
    FORMAT,
    MAX_FILES,
    MAX_TOTAL_BYTES,
    digest_of,
    digest_over,
    manifest_bytes,
    read_manifest,
)
from mmethics_cli.store.submission.rendered import RECORD, RenderedFile, read_record
from mmethics_cli.store.submission.submissions import (
    ANSWERS,
    BASELINE,
    COMMENTED,
    DECISION_KEYS,
    DOCUMENTS,
    EDITION,
    EVENT_FILE,
    MANIFEST,
    OLD_DRAFTS,
    SET_ASIDE,
    SNAPSHOT,
    Submission,
)
from mmethics_cli.store.yaml.comments import comments_of
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.reader import parse, reason
from mmethics_cli.store.yaml.writer import mapping_lines

_NOT_ANSWERS: Final = PROFILE_KEYS | DECISION_KEYS | {EDITION, ANSWERS, BASELINE}
_ATTACHMENT_FIELDS: Final = ("kind", "title", "version", "date", "file", "marked_file")


class Sealed(Struct, frozen=True):
    """A sealed folder; `digest` is its manifest's.

    `aside` is where files lie now that people had put among the drafts. `left` says in Chinese
    what the system refused after the sealing: the seal stands, and `submit` again does the rest.
    """

    folder: Path
    digest: str
    files: int
    aside: Path | None = None
    left: tuple[str, ...] = ()


def seal(
    workspace: Workspace,
    documents: Sequence[RenderedFile],
    about: Mapping[str, Any],
    day: date,
    last: Callable[[FileTally], Sequence[RenderedFile]] = lambda tally: (),
) -> Sealed:
    """Seal the current submission with these documents.

    `about` (versions of tool, pack and templates, rows of the documents) goes into the manifest;
    `last` makes the documents that tell what is sealed beside them, once the rest is ready.
    Raises WorkspaceError when it is sealed already or the system refuses, ChangedOnDisk when the
    dossier is not what was read; nothing is sealed then. Ctrl-C is heeded before the manifest is
    in place, or when all is done.
    """
    current = workspace.current
    if current is None:
        raise WorkspaceError("还没有送审，不能封存。")
    if current.sealed:
        raise WorkspaceError(f"{current.name} 已经封存，不能再封存一次。")
    try:
        with workspace.writing(whole=True), scratch_folder(current.folder.parent) as stage:
            restore_drafts(current.folder)
            _put_documents(stage, documents)
            _put_the_rest(stage, workspace, current, about, day, last)
            sync_tree(stage)
            try:
                _move_in(stage, current.folder, _commented(workspace, current))
                with _uninterrupted():
                    move(stage / MANIFEST, current.folder / MANIFEST)
                    return finish_sealing(workspace, current)
            except BaseException:
                restore_drafts(current.folder)  # unless it is sealed by now
                raise
    except OSError as error:
        raise WorkspaceError(
            f"封存没有完成：{error.filename or current.folder} {reason(error)}。"
            "这次送审仍未封存，排除原因后可以重新运行。"
        ) from error


def is_unfinished(sealed: Submission) -> bool:
    """Whether a run that sealed it ended before all was tidied."""
    return (sealed.folder / OLD_DRAFTS).exists()


def finish_sealing(workspace: Workspace, sealed: Submission) -> Sealed:
    """Make what is sealed read-only and clear its drafts away; again if a run did not get to it.

    What the system refuses is told in `left`. Raises WorkspaceError where there is no manifest.
    """
    folder, left = sealed.folder, []
    aside: Path | None = None
    data = sealed.manifest_data()
    try:
        sync_folder(folder)
    except OSError as error:
        left.append(f"磁盘没有确认存住（{reason(error)}），断电可能丢失")
    try:
        aside = _clear_drafts(
            folder / OLD_DRAFTS, workspace.folder / SET_ASIDE / sealed.name, _edited(sealed)
        )
    except OSError as error:
        where = error.filename or folder / OLD_DRAFTS
        left.append(f"原来的草稿没有移开（{where}：{reason(error)}）")
    _make_read_only(folder)
    return Sealed(folder, sha256(data), len(read_manifest(data).digests), aside, tuple(left))


def _edited(sealed: Submission) -> frozenset[str]:
    """The digests of the drafts that people edited, as they were before they were sealed."""
    rows = sealed.manifest().get("edited") or []
    return frozenset(str(row.get("draft_sha256")) for row in rows if isinstance(row, dict))


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
    return _sealed_text(tree, SNAPSHOT, day)


def _event_text(workspace: Workspace, day: date) -> str:
    """submission.yaml in the same form: without the comments, which are nobody's to read."""
    part = workspace.parts[EVENT_FILE]
    tree = canonical_file(workspace.standard, EVENT_FILE, part.file.tree)
    return _sealed_text(tree if isinstance(tree, dict) else {}, EVENT_FILE, day)


def _sealed_text(tree: dict[str, Tree], name: str, day: date) -> str:
    text = f"# 封存于 {day.isoformat()}。请勿改动：清单里登记了它的校验值。\n"
    text += mapping_lines(tree, 0)
    if parse(text, name).tree != tree:
        raise WorkspaceError(f"{name} 写出后读回不一致，没有封存。")
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


class FileTally(NamedTuple):
    """How many files, how many bytes in all, and one SHA-256 over their names and digests."""

    files: int
    bytes: int
    sha256: str


def tally_of(stage: Path) -> FileTally:
    """What a folder holds that is to be sealed."""
    names = _names(stage)
    digests = {name: digest_of(stage / name) for name in names}
    return FileTally(
        len(names), sum((stage / name).stat().st_size for name in names), digest_over(digests)
    )


def _put_documents(stage: Path, documents: Sequence[RenderedFile]) -> None:
    folder = stage / DOCUMENTS
    folder.mkdir(exist_ok=True)
    for file in documents:
        (folder / file.name).write_bytes(file.data)


def _put_the_rest(
    stage: Path,
    workspace: Workspace,
    current: Submission,
    about: Mapping[str, Any],
    day: date,
    last: Callable[[FileTally], Sequence[RenderedFile]],
) -> None:
    """Everything but the documents, the manifest last."""
    rows = _put_attachments(stage, workspace)
    (stage / SNAPSHOT).write_bytes(snapshot_text(workspace, day).encode("utf-8"))
    (stage / EVENT_FILE).write_bytes(_event_text(workspace, day).encode("utf-8"))
    telling = last(tally_of(stage))
    _put_documents(stage, telling)
    content = {
        "format": FORMAT,
        "submission": current.name,
        "event": current.kind,
        "date": day.isoformat(),
        **about,
        "attachments": rows,
        "telling": [f"{DOCUMENTS}/{file.name}" for file in telling],
        **_contents(stage),
    }
    (stage / MANIFEST).write_bytes(manifest_bytes(content))


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


def _contents(stage: Path) -> dict[str, Any]:
    """Digest and size of each file, by name; raises WorkspaceError for more than verifies."""
    names = _names(stage)
    sizes = {name: (stage / name).stat().st_size for name in names}
    if len(sizes) > MAX_FILES or sum(sizes.values()) > MAX_TOTAL_BYTES:
        most = MAX_TOTAL_BYTES // 1024**3
        raise WorkspaceError(
            f"附件太大或太多：一次送审最多 {MAX_FILES} 个文件、{most} GB。没有封存。"
        )
    return {"files": {name: digest_of(stage / name) for name in names}, "sizes": sizes}


def _commented(workspace: Workspace, current: Submission) -> bytes | None:
    """submission.yaml as it lies there, if it holds comments that are not ours."""
    data = current.event_file.read_bytes()
    standard = workspace.standard
    ours = submission_text(standard, current.kind, edition=standard.edition)
    theirs = comments_of(data.decode("utf-8", errors="replace")) - comments_of(ours)
    return data if theirs else None


def _move_in(stage: Path, target: Path, commented: bytes | None) -> None:
    """All but the manifest, each step on the disk before the next rests on it.

    What is `commented` is kept among the drafts of old.
    """
    drafts, old = target / DOCUMENTS, target / OLD_DRAFTS
    attachments = target / ATTACHMENTS
    if attachments.exists():
        shutil.rmtree(attachments)  # of an attempt that did not come to its end
    if drafts.exists():
        move(drafts, old)
        sync_folder(target)
    if commented is not None:
        make_folder(old)
        write_atomic(old / COMMENTED, commented)
    move(stage / DOCUMENTS, drafts)
    move(stage / ATTACHMENTS, attachments)
    for name in (SNAPSHOT, EVENT_FILE):
        move(stage / name, target / name)
    sync_folder(target)
    sync_folder(stage)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait for the end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)


def _clear_drafts(old: Path, aside: Path, edited: Collection[str]) -> Path | None:
    """Remove the drafts that this program wrote; what people put among them goes to `aside`.

    What was sealed need not be kept twice: as it stood, or by its digest among the `edited`.
    """
    if not old.exists():
        return None
    record = read_record(old)
    for path in [file for file in old.iterdir() if file.is_file()]:
        sealed = old.parent / DOCUMENTS / path.name
        digest = digest_of(path)
        same = digest in edited or (sealed.exists() and digest_of(sealed) == digest)
        if same or not record.is_edited(path.name):
            path.unlink()
    (old / RECORD).unlink(missing_ok=True)
    if not any(old.iterdir()):
        old.rmdir()
        return None
    make_folder(aside.parent)
    number = 1
    target = aside
    while target.exists():
        number += 1
        target = aside.with_name(f"{aside.name}-{number}")
    move(old, target)
    sync_folder(target.parent)
    return target


def make_writable(sealed: Path) -> None:
    """Let a sealed folder be deleted like any other; the manifest still tells every change."""
    files, folders = _protected(sealed)
    _chmod(folders, 0o755)
    _chmod(files, 0o644)


def _make_read_only(target: Path) -> None:
    """Where the system knows how; the manifest decides in any case."""
    files, folders = _protected(target)
    _chmod(files, 0o444)
    _chmod(folders, 0o555)


def _protected(sealed: Path) -> tuple[list[Path], list[Path]]:
    files = [sealed / name for name in (SNAPSHOT, EVENT_FILE, MANIFEST)]
    folders = [sealed / DOCUMENTS, sealed / ATTACHMENTS]
    for folder in folders:
        files += [path for path in folder.rglob("*") if path.is_file()]
    return files, folders


def _chmod(paths: Iterable[Path], mode: int) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.chmod(mode)


def _names(stage: Path) -> list[str]:
    names = (path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
    return sorted(name for name in names if not name.endswith(RECORD))
