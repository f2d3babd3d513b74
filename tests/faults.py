"""The program in a fork of this process, with a fault at one of the things it does to files.

Every opening for writing, rename, removal, new folder, change of mode and sync below the folder it
runs in counts as one event; at the n-th it is killed, interrupted, or refused by the system.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVENTS: Final = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.truncate"}
)
# "no-folder-sync" is a disk, not a moment: each sync of a folder is refused.
KINDS: Final = ("kill", "interrupt", "ENOSPC", "EIO", "EACCES")
NO_FOLDER_SYNC: Final = "no-folder-sync"
INTERNAL: Final = 70
_PATIENCE: Final = 60  # seconds


class Outcome(NamedTuple):
    """How a run ended: exit code (negative: the signal), what it said, and its events so far."""

    code: int
    out: str
    err: str
    events: int


def run(
    arguments: tuple[str, ...], cwd: Path, kind: str = "", at: int = 0, keys: str = ""
) -> Outcome:
    """Run `mmethics` in `cwd` with a fault of that kind at its n-th event; none without.

    With `keys` it runs at a terminal where a person types them.
    """
    from mmethics_cli import cli  # noqa: F401 - loaded before the fork: each run is quick

    notes = cwd.with_name(f"{cwd.name}.notes")
    notes.mkdir(exist_ok=True)
    pid = os.fork()
    if pid == 0:
        _child(arguments, cwd, notes, kind, at, keys)
    _, status = os.waitpid(pid, 0)
    out, err = ((notes / name).read_text(encoding="utf-8") for name in ("out", "err"))
    events = (notes / "events").stat().st_size
    return Outcome(os.waitstatus_to_exitcode(status), out, err, events)


def _child(
    arguments: tuple[str, ...], cwd: Path, notes: Path, kind: str, at: int, keys: str
) -> NoReturn:
    code = 99
    signal.alarm(_PATIENCE)  # one that waits for keys ends as a failure, not the whole run
    try:
        os.chdir(cwd)
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(notes / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(handle, number)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), "utf-8", write_through=True)
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), "utf-8", write_through=True)
        sys.argv = ["mmethics", *arguments]
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _arm(cwd, os.open(notes / "events", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), kind, at)
        from mmethics_cli.__main__ import main

        with _typing(keys) if keys else nullcontext():
            main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    os._exit(code)


@contextmanager
def _typing(keys: str) -> Iterator[None]:
    """A terminal at which those keys are typed."""
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    from mmethics_cli import cli
    from mmethics_cli.ask.keys import Pace
    from mmethics_cli.ask.prompts import Prompts

    setattr(cli, "at_terminal", lambda: True)  # noqa: B010
    # All keys wait here at once, and are no paste.
    setattr(Prompts, "pace", lambda _: Pace(False))  # noqa: B010
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(keys)
        yield


def _arm(cwd: Path, notes: int, kind: str, at: int) -> None:
    count = 0

    def event(path: object) -> None:
        nonlocal count
        if isinstance(path, int):
            return
        name = os.fsdecode(path)  # type: ignore[arg-type]
        if Path(name).is_absolute() and not Path(name).is_relative_to(cwd):
            return
        count += 1
        os.write(notes, b".")
        if count == at:
            _strike(kind, name)

    def hook(what: str, arguments: tuple[Any, ...]) -> None:
        if what in EVENTS or (what == "open" and (arguments[2] or 0) & WRITING):
            event(arguments[0])

    setattr(os, "fsync", _watched(os.fsync, event, kind))  # noqa: B010
    sys.addaudithook(hook)


def _watched(
    real: Callable[[Any], None], event: Callable[[object], None], kind: str
) -> Callable[[Any], None]:
    def fsync(handle: Any) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        if kind == NO_FOLDER_SYNC and path.is_dir():
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        event(str(path))
        real(handle)

    return fsync


def _strike(kind: str, name: str) -> None:
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    elif kind:
        number = getattr(errno, kind)
        raise OSError(number, os.strerror(number), name)
