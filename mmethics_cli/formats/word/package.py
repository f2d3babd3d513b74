"""A Word file as parts and relations; a part that nobody changes keeps its bytes."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from mmethics_cli.errors import DocumentError

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


CONTENT_TYPES: Final = "[Content_Types].xml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The package with fixed times and order; the list of types comes first, as Word wants it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(parts, key=lambda one: (one != CONTENT_TYPES, one)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            archive.writestr(entry, parts[name])
    return data.getvalue()


_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_MOST_BYTES: Final = 256 * 1024**2
_MOST_PARTS: Final = 10_000
# The strict form of the standard says the same under other names; the longer name first.
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_USUAL: Final = b"http://schemas.openxmlformats.org/"
_STRICT_NAMES: Final = {
    b"wordprocessingml/main": b"wordprocessingml/2006/main",
    b"officeDocument/relationships": b"officeDocument/2006/relationships",
    b"officeDocument/math": b"officeDocument/2006/math",
    b"drawingml/": b"drawingml/2006/",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: another part by its full name, or something outside by address."""

    kind: str  # the last word of its type: "image", "header"
    type: str
    target: str
    external: bool


@dataclass(slots=True)
class WordPackage:
    """The parts of one file, in bytes; those that were asked for as trees are written from them."""

    parts: dict[str, bytes]
    _trees: dict[str, Element] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)

    @property
    def main(self) -> str:
        """The part that holds the body. Raises DocumentError when there is none."""
        for one in self.relations("").values():
            if one.kind == "officeDocument" and one.target in self.parts:
                root = self.tree(one.target)
                if root.tag == f"{W}document" and root.find(f"{W}body") is not None:
                    return one.target
        raise DocumentError("不是 Word 文档（.docx）：里面没有正文。请用 Word 另存为 .docx 再试。")

    def tree(self, name: str) -> Element:
        """The root of an XML part. Raises DocumentError when it is broken."""
        if name not in self._trees:
            try:
                self._trees[name] = etree.fromstring(self.parts[name], _parser())
            except etree.XMLSyntaxError as error:
                raise DocumentError(f"Word 文档已损坏：{name} 不是完好的 XML。") from error
        return self._trees[name]

    def touch(self, name: str) -> Element:
        """The root of a part that will be changed."""
        self._touched.add(name)
        return self.tree(name)

    def relations(self, part: str) -> dict[str, Relation]:
        """By id, the relations of a part; those of the whole file for an empty name."""
        name = relations_name(part)
        if name not in self.parts:
            return {}
        found = {}
        for one in self.tree(name).iterchildren(f"{_RELATIONS}Relationship"):
            outside = one.get("TargetMode") == "External"
            target, full = one.get("Target", ""), one.get("Type", "")
            if not outside:
                folder = "/" if target.startswith("/") else posixpath.dirname(part)
                target = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            kind = full.rpartition("/")[2]
            found[one.get("Id", "")] = Relation(kind, full, target, outside)
        return found

    def related(self, part: str, kind: str) -> str:
        """The part that `part` refers to as its styles, numbering …; empty when it has none."""
        found = (one.target for one in self.relations(part).values() if one.kind == kind)
        return next((one for one in found if one in self.parts), "")

    def relate(self, part: str, relation: Relation, wanted: str = "") -> str:
        """Add a relation; its id is `wanted`, or one that is free."""
        name = relations_name(part)
        if name not in self.parts:
            self.parts[name] = b""
            self._trees[name] = etree.Element(
                f"{_RELATIONS}Relationships", nsmap={"": _RELATIONS[1:-1]}
            )
        root = self.touch(name)
        taken = {one.get("Id") for one in root}
        free = (f"rIdOld{number}" for number in range(1, len(taken) + 2))
        added = wanted or next(one for one in free if one not in taken)
        target = relation.target if relation.external else f"/{relation.target}"
        one = etree.SubElement(
            root, f"{_RELATIONS}Relationship", Id=added, Type=relation.type, Target=target
        )
        if relation.external:
            one.set("TargetMode", "External")
        return added

    def content_type(self, part: str) -> str:
        root = self.tree(CONTENT_TYPES)
        for one in root.iterchildren(f"{_TYPES}Override"):
            if one.get("PartName", "").lower() == f"/{part}".lower():
                return one.get("ContentType", "")
        suffix = part.rpartition(".")[2].lower()
        for one in root.iterchildren(f"{_TYPES}Default"):
            if one.get("Extension", "").lower() == suffix:
                return one.get("ContentType", "")
        return "application/octet-stream"

    def add(self, part: str, data: bytes, content_type: str) -> None:
        self.parts[part] = data
        root = self.touch(CONTENT_TYPES)
        etree.SubElement(root, f"{_TYPES}Override", PartName=f"/{part}", ContentType=content_type)

    def saved(self) -> bytes:
        for name in sorted(self._touched):
            self.parts[name] = etree.tostring(
                self._trees[name], xml_declaration=True, encoding="UTF-8", standalone=True
            )
        return zipped(self.parts)


def relations_name(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def opened(data: bytes) -> WordPackage:
    """The parts of a Word file. Raises DocumentError when it is none, or no sane one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [one for one in archive.infolist() if not one.is_dir()]
            if len(infos) > _MOST_PARTS or sum(one.file_size for one in infos) > _MOST_BYTES:
                raise DocumentError("Word 文档展开后大得不合常理，没有继续读。")
            parts = {one.filename: _usual(archive.read(one)) for one in infos}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise DocumentError(
            "不是完好的 Word 文档（.docx）：文件已损坏、加了密码，或是旧的 .doc。"
            "请用 Word 打开，另存为不加密的 .docx 再试。"
        ) from error
    if CONTENT_TYPES not in parts:
        raise DocumentError("不是 Word 文档（.docx）：里面没有内容类型表。请用 Word 另存为 .docx。")
    package = WordPackage(parts)
    for name in (CONTENT_TYPES, package.main):
        package.tree(name)
    return package


def _usual(data: bytes) -> bytes:
    """A part in the names of the transitional form, which all programs read."""
    if _STRICT in data and data.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
        for strict, usual in _STRICT_NAMES.items():
            data = data.replace(_STRICT + strict, _USUAL + usual)
    return data


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
