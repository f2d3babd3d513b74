"""Which block, row or word of the old side is which of the new one."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mmethics_cli.render.redline_reading import Outline, Piece

# A word of Latin letters or digits, blanks, or one character with the marks that belong to it.
_WORD = re.compile(
    "[A-Za-z0-9]+(?:[._@%/-][A-Za-z0-9]+)*|[ \\t\\u3000]+"
    "|.[\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef\u200d]*",
    re.DOTALL,
)
_ALIKE: Final = 0.35
_MOST_PAIRS: Final = 40_000  # of blocks to be compared one by one
_MOST_MATCHES: Final = 2_000_000  # of words, a repeated character counted each time


@dataclass(eq=False)
class Unit:
    """A block or row to be aligned: only units of one `kind` can be the same."""

    outline: Outline
    kind: object
    text: str
    label: str = ""  # what names a row

    @cached_property
    def grams(self) -> frozenset[str]:
        text = self.text
        return frozenset(one + two for one, two in zip(text, text[1:], strict=False)) or frozenset(
            text
        )

    @cached_property
    def key(self) -> tuple[object, Outline]:
        return self.kind, self.outline


def likeness(old: Unit, new: Unit) -> float:
    """0 for units that must not be paired, else how much they say in common, at most 1."""
    if old.kind != new.kind:
        return 0
    if old.outline == new.outline:
        return 1 if old.text.strip() else 0.3
    common = len(old.grams & new.grams)
    alike = 2 * common / ((len(old.grams) + len(new.grams)) or 1)
    if old.label and old.label == new.label:
        alike = max(alike, 0.5)
    return alike * 0.9 if alike >= _ALIKE else 0


def aligned(old: Sequence[Unit], new: Sequence[Unit]) -> Iterator[tuple[int | None, int | None]]:
    """Places on both sides in order; of what stands on one side only, the old comes first."""
    i = j = 0
    for a, b in [*_anchors(old, new), (len(old), len(new))]:
        yield from _gap(old[i:a], new[j:b], i, j)
        if a < len(old):
            yield a, b
        i, j = a + 1, b + 1


def _anchors(old: Sequence[Unit], new: Sequence[Unit]) -> list[tuple[int, int]]:
    """Units with a text that stands once on each side, as far as their order is the same."""
    counts = [Counter(one.key for one in side if one.text.strip()) for side in (old, new)]
    places = {one.key: at for at, one in enumerate(new) if counts[1].get(one.key) == 1}
    found = [
        (at, places[one.key])
        for at, one in enumerate(old)
        if counts[0].get(one.key) == 1 and one.key in places
    ]
    return _rising(found)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rise on both sides."""
    ends: list[int] = []
    chains: list[int] = []  # index in pairs of the last one of the best chain of each length
    before: list[int] = []
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(chains[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        chains[length : length + 1] = [at]
    found, at = [], chains[-1] if chains else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _gap(
    old: Sequence[Unit], new: Sequence[Unit], i: int, j: int
) -> Iterator[tuple[int | None, int | None]]:
    """Pairs between two anchors: those that together have the most in common."""
    last_a = last_b = 0
    for a, b in [*_likeliest(old, new), (len(old), len(new))]:
        yield from ((i + one, None) for one in range(last_a, a))
        yield from ((None, j + one) for one in range(last_b, b))
        if a < len(old):
            yield i + a, j + b
        last_a, last_b = a + 1, b + 1


def _likeliest(old: Sequence[Unit], new: Sequence[Unit]) -> list[tuple[int, int]]:
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    alike = [[likeness(one, other) for other in new] for one in old]
    # best[a][b]: the most that old[a:] and new[b:] can have in common.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in range(len(old) - 1, -1, -1):
        for b in range(len(new) - 1, -1, -1):
            skip = max(best[a + 1][b], best[a][b + 1])
            paired = best[a + 1][b + 1] + alike[a][b] if alike[a][b] else 0
            best[a][b] = max(skip, paired)
    found, a, b = [], 0, 0
    while a < len(old) and b < len(new):
        if alike[a][b] and best[a][b] == best[a + 1][b + 1] + alike[a][b]:
            found.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return found


# Words in a paragraph.


@dataclass(frozen=True, slots=True)
class Token:
    """A word, from one run or more, or a thing that stands in the line as a whole."""

    said: str | tuple[str, ...]
    pieces: tuple[tuple[str, Piece], ...]

    @property
    def is_text(self) -> bool:
        return self.pieces[0][1].is_text


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of both sides that are equal, or those of the old side and what replaced them."""

    equal: bool
    old: Sequence[Token]
    new: Sequence[Token]


def tokens(pieces: Sequence[Piece]) -> list[Token]:
    """The words of a paragraph; where runs begin in the midst of a word does not matter."""
    found: list[Token] = []
    text: list[tuple[str, Piece]] = []
    for one in pieces:
        if one.is_text and isinstance(one.said, str):
            text.append((one.said, one))
            continue
        found += _words(text)
        text = []
        found.append(Token(one.said, (("", one),)))
    return found + list(_words(text))


def _words(text: Sequence[tuple[str, Piece]]) -> Iterator[Token]:
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
    said = [one.said for one in old], [one.said for one in new]
    counts = Counter(said[0]), Counter(said[1])
    if sum(count * counts[1][one] for one, count in counts[0].items()) > _MOST_MATCHES:
        return [Stretch(False, old, new)]
    matcher = difflib.SequenceMatcher(None, *said, autojunk=False)
    found = [
        Stretch(tag == "equal", old[a:b], new[c:d]) for tag, a, b, c, d in matcher.get_opcodes()
    ]
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


def _drowned(left: Stretch, island: Stretch, right: Stretch) -> bool:
    """Whether an unchanged stretch is so short between changes that it only hinders reading."""
    if not all(one.is_text for part in (left, island, right) for one in (*part.old, *part.new)):
        return False
    length = _length(island.new)
    sides = (max(_length(one.old), _length(one.new)) for one in (left, right))
    return length <= min(sides)


def _length(words: Sequence[Token]) -> int:
    return sum(len(one.said) for one in words)
