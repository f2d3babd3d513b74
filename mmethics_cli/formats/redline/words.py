"""Token diff: which words of a paragraph stayed, came and went."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.word.reading import Content, LinePiece

# A word of Latin letters or digits, blanks, or one character with the marks that belong to it.
_WORD = re.compile(
    "[A-Za-z0-9]+(?:[._@%/-][A-Za-z0-9]+)*|[ \\t\\u3000]+"
    "|.[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d]*",
    re.DOTALL,
)
_STOPS: Final = frozenset("。；！？\n")
_MOST_MATCHES: Final = 200_000  # of words, a repeated character counted each time


class Token(Struct, frozen=True):
    """A word, from one run or more, or a thing that stands in the line as a whole.

    `pieces`: what each piece of the line gives to it; empty text for a thing.
    """

    content: Content
    pieces: tuple[tuple[str, LinePiece], ...]

    @property
    def is_text(self) -> bool:
        return self.pieces[0][1].is_text


class Stretch(Struct, frozen=True):
    """Words of both sides that are equal, or those of the old side and what replaced them."""

    equal: bool
    old: Sequence[Token]
    new: Sequence[Token]


def tokens(pieces: Sequence[LinePiece]) -> list[Token]:
    """The words of a paragraph; where runs begin in the midst of a word does not matter."""
    words: list[Token] = []
    text: list[tuple[str, LinePiece]] = []
    for piece in pieces:
        if piece.is_text and isinstance(piece.content, str):
            text.append((piece.content, piece))
            continue
        words += _text_tokens(text)
        text = []
        words.append(Token(piece.content, (("", piece),)))
    return words + list(_text_tokens(text))


def _text_tokens(text: Sequence[tuple[str, LinePiece]]) -> Iterator[Token]:
    at = used = 0
    for match in _WORD.finditer("".join(content for content, _ in text)):
        word, need, parts = match.group(), len(match.group()), []
        while need:
            content, piece = text[at]
            part = content[used : used + need]
            parts.append((part, piece))
            need -= len(part)
            used += len(part)
            if used == len(content):
                at, used = at + 1, 0
        yield Token(word, tuple(parts))


def stretches(old: Sequence[Token], new: Sequence[Token]) -> list[Stretch]:
    """The words of two paragraphs in order, small islands between changes taken into them."""
    start, end, shortest = 0, 0, min(len(old), len(new))
    while start < shortest and old[start].content == new[start].content:
        start += 1
    while end < shortest - start and old[-1 - end].content == new[-1 - end].content:
        end += 1
    stop = len(old) - end, len(new) - end
    parts = [
        Stretch(True, old[:start], new[:start]),
        *_compared(old[start : stop[0]], new[start : stop[1]]),
        Stretch(True, old[stop[0] :], new[stop[1] :]),
    ]
    return _without_islands([part for part in parts if part.old or part.new])


def _compared(old: Sequence[Token], new: Sequence[Token]) -> Iterator[Stretch]:
    """Compare word by word; where that would take too long, by sentences, else not at all."""
    for units in (_by_word, _by_sentence):
        sides = units(old), units(new)
        contents = [[tuple(word.content for word in unit) for unit in side] for side in sides]
        counts = Counter(contents[0]), Counter(contents[1])
        if sum(count * counts[1][unit] for unit, count in counts[0].items()) > _MOST_MATCHES:
            continue
        matcher = difflib.SequenceMatcher(None, contents[0], contents[1], autojunk=False)
        for tag, i, j, k, n in matcher.get_opcodes():
            parts = (list(chain(*sides[0][i:j])), list(chain(*sides[1][k:n])))
            yield Stretch(tag == "equal", *parts)
        return
    yield Stretch(False, old, new)


def _by_word(words: Sequence[Token]) -> list[Sequence[Token]]:
    return [(word,) for word in words]


def _by_sentence(words: Sequence[Token]) -> list[Sequence[Token]]:
    sentences: list[list[Token]] = [[]]
    for word in words:
        sentences[-1].append(word)
        if word.content in _STOPS:
            sentences.append([])
    return list(sentences)


def _without_islands(parts: list[Stretch]) -> list[Stretch]:
    """The stretches with each island that only hinders reading made part of one change."""
    at = 1
    while at < len(parts) - 1:
        left, island, right = around = parts[at - 1 : at + 2]
        if island.equal and _is_drowned(left, island, right):
            old = [word for part in around for word in part.old]
            new = [word for part in around for word in part.new]
            parts[at - 1 : at + 2] = [Stretch(False, old, new)]
            at = max(1, at - 2)
        else:
            at += 1
    return parts


def _is_drowned(left: Stretch, island: Stretch, right: Stretch) -> bool:
    """Whether an unchanged stretch is so short between changes that it only hinders reading."""
    parts = (left, island, right)
    if not all(word.is_text for part in parts for word in (*part.old, *part.new)):
        return False
    sides = (max(_length(side.old), _length(side.new)) for side in (left, right))
    return _length(island.new) <= min(sides)


def _length(words: Sequence[Token]) -> int:
    return sum(len(word.content) for word in words)
