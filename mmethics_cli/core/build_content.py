"""Reading review items, papers and consistency rules of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mmethics_cli.core.build_elements import read_required
from mmethics_cli.core.conditions import ALWAYS
from mmethics_cli.core.consent import ConsentElement
from mmethics_cli.core.content import ConsistencyRule, DocumentKind, Evidence, ReviewItem
from mmethics_cli.core.node import Node

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
        evidence=tuple(_evidence(one, documents) for one in evidence),
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
    for one in formats:
        if one not in FORMATS:
            node.problem(f"不认识的格式“{one}”")
    forms = node.texts("for_form")
    known = node.trail.vocabulary["decided.consent_forms"].keys
    for form in forms:
        if form not in known:
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
