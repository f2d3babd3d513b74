"""A line more in the footers of a finished Word file; its other parts keep their bytes."""

from __future__ import annotations

from typing import Final

from lxml import etree

from mmethics_cli.formats.word.markup import (
    OFFICE,
    SPACE,
    Element,
    P,
    R,
    W,
    new_element,
    text_below,
)
from mmethics_cli.formats.word.package import Relation, WordPackage, handled, opened

_FOOTER_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_NEW_PART: Final = "word/footer-approval.xml"
_NEW_ID: Final = "rIdApproval"
_RELATION: Final = Relation("footer", f"{OFFICE}/relationships/footer", _NEW_PART, external=False)
_GAP: Final = "　　"
_SIZE: Final = "18"  # half points


def with_footer_line(data: bytes, line: str) -> bytes:
    """The Word file with `line` at the end of each of its footers.

    Where it has none it gets one. It goes on after what the last paragraph says, so that pages
    break where they did. Raises DocumentError when the file can't be read or handled.
    """
    with handled("Word 文件"):
        package = opened(data)
        relations = package.relations(package.main).values()
        targets = {relation.target for relation in relations if relation.kind == "footer"}
        footers = targets & package.parts.keys()
        for part in footers:
            _add_line(package.touch(part), line)
        if not footers:
            _add_footer(package, line)
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


def _add_footer(package: WordPackage, line: str) -> None:
    """Give a file that has no footer one, from its first section on."""
    package.add(_NEW_PART, etree.tostring(new_element("ftr")), _FOOTER_TYPE)
    _add_line(package.touch(_NEW_PART), line)
    package.relate(package.main, _RELATION, _NEW_ID)
    document = package.touch(package.main)
    section = next(document.iter(f"{W}sectPr"), None)
    if section is None:
        section = etree.SubElement(package.body, f"{W}sectPr")
    reference = etree.Element(f"{W}footerReference", nsmap={"r": R[1:-1]})
    reference.set(f"{W}type", "default")
    reference.set(f"{R}id", _NEW_ID)
    section.insert(len(section.findall(f"{W}headerReference")), reference)
