"""An empty document in the house style, as it was built (house_style.py).

A document is this package with its own body, header, footer and properties put in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

# How large a document's type is: running text, a form to be leafed through, for participants,
# as large as in a school book for those of 14 to 17, or for children.
TypeSize = Literal["text", "form", "consent", "textbook", "large"]

KEPT: Final = Path(__file__).with_suffix(".json")
STYLES: Final = "word/styles.xml"
UNSET: Final = 9.0  # lines: stands for the height that the document sets


class _Kept(Struct, frozen=True):
    """The text of the parts that all documents share, by name, and the styles of each size.

    `relations` are the ids of the body's relations by kind.
    """

    parts: dict[str, str]
    styles: dict[TypeSize, str]
    relations: dict[str, str]


@cache
def base_parts(line: float, size: TypeSize = "text") -> Mapping[str, bytes]:
    """The parts of an empty document with body text `line` lines high; never change them."""
    kept = _kept()
    unset, height = (f'w:line="{line_height(lines)}"' for lines in (UNSET, line))
    parts = kept.parts | {STYLES: kept.styles[size].replace(unset, height)}
    return {name: text.encode() for name, text in parts.items()}


def base_relations() -> Mapping[str, str]:
    """The ids of the relations of its body by their kind: "header", "footer" …"""
    return _kept().relations


def line_height(lines: float) -> int:
    """In 240ths of a line, as Word counts."""
    return int(lines * 240)


@cache
def _kept() -> _Kept:
    return msgspec.json.decode(KEPT.read_bytes(), type=_Kept)
