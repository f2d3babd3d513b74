"""What a person types for an answer, read as its value; and what is said to help and to refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mmethics_cli.core.conditions.values import UNKNOWN, Value, parse_int, plain
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.answers import NOT_APPLICABLE, Refused, read_value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.language import CELL, UNSURE_WORD
from mmethics_cli.wording.values import none_label, value_text

NOT_APPLICABLE_WORD: Final = CELL.not_applicable
NONE_WORD: Final = CELL.nothing
_NOT_APPLICABLE_BECAUSE: Final = (f"{NOT_APPLICABLE_WORD}：", f"{NOT_APPLICABLE_WORD}:")


# At a prompt. What can be chosen is picked there, so only texts, numbers and days are typed.


def read_prompt(question: Question, text: str) -> Value:
    """The value of a text typed at a prompt; 不适用：理由 where the question may not apply.

    Raises Refused when the question can't take it.
    """
    if question.may_not_apply and text.startswith(NOT_APPLICABLE_WORD):
        reason = text.removeprefix(NOT_APPLICABLE_WORD).lstrip("：:，, ")
        if not reason:
            raise Refused("不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
        return read_value(question, {NOT_APPLICABLE: reason})
    return read_value(question, text)


def complaint(question: Question, text: str, refused: Callable[[str], str | None]) -> str | None:
    """Why the question can't take a typed text; `refused` names a character no file may hold."""
    character = refused(text)
    if character is not None:
        return f"含有不能使用的{character}，请删去。"
    try:
        read_prompt(question, text)
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
        yield "日期写成 2027-03-01 的样子。"
    if question.may_not_apply:
        yield f"不适用时写“{NOT_APPLICABLE_WORD}：理由”。"
    if question.basis:
        yield f"依据：{cite_for(facts, question.basis, marks=True)}"


# In a cell. Everything is typed there: 不清楚, options by their labels or numbers, and 没有.


def cell_text(question: Question, value: Value) -> str:
    """What `read_cell` reads back as this value; a list's length, which it does not read."""
    return value_text(question, value, CELL) or ""


def read_cell(question: Question, text: str) -> Value:
    """The value of a cell; UNKNOWN when it is blank or 不清楚.

    Options may be given by their numbers (1、3); a text is taken as it stands. Raises Refused.
    """
    trimmed = text.strip()
    if plain(trimmed) == UNSURE_WORD:
        return UNKNOWN
    if question.type in ("choice", "choices") and trimmed in question.values.values():
        return read_value(question, trimmed)
    if trimmed == NOT_APPLICABLE_WORD or trimmed.startswith(_NOT_APPLICABLE_BECAUSE):
        return _not_applicable(question, text.lstrip()[len(NOT_APPLICABLE_WORD) + 1 :])
    if question.type == "choices":
        if plain(trimmed) in (NONE_WORD, none_label(question, CELL)):
            return read_value(question, [question.none_value] if question.none_value else [])
        return read_value(question, _by_numbers(question, trimmed) or trimmed)
    return read_value(question, text)


def _not_applicable(question: Question, reason: str) -> Value:
    if question.may_not_apply and not reason.strip():
        raise Refused(f"“{question.label}”答不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
    return read_value(question, {NOT_APPLICABLE: reason if reason.strip() else "-"})


def _by_numbers(question: Question, text: str) -> list[str] | None:
    """The options that the numbers name, counted from 1; None when the text is not of numbers."""
    keys = list(question.values)
    parts = plain(text).replace("、", ",").split(",")
    numbers = [parse_int(part) for part in parts if part.strip()]
    chosen = [keys[number - 1] for number in numbers if number and 0 < number <= len(keys)]
    return chosen if chosen and len(chosen) == len(numbers) else None
