"""Making a new dossier's folder, and a new submission in it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier import attachments
from mmethics_cli.store.dossier.blank_files import (
    dossier_text,
    institution_text,
    self_check_text,
    submission_text,
)
from mmethics_cli.store.dossier.parts import DOSSIER, EVENT, SELF_CHECK, DocumentVersion
from mmethics_cli.store.dossier.profile import INSTITUTION, profile_path
from mmethics_cli.store.dossier.schemas import schema_line, write_schemas
from mmethics_cli.store.files import make_folder, new_folder, sync_folder, sync_tree, write_atomic
from mmethics_cli.store.lock import is_alive, locked
from mmethics_cli.store.submission.submissions import (
    EVENT_FILE,
    Submission,
    next_folder,
    next_round,
)
from mmethics_cli.store.yaml.editor import numbered
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.least_change import edit
from mmethics_cli.store.yaml.reader import parse, reason
from mmethics_cli.wording.shell import shell_word


def refuse_existing(folder: Path) -> None:
    """Raises WorkspaceError when a dossier can't be made in `folder`."""
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"“{folder}”是文件，不能在这里新建卷宗。请换一个名字。")
    if (folder / DOSSIER).exists():
        raise WorkspaceError(
            f"文件夹“{folder}”里已经有卷宗。继续填写：mmethics fill {shell_word(folder)}"
        )


def create_dossier(folder: Path, standard: Standard, answers: Tree = None) -> None:
    """Scaffold a dossier, filled with `answers` (the tree of an answers file).

    dossier.yaml is written last: a folder without it holds no dossier yet.
    Raises WorkspaceError where one is already there or the system refuses.
    """
    refuse_existing(folder)
    given = answers if isinstance(answers, dict) else {}
    event = given.get(EVENT)
    kind = event.get("kind") if isinstance(event, dict) else None
    kind = kind if isinstance(kind, str) and _is_kind(standard, kind) else "initial"
    try:
        make_folder(folder / attachments.FOLDER)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder}”：{reason(error)}。") from error
    study = {k: v for k, v in given.items() if k not in (EVENT, "self_check", "documents")}
    profile, study = _split_institution(standard, study)
    with locked(folder):
        target = _submission_folder(folder, kind)
        of_event: dict[str, Tree] = {k: given[k] for k in (EVENT, "documents") if k in given}
        text = submission_text(standard, kind, edition=standard.edition)
        _write(target / EVENT_FILE, text, of_event)
        own = given.get("self_check")
        write_schemas(folder, standard)
        text = schema_line(SELF_CHECK) + self_check_text(standard)
        _write(folder / SELF_CHECK, text, own if own else {})
        if profile or profile_path(folder) is None:
            _write(folder / INSTITUTION, institution_text(standard), profile)
        _write(folder / DOSSIER, schema_line(DOSSIER) + dossier_text(standard), study)


def add_submission(
    folder: Path,
    standard: Standard,
    kind: str,
    documents: Mapping[str, DocumentVersion],
    event: Tree = None,
    beside: Mapping[str, str] | None = None,
) -> Submission:
    """Open the next submission, with the versions of documents carried forward.

    `event` are answers about it, `beside` what else stands in its file: what it answers, and by
    what the study stood approved. The folder appears with its file in it. The caller holds the
    dossier's lock. Raises WorkspaceError.
    """
    target = next_folder(folder, kind)
    more = {key: name for key, name in (beside or {}).items() if name}
    try:
        make_folder(target.parent)
        with new_folder(target) as stage:
            text = submission_text(standard, kind, documents)
            _write(stage / EVENT_FILE, text, {**more, **({EVENT: event} if event else {})})
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{target}”：{reason(error)}。没有新开送审。") from error
    return Submission(target, int(target.name.partition("-")[0]), kind)


def add_round(submission: Submission) -> Submission:
    """Open the next round of a sealed submission with what its file says.

    The caller holds the dossier's lock. Raises WorkspaceError.
    """
    target = next_round(submission)
    try:
        with new_folder(target) as stage:
            write_atomic(stage / EVENT_FILE, submission.event_file.read_bytes())
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{target}”：{reason(error)}。") from error
    return Submission(target, submission.number, submission.kind, round=submission.round + 1)


@contextmanager
def built_beside(folder: Path) -> Iterator[Path]:
    """A folder to build in; what it holds moves to `folder` when the block ends.

    Other files in `folder` stay as they are. When the block raises, or a name is taken, or the
    system refuses (WorkspaceError), nothing is left behind.
    """
    place = folder.absolute()
    created: list[Path] = []
    # A folder that exists may be another disk than the one it stands in.
    around = place if place.exists() else place.parent
    beside = around / f".{place.name}.{os.getpid()}.mmethics"
    profile = profile_path(place)
    try:
        _make_parents(around, created)
        _remove_abandoned(around, place.name)
        beside.mkdir()
        if profile is not None:
            shutil.copyfile(profile, beside / INSTITUTION)
        yield beside
        if profile is not None and _same(beside / INSTITUTION, profile):
            (beside / INSTITUTION).unlink()
        sync_tree(beside)
        _move(beside, place, created)
        sync_folder(place.parent)
        sync_folder(place)
    except OSError as error:
        _take_back(created)
        raise WorkspaceError(f"不能在“{folder}”新建卷宗：{reason(error)}。") from error
    except BaseException:
        _take_back(created)
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _remove_abandoned(around: Path, name: str) -> None:
    """Remove what runs left that were killed while they built a dossier of that name here."""
    left = re.compile(rf"\.{re.escape(name)}\.([0-9]{{1,10}})\.mmethics")
    for entry in list(os.scandir(around)):
        match = left.fullmatch(entry.name)
        if match and entry.is_dir(follow_symlinks=False):
            pid = int(match[1])
            if pid == os.getpid() or not is_alive(pid):
                shutil.rmtree(entry.path, ignore_errors=True)


def _make_parents(parent: Path, created: list[Path]) -> None:
    for missing in reversed(
        [folder for folder in (parent, *parent.parents) if not folder.exists()]
    ):
        missing.mkdir()
        created.append(missing)


def _move(beside: Path, place: Path, created: list[Path]) -> None:
    if not place.exists():
        beside.rename(place)
        return
    taken = sorted(entry.name for entry in beside.iterdir() if (place / entry.name).exists())
    if taken:
        names = "、".join(taken)
        raise WorkspaceError(f"“{place.name}”里已有 {names}，与卷宗的文件重名。请换一个文件夹。")
    # Without dossier.yaml the folder holds no dossier, so it comes last.
    for entry in sorted(beside.iterdir(), key=lambda entry: entry.name == DOSSIER):
        target = place / entry.name
        entry.rename(target)
        created.append(target)


def _same(copy: Path, other: Path) -> bool:
    return copy.read_bytes() == other.read_bytes()


def _take_back(created: list[Path]) -> None:
    for path in reversed(created):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _submission_folder(folder: Path, kind: str) -> Path:
    target = next_folder(folder, kind)
    try:
        make_folder(target)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{target}”：{reason(error)}。") from error
    return target


def _is_kind(standard: Standard, kind: str) -> bool:
    return kind in standard.questions[f"{EVENT}.kind"].values


def _split_institution(
    standard: Standard, study: dict[str, Tree]
) -> tuple[dict[str, Tree], dict[str, Tree]]:
    """The institution's own answers, and the rest."""
    own: dict[str, Tree] = {}
    rest: dict[str, Tree] = {}
    for group, tree in study.items():
        if not isinstance(tree, dict):
            rest[group] = tree
            continue
        for key, value in tree.items():
            question = standard.questions.get(f"{group}.{key}")
            side = own if question is not None and question.of_institution else rest
            cast(dict[str, Tree], side.setdefault(group, {}))[key] = value
    return own, rest


def _write(path: Path, blank: str, answers: Tree) -> None:
    text = blank
    if answers:
        tree = _merged(parse(blank, path.name).tree, answers)
        text = edit(blank, tree)
        if parse(text, path.name).tree != tree:
            raise WorkspaceError(f"{path.name} 写入后读回不一致，没有写入。")
    write_atomic(path, text.encode("utf-8"))


def _merged(base: Tree, more: Tree) -> Tree:
    if not isinstance(base, dict) or not isinstance(more, dict):
        return _tidied(more)
    merged = dict(base)
    for key, value in more.items():
        merged[key] = _merged(base.get(key), value)
    return merged


def _tidied(tree: Tree) -> Tree:
    """List elements get the id by which their file numbers them; texts end where they end.

    The same text makes the same file, however the file of answers wrote it.
    """
    if isinstance(tree, str):
        return tree.rstrip("\n")
    if isinstance(tree, list):
        return numbered(tree)
    if isinstance(tree, dict):
        return {key: _tidied(value) for key, value in tree.items()}
    return tree
