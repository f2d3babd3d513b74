"""Writing a dossier's files under the names of today, where an older pack had others."""

from __future__ import annotations

from mmethics_cli.core.migrations import migrated, migrated_items
from mmethics_cli.core.standard import Standard
from mmethics_cli.store.dossier_files import SELF_CHECK
from mmethics_cli.store.editor import Editor
from mmethics_cli.store.workspace import Workspace


def rename_for_writing(editor: Editor, standard: Standard) -> None:
    """Let the next save of a file also write what was renamed; retired answers stay in it."""
    if editor.path.name == SELF_CHECK:
        editor.tree, _ = migrated_items(editor.tree, standard.migrations)
    else:
        editor.tree, _ = migrated(editor.tree, standard.migrations, rewriting=True)


def write_renamed(workspace: Workspace) -> None:
    """Rewrite the files that hold old names; raises WorkspaceError, ChangedOnDisk.

    What is sealed stays as it is.
    """
    if not workspace.moved:
        return
    current = workspace.current
    for part in workspace.parts.values():
        if current is not None and current.sealed and part.path == current.event_file:
            continue
        workspace.write(part.path, {})
    if workspace.self_check_document is not None:
        workspace.write(workspace.folder / SELF_CHECK, {})
