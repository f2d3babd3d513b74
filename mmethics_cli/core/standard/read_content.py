"""Reading review items, papers and consistency rules of a pack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.parser import Vocabulary
from mmethics_cli.core.standard.model import (
    ConsentElement,
    ConsistencyRule,
    Criterion,
    DocumentKind,
    Evidence,
    Readability,
    RequiredElement,
    ReviewItem,
)
from mmethics_cli.core.standard.names import CONSENT_FORMS
from mmethics_cli.core.standard.node import Node

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
    committee = {document.id for document in documents.values() if document.audience == "committee"}
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
    facts = {path for path in vocabulary if not path.startswith(("decided.", "context."))}
    lists = ((path, term.fields or {}) for path, term in vocabulary.items())
    return facts | {f"{path}.{name}" for path, fields in lists for name in fields}


def _known(node: Node, key: str, vocabulary: Mapping[str, object] | set[str], message: str) -> None:
    for name in node.texts(key):
        if name not in vocabulary:
            node.child(key).problem(f"{message}“{name}”")


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
    required = []
    for entry in node.list():
        bare = isinstance(entry.value, str)
        if not bare:
            entry.only("element", "when")
        name = str(entry.value) if bare else entry.text("element")
        if name and name not in elements:
            entry.problem(f"不认识的告知要素“{name}”")
        when = None if bare else entry.condition("when")
        required.append(RequiredElement(name, when or ALWAYS))
    return tuple(required)


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


SIDES: tuple[Literal["applicant", "institution", "committee"], ...] = (
    "applicant",
    "institution",
    "committee",
)
AUDIENCES: tuple[Literal["applicant", "committee"], ...] = ("applicant", "committee")
ITEM_SEVERITIES: tuple[Literal["mandatory", "recommended"], ...] = ("mandatory", "recommended")
MISSING: tuple[Literal["error", "warning", "note"], ...] = ("error", "warning", "note")
RULE_SEVERITIES: tuple[Literal["error", "warning"], ...] = ("error", "warning")
RULE_KINDS: tuple[Literal["inconsistent", "expired"], ...] = ("inconsistent", "expired")
FORMATS = ("docx", "xlsx")


def read_item(
    node: Node, principles: Mapping[str, str], documents: Mapping[str, str]
) -> ReviewItem:
    """A review item; its evidence must be known paths or kinds of attachment."""
    node.only(
        "id", "principle", "theme", "side", "text", "applies_when", "evidence", "severity", "basis"
    )
    principle = node.text("principle")
    if principle not in principles:
        node.problem(f"不认识的原则“{principle}”")
    evidence = node.child("evidence").list() if node.has("evidence") else ()
    basis = node.basis()
    if not basis:
        node.problem("审查要点没有依据（basis）")
    return ReviewItem(
        id=node.text("id"),
        principle=principle,
        theme=node.text("theme"),
        side=node.one_of("side", SIDES),
        text=node.text("text"),
        applies_when=node.condition("applies_when") or ALWAYS,
        evidence=tuple(_evidence(piece, documents) for piece in evidence),
        severity=node.one_of("severity", ITEM_SEVERITIES),
        basis=basis,
    )


def _evidence(node: Node, documents: Mapping[str, str]) -> Evidence:
    node.only("path", "attachment")
    path, attachment = node.optional("path"), node.optional("attachment")
    if (path is None) == (attachment is None):
        node.problem("证据应是 path 或 attachment 之一")
    if path is not None and path not in node.trail.vocabulary:
        node.problem(f"不认识的路径“{path}”")
    if attachment is not None and attachment not in documents:
        node.problem(f"不认识的附件类别“{attachment}”")
    return Evidence(path, attachment)


def read_document(node: Node, elements: Mapping[str, ConsentElement]) -> DocumentKind:
    """A paper of the package; the consent elements that it must hold are known ones."""
    node.only(
        "id", "title", "audience", "template", "formats", "render_when", "for_form", "signers",
        "seals", "basis", "missing", "note", "reuse_when", "elements", "listing",
    )  # fmt: skip
    template = node.optional("template")
    formats = node.texts("formats") or (("docx",) if template else ())
    for format_ in formats:
        if format_ not in FORMATS:
            node.problem(f"不认识的格式“{format_}”")
    forms = node.texts("for_form")
    kinds = node.trail.vocabulary[CONSENT_FORMS].keys
    for form in forms:
        if form not in kinds:
            node.problem(f"不认识的同意书种类“{form}”")
    return DocumentKind(
        id=node.text("id"),
        title=node.child("title").text("zh"),
        title_en=node.child("title").text("en"),
        audience=node.one_of("audience", AUDIENCES),
        needed_when=node.condition("render_when") or ALWAYS,
        template=template,
        formats=formats,
        for_form=forms,
        signers=node.texts("signers"),
        seals=node.texts("seals"),
        basis=node.basis(),
        missing=node.one_of("missing", MISSING, "error"),
        note=node.text("note", ""),
        reuse_when=node.condition("reuse_when"),
        elements=read_required(node.child("elements"), elements) if node.has("elements") else (),
        listing=node.yes("listing"),
    )


def read_consistency(node: Node) -> ConsistencyRule:
    """A contradiction; with `each` its condition is about one element of that list."""
    node.only("id", "severity", "kind", "each", "when", "path", "message", "fix", "basis", "cases")
    each = node.optional("each")
    fields = None
    if each is not None:
        term = node.trail.vocabulary.get(each)
        fields = term.fields if term else None
        if fields is None:
            node.problem(f"“{each}”不是列表")
    path = node.text("path")
    if path not in (fields or {}) and path not in node.trail.vocabulary:
        node.problem(f"不认识的路径“{path}”")
    return ConsistencyRule(
        id=node.text("id"),
        severity=node.one_of("severity", RULE_SEVERITIES),
        when=node.condition("when", fields) or ALWAYS,
        path=path,
        message=node.text("message"),
        fix=node.text("fix"),
        basis=node.basis(),
        each=each,
        kind=node.one_of("kind", RULE_KINDS, "inconsistent"),
    )
