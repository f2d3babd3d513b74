"""A new dossier's folder: built whole beside its place and moved there, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.core.words import parse_date
from mmethics_cli.errors import PackError, WorkspaceError
from mmethics_cli.store.dossier_files import DOSSIER
from mmethics_cli.store.profile import INSTITUTION, profile_path
from mmethics_cli.store.yaml_reader import decode, parse, reason

# Where an example says what it is; no part of the dossier made from it.
ABOUT: Final = "example.yaml"


@contextmanager
def built_beside(folder: Path) -> Iterator[Path]:
    """A folder to build in; what it holds moves to `folder` when the block ends.

    Other files in `folder` stay as they are. When the block raises, or a name is taken, or the
    system refuses (WorkspaceError), nothing is left behind.
    """
    place = folder.absolute()
    made: list[Path] = []
    name = f".{place.name}.{os.getpid()}.mmethics"
    # A folder that exists may be another disk than the one it stands in.
    beside = (place if place.exists() else place.parent) / name
    profile = profile_path(place)
    try:
        _make_parents(beside.parent, made)
        beside.mkdir()
        if profile is not None:
            shutil.copyfile(profile, beside / INSTITUTION)
        yield beside
        if profile is not None and _same(beside / INSTITUTION, profile):
            (beside / INSTITUTION).unlink()
        _move(beside, place, made)
    except OSError as error:
        _take_back(made)
        raise WorkspaceError(f"不能在“{folder}”新建卷宗：{reason(error)}。") from error
    except BaseException:
        _take_back(made)
        raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _make_parents(parent: Path, made: list[Path]) -> None:
    for missing in reversed([one for one in (parent, *parent.parents) if not one.exists()]):
        missing.mkdir()
        made.append(missing)


def _move(beside: Path, place: Path, made: list[Path]) -> None:
    if not place.exists():
        beside.rename(place)
        return
    taken = sorted(one.name for one in beside.iterdir() if (place / one.name).exists())
    if taken:
        names = "、".join(taken)
        raise WorkspaceError(f"“{place.name}”里已有 {names}，与卷宗的文件重名。请换一个文件夹。")
    # Without dossier.yaml the folder holds no dossier, so it comes last.
    for entry in sorted(beside.iterdir(), key=lambda one: one.name == DOSSIER):
        target = place / entry.name
        entry.rename(target)
        made.append(target)


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _take_back(made: list[Path]) -> None:
    for path in reversed(made):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def copy_example(example: Path, folder: Path) -> None:
    """Put a shipped example's files into a new dossier's folder."""
    for name, file in _walk(example):
        if name != ABOUT:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())


@dataclass(frozen=True, slots=True)
class About:
    """What an example is about, and the day for which it was written."""

    title: str
    as_of: date


def about(example: Path) -> About:
    """Read what an example says about itself; raises PackError when it does not."""
    tree = parse(decode((example / ABOUT).read_bytes(), ABOUT), ABOUT).tree
    told = tree if isinstance(tree, dict) else {}
    as_of = parse_date(str(told.get("as_of", "")))
    if as_of is None or not told.get("title"):
        raise PackError(f"示例“{example.name}”的 {ABOUT} 要写 title 和 as_of。")
    return About(str(told["title"]), as_of)


def _walk(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry
