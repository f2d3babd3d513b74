"""Making a new dossier's folder, and a new submission in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from mmethics_cli.core.standard import Standard
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store import attachments
from mmethics_cli.store.dossier_files import DOSSIER, SELF_CHECK
from mmethics_cli.store.files import locked, write_atomic
from mmethics_cli.store.parts import EVENT, DocumentVersion
from mmethics_cli.store.profile import INSTITUTION, profile_path
from mmethics_cli.store.scaffold import (
    dossier_text,
    institution_text,
    self_check_text,
    submission_text,
)
from mmethics_cli.store.submissions import EVENT_FILE, Submission, next_folder
from mmethics_cli.store.yaml_edit import edit
from mmethics_cli.store.yaml_events import Tree
from mmethics_cli.store.yaml_reader import parse, reason


def refuse_existing(folder: Path) -> None:
    """Raises WorkspaceError when a dossier can't be made in `folder`."""
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"“{folder}”是文件，不能在这里新建卷宗。请换一个名字。")
    if (folder / DOSSIER).exists():
        raise WorkspaceError(f"文件夹“{folder}”里已经有卷宗。继续填写：mmethics fill {folder}")


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
        (folder / attachments.FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder}”：{reason(error)}。") from error
    study = {k: v for k, v in given.items() if k not in (EVENT, "self_check", "documents")}
    profile, study = _split_institution(standard, study)
    with locked(folder):
        target = _submission_folder(folder, kind)
        of_event: dict[str, Tree] = {k: given[k] for k in (EVENT, "documents") if k in given}
        _write(target / EVENT_FILE, submission_text(standard, kind), of_event)
        own = given.get("self_check")
        _write(folder / SELF_CHECK, self_check_text(standard), own if own else {})
        if profile or profile_path(folder) is None:
            _write(folder / INSTITUTION, institution_text(standard), profile)
        _write(folder / DOSSIER, dossier_text(standard), study)


def add_submission(
    folder: Path,
    standard: Standard,
    kind: str,
    documents: Mapping[str, DocumentVersion],
    event: Tree = None,
) -> Submission:
    """Open the next submission, with the versions of documents carried forward.

    `event` are answers about it, as they stand in its file.
    """
    with locked(folder):
        target = _submission_folder(folder, kind)
        text = submission_text(standard, kind, documents)
        _write(target / EVENT_FILE, text, {EVENT: event} if event else {})
    return Submission(target, int(target.name.partition("-")[0]), kind)


def _submission_folder(folder: Path, kind: str) -> Path:
    target = next_folder(folder, kind)
    try:
        target.mkdir(parents=True)
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
        return list(_numbered(tree))
    if isinstance(tree, dict):
        return {key: _tidied(value) for key, value in tree.items()}
    return tree


def _numbered(elements: list[Tree]) -> Iterator[Tree]:
    for number, one in enumerate(elements, 1):
        if isinstance(one, dict) and not one.get("id"):
            yield {"id": str(number), **{k: v for k, v in one.items() if k != "id"}}
        else:
            yield one
