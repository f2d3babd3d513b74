"""The worked examples of a pack: which there are, what each is about, and a dossier made of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.errors import PackError
from mmethics_cli.store.pack import shipped
from mmethics_cli.store.yaml.reader import decode, parse

# Where an example says what it is; no part of the dossier made from it.
ABOUT: Final = "example.yaml"


def examples(overlay: Path | None = None) -> dict[str, Path]:
    """The example folders by id, the overlay's last."""
    roots = [shipped("checklists") / "examples"]
    if overlay is not None:
        roots.append(overlay / "checklists" / "examples")
    return {
        folder.name: folder
        for root in roots
        if root.is_dir()
        for folder in sorted(root.iterdir(), key=lambda path: path.name)
        if folder.is_dir() and not folder.name.startswith((".", "_"))
    }


def copy_example(example: Path, folder: Path) -> None:
    """Put a shipped example's files into a new dossier's folder."""
    for name, file in _walk(example):
        if name != ABOUT:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())


class About(Struct, frozen=True):
    """What an example is about, and the day for which it was written."""

    title: str
    as_of: date


def about(example: Path) -> About:
    """Read what an example says about itself; raises PackError when it does not."""
    tree = parse(decode((example / ABOUT).read_bytes(), ABOUT), ABOUT).tree
    fields = tree if isinstance(tree, dict) else {}
    as_of = parse_date(str(fields.get("as_of", "")))
    if as_of is None or not fields.get("title"):
        raise PackError(f"示例“{example.name}”的 {ABOUT} 要写 title 和 as_of。")
    return About(str(fields["title"]), as_of)


def _walk(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry
