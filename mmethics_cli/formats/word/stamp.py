"""A line more in the footer of a finished Word file, all else left byte for byte as it is."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Final

from lxml import etree

from mmethics_cli.errors import EthicsError

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_FOOTER: Final = f"{_R}/footer"
_FOOTER_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_DOCUMENT: Final = "word/document.xml"
_RELS: Final = "word/_rels/document.xml.rels"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_NEW_PART: Final = "word/footer-approval.xml"
_NEW_ID: Final = "rIdApproval"
_GAP: Final = "　　"
_SIZE: Final = "18"  # half points


class NoWordFile(EthicsError):
    """The bytes are no Word file that can be read."""


def with_footer_line(data: bytes, line: str) -> bytes:
    """The Word file with `line` at the end of each of its footers.

    Where it has none it gets one. It goes on after what the last paragraph says, so that pages
    break where they did. Raises NoWordFile.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {one.filename: archive.read(one) for one in archive.infolist()}
            entries = archive.infolist()
        changed = dict(_changed(parts, line))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, NotImplementedError) as error:
        raise NoWordFile("不是完整的 Word 文件") from error
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(entry, changed.pop(entry.filename, parts[entry.filename]))
        for name, content in changed.items():
            new = zipfile.ZipInfo(name, entries[0].date_time)
            new.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(new, content)
    return out.getvalue()


def _changed(parts: dict[str, bytes], line: str) -> Iterator[tuple[str, bytes]]:
    footers = [name for name in _footers(parts[_RELS]) if name in parts]
    for name in footers:
        root = _read(parts[name])
        _add_line(root, line)
        yield name, _written(root)
    if not footers:
        yield from _new_footer(parts, line)


def _footers(relations: bytes) -> Iterator[str]:
    for one in _read(relations):
        if one.get("Type") == _FOOTER:
            target = one.get("Target") or ""
            yield posixpath.normpath(posixpath.join("word", target)).lstrip("/")


def _add_line(root: etree._Element, line: str) -> None:
    paragraphs = root.findall(f"{{{_W}}}p")
    if paragraphs:
        last = paragraphs[-1]
        said = "".join(one.text or "" for one in last.iter(f"{{{_W}}}t"))
        last.append(_run(f"{_GAP}{line}" if said.strip() else line))
        return
    paragraph = etree.SubElement(root, f"{{{_W}}}p")
    properties = etree.SubElement(paragraph, f"{{{_W}}}pPr")
    etree.SubElement(properties, f"{{{_W}}}jc").set(f"{{{_W}}}val", "center")
    paragraph.append(_run(line))


def _run(text: str) -> etree._Element:
    run = etree.Element(f"{{{_W}}}r", nsmap={"w": _W})
    properties = etree.SubElement(run, f"{{{_W}}}rPr")
    etree.SubElement(properties, f"{{{_W}}}sz").set(f"{{{_W}}}val", _SIZE)
    etree.SubElement(properties, f"{{{_W}}}szCs").set(f"{{{_W}}}val", _SIZE)
    words = etree.SubElement(run, f"{{{_W}}}t")
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    words.text = text
    return run


def _new_footer(parts: dict[str, bytes], line: str) -> Iterator[tuple[str, bytes]]:
    """The parts of a footer for a file that has none: it begins with the first section."""
    root = etree.Element(f"{{{_W}}}ftr", nsmap={"w": _W})
    _add_line(root, line)
    yield _NEW_PART, _written(root)
    relations = _read(parts[_RELS])
    relation = etree.SubElement(relations, f"{{{_RELATIONS}}}Relationship")
    relation.set("Id", _NEW_ID)
    relation.set("Type", _FOOTER)
    relation.set("Target", posixpath.basename(_NEW_PART))
    yield _RELS, _written(relations)
    types = _read(parts[_CONTENT_TYPES])
    override = etree.SubElement(types, f"{{{_TYPES}}}Override")
    override.set("PartName", f"/{_NEW_PART}")
    override.set("ContentType", _FOOTER_TYPE)
    yield _CONTENT_TYPES, _written(types)
    document = _read(parts[_DOCUMENT])
    section = next(document.iter(f"{{{_W}}}sectPr"), None)
    if section is None:
        section = etree.SubElement(document[0], f"{{{_W}}}sectPr")
    reference = etree.Element(f"{{{_W}}}footerReference", nsmap={"r": _R})
    reference.set(f"{{{_W}}}type", "default")
    reference.set(f"{{{_R}}}id", _NEW_ID)
    heads = section.findall(f"{{{_W}}}headerReference")
    section.insert(len(heads), reference)
    yield _DOCUMENT, _written(document)


def _read(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(data, parser)


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
