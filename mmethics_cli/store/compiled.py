"""The shipped YAML read once: its trees as JSON, made when the program is packed or first run.

Reading a third of a megabyte of YAML takes longer than all the rest of a command. What is kept
holds nothing that runs, and counts only while it was made from the very files of this run: they
stand before it, byte for byte. Without it, or where it can't be written, the YAML itself is read.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.yaml_events import Tree

# To be raised whenever the same YAML gives other trees than before.
_FORMAT: Final = 1
NAME: Final = "pack.json"
_PACKED: Final = Path(__file__).parents[1] / "_data" / NAME

Parse = Callable[[str], Tree]


def trees_of(files: Mapping[str, bytes], parse: Parse) -> dict[str, Tree]:
    """The trees of the files by name; `parse` gives the tree of a file of that name, or raises."""
    source, own = _source(files), _beside_python()
    for place in (_PACKED, own):
        if place is not None and (known := _kept(place, source)) is not None:
            return known
    made = {name: parse(name) for name in files}
    if own is not None and not sys.dont_write_bytecode:
        with contextlib.suppress(OSError, WorkspaceError):
            own.parent.mkdir(exist_ok=True)
            write_atomic(own, compiled(files, made))
    return made


def compiled(files: Mapping[str, bytes], trees: Mapping[str, Tree]) -> bytes:
    """What is kept of these files and the trees made of them."""
    body = json.dumps(trees, ensure_ascii=False, separators=(",", ":")).encode()
    return b"\n".join((_source(files) + _check(body), body))


def _beside_python() -> Path | None:
    """Beside what Python compiled of this module, wherever it is told to keep that."""
    with contextlib.suppress(NotImplementedError):
        return Path(importlib.util.cache_from_source(__file__)).with_name(NAME)
    return None


def _source(files: Mapping[str, bytes]) -> bytes:
    """The files as one text, from which no other files can come."""
    names = json.dumps([_FORMAT, [[name, len(data)] for name, data in files.items()]])
    return b"\n".join((names.encode(), *files.values(), b""))


def _kept(place: Path, source: bytes) -> dict[str, Tree] | None:
    """What was kept, if it was made from this source and is whole."""
    try:
        data = place.read_bytes()
    except OSError:
        return None
    if not data.startswith(source):
        return None
    check, _, body = data[len(source) :].partition(b"\n")
    if check != _check(body):
        return None
    found: dict[str, Tree] = json.loads(body)
    return found


def _check(body: bytes) -> bytes:
    return f"{zlib.crc32(body):08x}".encode()
