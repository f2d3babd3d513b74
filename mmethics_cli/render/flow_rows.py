"""Which rows of a flow figure lie one under the other, and which side by side.

Rows that differ in some column lie one under the other; rows that agree in the columns in which
both have a box (what goes into and what goes out of one institution) lie side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from mmethics_cli.render.blocks import FlowRow, Line, Text
from mmethics_cli.render.flow_text import key_of

# Rows are of a kind that lie beyond the same border and have boxes in the same columns.
Kind = tuple[str, tuple[bool, ...]]

_SAME: Final = "^"


def settled(rows: Sequence[FlowRow]) -> tuple[FlowRow, ...]:
    """The rows with `^` filled in, and hints that stand apart from any box moved into one."""
    above: dict[int, tuple[Line, ...]] = {}
    found = []
    for row in rows:
        cells = [above.get(at, ()) if _same(cell) else cell for at, cell in enumerate(row.cells)]
        if len(cells) > 1 and _is_hint(cells[0]) and not cells[1]:
            home = max(at for at, cell in enumerate(cells) if cell)
            cells[home] = cells[0] + cells[home] if home else cells[0]
            cells[0] = cells[0] if not home else ()
        above.update({at: cell for at, cell in enumerate(cells) if cell})
        if any(cells):
            found.append(FlowRow(tuple(cells), row.border))
    return tuple(found)


def _same(cell: Sequence[Line]) -> bool:
    only = cell[0][0] if len(cell) == 1 and len(cell[0]) == 1 else None
    return isinstance(only, Text) and not only.value and only.text.strip() == _SAME


def _is_hint(cell: Sequence[Line]) -> bool:
    """Whether a cell holds nothing but what a condition says that is not decided yet."""
    words = [one for line in cell for one in line if not isinstance(one, Text) or one.text.strip()]
    return bool(words) and all(isinstance(one, Text) and one.gap for one in words)


def kind_of(row: FlowRow) -> Kind:
    return row.border, tuple(bool(cell) for cell in row.cells)


def fold(rows: Sequence[FlowRow], folded: Mapping[Kind, int]) -> tuple[FlowRow, ...]:
    """The rows without the last of each kind, for which one more row then stands.

    `folded` counts the steps by kind: the first takes two rows away, each other one.
    """
    kept = list(rows)
    for kind, steps in folded.items():
        of_kind = [row for row in rows if kind_of(row) == kind]
        gone = of_kind[-steps - 1 :]
        place = kept.index(gone[0])
        kept = [row for row in kept if all(row is not one for one in gone)]
        known = {(at, key_of(cell)) for row in kept for at, cell in enumerate(row.cells)}
        beyond = f"{kind[0]}外" if kind[0] else ""
        note: tuple[Line, ...] = ((Text(f"{beyond}另有{len(gone)}项，见表"),),)
        cells = tuple(
            cell if not cell or (at, key_of(cell)) in known else note
            for at, cell in enumerate(gone[0].cells)
        )
        kept.insert(place, FlowRow(cells, gone[0].border))
    return tuple(kept)


def tracks(rows: Sequence[FlowRow]) -> list[list[FlowRow]]:
    """Rows that must lie one under the other, together; boxes that are one lie side by side."""
    found: list[list[FlowRow]] = []
    for row in rows:
        apart = [one for one in found if not any(_differ(row, other) for other in one)]
        joined = [other for one in found if one not in apart for other in one]
        found = [*apart, [*joined, row]]
    first: dict[tuple[int, str], int] = {}
    for number, row in enumerate(rows):
        for at, cell in enumerate(row.cells):
            first.setdefault((at, key_of(cell)), number)

    def order(row: FlowRow) -> tuple[object, ...]:
        boxes = [first[at, key_of(cell)] if cell else -1 for at, cell in enumerate(row.cells)]
        return (bool(row.border), row.border, *boxes)

    return [sorted(one, key=order) for one in found]


def _differ(row: FlowRow, other: FlowRow) -> bool:
    both = [(a, b) for a, b in zip(row.cells, other.cells, strict=True) if a and b]
    return not both or any(key_of(a) != key_of(b) for a, b in both) or len(both) == len(row.cells)
