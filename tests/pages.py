"""What a person would see on the pages of a document: each check returns its faults as sentences.

tests/printed.py turns documents into pages; nothing here knows how they were made.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import docx
from docx.oxml.ns import qn
from docx.table import Table
from lxml.etree import _Element as Element
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.printed import DPI, Converted, ink

HAN: Final = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
CJK_FONT: Final = re.compile(
    "CJK|UKai|UMing|Song|Hei|Kai|SimSun|SourceHan|WenQuanYi", re.IGNORECASE
)
# Left over from a template or a draft; no sealed document may show it.
STRAY: Final = re.compile(r"None(?![a-z])|\{\{|\{%|:::|【待定|【待填|草稿")
SIGNATURE: Final = re.compile(
    r"(?:签名|签字|签章|盖章）?)[:：]|[Ss]ignature(?:of[a-z]+|\([a-z]+\))?:"
)
_CODES: Final = re.compile(rb"<([0-9A-Fa-f]+)>")
TOLERANCE: Final = 8.5  # points: 3 mm, for table borders and hanging punctuation


def faults(document: Converted) -> list[str]:
    """All faults of a sealed document, each with the file's name."""
    checks = (
        stray_text(document.source),
        han_outside_cjk_fonts(document.pdf),
        beyond_margins(document),
        thin_pages(document),
        torn_signatures(document),
    )
    return [f"{document.source.name}: {fault}" for found in checks for fault in found]


def stray_text(source: Path) -> Iterator[str]:
    """Template marks, drafts' marks and Python's None in any text of the file, watermarks too."""
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if not name.startswith(("word/", "xl/")) or not name.endswith(".xml"):
                continue
            root = ElementTree.fromstring(archive.read(name))
            text = "".join(root.itertext())
            text += "".join(
                node.get("string", "") for node in root.iter() if "textpath" in node.tag
            )
            for match in STRAY.finditer(text):
                near = text[max(0, match.start() - 10) : match.end() + 10]
                yield f"{match.group()} left in {name}: …{near}…"


def han_outside_cjk_fonts(pdf: Path) -> Iterator[str]:
    for number, page in enumerate(PdfReader(pdf).pages, 1):
        if not any(map(_may_draw_han, _fonts(page))):
            continue  # reading a page with its fonts takes long
        wrong: dict[str, str] = {}

        def visit(
            text: str,
            _cm: object,
            _tm: object,
            font: dict[str, str] | None,
            _size: float,
            wrong: dict[str, str] = wrong,
        ) -> None:
            name = str((font or {}).get("/BaseFont", "no font"))
            if not CJK_FONT.search(name) and (han := "".join(HAN.findall(text))):
                wrong[name] = wrong.get(name, "") + han

        page.extract_text(visitor_text=visit)
        yield from (f"page {number}: {han[:20]} is drawn in {font}" for font, han in wrong.items())


def _fonts(page: DictionaryObject) -> Iterator[DictionaryObject]:
    """The fonts of a page, and of what it draws that has some of its own."""
    places, seen = [page], set()
    while places:
        resources: Any = places.pop().get("/Resources", {})
        for font in resources.get("/Font", {}).values():
            yield font.get_object()
        for name, drawn in resources.get("/XObject", {}).items():
            # What is drawn may name the resources of its page, and so itself.
            key = getattr(resources.get("/XObject").raw_get(name), "idnum", name)
            if key not in seen:
                seen.add(key)
                places.append(drawn.get_object())


def _may_draw_han(font: DictionaryObject) -> bool:
    """Whether a font that is not for Han has a Han character among those that it draws."""
    if CJK_FONT.search(str(font.get("/BaseFont"))):
        return False
    mapping: Any = font.get("/ToUnicode")
    if mapping is None:
        return True
    codes = re.findall(rb"[0-9A-Fa-f]{4}", b" ".join(_CODES.findall(mapping.get_data())))
    return any(int(code, 16) >= 0x2E80 for code in codes)


def beyond_margins(document: Converted) -> Iterator[str]:
    """Ink, of text, rules or pictures, that stands outside the frame of its page."""
    for page, (width, rows) in zip(document.pages, ink(document.pdf), strict=True):
        frame = document.frame(page)
        if frame is None:
            yield f"page {page.number}: {page.width:.0f}×{page.height:.0f} pt is no declared paper"
            continue
        scale = DPI / 72
        left = int((frame.left - TOLERANCE) * scale)
        right = width - int((frame.right - TOLERANCE) * scale)
        top = int((min(frame.header, frame.top) - TOLERANCE) * scale)
        bottom = len(rows) - int((min(frame.footer, frame.bottom) - TOLERANCE) * scale)
        sides = {
            "left": any(min(row[:left], default=255) < 200 for row in rows),
            "right": any(min(row[right:], default=255) < 200 for row in rows),
            "top": any(min(row) < 200 for row in rows[: max(top, 0)]),
            "bottom": any(min(row) < 200 for row in rows[bottom:]),
        }
        yield from (f"page {page.number}: ink beyond the {s} margin" for s in sides if sides[s])


def thin_pages(document: Converted, least: int = 3) -> Iterator[str]:
    """Pages with fewer than `least` lines between header and footer."""
    for page in document.pages:
        frame = document.frame(page)
        if frame is None:
            continue  # beyond_margins names it
        lowest = page.height - frame.bottom
        lines = sum(frame.top < line[0].middle < lowest for line in page.lines)
        if lines < least:
            yield f"page {page.number} has {lines} lines"


def torn_signatures(document: Converted) -> Iterator[str]:
    """Signature blocks that do not stand whole, after their sentence, on one page."""
    if document.source.suffix != ".docx":
        return
    for sentence, labels in signatures(document.source):
        if not any(_stands_on(solid(page.text), sentence, labels) for page in document.pages):
            yield f"signature block torn from its sentence …{sentence}: {'、'.join(labels)}"


def _stands_on(text: str, sentence: str, labels: list[str]) -> bool:
    """Whether `sentence` and, somewhere after it, all `labels` stand in `text`."""
    starts = [match.end() for match in re.finditer(re.escape(sentence), text)]
    return any(all(label in text[start:] for label in labels) for start in starts)


def signatures(source: Path) -> Iterator[tuple[str, list[str]]]:
    """Each signature block: the end of the sentence before it, and its labels."""
    blocks = [*_blocks(source), ([], False)]
    sentence = ""
    labels: list[str] = []
    for (texts, signs), (_, goes_on) in pairwise(blocks):
        if signs:
            labels += [text for text in texts if SIGNATURE.search(text)]
            if not goes_on:
                yield sentence[-15:], labels
                labels = []
        elif texts:
            sentence = texts[-1]


def _blocks(source: Path) -> Iterator[tuple[list[str], bool]]:
    """The body's paragraphs and tables in order: their texts, and whether someone signs there."""
    for block in docx.Document(str(source)).iter_inner_content():
        if isinstance(block, Table):
            texts = [_text(cell) for cell in block._tbl.iter(qn("w:tc"))]
        else:
            texts = [_text(block._p)]
        ruled = isinstance(block, Table) and _has_rules(block)
        signs = not ruled and any(SIGNATURE.search(text) for text in texts)
        yield [text for text in texts if text], signs


def _text(element: Element) -> str:
    """The text of an element, that of its content controls too."""
    return solid("".join(text.text or "" for text in element.iter(qn("w:t"))))


def solid(text: str) -> str:
    """A text without blanks and the lines to write on."""
    return re.sub(r"[\s_＿]+", "", text)


def _has_rules(table: Table) -> bool:
    """Whether the table draws borders of its own: then it is a form, not a signature block."""
    borders = table._tbl.tblPr.find(qn("w:tblBorders"))
    return borders is not None and any(
        border.get(qn("w:val")) not in {"nil", "none"} for border in borders
    )
