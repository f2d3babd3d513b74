"""The files of a submission: each paper as Word, and as Excel where it has a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from mmethics_cli.commands.options import Session
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.render.text import render_text
from mmethics_cli.render.word import word_file
from mmethics_cli.store.dossier.answers_file import ENGLISH
from mmethics_cli.store.dossier.parts import DocumentVersion
from mmethics_cli.store.submission.documents import (
    RenderedFile,
    file_name,
    is_hand_edited,
    read_record,
)
from mmethics_cli.store.submission.submissions import DOCUMENTS
from mmethics_cli.store.yaml.reader import parse
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.package import Document, Package


class Names(StrEnum):
    """How rendered files are named: by title or by id."""

    by_title = "title"
    by_id = "id"


class Language(StrEnum):
    """The languages of the documents."""

    zh = "zh"
    en = "en"
    both = "both"


MARKED: Final = "-修订标记.docx"


@dataclass(slots=True)
class Drafts:
    """The files of papers, and what is not English in them though English was asked for.

    `chinese` are the titles of papers that have no English template, `untranslated` the paths of
    texts that English papers print in Chinese.
    """

    files: list[RenderedFile] = field(default_factory=list)
    chinese: list[str] = field(default_factory=list)
    untranslated: dict[str, None] = field(default_factory=dict)

    def tell(self, session: Session, standard: Standard) -> None:
        """Say what is not English, and where to write it."""
        if self.chinese:
            session.say(f"只有中文的 {len(self.chinese)} 份，仍是中文：{'、'.join(self.chinese)}")
        if self.untranslated:
            # Entries of a list go by the list: it is one place to write in.
            places = dict.fromkeys(path.partition("[")[0] for path in self.untranslated)
            labels = "、".join(label_of(standard, path) for path in places)
            session.say(f"英文文件里有 {len(self.untranslated)} 项仍是中文：{labels}")
            session.say(f"请在卷宗的 {ENGLISH} 里照 dossier.yaml 的样子写英文，再生成一次。")


def drafts_of(
    dossier: Dossier,
    package: Package,
    papers: Iterable[Document],
    names: Names = Names.by_title,
    language: Language = Language.zh,
    *,
    draft: bool = True,
) -> Drafts:
    """Every file of the papers, in their order; drafts carry a watermark.

    A paper that has no English template stays Chinese. Raises EthicsError when a template is
    wrong, or when English is asked for and no paper has it.
    """
    wanted = list(papers)
    drafts = Drafts()
    if language is not Language.zh:
        _require_english(dossier, wanted, drafts)
    english = _english(dossier, package, language)
    for paper in wanted:
        alone = english is None or paper.document.title in drafts.chinese
        if alone or language is not Language.en:
            drafts.files += _files(dossier, package, paper, names, draft)
        if english is not None and not alone:
            drafts.files.append(_english_file(english, paper, names, draft, drafts))
    return drafts


def _require_english(dossier: Dossier, papers: list[Document], drafts: Drafts) -> None:
    from mmethics_cli.workflow.english import template_of

    drafts.chinese += [
        one.document.title
        for one in papers
        if template_of(one.document) not in dossier.pack.templates
    ]
    if len(drafts.chinese) == len(papers):
        problems = [Problem("没有英文模板", title) for title in drafts.chinese]
        raise EthicsError("这些文件只有中文：", problems)


def _english(dossier: Dossier, package: Package, language: Language) -> Package | None:
    if language is Language.zh:
        return None
    from mmethics_cli.workflow.english import english_package

    return english_package(dossier, package)


def _files(
    dossier: Dossier, package: Package, paper: Document, names: Names, draft: bool
) -> Iterator[RenderedFile]:
    document, stamp, study = paper.document, paper.stamp, package.study_of(paper)
    template = document.template or ""
    data = word_file(render_text(package.templates, template, study), stamp, draft=draft)
    name = _name(paper, names, ".docx")
    yield RenderedFile(name, data)
    if paper.before is not None:
        yield _marked(dossier, paper.before, stamp, RenderedFile(name, data))
    layout = f"{document.id}.xlsx.yaml"
    if "xlsx" in document.formats and layout in dossier.pack.templates:
        # openpyxl takes long to load, and few papers need it.
        from mmethics_cli.formats.excel.form_writer import excel_file
        from mmethics_cli.render.worksheets import item_sheets

        tree = parse(dossier.pack.template_text(layout), layout).tree
        data = excel_file(item_sheets(layout, tree, study), stamp)
        yield RenderedFile(_name(paper, names, ".xlsx"), data)


def _marked(dossier: Dossier, before: Path, stamp: Stamp, clean: RenderedFile) -> RenderedFile:
    """The paper with its differences from the sealed file as revisions of Word's own."""
    # Loaded late: a first submission is compared with nothing.
    from mmethics_cli.formats.redline.redline import redline

    name = clean.name.removesuffix(".docx") + MARKED
    author = dossier.facts.get("investigator.name")
    by = author if isinstance(author, str) else "主要研究者"
    assert stamp.date is not None  # a paper that changed was dated
    new = _as_it_lies(dossier, clean)
    return RenderedFile(name, redline(before.read_bytes(), new, by, stamp.date))


def _as_it_lies(dossier: Dossier, file: RenderedFile) -> bytes:
    """The draft as somebody edited it by hand, which is what will be handed in; else ours."""
    current = dossier.workspace.current
    if current is not None:
        folder = current.folder / DOCUMENTS
        if is_hand_edited(folder / file.name, read_record(folder)):
            return (folder / file.name).read_bytes()
    return file.data


def versions_of(papers: Iterable[Document]) -> dict[str, DocumentVersion]:
    """Version and date of each paper by its id, as submission.yaml keeps them."""
    return {one.document.id: DocumentVersion(one.stamp.version, one.stamp.date) for one in papers}


def _english_file(
    package: Package, paper: Document, names: Names, draft: bool, drafts: Drafts
) -> RenderedFile:
    from mmethics_cli.workflow.english import in_english_words, template_of

    paper = in_english_words(paper)
    study = package.study_of(paper)
    rendered = render_text(package.templates, template_of(paper.document), study)
    drafts.untranslated |= dict.fromkeys(rendered.untranslated)
    data = word_file(rendered, paper.stamp, draft=draft)
    return RenderedFile(_name(paper, names, ".en.docx"), data)


def _name(paper: Document, names: Names, suffix: str) -> str:
    document, stamp = paper.document, paper.stamp
    title = document.id if names is Names.by_id else document.title
    return file_name(paper.number, title, DocumentVersion(stamp.version, stamp.date), suffix)
