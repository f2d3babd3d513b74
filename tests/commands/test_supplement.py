"""What the office asks for before it decides: recorded, printed, and answered item by item."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import typer
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.commands.options import Session
from mmethics_cli.commands.record_form import asked_for_more
from mmethics_cli.formats.word.reading import read
from tests.followed import ECG
from tests.program import TERMINAL, mmethics

ASKED = ("研究方案没有研究者签名，请补签。", "请说明测量当天的联系人 <b>&amp;。")


@pytest.fixture
def study(sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed_example(ECG), tmp_path / "study"))


def run(study: Path, *words: str, expect: int = 0) -> str:
    done = mmethics("--today", "2027-03-03", words[0], study, *words[1:], cwd=study)
    assert done.returncode == expect, done.stdout + done.stderr
    return (done.stdout + done.stderr).replace("\n", "")


def notice(study: Path) -> str:
    run(study, "render", "--for", "committee", "--only", "supplement_notice", "--replace")
    (path,) = study.glob("submissions/*/committee/*补正通知书.docx")
    assert path.parent.parent.name == "01-initial"
    reader = read(path.read_bytes(), path.name)
    return reader.text(reader.package.body)


def test_the_notice_prints_what_was_recorded(study: Path, tmp_path: Path) -> None:
    assert not any(text in notice(study) for text in ASKED)
    lines = "".join(f"- {text}\n" for text in ASKED)
    (tmp_path / "c.yaml").write_text(lines, encoding="utf-8")
    run(study, "record", "--supplement", "--comments", str(tmp_path / "c.yaml"))
    printed = notice(study)
    assert all(text in printed for text in ASKED), printed


def test_without_a_terminal_the_flag_is_named(study: Path) -> None:
    assert "--comments FILE" in run(study, "record", "--supplement", expect=2)
    assert not (study / "submissions/01-initial/decision.yaml").exists()


def typed(keys: str) -> tuple[str, ...]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(keys)
        session = Session(date(2027, 3, 3), terminal=True)
        return asked_for_more(session, Prompts(True, pipe, DummyOutput()))


def test_at_a_terminal_it_is_asked_for_one_thing_on_each_line() -> None:
    end = "\x04"
    assert typed(f"{end}{ASKED[0]}\n\n  第二项{end}") == (ASKED[0], "第二项")
    with pytest.raises(typer.Exit) as left:
        typed("第一项\x03")
    assert left.value.exit_code == 130


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect needs a Unix terminal")
def test_what_is_typed_is_recorded_and_the_next_round_asks_for_it(study: Path) -> None:
    import pexpect

    words = ["--today", "2027-03-03", "record", str(study), "--supplement"]
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mmethics_cli", *words],
        env=os.environ | TERMINAL,
        encoding="utf-8",
        timeout=30,
        cwd=str(study),
    )
    child.expect("要补正什么")
    child.send(f"{ASKED[0]}\x04")
    child.expect("要补正的 1 项")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    event = study / "submissions/01-initial-r2/submission.yaml"
    assert ASKED[0] in event.read_text(encoding="utf-8")
