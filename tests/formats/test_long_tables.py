"""Long tables: texts stay texts; what one sheet can't hold goes on on the next."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mmethics_cli.formats.excel.bytes import escaped
from mmethics_cli.formats.excel.long_tables import LongTable, long_workbook
from tests.validator import errors_of

DAY = date(2027, 3, 1)
ODD = ("=1+1", "-3", "#N/A", "'x", "_x0041_", "0137", "")


def table() -> LongTable:
    return LongTable("日志", {"条": 8, "事": 40}, [(str(n), text) for n, text in enumerate(ODD)])


@pytest.mark.openxml
def test_texts_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(long_workbook([table()], "登记簿", DAY))
    assert errors_of([path]) == []
    header, *rows = load_workbook(path)["日志"].iter_rows()
    assert [cell.value for cell in header] == ["条", "事"]
    assert [row[1].value or "" for row in rows] == list(map(escaped, ODD))
    assert {cell.data_type for row in rows for cell in row if cell.value} == {"s"}
    with zipfile.ZipFile(path) as archive:
        assert b"2027-03-01T00:00:00Z" in archive.read("docProps/core.xml")
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert path.read_bytes() == long_workbook([table()], "登记簿", DAY)


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmethics_cli.formats.excel.long_tables._MOST_ROWS", 3)
    empty = LongTable("空", {"条": 8}, [])
    book = load_workbook(io.BytesIO(long_workbook([table(), empty], "登记簿", DAY)))
    assert book.sheetnames == ["日志", "日志2", "日志3", "空"]
    numbers = [
        row[0] for name in book.sheetnames[:3] for row in book[name].iter_rows(2, None, 1, 1, True)
    ]
    assert numbers == [str(n) for n in range(len(ODD))]
    assert [cell.value for cell in book["日志3"][1]] == ["条", "事"]
