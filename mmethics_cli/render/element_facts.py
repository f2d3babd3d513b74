"""Proof that the passage of a consent element tells the facts that it must tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from mmethics_cli.core.conditions.language import Answered, Compare, Condition, OneOf, alike
from mmethics_cli.core.standard.model import ElementFact
from mmethics_cli.render.binding import Each, When
from mmethics_cli.render.guards import (
    OpenBlock,
    StandingNode,
    elements_opened,
    parts_of,
    standing_nodes,
)
from mmethics_cli.render.language import TemplatePlace
from mmethics_cli.render.templates import Template


class _Telling(NamedTuple):
    """Where a passage tells a fact, and the conditions under which it does.

    It prints the fact, or, with `values`, it stands there for these values of it.
    """

    place: TemplatePlace
    conditions: tuple[Condition, ...]
    values: frozenset[object] | None = None


class UntoldFact(NamedTuple):
    """A fact that is not told whenever it must be.

    `place` is the passage that lacks it, or the print that stands under `narrower` conditions.
    """

    place: TemplatePlace
    narrower: bool


# A node, and the conditions that are open round it.
_StandingInside = tuple[StandingNode, tuple[Condition, ...]]


class ElementPassages:
    """The passages of a template's consent elements, parts that are put in among them."""

    def __init__(self, template: Template) -> None:
        self._source = template.source
        self._nodes = tuple(standing_nodes(template))
        self._standing: dict[tuple[str, str], Sequence[_StandingInside]] = {}

    def untold(
        self, element: str, due: Condition, fact: ElementFact, values: Collection[object] = ()
    ) -> UntoldFact | None:
        """Where an element fails to tell one of its facts; None where it does, and without element.

        The fact must be told wherever both `due`, the condition of the element in the document,
        and the fact's own hold: printed, or, if it has `values`, by a passage for each of them.
        """
        opening = self._openings.get(element)
        if opening is None:
            return None
        name = fact.path.rpartition(".")[2]
        given = [*parts_of(due), *parts_of(fact.when)]
        given += [Compare(path, Answered(True)) for path in (fact.path, name)]
        tellings = list(self._tellings(element, fact.path))
        certain = [
            telling
            for telling in tellings
            if all(any(alike(part, other) for other in given) for part in telling.conditions)
        ]
        covered = {value for telling in certain for value in telling.values or ()}
        if any(telling.values is None for telling in certain):
            return None
        if values and covered >= set(values):
            return None
        prints = [telling.place for telling in tellings if telling.values is None]
        return UntoldFact(prints[0] if prints else opening, bool(prints))

    @cached_property
    def _openings(self) -> Mapping[str, TemplatePlace]:
        """Where each element is opened first."""
        lines = zip(self._source.lines, self._source.places, strict=True)
        opened = [(element, place) for line, place in lines for element in elements_opened(line)]
        return dict(reversed(opened))

    def _inside(self, element: str, owner: str) -> Sequence[_StandingInside]:
        """The nodes within an element, each with the conditions round it there."""
        if (element, owner) not in self._standing:
            found = [(standing, _inside(standing, element, owner)) for standing in self._nodes]
            self._standing[element, owner] = [
                (
                    standing,
                    tuple(
                        part
                        for outer in inside
                        if isinstance(outer, When)
                        for part in parts_of(outer.condition)
                    ),
                )
                for standing, inside in found
                if inside is not None
            ]
        return self._standing[element, owner]

    def _tellings(self, element: str, path: str) -> Iterator[_Telling]:
        owner = path.rpartition(".")[0]
        for standing, conditions in self._inside(element, owner):
            if standing.printed == path:
                yield _Telling(standing.place, conditions)
            elif isinstance(standing.node, When):
                own = tuple(parts_of(standing.node.condition))
                for part in own:
                    if isinstance(part, Compare) and part.path == path:
                        others = tuple(other for other in own if other is not part)
                        if isinstance(part.test, OneOf):
                            values = frozenset[object](part.test.values)
                            yield _Telling(standing.place, (*conditions, *others), values)


def _inside(standing: StandingNode, element: str, owner: str) -> tuple[object, ...] | None:
    """What is open round a node within an element; None outside of it.

    A loop over the list `owner` may stand outside: what is open in it is about the entry too.
    """
    elements = [
        at
        for at, outer in enumerate(standing.around)
        if isinstance(outer, OpenBlock) and outer.element == element
    ]
    loops = [
        at
        for at, outer in enumerate(standing.around)
        if isinstance(outer, Each) and outer.path == owner
    ]
    return standing.around[min(elements + loops) :] if elements else None
