"""A person who knows every answer and types it: the keys that each prompt takes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from prompt_toolkit.input import PipeInput

from mmethics_cli.ask.field import NOT_HERE, options_of, picks_of
from mmethics_cli.ask.form_layout import LETTERS
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.loop import interview
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Choose,
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

ENTER, DOWN, UP, RIGHT = "\r", "\x1b[B", "\x1b[A", "\x1b[C"
CTRL_B, CTRL_C, CTRL_D = "\x02", "\x03", "\x04"


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
            assert said == ScreenAnswers(new), prompt
        else:
            assert said == meant, prompt
        return said

    def _keys(self, prompt: Prompt, meant: Reply) -> str:
        if meant is Move.BACK:
            return CTRL_B
        if isinstance(prompt, Offer):
            wanted = meant.sections if isinstance(meant, Choose) else frozenset[str]()
            return "".join((" " if key in wanted else "") + DOWN for key in prompt.sections) + ENTER
        if isinstance(prompt, Overview):
            return (UP if any(one.doubt < 3 for one in prompt.entries) else "") + ENTER
        if isinstance(meant, ScreenAnswers):
            return self._form(prompt)
        if prompt.question.type == "list":
            filled = isinstance(prompt.value, tuple) and bool(prompt.value)
            if isinstance(meant, Add):
                return (UP if filled else "") + ENTER
            return ENTER if filled else DOWN + ENTER
        assert isinstance(meant, Answer)
        return _single(prompt, meant.value)

    def _form(self, step: Step) -> str:
        """Down the rows, which grow with the answers; then one confirmation, or two."""
        keys, answers, at = "", dict[str, Value](), 0
        while at < len(rows := step.rows_with(answers)):
            value = self.value(rows[at])
            keys += _row(rows[at], value)
            if value is not UNKNOWN:
                answers[rows[at].path] = value
            at += 1
        open_ = any(self.value(row) is UNKNOWN for row in step.rows_with(answers))
        return keys + CTRL_D * (2 if open_ else 1)


def _pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


def _single(step: Step, value: Value) -> str:
    question = step.question
    if step.value == value:
        return CTRL_D if question.long else ENTER
    if question.type in ("bool", "choice"):
        keys = [key for key, _ in options_of(question)]
        (key,) = picks_of(question, value)
        return DOWN * keys.index(key) + ENTER
    assert question.type != "choices", question.path
    return _pasted(prompt_text(question, value, unknown="")) + (CTRL_D if question.long else ENTER)


def _row(row: QuestionRow, value: Value) -> str:
    if value in (UNKNOWN, row.value):
        return ENTER
    options = [key for key, _ in options_of(row.question)] if _picks(row) else []
    if not options:
        return _pasted(prompt_text(row.question, value, unknown="")) + ENTER
    if isinstance(value, NotApplicable):
        return LETTERS[options.index(NOT_HERE)] + _pasted(value.reason or "") + ENTER
    wanted = sorted(picks_of(row.question, value), key=options.index)
    if row.question.type == "choices":
        return "".join(LETTERS[options.index(key)] for key in wanted) + ENTER
    at = options.index(wanted[0])
    begun = picks_of(row.question, row.proposal) or {options[0]}
    steps = (at - options.index(next(iter(begun)))) % len(options)
    return LETTERS[at] if at < len(LETTERS) else RIGHT * steps + ENTER


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
