"""Data beside the Markdown text: every printed value is a slot that is filled after parsing.

A slot is a number between two noncharacters, which no file of a dossier may hold. The Markdown
parser never sees a value, so nothing that people write can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mmethics_cli.errors import TemplateError
from mmethics_cli.render.wording import Language

OPEN: Final = "\ufdd0"
CLOSE: Final = "\ufdd1"
NO_BREAK: Final = "\u00a0"  # between a tick box and its label
SLOT: Final = re.compile(f"{OPEN}(\\d+){CLOSE}")

# What XML cannot hold. The store refuses these at the border; here they would break the file.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Words:
    """A text that came from data; `gap` marks an answer that is still wanted.

    `path` is the fact that it is the value of, if it is one.
    """

    text: str
    gap: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick box; `tag` names it in the Word file."""

    tag: str
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several words, picked on the screen or circled on paper; `between` parts them."""

    tag: str
    options: tuple[str, ...]
    between: str = "／"


@dataclass(frozen=True, slots=True)
class PickDate:
    """年 月 日, or day month year, to write on paper or to pick on the screen."""

    tag: str
    language: Language = "zh"


Control = Tick | Pick | PickDate
Fill = Words | Control


class Book:
    """The slots of one document, numbered in order of print."""

    def __init__(self) -> None:
        self.fills: list[Fill] = []

    def put(self, fill: Fill) -> str:
        """The mark that stands for `fill` in the text.

        Raises TemplateError for a character that no XML file can hold.
        """
        if isinstance(fill, Words):
            refuse_unprintable(fill.text)
        self.fills.append(fill)
        return f"{OPEN}{len(self.fills) - 1}{CLOSE}"


class Slot(str):
    """A text of the study in a template: compares as text, prints as its slot."""

    __slots__ = ("book",)
    book: Book

    def __new__(cls, text: str, book: Book) -> Slot:
        slot = super().__new__(cls, text)
        slot.book = book
        return slot

    def __html__(self) -> str:
        return self.book.put(Words(str(self)))


def refuse_unprintable(text: str) -> None:
    """Raise TemplateError where a text holds a character that XML cannot carry."""
    found = _UNPRINTABLE.search(text)
    if found is not None:
        before = text[max(0, found.start() - 12) : found.start()]
        raise TemplateError(
            f"“{before}”后面有不能写入文件的字符 U+{ord(found[0]):04X}，请删去后重试。"
        )


def split(text: str) -> Iterator[str | int]:
    """The pieces of a text in order: template words as str, slots as their number."""
    if OPEN not in text:
        if text:
            yield text
        return
    last = 0
    for found in SLOT.finditer(text):
        if found.start() > last:
            yield text[last : found.start()]
        yield int(found[1])
        last = found.end()
    if last < len(text):
        yield text[last:]
