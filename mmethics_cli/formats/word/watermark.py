"""Marks across Word files: that of a draft put in and taken out, that of a copy; the rest stays."""

from __future__ import annotations

from typing import Final

from lxml import etree

from mmethics_cli.formats.word.markup import (
    MC,
    RUN,
    WP,
    Element,
    P,
    W,
    new_element,
    text_below,
)
from mmethics_cli.formats.word.namespaces import NAMESPACES
from mmethics_cli.formats.word.package import handled, opened
from mmethics_cli.formats.word.page import watermark_run
from mmethics_cli.formats.word.runs import quote
from mmethics_cli.wording.language import WORDINGS

_WORDS: Final = frozenset(wording.draft for wording in WORDINGS.values())
_DRAFT_LINE: Final = "草稿：由 mmethics 填写，尚未定稿"
_FIGURES: Final = (f"{MC}AlternateContent", f"{W}pict", f"{W}drawing")
_TEXT_PATH: Final = f"{{{NAMESPACES['v']}}}textpath"
_DRAWN_TEXT: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"


def without_watermark(data: bytes) -> bytes:
    """The file without 草稿 (or DRAFT) across its pages; the same bytes where it has none.

    Word, WPS and LibreOffice each save that figure in their own way: what tells it is its word,
    which stands alone in a figure of a header. Raises DocumentError when the file can't be read.
    """
    with handled("Word 文件"):
        return _without_watermark(data)


def _without_watermark(data: bytes) -> bytes:
    package = opened(data)
    headers = [part for part in package.text_parts() if package.tree(part).tag == f"{W}hdr"]
    line = _draft_line(package.body)
    if line is not None:
        package.touch(package.main)
        package.body.remove(line)
    marked = {part: figures for part in headers if (figures := _marks(package.tree(part)))}
    for part, figures in marked.items():
        package.touch(part)
        for figure in figures:
            _remove(figure)
    return package.saved() if marked or line is not None else data


def mark_draft(body: Element) -> None:
    """A first line that says 草稿, in a form whose headers stay as they are."""
    line = new_element("p")
    run = etree.SubElement(line, RUN)
    etree.SubElement(run, f"{W}t").text = _DRAFT_LINE
    body.insert(0, line)


def _draft_line(body: Element) -> Element | None:
    first = next(iter(body), None)
    same = first is not None and first.tag == P and text_below(first).strip() == _DRAFT_LINE
    return first if same else None


def with_watermark(data: bytes, words: str) -> bytes:
    """The file with grey words across the pages of every section that has a header.

    The same bytes where none has. Raises DocumentError when the file can't be read.
    """
    package = opened(data)
    headers = [part for part in package.text_parts() if package.tree(part).tag == f"{W}hdr"]
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
    for number, part in enumerate(headers, 2):
        first = package.tree(part).find(f"{W}p")
        if first is not None:
            mark = etree.fromstring(f"<x {names}>{watermark_run(quote(words), number)}</x>")[0]
            first.append(mark)
            package.touch(part)
    return package.saved() if headers else data


def _marks(header: Element) -> list[Element]:
    """The outermost figures that say nothing but the word."""
    figures = list(header.iter(*_FIGURES))
    outer = (shape for shape in figures if not any(up in figures for up in shape.iterancestors()))
    return [figure for figure in outer if _said(figure) in _WORDS]


def _said(figure: Element) -> str:
    """The words of a figure, once where it is there for old and new programs."""
    shown = figure.find(f"{MC}Choice")
    shown = figure if shown is None else shown
    paths = "".join(path.get("string", "") for path in shown.iter(_TEXT_PATH))
    drawn = "".join(text.text or "" for text in shown.iter(_DRAWN_TEXT))
    described = next(shown.iter(f"{WP}docPr"), None)
    alt = "" if described is None else described.get("descr", "")
    said = (paths or text_below(shown) or drawn).strip()
    return said or alt.removeprefix("水印：").strip()


def _remove(figure: Element) -> None:
    run = next((parent for parent in figure.iterancestors() if parent.tag == RUN), None)
    content = () if run is None else [child for child in run if child.tag != f"{W}rPr"]
    holder = run if run is not None and len(content) == 1 else figure
    parent = holder.getparent()
    assert parent is not None  # a header holds it
    parent.remove(holder)
