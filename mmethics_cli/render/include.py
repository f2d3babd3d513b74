"""Parts of templates that several papers share, and the words that differ from paper to paper.

`{% include "parts/x.md" who="您的孩子" %}` puts a part in; in it `{{ who }}` stands for those
words. They may hold facts, and reach the parts that the part itself includes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_DEPTH: Final = 5
_INCLUDE = re.compile(r'\s*\{%\s*include\s+"([^"]+)"(?P<words>(?:\s+\w+="[^"]*")*)\s*%\}\s*')
_WORD = re.compile(r'(\w+)="([^"]*)"')
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Include:
    """A line that puts a part in, and the words it gives to it."""

    name: str
    words: Mapping[str, str]


def include_of(line: str) -> Include | None:
    """What a line puts in; None for any other line."""
    found = _INCLUDE.fullmatch(line)
    return Include(found[1], dict(_WORD.findall(found["words"]))) if found else None


def worded(line: str, words: Mapping[str, str]) -> str:
    """The line with the words that its part was given."""
    return _PLACE.sub(lambda place: words.get(place[1], place[0]), line) if words else line
