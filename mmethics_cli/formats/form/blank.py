"""A blank of a form: what stands around it, and where what is filled in goes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

from mmethics_cli.formats.form.grid import GridCell, GridRow
from mmethics_cli.formats.form.line import FormLine

# Room in the label's own line, an empty cell, room below a label, boxes, a column of rows; the
# name in a tag.
Kind = Literal["line", "cell", "long", "boxes", "rows", "tag"]


class Option(Struct):
    """A box of a group: the words after it, and where it stands."""

    words: str
    line: FormLine
    at: int


class Spot(Struct):
    """Where words go: signs of a line, else a cell; for a column the cells of its empty rows."""

    line: FormLine | None = None
    start: int = 0
    end: int = 0
    cell: GridCell | None = None
    rows: tuple[GridRow, ...] = ()


class FormBlank(Struct):
    """One blank, as somebody sees it who fills the form.

    `words` is the label that stands nearest to it, `before` the labels of its line or row that
    stand before, nearest last; `group` is the heading that it stands under, `above` everything
    like that in its table or chapter. `after` stands behind it (a unit, the rest of a sentence).
    `index` numbers the columns of one table of rows, `table` the tables of the form from 1.
    """

    words: str
    kind: Kind
    place: str
    group: str = ""
    above: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: str = ""
    options: list[Option] = field(default_factory=list)
    spot: Spot = field(default_factory=Spot)
    is_date: bool = False
    table: int = 0
