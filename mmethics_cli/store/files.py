"""Writing files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.yaml.reader import reason

# What the file is called that is written beside another one; a killed program leaves it behind.
TEMPORARY: Final = (".mmethics-", ".tmp")


def sha256(data: bytes) -> str:
    """The digest by which files are told apart, in hexadecimal."""
    # Loaded late: OpenSSL takes long, and most commands neither hash nor write.
    import hashlib

    return hashlib.sha256(data).hexdigest()


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path` by a file beside it that then takes its place; keeps the file's mode.

    Raises WorkspaceError, with the old file untouched, when the system refuses.
    """
    import tempfile

    target = path.resolve()
    prefix, suffix = TEMPORARY
    temporary: Path | None = None
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(suffix, prefix, target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        os.replace(temporary, target)  # noqa: PTH105 - the name that fault tests replace
        temporary = None
        sync_folder(target.parent)
    except OSError as error:
        raise WorkspaceError(f"写不了 {path}：{reason(error)}。原来的内容没有改动。") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut, where the system knows how."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
