"""A line more in the footers of a finished Word file; its other parts keep their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from mmethics_cli.formats.word.markup import (
    SPACE,
    Element,
    P,
    R,
    W,
    is_on,
    new_element,
    text_below,
)
from mmethics_cli.formats.word.namespaces import OFFICE
from mmethics_cli.formats.word.package import Relation, WordPackage, handled, opened

_FOOTER_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_NEW_PART: Final = "word/footer-approval.xml"
_NEW_ID: Final = "rIdApproval"
_RELATION: Final = Relation("footer", f"{OFFICE}/relationships/footer", _NEW_PART, external=False)
_GAP: Final = "　　"
_SIZE: Final = "18"  # half points


def with_footer_line(data: bytes, line: str) -> bytes:
    """The Word file with `line` at the end of each of its footers.

    Pages that have none get one. It goes on after what the last paragraph says, so that pages
    break where they did. Raises DocumentError when the file can't be read or handled.
    """
    with handled("Word 文件"):
        package = opened(data)
        relations = package.relations(package.main).values()
        targets = {relation.target for relation in relations if relation.kind == "footer"}
        footers = targets & package.parts.keys()
        for part in footers:
            _add_line(package.touch(part), line)
        if lacking := list(_without_footer(package)):
            _add_footer(package, lacking, line)
        return package.saved()


def _add_line(footer: Element, line: str) -> None:
    paragraphs = footer.findall(P)
    if paragraphs:
        last = paragraphs[-1]
        last.append(_run(f"{_GAP}{line}" if text_below(last).strip() else line))
        return
    paragraph = etree.SubElement(footer, P)
    properties = etree.SubElement(paragraph, f"{W}pPr")
    etree.SubElement(properties, f"{W}jc").set(f"{W}val", "center")
    paragraph.append(_run(line))


def _run(text: str) -> Element:
    run = new_element("r")
    properties = etree.SubElement(run, f"{W}rPr")
    etree.SubElement(properties, f"{W}sz").set(f"{W}val", _SIZE)
    etree.SubElement(properties, f"{W}szCs").set(f"{W}val", _SIZE)
    words = etree.SubElement(run, f"{W}t")
    words.set(SPACE, "preserve")
    words.text = text
    return run


def _without_footer(package: WordPackage) -> Iterator[tuple[Element, str]]:
    """The sections from which on pages of a kind have no footer: a section without one has that of
    the section before.
    """
    settings = package.related(package.main, "settings")
    even = is_on(package.tree(settings).find(f"{W}evenAndOddHeaders")) if settings else False
    known: set[str] = set()
    for section in _sections(package):
        known |= {
            reference.get(f"{W}type", "default")
            for reference in section.iterchildren(f"{W}footerReference")
        }
        first = is_on(section.find(f"{W}titlePg"))
        for kind, there in (("default", True), ("first", first), ("even", even)):
            if there and kind not in known:
                known.add(kind)
                yield section, kind


def _sections(package: WordPackage) -> list[Element]:
    sections = list(package.tree(package.main).iter(f"{W}sectPr"))
    return sections or [etree.SubElement(package.body, f"{W}sectPr")]


def _add_footer(package: WordPackage, lacking: list[tuple[Element, str]], line: str) -> None:
    """Give these pages a footer of ours."""
    package.add(_NEW_PART, etree.tostring(new_element("ftr")), _FOOTER_TYPE)
    _add_line(package.touch(_NEW_PART), line)
    package.relate(package.main, _RELATION, _NEW_ID)
    package.touch(package.main)
    for section, kind in lacking:
        reference = etree.Element(f"{W}footerReference", nsmap={"r": R[1:-1]})
        reference.set(f"{W}type", kind)
        reference.set(f"{R}id", _NEW_ID)
        section.insert(len(section.findall(f"{W}headerReference")), reference)
