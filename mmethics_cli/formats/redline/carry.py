"""Bring what only the old file has into the new one: text, and all that it stands on."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Final

from lxml import etree

from mmethics_cli.formats.word.package import (
    MC,
    UNSAID,
    WP,
    Element,
    R,
    Relation,
    W,
    WordPackage,
    whole_number,
)


@dataclass(slots=True)
class Definitions:
    """Finds or makes in the new package what an id of the old one stands for."""

    old: WordPackage
    new: WordPackage
    relate: Callable[[str, Relation], str]  # of a new part to a copy of an old one
    carried: Callable[[Element, str, str], Element]  # from a part into another
    _found: dict[tuple[str, str], str] = field(default_factory=dict)

    def style(self, number: str, kind: str) -> str:
        """A style of the same name; one that the new file lacks is brought along."""
        key = (kind, number)
        if key not in self._found:
            # Said first: styles may rest on one another in a circle.
            self._found[key] = number
            self._found[key] = self._style(number, kind)
        return self._found[key]

    def _style(self, number: str, kind: str) -> str:
        name, own = (one.related(one.main, "styles") for one in (self.old, self.new))
        if not name or not own:
            return number
        root = self.new.tree(own)
        old_styles = self.old.tree(name).iterchildren(f"{W}style")
        wanted = next((one for one in old_styles if one.get(f"{W}styleId") == number), None)
        if wanted is None:
            return number
        names = {
            (one.get(f"{W}type"), _name(one)): one.get(f"{W}styleId", "")
            for one in root.iterchildren(f"{W}style")
        }
        if known := names.get((kind, _name(wanted))):
            return known
        free = _free(number, set(names.values()))
        self._found[kind, number] = free
        copy = self.carried(wanted, name, own)
        copy.set(f"{W}styleId", free)
        copy.attrib.pop(f"{W}default", "")
        for child in list(copy):
            if child.tag == f"{W}basedOn":
                child.set(f"{W}val", self.style(child.get(f"{W}val", ""), kind))
            elif child.tag in {f"{W}link", f"{W}next"}:
                copy.remove(child)
        self.new.touch(own).append(copy)
        return free

    def number(self, number: str) -> str:
        """A numbering that counts as the old one does."""
        key = ("numbering", number)
        if key not in self._found:
            self._found[key] = self._number(number) if number not in {"", "0"} else number
        return self._found[key]

    def _number(self, number: str) -> str:
        name, own = self._shared("numbering")
        if not own:
            return number
        old, new = self.old.tree(name), self.new.touch(own)
        num = _by_id(old, "num", "numId", number)
        abstract = None if num is None else num.find(f"{W}abstractNumId")
        if num is None or abstract is None:
            return number
        shape = _by_id(old, "abstractNum", "abstractNumId", abstract.get(f"{W}val", ""))
        added = deepcopy(num)
        if shape is not None:
            shape = deepcopy(shape)
            shape.set(f"{W}abstractNumId", _next(new, "abstractNum", "abstractNumId"))
            for one in added.iterchildren(f"{W}abstractNumId"):
                one.set(f"{W}val", shape.get(f"{W}abstractNumId", ""))
            new.insert(len(new.findall(f"{W}numPicBullet")), shape)
        free = _next(new, "num", "numId")
        added.set(f"{W}numId", free)
        before = [*new.findall(f"{W}abstractNum"), *new.findall(f"{W}num")]
        new.insert(new.index(before[-1]) + 1 if before else 0, added)
        return free

    def note(self, kind: str, tag: str, number: str) -> str:
        """A copy of a foot- or endnote."""
        key = (kind, number)
        if key not in self._found:
            self._found[key] = self._note(kind, tag, number)
        return self._found[key]

    def _note(self, kind: str, tag: str, number: str) -> str:
        name, own = self._shared(kind)
        note = _by_id(self.old.tree(name), tag, "id", number) if own else None
        if note is None:
            return number
        root = self.new.touch(own)
        free = _next(root, tag, "id")
        copy = self.carried(note, name, own)
        copy.set(f"{W}id", free)
        root.append(copy)
        return free

    def _shared(self, kind: str) -> tuple[str, str]:
        """The part of a kind on both sides; empty when the old side's now serves the new one."""
        main = self.old.main
        name, own = self.old.related(main, kind), self.new.related(self.new.main, kind)
        if ("whole", kind) in self._found or not name:
            return "", ""
        if own:
            return name, own
        self._found["whole", kind] = name
        relation = next(one for one in self.old.relations(main).values() if one.kind == kind)
        self.relate(self.new.main, relation)
        return "", ""


def _name(style: Element) -> str:
    found = style.find(f"{W}name")
    return "" if found is None else found.get(f"{W}val", "").lower()


def _by_id(root: Element, tag: str, key: str, number: str) -> Element | None:
    found = (one for one in root.iterchildren(f"{W}{tag}") if one.get(f"{W}{key}") == number)
    return next(found, None)


def _next(root: Element, tag: str, key: str) -> str:
    return str(
        max(
            (whole_number(one.get(f"{W}{key}")) for one in root.iterchildren(f"{W}{tag}")),
            default=0,
        )
        + 1
    )


def _free(wanted: str, taken: set[str]) -> str:
    names = (wanted if at == 1 else f"{wanted}-{at}" for at in count(1))
    return next(one for one in names if one not in taken)


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

    old: WordPackage
    new: WordPackage
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


def _ignorable(package: WordPackage) -> frozenset[str]:
    """The vocabularies that a reader of the body may ignore."""
    root = package.tree(package.main)
    prefixes = root.get(f"{MC}Ignorable", "").split()
    return frozenset(root.nsmap[one] for one in prefixes if one in root.nsmap)
