"""What a marked Word file says, read without the code under test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, Final

import docx
from lxml import etree

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
REVISIONS: Final = [
    f"{W}{one}" for one in ("ins", "del", "delText", "delInstrText", "rPrChange", "pPrChange")
]


def part(data: bytes, name: str = "word/document.xml") -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return etree.fromstring(archive.read(name))


def said(data: bytes) -> list[str]:
    """Headers, body and footers line by line; a table's rows and cells told apart."""
    document = docx.Document(io.BytesIO(data))
    lines: list[str] = []
    for section in document.sections:
        for region in (section.header, section.footer):
            if not region.is_linked_to_previous:
                assert not list(region._element.iter(*REVISIONS))
                lines += _blocks(region._element)
    assert not list(document.element.iter(*REVISIONS))
    return [*lines, *_blocks(document.element.body)]


def _blocks(holder: Any) -> Iterator[str]:
    for block in holder:
        if block.tag == f"{W}p":
            yield "".join(_words(block))
        elif block.tag == f"{W}tbl":
            for row in block.iterchildren(f"{W}tr"):
                for cell in row.iterchildren(f"{W}tc"):
                    merged = cell.find(f"{W}tcPr/{W}vMerge")
                    span = cell.find(f"{W}tcPr/{W}gridSpan")
                    yield f"| {None if merged is None else merged.attrib} {_value(span)}"
                    yield from _blocks(cell)
                yield "--"
            yield "===="


def _value(node: Any) -> str:
    return "" if node is None else str(node.get(f"{W}val"))


def _words(node: Any) -> Iterator[str]:
    for child in node:
        match str(child.tag).rpartition("}")[2]:
            case "t":
                yield child.text or ""
            case "br":
                yield f"<br {child.get(f'{W}type')}>"
            case "tab":
                yield "<tab>"
            case "instrText":
                yield f"<{child.text}>"
            case "drawing":
                yield f"<figure {''.join(child.itertext())}>"
            case "textpath":
                yield f"<mark {child.get('string')}>"
            case "sdt":
                shown = "".join(_words(child.find(f"{W}sdtContent")))
                state = child.find(f"{W}sdtPr/{W14}checkbox/{W14}checked")
                if state is not None:
                    assert shown == ("☑" if state.get(f"{W14}val") == "1" else "☐")
                yield shown
            case "Fallback" | "pPr" | "rPr":
                pass
            case _:
                yield from _words(child)
