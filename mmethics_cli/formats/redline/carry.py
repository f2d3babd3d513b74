"""Bring what only the old file has into the new one: text, and all that it stands on.

An element may refer to styles, numberings, foot- and endnotes by an id, and to pictures, links
and other parts by a relation. Each is found in the new file or brought there, once.
"""

from __future__ import annotations

import posixpath
from copy import deepcopy
from functools import cached_property
from itertools import count
from typing import Final

from lxml import etree
from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.formats.word.markup import (
    MC,
    NOT_CONTENT,
    NOTES,
    WP,
    Element,
    R,
    W,
    attributes,
    value_of,
    whole_number,
)
from mmethics_cli.formats.word.package import Relation, WordPackage

# Each program's own, of the copy as well as of what it was copied from.
_TRACES: Final = frozenset(
    f"{{http://schemas.microsoft.com/office/word/2010/{name}"
    for name in (
        "wordml}paraId",
        "wordml}textId",
        "wordprocessingDrawing}anchorId",
        "wordprocessingDrawing}editId",
    )
)
_STYLED: Final = {f"{W}pStyle": "paragraph", f"{W}rStyle": "character", f"{W}tblStyle": "table"}
_NOTES: Final = {f"{W}{name}": where for name, where in NOTES.items()}
_DROPPED: Final = NOT_CONTENT - {f"{W}pPr", f"{W}rPr"}


class Carrier(Struct):
    """Copies elements of one part of the old file for a part of the new one."""

    transfer: Transfer
    old_part: str
    new_part: str
    _relations: dict[str, str] = field(default_factory=dict)

    def copy(self, element: Element) -> Element:
        """A copy that stands on nothing which the new file lacks."""
        copy = deepcopy(element)
        copy.tail = None
        for node in list(copy.iter(etree.Element)):
            if node is not copy and (node.tag in _DROPPED or self.transfer.is_foreign(node.tag)):
                parent = node.getparent()
                if parent is not None:
                    parent.remove(node)
            else:
                self._settle_names(node)
                self._settle_values(node)
        return copy

    def _settle_names(self, node: Element) -> None:
        """Drop attributes that the new file can't have; let relations lead where they led."""
        for key, value in attributes(node).items():
            if key in _TRACES or key.startswith(f"{W}rsid") or self.transfer.is_foreign(key):
                del node.attrib[key]
            elif key.startswith(R):
                if relation := self._relation(value):
                    node.set(key, relation)
                else:
                    del node.attrib[key]

    def _settle_values(self, node: Element) -> None:
        """Let ids stand for what they stood for."""
        definitions = self.transfer.definitions
        value = value_of(node)
        if node.tag in _STYLED:
            node.set(f"{W}val", definitions.style(value, _STYLED[node.tag]))
        elif node.tag == f"{W}numId":
            node.set(f"{W}val", definitions.number(value))
        elif node.tag in _NOTES:
            node.set(f"{W}id", definitions.note(*_NOTES[node.tag], node.get(f"{W}id", "")))
        elif node.tag == f"{W}id":
            node.set(f"{W}val", self.transfer.fresh_id())
        elif node.tag == f"{WP}docPr":
            node.set("id", self.transfer.fresh_id())
        elif node.tag == f"{MC}Choice":
            # A prefix may be another where the copy goes: till then the full name holds.
            prefixes = node.get("Requires", "").split()
            spaces = [node.nsmap.get(prefix, prefix) for prefix in prefixes]
            node.set("Requires", " ".join(f"{{{space}}}" for space in spaces))

    def _relation(self, number: str) -> str:
        if number not in self._relations:
            relation = self.transfer.old.relations(self.old_part).get(number)
            if relation is None:
                return ""
            self._relations[number] = self.transfer.relate(self.new_part, relation)
        return self._relations[number]


class Transfer(Struct, dict=True):
    """What was carried from the old package into the new one, each thing once."""

    old: WordPackage
    new: WordPackage
    _parts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def definitions(self) -> Definitions:
        return Definitions(self)

    def is_foreign(self, name: object) -> bool:
        """Whether a name is of a vocabulary that only the old file lets readers ignore.

        A reader that does not know it would refuse the new file for it.
        """
        return isinstance(name, str) and name[1:].partition("}")[0] in self._foreign

    @cached_property
    def _foreign(self) -> frozenset[str]:
        return _ignorable(self.old) - _ignorable(self.new)

    def fresh_id(self) -> str:
        """A number that no control and no figure of the new file has."""
        self._last_id += 1
        return str(self._last_id)

    @cached_property
    def _last_id(self) -> int:
        numbers = [0]
        for name in self.new.parts:
            if name.startswith("word/") and name.endswith(".xml"):
                root = self.new.tree(name)
                numbers += [whole_number(value_of(control)) for control in root.iter(f"{W}id")]
                figures = root.iter("{*}docPr", "{*}cNvPr")
                numbers += [whole_number(figure.get("id")) for figure in figures]
        return max(numbers)

    def relate(self, part: str, relation: Relation) -> str:
        """The id of a relation of a new part to a copy of what the old one refers to."""
        if not relation.external:
            if relation.target not in self.old.parts:
                return ""
            relation = replace(relation, target=self.part(relation.target))
        return self.new.relate(part, relation)

    def part(self, name: str) -> str:
        """A part of the old file, and all that it refers to, in the new one: its name there."""
        if name in self._parts:
            return self._parts[name]
        data, relations = self.old.parts[name], self.old.relations(name)
        if not relations and self.new.parts.get(name) == data:
            self._parts[name] = name
            return name
        folder, file = posixpath.split(name)
        number = 1
        while (added := posixpath.join(folder, f"old{number}-{file}")) in self.new.parts:
            number += 1
        self._parts[name] = added
        self.new.add(added, data, self.old.content_type(name))
        for id_, relation in relations.items():
            if relation.external:
                self.new.relate(added, relation, id_)
            elif relation.target in self.old.parts:
                self.new.relate(added, replace(relation, target=self.part(relation.target)), id_)
        return added


def _ignorable(package: WordPackage) -> frozenset[str]:
    """The vocabularies that a reader of the body may ignore."""
    root = package.tree(package.main)
    prefixes = root.get(f"{MC}Ignorable", "").split()
    return frozenset(root.nsmap[prefix] for prefix in prefixes if prefix in root.nsmap)


class Definitions(Struct):
    """Finds or makes in the new package what an id of the old one stands for."""

    transfer: Transfer
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def old(self) -> WordPackage:
        return self.transfer.old

    @property
    def new(self) -> WordPackage:
        return self.transfer.new

    def style(self, id_: str, kind: str) -> str:
        """A style of the same name; one that the new file lacks is brought along."""
        key = (kind, id_)
        if key not in self._ids:
            # Said first: styles may rest on one another in a circle.
            self._ids[key] = id_
            self._ids[key] = self._style(id_, kind)
        return self._ids[key]

    def _style(self, id_: str, kind: str) -> str:
        part, own = (package.related(package.main, "styles") for package in (self.old, self.new))
        if not part or not own:
            return id_
        root = self.new.tree(own)
        style = _by_id(self.old.tree(part), "style", "styleId", id_)
        if style is None:
            return id_
        ids = {
            (other.get(f"{W}type"), _style_name(other)): other.get(f"{W}styleId", "")
            for other in root.iterchildren(f"{W}style")
        }
        if same := ids.get((kind, _style_name(style))):
            return same
        free = _free_id(id_, set(ids.values()))
        self._ids[kind, id_] = free
        copy = Carrier(self.transfer, part, own).copy(style)
        copy.set(f"{W}styleId", free)
        copy.attrib.pop(f"{W}default", "")
        for child in list(copy):
            if child.tag == f"{W}basedOn":
                child.set(f"{W}val", self.style(value_of(child), kind))
            elif child.tag in {f"{W}link", f"{W}next"}:
                copy.remove(child)
        self.new.touch(own).append(copy)
        return free

    def number(self, id_: str) -> str:
        """A numbering that counts as the old one does."""
        key = ("numbering", id_)
        if key not in self._ids:
            self._ids[key] = self._number(id_) if id_ not in {"", "0"} else id_
        return self._ids[key]

    def _number(self, id_: str) -> str:
        part, own = self._shared("numbering")
        if not own:
            return id_
        old, new = self.old.tree(part), self.new.touch(own)
        num = _by_id(old, "num", "numId", id_)
        abstract = None if num is None else num.find(f"{W}abstractNumId")
        if num is None or abstract is None:
            return id_
        shape = _by_id(old, "abstractNum", "abstractNumId", value_of(abstract))
        copy = deepcopy(num)
        if shape is not None:
            shape = deepcopy(shape)
            shape.set(f"{W}abstractNumId", _next_number(new, "abstractNum", "abstractNumId"))
            for reference in copy.iterchildren(f"{W}abstractNumId"):
                reference.set(f"{W}val", shape.get(f"{W}abstractNumId", ""))
            new.insert(len(new.findall(f"{W}numPicBullet")), shape)
        free = _next_number(new, "num", "numId")
        copy.set(f"{W}numId", free)
        before = [*new.findall(f"{W}abstractNum"), *new.findall(f"{W}num")]
        new.insert(new.index(before[-1]) + 1 if before else 0, copy)
        return free

    def note(self, kind: str, tag: str, id_: str) -> str:
        """A copy of a foot- or endnote."""
        key = (kind, id_)
        if key not in self._ids:
            self._ids[key] = self._note(kind, tag, id_)
        return self._ids[key]

    def _note(self, kind: str, tag: str, id_: str) -> str:
        part, own = self._shared(kind)
        note = _by_id(self.old.tree(part), tag, "id", id_) if own else None
        if note is None:
            return id_
        root = self.new.touch(own)
        free = _next_number(root, tag, "id")
        copy = Carrier(self.transfer, part, own).copy(note)
        copy.set(f"{W}id", free)
        root.append(copy)
        return free

    def _shared(self, kind: str) -> tuple[str, str]:
        """The part of a kind on both sides; empty when the old side's now serves the new one."""
        main = self.old.main
        part, own = self.old.related(main, kind), self.new.related(self.new.main, kind)
        if ("whole", kind) in self._ids or not part:
            return "", ""
        if own:
            return part, own
        self._ids["whole", kind] = part
        relations = self.old.relations(main).values()
        relation = next(relation for relation in relations if relation.kind == kind)
        self.transfer.relate(self.new.main, relation)
        return "", ""


def _style_name(style: Element) -> str:
    return value_of(style.find(f"{W}name")).lower()


def _by_id(root: Element, tag: str, key: str, id_: str) -> Element | None:
    rows = root.iterchildren(f"{W}{tag}")
    return next((row for row in rows if row.get(f"{W}{key}") == id_), None)


def _next_number(root: Element, tag: str, key: str) -> str:
    rows = root.iterchildren(f"{W}{tag}")
    return str(max((whole_number(row.get(f"{W}{key}")) for row in rows), default=0) + 1)


def _free_id(wanted: str, taken: set[str]) -> str:
    ids = (wanted if at == 1 else f"{wanted}-{at}" for at in count(1))
    return next(id_ for id_ in ids if id_ not in taken)


def settle_prefixes(root: Element) -> None:
    """Give the choices of carried figures the prefixes that hold where they now stand."""
    for choice in root.iter(f"{MC}Choice"):
        requires = choice.get("Requires", "")
        if requires.startswith("{"):
            prefixes = _prefixes(choice)
            spaces = [name.strip("{}") for name in requires.split()]
            if any(space not in prefixes for space in spaces):
                choice = _declaring(choice, spaces)
                prefixes = _prefixes(choice)
            choice.set("Requires", " ".join(prefixes[space] for space in spaces))


def _prefixes(element: Element) -> dict[str, str]:
    """The prefix of each vocabulary where an element stands."""
    return {space: prefix for prefix, space in element.nsmap.items() if prefix}


def _declaring(choice: Element, spaces: list[str]) -> Element:
    """The choice with a prefix for each vocabulary that it requires."""
    parent = choice.getparent()
    assert parent is not None
    prefixes = {f"need{at}": space for at, space in enumerate(spaces, 1)}
    declaring = etree.Element(choice.tag, nsmap=prefixes)
    declaring[:] = list(choice)
    parent.replace(choice, declaring)
    return declaring
