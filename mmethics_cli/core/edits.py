"""Changes to a dossier as values: what to write at which place, before any file is touched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Removed(Enum):
    """Instead of a tree: the place itself goes."""

    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Edit:
    """Put a plain tree (text, list, mapping; None for no answer) at one place, or remove it.

    `path` is a question, with `element` an entry of its list, with `field` a field of the entry.
    With an empty `path` the place is `field` of the review item `element` in the self-check.
    """

    path: str
    tree: object
    element: str = ""
    field: str = ""
