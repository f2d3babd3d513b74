"""Alignment: which blocks and rows of two documents are pairs, which stand on one side alone.

Units that stand once on each side are anchors (as in patience diff); between two anchors those
are paired that together have the most in common.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.word.markup import TBL, Element, P, W, blocks, cells, rows
from mmethics_cli.formats.word.reading import Outline, WordReader, column_edges, read, shape

# An element of the old side and its like on the new one; None where one side lacks it.
Pair = tuple[Element | None, Element | None]
# The same by number.
_Places = tuple[int | None, int | None]

_OLD, _NEW = "修改前的文件", "修改后的文件"
_LEAST_ALIKE: Final = 0.35
_MOST_PAIRS: Final = 40_000  # of blocks to be compared one by one


def read_both(old: bytes, new: bytes) -> tuple[WordReader, WordReader]:
    """Both files, ready to be compared. Raises DocumentError, which says which of them is bad."""
    return read(old, _OLD), read(new, _NEW)


def block_pairs(old: WordReader, new: WordReader, before: Element, after: Element) -> list[Pair]:
    """The blocks of two holders; their last paragraphs are a pair or end a tail of one side.

    The end of the last paragraph of a cell, header or body can be neither inserted nor deleted.
    """
    sides = blocks(before), blocks(after)
    units = [_block(old, block) for block in sides[0]], [_block(new, block) for block in sides[1]]
    pairs = _elements(*sides, _aligned(*units))
    return _with_last_paired(list(_split_tables(old, new, pairs)))


def row_pairs(
    old: WordReader, new: WordReader, before: Element, after: Element
) -> list[Pair] | None:
    """The rows of two tables; None when their columns differ or no row is the same."""
    columns = column_edges(before), column_edges(after)
    if len(columns[0]) != len(columns[1]):
        return None
    sides = rows(before), rows(after)
    units = (
        [_row(old, row, columns[0]) for row in sides[0]],
        [_row(new, row, columns[1]) for row in sides[1]],
    )
    pairs = _elements(*sides, _aligned(*units))
    return pairs if any(None not in pair for pair in pairs) else None


def _elements(
    before: Sequence[Element], after: Sequence[Element], places: Iterable[_Places]
) -> list[Pair]:
    return [(None if i is None else before[i], None if j is None else after[j]) for i, j in places]


def _split_tables(old: WordReader, new: WordReader, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """Pairs of tables that have no row in common stand as two."""
    for before, after in pairs:
        if before is None or after is None or before.tag != TBL:
            yield before, after
        elif row_pairs(old, new, before, after) is None:
            yield before, None
            yield None, after
        else:
            yield before, after


def _with_last_paired(pairs: list[Pair]) -> list[Pair]:
    """See to it that the last paragraphs of both sides can end one text."""
    at = tail_start(pairs)
    if at == len(pairs):
        return pairs
    gone = [old for old, _ in pairs[at:] if old is not None]
    come = [new for _, new in pairs[at:] if new is not None]
    last = gone[-1] if gone else pairs[at - 1][0], come[-1] if come else pairs[at - 1][1]
    if any(element is None or element.tag != P for element in last):
        return pairs
    if gone and come:
        return [*pairs[:at], *_unpaired(gone[:-1], come[:-1]), last]
    lender = pairs[at - 1]
    tail = (*lender, *gone, *come)
    if all(element is not None and element.tag == P for element in tail):
        return pairs
    # A table stands between: the pair before it parts, and its older side goes on to the end.
    if gone:
        return [*pairs[: at - 1], *_unpaired([lender[0], *gone[:-1]], []), last]
    return [*pairs[: at - 1], *_unpaired([], [lender[1], *come[:-1]]), last]


def tail_start(pairs: Sequence[Pair]) -> int:
    """Where what stands on one side alone at the end of the pairs begins."""
    at = len(pairs)
    while at and None in pairs[at - 1]:
        at -= 1
    return at


def _unpaired(gone: Iterable[Element | None], come: Iterable[Element | None]) -> Iterator[Pair]:
    yield from ((element, None) for element in gone)
    yield from ((None, element) for element in come)


class _Unit(Struct, dict=True):
    """A block or row to be aligned: only units of one `kind` can be the same."""

    outline: Outline
    kind: object
    text: str
    label: str = ""  # what names a row

    @cached_property
    def bigrams(self) -> frozenset[str]:
        """Every two neighbouring characters of the text; its character where it has but one."""
        text = self.text
        pairs = zip(text, text[1:], strict=False)
        return frozenset(first + second for first, second in pairs) or frozenset(text)

    @cached_property
    def key(self) -> tuple[object, Outline]:
        return self.kind, self.outline


def _block(reader: WordReader, element: Element) -> _Unit:
    # A paragraph that ends a section is another thing than one that does not.
    ends = element.find(f"{W}pPr/{W}sectPr") is not None
    return _Unit(reader.outline(element), (element.tag, ends), reader.text(element))


def _row(reader: WordReader, element: Element, columns: list[int]) -> _Unit:
    first = cells(element)[:1]
    text = reader.text(first[0]).strip() if first else ""
    label = "" if text.isdecimal() else text
    return _Unit(reader.outline(element), shape(element, columns), reader.text(element), label)


def _likeness(old: _Unit, new: _Unit) -> float:
    """0 for units that must not be paired, else how much they say in common, at most 1."""
    if old.kind != new.kind:
        return 0
    if old.outline == new.outline:
        return 1 if old.text.strip() else 0.3
    common = len(old.bigrams & new.bigrams)
    alike = 2 * common / ((len(old.bigrams) + len(new.bigrams)) or 1)
    if old.label and old.label == new.label:
        alike = max(alike, 0.5)
    return alike * 0.9 if alike >= _LEAST_ALIKE else 0


def _aligned(old: Sequence[_Unit], new: Sequence[_Unit]) -> Iterator[_Places]:
    """Places on both sides in order; of what stands on one side only, the old comes first."""
    i = j = 0
    for a, b in [*_anchors(old, new), (len(old), len(new))]:
        yield from _gap(old[i:a], new[j:b], i, j)
        if a < len(old):
            yield a, b
        i, j = a + 1, b + 1


def _anchors(old: Sequence[_Unit], new: Sequence[_Unit]) -> list[tuple[int, int]]:
    """Units with a text that stands once on each side, as far as their order is the same."""
    counts = [Counter(unit.key for unit in side if unit.text.strip()) for side in (old, new)]
    places = {unit.key: at for at, unit in enumerate(new) if counts[1].get(unit.key) == 1}
    common = [
        (at, places[unit.key])
        for at, unit in enumerate(old)
        if counts[0].get(unit.key) == 1 and unit.key in places
    ]
    return _rising(common)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rise on both sides (longest increasing subsequence)."""
    ends: list[int] = []
    chains: list[int] = []  # index in pairs of the last one of the best chain of each length
    before: list[int] = []
    for at, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(chains[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        chains[length : length + 1] = [at]
    rising, at = [], chains[-1] if chains else -1
    while at >= 0:
        rising.append(pairs[at])
        at = before[at]
    return rising[::-1]


def _gap(old: Sequence[_Unit], new: Sequence[_Unit], i: int, j: int) -> Iterator[_Places]:
    """Pairs between two anchors; `i` and `j` are the places of the first units of each side."""
    last_a = last_b = 0
    for a, b in [*_likeliest(old, new), (len(old), len(new))]:
        yield from ((i + at, None) for at in range(last_a, a))
        yield from ((None, j + at) for at in range(last_b, b))
        if a < len(old):
            yield i + a, j + b
        last_a, last_b = a + 1, b + 1


def _likeliest(old: Sequence[_Unit], new: Sequence[_Unit]) -> list[tuple[int, int]]:
    """The pairs in order that together have the most in common, by dynamic programming."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    alike = [[_likeness(before, after) for after in new] for before in old]
    # best[a][b]: the most that old[a:] and new[b:] can have in common.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in range(len(old) - 1, -1, -1):
        for b in range(len(new) - 1, -1, -1):
            skip = max(best[a + 1][b], best[a][b + 1])
            paired = best[a + 1][b + 1] + alike[a][b] if alike[a][b] else 0
            best[a][b] = max(skip, paired)
    pairs, a, b = [], 0, 0
    while a < len(old) and b < len(new):
        if alike[a][b] and best[a][b] == best[a + 1][b + 1] + alike[a][b]:
            pairs.append((a, b))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            a += 1
        else:
            b += 1
    return pairs
