"""The program as a user starts it, and the tree it is started from."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from unittest import mock

import pytest

from mmethics_cli.cli import app

ROOT: Final = Path(__file__).resolve().parent.parent
STUDIES: Final = ROOT / "checklists" / "examples"
# A pseudo-terminal that is not asked where its cursor is: it would not answer, and each prompt
# would wait a second for that.
TERMINAL: Final = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}


def told(example: str, key: str) -> str:
    """What a worked example says about itself in its example.yaml."""
    text = (STUDIES / example / "example.yaml").read_text(encoding="utf-8")
    found = re.search(rf"^{key}: *(\S+)$", text, re.MULTILINE)
    assert found, f"{example} does not say {key}"
    return found[1]


# The worked examples that can be handed in; another is left incomplete for practice.
COMPLETE: Final = [
    path.parent.name
    for path in sorted(STUDIES.glob("*/example.yaml"))
    if told(path.parent.name, "complete") == "yes"
]
# Those through which the program itself is tried: texts that could break a paper, pages, bytes,
# workbooks, answers taken away. What an example says and prints is looked at for each of COMPLETE;
# these three ask between them for nearly every paper, and each more would make the suite minutes
# longer to show that the same code works on other answers.
EXAMPLES: Final = ["genomics-imaging-partner", "prospective-ecg", "retrospective-imaging-ai"]


def mmethics(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `mmethics` without a terminal: here, or with an environment of its own as a process."""
    if env is not None:
        return mmethics_process(*arguments, cwd=cwd, env=env)
    words = [*map(str, arguments)]
    out, err = (_Written() for _ in range(2))
    with (
        contextlib.chdir(cwd),
        Path(os.devnull).open(encoding="utf-8") as nothing,
        mock.patch.object(sys, "stdin", nothing),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            app(words)
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, out.text(), err.text())


class _Written(io.TextIOWrapper):
    """A stream as the program's entry sets it up, kept in memory."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="")

    def text(self) -> str:
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode().replace("\r\n", "\n")


def mmethics_process(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `mmethics` in a process of its own, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "mmethics_cli", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | dict(env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def listed_files(*folders: str) -> list[str]:
    """Files that git tracks or would track, relative to the root; skips outside a checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def seal(example: str, folder: Path, env: Mapping[str, str] | None = None) -> Path:
    """A worked example as a dossier in `folder`, submitted on the day it was written for."""
    day = told(example, "as_of")
    folder.mkdir(parents=True)
    for step in (["new", example, "--example", example], ["submit", example]):
        done = mmethics("--today", day, *step, cwd=folder, env=env)
        assert done.returncode == 0, f"{step}\n{done.stdout}\n{done.stderr}"
    return folder / example
