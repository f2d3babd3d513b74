"""What a person types for an answer, read as its value; and what is said to help and to refuse.

Everything that is no matter of prompts or cells is read in `core/standard/answers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.values import Several, Value
from mmethics_cli.core.conditions.written import parse_int, plain
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.answers import NOT_APPLICABLE_WORD, Refused, read_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import DOCUMENTS
from mmethics_cli.core.standard.texts import NO_PLACEHOLDERS, Placeholders
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.language import CELL
from mmethics_cli.wording.values import none_label, value_text

NONE_WORD: Final = CELL.nothing


# At a prompt. What can be chosen is picked there, so only texts, numbers and days are typed.


class PromptReader(Struct, frozen=True):
    """Reads what is typed at a prompt; `refused` names a character that no file may hold."""

    refused: Callable[[str], str | None]
    placeholders: Placeholders = NO_PLACEHOLDERS

    def value(self, question: Question, text: str) -> Value:
        """The value of a typed text; raises Refused when the question can't take it."""
        return read_value(question, text, self.placeholders)

    def complaint(self, question: Question, text: str) -> str | None:
        """Why the question can't take a typed text; None where it can."""
        character = self.refused(text)
        if character is not None:
            return f"含有不能使用的{character}，请删去。"
        try:
            self.value(question, text)
        except Refused as refusal:
            return f"{refusal.message}。{refusal.fix}"
        return None


def help_on(question: Question, facts: Facts) -> Iterator[str]:
    """What the question means, an example, how to write the answer, and the law behind it.

    `facts` are those of the study: the law is cited that covers it.
    """
    yield question.help or f"请回答“{question.label}”。"
    if question.example:
        yield f"例如：{question.example}"
    if question.type == "date":
        yield f"{how_to_write_a_day(question)}。"
    if question.may_not_apply:
        yield f"不适用时写“{NOT_APPLICABLE_WORD}：理由”。"
    if readers := read_by(question, facts):
        yield readers
    if question.basis:
        yield f"依据：{cite_for(facts, question.basis, marks=True)}"


def read_by(question: Question, facts: Facts) -> str:
    """Who reads a text beside the committee, of those for whom this study may have a paper.

    Empty where nobody does, and for an answer that is no text.
    """
    papers = facts.get(DOCUMENTS)
    if question.type != "text" or not isinstance(papers, Several):
        return ""
    named = [
        reader.title
        for reader in facts.standard.readers.reading(question.name)
        if ((papers.sure | papers.possible) - facts.folded).intersection(reader.documents)
    ]
    return f"读的人：{'、'.join(named)}" if named else ""


def how_to_write_a_day(question: Question) -> str:
    """日期写成 2027-03-01 的样子, or a month where that will do."""
    month = "，只知道月的写 2027-03" if question.precision == "month" else ""
    return f"日期写成 2027-03-01 的样子{month}"


# In a cell. Everything is typed there: 不清楚, options by their labels or numbers, and 没有.


def cell_text(question: Question, value: Value) -> str:
    """What `read_cell` reads back as this value; a list's length, which it does not read."""
    return value_text(question, value, CELL) or ""


def read_cell(
    question: Question,
    text: str,
    day: date | None = None,
    placeholders: Placeholders = NO_PLACEHOLDERS,
) -> Value:
    """The value of a cell; UNKNOWN when it is blank or 不清楚. Raises Refused.

    Options may be given by their numbers (1、3), a `day` by the number that Excel keeps for it.
    """
    if question.type == "date" and day is not None:
        return read_value(question, day.isoformat(), placeholders)
    if question.type == "choices":
        if plain(text) == none_label(question, CELL):
            return read_value(question, "无", placeholders)
        return read_value(question, _by_numbers(question, text) or text.strip(), placeholders)
    return read_value(question, text, placeholders)


def _by_numbers(question: Question, text: str) -> list[str] | None:
    """The options that the numbers name, counted from 1; None when the text is not of numbers."""
    keys = list(question.values)
    parts = plain(text).replace("、", ",").split(",")
    numbers = [parse_int(part) for part in parts if part.strip()]
    chosen = [keys[number - 1] for number in numbers if number and 0 < number <= len(keys)]
    return chosen if chosen and len(chosen) == len(numbers) else None
