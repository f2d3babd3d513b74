"""What can go wrong on purpose: one base, one boundary in cli.py.

An error carries data and a Chinese message that says what, where and what to do; it never prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


# No struct, like the session: --help needs no more than these two.
class Problem(NamedTuple):
    """One place in a file that can't be used, and what to do about it."""

    message: str
    file: str = ""
    line: int | None = None
    fix: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        head = f"{place}：{self.message}" if place else self.message
        return f"{head} {self.fix}" if self.fix else head


class EthicsError(Exception):
    """Base of every failure that a user can meet; shown without traceback.

    `exit_code` is 2 (wrong call or unreadable input) unless a subclass says otherwise.
    """

    exit_code = 2

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {problem}" for problem in self.problems)])


class UnreadableFile(EthicsError):
    """A YAML file that can't be read into known questions; `problems` names every place."""


class PackError(EthicsError):
    """The standard pack (or an overlay) contradicts itself."""


class TemplateError(EthicsError):
    """A document template can't be rendered."""


class DocumentError(EthicsError):
    """A file that should be a Word document can't be read as one."""


class WorkspaceError(EthicsError):
    """A folder is not what the command needs: no dossier, one already there, read-only, locked."""


class ChangedOnDisk(WorkspaceError):
    """Another program changed the file since it was read; nothing was written."""


class NoTerminal(EthicsError):
    """A prompt would be needed, but there is no terminal; the message names the flag to use."""
