"""What was made of a pack's files, kept as JSON: read faster than YAML, and never instead of it.

What is kept begins with the files that it was made of, byte by byte; of other files it says
nothing. In an installed package it lies in `_data`, else where Python keeps compiled modules.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.yaml.events import Tree

# To be raised whenever the same files give something else than before.
_FORMAT: Final = 1
NAME: Final = "pack.json"
TEMPLATES: Final = "templates.json"
_PACKED: Final = Path(__file__).parents[1] / "_data"

Parse = Callable[[str], Tree]


def trees_of(files: Mapping[str, bytes], parse: Parse, entry: str = NAME) -> dict[str, Tree]:
    """The trees of the files by name; `parse` gives the tree of a file of that name, or raises.

    They are kept as `entry`.
    """
    trees: dict[str, Tree] | None = cached(entry, files)
    if trees is None:
        trees = {name: parse(name) for name in files}
        cache(entry, files, lambda: trees)
    return trees


def cached(name: str, files: Mapping[str, bytes]) -> Any | None:
    """What was made of these files and kept under a name; None where nothing whole is there."""
    source, own = _source(files), _beside_python()
    for folder in (_PACKED, own):
        if folder is not None and (tree := _read(folder / name, source)) is not None:
            return tree
    return None


def cache(name: str, files: Mapping[str, bytes], make: Callable[[], object]) -> None:
    """Keep what `make` gives of these files under a name, where this run can and may write."""
    own = _beside_python()
    if own is None or sys.dont_write_bytecode:
        return
    with contextlib.suppress(OSError, WorkspaceError):
        own.mkdir(exist_ok=True)
        if os.access(own, os.W_OK):
            write_atomic(own / name, cache_entry(files, make()))


def cache_entry(files: Mapping[str, bytes], tree: object) -> bytes:
    """The bytes that are kept: the files, a check sum, and what was made of them as JSON."""
    body = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    return b"\n".join((_source(files) + _check(body), body))


def _beside_python() -> Path | None:
    """Where Python keeps what it compiled of this module, wherever it is told to."""
    with contextlib.suppress(NotImplementedError):
        return Path(importlib.util.cache_from_source(__file__)).parent
    return None


def _source(files: Mapping[str, bytes]) -> bytes:
    """The files as one text, from which no other files can come."""
    names = json.dumps([_FORMAT, [[name, len(data)] for name, data in files.items()]])
    return b"\n".join((names.encode(), *files.values(), b""))


def _read(place: Path, source: bytes) -> Any | None:
    """What an entry holds, if it was made of that source and is whole."""
    try:
        data = place.read_bytes()
    except OSError:
        return None
    if not data.startswith(source):
        return None
    check, _, body = data[len(source) :].partition(b"\n")
    if check != _check(body):
        return None
    return msgspec.json.decode(body)


def _check(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x}".encode()
