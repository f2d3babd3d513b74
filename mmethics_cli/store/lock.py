"""The lock of a dossier's folder: one writer at a time, and the lock of a dead one taken over."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import TEMPORARY
from mmethics_cli.store.yaml.reader import reason

LOCK_NAME: Final = ".mmethics.lock"
_UNWRITTEN_LOCK_SECONDS: Final = 1.0  # writing a process number takes far less
_PAUSE_SECONDS: Final = 0.05
_MOST_BYTES: Final = 4096
_MOST_PID: Final = 2**31 - 1
# Only the holder of the lock may write; what lies half written for longer was left by a dead one.
_ABANDONED_SECONDS: Final = 60.0
# Where a dossier's files are written.
SCHEMAS: Final = ".schema"
_PLACES: Final = (
    "",
    f"{SCHEMAS}/",
    "submissions/",
    "submissions/*/",
    "submissions/*/documents/",
    "submissions/*/committee/",
)
# The locks that this process holds; one that bears our number and is none of them is a dead one's.
_HELD: Final[set[Path]] = set()


@contextlib.contextmanager
def locked(folder: Path, wait: float = 2.0) -> Iterator[None]:
    """Hold the folder's lock; waits up to `wait` seconds for another holder.

    Raises WorkspaceError when someone else holds it or the folder can't be written.
    A lock whose process is gone from this machine is taken over. What a killed write left is
    removed.
    """
    lock = folder.resolve() / LOCK_NAME
    mine = json.dumps({"pid": os.getpid(), "host": _host()})
    _acquire(lock, folder / LOCK_NAME, mine, time.monotonic() + wait)
    try:
        _remove_abandoned(folder)
        yield
    finally:
        _HELD.discard(lock)
        with contextlib.suppress(OSError):
            if lock.read_text(encoding="utf-8") == mine:
                lock.unlink()


def _remove_abandoned(folder: Path) -> None:
    """Remove what was half written; not young files, which one without the lock may be at."""
    before = time.time() - _ABANDONED_SECONDS
    name = "*".join(TEMPORARY)
    for place in _PLACES:
        for path in folder.glob(f"{place}{name}"):
            with contextlib.suppress(OSError):
                if path.is_symlink():
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.is_file() and path.stat().st_mtime < before:
                    path.unlink()


def _acquire(lock: Path, shown: Path, mine: str, until: float) -> None:
    while True:
        try:
            handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            _wait_or_take_over(lock, shown, until)
            continue
        except OSError as error:
            raise WorkspaceError(f"文件夹 {shown.parent} 不能写：{reason(error)}。") from error
        _HELD.add(lock)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(mine)
        except OSError as error:
            _HELD.discard(lock)
            with contextlib.suppress(OSError):
                lock.unlink()
            raise WorkspaceError(f"文件夹 {shown.parent} 不能写：{reason(error)}。") from error
        return


def _wait_or_take_over(lock: Path, shown: Path, until: float) -> None:
    try:
        status = lock.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise WorkspaceError(
                f"{shown} 不是锁文件，而是链接、文件夹或管道，没有写入。确认没有人在用后请删去它。"
            )
        with lock.open(encoding="utf-8") as file:
            held = file.read(_MOST_BYTES)
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(f"锁文件 {shown} 读不了。确认没有人在用后请删去它。") from error
    if _is_stale(held, time.time() - status.st_mtime, lock):
        _remove_stale(lock, held)
    elif time.monotonic() > until:
        pid, host = _holder(held)
        raise WorkspaceError(
            f"另一个 mmethics 正在写这个文件夹（进程 {pid}，电脑 {host}）。"
            f"请等它结束；确认没有人在用时，删去 {shown}。"
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


def _is_stale(held: str, age: float, lock: Path) -> bool:
    pid, host = _holder(held)
    if pid is None:
        return age > _UNWRITTEN_LOCK_SECONDS
    if host != _host():
        return False
    return lock not in _HELD if pid == os.getpid() else not is_alive(pid)


def _holder(held: str) -> tuple[int | None, str]:
    try:
        holder = json.loads(held)
        pid, host = int(holder["pid"]), str(holder["host"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None, "未知"
    return (pid if 0 < pid <= _MOST_PID else None), host


def _host() -> str:
    import socket

    return socket.gethostname()


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs on this machine; one that can't be asked counts."""
    if sys.platform == "win32":
        return _is_alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_alive_on_windows(pid: int) -> bool:
    import ctypes

    system = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = system.OpenProcess(0x1000, False, pid)
    if handle:
        system.CloseHandle(handle)
        return True
    access_denied = 5  # another user's process: it is there
    return bool(ctypes.get_last_error() == access_denied)  # type: ignore[attr-defined,unused-ignore]
