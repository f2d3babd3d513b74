"""The ethics office's papers of a submission: about what was handed in, not what stands today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from mmethics_cli.core.conditions.values import parse_date
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.office_views import spots_of
from mmethics_cli.render.study import Office, TransmittalRow
from mmethics_cli.store.submission.submissions import DECISION_KEYS, Submission
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.checking import review
from mmethics_cli.workflow.opening import Dossier, as_sealed
from mmethics_cli.workflow.package import Document, Package, marked_row

_COMMENTS: Final = "comments"


def current_submission(dossier: Dossier) -> Submission:
    """The submission that the office has before it. Raises WorkspaceError when there is none."""
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审（submissions/01-initial），没有可以审查的。")
    return current


def committee_package(dossier: Dossier, today: date, also: tuple[str, ...] = ()) -> Package:
    """The office's papers that the pathway needs, in an order of their own; `also` names others.

    Of a sealed submission they rest on its snapshot and manifest, else on the dossier as it
    stands. They carry no version or date of ours: the office dates them when it signs.
    """
    current = current_submission(dossier)
    if current.sealed:
        seen = as_sealed(dossier, current, today)
        handed_in = package_of(seen, today)
        kept = _kept(current)
        rows = tuple(_sealed_rows(seen, current))
        # What was sealed was whole by the templates of its day.
        handed_in = replace(handed_in, papers=(), rows=rows)
        findings = review(seen, handed_in, {})
    else:
        seen = dossier
        handed_in = package_of(dossier, today)
        kept = frozenset(one.document.id for one in handed_in.papers)
        findings = review(seen, handed_in)
    needed = _needed(seen)
    shown = {row.id for row in handed_in.rows}
    rendered = [one for one in seen.standard.documents.values() if one.id in kept]
    office = Office(
        findings=tuple(one.finding for one in findings),
        lacking=tuple(one for one in needed if one.audience == "applicant" and one.id not in shown),
        rendered=kept,
        spots=spots_of(handed_in.templates, rendered),
        recorded=_recorded(current),
        comments=_comments(current),
    )
    study = replace(handed_in.study, transmittal=handed_in.rows, office=office)
    papers = tuple(_papers(seen, needed, also))
    return Package(papers, handed_in.rows, study, handed_in.templates)


def _needed(seen: Dossier) -> list[DocumentKind]:
    value = seen.pathway.decisions["documents"].value
    needed = value if isinstance(value, tuple) else ()
    return [one for one in seen.standard.documents.values() if one.id in needed]


def _papers(seen: Dossier, needed: list[DocumentKind], also: tuple[str, ...]) -> Iterator[Document]:
    """The office's own papers, numbered as they come."""
    own = [
        one
        for one in seen.standard.documents.values()
        if one.audience == "committee" and one.template and (one in needed or one.id in also)
    ]
    for number, one in enumerate(own, 1):
        yield Document(f"{number:02d}", one, Stamp(one.id, one.title))


def _kept(current: Submission) -> frozenset[str]:
    """The ids of the documents that were rendered into the sealed submission."""
    return frozenset(str(one.get("id")) for one in _rows(current, "documents"))


def _sealed_rows(seen: Dossier, current: Submission) -> Iterator[TransmittalRow]:
    """Title, version and date of every paper in the manifest, in the order of the list."""
    documents = {str(one.get("id")): one for one in _rows(current, "documents")}
    attachments = _rows(current, "attachments")
    needed = {one.id for one in _needed(seen)} | documents.keys()
    kinds = sorted(seen.standard.documents.values(), key=lambda one: one.id not in needed)
    number = 0
    for kind in kinds:
        own = [documents[kind.id]] if kind.id in documents else []
        for row in own + [one for one in attachments if one.get("kind") == kind.id]:
            number += 1
            made = _row(f"{number:02d}", kind, row)
            yield made
            if row.get("marked"):
                yield marked_row(made)


def _row(number: str, kind: DocumentKind, row: Mapping[str, Any]) -> TransmittalRow:
    return TransmittalRow(
        number,
        kind.id,
        str(row.get("title") or kind.title),
        str(row.get("version") or ""),
        parse_date(str(row.get("date") or "")),
        signers=kind.signers,
    )


def _rows(current: Submission, key: str) -> list[Mapping[str, Any]]:
    found = current.manifest().get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


# What the office recorded.


def _recorded(current: Submission) -> dict[str, str]:
    tree = _decision(current)
    return {
        key: value
        for key, value in tree.items()
        if key in DECISION_KEYS and isinstance(value, str) and value.strip()
    }


def _comments(current: Submission) -> tuple[str, ...]:
    found = _decision(current).get(_COMMENTS)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _decision(current: Submission) -> Mapping[str, Any]:
    document = current.decision()
    tree = document.tree if document is not None else None
    return tree if isinstance(tree, dict) else {}
