"""Reading the criteria of the committee's worksheets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mmethics_cli.core.condition_parser import Vocabulary
from mmethics_cli.core.conditions import ALWAYS
from mmethics_cli.core.content import DocumentKind
from mmethics_cli.core.criteria import Criterion
from mmethics_cli.core.node import Node

_ELEMENT: Final = re.compile(r"\w+(?:\.[\w()]+)+")


def read_criterion(
    node: Node, documents: Mapping[str, DocumentKind], items: Mapping[str, object]
) -> Criterion:
    """A criterion; every worksheet, fact, item and paper that it names must be known."""
    node.only(
        "id", "worksheets", "group", "text", "applies_when", "facts", "items", "papers",
        "elements", "basis",
    )  # fmt: skip
    worksheets = node.texts("worksheets")
    committee = {one.id for one in documents.values() if one.audience == "committee"}
    if not worksheets:
        node.problem("没有写用在哪张工作表（worksheets）")
    _known(node, "worksheets", committee, "没有这份伦理委员会的文件")
    _known(node, "papers", documents, "不认识的文件")
    _known(node, "items", items, "没有审查要点")
    _known(node, "facts", _askable(node.trail.vocabulary), "不认识的事实")
    for element in node.texts("elements"):
        if not _ELEMENT.fullmatch(element):
            node.child("elements").problem(f"“{element}”应写法源和条号，例如 erm2023.36.3")
    basis = node.basis()
    if not basis:
        node.problem("工作表的要点没有依据（basis）")
    return Criterion(
        id=node.text("id"),
        worksheets=worksheets,
        group=node.text("group"),
        text=node.text("text"),
        applies_when=node.condition("applies_when") or ALWAYS,
        facts=node.texts("facts"),
        items=node.texts("items"),
        papers=node.texts("papers"),
        elements=node.texts("elements"),
        basis=basis,
    )


def _askable(vocabulary: Vocabulary) -> set[str]:
    """What the dossier answers: facts, and fields of its lists as `list.field`."""
    found = {one for one in vocabulary if not one.startswith(("decided.", "context."))}
    lists = ((path, term.fields or {}) for path, term in vocabulary.items())
    return found | {f"{path}.{name}" for path, fields in lists for name in fields}


def _known(node: Node, key: str, known: Mapping[str, object] | set[str], message: str) -> None:
    for name in node.texts(key):
        if name not in known:
            node.child(key).problem(f"{message}“{name}”")
