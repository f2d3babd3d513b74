"""The files of a submission: each document as Word, and as Excel where it has a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.text import render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.dossier.profile import file_names_of
from mmethics_cli.store.submission.documents import (
    RenderedFile,
    WriteOutcome,
    enter_versions,
    file_name,
    is_hand_edited,
    read_record,
    write_documents,
)
from mmethics_cli.store.submission.submissions import COMMITTEE, DOCUMENTS
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.document_options import FileNaming, Language
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Document, Package

MARKED: Final = "-修订标记.docx"


class Drafts(Struct):
    """The files of documents, and what is not English in them though English was asked for.

    `chinese` are the titles of documents that have no English template, `untranslated` the paths
    of texts that English documents print in Chinese; `whole` says that they are all that the
    package renders.
    """

    files: list[RenderedFile] = field(default_factory=list)
    chinese: list[str] = field(default_factory=list)
    untranslated: dict[str, None] = field(default_factory=dict)
    whole: bool = False


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
    return write_documents(folder, drafts.files, replace=replace, whole=whole), folder


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
    drafts = Drafts(whole=len(documents) == len(package.documents))
    naming = naming or FileNaming(file_names_of(dossier.workspace.folder))
    if language is not Language.zh:
        _require_english(dossier, documents, drafts, language)
    english = _english(dossier, package, language)
    for document in documents:
        alone = english is None or document.kind.title in drafts.chinese
        if alone or language is not Language.en:
            drafts.files += _files(dossier, package, document, naming, draft)
        if english is not None and not alone:
            if language is Language.bilingual:
                file = _bilingual_file(package, english, document, naming, draft, drafts)
            else:
                file = _english_file(english, document, naming, draft, drafts)
            drafts.files.append(file)
    return drafts


def _require_english(
    dossier: Dossier, documents: Sequence[Document], drafts: Drafts, language: Language
) -> None:
    from mmethics_cli.workflow.english import template_of

    drafts.chinese += [
        document.kind.title
        for document in documents
        if template_of(document.kind) not in dossier.pack.templates
        or (language is Language.bilingual and not document.kind.for_form)
    ]
    if len(drafts.chinese) == len(documents):
        problems = [Problem("没有英文模板", title) for title in drafts.chinese]
        raise EthicsError("这些文件只有中文：", problems)


def _english(dossier: Dossier, package: Package, language: Language) -> Package | None:
    if language is Language.zh:
        return None
    from mmethics_cli.workflow.english import english_package

    return english_package(dossier, package)


def _files(
    dossier: Dossier, package: Package, document: Document, naming: FileNaming, draft: bool
) -> Iterator[RenderedFile]:
    kind, stamp, study = document.kind, document.stamp, package.study_of(document)
    data = word_file(render_text(package.templates, document.template, study), stamp, draft=draft)
    clean = RenderedFile(_name(document, naming, ".docx"), data)
    yield clean
    if document.before is not None:
        yield _marked(dossier, document.before, stamp, clean)
    layout = f"{kind.id}.xlsx.yaml"
    if "xlsx" in kind.formats and layout in dossier.pack.templates:
        # openpyxl takes long to load, and few documents need it.
        from mmethics_cli.formats.excel.writer import excel_file
        from mmethics_cli.render.worksheets import layout_workbook

        tree = parse(dossier.pack.template_text(layout), layout).tree
        data = excel_file(layout_workbook(layout, tree, study))
        yield RenderedFile(_name(document, naming, ".xlsx"), data)


def _marked(dossier: Dossier, before: Path, stamp: Stamp, clean: RenderedFile) -> RenderedFile:
    """The document with its differences from the sealed file as revisions of Word's own."""
    # Loaded late: a first submission is compared with nothing.
    from mmethics_cli.formats.redline.redline import redline

    name = clean.name.removesuffix(".docx") + MARKED
    investigator = dossier.facts.get("investigator.name")
    author = investigator if isinstance(investigator, str) else "主要研究者"
    assert stamp.date is not None  # a document that changed was dated
    new = _as_it_lies(dossier, clean)
    return RenderedFile(name, redline(before.read_bytes(), new, author, stamp.date))


def _as_it_lies(dossier: Dossier, file: RenderedFile) -> bytes:
    """The draft as somebody edited it by hand, which is what will be handed in; else ours."""
    current = dossier.workspace.current
    if current is not None:
        folder = current.folder / DOCUMENTS
        if is_hand_edited(folder / file.name, read_record(folder)):
            return (folder / file.name).read_bytes()
    return file.data


def versions_of(documents: Iterable[Document]) -> dict[str, DocumentVersion]:
    """Version and date of each document by its id, as submission.yaml keeps them."""
    return {
        document.kind.id: DocumentVersion(document.stamp.version, document.stamp.date)
        for document in documents
    }


def _english_file(
    package: Package, document: Document, naming: FileNaming, draft: bool, drafts: Drafts
) -> RenderedFile:
    from mmethics_cli.workflow.english import in_english_words, template_of

    document = in_english_words(document)
    study = package.study_of(document)
    rendered = render_text(package.templates, template_of(document.kind), study)
    drafts.untranslated |= dict.fromkeys(rendered.untranslated)
    data = word_file(rendered, document.stamp, draft=draft)
    return RenderedFile(_name(document, naming, ".en.docx"), data)


def _bilingual_file(
    package: Package,
    english: Package,
    document: Document,
    naming: FileNaming,
    draft: bool,
    drafts: Drafts,
) -> RenderedFile:
    """The document with its English words beside the Chinese ones."""
    from mmethics_cli.render.word import bilingual_file
    from mmethics_cli.workflow.english import in_english_words, template_of

    rendered = render_text(package.templates, document.template, package.study_of(document))
    study = english.study_of(in_english_words(document))
    translated = render_text(english.templates, template_of(document.kind), study)
    drafts.untranslated |= dict.fromkeys(translated.untranslated)
    data = bilingual_file(rendered, translated, document.stamp, draft=draft)
    return RenderedFile(_name(document, naming, ".zh-en.docx"), data)


def _name(document: Document, naming: FileNaming, suffix: str) -> str:
    kind, stamp = document.kind, document.stamp
    title = kind.id if naming is FileNaming.by_id else kind.title
    return file_name(document.number, title, DocumentVersion(stamp.version, stamp.date), suffix)
