"""A person who knows every answer and types it: the keys that each prompt takes."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from prompt_toolkit.input import PipeInput

from mmethics_cli.ask.field import NOT_HERE, options_of, picks_of
from mmethics_cli.ask.keys import LETTERS
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.loop import interview
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
    Copy,
    Move,
    Offer,
    Overview,
    Prompt,
    QuestionRow,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.wording.values import prompt_text
from tests.studies import standard
from tests.walk import TODAY, Walker

if sys.platform != "win32":
    import pexpect

ENTER, TAB, DOWN, UP, RIGHT = "\r", "\t", "\x1b[B", "\x1b[A", "\x1b[C"
CTRL_A, CTRL_C, CTRL_D, CTRL_N, CTRL_S = "\x01", "\x03", "\x04", "\x0e", "\x13"
ESC: Final = "\x1b"

_KEY: Final = re.compile(r"\x1b\[200~.*?\x1b\[201~|\x1b\[[0-9]*[A-Z~]|.", re.DOTALL)
_GAP: Final = 0.05  # seconds; keys that come faster are taken for a paste


def press(child: pexpect.spawn[str], keys: str) -> None:
    """Type keys at a program, one after the other as a hand does."""
    for match in _KEY.finditer(keys):
        child.send(match[0])
        time.sleep(_GAP)


class Typist(Walker):
    """Types what it knows, key by key."""

    terminal: Terminal
    pipe: PipeInput
    back = frozenset[int]()

    def ask(self, prompt: Prompt) -> Reply:
        meant = super().ask(prompt)
        if self.prompts in self.back:
            meant = Move.BACK
        self.pipe.send_text(self._keys(prompt, meant))
        said = self.terminal(prompt)
        if isinstance(meant, ScreenAnswers) and isinstance(prompt, Step):
            # What stands already is not said again.
            known = {row.path: row.value for row in prompt.rows_with(meant.values)}
            new = {path: one for path, one in meant.values.items() if known[path] != one}
            assert said == ScreenAnswers(new, another=meant.another), prompt
        else:
            assert said == meant, prompt
        return said

    def _keys(self, prompt: Prompt, meant: Reply) -> str:
        if meant is Move.BACK:
            return ESC
        if isinstance(prompt, Overview):
            return "1" + ENTER
        if isinstance(prompt, Offer):
            wanted = meant.keys if isinstance(meant, Choose) else frozenset[str]()
            ticks = (LETTERS[at] for at, key in enumerate(prompt.sections) if key in wanted)
            return "".join(ticks) + ENTER
        if isinstance(meant, ScreenAnswers):
            return self._form(prompt, CTRL_N if meant.another else CTRL_D)
        filled = isinstance(prompt.value, tuple) and bool(prompt.value)
        if isinstance(meant, Add):
            return "1" + ENTER
        if isinstance(meant, Copy):
            entries = prompt.value if isinstance(prompt.value, tuple) else ()
            return LETTERS[2 + self._model(entries, meant.id)] + ENTER
        return ("2" if filled or isinstance(meant, Answer) else "3") + ENTER

    @staticmethod
    def _model(entries: Sequence[Element], id_: str) -> int:
        """Which of the options that add an entry like another one is for this one."""
        return [one.id for one in entries if not one.inherited].index(id_)

    def _form(self, step: Step, confirm: str) -> str:
        """Down the rows, which grow with the answers; then one confirmation, or two."""
        keys, answers, at = "", dict[str, Value](), 0
        while at < len(rows := step.rows_with(answers)):
            value = self.value(rows[at])
            keys += _row(rows[at], value)
            if value is not UNKNOWN:
                answers[rows[at].path] = value
            at += 1
        rows = step.rows_with(answers)
        open_ = any(self.value(row) is row.holds is UNKNOWN for row in rows)
        return keys + confirm * (2 if open_ else 1)


def _pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


def _row(row: QuestionRow, value: Value) -> str:
    if value in (UNKNOWN, row.value):
        return TAB
    options = [key for key, _ in options_of(row.question)] if _picks(row) else []
    if not options:
        return _pasted(prompt_text(row.question, value, unknown="")) + TAB
    if isinstance(value, NotApplicable):
        return LETTERS[options.index(NOT_HERE)] + _pasted(value.reason or "") + TAB
    wanted = sorted(picks_of(row.question, value), key=options.index)
    if row.question.type == "choices":
        return "".join(LETTERS[options.index(key)] for key in wanted) + TAB
    at = options.index(wanted[0])
    return (LETTERS[at] if at < len(LETTERS) else RIGHT * (at + 1) + " ") + TAB


def _picks(row: QuestionRow) -> bool:
    return row.question.type in ("bool", "choice", "choices")


def first_screen(answers: Mapping[str, Value]) -> str:
    """The keys that answer the first screen of an interview, whatever the pack asks there.

    A yes or no that `answers` does not give is answered by no, anything else is left open.
    """
    shown: list[Step] = []

    def ask(prompt: Prompt) -> Reply:
        assert isinstance(prompt, Step)
        shown.append(prompt)
        raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        interview(Facts(standard(), {"event.kind": "initial"}, TODAY), ask, lambda answers: None)
    (step,) = shown
    known = dict(answers)
    keys, at = "", 0
    while at < len(rows := step.rows_with(known)):
        row = rows[at]
        if row.question.type == "bool":
            known.setdefault(row.path, False)
        keys += _row(row, known.get(row.path, UNKNOWN))
        at += 1
    open_ = any(row.path not in known for row in step.rows_with(known))
    return keys + CTRL_D * (2 if open_ else 1)
