"""What all pages of the questionnaire share: marks, names, words, and how their cells look."""

from __future__ import annotations

import math
from typing import Final

from msgspec.structs import replace

from mmethics_cli.core.conditions.written import parse_date, parse_int
from mmethics_cli.formats.excel.model import (
    BOLD_FONT,
    DIGITS_ACROSS,
    CellLook,
    CellRule,
    HiddenIds,
    Sheet,
    SheetCell,
    SheetColumn,
    SheetPaper,
    SheetRow,
    SheetStyle,
)
from mmethics_cli.sheets.ledger import Ledger

# What the hidden cells say. A page's mark stands where its row of roles and its column of ids meet.
MARK: Final = "mmethics:"
RECORD_MARK: Final = f"{MARK}record"
QUESTIONS, LIST, ITEMS = "questions", "list:", "items"
ANSWER, REMOVE = "answer", "remove"
# Before an id, so that an id cannot be taken for the next.
ENTRY: Final = ":"
# A row of ours that holds no answer: title, heading, header.
NO_ENTRY: Final = "#"

# The sheets that every workbook may have; a list's sheet takes another name.
GUIDE_NAME, FIRST_NAME, REST_NAME, ITEMS_NAME = "填写说明", "先答这些", "问卷", "审查要点自查"
OPTIONS_NAME, RECORD_NAME = "选项", "mmethics"
FIXED_NAMES: Final = frozenset(
    {GUIDE_NAME, FIRST_NAME, REST_NAME, ITEMS_NAME, OPTIONS_NAME, RECORD_NAME}
)

# Words that people write into cells.
CLEAR_WORD: Final = "清空"
REMOVE_WORD: Final = "删除"

_LINES: Final = "A6A6A6"
_GREY_FILL: Final = "F2F2F2"
PLAIN: Final = CellLook(grid=_LINES)
SMALL: Final = replace(PLAIN, size=9, colour="595959")
RED: Final = replace(PLAIN, colour="C00000")
CLOSED: Final = replace(PLAIN, colour="7F7F7F", fill=_GREY_FILL)
_HEADING: Final = replace(PLAIN, font=BOLD_FONT, fill="DDEBF7")
_STYLE: Final = SheetStyle(
    title=CellLook(BOLD_FONT, 15),
    note=CellLook(colour="404040"),
    header=replace(PLAIN, font=BOLD_FONT, fill="D9D9D9", centred=True),
    title_line=27,
    room=6,
    folds_up=True,
)
# Excel shows a longer text as ### where the cell's format is text, and of a text higher than the
# highest row the beginning must be seen.
_LONG: Final = 200
# As text a code such as 0137 or 1-2 stays what was typed.
_FORMATS: Final = {"text": "@", "int": "0", "date": "yyyy-mm-dd"}


def page(
    name: str,
    title: str,
    columns: tuple[SheetColumn, ...],
    rows: tuple[SheetRow, ...],
    mark: str = "",
    notes: tuple[str, ...] = (),
    frozen: int = 1,
) -> Sheet:
    """A page; `mark` tells the reader what its rows are, one without a mark is not read.

    A page too wide for one paper is printed on several that lie side by side.
    """
    across = math.ceil(sum(column.width for column in columns) / DIGITS_ACROSS)
    return Sheet(
        name,
        title,
        columns,
        rows,
        _STYLE,
        notes,
        frozen,
        SheetPaper(across=across, one_high=not mark),
        HiddenIds(MARK + mark, NO_ENTRY) if mark else HiddenIds(),
        locked=True,
        growing=mark.startswith(LIST),
    )


def heading_row(text: str) -> SheetRow:
    """A heading across the table, above the rows that belong together."""
    return SheetRow((SheetCell(text, _HEADING),), NO_ENTRY, spans=True)


def drop_down(
    title: str, options: tuple[str, ...], help_: str = "", *, strict: bool = True
) -> CellRule:
    """Options to pick from; where it is not strict, or there are none, any text can be written."""
    if not options:
        return CellRule(title=title, help=help_)
    return CellRule(
        options=options,
        title=title,
        error="请从下拉列表里选。",
        help=help_,
        refusal="stop" if strict else "silent",
    )


def answer_cell(ledger: Ledger, key: str, rule: CellRule, *, grey: bool = False) -> SheetCell:
    """The cell of an answer; closed where the answer is too long for a cell."""
    text = ledger.text(key)
    if text != ledger.whole_text(key):
        return SheetCell(text, CLOSED, key=key)
    return input_cell(rule, text, key, grey=grey)


def input_cell(rule: CellRule, text: str = "", key: str = "", *, grey: bool = False) -> SheetCell:
    """A cell to answer in, with the recorded answer; grey where none is wanted as things stand."""
    long = len(text) > _LONG
    look = CellLook(
        fill=_GREY_FILL if grey else "FFF9DB",
        grid=_LINES,
        top=long,
        format="General" if long else _FORMATS[rule.kind],
        open=True,
    )
    number = parse_int(text) if rule.kind == "int" else None
    day = parse_date(text) if rule.kind == "date" else None
    for value in (number, day):
        if value is not None and str(value) == text:
            return SheetCell(value, look, rule, key)
    return SheetCell(text, look, rule, key)
