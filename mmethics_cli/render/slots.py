"""Slots: where a value stands in a template's text, and what stands there.

A value never passes through Jinja or the Markdown parser: the text holds a numbered mark, brackets
of noncharacters, in its place. When the parsed text becomes blocks, the value takes its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.blocks import Control, refuse_unprintable

OPEN: Final = "\ufdd0"
CLOSE: Final = "\ufdd1"
SLOT: Final = re.compile(f"{OPEN}(\\d+){CLOSE}")
NO_BREAK: Final = "\u00a0"  # between a tick box and its label


class Words(Struct, frozen=True):
    """A text that came from data; `gap` marks an answer that is still wanted.

    `path` is the fact that it is the value of, if it is one.
    """

    text: str
    gap: bool = False
    path: str = ""


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


def split(text: str) -> Iterator[str | int]:
    """The pieces of a text in order: template words as str, slots as their number."""
    if OPEN not in text:
        if text:
            yield text
        return
    last = 0
    for slot in SLOT.finditer(text):
        if slot.start() > last:
            yield text[last : slot.start()]
        yield int(slot[1])
        last = slot.end()
    if last < len(text):
        yield text[last:]
