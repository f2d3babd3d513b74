"""The names of WordprocessingML, and what can be asked of an element by them."""

from __future__ import annotations

from typing import Final

from lxml import etree

Element = etree._Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
P, TBL, TR, TC, RUN, SDT = (f"{W}{one}" for one in ("p", "tbl", "tr", "tc", "r", "sdt"))
HYPERLINK: Final = f"{W}hyperlink"
# Neither text nor structure: traces of editing, places to jump to, remarks at the margin.
UNSAID: Final = frozenset(
    f"{W}{one}"
    for one in (
        "pPr", "rPr", "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd",
        "lastRenderedPageBreak", "commentRangeStart", "commentRangeEnd", "commentReference",
        "annotationRef", "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart",
        "moveToRangeEnd",
    )
)  # fmt: skip
_OFF: Final = frozenset(("0", "false", "off", "none", "baseline"))


def value_of(element: Element | None) -> str:
    """The attribute in which most elements say what they are set to."""
    return "" if element is None else element.get(f"{W}val", "")


def whole_number(text: str | None) -> int:
    """A number as written in an attribute; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def is_on(element: Element | None, name: str = f"{W}val") -> bool:
    """Whether a switch is there and not turned off."""
    return element is not None and element.get(name, "1") not in _OFF


def plain(element: Element) -> str:
    """The text below an element."""
    return "".join(one.text or "" for one in element.iter(f"{W}t"))


def attributes(element: Element) -> dict[str, str]:
    return {str(key): str(value) for key, value in element.attrib.items()}
