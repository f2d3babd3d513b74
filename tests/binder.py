"""Several Word files as one, for a program that takes longer to start than to read a file.

Files that are alike in everything but body, headers and footers are bound: their bodies follow each
other as sections of one document. Every element, attribute and reference stands there as it stood
in its file; only ids are counted on, for each file begins with the same.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

_BODY: Final = "word/document.xml"
_RELATIONS: Final = "word/_rels/document.xml.rels"
_TYPES: Final = "[Content_Types].xml"
_CORE: Final = "docProps/core.xml"  # title and day, of which Open XML has no schema
_OWN: Final = re.compile(r"/?(?:word/)?((?:header|footer)\d+)\.xml")
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FAR: Final = 100_000  # more ids than a file has

Parts = Mapping[str, bytes]


def bound(paths: Iterable[Path]) -> Iterator[tuple[list[Path], bytes]]:
    """The files that can be bound together, and the bytes of the one that they make."""
    alike: dict[object, list[tuple[Path, Parts]]] = {}
    for path in paths:
        try:
            parts = _parts(path)
            shared = _shared(parts)
        except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError):
            yield [path], path.read_bytes()
        else:
            alike.setdefault(shared, []).append((path, parts))
    for files in alike.values():
        sources = [path for path, _ in files]
        yield (
            sources,
            _bind([parts for _, parts in files]) if files[1:] else sources[0].read_bytes(),
        )


def _parts(path: Path) -> Parts:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if len(names) != len(set(names)):
            raise zipfile.BadZipFile("a part stands in it twice")
        return {name: archive.read(name) for name in names}


def _shared(parts: Parts) -> object:
    """All that bound files have in common; raises KeyError where they cannot be bound."""
    root = etree.fromstring(parts[_BODY])
    relations = any(re.match(r"word/_rels/(header|footer)", name) for name in parts)
    if relations or [child.tag for child in root] != [f"{_W}body"]:
        raise KeyError(_BODY)
    return frozenset(
        (name, b"" if _OWN.fullmatch(name) else data)
        for name, data in parts.items()
        if name not in (_BODY, _CORE)
    ), *(frozenset(found.items()) for found in (root.nsmap, root.attrib, root[0].attrib))


def _bind(files: Sequence[Parts]) -> bytes:
    made = dict(files[0])
    root, relations, types = (etree.fromstring(made[name]) for name in (_BODY, _RELATIONS, _TYPES))
    body, related, typed = root[0], list(relations), list(types)
    for number, parts in enumerate(files[1:], 1):
        _end_section(body)
        added = rf"\1of{number}.xml"
        made |= {
            f"word/{_OWN.sub(added, name)}": data
            for name, data in parts.items()
            if _OWN.fullmatch(name)
        }
        ids = {}
        for one in related:
            if _OWN.fullmatch(target := one.get("Target", "")):
                ids[one.get("Id")] = new = f"{one.get('Id')}of{number}"
                relations.append(_copy(one, Id=new, Target=_OWN.sub(added, target)))
        for one in typed:
            if _OWN.fullmatch(name := one.get("PartName", "")):
                types.append(_copy(one, PartName=f"/word/{_OWN.sub(added, name)}"))
        for child in list(etree.fromstring(parts[_BODY])[0]):
            _count_on(child, number * _FAR, ids)
            body.append(child)
    for name, tree in ((_BODY, root), (_RELATIONS, relations), (_TYPES, types)):
        made[name] = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return out.getvalue()


def _copy(element: Element, **changed: str) -> Element:
    copy = deepcopy(element)
    for name, value in changed.items():
        copy.set(name, value)
    return copy


def _end_section(body: Element) -> None:
    """Put the last section's properties where those of a section stand that others follow."""
    if len(body) and body[-1].tag == f"{_W}sectPr":
        last = body[-1]
        properties = etree.SubElement(etree.SubElement(body, f"{_W}p"), f"{_W}pPr")
        properties.append(last)


def _count_on(child: Element, by: int, relations: Mapping[str | None, str]) -> None:
    for element in child.iter():
        for name in ("id", f"{_W}id", f"{_W}val" if element.tag == f"{_W}id" else "id"):
            value = element.get(name, "")
            if value.isdecimal():
                element.set(name, str(int(value) + by))
        if (related := element.get(f"{_R}id")) in relations:
            element.set(f"{_R}id", relations[related])
