"""Comments: what they say, and those likely a part of the answer before them (重症 #胸片)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from yaml import events

from mmethics_cli.store.yaml.events import event_stream

# Comments of ours, and most of people's, have a blank behind the sign.
_LIKELY: Final = re.compile(r"\S[ \t]+#[^\s#!]")
_BEHIND: Final = re.compile(r"[ \t]+(#[^\s#!][^\n]*?)(?=\s+# |\s*$)", re.MULTILINE)
_COMMENT: Final = re.compile(r"(?:^|[ \t])#+[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)


def comments_of(text: str) -> frozenset[str]:
    """What the comments of a document say; of a text with # in it, more than that."""
    return frozenset(_COMMENT.findall(text))


class LostText(NamedTuple):
    """A comment right behind a value, and its line from 1."""

    line: int
    text: str


def lost_texts(text: str) -> Iterator[LostText]:
    """Each comment that begins like a hash tag behind an unquoted value.

    `text` is one that the reader accepted.
    """
    if not _LIKELY.search(text):
        return
    for event in event_stream(text):
        plain_text = type(event) is events.ScalarEvent and event.implicit[0] and event.value
        match = _BEHIND.match(text, event.end_mark.index) if plain_text else None
        if match is not None:
            yield LostText(event.end_mark.line + 1, match[1])
