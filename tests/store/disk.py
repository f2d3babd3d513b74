"""A disk whose power may fail: what is written, synced and renamed is recorded and replayed.

The model is a harsh one. A file's bytes are kept only if the file was synced; else they may be
torn. A change of names (a new file or folder, a rename, a removal) is sure only once one of the
folders that it touches was synced; until then any selection of such changes may be kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest

_MOST_PENDING: Final = 5  # up to so many, every selection is tried

# What a disk keeps: a file's bytes by path, None for a folder.
Image = dict[str, bytes | None]


class _File:
    """A file's bytes as programs see them, and as the disk is sure to keep them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.sure: bytes | None = None

    def after_power_loss(self) -> bytes:
        return self.data if self.sure == self.data else self.data[: len(self.data) // 2]


Names = dict[str, "_File | None"]
Change = tuple[str, ...]  # ("put", path), ("rename", old, new) or ("remove", path)


class Disk:
    """Records what happens below `root`; `images` are the states in which it may be found."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now: Names = {}
        self.kept: Names = {}  # as far as it is sure
        self.pending: list[tuple[Change, _File | None]] = []
        self.images: list[Image] = []
        self._seen: set[frozenset[tuple[str, bytes | None]]] = set()
        self.forgotten = ""  # what this names is never synced, to prove that it must be
        self._look()
        for file in self.now.values():
            if file is not None:
                file.sure = file.data
        self.kept, self.pending = dict(self.now), []

    def _look(self) -> None:
        """Take over what was made or written since, without an event of its own."""
        for place, folders, names in os.walk(self.root):
            for name in folders:
                self._found(Path(place, name), None)
            for name in names:
                self._found(Path(place, name), Path(place, name).read_bytes())

    def _found(self, path: Path, data: bytes | None) -> None:
        name = path.relative_to(self.root).as_posix()
        held = self.now.get(name)
        if name in self.now and (data is None) == (held is None):
            if held is not None and data is not None and held.data != data:
                held.data = data  # written in place: the old bytes are gone
            return
        self._change(("put", name), _File(data) if data is not None else None)

    def _change(self, change: Change, file: _File | None = None) -> None:
        _apply(self.now, change, file)
        self.pending.append((change, file))

    def look(self) -> None:
        """Before something happens and at the end: what may be on the disk by now."""
        self._look()
        self._remember()

    def happened(self, change: Change) -> None:
        self._change(change)

    def synced(self, path: Path) -> None:
        self.look()
        name = path.relative_to(self.root).as_posix()
        if self.forgotten and re.search(self.forgotten, name):
            return
        held = self.now.get(name)
        if held is not None:
            held.sure = held.data
            return
        left = []
        for change, file in self.pending:
            if any(Path(one).parent == Path(name) for one in change[1:]):
                _apply(self.kept, change, file)
            else:
                left.append((change, file))
        self.pending = left

    def _remember(self) -> None:
        for chosen in _selections(len(self.pending)):
            names = dict(self.kept)
            for at in chosen:
                _apply(names, *self.pending[at])
            image = {
                name: None if file is None else file.after_power_loss()
                for name, file in names.items()
                if _is_reachable(name, names)
            }
            key = frozenset(image.items())
            if key not in self._seen:
                self._seen.add(key)
                self.images.append(image)


def _selections(count: int) -> Iterator[tuple[int, ...]]:
    sizes = range(count + 1) if count <= _MOST_PENDING else (0, 1, count - 1, count)
    for size in sizes:
        yield from combinations(range(count), size)
    yield from (tuple(range(upto)) for upto in range(count))  # in their order


def _apply(names: Names, change: Change, file: _File | None = None) -> None:
    what, name, *rest = change
    if what == "put":
        names[name] = file
    elif what == "remove":
        for one in [one for one in names if one == name or one.startswith(f"{name}/")]:
            del names[one]
    elif name in names:
        moved = {one: names.pop(one) for one in list(names) if _is_in(one, name)}
        _apply(names, ("remove", rest[0]))
        names.update({rest[0] + one[len(name) :]: file for one, file in moved.items()})


def _is_in(name: str, folder: str) -> bool:
    return name == folder or name.startswith(f"{folder}/")


def _is_reachable(name: str, names: Names) -> bool:
    return all(
        str(above) == "." or (str(above) in names and names[str(above)] is None)
        for above in Path(name).parents
    )


def recorded(root: Path, patch: pytest.MonkeyPatch, forgotten: str = "") -> Disk:
    """A disk that records what this process does to files below `root`, until `patch` ends.

    `forgotten` is a pattern of names whose sync has no effect.
    """
    disk = Disk(root)
    disk.forgotten = forgotten

    def within(path: object) -> str | None:
        whole = Path(str(path)).absolute()
        return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else None

    def watching(name: str, change: Callable[..., Change | None]) -> None:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            if "dir_fd" in options and options["dir_fd"] is not None:
                base = Path(f"/proc/self/fd/{options['dir_fd']}").readlink()
                paths = [within(Path(base, args[0]))]
            else:
                paths = [within(one) for one in args if isinstance(one, (str, os.PathLike))]
            if None in paths or not paths:
                return real(*args, **options)
            disk.look()
            done = real(*args, **options)
            if (happened := change(*paths)) is not None:
                disk.happened(happened)
            return done

        patch.setattr(os, name, call)

    for name in ("rename", "replace"):
        watching(name, lambda old, new: ("rename", old, new))
    for name in ("unlink", "remove", "rmdir"):
        watching(name, lambda path: ("remove", path))
    watching("mkdir", lambda path: ("put", path))
    watching("chmod", lambda path: None)
    real_sync = os.fsync

    def sync(handle: int) -> None:
        real_sync(handle)
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if path == root or path.is_relative_to(root):
            disk.synced(path)

    patch.setattr(os, "fsync", sync)
    return disk


def laid_out(image: Image, place: Path) -> Path:
    """An image as files and folders below `place`."""
    for name, data in sorted(image.items()):
        path = place / name
        if data is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return place
