"""What a workbook keeps of its origin in a hidden sheet, by which import sees what has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mmethics_cli.sheets.layout import MARK, Origin, Page, inputs

FORMAT: Final = "mmethics/sheet/1"
RECORD_MARK: Final = f"{MARK}record"
_FORMAT, _STANDARD, _EDITION, _FILE, _CELL = "format", "standard", "edition", "file ", "cell "


def digest(text: str) -> str:
    """A short digest of what a cell said; empty for an empty cell."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if text else ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a workbook was made from, and the digest of each of its answers."""

    format: str
    origin: Origin
    cells: Mapping[str, str]


def record_lines(pages: tuple[Page, ...], origin: Origin) -> Iterator[tuple[str, str]]:
    """The lines of the hidden sheet: names with what they say."""
    yield _FORMAT, FORMAT
    yield _STANDARD, origin.standard
    yield _EDITION, origin.edition
    yield from ((_FILE + name, sha) for name, sha in sorted(origin.files.items()))
    yield from ((_CELL + cell.key, digest(cell.text)) for cell in inputs(pages))


def read_record(lines: Mapping[str, str]) -> Record:
    """The record that such lines make; what is missing is empty."""
    files, cells = (
        {name.removeprefix(prefix): text for name, text in lines.items() if name.startswith(prefix)}
        for prefix in (_FILE, _CELL)
    )
    origin = Origin(lines.get(_STANDARD, ""), lines.get(_EDITION, ""), files)
    return Record(lines.get(_FORMAT, ""), origin, cells)
