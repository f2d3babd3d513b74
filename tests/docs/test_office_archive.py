"""The office's page on what is kept, lent, counted and taken over: its commands run in order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.office.offices import new_office
from tests.office.test_archive import EXAMPLE, decided, doing
from tests.program import ROOT, mmethics

DAY = "2027-03-02"
PAGE = (ROOT / "docs" / "office.md").read_text(encoding="utf-8")


@pytest.fixture
def office(tmp_path: Path, sealed_example: Callable[[str], Path]) -> Path:
    """An office with a case that was decided and delivered, and files to take."""
    made = new_office(tmp_path)
    do = doing(made)
    assert do("take", sealed_example(EXAMPLE) / "submissions" / "01-initial")[0] == 0
    assert do("accept", "1")[0] == 0
    decided(made)
    (made / "批件.pdf").write_bytes(b"%PDF-1.4 signed")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["受理号", "项目名称", "受理日期"])
    sheet.append(["2019-01", "旧课题", "2019-01-05"])
    book.save(made / "旧登记簿.xlsx")
    return made


def lived(section: str, office: Path) -> dict[str, tuple[int, str]]:
    """The commands of a section run in the office's folder: exit code and words by line."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    told = {}
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            program, *words = shlex.split(line)
            assert program == "mmethics"
            done = mmethics("--today", DAY, *words, cwd=office)
            told[line] = done.returncode, done.stdout + done.stderr
    return told


def test_filing(office: Path) -> None:
    told = lived("归档", office)
    codes = [code for code, _ in told.values()]
    assert codes == [1, 1, 1, 0, 0, 0, 0, 0, 0], told
    said = [text for _, text in told.values()]
    assert "会议签到表" in said[0] and "还缺" in said[0]
    assert "归档" in said[3] and "结卷" in said[3] and "保管至 2037-03-02" in said[3]
    assert "2027-制度与规程" in said[5]


def test_lending(office: Path) -> None:
    assert doing(office)("file", "1", "--paper", "签字的审查意见", "--scan", office / "批件.pdf")
    told = lived("借阅复印", office)
    assert {code for code, _ in told.values()} == {0}, told
    said = [text for _, text in told.values()]
    assert "复印件 2 件" in said[0] and "由主任委员" in said[1] and "已归还" in said[5]


def test_quality(office: Path) -> None:
    told = lived("质量评估", office)
    assert {code for code, _ in told.values()} == {0}, told
    for name in ("质量2026.xlsx", "质量2026.docx", "质量2026.html", "年度工作报告-2026.docx"):
        assert (office / name).is_file()


def test_an_old_register(office: Path) -> None:
    told = lived("旧登记簿", office)
    assert [code for code, _ in told.values()] == [1, 0], told
