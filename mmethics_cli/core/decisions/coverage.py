"""Which norms cover a study: they alone are cited for it, and what no norm asks of it is practice.

Three-valued: a source whose scope is not decided yet is cited with a mark, and relaxes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple

from msgspec.structs import replace

from mmethics_cli.core.conditions.language import FactReader, evaluate
from mmethics_cli.core.conditions.values import NO, OPEN, YES, Truth, all_of
from mmethics_cli.core.standard.model import (
    PRACTICE,
    Basis,
    DocumentKind,
    ReviewItem,
    Source,
)


class _Standing(NamedTuple):
    """How a source stands to one study.

    `covers`: whether the study falls under it; `in_force`: whether it holds on the day; `coming`:
    from which day, where that is later; `about`: its articles on its scope; `law`: no practice.
    """

    covers: Truth
    in_force: Truth
    coming: date | None
    about: tuple[str, ...]
    law: bool

    def holds(self, article: str | None) -> Truth:
        """Whether an article holds for the study: with its source, one about its scope always."""
        return self.in_force if article in self.about else self.covers


class _Standings(dict[str, _Standing]):
    """How sources stand to one study, by id; each is worked out when it is first asked for."""

    def __init__(
        self, sources: Mapping[str, Source], facts: FactReader, today: date | None
    ) -> None:
        self._sources = sources
        self._facts = facts
        self._today = today

    def __missing__(self, id_: str) -> _Standing:
        source = self._sources[id_]
        in_force = ~repealed(source, self._today)
        standing = self[id_] = _Standing(
            covers=all_of((in_force, evaluate(source.applies_when, self._facts))),
            in_force=in_force,
            coming=in_force_later(source, self._today),
            about=source.scope_articles,
            law=source.status != PRACTICE,
        )
        return standing


class Coverage:
    """The sources that cover one study on the day of its facts; each scope is evaluated once."""

    def __init__(
        self, sources: Mapping[str, Source], facts: FactReader, today: date | None
    ) -> None:
        self._standings = _Standings(sources, facts, today)

    def covers(self, source: str) -> Truth:
        """Whether the study falls under a source that holds on that day; KeyError for no source."""
        return self._standings[source].covers

    def bases(self, bases: Iterable[Basis]) -> tuple[Basis, ...]:
        """Those that hold for the study or may, marked where that or their being in force is open.

        A practice covers what it says it covers like any norm.
        """
        kept = []
        for basis in bases:
            standing = self._standings[basis.source]
            truth = standing.holds(basis.article) if standing.about else standing.covers
            if truth is YES and standing.coming is None:
                kept.append(basis)
            elif truth is not NO:
                undecided, coming = truth is OPEN, standing.coming
                kept.append(replace(basis, undecided=undecided, in_force_from=coming))
        return tuple(kept)

    def is_practice(self, bases: Iterable[Basis]) -> bool:
        """Whether no norm among these holds for the study, nor may; no where there is no basis."""
        practice = False
        for basis in bases:
            standing = self._standings[basis.source]
            if standing.law and standing.holds(basis.article) is not NO:
                return False
            practice = True
        return practice

    # What is practice is never required, whatever the pack says of it.

    def weight(self, kind: DocumentKind) -> Literal["error", "warning", "note"]:
        """How grave it is for this study to lack a document."""
        demanded = kind.missing == "error"
        return "warning" if demanded and self.is_practice(kind.basis) else kind.missing

    def demands(self, item: ReviewItem) -> bool:
        """Whether this study must meet a review item."""
        return item.severity == "mandatory" and not self.is_practice(item.basis)


def repealed(source: Source, day: date | None) -> Truth:
    """Whether a source holds no more on a day; a superseded one without a date never does."""
    if source.repealed_on is None:
        return YES if source.superseded_by else NO
    if day is None:
        return OPEN
    return YES if source.repealed_on <= day else NO


def in_force_later(source: Source, day: date | None) -> date | None:
    """The day from which a source holds, where that is after `day`; else None."""
    coming = source.in_force_from
    return coming if coming is not None and day is not None and day < coming else None
