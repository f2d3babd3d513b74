"""The files of a submission: each paper as Word, and as Excel where it has a layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mmethics_cli.commands.opening import Dossier
from mmethics_cli.commands.options import Language, Names
from mmethics_cli.commands.package import Package, Paper
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.render.docx_writer import word_file
from mmethics_cli.render.text import render_text
from mmethics_cli.store.documents import RenderedFile, file_name
from mmethics_cli.store.parts import DocumentVersion
from mmethics_cli.store.yaml_reader import parse


def files_of(
    dossier: Dossier,
    package: Package,
    papers: Iterable[Paper],
    names: Names = Names.by_title,
    language: Language = Language.zh,
    *,
    draft: bool = True,
) -> list[RenderedFile]:
    """Every file of the papers, in their order; drafts carry a watermark.

    Raises EthicsError when a template is wrong or there is none in the language.
    """
    return [
        file for paper in papers for file in _files(dossier, package, paper, names, language, draft)
    ]


def _files(
    dossier: Dossier,
    package: Package,
    paper: Paper,
    names: Names,
    language: Language,
    draft: bool,
) -> Iterator[RenderedFile]:
    document, stamp, study = paper.document, paper.stamp, package.study_of(paper)
    title = document.id if names is Names.by_id else document.title
    version = DocumentVersion(stamp.version, stamp.date)
    for tongue, template in _templates(dossier, paper, language):
        data = word_file(render_text(package.templates, template, study), stamp, draft=draft)
        suffix = ".docx" if tongue == Language.zh else f".{tongue}.docx"
        yield RenderedFile(file_name(paper.number, title, version, suffix), data)
    layout = f"{document.id}.xlsx.yaml"
    if "xlsx" in document.formats and layout in dossier.pack.templates:
        # openpyxl takes long to load, and few papers need it.
        from mmethics_cli.render.xlsx_layout import item_sheets
        from mmethics_cli.render.xlsx_writer import excel_file

        tree = parse(dossier.pack.template_text(layout), layout).tree
        data = excel_file(item_sheets(layout, tree, study), stamp)
        yield RenderedFile(file_name(paper.number, title, version, ".xlsx"), data)


def _templates(dossier: Dossier, paper: Paper, language: Language) -> list[tuple[str, str]]:
    """The templates of a paper by language; `x.en.md` stands beside `x.md`."""
    chinese = paper.document.template or ""
    english = f"{chinese.removesuffix('.md')}.en.md"
    found = []
    if language is not Language.en:
        found.append((Language.zh.value, chinese))
    if language is not Language.zh and english in dossier.pack.templates:
        found.append((Language.en.value, english))
    if not found:
        problem = Problem("没有英文模板", paper.document.title)
        raise EthicsError("这些文件只有中文：", [problem])
    return found
