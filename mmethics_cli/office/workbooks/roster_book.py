"""名册: the members of a committee in a workbook, filled in once and again when terms begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import CellRule, SheetCell, SheetColumn, SheetRow
from mmethics_cli.office.events import EventKind, Happening
from mmethics_cli.office.state import Appointment, Lookup
from mmethics_cli.office.workbooks.book import YES_NO, OfficeBook, book_file
from mmethics_cli.sheets.page import ENTRY, PLAIN, drop_down, input_cell, page

FORMAT: Final = "mmethics/roster/1"
_MARK: Final = "roster"
_ROWS: Final = 40


def roster_book(kind: EventKind, people: Sequence[Appointment], day: date) -> bytes:
    """The workbook: a row for each member, then open ones; `kind` is that of appointing."""
    rows = [_row(kind, each.person, each) for each in people]
    numbers = (f"M{number:02d}" for number in range(1, _ROWS + len(people) + 1))
    taken = {each.person for each in people}
    free = [name for name in numbers if name not in taken]
    rows += [_row(kind, name, None) for name in free[: max(_ROWS - len(people), 5)]]
    columns = (
        SheetColumn("编号", 8, True),
        *(SheetColumn(kind.titles.get(key, key), 16, role=key) for key in kind.data),
    )
    notes = (
        "一名委员一行；换届、连任在同一行改任期。没有姓名的行不读。",
        "填好以后：mmethics office take roster.xlsx（改了文件名也可以）。",
    )
    sheet = page("名册", "委员名册", columns, tuple(rows), _MARK, notes)
    return book_file(FORMAT, {}, (sheet,), "委员名册", day)


def _row(kind: EventKind, person: str, known: Appointment | None) -> SheetRow:
    cells = [
        input_cell(
            _rule(kind, key), _written(kind, getattr(known, key, "")) if known is not None else ""
        )
        for key in kind.data
    ]
    return SheetRow((SheetCell(person, PLAIN), *cells), ENTRY + person)


def _rule(kind: EventKind, key: str) -> CellRule:
    title, type_ = kind.titles.get(key, key), kind.data[key]
    if isinstance(type_, tuple):
        return drop_down(title, tuple(kind.labels.get(word, word) for word in type_))
    if type_ == "yes":
        return drop_down(title, YES_NO)
    if type_ == "day":
        return CellRule("date", title=title, refusal="silent")
    return drop_down(title, ())


def _written(kind: EventKind, value: Any) -> str:
    if isinstance(value, bool):
        return YES_NO[not value]
    if isinstance(value, tuple):
        return "、".join(value)
    return kind.labels.get(value, value)


def from_roster(state: Lookup, book: OfficeBook, kind: EventKind, now: str) -> list[Happening]:
    """The appointments that a roster tells and the register does not have yet.

    Raises EthicsError with every cell that can't be read.
    """
    faults: list[Problem] = []
    happenings = []
    for person in book.rows(_MARK):
        data = dict(_data(book, kind, person))
        if not data.get("name"):
            continue
        happening = Happening(kind.id, now, person=person, data=data)
        problems = [Problem(f"{text}。", _place(book, person)) for text in kind.faults(happening)]
        faults += problems
        if not problems and not _is_known(state, person, data):
            happenings.append(happening)
    if faults:
        raise EthicsError("这份名册没有收：", faults)
    return happenings


def _data(book: OfficeBook, kind: EventKind, person: str) -> Iterator[tuple[str, Any]]:
    for key in kind.data:
        text = book.text(_MARK, person, key)
        if text:
            yield key, kind.typed(key, text)


def _place(book: OfficeBook, person: str) -> str:
    """The row, as people find it."""
    cell = next(cell for (page_, row, _), cell in book.cells.items() if row == person)
    return f"{cell.sheet}第{cell.row}行"


def _is_known(state: Lookup, person: str, data: dict[str, Any]) -> bool:
    known = state.get(Appointment, person, data["term_from"])
    return known is not None and all(
        getattr(known, key) == (tuple(value) if isinstance(value, list) else value)
        for key, value in data.items()
    )
