"""The mark of a draft taken out of a Word file that a person edited since; the rest stays."""

from __future__ import annotations

from typing import Final

from lxml import etree

from mmethics_cli.formats.word.markup import (
    MC,
    NAMESPACES,
    RUN,
    WP,
    Element,
    P,
    W,
    new_element,
    text_below,
)
from mmethics_cli.formats.word.package import opened
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


def _marks(header: Element) -> list[Element]:
    """The outermost figures that say nothing but the word."""
    figures = list(header.iter(*_FIGURES))
    outer = (one for one in figures if not any(up in figures for up in one.iterancestors()))
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
