"""Names of files: those that stay inside a dossier's folder, and those that every system takes."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from mmethics_cli.errors import Problem, WorkspaceError

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_NOT_ON_WINDOWS: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(
    r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)"
)
_MAX_NAME_BYTES: Final = 200
_JUNCTION: Final = 0xA0000003
_MOST_SHOWN: Final = 8


class OutsideFolder(ValueError):
    """The name leads out of the dossier's folder; the text says how, in Chinese."""


def inside(folder: Path, name: str) -> Path:
    """The file of that name within `folder`; it need not exist.

    Raises OutsideFolder for absolute names, `..`, Windows drives, and links on the way to it,
    wherever they lead. `folder` itself may be reached by a link.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or _DRIVE.match(name):
        raise OutsideFolder("要写卷宗文件夹里的相对路径，不能写绝对路径")
    if ".." in parts.parts:
        raise OutsideFolder("路径里不能有“..”，文件要放在卷宗文件夹里")
    path = folder.joinpath(*parts.parts)
    if leads_through_link(folder, name):  # else it lies where its name says
        if not path.resolve().is_relative_to(folder.resolve()):
            raise OutsideFolder("是指向卷宗文件夹之外的链接")
        raise OutsideFolder("是链接，请换成真正的文件")
    return path


def leads_through_link(folder: Path, name: str) -> bool:
    """Whether a file of that name, or a folder on the way to it from `folder`, is a link."""
    place = folder
    for part in PurePosixPath(name.replace("\\", "/")).parts:
        place = place / part
        if is_link(place):
            return True
    return False


def is_link(path: Path) -> bool:
    """Whether something else is meant by a path: a symbolic link, or a junction on Windows."""
    try:
        status = path.lstat()
    except OSError:
        return False
    junction = getattr(status, "st_reparse_tag", 0) == _JUNCTION
    return stat.S_ISLNK(status.st_mode) or junction


def refuse_links(folder: Path, names: Iterable[str]) -> None:
    """Raises WorkspaceError where one of these files or folders in `folder`, or anything below
    it, is a link: what is read and written through it would lie elsewhere.

    `folder` itself may be reached by a link. Names that start with a dot are looked at too.
    """
    links = sorted(
        path.relative_to(folder).as_posix()
        for name in names
        for path in _all_below(folder / name)
        if is_link(path)
    )
    if links:
        fix = "请换成真正的文件或文件夹。"
        problems = [Problem("是链接。", name, fix=fix) for name in links[:_MOST_SHOWN]]
        raise WorkspaceError(
            f"“{folder}”里不能有链接（{len(links)} 处），否则会读到、写到它以外：", problems
        )


def _all_below(path: Path) -> Iterator[Path]:
    """The path and, without following links, all that lies below it."""
    left = [path]
    while left:
        place = left.pop()
        yield place
        if place.is_dir() and not is_link(place):
            left += [Path(entry.path) for entry in os.scandir(place)]


def legal_name(text: str, *, keep: int = 0) -> str:
    """`text` as a file name that Windows, macOS and Linux take; `keep` bytes are left for more."""
    name = _NOT_ON_WINDOWS.sub("_", unicodedata.normalize("NFC", text))
    name = name.strip().rstrip(". ")
    data = name.encode("utf-8")[: _MAX_NAME_BYTES - keep]
    name = data.decode("utf-8", errors="ignore").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    return name or "_"
