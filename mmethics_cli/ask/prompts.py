"""Questionary in Chinese: one line, long text, one of several, any of several; each can go back.

Every prompt is erased when it is answered: questionary's own closing line is English. Ctrl-C
raises KeyboardInterrupt, Ctrl-D on an empty line EOFError. Keys typed between two prompts wait.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any, Final, TypeVar

import questionary
from msgspec import Struct
from prompt_toolkit.application import get_app
from prompt_toolkit.application.current import get_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.output import Output
from prompt_toolkit.validation import ValidationError, Validator

from mmethics_cli.ask.keys import ESCAPE_WAIT, FOOT, Pace
from mmethics_cli.ask.menu import Menu, Option
from mmethics_cli.errors import NoTerminal
from mmethics_cli.wording.columns import wrap
from mmethics_cli.wording.visible import visible

if sys.platform != "win32":
    import termios

    _INPUT, _LOCAL, _CHARACTERS = 0, 3, 6

MARK: Final = "›"
LATER: Final = "\0later"  # the key of the option to leave a question as it is
_LINE_HINT: Final = f"（回车确认 · {FOOT}）"
_LONG_HINT: Final = f"（可写多行，Ctrl-D 写完，Ctrl-E 用编辑器写 · {FOOT}）"

_BREAK: Final = re.compile(r"[ \t]*[\r\n\u2028\u2029]+[ \t]*")

T = TypeVar("T")


class Key(Enum):
    """A key pressed instead of an answer."""

    BACK = "back"
    HELP = "help"
    EDITOR = "editor"
    LEAVE = "leave"


class Pressed(Struct, frozen=True):
    """A key and the text that stood in the prompt when it was pressed."""

    key: Key
    text: str = ""


Complaint = Callable[[str], str | None]  # why a text can't be taken; None where it can


def later_option(answered: bool) -> Option:
    """The option to leave a question as it is."""
    return LATER, "不改" if answered else "以后再答"


def message_lines(text: str, columns: int) -> str:
    """A message in lines that fit: a prompt cuts what does not. The sign before it takes two."""
    return "\n  ".join(wrap(visible(text), columns - 3))


def one_line(text: str) -> str:
    """A pasted text as one line; words keep a space between them, Chinese needs none."""

    def join(match: re.Match[str]) -> str:
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        return " " if before and after and (before.isascii() or after.isascii()) else ""

    return _BREAK.sub(join, text).strip()


class _Checked(Validator):
    def __init__(self, complaint: Complaint) -> None:
        self.complaint = complaint

    def validate(self, document: Any) -> None:
        message = self.complaint(document.text)
        if message is not None:
            raise ValidationError(cursor_position=len(document.text), message=message)


class Prompts(Struct, frozen=True):
    """The prompts of one terminal; `input` and `output` replace it in tests.

    Every method raises NoTerminal where nobody can answer.
    """

    terminal: bool
    input: Input | None = None
    output: Output | None = None
    paced: bool = True  # keys that come faster than a hand can type are a paste

    def line(self, message: str, default: str, complaint: Complaint) -> str | Pressed:
        """One line of text that passes `complaint`."""
        return self._run(
            lambda: questionary.text(
                f"{message}\n",
                default,
                _Checked(lambda text: complaint(one_line(text))),
                MARK,
                instruction=_hint(_LINE_HINT),
                **self._settings(),
            ),
            one_line,
            _short_keys(),
        )

    def long(self, message: str, default: str, complaint: Complaint) -> str | Pressed:
        """A text of several lines."""
        return self._run(
            lambda: questionary.text(
                f"{message}\n",
                default,
                _Checked(lambda text: complaint(text.strip())),
                MARK,
                multiline=True,
                instruction=_hint(_LONG_HINT) + "\n",
                **self._settings(),
            ),
            str.strip,
            _long_keys(),
        )

    def choice(
        self, message: str, options: Sequence[Option], default: str | None = None
    ) -> str | Pressed:
        """The key of one of the options; a label without a key heads those below it.

        `default` is what was chosen before: without one the cursor stands on no option.
        """
        chosen = frozenset({default} if default else ())
        answer = self._menu(message, options, chosen, several=False, complaint=lambda keys: None)
        return answer if isinstance(answer, Pressed) else str(answer)

    def choices(
        self,
        message: str,
        options: Sequence[Option],
        ticked: frozenset[str] = frozenset(),
        complaint: Callable[[list[str]], str | None] = lambda keys: None,
    ) -> list[str] | Pressed:
        """The keys of any of the options, none too, that together pass `complaint`."""
        answer = self._menu(message, options, ticked, several=True, complaint=complaint)
        return answer if isinstance(answer, Pressed) else list(answer)

    def _menu(
        self,
        message: str,
        options: Sequence[Option],
        chosen: frozenset[str],
        *,
        several: bool,
        complaint: Callable[[list[str]], str | None],
    ) -> Any:
        self.need_terminal()
        pace = self.pace()
        menu = Menu(
            message,
            options,
            chosen,
            several=several,
            complaint=complaint,
            pace=pace,
            columns=lambda: self.size().columns,
        )
        keys = KeyBindings()
        _add_common(keys)
        application = menu.application(keys, input=self.input, output=self.output)
        application.ttimeoutlen = application.timeoutlen = ESCAPE_WAIT
        pace.watch(application)
        return application.run()

    def size(self) -> Size:
        """The rows and columns of the terminal as it is now."""
        return (self.output or get_app_session().output).get_size()

    def pace(self) -> Pace:
        """What tells a paste from keys at this terminal."""
        return Pace(self.paced)

    def need_terminal(self) -> None:
        """Raises NoTerminal: piped input would silently take the defaults."""
        if not self.terminal:
            raise NoTerminal("这里不是终端，不能提问。")

    def _settings(self) -> dict[str, Any]:
        return {"input": self.input, "output": self.output, "erase_when_done": True}

    def _run(
        self, make: Callable[[], questionary.Question], clean: Callable[[Any], T], ours: KeyBindings
    ) -> T | Pressed:
        self.need_terminal()  # building a prompt already warns where there is none
        question = make()
        application = question.application
        pace = self.pace()
        pace.watch(application)
        _keep_pasted_lines(ours, pace)
        theirs = application.key_bindings
        application.key_bindings = merge_key_bindings([theirs, ours]) if theirs else ours
        application.ttimeoutlen = application.timeoutlen = ESCAPE_WAIT
        answer = question.unsafe_ask()
        return answer if isinstance(answer, Pressed) else clean(answer)


def _hint(text: str) -> str:
    return message_lines(text, shutil.get_terminal_size().columns)


def _short_keys() -> KeyBindings:
    keys = KeyBindings()
    _add_common(keys)
    return keys


def _long_keys() -> KeyBindings:
    keys = _short_keys()

    @keys.add("c-d", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("c-e", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=Pressed(Key.EDITOR, event.current_buffer.text))

    return keys


def _keep_pasted_lines(keys: KeyBindings, pace: Pace) -> None:
    """A line break in the middle of a paste is part of the text, not the end of the answer."""
    pasted = Condition(pace.pasted)
    for name in ("enter", "c-j"):
        keys.add(name, filter=pasted, eager=True)(
            lambda event: event.current_buffer.insert_text("\n")
        )


def _add_common(keys: KeyBindings) -> None:
    """The keys that mean the same wherever something is asked."""
    empty = Condition(lambda: not get_app().current_buffer.text)
    for mark in ("?", "？"):
        keys.add(mark, filter=empty, eager=True)(_help)
    keys.add("f1", eager=True)(_help)
    keys.add("escape", eager=True)(_back)
    keys.add("c-s", eager=True)(_leave)
    keys.add("c-c", eager=True)(_leave)


def _back(event: KeyPressEvent) -> None:
    event.app.exit(result=Pressed(Key.BACK, event.current_buffer.text))


def _leave(event: KeyPressEvent) -> None:
    event.app.exit(exception=KeyboardInterrupt)


def _help(event: KeyPressEvent) -> None:
    event.app.exit(result=Pressed(Key.HELP, event.current_buffer.text))


# Keys between prompts.


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
        mode[_INPUT] &= ~(termios.ICRNL | termios.IXON)  # Ctrl-S saves, it does not stop
        mode[_LOCAL] &= ~(termios.ECHO | termios.ICANON)
        mode[_CHARACTERS][termios.VMIN] = 1
    else:
        mode[_INPUT] |= termios.ICRNL | termios.IXON
        mode[_LOCAL] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(terminal, termios.TCSANOW, mode)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(terminal, termios.TCSANOW, before)
