"""What a pack says of papers for participants: what they must tell, and how plainly."""

from __future__ import annotations

from dataclasses import dataclass

from mmethics_cli.core.conditions import Condition
from mmethics_cli.core.law import Basis


@dataclass(frozen=True, slots=True)
class ConsentElement:
    """Something that participants must be told, and the articles that say so."""

    id: str
    text: str
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class RequiredElement:
    """A consent element that a paper must hold, and when."""

    id: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Readability:
    """When a text for participants is worth another look; lengths are characters.

    `exempt` are paths, or first words of paths, whose texts are names and not speech;
    `latin` are Latin words that need no explanation; `stiff` are words that make a sentence an
    official's rather than a speaker's.
    """

    sentence: int = 50
    average: int = 30
    quotes: int = 3
    exempt: frozenset[str] = frozenset()
    latin: frozenset[str] = frozenset()
    stiff: tuple[str, ...] = ()
