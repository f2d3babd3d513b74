"""Documents of the study beside what the committee holds of them: which changed, which stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.checks.documents import as_initial
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.editions import next_version
from mmethics_cli.core.standard.names import KIND, RE_REVIEW
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.formats.redline.changes import changed
from mmethics_cli.render.text import render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.submission.submissions import OF_THE_STUDY, Submission
from mmethics_cli.workflow.lifecycle.history import word_files
from mmethics_cli.workflow.opening import Dossier

if TYPE_CHECKING:
    from mmethics_cli.workflow.package import Package


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


def compared_with(workspace: Workspace, kind: str, number: int) -> Iterator[Submission]:
    """The sealed submissions by whose documents the committee goes, newest first.

    They come before the submission of that kind and number: those it approved, and what an
    approved re-review answered for; a re-review begins with the last one, whatever was decided.
    """
    before = [
        submission
        for submission in workspace.submissions
        if submission.sealed and submission.kind in OF_THE_STUDY and submission.number < number
    ]
    answers = kind == RE_REVIEW
    for submission in reversed(before):
        if answers or submission.approved:
            yield submission
            answers = submission.kind == RE_REVIEW


def sealed_documents(workspace: Workspace, kind: str, number: int) -> dict[str, SealedDocument]:
    """The latest sealed file of each document, by the document's id."""
    held: dict[str, SealedDocument] = {}
    for submission in compared_with(workspace, kind, number):
        for file in word_files(submission):
            version, day = file.edition.version.removeprefix("V"), parse_date(file.edition.day)
            if not file.translated:
                held.setdefault(file.edition.key, SealedDocument(version, day, file.path))
    return held


def carried_versions(
    workspace: Workspace, kind: str, ids: Collection[str]
) -> dict[str, DocumentVersion]:
    """Version and date of the documents of `ids` that a new submission of that kind begins with."""
    last = workspace.current.number if workspace.current else 0
    held = sealed_documents(workspace, kind, last + 1)
    return {id_: DocumentVersion(held[id_].version, held[id_].day) for id_ in held if id_ in ids}


def editions_of(
    dossier: Dossier, own: Package, ids: Collection[str], today: date
) -> dict[str, Edition]:
    """The editions of the study's documents of `ids`, by id; `own` is the study's own package.

    A document whose text is as it was sealed keeps version and date, whatever submission.yaml
    says; of one that changed the number is raised, unless the applicant gave it another already.
    """
    current = dossier.workspace.current
    number = current.number if current else 0
    held = sealed_documents(dossier.workspace, str(dossier.facts.get(KIND)), number)
    editions = {}
    for document in own.documents:
        id_, stamp = document.kind.id, document.stamp
        if id_ not in ids:
            continue
        old = held.get(id_)
        if old is None:
            editions[id_] = Edition(stamp, held=False)
            continue
        as_it_was = replace(stamp, version=old.version, date=old.day)
        study = own.study_of(replace(document, stamp=as_it_was))
        text = render_text(own.templates, document.template, study)
        if changed(old.path.read_bytes(), word_file(text, as_it_was, draft=False)):
            editions[id_] = Edition(_raised(dossier.workspace, stamp, old, today), old.path)
        else:
            editions[id_] = Edition(as_it_was)
    return editions


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
