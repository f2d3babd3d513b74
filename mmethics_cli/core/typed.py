"""An answer as people type it where nothing but text can be typed: a cell, a line."""

from __future__ import annotations

from datetime import date
from typing import Final

from mmethics_cli.core.answers import NOT_APPLICABLE, Refused, read_value
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import UNKNOWN, NotApplicable, Several, Value
from mmethics_cli.core.words import parse_int, plain

NOT_APPLICABLE_WORD: Final = "不适用"
UNSURE_WORD: Final = "不清楚"
NONE_WORD: Final = "没有"
_BEGINNINGS: Final = (f"{NOT_APPLICABLE_WORD}：", f"{NOT_APPLICABLE_WORD}:")
_BOOL: Final = {True: "是", False: "否"}


def typed_text(question: Question, value: Value) -> str:
    """What `read_typed` reads back as this value; a list's length, which it does not read."""
    match value:
        case bool():
            return _BOOL[value]
        case Several(sure):
            labels = [label for key, label in question.values.items() if key in sure]
            return "、".join(labels) or none_word(question)
        case NotApplicable(reason):
            return f"{NOT_APPLICABLE_WORD}：{reason}"
        case date():
            return value.isoformat()
        case tuple():
            return f"{len(value)} 条" if value else NONE_WORD
        case int() | str():
            chosen = question.type == "choice"
            return question.values.get(str(value), str(value)) if chosen else str(value)
    return ""


def read_typed(question: Question, text: str) -> Value:
    """The value of a typed answer; UNKNOWN when it is blank or 不清楚.

    Options may be given by their numbers (1、3); a text is taken as it stands. Raises Refused.
    """
    trimmed = text.strip()
    if plain(trimmed) == UNSURE_WORD:
        return UNKNOWN
    if question.type in ("choice", "choices") and trimmed in question.values.values():
        return read_value(question, trimmed)
    if trimmed == NOT_APPLICABLE_WORD or trimmed[: len(NOT_APPLICABLE_WORD) + 1] in _BEGINNINGS:
        return _not_applicable(question, text.lstrip()[len(NOT_APPLICABLE_WORD) + 1 :])
    if question.type == "choices":
        if plain(trimmed) in (NONE_WORD, none_word(question)):
            return read_value(question, [question.none_value] if question.none_value else [])
        return read_value(question, _by_numbers(question, trimmed) or trimmed)
    return read_value(question, text)


def none_word(question: Question) -> str:
    """What is typed for “none of the options”."""
    return question.values.get(question.none_value or "", NONE_WORD)


def _not_applicable(question: Question, reason: str) -> Value:
    if question.may_not_apply and not reason.strip():
        raise Refused(f"“{question.label}”答不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
    return read_value(question, {NOT_APPLICABLE: reason if reason.strip() else "-"})


def _by_numbers(question: Question, text: str) -> list[str] | None:
    """The options that the numbers name, counted from 1; None when the text is not of numbers."""
    keys = list(question.values)
    numbers = [parse_int(one) for one in plain(text).replace("、", ",").split(",") if one.strip()]
    chosen = [keys[one - 1] for one in numbers if one is not None and 0 < one <= len(keys)]
    return chosen if chosen and len(chosen) == len(numbers) else None
