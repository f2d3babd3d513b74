"""Which block or row of the old side is which of the new one."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mmethics_cli.render.redline_reading import Outline

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
