"""The program at a real pseudo-terminal: what is on disk when the person goes away, and how."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mmethics_cli.store.lock import LOCK_NAME
from mmethics_cli.store.yaml.reader import read_file
from tests.program import ROOT, TERMINAL, mmethics

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

import pexpect

from tests.typist import ENTER, TAB, first_screen, press

CTRL_C, CTRL_D, CTRL_E = "\x03", "\x04", "\x05"
# The rows of the first screen, confirmed.
FIRST_SCREEN = first_screen({"project.kind": "ai_development", "project.regulatory_track": "iit"})
Start = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program at a terminal of 80 by 30; what still runs at the end is stopped."""
    running: list[pexpect.spawn[str]] = []

    def run(*arguments: str, columns: int = 80, **env: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            sys.executable,
            ["-m", "mmethics_cli", "--today", "2027-03-01", *arguments],
            cwd=str(tmp_path),
            env={**os.environ, "PYTHONPATH": str(ROOT), **TERMINAL, **env},
            encoding="utf-8",
            dimensions=(30, columns),
            timeout=30,
        )
        running.append(child)
        return child

    yield run
    for child in running:
        child.close(force=True)


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus


def begin(child: pexpect.spawn[str]) -> None:
    """Past the question for a protocol, to the first screen."""
    child.expect("有写好的研究方案吗")
    press(child, ENTER)
    child.expect("研究的类别")


def project(folder: Path) -> dict[str, Any]:
    tree: Any = read_file(folder / "dossier.yaml").tree
    found: dict[str, Any] = tree["project"]
    return found


def test_ctrl_c_leaves_and_fill_goes_on_with_the_next_screen(start: Start, tmp_path: Path) -> None:
    # This terminal is asked where its cursor is, and never answers.
    child = start("new", "x", PROMPT_TOOLKIT_NO_CPR="")
    begin(child)
    press(child, FIRST_SCREEN)
    child.expect("怎样做")
    press(child, "1" + CTRL_C)
    assert ended(child) == 130
    assert project(tmp_path / "x")["kind"] == "ai_development"
    tree: Any = read_file(tmp_path / "x" / "dossier.yaml").tree
    assert tree["design"]["collection"] == "retrospective"  # typed on the screen that was left
    child = start("fill", "x")
    child.expect("怎样做")
    child.expect("是否对参与者施加干预")
    child.send(CTRL_C)
    assert ended(child) == 130


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGKILL])
def test_a_closed_terminal_loses_nothing_acknowledged(
    start: Start, tmp_path: Path, how: signal.Signals
) -> None:
    child = start("new", "x")
    begin(child)
    press(child, FIRST_SCREEN)
    child.expect("怎样做")
    press(child, "1" + TAB)
    child.expect("会不会因为研究改变")
    child.kill(how)
    child.expect(pexpect.EOF)
    assert project(tmp_path / "x")["regulatory_track"] == "iit"
    tree: Any = read_file(tmp_path / "x" / "dossier.yaml").tree
    collection = "retrospective" if how is signal.SIGHUP else None
    assert tree["design"]["collection"] == collection


def test_a_dossier_changed_meanwhile_is_kept_and_the_answer_shown(
    start: Start, tmp_path: Path
) -> None:
    child = start("new", "x")
    begin(child)
    path = tmp_path / "x" / "dossier.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# 手改\n", encoding="utf-8")
    press(child, FIRST_SCREEN)
    child.expect("别的程序改过")
    child.expect("没有写入的回答")
    assert ended(child) == 2
    assert path.read_text(encoding="utf-8").endswith("# 手改\n")
    assert project(tmp_path / "x")["kind"] is None


@pytest.fixture
def one_text_lacks(tmp_path: Path) -> Path:
    """A worked example without its study background."""
    assert mmethics("new", "x", "--example", "prospective-ecg", cwd=tmp_path).returncode == 0
    path = tmp_path / "x" / "dossier.yaml"
    lines, kept, inside = path.read_text(encoding="utf-8").splitlines(keepends=True), [], False
    for line in lines:
        inside = line.startswith("  background:") or (inside and line.startswith("    "))
        kept += [] if inside else [line]
    path.write_text("".join(kept), encoding="utf-8")
    return tmp_path / "x"


def test_a_text_that_can_not_be_written_is_shown_whole(start: Start, one_text_lacks: Path) -> None:
    child = start("fill", "x")
    child.expect("Ctrl-E")
    lock = one_text_lacks / LOCK_NAME
    lock.write_text(
        json.dumps({"pid": os.getpid(), "host": socket.gethostname()}), encoding="utf-8"
    )
    press(child, "第一行\r" + "长" * 60 + CTRL_D)
    child.expect("另一个 mmethics 正在写")
    child.expect("没有写入的回答")
    assert ended(child) == 2
    assert "".join(str(child.before).split()).count("长") == 60


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        ("printf ' 二\\n三' >>", "一 二\n三"),
        ("false", "一"),
        ("/no/such/editor", "一"),
    ],
)
def test_a_long_text_goes_through_the_editor_and_survives_its_failure(
    start: Start, one_text_lacks: Path, tmp_path: Path, editor: str, expected: str
) -> None:
    if ">>" in editor:
        script = tmp_path / "editor.sh"
        script.write_text(f'#!/bin/sh\n{editor} "$1"\n', encoding="utf-8")
        script.chmod(0o755)
        editor = str(script)
    child = start("fill", "x", VISUAL=editor)
    child.expect("Ctrl-E")
    press(child, "一" + CTRL_E)
    child.expect("出错退出|打不开编辑器|二")
    time.sleep(0.3)
    child.send(CTRL_D)
    child.expect("回答总览")
    press(child, "1\r")
    ended(child)
    tree: Any = read_file(one_text_lacks / "dossier.yaml").tree
    assert tree["design"]["background"] == expected


def test_the_overview_of_a_whole_dossier_leads_to_any_answer(start: Start, tmp_path: Path) -> None:
    assert mmethics("new", "x", "--example", "prospective-ecg", cwd=tmp_path).returncode == 0
    child = start("fill", "x", columns=40)
    child.expect("回答总览")
    press(child, "2\r")  # the first section
    child.expect("项目基本情况")
    press(child, "3\r")  # its second answer; the form begins at that row
    child.expect("名称、日期与经费")
    press(child, "！" + CTRL_D)
    child.expect("回答总览")
    press(child, "1\r")
    assert ended(child) == 0
    assert project(tmp_path / "x")["plain_title"].endswith("！")


def test_keys_typed_between_two_prompts_wait_for_the_next(start: Start, tmp_path: Path) -> None:
    """While an answer is saved and the next prompt is made, Ctrl-D is no end and nothing echoes."""
    child = start("new", "x")
    begin(child)
    child.delaybeforesend = None
    press(child, FIRST_SCREEN)
    child.expect("✓")  # the form is over, its answers are not saved yet
    time.sleep(0.05)
    press(child, "2" + CTRL_D * 2)
    said = ""
    # Keys that were all read at once are a paste, which confirms nothing: a person presses again.
    while child.expect(["各项数据相同的|数据资产", pexpect.TIMEOUT], timeout=3):
        said += str(child.before)
        press(child, CTRL_D)
    assert "^D" not in said + str(child.before)
    child.send(CTRL_C)
    assert ended(child) == 130
    tree: Any = read_file(tmp_path / "x" / "dossier.yaml").tree
    assert tree["design"]["collection"] == "prospective"
