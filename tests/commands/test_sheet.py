"""`sheet export` and `sheet import` as a user calls them: files, refusals, asking, writing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.program import ROOT, TERMINAL, mmethics, mmethics_process
from tests.sheets.filling import cell_of, load, opened, saved
from tests.typist import press

DAY = ("--today", "2027-03-01")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a blank dossier `d` and its workbook `问卷.xlsx`."""
    assert mmethics("new", "d", "--blank", cwd=tmp_path).returncode == 0
    done = mmethics(*DAY, "sheet", "export", "问卷.xlsx", "d", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "已导出：问卷.xlsx" in done.stderr
    return tmp_path


def fill(folder: Path, **answers: str) -> None:
    path = folder / "问卷.xlsx"
    book = load(path.read_bytes())
    for name, text in answers.items():
        cell_of(book, name.replace("__", ".")).value = text
    path.write_bytes(saved(book))


def dossier_files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted((folder / "d").rglob("*"))
        if path.is_file()
    }


def test_filled_shown_and_written(folder: Path) -> None:
    fill(folder, risk__level="不大于最小风险", participants__age_min="18", ai__role="不清楚")
    before = dossier_files(folder)
    asked = mmethics("sheet", "import", "问卷.xlsx", "d", cwd=folder)
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert "风险等级\n    （空） → 不大于最小风险" in asked.stdout
    assert dossier_files(folder) == before
    done = mmethics("sheet", "import", "问卷.xlsx", "d", "--yes", cwd=folder)
    assert (done.returncode, done.stdout) == (0, asked.stdout)
    assert "已写入 3 处" in done.stderr
    values = opened(folder / "d").facts.values
    assert (values["risk.level"], values["participants.age_min"]) == ("minimal", 18)
    text = (folder / "d" / "dossier.yaml").read_text(encoding="utf-8")
    assert "  level: minimal  #" in text and "  role: unsure  #" in text
    again = mmethics("sheet", "import", "问卷.xlsx", "d", cwd=folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "没有改动。\n")


def test_one_wrong_cell_and_nothing_is_written(folder: Path) -> None:
    fill(folder, risk__level="很小", participants__age_min="18", participants__age_max="老")
    before = dossier_files(folder)
    done = mmethics("sheet", "import", "问卷.xlsx", "d", "--yes", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "工作簿有 2 处不能用，什么也没有写入" in done.stderr
    assert "先答这些!D" in done.stderr and "“很小”" in done.stderr and "“老”" in done.stderr
    assert dossier_files(folder) == before


def test_export_overwrites_only_when_told(folder: Path) -> None:
    before = (folder / "问卷.xlsx").read_bytes()
    fill(folder, risk__level="不大于最小风险")
    mine = (folder / "问卷.xlsx").read_bytes()
    done = mmethics(*DAY, "sheet", "export", "问卷.xlsx", "d", cwd=folder)
    assert done.returncode == 2 and "--replace" in done.stderr
    assert (folder / "问卷.xlsx").read_bytes() == mine
    done = mmethics(*DAY, "sheet", "export", "问卷.xlsx", "d", "--replace", cwd=folder)
    assert done.returncode == 0
    assert (folder / "问卷.xlsx").read_bytes() == before


@pytest.mark.parametrize("mark", ["~$问卷.xlsx", ".~问卷.xlsx", ".~lock.问卷.xlsx#"])
def test_a_workbook_that_is_open(folder: Path, mark: str) -> None:
    (folder / mark).write_bytes(b"")
    done = mmethics("sheet", "export", "问卷.xlsx", "d", "--replace", cwd=folder)
    assert done.returncode == 2 and "请关闭后再导出" in done.stderr
    done = mmethics("sheet", "import", "问卷.xlsx", "d", cwd=folder)
    assert done.returncode == 0 and "最后一次保存" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "问卷.docx", "d"), "不是 .xlsx 文件"),
        (("export", "~$问卷.xlsx", "d"), "临时记号"),
        (("import", "~$问卷.xlsx", "d"), "临时记号"),
        (("export", "无/新.xlsx", "d"), "没有文件夹“无”"),
        (("export", "新.xlsx", "没有"), "没有"),
        (("import", "没有.xlsx", "d"), "没有文件“没有.xlsx”"),
        (("import", "文字.xlsx", "d"), "不是 Excel 工作簿"),
        (("export",), "缺少参数 FILE"),
        ((), "把填好的 Excel 导入卷宗"),
    ],
)
def test_wrong_calls(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    (folder / "文字.xlsx").write_text("文字", encoding="utf-8")
    done = mmethics("sheet", *arguments, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert not (folder / "新.xlsx").exists()


def test_the_same_bytes_wherever_it_runs(folder: Path) -> None:
    assert mmethics(*DAY, "new", "e", "--example", "prospective-ecg", cwd=folder).returncode == 0
    made = []
    for seed, zone, locale in (
        ("1", "Asia/Shanghai", "C"),
        ("2", "America/New_York", "zh_CN.UTF-8"),
    ):
        env = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        name = f"{seed}.xlsx"
        done = mmethics(*DAY, "sheet", "export", name, "e", cwd=folder, env=env)
        assert done.returncode == 0, done.stderr
        made.append((folder / name).read_bytes())
    assert made[0] == made[1]


def test_two_writers(folder: Path) -> None:
    """A dossier that someone else holds is not written; afterwards the same import goes through."""
    import json
    import os
    import socket

    fill(folder, risk__level="不大于最小风险")
    before = dossier_files(folder)
    lock = folder / "d" / ".mmethics.lock"
    lock.write_text(
        json.dumps({"pid": os.getpid(), "host": socket.gethostname()}), encoding="utf-8"
    )
    done = mmethics_process("sheet", "import", "问卷.xlsx", "d", "--yes", cwd=folder)
    assert done.returncode == 2 and "正在写这个文件夹" in done.stderr
    lock.unlink()
    assert dossier_files(folder) == before
    assert mmethics("sheet", "import", "问卷.xlsx", "d", "--yes", cwd=folder).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect drives POSIX terminals")
@pytest.mark.parametrize(("keys", "written"), [("\r1\r", False), ("2\r", True)])
def test_at_a_terminal_it_asks(folder: Path, keys: str, written: bool) -> None:
    import pexpect

    fill(folder, risk__level="不大于最小风险")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", "sheet", "import", "问卷.xlsx", "d"],
        cwd=str(folder),
        env=TERMINAL | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        encoding="utf-8",
        dimensions=(30, 100),
        timeout=30,
    )
    child.expect("写入这 1 处改动吗")
    press(child, keys)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert ("risk.level" in opened(folder / "d").facts.values) is written
