"""Pairs of blocks and rows: what stands on both sides, and what on one alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mmethics_cli.render.redline_alignment import Unit, aligned
from mmethics_cli.render.redline_names import TBL, Element, P, W
from mmethics_cli.render.redline_reading import Reader, blocks, cells, column_edges, rows, shape

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
