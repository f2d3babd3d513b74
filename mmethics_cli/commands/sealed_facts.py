"""The facts of submissions as they were sealed, read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmethics_cli.core.facts import Facts
from mmethics_cli.core.standard import Standard
from mmethics_cli.store.answers_file import answers_of
from mmethics_cli.store.submissions import Submission
from mmethics_cli.store.workspace import Workspace


def facts_as_sealed(submission: Submission, standard: Standard) -> Facts:
    """The study and the event as the committee got them. Raises UnreadableFile."""
    return Facts(standard, answers_of(submission.snapshot(), standard).values)


class EarlierFacts(Iterable[Facts]):
    """The facts of the sealed submissions before one, the newest first.

    That one is the current submission, if `number` names no other.
    """

    def __init__(self, workspace: Workspace, number: int | None = None) -> None:
        current = workspace.current
        before = number if number is not None else current.number if current else 0
        self._standard = workspace.standard
        self._left = [one for one in workspace.submissions if one.sealed and one.number < before]
        self._read: list[Facts] = []

    def __iter__(self) -> Iterator[Facts]:
        yield from self._read
        while self._left:
            self._read.append(facts_as_sealed(self._left.pop(), self._standard))
            yield self._read[-1]
