"""Tables from rows of Markdown cells: joined cells, labels, widths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mmethics_cli.core.columns import display_width
from mmethics_cli.render.blocks import Cell, Line, Side, Table, Text

JOIN_LEFT: Final = "<"
JOIN_ABOVE: Final = "^"
_LONGEST_LABEL: Final = 44

# The cells of a row and the side that their column is set to.
Row = Sequence[tuple[Line, Side]]


def table_of(
    rows: Sequence[Row],
    widths: tuple[float, ...],
    header: int,
    form: bool,
    caption: str,
) -> Table:
    """A table; in a form the cells that name others are labels, else the header rows are.

    Cells holding `<` belong to the cell on their left, `^` to the one above.
    """
    columns = len(widths) or max(len(row) for row in rows)
    signs = [[_sign(line) for line, _ in row] + [JOIN_LEFT] * (columns - len(row)) for row in rows]
    made = tuple(tuple(_cells(rows, signs, number, columns)) for number in range(len(rows)))
    if form:
        made = tuple(_with_labels(row) for row in made)
    else:
        made = tuple(
            tuple(_labelled(cell) for cell in row)
            if number < header or _is_band(row, columns)
            else row
            for number, row in enumerate(made)
        )
    return Table(widths or (1.0,) * columns, made, header if not form else 0, caption)


def _is_band(row: Sequence[Cell], columns: int) -> bool:
    """Whether a row is one cell across the table: it names the rows below it."""
    return len(row) == 1 and 1 < columns == row[0].columns


def _sign(line: Line) -> str:
    only = line[0] if len(line) == 1 else None
    return only.text.strip() if isinstance(only, Text) and not only.value else ""


def _cells(
    rows: Sequence[Row],
    signs: Sequence[Sequence[str]],
    number: int,
    columns: int,
) -> Sequence[Cell]:
    found: list[Cell] = []
    for column in range(columns):
        sign = signs[number][column]
        if column and sign == JOIN_LEFT:
            continue
        if sign == JOIN_ABOVE:
            # A cell under another: kept with no rows of its own, since Word wants it there.
            found.append(Cell((), column, _joined(signs[number], column), rows=0))
            continue
        line, align = rows[number][column]
        below = 1
        while number + below < len(rows) and signs[number + below][column] == JOIN_ABOVE:
            below += 1
        found.append(Cell(line, column, _joined(signs[number], column), below, align=align))
    return found


def _joined(signs: Sequence[str], column: int) -> int:
    """How many columns a cell takes, with those after it that belong to it."""
    after = column + 1
    while after < len(signs) and signs[after] == JOIN_LEFT:
        after += 1
    return after - column


def _with_labels(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """In a form a short cell of template words that names the value after it is a label."""
    found: list[Cell] = []
    for at, cell in enumerate(row):
        named = bool(found) and found[-1].label
        after = row[at + 1] if at + 1 < len(row) else None
        # A row of one cell heads a part of the form. Right of a label words are a value, unless
        # a value follows them: 主要研究者 | 姓名 | 张三.
        label = _is_short(cell) and (
            len(row) == 1 or (after is not None and (not named or not _is_short(after)))
        )
        found.append(_labelled(cell) if label else cell)
    return tuple(found)


def _labelled(cell: Cell) -> Cell:
    return cell._replace(label=True)


def _is_short(cell: Cell) -> bool:
    if not all(isinstance(one, Text) and not one.value for one in cell.line):
        return False
    text = "".join(one.text for one in cell.line if isinstance(one, Text))
    return 0 < display_width(text) <= _LONGEST_LABEL
