"""Microsoft's Open XML SDK, which finds what is wrong in an office file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.binder import bound


def errors(path: Path) -> list[str]:
    """What the validator has to say against one file."""
    done = subprocess.run(
        [_program(), path],
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_TieredPGO": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    result = json.loads(done.stdout)
    assert result["ok"] is not bool(result["errors"]), done.stderr
    return [
        f"{path.name}{error['path']}{error['xPath']}: {error['description']}"
        for error in result["errors"]
    ]


def errors_of(paths: Iterable[Path]) -> list[str]:
    """The same of many files: alike ones as one, and each by itself where that is not valid."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for number, (sources, data) in enumerate(bound(paths)):
            book = Path(folder) / f"{number}{sources[0].suffix}"
            book.write_bytes(data)
            if wrong := errors(book):
                found += [error for path in sources for error in errors(path)] or wrong
        return found


@cache
def _program() -> Path:
    """The validator itself; what npm puts on the path starts Node first, which takes its time."""
    command = shutil.which("ooxml-validator")
    assert command is not None
    found = Path(command).resolve()
    packages = found.parents[3] if len(found.parents) > 3 else found.parent
    programs = sorted(packages.glob("ooxml-validator-*/ooxml-validator*"))
    return next((path for path in programs if os.access(path, os.X_OK)), Path(command))
