"""The documents of a submission in the order of the transmittal list; what each prints from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.checks.element_facts import (
    UnansweredElementFact,
    unanswered_element_facts,
)
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO, UNKNOWN, YES, Element, Truth, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.printing import Gap
from mmethics_cli.render.study import ConsentDocument, Study, TransmittalRow, entries_at
from mmethics_cli.render.templates import Templates
from mmethics_cli.render.text import Rendered, gaps_of, read_facts

_NO_FILE: Final = "文件还没有放入"


class Document(Struct, frozen=True):
    """A document to render: its place on the list, what the pack says of it, version and date.

    `before` is the sealed file against which the changes are to be marked, if they are;
    `unmarked` says why they can't be.
    """

    number: str
    kind: DocumentKind
    stamp: Stamp
    before: Path | None = None
    unmarked: str = ""

    @property
    def without_mark(self) -> str:
        """What is said of a document whose changes can't be marked; empty of others."""
        return f"没有修订标记版：{self.unmarked}" if self.unmarked else ""

    @property
    def template(self) -> str:
        """The name of its template; empty where the pack has none."""
        return self.kind.template or ""


def as_signed(kind: DocumentKind, facts: Facts) -> DocumentKind:
    """The document with those who sign it in the set of papers that is handed in."""
    if kind.short_signers is None or not facts.folded:
        return kind
    return replace(kind, signers=kind.short_signers)


def next_number(rows: list[TransmittalRow]) -> str:
    """The number of the next document; a marked file goes under the number of its document."""
    return f"{sum(not row.marked for row in rows) + 1:02d}"


def rows_of_document(document: Document, own_form: str = "") -> Iterator[TransmittalRow]:
    """The row of a rendered document, and of the file beside it that shows its changes.

    `own_form` is the code of the institution's own form that takes its place.
    """
    kind, stamp = document.kind, document.stamp
    form = f"本院表格 {own_form}" if own_form else ""
    row = TransmittalRow(
        document.number,
        kind.id,
        kind.title,
        stamp.version,
        stamp.date,
        signers=kind.signers,
        note="\n".join(filter(None, (form or kind.note, document.without_mark))),
        seals=kind.seals,
        after_approval=bool(kind.for_form),
    )
    yield row
    if document.before is not None and not document.unmarked:
        yield marked_row(row)


def marked_row(row: TransmittalRow) -> TransmittalRow:
    """The row of the file that shows what changed; nobody signs that one."""
    title = f"{row.title}（修订标记版）"
    return TransmittalRow(row.number, row.id, title, row.version, row.date, marked=True)


def rows_of_attachments(
    attachments: list[Element],
    kind: DocumentKind,
    before: list[TransmittalRow],
    marked: Collection[str],
    lacking: Collection[str] = (),
) -> Iterator[TransmittalRow]:
    """The rows of attachments of one kind, numbered after those of `before`.

    `marked` are the ids of attachments that come with a file of their changes, `lacking` of those
    whose file is not there.
    """
    first = int(next_number(before))
    for number, entry in enumerate(attachments, first):
        version, day = entry.get("version"), entry.get("date")
        row = TransmittalRow(
            f"{number:02d}",
            kind.id,
            name_of(entry) if entry.get("title") is not UNKNOWN else kind.title,
            version if isinstance(version, str) else "",
            day if isinstance(day, date) else None,
            signers=kind.signers,
            note=_NO_FILE if entry.id in lacking else "",
            seals=kind.seals,
            after_approval=bool(kind.for_form),
            signed=entry.get("signed") is True,
        )
        yield row
        if entry.id in marked and isinstance(entry.get("marked_file"), str):
            yield marked_row(row)


class Package(Struct, frozen=True):
    """What one submission holds: `rows` list all of it, `documents` are those that are rendered.

    `wanted` are the kinds of document that it needs, brought by the applicant or rendered. Of a
    later submission `own` is the study itself, as the study's own documents print it; `own_ids`
    are their ids, `new_ids` those that the committee holds in no edition, `marks` the files of
    their changes that were made so far, by what from.
    """

    documents: tuple[Document, ...]
    rows: tuple[TransmittalRow, ...]
    study: Study
    templates: Templates
    wanted: tuple[DocumentKind, ...] = ()
    own: Study | None = None
    own_ids: frozenset[str] = frozenset()
    new_ids: frozenset[str] = frozenset()
    marks: dict[str, bytes] = field(default_factory=dict)
    _read: dict[str, Rendered] = field(default_factory=dict)

    def study_of(self, document: Document) -> Study:
        """What one document prints from."""
        if self.own is not None and document.kind.id in self.own_ids:
            study = replace(self.own, stamp=document.stamp)
        else:
            study = replace(self.study, stamp=document.stamp, consents=self.consents)
        part = document.kind.part
        if part is None:
            return study
        entries = entries_at(study.facts, part.list)
        own = tuple(entry for entry in entries if entry.id == part.entry)
        return replace(study, facts=study.facts.assuming({part.list: own}))

    def without_marks(self, unmarked: Mapping[str, str]) -> Package:
        """The package where the changes of some documents can't be marked: why, by their ids."""
        documents = tuple(
            replace(document, unmarked=unmarked.get(document.kind.id, ""))
            for document in self.documents
        )
        made = {document.kind.id: document for document in documents if document.unmarked}
        rows: list[TransmittalRow] = []
        for row in self.rows:
            if row.id not in made:
                rows.append(row)
            elif not row.marked:
                note = "\n".join(filter(None, (row.note, made[row.id].without_mark)))
                rows.append(replace(row, note=note))
        study = replace(self.study, transmittal=tuple(rows))
        return replace(self, documents=documents, rows=tuple(rows), study=study)

    def reading(self, document: Document) -> Rendered:
        """What a document says of the study, without Jinja's part; read once."""
        id_ = document.kind.id
        if id_ not in self._read:
            study = self.study_of(document)
            self._read[id_] = read_facts(self.templates, document.template, study)
        return self._read[id_]

    def gaps(self, document: Document) -> tuple[Gap, ...]:
        """The gaps that a document would print; those for participants are read whole."""
        if document.kind.for_form:
            return self.reading(document).gaps
        return gaps_of(self.templates, document.template, self.study_of(document))

    def unanswered_element_facts(self) -> Iterator[UnansweredElementFact]:
        """What its documents for participants must tell and nobody has answered.

        Nobody looks into those that the applicant brings.
        """
        kinds = (document.kind for document in self.documents)
        return unanswered_element_facts(self.study.facts, kinds)

    def consents(self) -> tuple[ConsentDocument, ...]:
        """The documents for participants, the elements that they must hold, and where they do.

        An element that is not due for sure waits for an answer, which `check` asks for itself.
        What is a section of another paper is told there.
        """
        rendered = {document.kind.id: document for document in self.documents}
        forms = [kind for kind in self.wanted if kind.for_form]
        parts = [kind for kind in forms if kind.id in self.study.facts.folded]
        consents = []
        for kind in forms:
            if kind in parts:
                continue
            whole = [kind, *(part for part in parts if kind.id in part.within)]
            due = self._elements(whole, YES)
            others = self._elements(whole, NO).keys() - due
            tagged = self.reading(rendered[kind.id]).tagged if kind.id in rendered else None
            places = tagged and {id_: tagged[id_] for id_ in tagged if id_ not in others}
            consents.append(ConsentDocument(kind.title, tuple(due), places))
        return tuple(consents)

    def _elements(self, kinds: Iterable[DocumentKind], due: Truth) -> dict[str, None]:
        return {
            element.id: None
            for kind in kinds
            for element in kind.elements
            if evaluate(element.when, self.study.facts) is due
        }
