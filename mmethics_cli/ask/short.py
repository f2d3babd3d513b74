"""Prompts of short texts: when a key is pressed, nothing of what was typed is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from mmethics_cli.ask.prompts import Key, Option, Pressed, Prompts, Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShortPrompts:
    """The prompts of a terminal for choices and short texts; each can end with a key."""

    prompts: Prompts

    def line(self, message: str, default: str, complaint: Verdict) -> str | Key:
        """One line of text that passes `complaint`."""
        return _key_of(self.prompts.line(message, default, complaint))

    def one(self, message: str, options: Sequence[Option], default: str | None) -> str | Key:
        """The key of one of the options."""
        return _key_of(self.prompts.one(message, options, default))

    def several(
        self, message: str, options: Sequence[Option], ticked: frozenset[str]
    ) -> list[str] | Key:
        """The keys of any of the options, none too."""
        return _key_of(self.prompts.several(message, options, ticked, lambda keys: None))


def _key_of(reply: T | Pressed) -> T | Key:
    return reply.key if isinstance(reply, Pressed) else reply
