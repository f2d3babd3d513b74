"""A workbook saved as Strict Open XML, which Excel offers among others, is read like any other."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from mmethics_cli.sheets.reader import read_workbook
from tests.program import mmethics
from tests.sheets.filling import cell_of, load, opened, saved
from tests.strict import strictly

TITLE = "严格保存的题目 http://purl.oclc.org/ooxml/spreadsheetml/main"


def test_the_strict_form_is_read_as_the_other_is(workbook: bytes) -> None:
    assert read_workbook(strictly(workbook)) == read_workbook(workbook)


def test_what_was_filled_in_is_imported(workbook: bytes, study: Path) -> None:
    book = load(workbook)
    book.iso_dates = True  # as the strict form writes days
    cell_of(book, "project.title").value = TITLE
    cell_of(book, "project.end_date").value = datetime(2028, 1, 31)
    (study.parent / "b.xlsx").write_bytes(strictly(saved(book)))
    done = mmethics("sheet", "import", "b.xlsx", study.name, "--yes", cwd=study.parent)
    assert done.returncode == 0, done.stderr
    facts = opened(study).facts
    assert facts.get("project.title") == TITLE
    assert facts.get("project.end_date") == date(2028, 1, 31)
