"""What a changed answer means to the committee: the category that an amendment is filed under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mmethics_cli.core.conditions import Condition, Scope, evaluate
from mmethics_cli.core.explain import FactBook
from mmethics_cli.core.values import Element, Truth

Kind = Literal["added", "removed", "changed"]
KINDS: tuple[Kind, ...] = ("added", "removed", "changed")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A category (none: of no account) and when a change falls into it.

    `on` is the kind of change, any if not given; `unseen` a field of the entry whose value no entry
    had before; `when` holds of the facts as they are now.
    """

    category: str | None
    on: Kind | None = None
    unseen: str | None = None
    when: Condition | None = None


def category_of(
    meanings: Sequence[Meaning],
    kind: Kind,
    now: FactBook,
    scope: Scope | None = None,
    before: Sequence[Element] = (),
) -> str | None:
    """The category of the first meaning that fits; what is not known yet counts as fitting."""
    for one in meanings:
        if one.on is not None and one.on != kind:
            continue
        if one.unseen is not None and scope is not None:
            value = scope.element.get(one.unseen)
            if any(entry.get(one.unseen) == value for entry in before):
                continue
        if one.when is not None and evaluate(one.when, now, scope) is Truth.NO:
            continue
        return one.category
    return None
