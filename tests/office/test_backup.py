"""A backup is proved when it is written and when it comes back, on either database."""

from __future__ import annotations

import random
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from mmethics_cli.office.folder import open_office
from tests.depth import deep
from tests.office.lived import DAY, lived_office
from tests.office.offices import call, empty_postgres
from tests.once import Once

MOVES: Final = [
    ("sqlite", "sqlite"),
    pytest.param("sqlite", "postgres", marks=pytest.mark.postgres),
    pytest.param("postgres", "sqlite", marks=pytest.mark.postgres),
]


@pytest.fixture
def office(once: Once, sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    return lived_office(once, sealed_example, tmp_path)


def backed_up(office: Path, *arguments: str | Path, today: str = DAY) -> Path:
    code, _, errors = call("office", "backup", *arguments, "--office", office, today=today)
    assert code == 0, errors
    (path,) = [Path(word) for word in errors.replace("\n", "").split("，")[:1] for word in [
        word.partition("：")[2]
    ]]  # fmt: skip
    assert path.is_file()
    return path


def whole(office: Path) -> tuple[list[Any], Mapping[Any, Any]]:
    """The events of an office and its records, and no fault in them."""
    with open_office(office).register().reading() as register:
        assert list(register.faults()) == []
        return list(register.events()), register.state().records


@pytest.mark.parametrize(("origin", "target"), MOVES)
def test_what_comes_back_is_what_was(
    once: Once, sealed_example: Callable[[str], Path], tmp_path: Path, origin: str, target: str
) -> None:
    office = lived_office(once, sealed_example, tmp_path, origin)
    before = whole(office)
    path = backed_up(office)
    with zipfile.ZipFile(path) as archive:
        assert b'database: ""' in archive.read("office/office.yaml")
    files = {p.relative_to(office): p.read_bytes() for p in office.rglob("*.*") if p != path}
    where = ["--database", empty_postgres()] if target == "postgres" else []
    new = tmp_path / "新的"
    code, _, errors = call("office", "backup", "--restore", path, new, *where)
    assert code == 0 and "已恢复并核验" in errors, errors
    assert whole(new) == before
    assert (new / "register.db").exists() is (target == "sqlite")
    same = {name for name in files if name.name not in ("office.yaml", "register.db")}
    assert {name: (new / name).read_bytes() for name in same} == {n: files[n] for n in same}
    assert call("verify", new)[0] == 0
    assert call("office", "note", "备注", "接着用", "--case", "1", "--office", new)[0] == 0
    assert call("verify", new)[0] == 0


def test_only_into_an_empty_folder_and_an_empty_database(office: Path, tmp_path: Path) -> None:
    path = backed_up(office)
    full = tmp_path / "有东西"
    full.mkdir()
    (full / "a").write_text("x", encoding="utf-8")
    code, _, errors = call("office", "backup", "--restore", path, full)
    assert code == 2 and "空文件夹" in errors and [p.name for p in full.iterdir()] == ["a"]
    (full / "a").unlink()
    assert call("office", "backup", "--restore", path, full)[0] == 0
    for wrong in ((), ("--to", tmp_path)):
        assert call("office", "backup", "--restore", path, *wrong)[0] == 2


@pytest.mark.postgres
def test_a_database_that_holds_a_register_is_not_written_over(
    once: Once, sealed_example: Callable[[str], Path], tmp_path: Path
) -> None:
    office = lived_office(once, sealed_example, tmp_path, "postgres")
    url = open_office(office).setting("database")
    before = whole(office)
    code, _, errors = call(
        "office", "backup", "--restore", backed_up(office), tmp_path / "x", "--database", url
    )
    assert code == 2 and "已经有登记簿" in errors.replace("\n", "")
    assert not (tmp_path / "x").exists() and whole(office) == before


def test_twelve_are_kept_and_the_desk_reminds(office: Path, tmp_path: Path) -> None:
    nag = ("office", "--office", office)
    assert "还没有备份" in call(*nag, today=DAY)[1]
    for day in range(10, 24):
        backed_up(office, today=f"2027-04-{day}")
    names = sorted(path.name for path in (office / "backup").iterdir())
    assert len(names) == 12 and "2027-04-12" in names[0]
    elsewhere = tmp_path / "移动硬盘"
    assert backed_up(office, "--to", elsewhere, today="2027-04-24").parent == elsewhere
    assert len(list((office / "backup").iterdir())) == 12
    assert "备份" not in call(*nag, today="2027-05-01")[1]
    assert "上次备份是 2027-04-24" in call(*nag, today="2027-05-02")[1]


def repacked(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The archive with its files changed, its manifest as it was."""
    new = path.with_name("改过.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as archive:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                archive.writestr(name, data)
    return new


@pytest.mark.parametrize("part", ["events.jsonl", "office/cases/", "office/returned/", "目录.csv"])
def test_a_flipped_bit_is_named_and_nothing_is_restored(
    office: Path, tmp_path: Path, part: str
) -> None:
    def flip(name: str, data: bytes) -> bytes:
        at = len(data) // 2
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if part in name else data

    path = repacked(backed_up(office), flip)
    code, _, errors = call("office", "backup", "--restore", path, tmp_path / "新的")
    assert code == 2 and part.split("/")[-2 if "/" in part else -1] in errors
    assert not (tmp_path / "新的").exists()


def test_missing_strange_and_rewritten_files_are_refused(office: Path, tmp_path: Path) -> None:
    path = backed_up(office)
    for change, word in (
        (lambda name, data: None if name.startswith("office/returned") else data, "缺少"),
        (lambda name, data: data.replace(b'"files": {', b'"files": {"../x": "0", '), "完好"),
        (lambda name, data: data[:50] if name == "manifest.json" else data, "完好"),
    ):
        code, _, errors = call(
            "office", "backup", "--restore", repacked(path, change), tmp_path / "新的"
        )
        assert code == 2 and word in errors and not (tmp_path / "新的").exists()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("office/更多.txt", "x")
    code, _, errors = call("office", "backup", "--restore", path, tmp_path / "新的")
    assert code == 2 and "多出来的文件：office/更多.txt" in errors
    code, _, errors = call("office", "backup", "--restore", office / "office.yaml", tmp_path / "x")
    assert code == 2 and "完好" in errors


@pytest.mark.slow
def test_any_bit_of_an_archive_is_noticed_or_means_nothing(office: Path, tmp_path: Path) -> None:
    path, before = backed_up(office), whole(office)
    data, chance = path.read_bytes(), random.Random(7)
    for number in range(deep(12, 300)):
        at = chance.randrange(len(data))
        bad = tmp_path / "坏.zip"
        bad.write_bytes(data[:at] + bytes([data[at] ^ 1 << number % 8]) + data[at + 1 :])
        code, _, errors = call("office", "backup", "--restore", bad, tmp_path / "新的")
        assert code in (0, 2) and "内部出错" not in errors, (at, errors)
        if code == 0:
            assert whole(tmp_path / "新的") == before
            shutil.rmtree(tmp_path / "新的")


@pytest.mark.slow
def test_any_bit_of_an_office_is_named_or_means_nothing(office: Path, tmp_path: Path) -> None:
    scan = tmp_path / "签到表.pdf"
    scan.write_bytes(b"%PDF-1.4 signed by six")
    kept = ("office", "file", "1", "--paper", "会议签到表", "--scan", scan, "--office", office)
    assert call(*kept, today=DAY)[0] == 0
    before, chance = whole(office), random.Random(11)
    files = ["register.db"] * 3 + [
        path.relative_to(office).as_posix()
        for folder in ("cases", "returned", "archive")
        for path in sorted((office / folder).rglob("*.*"))
    ]
    assert {name.partition("/")[0] for name in files} >= {"cases", "returned", "archive"}
    for number in range(deep(24, 600)):
        name = files[number % len(files)]
        path = office / name
        data = path.read_bytes()
        at = chance.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :])
        code, said, errors = call("verify", office)
        assert code in (0, 1, 2) and "内部出错" not in errors, (name, at, errors)
        if code == 0 and name == "register.db":
            assert whole(office) == before, at
        elif code == 0:
            assert name.startswith("cases/"), name  # what an archive says beside its files
        elif name != "register.db":
            assert name in said, said
        path.write_bytes(data)
