"""The register: chained, whole or nothing, tables as a replay says, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any, Final

import pytest

from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.office.events import Happening, breaks, chained, imported
from mmethics_cli.office.folder import open_office
from mmethics_cli.office.register.database import (
    RegisterBusy,
    Writing,
    network_share,
    open_register,
)
from mmethics_cli.office.register.schema import EVENT, ChainReader, event_row
from mmethics_cli.office.state import Case
from tests.office.offices import call, new_office, write_events
from tests.office.quality.years import Year

DATABASES: Final = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
AT: Final = "2027-03-09T14:05"


def received(case: str) -> Happening:
    return Happening(
        "submission_received", AT, "S1", case, data={"kind": "initial", "package": "x.zip"}
    )


@pytest.mark.parametrize("database", DATABASES)
def test_a_past_year_is_looked_at_then_imported_once(tmp_path: Path, database: str) -> None:
    office = new_office(tmp_path, database)
    year = write_events(tmp_path / "一年.csv", Year(7, 2025, 30).rows)
    code, said, _ = call("office", "take", year, "--office", office)
    assert code == 1 and "还没有导入" in said
    code, said, _ = call("office", "take", year, "--office", office, "--yes")
    assert code == 0 and "已导入" in said
    code, _, errors = call("office", "take", year, "--office", office, "--yes")
    assert code == 2 and "已经导入过" in errors
    code, said, _ = call("verify", office)
    assert code == 0 and "登记簿完整" in said
    assert call("office", "quality", "2025", "--office", office)[0] == 0
    register = open_office(office).register()
    with register.reading() as reading:
        assert list(reading.faults()) == []
        assert reading.state().where(Case)
    with register.writing() as writing:
        writing.rebuild()
    with register.reading() as reading:
        assert list(reading.faults()) == []


@pytest.mark.parametrize("database", DATABASES)
def test_a_command_is_written_whole_or_not_at_all(tmp_path: Path, database: str) -> None:
    register = open_office(new_office(tmp_path, database)).register()
    with pytest.raises(ZeroDivisionError), register.writing() as writing:
        writing.append(received("1"), AT, "秘书")
        assert writing.get(Case, "1") is not None
        writing.flush()
        raise ZeroDivisionError
    with register.reading() as reading:
        assert reading.last is None and reading.where(Case) == []


@pytest.mark.parametrize("database", DATABASES)
def test_two_desks_lose_nothing(tmp_path: Path, database: str) -> None:
    office = open_office(new_office(tmp_path, database))

    def work(name: str) -> None:
        register = office.register()
        for number in range(20):
            with register.writing() as writing:
                writing.append(received(f"{name}{number}"), AT, name)

    threads = [threading.Thread(target=work, args=(name,)) for name in "AB"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    register = office.register()
    with register.reading() as reading:
        assert list(reading.faults()) == []
        assert reading.last and reading.last[0] == 40
        assert len(reading.where(Case)) == 40


def test_who_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmethics_cli.office.register.database._PATIENCE", 0.05)
    office = open_office(new_office(tmp_path))
    first, second = office.register(), office.register()
    with first.writing(), pytest.raises(RegisterBusy, match="占用"), second.writing():
        pass


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET data = replace(data, 'initial', 'progress')",
        "UPDATE event SET actor = 'x' WHERE seq = 1",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM event WHERE seq = 1",
        "UPDATE \"case\" SET state = 'filed'",
        'DELETE FROM "case"',
        "INSERT INTO meeting SELECT 'x', '', 0, 'held', '', '', '', '', ''",
    ],
)
def test_what_is_changed_behind_its_back_is_named(tmp_path: Path, change: str) -> None:
    office = new_office(tmp_path)
    register = open_office(office).register()
    with register.writing() as writing:
        for case in "123":
            writing.append(received(case), AT, "秘书")
    with sqlite3.connect(office / "register.db") as connection:
        connection.execute(change)
    connection.close()
    code, said, _ = call("verify", office)
    assert code == 1 and "不符" in said


def test_the_chain_holds_every_word() -> None:
    first = chained(received("1"), AT, "甲", "", None)
    second = chained(received("2"), AT, "甲", "乙", (first.seq, first.hash))
    assert list(breaks([first, second])) == []
    assert list(breaks([second])) and list(breaks([second, first]))


def test_who_reads_all_of_it_sees_each_changed_column_and_what_events_tell() -> None:
    row = {"seq": 1, "at": AT, "event": "vote", "study": "S1", "case": "1", "meeting": "2027-01"}
    past = imported(row | {"person": "M1", "data": {"choice": "approve"}})
    first = chained(received("1"), AT, '甲"\n\\', "", None)
    events = [first, chained(past, AT, "甲", "乙", (first.seq, first.hash))]
    rows: list[Any] = [
        tuple(event_row(each)[column.name] for column in EVENT.columns) for each in events
    ]
    reader = ChainReader()
    assert [what for _, what in reader.read(rows)] == [each.counted for each in events]
    assert reader.intact and reader.number == 2
    for at in range(len(rows[1])):
        value = rows[1][at]
        wrong = value + 1 if isinstance(value, int) else f"{value} "
        reader = ChainReader()
        list(reader.read([rows[0], (*rows[1][:at], wrong, *rows[1][at + 1 :])]))
        assert not reader.intact, EVENT.columns.keys()[at]
    reader = ChainReader()
    list(reader.read(rows[1:]))
    assert not reader.intact


def test_a_network_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n"
    assert network_share(tmp_path / "office", mounts) == "nfs4"
    assert network_share(tmp_path, "/dev/sda1 / ext4 rw 0 0\n") == ""
    monkeypatch.setattr(
        "mmethics_cli.office.register.database.network_share", lambda folder: "cifs"
    )
    with pytest.raises(WorkspaceError, match="网络盘"):
        open_register(tmp_path)


@pytest.mark.parametrize("url", ["mysql://x/y", "not an address", "sqlite:///x.db"])
def test_another_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(EthicsError, match="PostgreSQL"):
        open_register(tmp_path, url)


def test_a_register_of_an_older_version_is_indexed_anew(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    register = open_office(office).register()
    with register.writing() as writing:
        writing.append(received("1"), AT, "秘书")
    with sqlite3.connect(office / "register.db") as connection:
        connection.execute('DROP TABLE "case"')
        connection.execute("UPDATE meta SET value = '0'")
    connection.close()
    assert call("verify", office)[0] == 0


def test_a_large_file_goes_in_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmethics_cli.office.register.database._BATCH", 7)
    register = open_office(new_office(tmp_path)).register()
    with register.writing(whole=True) as writing:
        assert isinstance(writing, Writing)
        for number in range(30):
            writing.append(received(str(number)), AT, "秘书")
    with register.reading() as reading:
        assert list(reading.faults()) == []
