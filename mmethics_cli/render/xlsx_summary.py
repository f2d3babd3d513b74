"""The summary sheets of Excel documents: counted once, or reckoned while people fill in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from openpyxl.utils import get_column_letter

from mmethics_cli.render.context import Functions
from mmethics_cli.render.item_views import ItemView
from mmethics_cli.render.printing import Printing
from mmethics_cli.render.slots import SLOT, Words
from mmethics_cli.render.study import Study
from mmethics_cli.render.xlsx_sheet import Column, Formula, Row, Sheet

_COUNTED: Final = (
    "原则", "适用", "尚不能判定", "不适用", "答：符合", "答：不符合", "答：不适用", "未答",
)  # fmt: skip
_OPEN: Final = "须评价"
_LEFT: Final = "未评价"
_TOTAL: Final = "合计"
_GROUP_WIDTH, _NUMBER_WIDTH = 22, 12


def counted(raw: Mapping[str, Any], study: Study, items: Sequence[ItemView]) -> Sheet:
    """Counts by principle, under the study's name and number."""
    rows = []
    for key, label in study.standard.principles.items():
        own = [one for one in items if one.principle == key]
        count = Counter(one.applies for one in own)
        answers = Counter(one.answer for one in own if one.applies != "no")
        numbers = (
            count["yes"], count["unknown"], count["no"],
            answers["met"], answers["not_met"], answers["not_applicable"], answers[""],
        )  # fmt: skip
        rows.append(Row((label, *map(str, numbers))))
    columns = tuple(Column(title, 12 if at else 18) for at, title in enumerate(_COUNTED))
    name = raw.get("sheet", "汇总")
    return Sheet(name, raw.get("title", name), columns, tuple(rows), tuple(_notes(raw, study)))


def _notes(raw: Mapping[str, Any], study: Study) -> Iterator[str]:
    printing = Printing(study)
    for path in raw.get("head") or ():
        mark = SLOT.search(printing.fact(path))
        fill = printing.book.fills[int(mark[1])] if mark else Words("")
        label = Functions(printing).label(path)
        yield f"{label}：{fill.text if isinstance(fill, Words) else ''}"
    yield from raw.get("notes") or ()


def reckoned(raw: Mapping[str, Any], study: Study, of: Sheet, group: int, count: int) -> Sheet:
    """For each group how often each choice was made, reckoned by Excel from the sheet `of`.

    `group` and `count` are columns of that sheet, from 0.
    """
    notes = tuple(_notes(raw, study))
    choices = of.columns[count].choices
    open_rows = [row for row in of.rows if not row.muted]
    groups = Counter(str(row.cells[group]) for row in open_rows)
    titles = (of.columns[group].title, _OPEN, *choices, _LEFT)
    columns = tuple(
        Column(title, _NUMBER_WIDTH if at else _GROUP_WIDTH) for at, title in enumerate(titles)
    )
    name = raw.get("sheet", "汇总")
    sheet = Sheet(name, raw.get("title", name), columns, (), notes, landscape=False, locked=True)
    ranges = (_range(of, group, len(open_rows)), _range(of, count, len(open_rows)))
    rows = [
        Row(
            tuple(_numbers(key, number, sheet.first_row + at, sheet.first_row - 1, ranges, choices))
        )
        for at, (key, number) in enumerate(groups.items())
    ]
    rows += [_total(rows, sheet.first_row, len(open_rows))] if rows else []
    return Sheet(name, sheet.title, columns, tuple(rows), notes, landscape=False, locked=True)


def _range(of: Sheet, column: int, rows: int) -> str:
    letter, first = get_column_letter(column + 1), of.first_row
    name = of.name.replace("'", "''")
    return f"'{name}'!${letter}${first}:${letter}${first + max(rows, 1) - 1}"


def _numbers(
    group: str,
    number: int,
    row: int,
    header: int,
    ranges: tuple[str, str],
    choices: Sequence[str],
) -> Iterator[str | Formula]:
    """A line: how many there are, how often each choice was made, how many are left."""
    yield group
    yield str(number)
    for at in range(3, 3 + len(choices)):
        letter = get_column_letter(at)
        yield Formula(f"=COUNTIFS({ranges[0]},$A{row},{ranges[1]},{letter}${header})")
    yield Formula(f"={number}-SUM(C{row}:{get_column_letter(2 + len(choices))}{row})", number)


def _total(rows: Sequence[Row], first: int, number: int) -> Row:
    last = first + len(rows) - 1
    cells: list[str | Formula] = [_TOTAL, str(number)]
    for at, column in enumerate(zip(*(row.cells[2:] for row in rows), strict=True), 3):
        letter = get_column_letter(at)
        value = sum(one.value for one in column if isinstance(one, Formula))
        cells.append(Formula(f"=SUM({letter}{first}:{letter}{last})", value))
    return Row(tuple(cells))
