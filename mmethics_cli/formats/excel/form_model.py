"""An Excel document as values: sheets of columns and rows, and what people fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Formula:
    """A number that Excel reckons from what people fill in; `value` is what it is before that."""

    text: str
    value: int = 0


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column `width` digits wide; people fill it in when `input`, from `choices` if any.

    `colours` tints the whole row by what stands in the column: red, yellow, green or grey.
    """

    title: str
    width: float
    input: bool = False
    choices: tuple[str, ...] = ()
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormRow:
    """The cells of a row; a muted one is grey and not to be filled in.

    `choices` stand for those of its input columns; it is at least `lines` lines high.
    """

    cells: tuple[str | Formula, ...]
    muted: bool = False
    choices: tuple[str, ...] = ()
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: title, lines of explanation, then a table whose first columns stay in view.

    Where people fill something in, all else is locked; `locked` locks a sheet without inputs.
    """

    name: str
    title: str
    columns: tuple[FormColumn, ...]
    rows: tuple[FormRow, ...]
    notes: tuple[str, ...] = ()
    frozen_columns: int = 0
    landscape: bool = True
    locked: bool = False

    @property
    def first_row(self) -> int:
        """The number of the row that follows the header."""
        return len(self.notes) + 3
