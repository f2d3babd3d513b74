"""Keys in any order: nothing is recorded that was not confirmed, nothing confirmed is refused."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.core.interview.steps import Move, ScreenAnswers
from tests.ask.test_form import DELETE, F1, ROWS, SHIFT_TAB, Keyboard
from tests.depth import deep
from tests.typist import CTRL_A, CTRL_S, DOWN, ESC, RIGHT, TAB, UP

# Everything but what confirms (Ctrl-D, Ctrl-N, Enter on the button) and what goes back.
KEYS = [*"1234567890abyn 甲?？2027-", TAB, SHIFT_TAB, UP, DOWN, RIGHT, DELETE, F1, CTRL_A, "\x7f",
        "\x19", "\x1b[200~1. 甲\r2. 乙\x1b[201~"]  # fmt: skip


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield Keyboard(pipe)


def test_nothing_is_recorded_that_was_not_confirmed(keyboard: Keyboard) -> None:
    chance = random.Random(18)
    for _ in range(deep(5, 500)):
        keys = "".join(chance.choices(KEYS, k=chance.randint(1, 25)))
        assert keyboard.fill(keys + ESC) is Move.BACK, keys
        keyboard.terminal._drafts.clear()


def test_going_away_records_what_stands_and_is_valid(keyboard: Keyboard) -> None:
    chance = random.Random(19)
    for _ in range(deep(5, 450)):
        keys = "".join(chance.choices(KEYS, k=chance.randint(1, 25)))
        answer = keyboard.fill(keys + CTRL_S)
        assert isinstance(answer, ScreenAnswers) and answer.leave, keys
        assert set(answer.values) <= set(ROWS), keys
        keyboard.terminal._drafts.clear()


def test_lines_pasted_without_brackets_confirm_nothing(keyboard: Keyboard) -> None:
    """Whatever the lines say, and in whatever row: the form stands there as before."""
    chance = random.Random(20)
    keyboard.terminal.prompts = Prompts(True, keyboard.pipe, DummyOutput())
    for _ in range(deep(2, 50)):
        lines = ["".join(chance.choices("123甲乙ab. ", k=chance.randint(1, 12))) for _ in range(6)]
        keyboard.pipe.send_text(TAB * chance.randint(0, 4))
        timers = [threading.Timer(0.1, keyboard.pipe.send_text, ["\r".join([*lines, ""])]),
                  threading.Timer(0.4, keyboard.pipe.send_text, [ESC])]  # fmt: skip
        for timer in timers:
            timer.start()
        assert keyboard.fill("") is Move.BACK, lines
        keyboard.terminal._drafts.clear()
