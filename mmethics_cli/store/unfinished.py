"""Which list an interview was filling when it broke off.

A list that is present counts as complete, in every file; while it is being filled, only this note
beside the dossier says otherwise.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

from mmethics_cli.core.standard import Standard
from mmethics_cli.store.files import write_atomic

NOTE: Final = ".mmethics-unfinished"


def unfinished_list(folder: Path, standard: Standard) -> str | None:
    """The path of the list that was left in the middle; None where none was."""
    try:
        path = (folder / NOTE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    question = standard.questions.get(path)
    return path if question is not None and question.type == "list" else None


def keep_unfinished(folder: Path, path: str | None) -> None:
    """Note which list is being filled; None when it is finished. Raises WorkspaceError."""
    if path is not None:
        write_atomic(folder / NOTE, path.encode("utf-8"))
        return
    with contextlib.suppress(OSError):
        (folder / NOTE).unlink()
