"""WordprocessingML (ECMA-376 part 1, chapter 17): names of elements, what attributes set them to.

An element is one of lxml's; its tag is the full name, `{namespace}local`.
"""

from __future__ import annotations

from typing import Final

from lxml import etree

from mmethics_cli.formats.word.namespaces import NAMESPACES

Element = etree._Element

W, R, M, W14, MC, WP = (f"{{{NAMESPACES[key]}}}" for key in ("w", "r", "m", "w14", "mc", "wp"))
P, TBL, TR, TC, RUN, SDT = (f"{W}{name}" for name in ("p", "tbl", "tr", "tc", "r", "sdt"))
HYPERLINK: Final = f"{W}hyperlink"
SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
# Neither text nor structure: properties, bookmarks, comments, traces of editing.
NOT_CONTENT: Final = frozenset(
    f"{W}{name}"
    for name in (
        "pPr", "rPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd",
        "lastRenderedPageBreak", "commentRangeStart", "commentRangeEnd", "commentReference",
        "annotationRef", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart",
        "moveToRangeEnd",
    )
)  # fmt: skip
# What refers to a note: the kind of the part that holds it, and the element that it is there.
NOTES: Final = {
    "footnoteReference": ("footnotes", "footnote"),
    "endnoteReference": ("endnotes", "endnote"),
}
_OFF: Final = frozenset(("0", "false", "off", "none", "baseline"))


def new_element(name: str) -> Element:
    """An element of WordprocessingML by its local name, outside any tree."""
    return etree.Element(f"{W}{name}", nsmap={"w": NAMESPACES["w"]})


def value_of(element: Element | None) -> str:
    """`w:val`, the attribute in which most elements say what they are set to; else empty."""
    return "" if element is None else element.get(f"{W}val", "")


def is_on(element: Element | None) -> bool:
    """Whether a switch (`w:b`, `w:vanish` …) is there and not turned off."""
    return element is not None and element.get(f"{W}val", "1") not in _OFF


def attributes(element: Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def whole_number(text: str | None) -> int:
    """A number as written in an attribute; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def text_below(element: Element) -> str:
    """The text (`w:t`) below an element."""
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def blocks(holder: Element) -> list[Element]:
    """The paragraphs and tables of a body, cell, header …"""
    return [child for child in holder if child.tag in (P, TBL)]


def rows(table: Element) -> list[Element]:
    return table.findall(TR)


def cells(row: Element) -> list[Element]:
    return row.findall(TC)
