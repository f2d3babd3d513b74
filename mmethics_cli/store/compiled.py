"""The shipped YAML and templates read once, kept as JSON, at packing or at the first run.

Reading a third of a megabyte of YAML takes longer than all the rest of a command. What is kept
holds nothing that runs, and counts only while it was made from the very files of this run: they
stand before it, byte for byte. Without it, or where it can't be written, the YAML itself is read.
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

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.yaml_events import Tree

# To be raised whenever the same files give something else than before.
_FORMAT: Final = 1
NAME: Final = "pack.json"
TEMPLATES: Final = "templates.json"
_PACKED: Final = Path(__file__).parents[1] / "_data"

Parse = Callable[[str], Tree]


def trees_of(files: Mapping[str, bytes], parse: Parse) -> dict[str, Tree]:
    """The trees of the files by name; `parse` gives the tree of a file of that name, or raises."""
    known: dict[str, Tree] | None = kept(NAME, files)
    if known is None:
        known = {name: parse(name) for name in files}
        keep(NAME, files, lambda: known)
    return known


def kept(name: str, files: Mapping[str, bytes]) -> Any | None:
    """What was kept under a name, if it was made from these files and is whole."""
    source, own = _source(files), _beside_python()
    for folder in (_PACKED, own):
        if folder is not None and (found := _read(folder / name, source)) is not None:
            return found
    return None


def keep(name: str, files: Mapping[str, bytes], make: Callable[[], object]) -> None:
    """Keep what `make` gives, where this run can and may."""
    own = _beside_python()
    if own is None or sys.dont_write_bytecode:
        return
    with contextlib.suppress(OSError, WorkspaceError):
        own.mkdir(exist_ok=True)
        if os.access(own, os.W_OK):
            write_atomic(own / name, compiled(files, make()))


def compiled(files: Mapping[str, bytes], made: object) -> bytes:
    """What is kept of these files and of what was made of them."""
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
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
    try:
        data = place.read_bytes()
    except OSError:
        return None
    if not data.startswith(source):
        return None
    check, _, body = data[len(source) :].partition(b"\n")
    if check != _check(body):
        return None
    return json.loads(body)


def _check(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x}".encode()
