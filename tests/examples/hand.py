"""A person at a real pseudo-terminal who looks at each prompt before typing the answer to it."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pexpect

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.loop import Plan, interview
from mmethics_cli.core.interview.steps import (
    Move,
    Offer,
    Overview,
    Prompt,
    Reply,
    ScreenAnswers,
    Step,
)
from mmethics_cli.store.dossier.carried_over import unfinished_list
from mmethics_cli.store.dossier.workspace import open_workspace
from tests.program import ROOT
from tests.studies import standard
from tests.typist import _KEY, CTRL_C, ENTER, Typist
from tests.walk import TODAY

_CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>78]|[\s\x00-\x1f]")
# What a prompt writes when it begins, and what it asks a terminal: where the cursor is.
_BEGUN, _WHERE, _HERE = "\x1b[?2004h", "\x1b[6n", "\x1b[1;1R"
# Between two keys, in seconds: faster ones are a paste.
_GAP: Final = 0.015
_PATIENCE: Final = 1.0
_TO_ENTER: Final = 0.03  # seconds from another key to Enter: no hand is faster


class Gone(Exception):
    """The person was interrupted: the program does not run any more."""


class Hand(Typist):
    """Types an example into `mmethics new` and `fill`, a key at a time.

    At the prompts of `left` it leaves by Ctrl-C, at those of `killed` the program is killed.
    """

    left = frozenset[int]()
    killed = frozenset[int]()

    def __init__(self, values: Mapping[str, Value], folder: Path, columns: int) -> None:
        super().__init__(values)
        self.folder, self.columns = folder, columns
        self.seen = ""
        self.exits: list[int | None] = []
        self.starts = 0  # of the program

    def type_all(self) -> Facts:
        """The whole interview, however often it is broken off."""
        begun = Facts(standard(), {"event.kind": "initial"}, TODAY)
        command = "new"
        while True:
            self._start(command)
            if command == "new":
                self.see("有写好的研究方案吗")
                self.send(ENTER)
            plan = Plan(unfinished=unfinished_list(self.folder, standard()))
            try:
                return interview(begun, self.ask, lambda answers: None, plan)
            except Gone:
                command = "fill"
                known = open_workspace(self.folder, standard()).values
                begun = Facts(standard(), known, TODAY)

    def ask(self, prompt: Prompt) -> Reply:
        meant = super(Typist, self).ask(prompt)
        self.see(_expected(prompt))
        if self.prompts in self.left | self.killed:
            self._go(kill=self.prompts in self.killed)
        if self.prompts in self.back and isinstance(prompt, Step):
            meant = Move.BACK
        self.send(self._keys(prompt, meant))
        if isinstance(meant, ScreenAnswers) and isinstance(prompt, Step):
            known = {row.path: row.value for row in prompt.rows_with(meant.values)}
            new = {path: one for path, one in meant.values.items() if known[path] != one}
            return ScreenAnswers(new, another=meant.another)
        return meant

    def see(self, text: str) -> None:
        """Wait until a new prompt shows this text."""
        wanted = _CONTROL.sub("", text)
        until = time.monotonic() + 60
        while not (_BEGUN in self.seen and wanted in _CONTROL.sub("", self.seen)):
            assert time.monotonic() < until, f"{self.prompts}: no “{text}” in\n{self.seen}"
            self._read(0.2)

    def send(self, keys: str) -> None:
        """Type keys; the escape sequence of one key goes out in one piece."""
        self.seen = ""
        for key in _pressed(keys):
            if key == ENTER:
                time.sleep(_TO_ENTER)
            begun, before = time.monotonic(), len(self.seen)
            self.child.send(key)
            while len(self.seen) == before and time.monotonic() - begun < _PATIENCE:
                self._read(_GAP)  # a hand waits until it sees what its key did

    def leave(self) -> int | None:
        """Ctrl-C, and the exit code."""
        self.child.send(CTRL_C)
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus

    def _start(self, command: str) -> None:
        self.starts += 1
        self.seen = ""
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "mmethics_cli", "--today", TODAY.isoformat(), command, self.folder.name],
            cwd=str(self.folder.parent),
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
            encoding="utf-8",
            dimensions=(40, self.columns),
            timeout=60,
        )
        self.child.delaybeforesend = None

    def _go(self, kill: bool) -> None:
        if kill:
            self.child.kill(9)
            self.child.close(force=True)
        else:
            self.exits.append(self.leave())
        raise Gone

    def _read(self, wait: float) -> None:
        """Take what the program wrote, and answer it as a terminal does."""
        try:
            written = self.child.read_nonblocking(65536, wait)
        except pexpect.TIMEOUT:
            return
        self.seen += written
        for _ in range(written.count(_WHERE)):
            self.child.send(_HERE)


def _expected(prompt: Prompt) -> str:
    if isinstance(prompt, Offer):
        return "还有选答的"
    if isinstance(prompt, Overview):
        return "回答总览"
    if prompt.screen is not None:
        return f"{prompt.screen.title}（第 {prompt.progress.number}/{prompt.progress.total} 节"
    return prompt.question.prompt or prompt.question.label


def _pressed(keys: str) -> Iterator[str]:
    return (found[0] for found in _KEY.finditer(keys))
