"""A document as values: blocks of lines, lines of words and controls; what a file is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

from msgspec import Struct

from mmethics_cli.errors import TemplateError
from mmethics_cli.wording.language import WORDINGS, Language, Wording

# What XML cannot hold. The store refuses these at the border; here they would break the file.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Stamp(Struct, frozen=True):
    """The document now rendered: its title, its own version and date, and its language.

    `form` is the institution's code of the form, `anchor` number and hash of the
    entry of a register that its footer names.
    """

    id: str
    title: str
    version: str = ""
    date: date | None = None
    language: Language = "zh"
    form: str = ""
    anchor: tuple[str, ...] = ()

    @property
    def wording(self) -> Wording:
        return WORDINGS[self.language]


class Text(NamedTuple):
    """Words in one face; `value` when they came from data, `gap` when an answer is missing."""

    text: str
    bold: bool = False
    italic: bool = False
    value: bool = False
    gap: bool = False


class Blank(Struct, frozen=True):
    """A line to write on, about so many characters wide."""

    width: int


class Picture(Struct, frozen=True):
    """A picture of the pack, `width` centimetres wide; `alt` says what one sees in it."""

    file: str
    width: float
    alt: str


class Tick(Struct, frozen=True):
    """A tick box; `tag` names it in the Word file."""

    tag: str
    checked: bool = False


class Pick(Struct, frozen=True):
    """One of several words, picked on the screen or circled on paper; `between` parts them."""

    tag: str
    options: tuple[str, ...]
    between: str = "／"


class PickDate(Struct, frozen=True):
    """年 月 日, or day month year, to write on paper or to pick on the screen."""

    tag: str
    language: Language = "zh"


Control = Tick | Pick | PickDate
Inline = Text | Blank | Picture | Control
Line = tuple[Inline, ...]
Side = Literal["", "left", "center", "right"]


class Heading(Struct, frozen=True):
    """Level 0 is the title of the document."""

    level: int
    line: Line


class Paragraph(Struct, frozen=True):
    """`number` is the mark of a list item (“1.”, “•”), `depth` how deep its list is nested."""

    line: Line
    number: str = ""
    depth: int = 0


class Cell(NamedTuple):
    """A cell of a table and how many grid columns and rows it takes."""

    line: Line
    column: int
    columns: int = 1
    rows: int = 1
    label: bool = False
    align: Side = ""


class Table(Struct, frozen=True):
    """Rows of cells over relative column widths; `header` rows are repeated on each page.

    Each other row is at least `lines` high, so that there is room to write.
    """

    widths: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    header: int
    caption: str
    lines: int = 1


def line_text(line: Sequence[Inline]) -> str:
    """The words of a line."""
    return "".join(inline.text for inline in line if isinstance(inline, Text))


def key_of(cell: Sequence[Line]) -> str:
    """Boxes of a column with one key are one box; empty where there is none."""
    return "\n".join(map(line_text, cell)).strip()


class FlowRow(Struct, frozen=True, dict=True):
    """A way through the columns of a flow figure: the lines of a box for each, none for no box.

    `border` names what the row lies beyond, if anything.
    """

    cells: tuple[tuple[Line, ...], ...]
    border: str = ""

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """What each box says."""
        return tuple(map(key_of, self.cells))


class Flow(Struct, frozen=True):
    """Who passes what to whom: boxes in columns of relative widths, joined along each row.

    Boxes of a column that say the same are one box.
    """

    widths: tuple[float, ...]
    columns: tuple[str, ...]
    rows: tuple[FlowRow, ...]
    caption: str


class Signatures(Struct, frozen=True):
    """Lines to sign; each stays on one page with the sentence before it."""

    lines: tuple[Line, ...]


class Framed(Struct, frozen=True):
    """Paragraphs in a frame; a note is small and grey instead."""

    note: bool
    blocks: tuple[Block, ...]


class KeptTogether(Struct, frozen=True):
    """Blocks that one page holds, if it can."""

    blocks: tuple[Block, ...]


class Beside(Struct, frozen=True):
    """Rows of two columns without lines: blocks on the left, what they say beside them."""

    rows: tuple[tuple[tuple[Block, ...], tuple[Block, ...]], ...]


class PageBreak(Struct, frozen=True):
    """What follows begins a page."""


Block = Heading | Paragraph | Table | Flow | Signatures | Framed | KeptTogether | Beside | PageBreak


def refuse_unprintable(text: str) -> None:
    """Raise TemplateError where a text holds a character that XML cannot carry."""
    match = _UNPRINTABLE.search(text)
    if match is not None:
        before = text[max(0, match.start() - 12) : match.start()]
        raise TemplateError(
            f"“{before}”后面有不能写入文件的字符 U+{ord(match[0]):04X}，请删去后重试。"
        )
