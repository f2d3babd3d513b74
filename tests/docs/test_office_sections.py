"""The office's page on the desk, on inspection day and on backups: its commands do what it says."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.office.lived import DAY, lived_office
from tests.once import Once
from tests.program import ROOT, mmethics

PAGE: Final = ROOT / "docs" / "office.md"


@pytest.fixture
def office(once: Once, sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    return lived_office(once, sealed_example, tmp_path)


def commands(section: str) -> Iterator[list[str]]:
    """The commands of a section of the page, in their order."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        yield from (shlex.split(line)[1:] for line in block.splitlines())


def lived(section: str, folder: Path) -> list[str]:
    """What each command of a section says, done in a folder."""
    told = []
    for words in commands(section):
        done = mmethics("--today", DAY, *words, cwd=folder)
        assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
        told.append(done.stdout + done.stderr)
    assert told
    return told


def test_the_desk(office: Path) -> None:
    desk, files, json = lived("案头", office)
    assert "等我办" in desk and "mmethics office note 送达" in desk and '"lines"' in json
    assert (office / "案头.html").is_file() and (office / "到期日.ics").is_file()
    assert "案头.html" in files and "到期日" in files


def test_inspection_day(office: Path) -> None:
    case, before, bundle, _ = lived("检查日", office)
    assert "批准（伦审2027-0001" in case and "批准（" not in before and "截至 2027-03-05" in before
    assert "index.html" in bundle and (office / "检查材料" / "index.html").is_file()
    assert (office / "登记簿.xlsx").is_file()


def test_backup(office: Path) -> None:
    made = mmethics("--today", DAY, "office", "backup", cwd=office)
    assert made.returncode == 0, made.stderr
    shutil.copyfile(next((office / "backup").iterdir()), office / "备份.zip")
    *_, back = lived("备份", office)
    assert "已恢复并核验：恢复的办公室" in back
    assert mmethics("verify", office / "恢复的办公室", cwd=office).returncode == 0
