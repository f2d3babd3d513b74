"""The papers of a submission as rows of the transmittal list."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mmethics_cli.core.content import DocumentKind
from mmethics_cli.core.values import UNKNOWN, Element, name_of
from mmethics_cli.render.study import Stamp, TransmittalRow


@dataclass(frozen=True, slots=True)
class Paper:
    """A document to render: its place on the list, its version and its date.

    `before` is the sealed file against which the changes are to be marked, if they are.
    """

    number: str
    document: DocumentKind
    stamp: Stamp
    before: Path | None = None


def next_number(rows: list[TransmittalRow]) -> str:
    """The number of the next paper; a marked file goes under the number of its paper."""
    return f"{sum(not one.marked for one in rows) + 1:02d}"


def rows_of_paper(paper: Paper) -> Iterator[TransmittalRow]:
    """The row of a paper that is rendered, and of the file beside it that shows its changes."""
    document, stamp = paper.document, paper.stamp
    row = TransmittalRow(
        paper.number,
        document.id,
        document.title,
        stamp.version,
        stamp.date,
        signers=document.signers,
        note=document.note,
        seals=document.seals,
        later=bool(document.for_form),
    )
    yield row
    if paper.before is not None:
        yield marked_row(row)


def marked_row(row: TransmittalRow) -> TransmittalRow:
    """The row of the file that shows what changed; nobody signs that one."""
    title = f"{row.title}（修订标记版）"
    return TransmittalRow(row.number, row.id, title, row.version, row.date, marked=True)


def rows_of_attachments(
    entries: list[Element],
    document: DocumentKind,
    before: list[TransmittalRow],
    marked: Collection[str],
) -> Iterator[TransmittalRow]:
    """The rows of attachments of one kind; those of `marked` come with a file of their changes."""
    first = int(next_number(before))
    for number, entry in enumerate(entries, first):
        version, day = entry.get("version"), entry.get("date")
        row = TransmittalRow(
            f"{number:02d}",
            document.id,
            name_of(entry) if entry.get("title") is not UNKNOWN else document.title,
            version if isinstance(version, str) else "",
            day if isinstance(day, date) else None,
            signers=document.signers,
            seals=document.seals,
            later=bool(document.for_form),
            signed=entry.get("signed") is True,
        )
        yield row
        if entry.id in marked and isinstance(entry.get("marked_file"), str):
            yield marked_row(row)
