"""Confirming texts that were approved before the facts changed on which they rest."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from mmethics_cli.ask.prompts import Prompts
from mmethics_cli.commands.options import Session
from mmethics_cli.commands.resting_texts import ask_about_texts
from mmethics_cli.workflow.lifecycle.confirming import texts_to_confirm
from mmethics_cli.workflow.opening import open_dossier
from tests.followed import ECG, TODAY, change, decide
from tests.program import mmethics
from tests.typist import CTRL_C, DOWN, ENTER, ESC

WITHDRAWAL = "consent.withdrawal"


@pytest.fixture
def study(sealed_example: Callable[[str], Path], tmp_path: Path) -> Path:
    """An amendment in preparation: another telephone, which the text on withdrawal names."""
    folder = Path(shutil.copytree(sealed_example(ECG), tmp_path / "study"))
    decide(folder / "submissions" / "01-initial", "approve")
    change(folder, {"contact.phone": "010-0000-0299"})
    said = run(folder, "follow", "amendment", folder, "--blank")
    assert f"退出与数据处理（{WITHDRAWAL}）" in said
    return folder


def run(folder: Path, *words: str | Path, expect: int = 0) -> str:
    done = mmethics("--today", TODAY, *words, cwd=folder)
    assert done.returncode == expect, done.stdout + done.stderr
    return (done.stdout + done.stderr).replace("\n", "")


def resting(folder: Path) -> list[str]:
    done = mmethics("--today", TODAY, "check", folder, "--format", "json", cwd=folder)
    findings = json.loads(done.stdout)["findings"]
    return [f"{one['severity']} {one['path']}" for one in findings if one["id"] == "text_rests_on"]


def test_a_text_waits_until_it_is_confirmed(study: Path) -> None:
    assert resting(study) == [f"error {WITHDRAWAL}"]
    said = run(study, "fill", study, "--confirm", WITHDRAWAL)
    assert "已确认仍然属实：退出与数据处理" in said
    assert resting(study) == []
    # The confirmation was about this number.
    change(study, {"contact.phone": "010-0000-0300"})
    assert resting(study) == [f"error {WITHDRAWAL}"]


def test_a_text_that_is_changed_too_is_no_longer_asked_about(study: Path) -> None:
    change(study, {WITHDRAWAL: "您可以随时打电话给高示二（010-0000-0299）说不参加了。"})
    assert resting(study) == []


def test_what_does_not_wait_is_not_confirmed(study: Path) -> None:
    said = run(study, "fill", study, "--confirm", f"{WITHDRAWAL}、consent.plain_risks", expect=2)
    assert "什么也没有确认" in said and "consent.plain_risks" in said and WITHDRAWAL in said
    assert resting(study) == [f"error {WITHDRAWAL}"]


def test_a_confirmation_written_by_hand_is_refused_with_its_place(study: Path) -> None:
    path = study / "submissions/02-amendment/submission.yaml"
    path.write_text(path.read_text("utf-8") + "\nconfirmed:\n  - withdrawal\n", "utf-8")
    said = run(study, "check", study, expect=2)
    assert "submission.yaml:" in said and "mmethics fill --confirm" in said


@pytest.fixture
def pipe() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe:
        yield pipe


def asked(study: Path, pipe: PipeInput, keys: str) -> list[str]:
    """The texts that still wait after these keys."""
    pipe.send_text(keys)
    today = date.fromisoformat(TODAY)
    prompts = Prompts(True, pipe, DummyOutput(), paced=False)
    dossier = ask_about_texts(Session(today, terminal=True), open_dossier(study, today), prompts)
    return [text.path for text in texts_to_confirm(dossier)]


def test_at_a_terminal_nothing_is_confirmed_by_a_reflex(study: Path, pipe: PipeInput) -> None:
    assert asked(study, pipe, f"{ENTER}{ENTER}1{ENTER}") == [WITHDRAWAL]
    assert asked(study, pipe, ESC) == [WITHDRAWAL]


def test_at_a_terminal_a_text_is_confirmed_or_changed(study: Path, pipe: PipeInput) -> None:
    assert asked(study, pipe, f"?{DOWN}{DOWN}{ENTER}") == []
    change(study, {"contact.phone": "010-0000-0300"})
    # Into the text, back out of it with its draft, and into it again to write.
    typed = threading.Timer(0.5, pipe.send_text, [f"3{ENTER}打010-0000-0300。\x04"])
    typed.start()
    assert asked(study, pipe, f"3{ENTER}{ESC}") == []
    assert "打010-0000-0300。" in (study / "dossier.yaml").read_text(encoding="utf-8")


def test_leaving_keeps_what_was_confirmed(study: Path, pipe: PipeInput) -> None:
    with pytest.raises(KeyboardInterrupt):
        asked(study, pipe, CTRL_C)
    assert resting(study) == [f"error {WITHDRAWAL}"]
