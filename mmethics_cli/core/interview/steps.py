"""What the interview puts to a person, one at a time, and what the person may reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from msgspec import Struct, field

from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason
from mmethics_cli.core.interview.overview import OverviewEntry
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.screens import Screen


class QuestionRow(Struct, frozen=True):
    """One question of a step, with what is recorded and, where nothing is, what is proposed.

    `holds` is what counts without an answer: that of another entry, or what all entries share.
    """

    place: AnswerPlace
    value: Value = UNKNOWN
    reason: Reason = Reason.REQUIRED
    proposal: Value = UNKNOWN
    why: str = ""
    holds: Value = UNKNOWN

    @property
    def question(self) -> Question:
        """The question that is asked."""
        return self.place.question

    @property
    def path(self) -> str:
        """The path that is answered."""
        return self.place.path


class InterviewProgress(Struct, frozen=True):
    """How far the interview has got.

    `number` of `total` counts the sections that apply, `left` the questions of this section that
    must still be answered, `screens` the prompts that these and all others will take, this one
    included; `opened` of them were not counted before: the last answer asks for them.
    """

    section: str
    number: int
    total: int
    left: int
    screens: int
    opened: int = 0


Rows = tuple[QuestionRow, ...]


class Step(Struct, frozen=True):
    """One question, or the questions of one screen, with the facts as they are then.

    `rows_with(answers)` are the rows as they would be with these answers: an answer may bring
    further questions of the same screen, and proposals. `hint` says what a list still lacks,
    `first` is the path of the row to begin at where it is not the first one.
    """

    rows: Rows
    progress: InterviewProgress
    facts: Facts
    screen: Screen | None = None
    rows_with: Callable[[Mapping[str, Value]], Rows] = field(default=lambda answers: ())
    hint: str = ""
    first: str = ""

    @property
    def place(self) -> AnswerPlace:
        return self.rows[0].place

    @property
    def question(self) -> Question:
        return self.place.question

    @property
    def value(self) -> Value:
        return self.rows[0].value

    @property
    def reason(self) -> Reason:
        return self.rows[0].reason


class Offer(Struct, frozen=True):
    """What must be answered is; how many optional questions each section still has."""

    sections: Mapping[str, int]


class Overview(Struct, frozen=True):
    """All answers before the end, the doubtful ones first."""

    entries: tuple[OverviewEntry, ...]


class Move(Enum):
    """Instead of an answer. LATER puts a step off, declines an offer, ends the overview."""

    BACK = "back"
    LATER = "later"


class Answer(Struct, frozen=True):
    """The answer to a step of one question. UNKNOWN is an answer too: 不清楚."""

    value: Value


class ScreenAnswers(Struct, frozen=True):
    """The answers of a screen by path; rows that are not named stay as they are.

    With `leave` the person goes away: they are saved and the interview ends. With `another` one
    more entry of the list comes after this one.
    """

    values: Mapping[str, Value]
    leave: bool = False
    another: bool = False


class Add(Struct, frozen=True):
    """Add an element to the list and ask for its fields."""


class Copy(Struct, frozen=True):
    """Add an element like this one, all but its name, and go through its fields."""

    id: str


class EditElement(Struct, frozen=True):
    """Ask for the fields of an element again."""

    id: str


class Remove(Struct, frozen=True):
    """Drop an element of the list."""

    id: str


class Choose(Struct, frozen=True):
    """The sections whose optional questions are wanted."""

    keys: frozenset[str]


class Jump(Struct, frozen=True):
    """From the overview to the question at a path."""

    path: str


Prompt = Step | Offer | Overview
Reply = Answer | ScreenAnswers | Move | Add | Copy | EditElement | Remove | Choose | Jump
Ask = Callable[[Prompt], Reply]
# Saves answers by question (whole lists), all of them at once.
Save = Callable[[Mapping[str, Value]], None]
# Is told which list is being filled, None when it is finished: what stands there is all of it
# only then, which no file of the dossier says.
Listing = Callable[[str | None], None]
# Is told which decisions have just been settled, or settled otherwise.
Tell = Callable[[Facts, tuple[str, ...]], None]


class Left(Exception):
    """The person went away in the middle of a screen; what was valid on it is saved."""
