"""Entries that are added to a list."""

from __future__ import annotations

from collections.abc import Iterable

from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import Element


def new_id(owner: Question, elements: Iterable[Element]) -> str:
    """An id that no element of the list has: the initial of the list's name and a number."""
    taken = {one.id for one in elements}
    initial = owner.path.rpartition(".")[2][:1]
    number = len(taken) + 1
    while f"{initial}{number}" in taken:
        number += 1
    return f"{initial}{number}"
