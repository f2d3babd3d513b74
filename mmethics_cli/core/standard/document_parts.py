"""Documents of which there is one for each entry of a list, and how each of them is called."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

PART_MARK: Final = "@"  # data_use_agreement@abroad: between the id of a kind and that of an entry


class DocumentPart(Struct, frozen=True):
    """Which of several documents of a kind one is: that of an entry of a list, by its id."""

    kind: str
    list: str
    entry: str


def kind_id(document: str) -> str:
    """The id of the kind that a document is of: its own, but where there is one for each entry."""
    return document.partition(PART_MARK)[0]
