"""Screens: short questions that are put together, and answers proposed for them, as a pack says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mmethics_cli.core.conditions import ALWAYS, Condition
from mmethics_cli.core.values import UNKNOWN, Value


@dataclass(frozen=True, slots=True)
class Screen:
    """Questions of one section, or fields of one list (`of`), that wait for one confirmation."""

    id: str
    title: str
    members: tuple[str, ...]
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer that other answers suggest, shown for confirmation: a `value`, or what `copies`
    names. It is never taken unseen."""

    path: str
    why: str
    when: Condition = ALWAYS
    value: Value = UNKNOWN
    copies: str | None = None


@dataclass(frozen=True)
class Screens:
    """All screens and proposals of a pack; a pack without any puts one question at a time."""

    by_id: Mapping[str, Screen] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)

    @cached_property
    def _holding(self) -> Mapping[tuple[str | None, str], Screen]:
        return {(one.of, member): one for one in self.by_id.values() for member in one.members}

    def holding(self, owner: str | None, path: str) -> Screen | None:
        """The screen on which a question, or a field of the list `owner`, stands."""
        return self._holding.get((owner, path))
