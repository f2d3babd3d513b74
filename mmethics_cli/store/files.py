"""Writing files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.yaml.reader import reason

_DRIVE = re.compile(r"[A-Za-z]:")
_NOT_ON_WINDOWS = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(
    r"(?i)(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)"
)
_MAX_NAME_BYTES: Final = 200


class OutsideFolder(ValueError):
    """The name leads out of the dossier's folder; the text says how, in Chinese."""


def inside(folder: Path, name: str) -> Path:
    """The file of that name within `folder`, symbolic links followed; it need not exist.

    Raises OutsideFolder for absolute names, `..`, Windows drives and links that lead out.
    """
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or _DRIVE.match(name):
        raise OutsideFolder("要写卷宗文件夹里的相对路径，不能写绝对路径")
    if ".." in parts.parts:
        raise OutsideFolder("路径里不能有“..”，文件要放在卷宗文件夹里")
    found = folder.joinpath(*parts.parts)
    if not found.resolve().is_relative_to(folder.resolve()):
        raise OutsideFolder("是指向卷宗文件夹之外的链接")
    return found


def legal_name(text: str, *, keep: int = 0) -> str:
    """`text` as a file name that Windows, macOS and Linux take; `keep` bytes are left for more."""
    name = _NOT_ON_WINDOWS.sub("_", unicodedata.normalize("NFC", text))
    name = name.strip().rstrip(". ")
    data = name.encode("utf-8")[: _MAX_NAME_BYTES - keep]
    name = data.decode("utf-8", errors="ignore").rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    return name or "_"


LOCK_NAME: Final = ".mmethics.lock"
_UNWRITTEN_LOCK_SECONDS: Final = 1.0  # writing a process number takes far less
_PAUSE_SECONDS: Final = 0.05
# What a write that was killed leaves behind; only the holder of the lock may write meanwhile.
_BEGIN, _END = ".mmethics-", ".tmp"
_ABANDONED_SECONDS: Final = 60.0
# Where a dossier's files are written.
_PLACES: Final = ("", "submissions/*/", "submissions/*/documents/")


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
    temporary: Path | None = None
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=_BEGIN, suffix=_END, dir=target.parent)
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


@contextlib.contextmanager
def locked(folder: Path, wait: float = 2.0) -> Iterator[None]:
    """Hold the folder's lock; waits up to `wait` seconds for another holder.

    Raises WorkspaceError when someone else holds it or the folder can't be written.
    A lock whose process is gone from this machine is taken over. What a killed write left is
    removed.
    """
    lock = folder / LOCK_NAME
    mine = json.dumps({"pid": os.getpid(), "host": _host()})
    _acquire(lock, mine, time.monotonic() + wait)
    try:
        _remove_abandoned(folder)
        yield
    finally:
        with contextlib.suppress(OSError):
            if lock.read_text(encoding="utf-8") == mine:
                lock.unlink()


def _remove_abandoned(folder: Path) -> None:
    """Remove half-written files; not young ones, which a writer without the lock may be at."""
    before = time.time() - _ABANDONED_SECONDS
    for place in _PLACES:
        for path in folder.glob(f"{place}{_BEGIN}*{_END}"):
            with contextlib.suppress(OSError):
                if path.is_file() and not path.is_symlink() and path.stat().st_mtime < before:
                    path.unlink()


def _acquire(lock: Path, mine: str, until: float) -> None:
    while True:
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            _wait_or_take_over(lock, until)
            continue
        except OSError as error:
            raise WorkspaceError(f"文件夹 {lock.parent} 不能写：{reason(error)}。") from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(mine)
        return


def _wait_or_take_over(lock: Path, until: float) -> None:
    try:
        held = lock.read_text(encoding="utf-8")
        age = time.time() - lock.stat().st_mtime
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"锁文件 {lock} 读不了。确认没有人在用后请删去它。") from error
    if _is_stale(held, age):
        _remove_stale(lock, held)
    elif time.monotonic() > until:
        pid, host = _holder(held)
        raise WorkspaceError(
            f"另一个 mmethics 正在写这个文件夹（进程 {pid}，电脑 {host}）。"
            f"请等它结束；确认没有人在用时，删去 {lock}。"
        )
    else:
        time.sleep(_PAUSE_SECONDS)


def _remove_stale(lock: Path, held: str) -> None:
    """Remove a dead lock; renamed first, so that of two who try only one removes it."""
    aside = lock.with_name(f"{LOCK_NAME}.{os.getpid()}")
    try:
        lock.rename(aside)
    except OSError:
        return
    if aside.read_text(encoding="utf-8") != held:  # someone was quicker: it is a living lock
        with contextlib.suppress(OSError):
            os.link(aside, lock)
    aside.unlink()


def _is_stale(held: str, age: float) -> bool:
    pid, host = _holder(held)
    if pid is None:
        return age > _UNWRITTEN_LOCK_SECONDS
    return host == _host() and not _alive(pid)


def _holder(held: str) -> tuple[int | None, str]:
    try:
        found = json.loads(held)
        return int(found["pid"]), str(found["host"])
    except (ValueError, KeyError, TypeError):
        return None, "未知"


def _host() -> str:
    import socket

    return socket.gethostname()


def _alive(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current
