"""Prompts on a made-up terminal: keys in, values out; nothing English, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.editor import Edited
from mmethics_cli.ask.prompts import Key, Prompts, one_line
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace
from mmethics_cli.core.interview.steps import (
    Add,
    Answer,
    Copy,
    EditElement,
    InterviewProgress,
    Move,
    QuestionRow,
    Remove,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.core.standard.model import Question
from mmethics_cli.errors import NoTerminal
from mmethics_cli.wording.typed import PromptReader
from tests.core.small_pack import small_standard
from tests.typist import CTRL_C, CTRL_D, CTRL_S, DOWN, ENTER, ESC, UP

STANDARD = small_standard()
SPACE, CTRL_E, CTRL_Y = " ", "\x05", "\x19"
FACTS = Facts(STANDARD, {})
PROGRESS = InterviewProgress("study", 1, 2, 3, 4)


class Keyboard:
    """A terminal whose keys are typed beforehand; `printed` is what it was told."""

    def __init__(self, pipe: PipeInput) -> None:
        self.pipe = pipe
        self.printed: list[str] = []
        self.terminal = Terminal(
            Prompts(True, pipe, DummyOutput(), paced=False),
            dict(STANDARD.sections),
            self.printed.append,
            PromptReader(lambda text: "控制字符 U+0007" if "\x07" in text else None),
        )

    def ask(self, question: Question, keys: str, value: Value = UNKNOWN) -> Reply:
        self.pipe.send_text(keys)
        return self.terminal(Step((QuestionRow(AnswerPlace(question), value),), PROGRESS, FACTS))


@pytest.fixture
def keyboard() -> Iterator[Keyboard]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield Keyboard(pipe)


def question(path: str) -> Question:
    return STANDARD.questions[path]


LONG = Question("study.why", "text", "理由", section="study", long=True)


def said(path: str, value: Value) -> ScreenAnswers:
    return ScreenAnswers({path: value})


@pytest.mark.parametrize(
    ("path", "keys", "expected"),
    [
        ("study.contact", "1", True),
        ("study.contact", "n", False),
        ("study.contact", "3", UNKNOWN),
        ("study.level", "2", "high"),
        ("study.level", DOWN + ENTER, "low"),
        ("study.topics", "1", Several.of("mind")),
        ("study.topics", "12", Several.of("mind", "gene")),
        ("study.topics", "3", Several()),
        ("study.topics", "4", UNKNOWN),
        ("study.age", "１８", 18),
        ("study.start", "2027-03-01", date(2027, 3, 1)),
        ("study.title", "某研究", "某研究"),
        ("study.title", "不适用：没有名称", NotApplicable("没有名称")),
    ],
)
def test_keys_become_a_value(keyboard: Keyboard, path: str, keys: str, expected: Value) -> None:
    if keys == DOWN + ENTER:
        keys = "\x1b[C" + ENTER  # options beside one another: to the right
    assert keyboard.ask(question(path), keys + CTRL_D) == said(path, expected)


def test_no_option_is_under_the_cursor_at_first(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.level"), ENTER * 4) == ScreenAnswers({})
    assert keyboard.ask(question("study.level"), f" {CTRL_D}{CTRL_D}") == ScreenAnswers({})


def test_a_digit_chooses_and_does_not_leave(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.level"), f"12{CTRL_D}") == said("study.level", "high")


def test_a_refused_answer_stays_in_the_prompt_until_it_is_right(keyboard: Keyboard) -> None:
    keys = f"999{CTRL_D}\x7f\x7f\x7f42{CTRL_D}"
    assert keyboard.ask(question("study.age"), keys) == said("study.age", 42)
    pasted = f"\x1b[200~甲\x07\x1b[201~{CTRL_D}\x7f{CTRL_D}"
    assert keyboard.ask(question("study.title"), pasted) == said("study.title", "甲")


def test_what_stands_is_not_said_again(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.title"), f"二{CTRL_D}", "研究") == said(
        "study.title", "研究二"
    )
    for path, value in (("study.level", "high"), ("study.contact", False), ("study.title", "甲\n")):
        assert keyboard.ask(question(path), CTRL_D, value) == ScreenAnswers({})
    assert keyboard.ask(LONG, CTRL_D, "一\n二\n") == ScreenAnswers({})


def test_an_answer_can_be_emptied(keyboard: Keyboard) -> None:
    keys = f"\x7f{CTRL_D}{CTRL_D}"
    assert keyboard.ask(question("study.title"), keys, "甲") == said("study.title", UNKNOWN)


def test_a_long_text_keeps_its_lines(keyboard: Keyboard) -> None:
    assert keyboard.ask(LONG, f"第一行{ENTER}第二行{CTRL_D}") == said("study.why", "第一行\n第二行")
    # Up and down are within the text until its edge.
    assert keyboard.ask(LONG, f"一{ENTER}二{UP}三{DOWN}四{CTRL_D}") == said(
        "study.why", "一三\n二四"
    )


@pytest.mark.parametrize("path", ["study.contact", "study.topics", "study.title", "data.assets"])
def test_esc_goes_back_everywhere(keyboard: Keyboard, path: str) -> None:
    assert keyboard.ask(question(path), ESC) is Move.BACK


def test_esc_in_a_long_text_goes_back_and_keeps_it(keyboard: Keyboard) -> None:
    assert keyboard.ask(LONG, f"甲{ESC}") is Move.BACK
    assert keyboard.ask(LONG, f"乙{CTRL_D}") == said("study.why", "甲乙")


@pytest.mark.parametrize("key", [CTRL_S, CTRL_C])
def test_ctrl_s_saves_and_leaves(keyboard: Keyboard, key: str) -> None:
    answer = keyboard.ask(question("study.title"), f"甲{key}")
    assert answer == ScreenAnswers({"study.title": "甲"}, leave=True)
    with pytest.raises(KeyboardInterrupt):
        keyboard.ask(question("data.assets"), key)


def test_a_long_text_is_written_in_an_editor(keyboard: Keyboard) -> None:
    given: list[str] = []

    def editor(text: str) -> Edited:
        given.append(text)
        return Edited(f"{text}\n二", "出错了")

    keyboard.terminal.editor = editor
    # What is typed while the editor is open waits for the form.
    later = threading.Timer(0.5, keyboard.pipe.send_text, [CTRL_D])
    later.start()
    assert keyboard.ask(LONG, f"一{CTRL_E}") == said("study.why", "一\n二")
    assert given == ["一"]


def test_a_proposal_is_taken_to_be_changed(keyboard: Keyboard) -> None:
    row = QuestionRow(AnswerPlace(LONG), proposal="方案里的话", why="方案第 3 段")
    keyboard.pipe.send_text(f"{CTRL_Y}改{CTRL_D}")
    assert keyboard.terminal(Step((row,), PROGRESS, FACTS)) == said("study.why", "方案里的话改")


PASTE = "1. 甲\r2. 乙\r3. 丙\r21"


@pytest.mark.parametrize("keys", [PASTE, f"\x1b[200~{PASTE}\x1b[201~"])
def test_pasted_lines_answer_nothing_else(keyboard: Keyboard, keys: str) -> None:
    """With and without bracketed paste the lines are the text of the row, or nothing at all."""
    keyboard.terminal.prompts = Prompts(True, keyboard.pipe, DummyOutput())
    second = QuestionRow(AnswerPlace(question("study.level")))

    def put(path: str) -> Reply:
        keyboard.pipe.send_text(keys)
        timer = threading.Timer(0.4, keyboard.pipe.send_text, [CTRL_D])
        again = threading.Timer(0.6, keyboard.pipe.send_text, [CTRL_D])
        timer.start()
        again.start()
        rows = (QuestionRow(AnswerPlace(question(path))), second)
        return keyboard.terminal(Step(rows, PROGRESS, FACTS))

    assert put("study.title") == said("study.title", "1. 甲 2. 乙 3. 丙 21")
    assert put("study.contact") == ScreenAnswers({})


def test_a_pasted_line_end_chooses_nothing_in_a_menu(keyboard: Keyboard) -> None:
    prompts = Prompts(True, keyboard.pipe, DummyOutput())
    keyboard.pipe.send_text("2. b\r")
    for after, key in ((0.4, "1"), (0.9, "\r")):  # a busy machine reads what comes at once
        threading.Timer(after, keyboard.pipe.send_text, [key]).start()
    assert prompts.choice("问", [("a", "甲"), ("b", "乙")]) == "a"


def test_a_line_that_is_pasted_waits_for_enter(keyboard: Keyboard) -> None:
    prompts = Prompts(True, keyboard.pipe, DummyOutput())
    keyboard.pipe.send_text("甲\r乙\r")
    threading.Timer(0.4, keyboard.pipe.send_text, ["\r"]).start()
    assert prompts.line("问", "", lambda text: None) == "甲乙"


def test_question_mark_and_f1_show_the_help_and_change_nothing(keyboard: Keyboard) -> None:
    for mark in ("?", "？", "\x1bOP"):
        assert keyboard.ask(question("study.title"), f"{mark}甲{CTRL_D}") == said(
            "study.title", "甲"
        )
    assert keyboard.ask(question("study.title"), f"甲?{CTRL_D}") == said("study.title", "甲?")
    assert keyboard.ask(question("data.assets"), f"?1{ENTER}") == Add()
    assert keyboard.printed


def test_a_list_is_added_to_edited_and_left(keyboard: Keyboard) -> None:
    assets = question("data.assets")
    two = (Element("a1", {"name": "甲"}), Element("a2"))
    assert keyboard.ask(assets, f"{ENTER}1{ENTER}") == Add(), "nothing is chosen beforehand"
    assert keyboard.ask(assets, f"2{ENTER}") == Answer(())
    assert keyboard.ask(assets, f"3{ENTER}") is Move.LATER
    assert keyboard.ask(assets, f"2{ENTER}", two) is Move.LATER
    assert keyboard.ask(assets, f"1{ENTER}", two) == Add()
    assert keyboard.ask(assets, f"3{ENTER}", two) == Copy("a1"), "like the first one"
    assert keyboard.ask(assets, f"4{ENTER}", two) == Copy("a2"), "like the second"
    assert keyboard.ask(assets, f"5{ENTER}1{ENTER}", two) == EditElement("a1")
    assert keyboard.ask(assets, f"6{ENTER}2{ENTER}", two) == Copy("a2")
    assert keyboard.ask(assets, f"6{ENTER}3{ENTER}2{ENTER}", two) == Remove("a2")
    assert keyboard.ask(assets, f"6{ENTER}3{ENTER}1{ENTER}2{ENTER}", two) is Move.LATER


def test_time_left_is_told_from_the_pace_of_the_person(keyboard: Keyboard) -> None:
    times = iter(range(0, 10_000, 60))
    keyboard.terminal.clock = lambda: next(times)
    step = Step((QuestionRow(AnswerPlace(question("study.level"))),), PROGRESS, FACTS)
    for _ in range(3):
        keyboard.ask(question("study.level"), f"1{CTRL_D}")
    assert "共余 4 屏 · 按您的速度约 4 分钟" in keyboard.terminal.message(step)


def test_screens_that_an_answer_opened_are_told(keyboard: Keyboard) -> None:
    progress = InterviewProgress("study", 1, 2, 3, 6, opened=2)
    step = Step((QuestionRow(AnswerPlace(question("study.level"))),), progress, FACTS)
    assert "共余 6 屏（刚才的回答带出 2 屏）" in keyboard.terminal.message(step)


def test_section_and_answers_are_printed_in_lines_that_fit(keyboard: Keyboard) -> None:
    keyboard.terminal.columns = lambda: 40
    step = Step((QuestionRow(AnswerPlace(question("study.title"))),), PROGRESS, FACTS)
    assert "第 1/2 节 研究 · 本节还有 3 题" in keyboard.terminal.message(step)
    keyboard.ask(question("study.title"), "长" * 60 + CTRL_D)
    assert "【研究】" in keyboard.printed
    assert any(line.startswith("✓ 名称：长") for line in keyboard.printed)


def test_nothing_is_asked_without_a_terminal() -> None:
    with pytest.raises(NoTerminal):
        Prompts(False).line("问", "", lambda text: None)
    with pytest.raises(NoTerminal):
        Prompts(False).choice("问", [("a", "甲")], "a")


def test_pasted_line_breaks_become_one_line() -> None:
    assert one_line("甲\n乙") == "甲乙"
    assert one_line(" two \r\n words \n") == "two words"
    assert one_line("第一\u2028第二") == "第一第二"
    assert one_line("age\n年龄") == "age 年龄"


def test_keys_are_not_answers() -> None:
    assert not isinstance(Key.BACK, str)
