"""A submission after the first one beside what the committee holds already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from mmethics_cli.commands.opening import Dossier
from mmethics_cli.core.editions import IN_PAIRS, papers_of_the_study, same_edition
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.papers import INITIAL, KIND, attachments_of
from mmethics_cli.core.values import Element
from mmethics_cli.render.revisions import seen_before
from mmethics_cli.render.study import Study

if TYPE_CHECKING:
    from mmethics_cli.commands.editions import Edition
    from mmethics_cli.commands.package import Package


@dataclass(frozen=True)
class Later:
    """What a submission after the first one is compared with; empty for the first."""

    in_pairs: bool = False
    own: Study | None = None
    editions: Mapping[str, Edition] = field(default_factory=dict)
    seen: Facts | None = None

    @classmethod
    def of(
        cls,
        dossier: Dossier,
        today: date,
        wanted: Collection[str],
        package: Callable[[Dossier], Package],
    ) -> Later:
        """Compare the papers of the study that may be handed in with those that were sealed.

        `wanted` are papers that are handed in anyway; `package` makes the study's own package.
        """
        current, kind = dossier.workspace.current, dossier.facts.get(KIND)
        if current is None or kind == INITIAL or len(dossier.workspace.submissions) == 1:
            return cls()
        # Loaded late: a first submission is compared with nothing.
        from mmethics_cli.commands.editions import editions_of, for_the_study

        study = for_the_study(dossier)
        own = package(study)
        ids = papers_of_the_study(study.pathway)
        in_pairs = kind in IN_PAIRS
        if not in_pairs:
            ids &= frozenset(wanted)
        whole = replace(own.study, consents=own.consents)
        editions = editions_of(dossier, own, ids, today)
        return cls(in_pairs, whole, editions, seen_before(dossier.facts))

    @property
    def changed(self) -> frozenset[str]:
        """The papers that are handed in because they are not what the committee holds."""
        if not self.in_pairs:
            return frozenset()
        found = self.editions.items()
        return frozenset(id_ for id_, one in found if one.before is not None or not one.known)

    def new_ones(self, entries: list[Element]) -> list[Element]:
        """The attachments that the committee does not hold in this edition."""
        return [
            one
            for one in entries
            if one.id not in self._seen or not same_edition(self._seen[one.id], one)
        ]

    def replacing(self, entries: list[Element]) -> frozenset[str]:
        """The ids of attachments of which the committee holds another edition."""
        if not self.in_pairs:
            return frozenset()
        return frozenset(one.id for one in self.new_ones(entries) if one.id in self._seen)

    @cached_property
    def _seen(self) -> Mapping[str, Element]:
        return {one.id: one for one in attachments_of(self.seen)} if self.seen else {}
