"""Documents of the study beside what the committee holds of them: which changed, which stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.checks.documents import as_initial
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.editions import next_version
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.text import render_text
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.submission.lineage import Lineage
from mmethics_cli.store.submission.submissions import Submission
from mmethics_cli.workflow.lifecycle.history import word_files
from mmethics_cli.workflow.opening import Dossier

if TYPE_CHECKING:
    from mmethics_cli.workflow.package import Document, Package


class SealedDocument(Struct, frozen=True):
    """A sealed document of the study: its version and date, and the Word file itself."""

    version: str
    day: date | None
    path: Path


class Edition(Struct, frozen=True):
    """A document of this submission; `before` is the sealed file that it no longer agrees with.

    `held`: the committee holds it already, in this version or an earlier one.
    """

    stamp: Stamp
    before: Path | None = None
    held: bool = True


def for_the_study(dossier: Dossier) -> Dossier:
    """The dossier as if the study were submitted for the first time."""
    facts = as_initial(dossier.facts)
    return replace(dossier, facts=facts, pathway=Pathway(facts))


def compared_with(lineage: Lineage, submission: Submission | None) -> Iterator[Submission]:
    """The sealed submissions by whose documents the committee goes, newest first.

    They are those that it approved before one (None: before any that is opened now), and what an
    approved re-review answered for; a re-review begins with what it answers itself, whatever was
    decided.
    """
    seen: set[Submission] = set()
    approvals = lineage.approvals if submission is None else lineage.approvals_before(submission)
    answered = None if submission is None else lineage.answered_by(submission)
    for start in (*([answered] if answered else []), *reversed(approvals)):
        for approved in reversed(lineage.answered_with(start)):
            if approved not in seen and lineage.is_of_the_study(approved):
                seen.add(approved)
                yield approved


def sealed_documents(submissions: Iterable[Submission]) -> dict[str, SealedDocument]:
    """The file of each document in the first of these that holds one, by the document's id."""
    held: dict[str, SealedDocument] = {}
    for submission in submissions:
        for file in word_files(submission):
            version, day = file.edition.version.removeprefix("V"), parse_date(file.edition.day)
            if not file.translated:
                held.setdefault(file.edition.key, SealedDocument(version, day, file.path))
    return held


def carried_versions(
    workspace: Workspace, answered: Submission | None, ids: Collection[str]
) -> dict[str, DocumentVersion]:
    """Version and date of the documents of the kinds `ids` that a new submission begins with.

    `answered` is the submission whose decision it answers, if it answers one.
    """
    lineage = workspace.lineage
    first = reversed(lineage.answered_with(answered)) if answered is not None else ()
    held = sealed_documents((*first, *compared_with(lineage, None)))
    return {
        id_: DocumentVersion(held[id_].version, held[id_].day)
        for id_ in held
        if kind_id(id_) in ids
    }


def editions_of(
    dossier: Dossier, own: Package, ids: Collection[str], today: date
) -> dict[str, Edition]:
    """The editions of the study's documents of the kinds `ids`, by their own id.

    `own` is the study's own package.
    A document whose text is as it was sealed keeps version and date, whatever submission.yaml
    says; of one that changed the number is raised, unless the applicant gave it another already.
    """
    lineage, current = dossier.workspace.lineage, dossier.workspace.current
    held = sealed_documents(compared_with(lineage, current))
    before = lineage.round_before(current) if current is not None else None
    handed_in = sealed_documents([before]) if before is not None else {}
    editions = {}
    for document in own.documents:
        id_ = document.kind.id
        if kind_id(id_) not in ids:
            continue
        # In a further round the number counts from the round before, the changes from what was
        # approved, where something was.
        marked = held.get(id_) or handed_in.get(id_)
        last = handed_in.get(id_) or marked
        if last is None or marked is None:
            editions[id_] = Edition(document.stamp, held=False)
            continue
        stamp = _as_sealed(document, last)
        differs = _differs(own, document, last)
        if differs:
            stamp = _raised(dossier.workspace, document.stamp, last, today)
        if marked is not last:
            differs = _differs(own, document, marked)
        editions[id_] = Edition(stamp, marked.path if differs else None)
    return editions


def _as_sealed(document: Document, old: SealedDocument) -> Stamp:
    return replace(document.stamp, version=old.version, date=old.day)


def _differs(own: Package, document: Document, old: SealedDocument) -> bool:
    """Whether the document, under a sealed one's stamp, says something else than that one.

    What can't be compared counts as changed: it is handed in anew.
    """
    # Loaded late: Word takes long to load, and a first submission is compared with nothing.
    from mmethics_cli.formats.redline.changes import changed
    from mmethics_cli.render.word import word_file

    stamp = _as_sealed(document, old)
    study = own.study_of(replace(document, stamp=stamp))
    text = render_text(own.templates, document.template, study)
    try:
        return changed(old.path.read_bytes(), word_file(text, stamp, draft=False))
    except DocumentError:
        return True


def _raised(workspace: Workspace, stamp: Stamp, old: SealedDocument, today: date) -> Stamp:
    """The stamp that stands in submission.yaml, or a new one where that is the old one's."""
    given = workspace.versions.get(stamp.id, DocumentVersion())
    version, day = given.version, given.date
    if not version or version == old.version:
        version = next_version(old.version, _taken(workspace, stamp.id))
        if day == old.day:
            day = None
    return replace(stamp, version=version, date=day or today)


def _taken(workspace: Workspace, id_: str) -> set[str]:
    """The versions of a document that were ever sealed."""
    rows = (
        row
        for submission in workspace.submissions
        if submission.sealed
        for row in submission.manifest().get("documents", [])
    )
    return {str(row.get("version")) for row in rows if row.get("id") == id_}
