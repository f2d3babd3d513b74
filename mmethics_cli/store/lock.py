"""The lock of a dossier's folder: one writer at a time, and the lock of a dead one taken over."""

from __future__ import annotations

import contextlib
import json
import os
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
# Only the holder of the lock may write; what lies half written for longer was left by a dead one.
_ABANDONED_SECONDS: Final = 60.0
# Where a dossier's files are written.
SCHEMAS: Final = ".schema"
_PLACES: Final = ("", f"{SCHEMAS}/", "submissions/*/", "submissions/*/documents/")


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
    name = "*".join(TEMPORARY)
    for place in _PLACES:
        for path in folder.glob(f"{place}{name}"):
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
        holder = json.loads(held)
        return int(holder["pid"]), str(holder["host"])
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
