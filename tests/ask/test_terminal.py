"""Prompts on a made-up terminal: keys in, values out; nothing English, nothing lost."""

from __future__ import annotations

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
    Step,
)
from mmethics_cli.core.standard.model import Question
from mmethics_cli.errors import NoTerminal
from mmethics_cli.wording.typed import PromptReader
from tests.core.small_pack import small_standard

STANDARD = small_standard()
ENTER, ESC, SPACE, DOWN, UP, CTRL_B, CTRL_C, CTRL_D, CTRL_E = (
    "\r",
    "\x1b",
    " ",
    "\x1b[B",
    "\x1b[A",
    "\x02",
    "\x03",
    "\x04",
    "\x05",
)
FACTS = Facts(STANDARD, {})
PROGRESS = InterviewProgress("study", 1, 2, 3, 4)


class Keyboard:
    """A terminal whose keys are typed beforehand; `printed` is what it was told."""

    def __init__(self, pipe: PipeInput) -> None:
        self.pipe = pipe
        self.printed: list[str] = []
        self.terminal = Terminal(
            Prompts(True, pipe, DummyOutput()),
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


@pytest.mark.parametrize(
    ("path", "keys", "expected"),
    [
        ("study.contact", ENTER, True),
        ("study.contact", DOWN + ENTER, False),
        ("study.contact", DOWN * 2 + ENTER, UNKNOWN),
        ("study.level", DOWN + ENTER, "high"),
        ("study.level", DOWN * 2 + ENTER, UNKNOWN),
        ("study.topics", SPACE + ENTER, Several.of("mind")),
        ("study.topics", SPACE + DOWN + SPACE + ENTER, Several.of("mind", "gene")),
        ("study.topics", DOWN * 2 + SPACE + ENTER, Several()),
        ("study.topics", DOWN * 3 + SPACE + ENTER, UNKNOWN),
        ("study.age", "１８" + ENTER, 18),
        ("study.start", "2027-03-01" + ENTER, date(2027, 3, 1)),
        ("study.title", "某研究" + ENTER, "某研究"),
        ("study.title", "不适用：没有名称" + ENTER, NotApplicable("没有名称")),
    ],
)
def test_keys_become_a_value(keyboard: Keyboard, path: str, keys: str, expected: Value) -> None:
    assert keyboard.ask(question(path), keys) == Answer(expected)


def test_a_refused_answer_stays_in_the_prompt_until_it_is_right(keyboard: Keyboard) -> None:
    backspaces = "\x7f" * 3
    assert keyboard.ask(question("study.age"), f"999{ENTER}{backspaces}42{ENTER}") == Answer(42)
    assert keyboard.ask(
        question("study.title"), f"\x1b[200~甲\x07\x1b[201~{ENTER}\x7f{ENTER}"
    ) == Answer("甲")
    unreasoned = keyboard.ask(question("study.title"), f"不适用{ENTER}：很早以前{ENTER}")
    assert unreasoned == Answer(NotApplicable("很早以前"))


def test_none_and_something_together_are_refused(keyboard: Keyboard) -> None:
    keys = SPACE + DOWN * 2 + SPACE + ENTER + SPACE + ENTER
    assert keyboard.ask(question("study.topics"), keys) == Answer(Several.of("mind"))


def test_nothing_ticked_is_no_answer(keyboard: Keyboard) -> None:
    keys = ENTER + SPACE + ENTER
    assert keyboard.ask(question("study.topics"), keys) == Answer(Several.of("mind"))


@pytest.mark.parametrize("key", [ESC, CTRL_B])
@pytest.mark.parametrize("path", ["study.contact", "study.topics", "study.title", "data.assets"])
def test_one_key_goes_back(keyboard: Keyboard, path: str, key: str) -> None:
    assert keyboard.ask(question(path), key) is Move.BACK


def test_enter_on_an_empty_line_puts_the_question_off(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.title"), ENTER) is Move.LATER
    assert keyboard.ask(question("study.level"), DOWN * 3 + ENTER) is Move.LATER


def test_the_recorded_answer_stands_in_the_prompt(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.title"), f"二{ENTER}", "研究") == Answer("研究二")
    assert keyboard.ask(question("study.level"), ENTER, "high") == Answer("high")
    assert keyboard.ask(question("study.contact"), ENTER, False) == Answer(False)
    ticked = Several.of("gene")
    assert keyboard.ask(question("study.topics"), ENTER, ticked) == Answer(ticked)
    assert keyboard.ask(question("study.topics"), ENTER, Several()) == Answer(Several())
    reason = NotApplicable("无")
    assert keyboard.ask(question("study.title"), ENTER, reason) == Answer(reason)


def test_an_answer_can_be_emptied(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.title"), f"\x7f{ENTER}", "甲") == Answer(UNKNOWN)


def test_long_text_keeps_its_lines_and_esc_loses_nothing(keyboard: Keyboard) -> None:
    assert keyboard.ask(LONG, f"第一行{ENTER}第二行{CTRL_D}") == Answer("第一行\n第二行")
    assert keyboard.ask(LONG, CTRL_B) is Move.BACK
    assert keyboard.ask(LONG, f"第一行{CTRL_B}") is Move.BACK
    assert keyboard.ask(LONG, f"{ENTER}二{CTRL_D}") == Answer("第一行\n二")
    assert keyboard.ask(LONG, f"甲{ESC}{ENTER}") == Answer("甲")


def test_a_text_that_is_only_confirmed_stays_as_its_file_has_it(keyboard: Keyboard) -> None:
    assert keyboard.ask(LONG, CTRL_D, "一\n二\n") == Answer("一\n二\n")
    assert keyboard.ask(question("study.title"), ENTER, "某研究\n") == Answer("某研究\n")
    assert keyboard.ask(LONG, f"三{CTRL_D}", "一\n二\n") == Answer("一\n二\n三")


def test_what_was_typed_is_there_again_after_going_back(keyboard: Keyboard) -> None:
    assert keyboard.ask(question("study.title"), f"某研{ESC}") is Move.BACK
    assert keyboard.ask(question("study.title"), f"究{ENTER}") == Answer("某研究")
    assert keyboard.ask(question("study.title"), f"二{ENTER}") == Answer("二")


def test_a_long_text_is_written_in_an_editor(keyboard: Keyboard) -> None:
    given: list[str] = []

    def editor(text: str) -> Edited:
        given.append(text)
        return Edited(f"{text}\n二", "出错了")

    keyboard.terminal.editor = editor
    assert keyboard.ask(LONG, f"一{CTRL_E}{CTRL_D}") == Answer("一\n二")
    assert given == ["一"]
    assert "出错了" in keyboard.printed


def test_a_choice_that_may_not_apply_asks_for_the_reason(keyboard: Keyboard) -> None:
    choice = Question("study.x", "choice", "覆盖", values={"a": "甲"}, may_not_apply=True)
    keys = DOWN * 2 + ENTER + f"没有{ENTER}"
    assert keyboard.ask(choice, keys) == Answer(NotApplicable("没有"))


def test_question_mark_shows_the_help_and_asks_again(keyboard: Keyboard) -> None:
    for mark in ("?", "？"):
        keyboard.printed.clear()
        assert keyboard.ask(question("study.title"), f"{mark}甲{ENTER}") == Answer("甲")
        assert any("不适用：理由" in line for line in keyboard.printed)
    assert keyboard.ask(question("study.contact"), f"?{ENTER}") == Answer(True)
    assert keyboard.ask(question("study.title"), f"甲?{ENTER}") == Answer("甲?")


def test_a_list_is_added_to_edited_and_left(keyboard: Keyboard) -> None:
    assets = question("data.assets")
    two = (Element("a1", {"name": "甲"}), Element("a2"))
    assert keyboard.ask(assets, ENTER) == Add()
    assert keyboard.ask(assets, DOWN + ENTER) == Answer(())
    assert keyboard.ask(assets, DOWN * 2 + ENTER) is Move.LATER
    assert keyboard.ask(assets, ENTER, two) is Move.LATER
    assert keyboard.ask(assets, UP + ENTER, two) == Add()
    assert keyboard.ask(assets, DOWN + ENTER + ENTER, two) == EditElement("a1")
    assert keyboard.ask(assets, DOWN * 2 + ENTER + DOWN + ENTER, two) == Copy("a2")
    remove = DOWN * 2 + ENTER + DOWN * 2 + ENTER
    assert keyboard.ask(assets, remove + DOWN + ENTER, two) == Remove("a2")
    assert keyboard.ask(assets, remove + ENTER + ENTER, two) is Move.LATER


def test_interrupt_is_raised(keyboard: Keyboard) -> None:
    with pytest.raises(KeyboardInterrupt):
        keyboard.ask(question("study.title"), CTRL_C)
    with pytest.raises(KeyboardInterrupt):
        keyboard.ask(question("study.contact"), CTRL_C)
    with pytest.raises(EOFError):
        keyboard.ask(question("study.title"), CTRL_D)


def test_a_field_says_which_element_it_is_about(keyboard: Keyboard) -> None:
    owner = question("data.assets")
    place = AnswerPlace(owner.fields[0], owner, Element("a1"))
    keyboard.pipe.send_text(f"头部CT{ENTER}")
    step = Step((QuestionRow(place),), PROGRESS, FACTS)
    assert "a1" in keyboard.terminal.message(step)
    assert keyboard.terminal(step) == Answer("头部CT")


def test_section_and_answers_are_printed_in_lines_that_fit(keyboard: Keyboard) -> None:
    keyboard.terminal.columns = lambda: 40
    step = Step((QuestionRow(AnswerPlace(question("study.title"))),), PROGRESS, FACTS)
    assert "第 1/2 节 研究 · 本节还有 3 题" in keyboard.terminal.message(step)
    keyboard.ask(question("study.title"), "长" * 60 + ENTER)
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
