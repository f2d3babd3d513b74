"""Writing files so that a crash, or a cut of power, leaves the old one or the new one whole."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.yaml.reader import reason

# What the file is called that is written beside another one; a killed program leaves it behind.
TEMPORARY: Final = (".mmethics-", ".tmp")
# How network shares and some drivers say that they know no sync of a folder.
_NO_FOLDER_SYNC: Final = frozenset(
    getattr(errno, name)
    for name in ("EINVAL", "ENOTSUP", "EOPNOTSUPP", "EBADF", "EACCES", "EPERM", "ENOSYS", "EISDIR")
    if hasattr(errno, name)
)
# Folders that such a disk could not confirm, of this run: the program tells them once, at its end.
UNCONFIRMED: Final[set[Path]] = set()
# There a scanner or an indexer holds a new file open for a moment.
_WINDOWS: Final[bool] = os.name == "nt"
_TRIES: Final = 6
_PAUSE_SECONDS: Final = 0.05


def sha256(data: bytes) -> str:
    """The digest by which files are told apart, in hexadecimal."""
    # Loaded late: OpenSSL takes long, and most commands neither hash nor write.
    import hashlib

    return hashlib.sha256(data).hexdigest()


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path` by a file beside it that then takes its place; keeps the file's mode.

    Raises WorkspaceError: with the old file untouched when the system refuses to write, with the
    new one in place, and saying so, when it then can't promise that it stays.
    """
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends; raises as above."""
    import tempfile

    target = path.resolve()
    prefix, suffix = TEMPORARY
    temporary: Path | None = None
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(suffix, prefix, target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            _sync(file.fileno())
        temporary.chmod(mode)
        move(temporary, target)
        temporary = None
    except OSError as error:
        raise WorkspaceError(f"写不了 {path}：{reason(error)}。原来的内容没有改动。") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
    try:
        sync_folder(target.parent)
    except OSError as error:
        raise WorkspaceError(
            f"{path} 已经写好，但磁盘没有确认存住（{reason(error)}）：断电可能丢失。请检查磁盘。"
        ) from error


def move(source: Path, target: Path) -> None:
    """Rename a file or folder, over a file that stands there; raises OSError."""
    for left in reversed(range(_TRIES)):
        try:
            os.replace(source, target)  # noqa: PTH105 - the name that fault tests replace
        except PermissionError:
            if not _WINDOWS or not left:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def sync_file(path: Path) -> None:
    """Make the content of a file survive a cut of power; raises OSError."""
    # Windows flushes only what is open for writing.
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        _sync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a cut of power, where the system knows how.

    A file system without such a sync (network shares, some drivers) is no failure: it keeps its
    folders by rules of its own, and the folder stands in UNCONFIRMED from then on. Raises OSError
    for a disk that fails.
    """
    if sys.platform == "win32":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        UNCONFIRMED.add(folder)
        return
    try:
        _sync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
        UNCONFIRMED.add(folder)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Make a new folder with all in it survive a cut of power; raises OSError."""
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(place, name))
        sync_folder(Path(place))


def make_folder(folder: Path) -> None:
    """Make a folder, with those above it that are missing, to stay; raises OSError."""
    above = folder.parent
    if not above.exists():
        make_folder(above)
    folder.mkdir(exist_ok=True)
    sync_folder(above)


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill that appears as `target` when the block ends; nothing stays if it raises.

    Raises OSError, FileExistsError where `target` stands by then.
    """
    with scratch_folder(target.parent) as stage:
        yield stage
        sync_tree(stage)
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "stands already", str(target))
        move(stage, target)
        sync_folder(target.parent)


@contextlib.contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A new folder to build in; what is left of it at the end is removed. Raises OSError."""
    import shutil
    import tempfile

    prefix, suffix = TEMPORARY
    stage = Path(tempfile.mkdtemp(suffix, prefix, parent))
    try:
        stage.chmod(0o777 & ~_umask())
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _sync(handle: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        # There fsync hands over to the disk only, which may keep the data in its own memory.
        with contextlib.suppress(OSError):
            fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
            return
    os.fsync(handle)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
