"""A command that is killed at any moment leaves the register whole, and can be run again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.depth import deep
from tests.office.offices import call, new_office
from tests.program import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there"),
]
KILLS = deep(4, 100)


def start(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "mmethics_cli", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_taking_a_package_is_whole_or_can_be_done_again(
    tmp_path: Path, sealed_example: Callable[[str], Path]
) -> None:
    sealed = sealed_example("retrospective-imaging-ai") / "submissions" / "01-initial"
    began = time.monotonic()
    assert start("office", "take", sealed, "--office", new_office(tmp_path)).wait(60) == 0
    whole = time.monotonic() - began
    for number in range(KILLS):
        place = tmp_path / str(number)
        place.mkdir()
        office = new_office(place)
        process = start("office", "take", sealed, "--office", office)
        # Most of its time a process starts; what it writes comes at the end.
        time.sleep(whole * (0.5 + 0.6 * number / KILLS))
        process.kill()
        process.wait(60)
        code, said, errors = call("verify", office)
        assert errors == ""
        assert code == 0 or all("没有登记的文件" in line for line in said.splitlines()[:-2]), said
        code, said, errors = call("office", "take", sealed, "--office", office)
        assert code == 0 or "已经收过" in errors
        assert call("verify", office)[0] == 0


def test_a_backup_is_whole_or_not_there(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    (office / "大文件.bin").write_bytes(os.urandom(3_000_000))
    began = time.monotonic()
    assert start("office", "backup", "--office", office).wait(60) == 0
    whole = time.monotonic() - began
    for number in range(KILLS):
        for path in (office / "backup").glob("*.zip"):
            path.unlink()
        process = start("office", "backup", "--office", office)
        time.sleep(whole * (0.4 + 0.7 * number / KILLS))
        process.kill()
        process.wait(60)
        assert call("verify", office)[0] == 0
        for path in (office / "backup").glob("*.zip"):
            new = tmp_path / f"new{number}"
            assert call("office", "backup", "--restore", path, new)[0] == 0


def test_a_restored_office_is_whole_or_not_there(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    (office / "大文件.bin").write_bytes(os.urandom(3_000_000))
    assert call("office", "backup", "--office", office)[0] == 0
    (path,) = (office / "backup").glob("*.zip")
    began = time.monotonic()
    assert start("office", "backup", "--restore", path, tmp_path / "first").wait(60) == 0
    whole = time.monotonic() - began
    for number in range(KILLS):
        new = tmp_path / f"new{number}"
        process = start("office", "backup", "--restore", path, new)
        time.sleep(whole * (0.4 + 0.7 * number / KILLS))
        process.kill()
        process.wait(60)
        assert not new.exists() or call("verify", new)[0] == 0
