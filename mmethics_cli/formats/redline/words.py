"""Which words of a paragraph stayed, came and went."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from mmethics_cli.formats.word.reading import LinePiece

# A word of Latin letters or digits, blanks, or one character with the marks that belong to it.
_WORD = re.compile(
    "[A-Za-z0-9]+(?:[._@%/-][A-Za-z0-9]+)*|[ \\t\\u3000]+"
    "|.[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d]*",
    re.DOTALL,
)
_STOPS: Final = frozenset("。；！？\n")
_MOST_MATCHES: Final = 200_000  # of words, a repeated character counted each time


@dataclass(frozen=True, slots=True)
class Token:
    """A word, from one run or more, or a thing that stands in the line as a whole."""

    said: str | tuple[str, ...]
    pieces: tuple[tuple[str, LinePiece], ...]

    @property
    def is_text(self) -> bool:
        return self.pieces[0][1].is_text


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of both sides that are equal, or those of the old side and what replaced them."""

    equal: bool
    old: Sequence[Token]
    new: Sequence[Token]


def tokens(pieces: Sequence[LinePiece]) -> list[Token]:
    """The words of a paragraph; where runs begin in the midst of a word does not matter."""
    found: list[Token] = []
    text: list[tuple[str, LinePiece]] = []
    for one in pieces:
        if one.is_text and isinstance(one.said, str):
            text.append((one.said, one))
            continue
        found += _words(text)
        text = []
        found.append(Token(one.said, (("", one),)))
    return found + list(_words(text))


def _words(text: Sequence[tuple[str, LinePiece]]) -> Iterator[Token]:
    at = used = 0
    for match in _WORD.finditer("".join(one for one, _ in text)):
        word, need, parts = match.group(), len(match.group()), []
        while need:
            here, piece = text[at]
            part = here[used : used + need]
            parts.append((part, piece))
            need -= len(part)
            used += len(part)
            if used == len(here):
                at, used = at + 1, 0
        yield Token(word, tuple(parts))


def stretches(old: Sequence[Token], new: Sequence[Token]) -> list[Stretch]:
    """The words of two paragraphs in order, small islands between changes taken into them."""
    start, end, shortest = 0, 0, min(len(old), len(new))
    while start < shortest and old[start].said == new[start].said:
        start += 1
    while end < shortest - start and old[-1 - end].said == new[-1 - end].said:
        end += 1
    stop = len(old) - end, len(new) - end
    found = [
        Stretch(True, old[:start], new[:start]),
        *_compared(old[start : stop[0]], new[start : stop[1]]),
        Stretch(True, old[stop[0] :], new[stop[1] :]),
    ]
    found = [one for one in found if one.old or one.new]
    at = 1
    while at < len(found) - 1:
        left, island, right = found[at - 1 : at + 2]
        if island.equal and _drowned(left, island, right):
            parts = (left, island, right)
            old_side = [one for part in parts for one in part.old]
            new_side = [one for part in parts for one in part.new]
            found[at - 1 : at + 2] = [Stretch(False, old_side, new_side)]
            at = max(1, at - 2)
        else:
            at += 1
    return found


def _compared(old: Sequence[Token], new: Sequence[Token]) -> Iterator[Stretch]:
    """Compare word by word; where that would take too long, by sentences, else not at all."""
    for unit in (_by_word, _by_sentence):
        sides = unit(old), unit(new)
        said = [[tuple(it.said for it in one) for one in side] for side in sides]
        counts = Counter(said[0]), Counter(said[1])
        if sum(count * counts[1][one] for one, count in counts[0].items()) > _MOST_MATCHES:
            continue
        matcher = difflib.SequenceMatcher(None, said[0], said[1], autojunk=False)
        for tag, i, j, k, n in matcher.get_opcodes():
            parts = (list(chain(*sides[0][i:j])), list(chain(*sides[1][k:n])))
            yield Stretch(tag == "equal", *parts)
        return
    yield Stretch(False, old, new)


def _by_word(words: Sequence[Token]) -> list[Sequence[Token]]:
    return [(one,) for one in words]


def _by_sentence(words: Sequence[Token]) -> list[Sequence[Token]]:
    found: list[list[Token]] = [[]]
    for one in words:
        found[-1].append(one)
        if one.said in _STOPS:
            found.append([])
    return list(found)


def _drowned(left: Stretch, island: Stretch, right: Stretch) -> bool:
    """Whether an unchanged stretch is so short between changes that it only hinders reading."""
    if not all(one.is_text for part in (left, island, right) for one in (*part.old, *part.new)):
        return False
    length = _length(island.new)
    sides = (max(_length(one.old), _length(one.new)) for one in (left, right))
    return length <= min(sides)


def _length(words: Sequence[Token]) -> int:
    return sum(len(one.said) for one in words)
