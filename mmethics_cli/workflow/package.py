"""The papers of a submission in the order of the transmittal list, and what each prints from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Truth, name_of
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.printing import Gap
from mmethics_cli.render.study import ConsentDocument, Study, TransmittalRow
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, gaps_of, read_facts


@dataclass(frozen=True, slots=True)
class Document:
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


def rows_of_paper(paper: Document) -> Iterator[TransmittalRow]:
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
        after_approval=bool(document.for_form),
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
            after_approval=bool(document.for_form),
            signed=entry.get("signed") is True,
        )
        yield row
        if entry.id in marked and isinstance(entry.get("marked_file"), str):
            yield marked_row(row)


@dataclass(frozen=True)
class Package:
    """What one submission holds; `rows` are all papers, `papers` those that are rendered.

    `wanted` are the kinds of paper that it needs, brought by the applicant or rendered. Of a later
    submission `own` is the study itself, as its own papers (`own_papers`) print it.
    """

    papers: tuple[Document, ...]
    rows: tuple[TransmittalRow, ...]
    study: Study
    templates: Templates
    wanted: tuple[DocumentKind, ...] = ()
    own: Study | None = None
    own_papers: frozenset[str] = frozenset()
    _read: dict[str, Rendered] = field(default_factory=dict, repr=False)

    def study_of(self, paper: Document) -> Study:
        """What one paper prints from."""
        if self.own is not None and paper.document.id in self.own_papers:
            return replace(self.own, stamp=paper.stamp)
        return replace(self.study, stamp=paper.stamp, consents=self.consents)

    def reading(self, paper: Document) -> Rendered:
        """What a paper says of the study, without Jinja's part; read once."""
        id_ = paper.document.id
        if id_ not in self._read:
            name = paper.document.template or ""
            self._read[id_] = read_facts(self.templates, name, self.study_of(paper))
        return self._read[id_]

    def gaps(self, paper: Document) -> tuple[Gap, ...]:
        """The gaps that a paper would print; of the papers for participants more is wanted."""
        if paper.document.for_form:
            return self.reading(paper).gaps
        return gaps_of(self.templates, paper.document.template or "", self.study_of(paper))

    def consents(self) -> tuple[ConsentDocument, ...]:
        """The papers for participants, the elements that they must hold, and where they do.

        An element that is not due for sure waits for an answer, which `check` asks for itself.
        """
        ours = {one.document.id: one for one in self.papers}
        return tuple(
            ConsentDocument(
                one.title,
                tuple(
                    element.id
                    for element in one.elements
                    if evaluate(element.when, self.study.facts) is Truth.YES
                ),
                self.reading(ours[one.id]).tagged if one.id in ours else None,
            )
            for one in self.wanted
            if one.for_form
        )
