"""A workbook before it is one: pages of rows, each cell with the key of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

# What the hidden cells say. A page's mark stands where its row of roles and its column of ids meet.
MARK: Final = "mmethics:"
QUESTIONS, LIST, ITEMS = "questions", "list:", "items"
ANSWER, REMOVE = "answer", "remove"

# The sheets that every workbook may have; a list's sheet takes another name.
GUIDE_NAME, FIRST_NAME, REST_NAME, ITEMS_NAME = "填写说明", "先答这些", "问卷", "审查要点自查"
OPTIONS_NAME, RECORD_NAME = "选项", "mmethics"
FIXED_NAMES: Final = frozenset(
    {GUIDE_NAME, FIRST_NAME, REST_NAME, ITEMS_NAME, OPTIONS_NAME, RECORD_NAME}
)

Kind = Literal["text", "int", "date"]
Look = Literal["plain", "section", "muted"]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column `width` digits wide; cells of a column with a role are read back."""

    title: str
    width: float
    role: str = ""
    centred: bool = False


@dataclass(frozen=True, slots=True)
class CellRule:
    """What a cell takes: a drop-down of options, a kind, bounds; and the help shown beside it.

    What is not `strict` may be overruled by the person who types.
    """

    kind: Kind = "text"
    options: tuple[str, ...] = ()
    strict: bool = True
    title: str = ""
    help: str = ""
    minimum: str | None = None
    maximum: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """A text; people change it when it has a `rule`. `key` names the answer that it holds."""

    text: str = ""
    key: str = ""
    rule: CellRule | None = None
    grey: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row for the question, list entry or review item `id`; empty in a spare row of a list."""

    cells: tuple[AnswerCell, ...]
    id: str = ""
    look: Look = "plain"
    folded: bool = False


@dataclass(frozen=True, slots=True)
class SheetPage:
    """A sheet: title, lines of explanation, a table whose first columns stay in view.

    `mark` tells the reader what its rows are; a page without one is not read.
    """

    name: str
    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    mark: str = ""
    notes: tuple[str, ...] = ()
    frozen: int = 1


@dataclass(frozen=True, slots=True)
class WorkbookOrigin:
    """What a workbook was made from: the pack, and the digest of each file of the dossier."""

    standard: str
    edition: str
    files: dict[str, str]


def inputs(pages: tuple[SheetPage, ...]) -> Iterator[AnswerCell]:
    """Every cell that holds an answer, or will."""
    return (cell for page in pages for row in page.rows for cell in row.cells if cell.key)


# Before an id, so that an id can be neither of the others.
ENTRY: Final = ":"
# A row of ours that holds no answer: title, heading, header.
NO_ENTRY: Final = "#"
