"""Names of files: those that stay inside a dossier's folder, and those that every system takes."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Final

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_NOT_ON_WINDOWS: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(
    r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)"
)
_MAX_NAME_BYTES: Final = 200


class OutsideFolder(ValueError):
    """The name leads out of the dossier's folder; the text says how, in Chinese."""


def inside(folder: Path, name: str) -> Path:
    """The file of that name within `folder`, symbolic links followed; it need not exist.

    Raises OutsideFolder for absolute names, `..`, Windows drives and links that lead out.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or _DRIVE.match(name):
        raise OutsideFolder("要写卷宗文件夹里的相对路径，不能写绝对路径")
    if ".." in parts.parts:
        raise OutsideFolder("路径里不能有“..”，文件要放在卷宗文件夹里")
    path = folder.joinpath(*parts.parts)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise OutsideFolder("是指向卷宗文件夹之外的链接")
    return path


def legal_name(text: str, *, keep: int = 0) -> str:
    """`text` as a file name that Windows, macOS and Linux take; `keep` bytes are left for more."""
    name = _NOT_ON_WINDOWS.sub("_", unicodedata.normalize("NFC", text))
    name = name.strip().rstrip(". ")
    data = name.encode("utf-8")[: _MAX_NAME_BYTES - keep]
    name = data.decode("utf-8", errors="ignore").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    return name or "_"
