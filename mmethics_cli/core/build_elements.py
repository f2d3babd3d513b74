"""Reading what participants must be told, which papers must say it, and how plainly."""

from __future__ import annotations

from collections.abc import Mapping

from mmethics_cli.core.conditions import ALWAYS
from mmethics_cli.core.consent import ConsentElement, Readability, RequiredElement
from mmethics_cli.core.node import Node


def read_element(node: Node) -> ConsentElement:
    """Something that participants must be told; never without a basis."""
    node.only("id", "zh", "basis")
    basis = node.basis()
    if not basis:
        node.problem("告知要素没有依据（basis）")
    return ConsentElement(node.text("id"), node.text("zh"), basis)


def read_required(
    node: Node, elements: Mapping[str, ConsentElement]
) -> tuple[RequiredElement, ...]:
    """The elements of a paper: a name, or `{element: name, when: condition}`."""
    found = []
    for one in node.list():
        bare = isinstance(one.value, str)
        if not bare:
            one.only("element", "when")
        name = str(one.value) if bare else one.text("element")
        if name and name not in elements:
            one.problem(f"不认识的告知要素“{name}”")
        when = None if bare else one.condition("when")
        found.append(RequiredElement(name, when or ALWAYS))
    return tuple(found)


def read_readability(node: Node) -> Readability:
    """The limits of plain speech; what is not given keeps its default."""
    node.only("sentence", "average", "quotes", "exempt", "latin", "stiff")
    plain = Readability()
    return Readability(
        sentence=_number(node, "sentence", plain.sentence),
        average=_number(node, "average", plain.average),
        quotes=_number(node, "quotes", plain.quotes),
        exempt=frozenset(node.texts("exempt")),
        latin=frozenset(node.texts("latin")),
        stiff=node.texts("stiff"),
    )


def _number(node: Node, key: str, default: int) -> int:
    text = node.text(key, str(default))
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    node.child(key).problem(f"“{key}”应是正整数")
    return default
