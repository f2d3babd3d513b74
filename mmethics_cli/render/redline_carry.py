"""Bring what only the old file has into the new one: text, and all that it stands on."""

from __future__ import annotations

import posixpath
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from lxml import etree

from mmethics_cli.render.redline_definitions import Definitions
from mmethics_cli.render.redline_names import MC, UNSAID, WP, Element, R, W, whole_number
from mmethics_cli.render.redline_package import Package, Relation

_TRACES: Final = frozenset(
    f"{{http://schemas.microsoft.com/office/word/2010/{one}"
    for one in (
        "wordml}paraId",
        "wordml}textId",
        "wordprocessingDrawing}anchorId",
        "wordprocessingDrawing}editId",
    )
)
_STYLED: Final = {f"{W}pStyle": "paragraph", f"{W}rStyle": "character", f"{W}tblStyle": "table"}
_NOTES: Final = {
    f"{W}footnoteReference": ("footnotes", "footnote"),
    f"{W}endnoteReference": ("endnotes", "endnote"),
}
_DROPPED: Final = UNSAID - {f"{W}pPr", f"{W}rPr"}


@dataclass(slots=True)
class Carrier:
    """Copies elements of one part of the old file for a part of the new one."""

    luggage: Luggage
    old_part: str
    new_part: str
    _relations: dict[str, str] = field(default_factory=dict)

    def copy(self, element: Element) -> Element:
        """A copy that stands on nothing which the new file lacks."""
        found = deepcopy(element)
        found.tail = None
        for node in list(found.iter(etree.Element)):
            if node is not found and (node.tag in _DROPPED or self.luggage.is_foreign(node.tag)):
                parent = node.getparent()
                if parent is not None:
                    parent.remove(node)
            else:
                self._settle_names(node)
                self._settle_values(node)
        return found

    def _settle_names(self, node: Element) -> None:
        for name, value in list(node.attrib.items()):
            key = str(name)
            if key in _TRACES or key.startswith(f"{W}rsid") or self.luggage.is_foreign(key):
                del node.attrib[key]
            elif key.startswith(R):
                if new := self._relation(str(value)):
                    node.set(key, new)
                else:
                    del node.attrib[key]

    def _settle_values(self, node: Element) -> None:
        definitions = self.luggage.definitions
        value = node.get(f"{W}val", "")
        if node.tag in _STYLED:
            node.set(f"{W}val", definitions.style(value, _STYLED[node.tag]))
        elif node.tag == f"{W}numId":
            node.set(f"{W}val", definitions.number(value))
        elif node.tag in _NOTES:
            node.set(f"{W}id", definitions.note(*_NOTES[node.tag], node.get(f"{W}id", "")))
        elif node.tag == f"{W}id":
            node.set(f"{W}val", self.luggage.fresh_id())
        elif node.tag == f"{WP}docPr":
            node.set("id", self.luggage.fresh_id())
        elif node.tag == f"{MC}Choice":
            # A prefix may be another where the copy goes: till then the full name holds.
            spaces = [node.nsmap.get(one, one) for one in node.get("Requires", "").split()]
            node.set("Requires", " ".join(f"{{{one}}}" for one in spaces))

    def _relation(self, number: str) -> str:
        if number not in self._relations:
            relation = self.luggage.old.relations(self.old_part).get(number)
            if relation is None:
                return ""
            self._relations[number] = self.luggage.relate(self.new_part, relation)
        return self._relations[number]


@dataclass
class Luggage:
    """What was carried from the old package into the new one, each thing once."""

    old: Package
    new: Package
    _parts: dict[str, str] = field(default_factory=dict)

    @cached_property
    def definitions(self) -> Definitions:
        def carried(element: Element, old_part: str, new_part: str) -> Element:
            return Carrier(self, old_part, new_part).copy(element)

        return Definitions(self.old, self.new, self.relate, carried)

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
                numbers += [whole_number(one.get(f"{W}val")) for one in root.iter(f"{W}id")]
                numbers += [
                    whole_number(one.get("id")) for one in root.iter("{*}docPr", "{*}cNvPr")
                ]
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
        for key, one in relations.items():
            if one.external:
                self.new.relate(added, one, key)
            elif one.target in self.old.parts:
                self.new.relate(added, replace(one, target=self.part(one.target)), key)
        return added


def settle_prefixes(root: Element) -> None:
    """Give the choices of carried figures the prefixes that hold where they now stand."""
    for choice in root.iter(f"{MC}Choice"):
        requires = choice.get("Requires", "")
        if requires.startswith("{"):
            prefixes = {space: prefix for prefix, space in choice.nsmap.items() if prefix}
            spaces = [one.strip("{}") for one in requires.split()]
            if any(one not in prefixes for one in spaces):
                choice = _declaring(choice, spaces)
                prefixes = {space: prefix for prefix, space in choice.nsmap.items() if prefix}
            choice.set("Requires", " ".join(prefixes[one] for one in spaces))


def _declaring(choice: Element, spaces: list[str]) -> Element:
    """The choice with a prefix for each vocabulary that it requires."""
    parent = choice.getparent()
    assert parent is not None
    declared = {f"need{at}": space for at, space in enumerate(spaces, 1)}
    found = etree.Element(choice.tag, nsmap=declared)
    found[:] = list(choice)
    parent.replace(choice, found)
    return found


def _ignorable(package: Package) -> frozenset[str]:
    """The vocabularies that a reader of the body may ignore."""
    root = package.tree(package.main)
    prefixes = root.get(f"{MC}Ignorable", "").split()
    return frozenset(root.nsmap[one] for one in prefixes if one in root.nsmap)
