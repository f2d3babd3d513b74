"""The institution's profile: institution.yaml in the dossier's folder, else in its parent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.yaml.reader import read_file

INSTITUTION: Final = "institution.yaml"
PROFILE_KEYS: Final = frozenset({"pack", "file_names"})

FileNames = Literal["title", "id"]


def profile_path(folder: Path) -> Path | None:
    """The profile that holds for a dossier; None when there is none."""
    beside = folder / INSTITUTION
    if beside.exists():
        return beside
    above = folder.absolute().parent / INSTITUTION
    return above if above.exists() else None


def overlay_of(folder: Path) -> Path | None:
    """The overlay pack that the profile's `pack:` names, from where the profile lies.

    Raises UnreadableFile when the profile, or its `pack:`, can't be used.
    """
    text = _setting(folder, "pack")
    path = profile_path(folder)
    if text is None or path is None:
        return None
    # A share would be asked for the reader's password at once.
    if text.startswith(("//", "\\\\")):
        line = read_file(path).line(("pack",))
        fix = "请把标准包放到本机的文件夹里，或先连成盘符。"
        problem = Problem("pack: 不能写网络上的位置。", INSTITUTION, line, fix)
        raise UnreadableFile("附加标准包不能用：", [problem])
    overlay = (path.parent / text).resolve()
    if not overlay.is_dir():
        line = read_file(path).line(("pack",))
        problem = Problem(f"没有文件夹“{text}”。", INSTITUTION, line, "请改正 pack: 后面的路径。")
        raise UnreadableFile("附加标准包找不到：", [problem])
    return overlay


def file_names_of(folder: Path) -> FileNames:
    """How the institution wants rendered files named; by title unless it says `id`."""
    return "id" if _setting(folder, "file_names") == "id" else "title"


def settings_for(folder: Path, new: Path) -> dict[str, str]:
    """What a dossier's profile says besides answers, as a profile in the folder `new` would.

    Raises UnreadableFile.
    """
    settings = {key: text for key in sorted(PROFILE_KEYS) if (text := _setting(folder, key))}
    overlay = overlay_of(folder)
    if overlay is not None:
        settings["pack"] = Path(os.path.relpath(overlay, new.resolve())).as_posix()
    return settings


def _setting(folder: Path, key: str) -> str | None:
    path = profile_path(folder)
    tree = read_file(path).tree if path else None
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, str) else None
