"""Questionary in Chinese: one line, long text, one of several, any of several; each can go back.

Every prompt is erased when it is answered: questionary's own closing line is English. Ctrl-C
raises KeyboardInterrupt, Ctrl-D on an empty line EOFError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeVar

import questionary
from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.output import Output
from prompt_toolkit.validation import ValidationError, Validator

from mmethics_cli.errors import NoTerminal

_MARK: Final = "›"
_SELECT_HINT: Final = "（↑↓ 移动，回车确认，Esc 返回，? 说明）"
_SEVERAL_HINT: Final = "（空格勾选，回车确认，Esc 返回，? 说明）"
_LINE_HINT: Final = "（回车确认，Esc 返回，? 说明）"
_LONG_HINT: Final = "（可写多行，Ctrl-D 写完，Ctrl-B 返回，? 说明）\n"
# What the terminal waits for after Esc, in seconds: an arrow key begins with the same code.
_ESCAPE_WAIT: Final = 0.05

_BREAK: Final = re.compile(r"[ \t]*[\r\n\u2028\u2029]+[ \t]*")


T = TypeVar("T")


class Key(Enum):
    """A key pressed instead of an answer."""

    BACK = "back"
    HELP = "help"


Verdict = Callable[[str], str | None]
Option = tuple[str, str]


def one_line(text: str) -> str:
    """A pasted text as one line; words keep a space between them, Chinese needs none."""

    def join(found: re.Match[str]) -> str:
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        return " " if before and after and (before.isascii() or after.isascii()) else ""

    return _BREAK.sub(join, text).strip()


class _Checked(Validator):
    def __init__(self, complaint: Verdict) -> None:
        self.complaint = complaint

    def validate(self, document: Any) -> None:
        message = self.complaint(document.text)
        if message is not None:
            raise ValidationError(cursor_position=len(document.text), message=message)


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of one terminal; `input` and `output` replace it in tests.

    Every method raises NoTerminal where nobody can answer.
    """

    terminal: bool
    input: Input | None = None
    output: Output | None = None

    def line(self, message: str, default: str, complaint: Verdict) -> str | Key:
        """One line of text that passes `complaint`."""
        return self._run(
            lambda: questionary.text(
                f"{message}\n",
                default,
                _Checked(lambda text: complaint(one_line(text))),
                _MARK,
                instruction=_LINE_HINT,
                **self._settings(),
            ),
            one_line,
        )

    def long(self, message: str, default: str, complaint: Verdict) -> str | Key:
        """A text of several lines. Esc would lose what was written, so only Ctrl-B goes back."""
        return self._run(
            lambda: questionary.text(
                f"{message}\n",
                default,
                _Checked(lambda text: complaint(text.strip())),
                _MARK,
                multiline=True,
                instruction=_LONG_HINT,
                **self._settings(),
            ),
            str.strip,
            _long_keys(default),
        )

    def one(self, message: str, options: Sequence[Option], default: str | None) -> str | Key:
        """The key of one of the options, which are keys with labels."""
        return self._run(
            lambda: questionary.select(
                f"{message}\n",
                [questionary.Choice(label, key) for key, label in options],
                default,
                _MARK,
                use_jk_keys=False,
                instruction=_SELECT_HINT,
                **self._settings(),
            ),
            str,
        )

    def several(
        self,
        message: str,
        options: Sequence[Option],
        ticked: frozenset[str],
        complaint: Callable[[list[str]], str | None],
    ) -> list[str] | Key:
        """The keys of any of the options that together pass `complaint`."""
        return self._run(
            lambda: questionary.checkbox(
                f"{message}\n",
                [questionary.Choice(label, key, checked=key in ticked) for key, label in options],
                validate=lambda keys: complaint(keys) or True,
                qmark=_MARK,
                use_jk_keys=False,
                instruction=_SEVERAL_HINT,
                **self._settings(),
            ),
            list[str],
        )

    def _settings(self) -> dict[str, Any]:
        return {"input": self.input, "output": self.output, "erase_when_done": True}

    def _run(
        self,
        make: Callable[[], questionary.Question],
        clean: Callable[[Any], T],
        keys: KeyBindings | None = None,
    ) -> T | Key:
        # Piped input would silently take the defaults, and building a prompt already warns.
        if not self.terminal:
            raise NoTerminal("这里不是终端，不能提问。")
        question = make()
        application = question.application
        ours = keys or _short_keys()
        theirs = application.key_bindings
        application.key_bindings = merge_key_bindings([theirs, ours]) if theirs else ours
        application.ttimeoutlen = application.timeoutlen = _ESCAPE_WAIT
        answer = question.unsafe_ask()
        return answer if isinstance(answer, Key) else clean(answer)


def _short_keys() -> KeyBindings:
    keys = KeyBindings()
    keys.add("escape", eager=True)(_back)
    keys.add("c-b", eager=True)(_back)
    _add_help(keys)
    return keys


def _long_keys(default: str) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-b", eager=True)
    def _(event: KeyPressEvent) -> None:
        # Going back would lose what was written.
        if event.current_buffer.text == default:
            _back(event)
        else:
            event.app.output.bell()

    @keys.add("c-d", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    _add_help(keys)
    return keys


def _add_help(keys: KeyBindings) -> None:
    empty = Condition(lambda: not _buffer_text())
    for mark in ("?", "？"):
        keys.add(mark, filter=empty, eager=True)(_help)


def _buffer_text() -> str:
    return get_app().current_buffer.text


def _back(event: KeyPressEvent) -> None:
    event.app.exit(result=Key.BACK)


def _help(event: KeyPressEvent) -> None:
    event.app.exit(result=Key.HELP)
