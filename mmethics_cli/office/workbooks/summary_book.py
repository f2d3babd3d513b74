"""意见汇总: all that reviewers wrote on a case, edited by the office into what the letter says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import CellRule, SheetCell, SheetColumn, SheetRow
from mmethics_cli.office.events import Event, Happening
from mmethics_cli.office.law.acceptance import ActRefused, case_name
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.state import Case, Lookup
from mmethics_cli.office.workbooks.book import NO, YES, YES_NO, OfficeBook, book_file, yes_or_no
from mmethics_cli.sheets.page import ENTRY, PLAIN, SMALL, drop_down, input_cell, page

FORMAT: Final = "mmethics/comment-summary/1"
_MARK: Final = "summary"
_ROWS: Final = 10  # rows for comments that no reviewer wrote
_COLUMNS: Final = (
    SheetColumn("要点", 9),
    SheetColumn("审查人的意见", 44, role="text"),
    SheetColumn("谁提的", 14),
    SheetColumn("采用", 8, role="kept"),
    SheetColumn("意见书里的写法（空着照原文）", 44, role="wording"),
    SheetColumn("次序", 8, role="order"),
)


class WrittenComment(Struct, frozen=True):
    """What one person wrote on a criterion (empty for none)."""

    item: str
    person: str
    text: str


def written_comments(events: Iterable[Event], standing: frozenset[str]) -> list[WrittenComment]:
    """The comments of the newest worksheet of each reviewer who stands, by criterion.

    What belongs to no criterion comes last.
    """
    newest: dict[str, Event] = {}
    for event in events:
        if event.what.kind == "worksheet_returned" and event.what.person in standing:
            newest[event.what.person] = event
    found = [
        WrittenComment(str(row["item"]), person, str(row["comment"]))
        for person, event in newest.items()
        for row in event.what.data.get("opinions", ())
        if row["comment"]
    ]
    found.sort(key=lambda each: each.item)
    return found + [
        WrittenComment("", person, text)
        for person, event in newest.items()
        for text in event.what.data.get("comments", ())
    ]


def summary_book(
    state: Lookup,
    case: Case,
    comments: Iterable[WrittenComment],
    names: Mapping[str, str],
    day: date,
) -> bytes:
    """The workbook: a row for each text that was written, whoever wrote it; then open ones."""
    merged: dict[tuple[str, str], list[str]] = {}
    for each in comments:
        merged.setdefault((each.item, each.text), []).append(names.get(each.person, each.person))
    rows = [
        _row(number, item, text, "、".join(people))
        for number, ((item, text), people) in enumerate(merged.items(), 1)
    ]
    first = len(rows) + 1
    rows += [_row(number, "", "", "") for number in range(first, first + _ROWS)]
    notes = (
        f"{case_name(case)}　{title_of(state, case)}",
        "采用的写“是”，可以改写法、排次序；没有采用的写“否”。下面的空行写审查人没有提到的。",
        "填好以后：mmethics office take 意见汇总.xlsx。意见书照此印出，不写谁提的。",
    )
    sheet = page("意见汇总", "意见汇总", _COLUMNS, tuple(rows), _MARK, notes)
    about = {"case": case.id, "digest": case.digest}
    return book_file(FORMAT, about, (sheet,), f"意见汇总 {case_name(case)}", day)


def _row(number: int, item: str, text: str, people: str) -> SheetRow:
    return SheetRow(
        (
            SheetCell(item, PLAIN),
            SheetCell(text, PLAIN),
            SheetCell(people, SMALL),
            input_cell(drop_down("采用", YES_NO), YES if text else ""),
            input_cell(drop_down("写法", ())),
            input_cell(CellRule("int", minimum=1, title="次序"), str(number) if text else ""),
        ),
        f"{ENTRY}{number}",
    )


def from_summary(state: Lookup, book: OfficeBook, now: str) -> Happening:
    """The comments as they were settled, in their order.

    Raises EthicsError with every cell that can't be read, ActRefused.
    """
    case = state.get(Case, book.about.get("case", ""))
    if case is None:
        raise EthicsError(f"没有受理件“{book.about.get('case', '')}”，这份汇总不是本办公室的。")
    if case.state != "accepted" or book.about.get("digest", "") != case.digest:
        raise ActRefused(f"{case_name(case)} 不在审查中，或已经补正过，这份意见汇总不再收。")
    faults: list[Problem] = []
    settled = sorted(_settled(book, faults), key=lambda each: each[0])
    if faults:
        raise EthicsError("这份意见汇总没有收：", faults)
    data = {"list": [text for _, text in settled]}
    return Happening("comments_settled", now, case.study, case.id, data=data)


def _settled(book: OfficeBook, faults: list[Problem]) -> Iterator[tuple[tuple[int, int], str]]:
    """The comments that were kept, each with its place."""
    for number, row in enumerate(book.rows(_MARK), 1):
        text = book.text(_MARK, row, "wording") or book.text(_MARK, row, "text")
        kept = book.read(_MARK, row, "kept", yes_or_no, faults)
        order = book.read(_MARK, row, "order", _whole, faults)
        if kept and not text:
            faults.append(Problem("采用了，却没有写意见。", _place(book, row)))
        elif text and kept is None and not faults:
            faults.append(Problem(f"采用没有填，应写“{YES}”或“{NO}”。", _place(book, row)))
        elif kept:
            yield (order or number, number), text


def _place(book: OfficeBook, row: str) -> str:
    return next(cell.place for at, cell in book.cells.items() if at[:2] == (_MARK, row))


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise EthicsError(f"次序应是整数，现在是“{text}”。")
    return int(text)
