"""Bands of a number, such as ages, that a pack declares once: from where to where each goes.

Computed facts say which bands people are in (`between` the lowest and the highest of a study), and
which they come into later (`entered`: a band that begins above the lowest and that the number
reached in the end is in or beyond).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mmethics_cli.core.conditions.language import All, Compare, Condition, Limit
from mmethics_cli.core.standard.model import Member
from mmethics_cli.core.standard.node import Node

# Where the bands stand, by the computed fact that declares them.
Bands = Mapping[str, Node]
_WAYS: Final = ("between", "entered")


def declared_bands(nodes: Iterable[Node]) -> Bands:
    """The bands of a pack by the path of the computed fact under which they are declared."""
    return {node.text("path"): node.child("bands") for node in nodes if node.has("bands")}


def band_labels(node: Node, bands: Bands) -> dict[str, str]:
    """The bands that a computed fact may name, with their labels; none where it is about none."""
    return {key: band.text("zh") for key, band in _bands(node, bands).items()}


def band_members(node: Node, bands: Bands) -> dict[str, Member]:
    """When each of these bands belongs to a computed fact."""
    members = _bands(node, bands)
    if not members:
        return {}
    way = node.one_of("bands_are", _WAYS, "between")
    paths = node.texts("span")
    terms = [node.trail.vocabulary.get(path) for path in paths]
    if [term.type for term in terms if term is not None] != ["int", "int"]:
        node.problem("span 应是两个整数事实的路径：最小的与最大的")
        return {}
    read = _entered if way == "entered" else _between
    return {key: Member(band.text("zh"), read(band, *paths)) for key, band in members.items()}


def _bands(node: Node, bands: Bands) -> dict[str, Node]:
    path = node.text("bands_of", "") or (node.text("path") if node.has("bands") else "")
    if not path:
        return {}
    whole = bands.get(path)
    if whole is None:
        node.child("bands_of").problem(f"“{path}”没有写各段（bands）")
        return {}
    whole_bands = {key: whole.child(key) for key in whole.mapping()}
    # Nobody comes into the first band.
    later = node.text("bands_are", "") == "entered"
    return {key: band for key, band in whole_bands.items() if not later or band.has("from")}


def _between(band: Node, lowest: str, highest: str) -> Condition:
    parts = []
    if band.has("to"):
        parts.append(Compare(lowest, Limit("at_most", band.number("to", 1))))
    if band.has("from"):
        parts.append(Compare(highest, Limit("at_least", band.number("from", 1))))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _entered(band: Node, lowest: str, reached: str) -> Condition:
    first = band.number("from", 1)
    below, there = Limit("less_than", first), Limit("at_least", first)
    return All((Compare(lowest, below), Compare(reached, there)))
