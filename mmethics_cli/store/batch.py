"""Many changes to a dossier at once: each is known to be possible before any file is touched."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from mmethics_cli.core.edits import Edit, Removed
from mmethics_cli.store.dossier_files import SELF_CHECK
from mmethics_cli.store.editor import Editor, ElementId
from mmethics_cli.store.files import locked
from mmethics_cli.store.workspace import Workspace


def write_edits(workspace: Workspace, edits: Sequence[Edit]) -> None:
    """Write all edits, each into the file where it lives, and take the files over.

    Raises ChangedOnDisk or WorkspaceError; nothing is written unless every file can take its
    edits. Where the system fails between two files, the same edits again complete the work.
    """
    by_file: dict[Path, list[Edit]] = {}
    for edit in edits:
        home = workspace.open_home(edit.path) if edit.path else workspace.folder / SELF_CHECK
        by_file.setdefault(home, []).append(edit)
    with ExitStack() as locks:
        folders = {_locked_by(workspace, path) for path in by_file}
        for folder in sorted(folders):
            locks.enter_context(locked(folder))
        editors = {path: workspace.editor_of(path) for path in by_file}
        for path, editor in editors.items():
            for edit in _in_order(by_file[path]):
                _apply(editor, edit)
            editor.planned()
        for editor in editors.values():
            editor.save()
    for path, editor in editors.items():
        workspace.take_over(path, editor.document)


def _locked_by(workspace: Workspace, path: Path) -> Path:
    """The folder whose lock keeps others from a file, by one name for each."""
    folder = workspace.folder if path.is_relative_to(workspace.folder) else path.parent
    return folder.resolve()


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    """Entries go last: until then each is found where it was read."""
    return sorted(edits, key=lambda one: one.tree is Removed.REMOVED and not one.field)


def _apply(editor: Editor, edit: Edit) -> None:
    keys: list[str] = edit.path.split(".") if edit.path else []
    if edit.element and edit.path:
        editor.number(keys)
    if edit.element:
        keys.append(ElementId(edit.element) if edit.path else edit.element)
    if edit.field:
        keys.append(edit.field)
    if edit.tree is Removed.REMOVED:
        editor.delete(tuple(keys))
    else:
        editor.set(keys, edit.tree)
