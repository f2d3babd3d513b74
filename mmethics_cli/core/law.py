"""Where requirements come from, and how far each article was verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Verified = Literal["text", "secondary", "memory"]

# From certain to doubtful: an item is worth what its weakest basis is worth.
VERIFIED: tuple[Verified, ...] = ("text", "secondary", "memory")


@dataclass(frozen=True, slots=True)
class Source:
    """A norm, a guide or a practice that requirements rest on."""

    id: str
    title: str
    number: str
    issuer: str
    issued: str
    effective: str
    status: str
    notes: str
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """How far an article was verified, and who in the institution did so and when (own packs)."""

    verified: Verified
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """One article of one source; without an article the citation is from memory."""

    source: str
    article: str | None
    verified: Verified


def weakest(basis: tuple[Basis, ...]) -> Verified:
    """How far a requirement is verified: as its least verified basis; memory when it has none."""
    return max((one.verified for one in basis), key=VERIFIED.index, default="memory")
