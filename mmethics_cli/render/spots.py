"""Where the papers of a package print a fact or a consent element: paper and heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.content import DocumentKind
from mmethics_cli.render.binding import PrintFact
from mmethics_cli.render.source import MARK, NODE, NODE_END
from mmethics_cli.render.templates import Template, Templates

_NODE: Final = re.compile(f"{NODE}(\\d+){NODE_END}")
_HEADING: Final = re.compile(r"#{2,4}\s+(.+)")
_ELEMENT: Final = re.compile(f"{MARK}element (\\S+)")
_NUMBER: Final = re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")
# Papers that repeat what others say: nobody is sent to them for an answer.
_REPEATING: Final = frozenset({"transmittal_list", "pathway_basis", "self_check"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A paper, by its id, and the heading in it under which something stands (or nothing)."""

    document: str
    heading: str


Spots = Mapping[str, tuple[Spot, ...]]


def spots_of(templates: Templates, documents: Iterable[DocumentKind]) -> Spots:
    """The spots of each path (fields of a list as `list.field`) and element, in order of papers."""
    found: dict[str, dict[str, Spot]] = {}
    for document in documents:
        if document.template is None or document.id in _REPEATING:
            continue
        for name, heading in _printed(templates.get(document.template)):
            found.setdefault(name, {}).setdefault(document.id, Spot(document.id, heading))
    return {name: tuple(spots.values()) for name, spots in found.items()}


def _printed(template: Template) -> Iterator[tuple[str, str]]:
    """What is printed, with the heading above it."""
    heading = ""
    for line in template.source.lines:
        title = _HEADING.search(line)
        if title is not None:
            heading = _plain(title[1])
        element = _ELEMENT.search(line)
        if element is not None:
            yield element[1], heading
        for mark in _NODE.finditer(line):
            path = _path(template, int(mark[1]))
            if path:
                yield path, heading


def _path(template: Template, number: int) -> str:
    """The path that a node prints; nothing where it prints no fact."""
    node = template.nodes[number]
    if not isinstance(node, PrintFact):
        return ""
    loops = template.source.written[number].loops
    outer = next((one.path for one in loops if one.name == node.loop), "")
    return f"{outer}.{node.path}" if outer else node.path


def _plain(heading: str) -> str:
    """A heading that stands for itself; one that is made of data only says nothing."""
    if NODE in heading or "{" in heading:
        return ""
    return _NUMBER.sub("", heading, count=1).strip() if len(heading) > 30 else heading.strip()
