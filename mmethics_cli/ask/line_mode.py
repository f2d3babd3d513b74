"""What the system does with keys while no prompt is there, where it is a POSIX terminal.

A prompt sets the terminal up and puts it back. In between, while an answer is saved, the system
would echo what is typed and swallow Ctrl-D as the end of the input.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

if sys.platform != "win32":
    import termios

    _INPUT, _LOCAL, _CHARACTERS = 0, 3, 6


@contextlib.contextmanager
def keys_waiting() -> Iterator[None]:
    """Keys typed between prompts wait for the next one unseen; Ctrl-C interrupts as ever."""
    with _changed(waiting=True):
        yield


@contextlib.contextmanager
def lines_edited() -> Iterator[None]:
    """The system's own way, for another program that is started in between."""
    with _changed(waiting=False):
        yield


@contextlib.contextmanager
def _changed(*, waiting: bool) -> Iterator[None]:
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    mode = termios.tcgetattr(terminal)
    if waiting:
        mode[_INPUT] &= ~termios.ICRNL
        mode[_LOCAL] &= ~(termios.ECHO | termios.ICANON)
        mode[_CHARACTERS][termios.VMIN] = 1
    else:
        mode[_INPUT] |= termios.ICRNL
        mode[_LOCAL] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(terminal, termios.TCSANOW, mode)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(terminal, termios.TCSANOW, before)
