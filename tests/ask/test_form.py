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

from mmethics_cli.ask.field import NONE, UNSURE, Field, options_of, picks_of
from mmethics_cli.ask.form_layout import panel
from mmethics_cli.ask.keys import LETTERS
from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.ask.terminal import Terminal
from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace
from mmethics_cli.core.interview.agenda import step_at
from mmethics_cli.core.interview.loop import interview
from mmethics_cli.core.interview.steps import (
    Move,
    QuestionRow,
    Reply,
    ScreenAnswers,
)
from mmethics_cli.wording.typed import PromptReader
from tests.core.small_pack import small_standard
from tests.depth import some
from tests.studies import standard
from tests.typist import CTRL_C, CTRL_D, ENTER, ESC, RIGHT, TAB, UP, Typist
from tests.walk import TODAY, simplified

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
DELETE, F1, SHIFT_TAB = "\x1b[3~", "\x1bOP", "\x1b[Z"


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
            Prompts(True, pipe, screen, paced=False),
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
    keys = f"某研究{ENTER}2{ENTER}12{ENTER}42{ENTER}2027-05-01{ENTER}n{CTRL_D}"
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
    taken = keyboard.fill(f"{UP}{TAB * 5}y{CTRL_D}{CTRL_D}", rest)
    assert taken == ScreenAnswers({"study.contact": True, "study.refusal": True})
    declined = keyboard.fill(f"{TAB * 5}y{TAB}{DELETE}{CTRL_D}{CTRL_D}", rest)
    assert declined == ScreenAnswers({"study.contact": True})
    other = keyboard.fill(f"{TAB * 5}y{TAB}n{CTRL_D}", rest)
    assert other == ScreenAnswers({"study.contact": True, "study.refusal": False})


def test_unsure_is_an_answer_and_not_no(keyboard: Keyboard) -> None:
    assert keyboard.fill(f"{TAB}3{CTRL_D}{CTRL_D}") == ScreenAnswers({"study.level": UNKNOWN})


def test_arrows_and_space_pick_too(keyboard: Keyboard) -> None:
    keys = f"{TAB}{RIGHT * 2} {TAB}{RIGHT * 2} {TAB * 3}{RIGHT * 2}{ENTER}{CTRL_D}{CTRL_D}"
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
    keys = f"{TAB * 3}三百{CTRL_D}{backspaces}30{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.age": 30})
    both = f"{TAB * 2}1{LETTERS[2]}{CTRL_D}{LETTERS[2]}{CTRL_D}{CTRL_D}"
    assert keyboard.fill(both) == ScreenAnswers({"study.topics": Several.of("mind")})


def test_not_applicable_needs_its_reason(keyboard: Keyboard) -> None:
    keys = f"不适用{CTRL_D}：没有{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": NotApplicable("没有")})


def test_a_choice_that_does_not_apply_takes_its_reason_in_its_row(keyboard: Keyboard) -> None:
    origin = {"data.assets": (Element("a1", {"origin": "routine_care"}),)}
    step = step_at(Facts(standard(), origin, TODAY), "@asset[a1]", {})
    assert step is not None
    keyboard.terminal.titles = dict(standard().sections)
    rows = [row.question.path for row in step.rows]
    down = TAB * rows.index("covered_by_original_consent")
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


def test_going_back_keeps_what_was_put_in(keyboard: Keyboard) -> None:
    assert keyboard.fill(f"半个{ENTER}2{ESC}") is Move.BACK
    again = keyboard.fill(f"名称{CTRL_D}{CTRL_D}")
    assert again == ScreenAnswers({"study.title": "半个名称", "study.level": "high"})
    assert keyboard.fill(f"{CTRL_D}{CTRL_D}") == ScreenAnswers({})


def test_going_away_saves_what_is_valid(keyboard: Keyboard) -> None:
    keys = f"甲{TAB * 3}三百{CTRL_C}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲"}, leave=True)


def test_help_opens_below_and_changes_nothing(keyboard: Keyboard) -> None:
    keys = f"?{F1}{TAB}?{SHIFT_TAB}甲?{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲?"})


def test_a_refused_character_is_named_and_not_taken(keyboard: Keyboard) -> None:
    keys = f"\x1b[200~甲\x07\x1b[201~{CTRL_D}\x7f{CTRL_D}{CTRL_D}"
    assert keyboard.fill(keys) == ScreenAnswers({"study.title": "甲"})


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
    assert typist.prompts > max(typist.back)


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


def test_who_reads_a_text_stands_beside_what_is_asked() -> None:
    row = QuestionRow(AnswerPlace(SMALL.questions["study.title"]))
    field = Field(row, PromptReader(lambda _: None))
    lines = panel(field, 80, "", None, pointing=False, readers="读的人：成年的参与者")
    shown = "".join(part[1] for line in lines for part in line)
    assert "（读的人：成年的参与者）" in shown
