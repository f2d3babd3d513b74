"""The ethics office's documents of a submission, about it as it was handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from mmethics_cli.core.checks.documents import FileState
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.lifecycle.decision import kind_of
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.office.standing_papers import held_before, standing_papers
from mmethics_cli.render.office_views import spots_of
from mmethics_cli.render.study import Office, TransmittalRow
from mmethics_cli.report.status import DocumentEdition
from mmethics_cli.store.submission.decisions import supplement_of
from mmethics_cli.store.submission.intact import require_intact
from mmethics_cli.store.submission.submissions import DECISION_KEYS, Submission
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.lifecycle.recording import decided_kind
from mmethics_cli.workflow.opening import Dossier, as_sealed
from mmethics_cli.workflow.package import Document, Package, as_signed, marked_row

_COMMENTS: Final = "comments"


def current_submission(dossier: Dossier) -> Submission:
    """The submission that the office has before it. Raises WorkspaceError when there is none."""
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审（submissions/01-initial），没有可以审查的。")
    return current


def committee_package(
    dossier: Dossier, today: date, also: tuple[str, ...] = (), told: Office | None = None
) -> Package:
    """The office's documents that the pathway needs, numbered apart; `also` names others.

    `told` is what the register of an office says of it, which has proved what was handed in.

    Of a sealed submission they rest on its snapshot and manifest, else on the dossier as it
    stands. They carry no version or date of ours: the office dates them when it signs.
    """
    current = current_submission(dossier)
    held = held_before(dossier, current)
    if current.sealed:
        if told is None:
            require_intact(current, "不能据以审查")
        seen = as_sealed(dossier, current, today)
        handed_in = package_of(seen, today)
        rendered = _rendered(current)
        rows = tuple(_sealed_rows(seen, current, held))
        # What was sealed was whole by the templates of its day.
        handed_in = replace(handed_in, documents=(), rows=rows)
        check = partial(_findings, seen, handed_in, {})
    else:
        seen = dossier
        handed_in = package_of(dossier, today)
        rendered = frozenset(document.kind.id for document in handed_in.documents)
        check = partial(_findings, seen, handed_in)
    needed = _needed(seen)
    office = replace(
        _seen_by_office(seen, current, handed_in, rendered, told or Office()),
        check=check,
        standing=tuple(standing_papers(seen, held, handed_in.rows)),
        verdicts=kind_of(seen.standard, decided_kind(dossier, current)).decisions,
    )
    study = replace(handed_in.study, transmittal=handed_in.rows, office=office)
    documents = tuple(_documents(seen, needed, also))
    return Package(documents, handed_in.rows, study, handed_in.templates)


def _findings(
    seen: Dossier, package: Package, files: Mapping[str, FileState] | None = None
) -> tuple[Finding, ...]:
    # Loaded late: few papers ask for it.
    from mmethics_cli.workflow.checking import review

    return tuple(placed.finding for placed in review(seen, package, files))


def _seen_by_office(
    seen: Dossier, current: Submission, handed_in: Package, rendered: frozenset[str], told: Office
) -> Office:
    """What the office can tell of a submission, beside what `told` says: lists, places, records."""
    listed = {kind_id(row.id) for row in handed_in.rows}
    ours = set(map(kind_id, rendered))
    kinds = [kind for kind in seen.standard.documents.values() if kind.id in ours]
    asked = tuple({"text": text} for text in supplement_of(current)[1])
    return replace(
        told,
        lacking=tuple(
            kind
            for kind in _needed(seen)
            if kind.audience == "applicant"
            and kind.id not in listed
            # A section of another paper came with that one.
            and not (kind.id in seen.facts.folded and kind.within.keys() & listed)
        ),
        rendered=rendered,
        locate=lambda: spots_of(handed_in.templates, kinds, seen.facts.folded),
        recorded=_recorded(current),
        comments=_comments(current),
        rows={"asked": asked, **told.rows},
    )


def _needed(seen: Dossier) -> list[DocumentKind]:
    value = seen.pathway.decisions["documents"].value
    needed = value if isinstance(value, tuple) else ()
    return [kind for kind in seen.standard.documents.values() if kind.id in needed]


def _documents(
    seen: Dossier, needed: list[DocumentKind], also: tuple[str, ...]
) -> Iterator[Document]:
    """The office's own documents, numbered as they come."""
    own = [
        kind
        for kind in seen.standard.documents.values()
        if kind.audience == "committee" and kind.template and (kind in needed or kind.id in also)
    ]
    for number, kind in enumerate(own, 1):
        yield Document(f"{number:02d}", kind, Stamp(kind.id, kind.title))


# What was sealed.


def _rendered(current: Submission) -> frozenset[str]:
    """The ids of the documents that were rendered into the sealed submission."""
    return frozenset(str(row.get("id")) for row in _rows(current, "documents"))


def _sealed_rows(
    seen: Dossier, current: Submission, held: Collection[DocumentEdition]
) -> Iterator[TransmittalRow]:
    """Title, version and date of what was handed in, in the order of the list.

    Attachments lie in every submission: those that it does not need, and that the committee has
    `held` in this edition, were not handed in by it.
    """
    before = {(paper.key, paper.version, paper.day) for paper in held if paper.attachment}
    documents = {str(row.get("id")): row for row in _rows(current, "documents")}
    attachments = _rows(current, "attachments")
    needed = {kind.id for kind in _needed(seen)} | {*map(kind_id, documents)}
    kinds = seen.standard.documents
    # What only another pack knows was handed in all the same: it comes last.
    sealed_ids = [*documents, *(str(row.get("kind")) for row in attachments)]
    ids = sorted(kinds, key=lambda id_: id_ not in needed)
    number = 0
    for id_ in dict.fromkeys([*ids, *map(kind_id, sealed_ids)]):
        own = [row for name, row in documents.items() if kind_id(name) == id_]
        brought = [
            row
            for row in attachments
            if str(row.get("kind")) == id_ and (id_ in needed or _edition_of(row) not in before)
        ]
        for sealed in own + brought:
            number += 1
            kind = kinds.get(id_)
            signed = as_signed(kind, seen.facts) if kind is not None else None
            row = _row(
                f"{number:02d}", str(sealed.get("id")) if sealed in own else id_, signed, sealed
            )
            yield row
            if sealed.get("marked"):
                yield marked_row(row)


def _edition_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(row.get("id")), str(row.get("version") or ""), str(row.get("date") or "")


def _row(
    number: str, id_: str, kind: DocumentKind | None, sealed: Mapping[str, Any]
) -> TransmittalRow:
    return TransmittalRow(
        number,
        id_,
        str(sealed.get("title") or (kind.title if kind is not None else id_)),
        str(sealed.get("version") or ""),
        parse_date(str(sealed.get("date") or "")),
        signers=kind.signers if kind is not None else (),
        note=f"没有修订标记版：{why}" if (why := sealed.get("unmarked")) else "",
    )


def _rows(current: Submission, key: str) -> list[Mapping[str, Any]]:
    rows = current.manifest().get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


# What the office recorded.


def _recorded(current: Submission) -> dict[str, str]:
    return {
        key: value
        for key, value in _decision(current).items()
        if key in DECISION_KEYS and isinstance(value, str) and value.strip()
    }


def _comments(current: Submission) -> tuple[str, ...]:
    comments = _decision(current).get(_COMMENTS)
    return (
        tuple(text for text in comments if isinstance(text, str))
        if isinstance(comments, list)
        else ()
    )


def _decision(current: Submission) -> Mapping[str, Any]:
    file = current.decision()
    tree = file.tree if file is not None else None
    return tree if isinstance(tree, dict) else {}
