"""What is typed into a cell, read as the tree to write and as the words that a cell then shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmethics_cli.core.answers import Refused, write_value
from mmethics_cli.core.self_check import ANSWERS
from mmethics_cli.core.standard import Question
from mmethics_cli.core.typed import NONE_WORD, UNSURE_WORD, read_typed, typed_text
from mmethics_cli.core.values import UNKNOWN
from mmethics_cli.core.words import plain
from mmethics_cli.sheets.rules import CLEAR_WORD


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed: in the words of a cell, and as the plain tree to write."""

    text: str
    tree: object


Read = Callable[[str], Typed]


def reader_of(question: Question) -> Read:
    """How the cell of a question is read. What it returns raises Refused."""

    def read(text: str) -> Typed:
        if text.strip() == CLEAR_WORD:
            return Typed("", None)
        value = read_typed(question, text)
        tree = write_value(question, value)
        if value is UNKNOWN:
            return Typed(UNSURE_WORD, tree) if tree else Typed("", None)
        return Typed(typed_text(question, value), tree)

    return read


def read_list(text: str) -> Typed:
    """The cell that says of a whole list that it has no entries. Raises Refused."""
    word = text.strip()
    if word == CLEAR_WORD:
        return Typed("", None)
    if word == NONE_WORD:
        return Typed(NONE_WORD, [])
    raise Refused(f"这里只能写“{NONE_WORD}”或“{CLEAR_WORD}”", "条目请填在它自己的工作表里")


def read_verdict(text: str) -> Typed:
    """The answer to a review item. Raises Refused."""
    word = plain(text)
    if word == UNSURE_WORD:
        return Typed("", None)
    for key, label in ANSWERS.items():
        if word in (key, label):
            return Typed(label, key)
    raise Refused(f"没有“{text[:20]}”这个选项", f"可选：{'、'.join(ANSWERS.values())}")
