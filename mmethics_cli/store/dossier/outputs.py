"""Where a command may put a file that was asked for: never over what is not to be replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mmethics_cli.errors import EthicsError
from mmethics_cli.store.dossier.attachments import FOLDER as ATTACHMENTS
from mmethics_cli.store.dossier.attachments import attachment_path
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.lock import SCHEMAS
from mmethics_cli.store.paths import OutsideFolder, is_link
from mmethics_cli.store.submission.submissions import FOLDER, SET_ASIDE

_OWN_FOLDERS: Final = frozenset(
    {FOLDER, ATTACHMENTS, SCHEMAS, SET_ASIDE, "checklists", "templates"}
)
_OWN_SUFFIXES: Final = frozenset({".yaml", ".yml"})


def refuse_output(
    workspace: Workspace, option: str, file: Path, like: str, *, replace: bool = False
) -> None:
    """Raises EthicsError where an output can't be written to `file`, before anything is done.

    An existing file is written over with `replace` only, and one of the dossier's own never.
    `option` is what messages call the place, `like` a name that it might have.
    """
    refuse_place(option, file, like)
    if _is_own(workspace, file):
        raise EthicsError(f"{option}：“{file}”是卷宗自己的位置，不能写在那里。请换一个位置。")
    if file.exists() and not replace:
        raise EthicsError(f"{option}：已经有“{file}”，没有覆盖。请换一个名字，或加 --replace。")


def refuse_place(option: str, file: Path, like: str) -> None:
    """Raises EthicsError where no file can be written: a folder, a link, or in no folder."""
    if file.is_dir():
        raise EthicsError(f"{option}：“{file}”是文件夹。请写文件名，如 {like}。")
    if not file.absolute().parent.is_dir():
        raise EthicsError(f"{option}：没有文件夹“{file.parent}”。请先建好，或换一个位置。")
    if is_link(file) or (file.exists() and not file.is_file()):
        raise EthicsError(f"{option}：“{file}”是链接或设备，没有写。请换一个名字。")


def refuse_output_folder(workspace: Workspace, option: str, folder: Path) -> None:
    """Raises EthicsError where outputs can't go into `folder`: a file, or of the dossier itself."""
    if folder.exists() and not folder.is_dir():
        raise EthicsError(f"{option}：“{folder}”是文件。请写文件夹的名称。")
    if folder.resolve() == workspace.folder.resolve() or _is_own(workspace, folder):
        raise EthicsError(f"{option}：“{folder}”是卷宗自己的位置，不能写在那里。请换一个文件夹。")


def _is_own(workspace: Workspace, path: Path) -> bool:
    """Whether a place belongs to what the dossier consists of, or is a file that it names."""
    folder, place = workspace.folder.resolve(), path.resolve()
    if place in {part.path.resolve() for part in workspace.parts.values()}:
        return True
    if not place.is_relative_to(folder) or place == folder:
        return False
    first = place.relative_to(folder).parts[0].casefold()
    own = first in _OWN_FOLDERS or first.startswith(".") or place.suffix.casefold() in _OWN_SUFFIXES
    return own or place in _attached(workspace)


def _attached(workspace: Workspace) -> set[Path]:
    entries = workspace.values.get("attachments")
    named = [
        name
        for entry in (entries if isinstance(entries, tuple) else ())
        for name in (entry.get("file"), entry.get("marked_file"))
        if isinstance(name, str)
    ]
    files = set()
    for name in named:
        try:
            files.add(attachment_path(workspace.folder, name).resolve())
        except OutsideFolder:
            continue
    return files
