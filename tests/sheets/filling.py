"""A workbook filled in as a person would: cells beside the hidden ids, nothing else touched."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.standard.model import Question
from mmethics_cli.sheets.ledger import Ledger, element_key, item_key
from mmethics_cli.sheets.merge import MergedWorkbook, merge
from mmethics_cli.sheets.page import ITEMS, LIST, MARK, QUESTIONS
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.store.yaml.editor import Editor
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.workbook import ledger_of, workbook_of

DAY = date(2027, 3, 1)


def opened(folder: Path) -> Dossier:
    return open_dossier(folder, DAY)


def exported(folder: Path) -> bytes:
    return workbook_of(opened(folder), DAY)


def load(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def merged(data: bytes, folder: Path) -> MergedWorkbook:
    """What importing would change."""
    return merge(read_workbook(data), ledger_of(opened(folder)), refused)


def refused(text: str) -> str | None:
    character = refused_in_value(text)
    return None if character is None else name_of(character)


def sheet_of(book: Workbook, mark: str) -> Worksheet:
    return next(one for one in book.worksheets if one["A1"].value == MARK + mark)


def column_of(sheet: Worksheet, role: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == role)


def row_of(sheet: Worksheet, id_: str) -> int:
    return next(row for row, text in ids(sheet) if text == id_)


def ids(sheet: Worksheet) -> Iterator[tuple[int, str]]:
    """The rows that hold an answer, with their ids."""
    for row in range(2, sheet.max_row + 1):
        text = str(sheet.cell(row, 1).value or "")
        if text.startswith(":"):
            yield row, text[1:]


def cell_of(book: Workbook, path: str) -> Cell:
    """The answer's cell of a question."""
    for sheet in book.worksheets:
        if sheet["A1"].value == MARK + QUESTIONS and path in {id_ for _, id_ in ids(sheet)}:
            found = sheet.cell(row_of(sheet, path), column_of(sheet, "answer"))
            assert isinstance(found, Cell)
            return found
    raise KeyError(path)


def field_of(book: Workbook, path: str, id_: str, name: str) -> Cell:
    """The cell of an entry's field."""
    sheet = sheet_of(book, LIST + path)
    found = sheet.cell(row_of(sheet, id_), column_of(sheet, name))
    assert isinstance(found, Cell)
    return found


def first_spare(sheet: Worksheet) -> int:
    """The row below the last that holds anything of ours."""
    return max(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value) + 1


def fill(data: bytes, wanted: Ledger) -> bytes:
    """Every cell of the workbook that the dossier `wanted` has an answer for, typed in."""
    book = load(data)
    standard = wanted.facts.standard
    for sheet in book.worksheets:
        mark = str(sheet["A1"].value or "").removeprefix(MARK)
        if mark == QUESTIONS:
            column = column_of(sheet, "answer")
            for row, path in ids(sheet):
                text = wanted.text(path)
                if standard.questions[path].type != "list" or text == "没有":
                    _type(sheet, row, column, text)
        elif mark.startswith(LIST):
            _fill_list(sheet, wanted, standard.questions[mark.removeprefix(LIST)])
        elif mark == ITEMS:
            for row, item in ids(sheet):
                for name in ("answer", "note", "evidence", "page"):
                    text = wanted.text(item_key(item, name))
                    _type(sheet, row, column_of(sheet, name), text)
    return saved(book)


def _fill_list(sheet: Worksheet, wanted: Ledger, owner: Question) -> None:
    rows = [row for row, _ in ids(sheet)]
    spare = first_spare(sheet)
    columns = {str(cell.value): cell.column for cell in sheet[1] if cell.value}
    for at, entry in enumerate(wanted.elements(owner)):
        row = rows[at] if at < len(rows) else spare + at - len(rows)
        for name, column in columns.items():
            if owner.field_named(name):
                _type(sheet, row, column, wanted.text(element_key(owner, entry.id, name)))


def _type(sheet: Worksheet, row: int, column: int, text: str) -> None:
    if text:
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)
        cell.value = text
        cell.data_type = "s"


def without_ids(values: Mapping[str, Value]) -> dict[str, object]:
    """The answers of a dossier, entries of lists by their place instead of their id."""
    return {
        path: [dict(one.fields) for one in value if isinstance(one, Element)]
        if isinstance(value, tuple)
        else value
        for path, value in values.items()
    }


def change(folder: Path, path: str, value: str | None) -> None:
    """Write an answer by hand."""
    editor = Editor(folder / "dossier.yaml")
    editor.set(tuple(path.split(".")), value)
    editor.save()
