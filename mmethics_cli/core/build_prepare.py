"""Reading what a pack says about preparing: kinds of study, and the headings of the list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mmethics_cli.core.answer_tree import KeyPath, read_tree
from mmethics_cli.core.node import Node, Trail
from mmethics_cli.core.prepare import LONG, OTHERS, Group, Guide, Part, idle_groups
from mmethics_cli.core.standard import Standard

PREPARE: Final = "prepare"
_TYPES: Final = ("int", "date", LONG)

Fault = tuple[str, KeyPath, str]


def read_guide(standard: Standard, trees: Mapping[str, object]) -> tuple[Guide, list[Fault]]:
    """The guide of a pack read with `prepare`, and every fault in it with its place.

    An element with `answers` is a kind of study, any other a heading.
    """
    trail = Trail(vocabulary=standard.vocabulary)
    groups: list[Group] = []
    parts: list[Part] = []
    for name, tree in sorted(trees.items()):
        if not name.startswith(f"{PREPARE}/"):
            continue
        for node in Node(name, (), tree, trail).list():
            if node.has("answers"):
                groups.append(_group(node, standard))
            else:
                parts.append(_part(node, standard))
    return Guide(tuple(groups), tuple(parts)), trail.problems


def prove_guide(standard: Standard, trees: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the guide: what it names, and kinds of study that add nothing."""
    guide, problems = read_guide(standard, trees)
    if problems or not guide.groups:
        return problems
    idle = {one.id for one in idle_groups(guide, standard)}
    return [
        (name, (index,), f"“{one['title']}”没有带出任何要准备的东西")
        for name, tree in sorted(trees.items())
        if name.startswith(f"{PREPARE}/") and isinstance(tree, list)
        for index, one in enumerate(tree)
        if one["id"] in idle
    ]


def _group(node: Node, standard: Standard) -> Group:
    node.only("id", "title", "answers")
    reading = read_tree(standard, node.child("answers").value)
    for trouble in (*reading.unknown, *reading.refused):
        place = Node(node.file, (*node.keys, "answers", *trouble.keys), None, node.trail)
        place.problem(f"{trouble.message} {trouble.fix}".rstrip())
    return Group(node.text("id"), node.text("title"), reading.values)


def _part(node: Node, standard: Standard) -> Part:
    node.only("id", "title", "documents", "questions", "types")
    part = Part(
        node.text("id"),
        node.text("title"),
        node.texts("documents"),
        node.texts("questions"),
        node.texts("types"),
    )
    known: dict[str, tuple[tuple[str, ...], object]] = {
        "documents": (part.documents, {*standard.documents, OTHERS}),
        "questions": (part.questions, standard.questions),
        "types": (part.types, _TYPES),
    }
    for key, (names, vocabulary) in known.items():
        for one in names:
            if one not in vocabulary:  # type: ignore[operator]
                node.child(key).problem(f"不认识的“{one}”")
    return part
