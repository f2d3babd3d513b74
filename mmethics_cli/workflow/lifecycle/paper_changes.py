"""Every sentence that differs between the papers that are handed in and those that were sealed."""

from __future__ import annotations

from collections.abc import Iterator

from mmethics_cli.core.checks.documents import as_initial, documents_of
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.editions import papers_of_the_study
from mmethics_cli.core.lifecycle.revision import seen_before
from mmethics_cli.errors import DocumentError
from mmethics_cli.render.study import PaperChanges
from mmethics_cli.workflow.document_options import Language
from mmethics_cli.workflow.drafting import papers_to_draft
from mmethics_cli.workflow.lifecycle.editions import compared_with, sealed_documents
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Package
from mmethics_cli.workflow.papers import MarkedPaper


def paper_changes(dossier: Dossier, package: Package) -> tuple[PaperChanges, ...]:
    """The papers of the study that are not what the committee holds, in the order of the list.

    What a person edited is compared as edited: it is what will be handed in.
    """
    return (*_changed(dossier, package), *_withdrawn(dossier, package))


def _changed(dossier: Dossier, package: Package) -> Iterator[PaperChanges]:
    for document in package.documents:
        if document.unmarked:
            kind, version = document.kind, document.stamp.version
            yield PaperChanges(kind.id, kind.title, version, failed=document.unmarked)
    for paper in papers_to_draft(dossier, package, package.documents, None, Language.zh):
        kind, stamp = paper.document.kind, paper.document.stamp
        if isinstance(paper, MarkedPaper):
            try:
                changes = paper.changes()
            except DocumentError as error:
                yield PaperChanges(kind.id, kind.title, stamp.version, failed=error.message)
                continue
            yield PaperChanges(kind.id, kind.title, stamp.version, changes)
        elif kind.id in package.new_ids and paper.id == f"{kind.id}.docx":
            yield PaperChanges(kind.id, kind.title, stamp.version, is_new=True)


def _withdrawn(dossier: Dossier, package: Package) -> Iterator[PaperChanges]:
    """What the committee holds and the study needs no more."""
    seen = seen_before(dossier.facts)
    if seen is None or package.own is None:
        return
    before, documents = as_initial(seen), dossier.standard.documents
    gone = papers_of_the_study(Pathway(before)) - papers_of_the_study(package.own.pathway)
    held = sealed_documents(compared_with(dossier.workspace.lineage, dossier.workspace.current))
    for kind in documents.values():
        for document in documents_of(kind, before):
            if document.id in gone and document.id in held:
                version = held[document.id].version
                yield PaperChanges(document.id, document.title, version, is_gone=True)
