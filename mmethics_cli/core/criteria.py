"""The criteria of the committee's worksheets."""

from __future__ import annotations

from dataclasses import dataclass

from mmethics_cli.core.conditions import Condition
from mmethics_cli.core.law import Basis


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that a reviewer judges, on each of `worksheets` (ids of committee papers).

    The applicant's answer to it stands in `facts` (paths), in the self-check of the review items
    `items`, in `papers` (ids of documents) and in the consent `elements` (`erm2023.36.3`).
    """

    id: str
    worksheets: tuple[str, ...]
    group: str
    text: str
    applies_when: Condition
    facts: tuple[str, ...]
    items: tuple[str, ...]
    papers: tuple[str, ...]
    elements: tuple[str, ...]
    basis: tuple[Basis, ...]
