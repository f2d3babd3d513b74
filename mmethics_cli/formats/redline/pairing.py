"""Pairs of blocks and rows: what stands on both sides, and what on one alone."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mmethics_cli.formats.word.package import TBL, Element, P, W
from mmethics_cli.formats.word.reading import (
    Outline,
    Reader,
    blocks,
    cells,
    column_edges,
    rows,
    shape,
)

_ALIKE: Final = 0.35
_MOST_PAIRS: Final = 40_000  # of blocks to be compared one by one


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


Pair = tuple[Element | None, Element | None]


def block_pairs(old: Reader, new: Reader, before: Element, after: Element) -> list[Pair]:
    """The blocks of two holders; their last paragraphs are a pair or end a tail of one side.

    The end of the last paragraph of a cell, header or body can be neither inserted nor deleted.
    """
    sides = blocks(before), blocks(after)
    units = [_block(old, one) for one in sides[0]], [_block(new, one) for one in sides[1]]
    pairs = _elements(*sides, aligned(*units))
    return _settled(list(_split_tables(old, new, pairs)))


def row_pairs(old: Reader, new: Reader, before: Element, after: Element) -> list[Pair] | None:
    """The rows of two tables; None when their columns differ or no row is the same."""
    columns = column_edges(before), column_edges(after)
    if len(columns[0]) != len(columns[1]):
        return None
    sides = rows(before), rows(after)
    units = (
        [_row(old, one, columns[0]) for one in sides[0]],
        [_row(new, one, columns[1]) for one in sides[1]],
    )
    pairs = _elements(*sides, aligned(*units))
    return pairs if any(one is not None and other is not None for one, other in pairs) else None


def _elements(
    before: Sequence[Element],
    after: Sequence[Element],
    places: Iterable[tuple[int | None, int | None]],
) -> list[Pair]:
    return [(None if i is None else before[i], None if j is None else after[j]) for i, j in places]


def _split_tables(old: Reader, new: Reader, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Pairs of tables that have no row in common stand as two."""
    for before, after in pairs:
        if before is None or after is None or before.tag != TBL:
            yield before, after
        elif row_pairs(old, new, before, after) is None:
            yield before, None
            yield None, after
        else:
            yield before, after


def _settled(pairs: list[Pair]) -> list[Pair]:
    """See to it that the last paragraphs of both sides can end one text."""
    at = len(pairs)
    while at and None in pairs[at - 1]:
        at -= 1
    if at == len(pairs):
        return pairs
    gone = [one for one, _ in pairs[at:] if one is not None]
    come = [one for _, one in pairs[at:] if one is not None]
    last = gone[-1] if gone else pairs[at - 1][0], come[-1] if come else pairs[at - 1][1]
    if any(one is None or one.tag != P for one in last):
        return pairs
    if gone and come:
        return [*pairs[:at], *_alone(gone[:-1], come[:-1]), last]
    lender = pairs[at - 1]
    if all(one is not None and one.tag == P for one in (*lender, *gone, *come)):
        return pairs
    # A table stands between: the pair before it parts, and its older side goes on to the end.
    if gone:
        return [*pairs[: at - 1], *_alone([lender[0], *gone[:-1]], []), last]
    return [*pairs[: at - 1], *_alone([], [lender[1], *come[:-1]]), last]


def _alone(gone: Iterable[Element | None], come: Iterable[Element | None]) -> Iterator[Pair]:
    yield from ((one, None) for one in gone)
    yield from ((None, one) for one in come)


def _block(reader: Reader, element: Element) -> Unit:
    # A paragraph that ends a section is another thing than one that does not.
    ends = element.find(f"{W}pPr/{W}sectPr") is not None
    return Unit(reader.outline(element), (element.tag, ends), reader.text(element))


def _row(reader: Reader, element: Element, columns: list[int]) -> Unit:
    first = cells(element)[:1]
    label = reader.text(first[0]).strip() if first else ""
    named = "" if label.isdecimal() else label
    return Unit(reader.outline(element), shape(element, columns), reader.text(element), named)
