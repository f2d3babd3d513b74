"""Styles, numberings and notes that carried text refers to by an id."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count

from mmethics_cli.render.redline_names import Element, W, whole_number
from mmethics_cli.render.redline_package import Package, Relation


@dataclass(slots=True)
class Definitions:
    """Finds or makes in the new package what an id of the old one stands for."""

    old: Package
    new: Package
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
