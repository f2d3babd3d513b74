"""The files of a submission: each document as Word, and as Excel where it has a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from mmethics_cli.errors import DocumentError, EthicsError, Problem
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.profile import file_names_of
from mmethics_cli.store.submission.documents import (
    WriteOutcome,
    drafts_folder,
    enter_versions,
    write_documents,
)
from mmethics_cli.store.submission.logbook import refuse_sealing_again
from mmethics_cli.store.submission.rendered import RenderedFile, RenderRecord, read_record
from mmethics_cli.store.submission.submissions import COMMITTEE, DOCUMENTS
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Document, Package
from mmethics_cli.workflow.papers import MarkedPaper, Paper, WordPaper, has_english, papers_of

_BY_HAND: Final = (
    "可以在 Word 里用“比较”自己做一份放进 documents/，与干净版同名、末尾加“-修订标记”；"
    "送审时写明 --keep "
)


class Drafts(Struct):
    """The files of documents, and what is not English in them though English was asked for.

    `chinese` are the titles of documents that have no English template, `untranslated` the paths
    of texts that English documents print in Chinese; `whole` says that they are all that the
    package renders; `unmarked` are titles of documents whose changes can't be marked, and why.
    """

    files: list[RenderedFile] = field(default_factory=list)
    chinese: list[str] = field(default_factory=list)
    untranslated: dict[str, None] = field(default_factory=dict)
    whole: bool = False
    unmarked: list[tuple[str, str]] = field(default_factory=list)

    def add(self, paper: Paper, data: bytes, edited: str = "") -> None:
        """Take over a paper with its bytes; see `RenderedFile` for `edited`."""
        self.files.append(RenderedFile(paper.name, data, paper.id, paper.source, edited))
        if isinstance(paper, WordPaper) and not edited:
            self.untranslated |= dict.fromkeys(paper.untranslated)


def draft_documents(
    dossier: Dossier,
    package: Package,
    documents: Sequence[Document],
    naming: FileNaming | None = None,
    language: Language = Language.zh,
    *,
    of_office: bool = False,
) -> Drafts:
    """Drafts of the current submission; the applicant's have their versions entered there.

    Without `naming` files are named as the institution's profile says. The office's documents of
    a sealed submission are no drafts any more. Raises as `drafts_of`, and WorkspaceError.
    """
    current = dossier.workspace.current
    if current is not None and not current.sealed:
        refuse_sealing_again(dossier.workspace.folder, current.folder)
    draft = not (of_office and current is not None and current.sealed)
    drafts = drafts_of(dossier, package, documents, naming, language, draft=draft)
    if not of_office:
        enter_versions(dossier.workspace, versions_of(documents))
    return drafts


def write_drafts(
    dossier: Dossier,
    drafts: Drafts,
    out: Path | None = None,
    *,
    of_office: bool = False,
    replace: bool = False,
) -> tuple[WriteOutcome, Path]:
    """Write drafts into `out`, else the current submission; what became of them, and the folder.

    Those edited by hand are kept, or moved aside with `replace`.
    """
    current = dossier.workspace.current
    assert current is not None  # else there were no drafts
    folder = out if out is not None else current.folder / (COMMITTEE if of_office else DOCUMENTS)
    whole = out is None and drafts.whole
    with dossier.workspace.writing(whole=True):
        outcome = write_documents(folder, drafts.files, replace=replace, whole=whole)
    outcome.failed += drafts.unmarked
    return outcome, folder


def write_pdfs(
    dossier: Dossier, sources: Sequence[Path], folder: Path, *, replace: bool = False
) -> WriteOutcome:
    """Papers as PDF beside them; what people put there is kept, or moved aside with `replace`.

    Raises EthicsError where LibreOffice is not there, or does not make them.
    """
    from mmethics_cli.store.pdf import to_pdf

    files = to_pdf(sources)
    with dossier.workspace.writing():
        return write_documents(folder, files, replace=replace, whole=False)


def drafts_of(
    dossier: Dossier,
    package: Package,
    documents: Sequence[Document],
    naming: FileNaming | None = None,
    language: Language = Language.zh,
    *,
    draft: bool = True,
) -> Drafts:
    """Every file of the documents, in their order; drafts carry a watermark.

    A document that has no English template stays Chinese. Raises TemplateError when a template is
    wrong, EthicsError when English is asked for and no document has it.
    """
    drafts = drafts_without_files(dossier, documents, language)
    drafts.whole = len(documents) == len(package.documents)
    for paper in papers_to_draft(dossier, package, documents, naming, language):
        if not (isinstance(paper, MarkedPaper) and paper.is_brought and _fault(paper, draft)):
            drafts.add(paper, paper.data(draft=draft))
    drafts.unmarked += [
        (f"《{document.kind.title}》", f"{document.without_mark}{_BY_HAND}{document.kind.id}")
        for document in documents
        if document.unmarked
    ]
    return drafts


def with_possible_marks(dossier: Dossier, package: Package, *, draft: bool) -> Package:
    """The package; of a document whose changes can't be marked it says so, and why.

    A marked version that a person made and put in its place is not asked about.
    """
    changed = [document for document in package.documents if document.before is not None]
    papers = papers_to_draft(dossier, package, changed, None, Language.zh)
    unmarked = {
        paper.document.kind.id: why
        for paper in papers
        if isinstance(paper, MarkedPaper) and not paper.is_brought and (why := _fault(paper, draft))
    }
    return package.without_marks(unmarked) if unmarked else package


def _fault(paper: MarkedPaper, draft: bool) -> str:
    """Why its changes can't be marked; empty where they can."""
    try:
        paper.data(draft=draft)
    except DocumentError as error:
        return error.message
    return ""


def drafts_without_files(
    dossier: Dossier, documents: Sequence[Document], language: Language
) -> Drafts:
    """No drafts yet, but what will not be English in them; raises EthicsError where nothing is."""
    drafts = Drafts()
    if language is not Language.zh:
        drafts.chinese += [
            document.kind.title
            for document in documents
            if not has_english(dossier, document, language)
        ]
        if len(drafts.chinese) == len(documents):
            problems = [Problem("没有英文模板", title) for title in drafts.chinese]
            raise EthicsError("这些文件只有中文：", problems)
    return drafts


def papers_to_draft(
    dossier: Dossier,
    package: Package,
    documents: Sequence[Document],
    naming: FileNaming | None,
    language: Language,
) -> Iterator[Paper]:
    """The papers of documents; without `naming` called as the institution's profile says."""
    naming = naming or FileNaming(file_names_of(dossier.workspace.folder))
    return papers_of(dossier, package, documents, naming, language, record_of(dossier))


def record_of(dossier: Dossier) -> RenderRecord | None:
    """What this program wrote of the current submission; None where it is sealed, or none is."""
    current = dossier.workspace.current
    if current is None or current.sealed:
        return None
    return read_record(drafts_folder(current.folder))


def versions_of(documents: Iterable[Document]) -> dict[str, DocumentVersion]:
    """Version and date of each document by its id, as submission.yaml keeps them."""
    return {
        document.kind.id: DocumentVersion(document.stamp.version, document.stamp.date)
        for document in documents
    }
