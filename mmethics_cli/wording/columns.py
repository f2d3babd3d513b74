"""Text in display columns: a Chinese character takes two, and lines break where Chinese allows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

# Lines on a screen, where nobody has asked how wide it is, and in files for people.
COLUMNS: Final = 80
_COMMAND: Final = "mmethics "

# A line must not begin with these, nor end with those.
_NO_START: Final = frozenset("，。、；：？！）］》」』】〕％%,.;:?!)]}”’…")
_NO_END: Final = frozenset("（［《「『【〔“‘([{")

# A run of ASCII (a word, an option, a path) stays whole; every other character stands alone.
_PIECE: Final = re.compile(r"[!-~]+|\s+|.", re.DOTALL)


def width(text: str) -> int:
    """How many columns the text takes on a terminal; combining marks take none."""
    return sum(map(_columns, text))


def display_width(text: str) -> int:
    """Columns that a text takes in print, where signs such as “ and … are as wide as Chinese."""
    # This encoding has one byte for a Latin letter and two for what is as wide as a Han character.
    return len(text.encode("gb18030", "replace"))


@lru_cache(maxsize=8192)
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """The text with spaces after it, up to the given columns."""
    return text + " " * max(columns - width(text), 0)


def wrap(text: str, columns: int) -> list[str]:
    """The text as lines of at most `columns` columns; its own line breaks are kept.

    A word longer than a line (a path, an option) stays whole, and so does a command on a line of
    its own, which is to be copied. An empty text is one empty line.
    """
    return [
        line
        for part in text.split("\n")
        for line in ([part] if part.startswith(_COMMAND) else _wrap_line(part, columns))
    ]


def indented(text: str, spaces: int, columns: int = COLUMNS) -> list[str]:
    """The text as lines of at most `columns` columns that each begin with so many blanks."""
    return [" " * spaces + line for line in wrap(text, columns - spaces)]


def fitted(text: str, columns: int) -> str:
    """The text with every line in its columns; what does not fit goes on under its own indent."""
    lines = []
    for line in text.split("\n"):
        bare = line.lstrip(" ")
        lines += indented(bare, len(line) - len(bare), columns)
    return "\n".join(lines)


def _wrap_line(text: str, columns: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _pieces(text):
        if line and used + width(piece.rstrip()) > columns:
            yield line.rstrip()
            line, used = piece.lstrip(), width(piece.lstrip())
        else:
            line, used = line + piece, used + width(piece)
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Parts that a line may not break inside of: words, and signs with their neighbours."""
    held = ""
    for piece in _PIECE.findall(text):
        if held and piece[0] not in _NO_START and held[-1] not in _NO_END:
            yield held
            held = piece
        else:
            held += piece
    if held:
        yield held
