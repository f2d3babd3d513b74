"""One row of a form: what is recorded, what was typed or picked, and what that says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec import Struct, field

from mmethics_cli.ask.menu import Option
from mmethics_cli.ask.prompts import one_line
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Several, Value
from mmethics_cli.core.interview.steps import QuestionRow
from mmethics_cli.core.standard.answers import NOT_APPLICABLE_WORD, read_value, write_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.language import UNSURE_WORD
from mmethics_cli.wording.typed import PromptReader
from mmethics_cli.wording.values import option_labels, prompt_text, takes_none

HOLDS: Final = "（沿用）"
UNSURE, NONE, NOT_HERE = "\0unsure", "\0none", "\0not-here"


def options_of(question: Question) -> list[Option]:
    """What can be picked, with 不清楚 and, where they are allowed, 没有 and 不适用."""
    picks = list(option_labels(question).items())
    if takes_none(question):
        picks.append((NONE, "以上都没有"))
    picks.append((UNSURE, UNSURE_WORD))
    if question.may_not_apply:
        picks.append((NOT_HERE, f"{NOT_APPLICABLE_WORD}（写理由）"))
    return picks


def picked_value(question: Question, keys: frozenset[str]) -> Value:
    """The value of picked options; UNKNOWN for 不清楚."""
    if UNSURE in keys:
        return UNKNOWN
    if question.type == "choices":
        return Several() if keys == {NONE} else read_value(question, sorted(keys))
    return read_value(question, next(iter(keys)))


def fault_of(question: Question, keys: Collection[str]) -> str | None:
    """Why these options can't be picked together."""
    alone = {UNSURE, NONE, NOT_HERE, question.none_value} & set(keys)
    if alone and len(keys) > 1:
        return "“没有”“不清楚”“不适用”不能和别的一起选。"
    return None


def picks_of(question: Question, value: Value) -> frozenset[str]:
    """The options that a recorded value stands for."""
    if isinstance(value, Several):
        return value.sure or frozenset({question.none_value or NONE})
    written = None if value is UNKNOWN else write_value(question, value)
    return frozenset({written}) if isinstance(written, str) else frozenset()


class Draft(Struct, frozen=True):
    """What a person has put into a row and not confirmed: a text, or picked options."""

    text: str | None = None
    picks: frozenset[str] | None = None
    dismissed: bool = False


class Field(Struct):
    """The state of a row. Untouched it changes nothing; a proposal counts when it is confirmed."""

    row: QuestionRow
    reader: PromptReader
    draft: Draft = Draft()
    cursor: int = -1  # on no option, until the person moves there
    options: list[Option] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.row.question.type in ("bool", "choice", "choices"):
            self.options = options_of(self.row.question)

    @property
    def question(self) -> Question:
        return self.row.question

    @property
    def written(self) -> bool:
        """Whether the row takes a text: by its type, or as the reason why it does not apply."""
        if not self.options or self.draft.text is not None:
            return True
        return isinstance(self.row.value, NotApplicable) and self.draft.picks is None

    @property
    def touched(self) -> bool:
        return self.draft.text is not None or self.draft.picks is not None

    @property
    def proposal(self) -> Value:
        """What is proposed, as long as the person has neither answered nor dismissed it."""
        free = self.row.value is UNKNOWN and not self.touched and not self.draft.dismissed
        return self.row.proposal if free else UNKNOWN

    @property
    def holds(self) -> Value:
        """What counts as long as the person says nothing else here."""
        free = self.row.value is UNKNOWN and not self.touched and self.proposal is UNKNOWN
        return self.row.holds if free else UNKNOWN

    @property
    def picks(self) -> frozenset[str]:
        """The options that are picked, by the person or as recorded."""
        if self.draft.picks is not None:
            return self.draft.picks
        return picks_of(self.question, self.row.value)

    @property
    def unanswered(self) -> bool:
        if self.draft.text is not None:
            return not self._read(self.draft.text)
        said = self.row.value is not UNKNOWN or self.draft.picks or self.holds is not UNKNOWN
        return not said and self.proposal is UNKNOWN

    @property
    def text(self) -> str:
        """What stands in the row to be typed on."""
        if self.draft.text is not None:
            return self.draft.text
        return prompt_text(self.question, self.row.value, unknown="")

    @property
    def long(self) -> bool:
        """Whether the row takes several lines."""
        return self.question.long and self.written

    def _read(self, text: str) -> str:
        """What was typed, as its question reads it."""
        return text.strip() if self.question.long else one_line(text)

    def complaint(self) -> str | None:
        """Why what the person has put in can't be taken."""
        if self.draft.text is not None:
            text = self._read(self.draft.text)
            if self.options and not text.startswith(NOT_APPLICABLE_WORD):
                return f"写成“{NOT_APPLICABLE_WORD}：理由”，或按 Delete 重新选。"
            return self.reader.complaint(self.question, text)
        if self.draft.picks == frozenset() and self.row.value is not UNKNOWN:
            return "请选至少一项；没有就选“没有”，按 Delete 恢复原来的回答。"
        return fault_of(self.question, self.draft.picks or ())

    def changed(self) -> bool:
        """Whether the person has answered otherwise than what is recorded."""
        if self.draft.picks:
            return UNSURE in self.draft.picks or self.value() != self.row.value
        return self.draft.text is not None and self.value() != _as_typed(self.row.value)

    def value(self) -> Value:
        """What the person has put in; only where there is no complaint."""
        if self.draft.text is not None:
            return self.reader.value(self.question, self._read(self.draft.text))
        return picked_value(self.question, self.draft.picks) if self.draft.picks else UNKNOWN

    def type(self, text: str) -> None:
        """Take over what stands in the row's text."""
        untouched = prompt_text(self.question, self.row.value, unknown="")
        if self.draft.text is None and text == untouched:
            return
        self.draft = Draft(text=text, dismissed=self.draft.dismissed)

    def point(self, step: int) -> bool:
        """Along the options, from none of them; whether there is one in that direction."""
        at = self.cursor + step if self.cursor >= 0 or step > 0 else -1
        if not 0 <= at < len(self.options):
            return False
        self.cursor = at
        return True

    def pick(self, at: int) -> None:
        """Pick an option, or take it back where several may be picked."""
        if not 0 <= at < len(self.options):
            return
        self.cursor, key = at, self.options[at][0]
        if key == NOT_HERE:
            self.draft = Draft(text=f"{NOT_APPLICABLE_WORD}：")
            return
        picks = frozenset({key})
        if self.question.type == "choices":
            picks ^= self.picks
        self.draft = Draft(picks=picks)

    def clear(self) -> None:
        """Back to what is recorded, without the proposal."""
        self.draft = Draft(dismissed=True)

    def shown(self) -> str:
        """What the row says."""
        if self.draft.picks is not None:
            labels = [label for key, label in self.options if key in self.draft.picks]
            return "、".join(labels)
        if self.proposal is not UNKNOWN:
            return prompt_text(self.question, self.proposal)
        if self.holds is not UNKNOWN:
            return f"{prompt_text(self.question, self.holds)}{HOLDS}"
        return prompt_text(self.question, self.row.value, unknown="")


def _as_typed(value: Value) -> Value:
    """A recorded text as a row gives it back: a file may end it with a line break."""
    return value.strip() if isinstance(value, str) else value
