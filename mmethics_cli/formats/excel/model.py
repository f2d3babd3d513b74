"""An Excel file as values: sheets of columns and rows, how cells look, what may be typed in them.

Widths of columns are in digits, as Excel counts them; heights and sizes of text are in points,
margins in inches, colours in RRGGBB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

from msgspec import Struct, field

from mmethics_cli.formats.charts import ChartData

TEXT_SIZE: Final = 10.5
BOLD_FONT: Final = "黑体"
# How many digits side by side are legible on A4 across.
DIGITS_ACROSS: Final = 180.0
_A4: Final = (8.27, 11.69)


class Formula(Struct, frozen=True):
    """A number that Excel reckons from what people fill in; `value` is what it is before that."""

    text: str
    value: int = 0


class CellLook(Struct, frozen=True):
    """How a cell looks, and whether it stays open when its sheet is locked.

    `fill` and `grid` are the colours of its ground and of the lines round it, empty for none;
    `top` puts the text at the top instead of in the middle; `format` is a number format of Excel.
    """

    font: str = "宋体"
    size: float = TEXT_SIZE
    colour: str = "000000"
    fill: str = ""
    grid: str = ""
    centred: bool = False
    top: bool = False
    format: str = "General"
    open: bool = False


class CellRule(Struct, frozen=True):
    """What may be typed into a cell: one of the options, a number or date within bounds, or a text.

    `error` says what to type instead, `help` stands beside the chosen cell under `title`.
    `refusal` is what happens to anything else: it can be kept after a warning, is stopped (by None
    too, which leaves it to Excel), or is taken in silence.
    """

    kind: Literal["text", "int", "date"] = "text"
    options: tuple[str, ...] = ()
    minimum: int | date | None = None
    maximum: int | date | None = None
    title: str = ""
    error: str = ""
    help: str = ""
    refusal: Literal["warning", "stop", "silent"] | None = "warning"


class SheetCell(Struct, frozen=True):
    """A cell. `key` names what it holds for whoever made the sheet; it is not written."""

    content: str | int | date | Formula
    look: CellLook
    rule: CellRule | None = None
    key: str = ""

    @property
    def text(self) -> str:
        """The content as a text; that of a formula is empty."""
        return "" if isinstance(self.content, Formula) else str(self.content)


class SheetColumn(Struct, frozen=True):
    """A column under its title. `role` is read by programs, in the sheet's hidden row.

    `tints` colour a whole row by what stands in this column.
    """

    title: str
    width: float
    centred: bool = False
    role: str = ""
    tints: Mapping[str, str] = field(default_factory=dict)


class SheetRow(Struct, frozen=True):
    """A cell for each column, or one that `spans` them all; at least `lines` lines high.

    `id` is read by programs, in the sheet's hidden column; a folded row is hidden until unfolded.
    """

    cells: tuple[SheetCell, ...]
    id: str = ""
    lines: int = 1
    spans: bool = False
    folded: bool = False


class HiddenIds(Struct, frozen=True):
    """What a sheet says to programs in its first row and column, which are hidden.

    There stand the roles of the columns and the ids of the rows, `corner` where they meet and
    `heading` beside title, notes and header.
    """

    corner: str = ""
    heading: str = ""


class SheetStyle(Struct, frozen=True):
    """How title, notes and header look; `title_line` is the height of a line of the title.

    `room` is how much higher than its lines a row is. `folds_up` says that the button to unfold
    rows stands above them.
    """

    title: CellLook
    note: CellLook
    header: CellLook
    title_line: float
    room: float
    folds_up: bool = False


class SheetPaper(Struct, frozen=True):
    """How a sheet is printed on A4: scaled so that it takes `across` sheets of paper side by side.

    `margin` is that of both sides; `left` and `right` are printed at the top of every paper.
    """

    landscape: bool = True
    margin: float = 0.5
    centred: bool = False
    across: int = 1
    one_high: bool = False
    left: str = ""
    right: str = ""

    def scale(self, widths: Sequence[float]) -> float:
        """By how much columns of these widths are made smaller for one paper; never larger."""
        # A column of w digits is 7w + 5 pixels wide, 96 to the inch.
        inches = sum(7 * width + 5 for width in widths) / 96
        return min(1.0, (_A4[self.landscape] - 2 * self.margin) / inches)


class Sheet(Struct, frozen=True):
    """A sheet: title, notes, then a table whose header and first `frozen` columns stay in view.

    In a `locked` sheet people change open cells only; where it is `growing` they may insert rows.
    """

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    style: SheetStyle
    notes: tuple[str, ...] = ()
    frozen: int = 0
    paper: SheetPaper = SheetPaper()
    hidden_ids: HiddenIds | None = None
    locked: bool = False
    growing: bool = False

    @property
    def corner(self) -> int:
        """The number of the first column, and of the title's row: a hidden one may precede them."""
        return 1 if self.hidden_ids is None else 2

    @property
    def first_row(self) -> int:
        """The number of the row that follows the header."""
        return self.corner + len(self.notes) + 2

    def area(self, column: int, rows: int) -> str:
        """The first `rows` cells of a column (from 0), as formulas on other sheets name them."""
        name, letter = self.name.replace("'", "''"), column_letters(self.corner + column)
        return f"'{name}'!${letter}${self.first_row}:${letter}${self.first_row + max(rows, 1) - 1}"


def column_letters(number: int) -> str:
    """The name of a column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class RecordSheet(Struct, frozen=True):
    """A sheet that only programs see: rows of texts."""

    name: str
    rows: tuple[tuple[str, ...], ...]


class Workbook(Struct, frozen=True):
    """An Excel file; `day` stands in it as the day on which it was made.

    The options of drop-downs stand on a hidden sheet of the name `options`. Without one they stand
    in the rules themselves, where they are 255 characters at most and hold neither , nor ".
    Charts stand on a sheet of their own.
    """

    sheets: tuple[Sheet, ...]
    title: str
    day: date | None
    version: str = ""
    options: str = ""
    record: RecordSheet | None = None
    charts: tuple[ChartData, ...] = ()
