"""A command that is killed at any moment leaves the register whole, and can be run again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from mmethics_cli import cli  # loaded before a fork: each run is quick
from mmethics_cli.office.folder import open_office
from tests.depth import deep, some
from tests.faults import run
from tests.office.offices import call, new_office
from tests.office.test_meeting import doing, fill, sheet
from tests.office.test_outgoing import DAY, MET, received, sheet_of
from tests.once import Once
from tests.program import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there"),
]
KILLS = deep(4, 100)
ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "accept": ("accept", "1"),
    "assign": ("assign", "1", "委员1", "委员2"),
    "meet": ("meet", MET),
    "decide": ("decide", "1"),
    "file": ("file", "1", "--paper", "签字的审查意见", "--scan", "批件.pdf"),
    "lend": ("lend", "S1", "--for", "张医生", "--as", "研究者", "--want", "申请表,方案"),
}


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


def _stages(folder: Path, sealed_example: Callable[[str], Path]) -> None:
    """An office as it is before each act, under the act's name."""
    office = received(folder / "x", sealed_example)
    do = doing(office)

    def keep(act: str) -> None:
        shutil.copytree(office, folder / act / "office")

    keep("accept")
    for acts in (ACTS["accept"], ("accept", "2"), ("assign", "2", "委员1", "委员5")):
        assert do(*acts)[0] == 0
    keep("assign")
    assert do(*ACTS["assign"])[0] == 0
    keep("meet")
    for person in ("委员1", "委员2"):
        path = sheet_of(office, person, "1")
        assert do("take", fill(path, sheet(), path))[0] == 0
    keep("decide")
    assert do(*ACTS["decide"])[0] == 0
    assert do("note", "送达", "签收", "--case", "1")[0] == 0
    (office / "批件.pdf").write_bytes(b"%PDF-1.4 signed")
    keep("file")
    keep("lend")


@pytest.fixture
def stages(once: Once, sealed_example: Callable[[str], Path]) -> Path:
    def make(folder: Path) -> None:
        folder.mkdir()
        _stages(folder, sealed_example)

    return once.folder("office-stages", make)


def killed_at_some_moment(words: tuple[str, ...], office: Path, seconds: float) -> None:
    """Start an act in a fork of this process and kill it so many seconds later."""
    pid = os.fork()
    if pid == 0:
        os.chdir(office)
        with Path(os.devnull).open("r+b", buffering=0) as nothing:
            for stream in range(3):
                os.dup2(nothing.fileno(), stream)
            try:
                cli.app(list(words))
            finally:
                os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def files_of(office: Path) -> set[str]:
    return {path.relative_to(office).as_posix() for path in office.rglob("*") if path.is_file()}


def events_of(office: Path) -> int:
    with open_office(office).register().reading() as register:
        return sum(1 for _ in register.events())


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_whole_or_can_be_done_again(stages: Path, tmp_path: Path, act: str) -> None:
    """Killed before each thing that it does to files, and at moments of the clock."""
    words = ("--today", DAY, "office", *ACTS[act])
    whole = Path(shutil.copytree(stages / act / "office", tmp_path / "whole"))
    before = events_of(whole)
    began = time.monotonic()
    done = run(words, whole)
    took = time.monotonic() - began
    assert done.code == 0, done.out + done.err
    clock = random.Random(act)
    moments: list[tuple[str, float]] = [("event", at) for at in some(range(1, done.events + 1), 2)]
    moments += [("clock", took * clock.uniform(0.1, 1.05)) for _ in range(deep(1, 100))]
    for number, (kind, at) in enumerate(moments):
        office = Path(shutil.copytree(stages / act / "office", tmp_path / str(number)))
        if kind == "event":
            run(words, office, "kill", int(at))
        else:
            killed_at_some_moment(words, office, at)
        code, said, errors = call("verify", office)
        assert errors == ""
        assert code == 0 or all("没有登记的文件" in line for line in said.splitlines()[:-2]), said
        if events_of(office) == before:
            again = run(words, office)
            assert again.code == 0, again.out + again.err
        assert events_of(office) == events_of(whole)
        assert files_of(office) >= files_of(whole)
        assert call("verify", office)[0] == 0
        shutil.rmtree(office)
