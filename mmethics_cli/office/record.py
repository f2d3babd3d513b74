"""A row of the register's index, and how rows are looked for before an event."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar, Protocol, TypeVar

from msgspec import Struct


class OfficeRecord(Struct, frozen=True):
    """A row of a table of the register; `KEY` are the fields that tell it from others."""

    KEY: ClassVar[tuple[str, ...]] = ("id",)
    # Fields by which rows are looked for.
    FIND: ClassVar[tuple[str, ...]] = ()

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(str(getattr(self, name)) for name in self.KEY)


R = TypeVar("R", bound=OfficeRecord)


class Lookup(Protocol):
    """What is known before an event: records by their key, and those whose fields say something."""

    def get(self, kind: type[R], *key: str) -> R | None:
        """The record of that key; None where there is none."""

    def where(self, kind: type[R], **fields: str | Collection[str]) -> Sequence[R]:
        """The records whose fields say this, or one of these, in the order of their keys."""

    def highest(self, kind: type[R], field: str, prefix: str) -> str:
        """The last number that begins so, among those of a field; empty where there is none."""
