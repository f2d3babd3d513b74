"""Which questions stand together on one screen, and which answers are proposed there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from mmethics_cli.core.conditions.language import ALWAYS, Condition
from mmethics_cli.core.conditions.values import UNKNOWN, Value


class Screen(Struct, frozen=True):
    """Questions of one section, or fields of one list (`of`), that wait for one confirmation."""

    id: str
    title: str
    members: tuple[str, ...]
    of: str | None = None


class Proposal(Struct, frozen=True):
    """An answer that other answers suggest, shown for confirmation: a `value`, or what `copies`
    names. It is never taken unseen."""

    path: str
    why: str
    when: Condition = ALWAYS
    value: Value = UNKNOWN
    copies: str | None = None


class Screens(Struct, frozen=True, dict=True):
    """All screens and proposals of a pack; a pack without any puts one question at a time."""

    by_id: Mapping[str, Screen] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)

    @cached_property
    def _holding(self) -> Mapping[tuple[str | None, str], Screen]:
        return {
            (screen.of, member): screen
            for screen in self.by_id.values()
            for member in screen.members
        }

    def holding(self, owner: str | None, path: str) -> Screen | None:
        """The screen on which a question, or a field of the list `owner`, stands."""
        return self._holding.get((owner, path))
