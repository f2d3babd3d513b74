"""The institution's profile: institution.yaml in the dossier's folder, else in its parent."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path
from typing import Final, Literal

from mmethics_cli.errors import Problem, UnreadableFile
from mmethics_cli.store.paths import leads_through_link
from mmethics_cli.store.yaml.reader import read_file

INSTITUTION: Final = "institution.yaml"
PROFILE_KEYS: Final = frozenset({"pack", "file_names", "package", "form_codes"})

FileNames = Literal["title", "id"]
PaperSetName = Literal["short", "full"]


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
    overlay = path.parent / text
    if text.replace("\\", "/").startswith("//"):
        # Another computer is not called because a file of somebody's says so.
        trouble, fix = f"“{text}”在网络上。", "请先复制到本机，或确认可信后在命令行里写 --pack。"
    elif path.parent == folder and leads_through_link(folder, text):
        trouble, fix = f"“{text}”是链接。", "请换成真正的文件夹，或在命令行里写 --pack。"
    elif not overlay.is_dir():
        trouble, fix = f"没有文件夹“{text}”。", "请改正 pack: 后面的路径。"
    else:
        return overlay.resolve()
    problem = Problem(trouble, INSTITUTION, read_file(path).line(("pack",)), fix)
    raise UnreadableFile("附加标准包不能用：", [problem])


def file_names_of(folder: Path) -> FileNames:
    """How the institution wants rendered files named; by title unless it says `id`."""
    return "id" if _setting(folder, "file_names") == "id" else "title"


def paper_set_of(folder: Path) -> PaperSetName:
    """How many papers the institution wants; those that a secretary keeps unless it says `full`.

    Raises UnreadableFile when the profile names another set.
    """
    text, path = _setting(folder, "package"), profile_path(folder)
    if text not in (None, "short", "full"):
        line = read_file(path).line(("package",)) if path else None
        fix = "请写 short（合并成几份）或 full（各自成文）。"
        problem = Problem(f"package 没有“{text}”这一种。", INSTITUTION, line, fix)
        raise UnreadableFile("机构资料里的一项读不懂：", [problem])
    return "full" if text == "full" else "short"


def form_codes_of(folder: Path, documents: Container[str]) -> dict[str, str]:
    """The institution's codes of its forms, by the document's id, for the head of each page.

    Raises UnreadableFile when the profile names a document that is not among `documents`.
    """
    path = profile_path(folder)
    file = read_file(path) if path else None
    codes = file.tree.get("form_codes") if file and isinstance(file.tree, dict) else None
    if file is None or not isinstance(codes, dict):
        return {}
    fix = "请写文件的编号，见 mmethics standard list documents。"
    problems = [
        Problem(f"没有文件“{id_}”", INSTITUTION, file.line(("form_codes", id_)), fix)
        for id_ in codes
        if id_ not in documents
    ]
    if problems:
        raise UnreadableFile("机构资料里的表格编号读不懂：", problems)
    return {id_: code for id_, code in codes.items() if isinstance(code, str)}


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
