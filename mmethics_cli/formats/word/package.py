"""A Word file as parts and relations (ECMA-376 part 2): opened within bounds, changed, saved.

A part that nobody changes keeps its bytes.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lxml import etree
from msgspec import Struct, field

from mmethics_cli.errors import DocumentError, EthicsError
from mmethics_cli.formats.strict import transitional
from mmethics_cli.formats.word.archive import CONTENT_TYPES, zipped
from mmethics_cli.formats.word.markup import Element, W

_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_TEXT_PARTS: Final = ("header", "footer", "footnotes", "endnotes")
# No sane document is larger; a zip bomb is.
_MOST_BYTES: Final = 256 * 1024**2
_MOST_PARTS: Final = 10_000
_WITH_MACROS: Final = "macroEnabled.main+xml"


class Relation(Struct, frozen=True):
    """What a part refers to: another part by its full name, or something outside by address."""

    kind: str  # the last word of its type: "image", "header"
    type: str
    target: str
    external: bool


class WordPackage(Struct):
    """The parts of one file, in bytes; those that were asked for as trees are written from them."""

    parts: dict[str, bytes]
    _trees: dict[str, Element] = field(default_factory=dict)
    _touched: set[str] = field(default_factory=set)

    @property
    def main(self) -> str:
        """The part that holds the body. Raises DocumentError when there is none."""
        for relation in self.relations("").values():
            if relation.kind == "officeDocument" and relation.target in self.parts:
                root = self.tree(relation.target)
                if root.tag == f"{W}document" and root.find(f"{W}body") is not None:
                    return relation.target
        raise DocumentError("不是 Word 文档（.docx）：里面没有正文。请用 Word 另存为 .docx 再试。")

    @property
    def body(self) -> Element:
        """The body, the child of the part `main`. Raises DocumentError when there is none."""
        body = self.tree(self.main).find(f"{W}body")
        assert body is not None  # `main` has looked for it
        return body

    def text_parts(self) -> Iterator[str]:
        """The parts that hold text: body, headers, footers, notes."""
        yield self.main
        relations = self.relations(self.main).values()
        names = {row.target for row in relations if row.kind in _TEXT_PARTS and not row.external}
        yield from sorted(names & self.parts.keys())

    def tree(self, name: str) -> Element:
        """The root of an XML part. Raises DocumentError when it is broken."""
        if name not in self._trees:
            try:
                self._trees[name] = etree.fromstring(self.parts[name], _parser())
            except etree.XMLSyntaxError as error:
                raise DocumentError(f"文件已损坏：{name} 不是完好的 XML。") from error
        return self._trees[name]

    def touch(self, name: str) -> Element:
        """The root of a part that will be changed. Raises DocumentError when it is broken."""
        self._touched.add(name)
        return self.tree(name)

    def replace(self, name: str, data: bytes) -> None:
        """Put other bytes in the place of a part. Raises DocumentError when they are no XML."""
        self.parts[name] = data
        self._trees.pop(name, None)
        self.tree(name)

    def relations(self, part: str) -> dict[str, Relation]:
        """By id, the relations of a part; those of the whole file for an empty name."""
        name = _relations_part(part)
        if name not in self.parts:
            return {}
        relations = {}
        for row in self.tree(name).iterchildren(f"{_RELATIONS}Relationship"):
            external = row.get("TargetMode") == "External"
            target, type_ = row.get("Target", ""), row.get("Type", "")
            if not external:
                folder = "/" if target.startswith("/") else posixpath.dirname(part)
                target = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            kind = type_.rpartition("/")[2]
            relations[row.get("Id", "")] = Relation(kind, type_, target, external)
        return relations

    def related(self, part: str, kind: str) -> str:
        """The part that `part` refers to as its styles, numbering …; empty when it has none."""
        relations = self.relations(part).values()
        targets = (relation.target for relation in relations if relation.kind == kind)
        return next((target for target in targets if target in self.parts), "")

    def relate(self, part: str, relation: Relation, wanted: str = "") -> str:
        """Add a relation; its id is `wanted`, or one that is free."""
        name = _relations_part(part)
        if name not in self.parts:
            self.parts[name] = f'<Relationships xmlns="{_RELATIONS[1:-1]}"/>'.encode()
        root = self.touch(name)
        taken = {row.get("Id") for row in root}
        free = (f"rIdOld{number}" for number in range(1, len(taken) + 2))
        id_ = wanted or next(candidate for candidate in free if candidate not in taken)
        target = relation.target if relation.external else f"/{relation.target}"
        row = etree.SubElement(
            root, f"{_RELATIONS}Relationship", Id=id_, Type=relation.type, Target=target
        )
        if relation.external:
            row.set("TargetMode", "External")
        return id_

    def content_type(self, part: str) -> str:
        root = self.tree(CONTENT_TYPES)
        for override in root.iterchildren(f"{_TYPES}Override"):
            if override.get("PartName", "").lower() == f"/{part}".lower():
                return override.get("ContentType", "")
        suffix = part.rpartition(".")[2].lower()
        for default in root.iterchildren(f"{_TYPES}Default"):
            if default.get("Extension", "").lower() == suffix:
                return default.get("ContentType", "")
        return "application/octet-stream"

    def add(self, part: str, data: bytes, content_type: str) -> None:
        self.parts[part] = data
        root = self.touch(CONTENT_TYPES)
        etree.SubElement(root, f"{_TYPES}Override", PartName=f"/{part}", ContentType=content_type)

    def saved(self) -> bytes:
        """The file with the parts that were touched written anew; the same input, same bytes."""
        for name in sorted(self._touched):
            self.parts[name] = etree.tostring(
                self._trees[name], xml_declaration=True, encoding="UTF-8", standalone=True
            )
        return zipped(self.parts)


def opened(data: bytes) -> WordPackage:
    """The parts of a Word file. Raises DocumentError when it is none, or no sane one."""
    try:
        parts = dict(unzipped(data, "Word 文档", _MOST_BYTES))
    except DocumentError:
        raise
    except Exception as error:  # zipfile has many ways to stumble over a damaged file
        raise DocumentError(
            "不是完好的 Word 文档（.docx）：文件已损坏、加了密码，或是旧的 .doc。"
            "请用 Word 打开，另存为不加密的 .docx 再试。"
        ) from error
    if CONTENT_TYPES not in parts:
        raise DocumentError("不是 Word 文档（.docx）：里面没有内容类型表。请用 Word 另存为 .docx。")
    package = WordPackage(parts)
    for name in (CONTENT_TYPES, package.main):
        package.tree(name)
    if package.content_type(package.main).endswith(_WITH_MACROS):
        raise DocumentError("Word 文档带有宏。请在 Word 或 WPS 里另存为不带宏的 .docx。")
    return package


@contextmanager
def handled(what: str) -> Iterator[None]:
    """What other programs wrote and this one can't handle costs one file, never the run.

    `what` calls the file. Raises DocumentError.
    """
    try:
        yield
    except EthicsError:
        raise
    except Exception as error:  # nobody knows all that stands in Word files
        raise DocumentError(
            f"{what}里有本程序处理不了的内容（{type(error).__name__}）。"
            "请用 Word 或 WPS 打开，另存为 .docx 再试。"
        ) from error


def unzipped(data: bytes, what: str, most: int) -> Iterator[tuple[str, bytes]]:
    """The parts of an office file; `what` it is. Raises DocumentError beyond `most` bytes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        size = sum(entry.file_size for entry in entries)
        if len(entries) > _MOST_PARTS or size > most:
            raise DocumentError(f"{what}展开后大得不合常理，没有继续读。")
        for entry in entries:
            yield entry.filename, transitional(archive.read(entry))


def _parser() -> etree.XMLParser:
    """Nothing is fetched and no entity expanded, whatever a file asks for."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


def _relations_part(part: str) -> str:
    """The part that lists the relations of a part."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")
