"""Forms on a made-up terminal: rows answered by keys, confirmed once, nothing taken unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.field import NONE, NOT_HERE, UNSURE, options_of, picks_of
from mmethics_cli.ask.form_layout import LETTERS
from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.agenda import step_at
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
from mmethics_cli.wording.typed import PromptReader
from mmethics_cli.wording.values import prompt_text
from tests.core.small_pack import small_standard
from tests.depth import some
from tests.studies import standard
from tests.walk import TODAY, Walker, simplified

ROWS = [
    "study.title",
    "study.level",
    "study.topics",
    "study.age",
    "study.start",
    "study.contact",
    "study.refusal",
]
SMALL = small_standard(
    **{
        "screens.yaml": [{"id": "study", "title": "研究", "rows": ROWS}],
        "proposals.yaml": [{"path": "study.refusal", "value": "yes", "zh": "接触"}],
    }
)
ENTER, ESC, DOWN, UP, RIGHT, DELETE = "\r", "\x1b", "\x1b[B", "\x1b[A", "\x1b[C", "\x1b[3~"
CTRL_B, CTRL_C, CTRL_D, F1 = "\x02", "\x03", "\x04", "\x1bOP"


class Screen(DummyOutput):
    """A terminal of a given width that shows nothing."""

    columns = 80

    def get_size(self) -> Size:
        return Size(rows=24, columns=self.columns)


class Keyboard:
    """A person at a form of the small pack, whose keys are typed beforehand."""

    def __init__(self, pipe: PipeInput, columns: int = 80) -> None:
        self.pipe = pipe
        self.printed: list[str] = []
        screen = Screen()
        screen.columns = columns
        self.terminal = Terminal(
            Prompts(True, pipe, screen),
            dict(SMALL.sections),
            self.printed.append,
            PromptReader(lambda text: "控制字符 U+0007" if "\x07" in text else None),
            lambda: columns,
        )

    def fill(self, keys: str, values: Mapping[str, Value] | None = None) -> Reply:
        self.pipe.send_text(keys)
        step = step_at(Facts(SMALL, dict(values or {}), TODAY), "@study", {})
        assert step is not None
        return self.terminal(step)


@pytest.fixture(params=[80, 40])
def keyboard(request: pytest.FixtureRequest) -> Iterator[Keyboard]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield Keyboard(pipe, request.param)


def test_rows_are_answered_one_after_another(keyboard: Keyboard) -> None:
    keys = f"某研究{ENTER}212{ENTER}42{ENTER}2027-05-01{ENTER}n{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers(
        {
            "study.title": "某研究",
            "study.level": "high",
            "study.topics": Several.of("mind", "gene"),
            "study.age": 42,
            "study.start": date(2027, 5, 1),
            "study.contact": False,
        }
    )
    assert "✓ 年龄：42" in keyboard.printed


def test_a_row_left_alone_is_not_answered_and_that_is_confirmed(keyboard: Keyboard) -> None:
    assert keyboard.fill(f"甲{ENTER}{CTRL_D}{CTRL_D}") == ScreenAnswers({"study.title": "甲"})


def test_the_first_confirmation_leads_to_the_first_row_without_an_answer(
    keyboard: Keyboard,
) -> None:
    keys = f"甲{CTRL_D}1{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲", "study.level": "low"})


def test_a_proposal_is_taken_by_the_second_confirmation_only(keyboard: Keyboard) -> None:
    rest: dict[str, Value] = {
        "study.title": "甲",
        "study.level": "low",
        "study.topics": Several(),
        "study.age": 1,
        "study.start": date(2027, 5, 1),
    }
    taken = keyboard.fill(f"{UP}{DOWN * 5}y{CTRL_D}{CTRL_D}", rest)
    assert taken == ScreenAnswers({"study.contact": True, "study.refusal": True})
    declined = keyboard.fill(f"{DOWN * 5}y{DELETE}{CTRL_D}{CTRL_D}", rest)
    assert declined == ScreenAnswers({"study.contact": True})
    other = keyboard.fill(f"{DOWN * 5}yn{CTRL_D}", rest)
    assert other == ScreenAnswers({"study.contact": True, "study.refusal": False})


def test_unsure_is_an_answer_and_not_no(keyboard: Keyboard) -> None:
    assert keyboard.fill(f"{DOWN}3{CTRL_D}{CTRL_D}") == ScreenAnswers({"study.level": UNKNOWN})


def test_arrows_and_space_pick_too(keyboard: Keyboard) -> None:
    keys = f"{DOWN}{RIGHT} {DOWN}{RIGHT} {DOWN * 3}{RIGHT}{ENTER}{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers(
        {"study.level": "high", "study.topics": Several.of("gene"), "study.contact": False}
    )


def test_a_newline_typed_ahead_is_enter(keyboard: Keyboard) -> None:
    assert keyboard.fill(f"甲\n2{CTRL_D}{CTRL_D}") == ScreenAnswers(
        {"study.title": "甲", "study.level": "high"}
    )


def test_moving_past_a_row_picks_nothing(keyboard: Keyboard) -> None:
    assert keyboard.fill(f"{ENTER * 6}{CTRL_D}{CTRL_D}") == ScreenAnswers({})


def test_what_a_row_can_not_take_keeps_the_form_open(keyboard: Keyboard) -> None:
    backspaces = "\x7f" * 3
    keys = f"{DOWN * 3}三百{CTRL_D}{backspaces}30{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.age": 30})
    both = f"{DOWN * 2}1{LETTERS[2]}{CTRL_D}{LETTERS[2]}{CTRL_D}{CTRL_D}"
    assert keyboard.fill(both) == ScreenAnswers({"study.topics": Several.of("mind")})


def test_not_applicable_needs_its_reason(keyboard: Keyboard) -> None:
    keys = f"不适用{CTRL_D}：没有{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": NotApplicable("没有")})


def test_a_choice_that_does_not_apply_takes_its_reason_in_its_row(keyboard: Keyboard) -> None:
    step = step_at(Facts(standard(), {}, TODAY), "@asset_what[a1]", {})
    assert step is not None
    keyboard.terminal.titles = dict(standard().sections)
    rows = [row.question.path for row in step.rows]
    down = DOWN * rows.index("covered_by_original_consent")
    path = "data.assets[a1].covered_by_original_consent"
    keyboard.pipe.send_text(f"{down}5新采集{CTRL_D}{CTRL_D}")
    assert keyboard.terminal(step) == ScreenAnswers({path: NotApplicable("新采集")})
    keyboard.pipe.send_text(f"{down}5{DELETE}2{CTRL_D}{CTRL_D}")
    assert keyboard.terminal(step) == ScreenAnswers({path: "not_covered"})


def test_recorded_answers_stand_and_are_not_written_again(keyboard: Keyboard) -> None:
    values: dict[str, Value] = {"study.title": "甲", "study.level": "low", "study.contact": False}
    assert keyboard.fill(f"乙{CTRL_D}{CTRL_D}", values) == ScreenAnswers({"study.title": "甲乙"})
    emptied = keyboard.fill(f"\x7f{CTRL_D}{CTRL_D}", {"study.title": "甲"})
    assert emptied == ScreenAnswers({"study.title": UNKNOWN})


@pytest.mark.parametrize("key", [ESC, CTRL_B])
def test_going_back_keeps_what_was_put_in(keyboard: Keyboard, key: str) -> None:
    assert keyboard.fill(f"半个{ENTER}2{key}") is Move.BACK
    again = keyboard.fill(f"名称{CTRL_D}{CTRL_D}")
    assert again == ScreenAnswers({"study.title": "半个名称", "study.level": "high"})
    assert keyboard.fill(f"{CTRL_D}{CTRL_D}") == ScreenAnswers({})


def test_going_away_saves_what_is_valid(keyboard: Keyboard) -> None:
    keys = f"甲{DOWN * 3}三百{CTRL_C}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲"}, leave=True)


def test_help_opens_below_and_changes_nothing(keyboard: Keyboard) -> None:
    keys = f"?{F1}{DOWN}?甲{UP}甲?{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲?"})


def test_a_refused_character_is_named_and_not_taken(keyboard: Keyboard) -> None:
    keys = f"\x1b[200~甲\x07\x1b[201~{CTRL_D}\x7f{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲"})


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


@pytest.mark.parametrize("keyboard", some([40, 80], 1), indirect=True)
def test_a_whole_study_is_typed(keyboard: Keyboard) -> None:
    """Every prompt of the shipped pack takes its answer from the keyboard; wide too at night."""
    # A prompt ends where the text does: the last line of a block in a file has one more newline.
    values = {k: v.strip() if isinstance(v, str) else v for k, v in simplified().items()}
    for path in ("attachments", "team.members"):
        entries = values[path]
        assert isinstance(entries, tuple)
        values[path] = entries[:4]
    typist = Typist(values)
    typist.back = frozenset({3, 6, 7, 8, 12, 25, 40, 41, 42})
    typist.pipe, typist.terminal = keyboard.pipe, keyboard.terminal
    keyboard.terminal.titles = dict(standard().sections)
    begun = Facts(standard(), {"event.kind": "initial"}, TODAY)
    end = interview(begun, typist.ask, lambda answers: None)
    assert end.values == values


def test_every_key_of_an_option_is_different() -> None:
    assert len(set(LETTERS)) == len(LETTERS)
    assert not {"y", "n"} & set(LETTERS)


def test_options_say_what_can_be_answered() -> None:
    some: Any = SMALL.questions["study.level"]
    assert [key for key, _ in options_of(some)] == ["low", "high", UNSURE]
    none: Any = SMALL.questions["study.topics"]
    assert NONE not in [key for key, _ in options_of(none)]
    assert picks_of(none, Several()) == {"none"}
    assert picks_of(some, UNKNOWN) == set()
    assert picks_of(SMALL.fields["data.assets", "face"], True) == {"yes"}
    assert isinstance(Element("a1").get("face"), type(UNKNOWN))
