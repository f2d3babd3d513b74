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
