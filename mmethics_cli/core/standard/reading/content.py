"""Reading review items, documents, their readers, worksheet criteria and consistency rules."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Final

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.parser import Vocabulary
from mmethics_cli.core.standard.document_parts import PART_MARK
from mmethics_cli.core.standard.model import (
    ConsentElement,
    ConsistencyRule,
    Criterion,
    DocumentKind,
    ElementFact,
    Evidence,
    RequiredElement,
    ReviewItem,
)
from mmethics_cli.core.standard.names import CONSENT_FORMS
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.core.standard.texts import FACT_IN_WORD, Readability, Reader, Readers

FORMATS: Final = ("docx", "xlsx")
_ELEMENT: Final = re.compile(r"\w+(?:\.[\w()]+)+")

_ITEM: Final = RecordReader(ReviewItem)
_EVIDENCE: Final = RecordReader(Evidence)
_DOCUMENT: Final = RecordReader(
    DocumentKind, title_en="title", needed_when="render_when", must_be_signed="signed", part=""
)
_CONSENT_ELEMENT: Final = RecordReader(ConsentElement, text="zh")
_ELEMENT_FACT: Final = RecordReader(ElementFact, documents="in")
_CRITERION: Final = RecordReader(Criterion)
_CONSISTENCY: Final = RecordReader(ConsistencyRule, "cases")
_READABILITY: Final = RecordReader(Readability)
_READER: Final = RecordReader(Reader, title="zh")
_READERS: Final = RecordReader(Readers, "readers", all="")


def read_item(
    node: Node, principles: Mapping[str, str], documents: Mapping[str, str]
) -> ReviewItem:
    """A review item; its evidence must be known paths or kinds of attachment."""
    evidence = node.child("evidence").list() if node.has("evidence") else ()
    item = _ITEM(node, evidence=tuple(_read_evidence(piece, documents) for piece in evidence))
    if item.principle not in principles:
        node.problem(f"不认识的原则“{item.principle}”")
    if not item.basis:
        node.problem("审查要点没有依据（basis）")
    return item


def _read_evidence(node: Node, documents: Mapping[str, str]) -> Evidence:
    evidence = _EVIDENCE(node)
    path, attachment = evidence.path, evidence.attachment
    if (path is None) == (attachment is None):
        node.problem("证据应是 path 或 attachment 之一")
    if path is not None and path not in node.trail.vocabulary:
        node.problem(f"不认识的路径“{path}”")
    if attachment is not None and attachment not in documents:
        node.problem(f"不认识的附件类别“{attachment}”")
    return evidence


def read_document(
    node: Node, elements: Mapping[str, ConsentElement], titles: Mapping[str, str]
) -> DocumentKind:
    """A document of the package; the elements and the documents that it names are known ones."""
    title = node.child("title")
    document = _DOCUMENT(
        node,
        title=title.text("zh"),
        title_en=title.text("en"),
        formats=node.texts("formats") or (("docx",) if node.optional("template") else ()),
        elements=_read_required(node, elements),
        about=node.entry_conditions("about"),
        each=node.entry_conditions("each"),
    )
    if len(document.each) > 1:
        node.child("each").problem("each 只能写一张列表")
    if PART_MARK in document.id:
        node.problem(f"文件编号里不能有“{PART_MARK}”")
    for format_ in document.formats:
        if format_ not in FORMATS:
            node.problem(f"不认识的格式“{format_}”")
    for form in document.for_form:
        if form not in node.trail.vocabulary[CONSENT_FORMS].keys:
            node.problem(f"不认识的同意书种类“{form}”")
    _prove_names(node, "judges", titles, "不认识的文件")
    for host in document.within:
        if host not in titles or host == document.id:
            node.child("within").problem(f"不认识的文件“{host}”")
    return document


def _read_required(
    node: Node, elements: Mapping[str, ConsentElement]
) -> tuple[RequiredElement, ...]:
    """The consent elements of a document: a name, or `{element: name, when: condition}`."""
    required = []
    for entry in node.child("elements").list() if node.has("elements") else ():
        bare = isinstance(entry.value, str)
        if not bare:
            entry.only("element", "when")
        name = str(entry.value) if bare else entry.text("element")
        if name and name not in elements:
            entry.problem(f"不认识的告知要素“{name}”")
        when = None if bare else entry.condition("when")
        required.append(RequiredElement(name, when or ALWAYS))
    return tuple(required)


def read_element(node: Node, documents: Mapping[str, str]) -> ConsentElement:
    """Something that participants must be told; never without a basis, its facts known ones."""
    facts = node.child("facts").list() if node.has("facts") else ()
    element = _CONSENT_ELEMENT(
        node, facts=tuple(_read_element_fact(fact, documents) for fact in facts)
    )
    if not element.basis:
        node.problem("告知要素没有依据（basis）")
    return element


def _read_element_fact(node: Node, documents: Mapping[str, str]) -> ElementFact:
    """A path, or `{path, when, in}`; the condition on a list's field is about the entry."""
    vocabulary = node.trail.vocabulary
    if isinstance(node.value, str):
        node = Node(node.file, node.keys, {"path": node.value}, node.trail)
    path = node.text("path")
    owner, _, name = path.rpartition(".")
    fields = vocabulary[owner].fields if owner in vocabulary else None
    fact = _ELEMENT_FACT(node, fields)
    if path and not _is_askable(vocabulary, path):
        node.problem(f"不认识的事实“{path}”")
    elif path in vocabulary and vocabulary[path].type == "list":
        node.problem(f"“{path}”是列表，应写它的一栏（{path}.栏名）")
    for document in sorted(fact.documents - documents.keys()):
        node.child("in").problem(f"不认识的文件“{document}”")
    return fact


def read_criterion(
    node: Node, documents: Mapping[str, DocumentKind], items: Mapping[str, object]
) -> Criterion:
    """A criterion; every worksheet, fact, item and document that it names must be known."""
    criterion = _CRITERION(node)
    committee = {document.id for document in documents.values() if document.audience == "committee"}
    if not criterion.worksheets:
        node.problem("没有写用在哪张工作表（worksheets）")
    _prove_names(node, "worksheets", committee, "没有这份伦理委员会的文件")
    _prove_names(node, "papers", documents, "不认识的文件")
    _prove_names(node, "items", items, "没有审查要点")
    for path in node.texts("facts"):
        if not _is_askable(node.trail.vocabulary, path):
            node.child("facts").problem(f"不认识的事实“{path}”")
    for element in criterion.elements:
        if not _ELEMENT.fullmatch(element):
            node.child("elements").problem(f"“{element}”应写法源和条号，例如 erm2023.36.3")
    if not criterion.basis:
        node.problem("工作表的要点没有依据（basis）")
    return criterion


def _is_askable(vocabulary: Vocabulary, path: str) -> bool:
    """Whether the dossier answers it: a fact, or a field of one of its lists as `list.field`."""
    if path in vocabulary:
        return not path.startswith(("decided.", "context."))
    owner, _, field = path.rpartition(".")
    return owner in vocabulary and field in (vocabulary[owner].fields or {})


def _prove_names(node: Node, key: str, known: Container[str], message: str) -> None:
    for name in node.texts(key):
        if name not in known:
            node.child(key).problem(f"{message}“{name}”")


def read_consistency(node: Node) -> ConsistencyRule:
    """A contradiction; with `each` its condition is about one element of that list."""
    each = node.optional("each")
    term = None if each is None else node.trail.vocabulary.get(each)
    fields = term.fields if term else None
    if each is not None and fields is None:
        node.problem(f"“{each}”不是列表")
    rule = _CONSISTENCY(node, fields)
    if rule.path not in (fields or {}) and rule.path not in node.trail.vocabulary:
        node.problem(f"不认识的路径“{rule.path}”")
    return rule


def read_readability(node: Node) -> Readability:
    """The limits of plain speech; what is not given keeps its default."""
    return _READABILITY(node)


def read_readers(node: Node, documents: Mapping[str, str]) -> Readers:
    """The readers of a pack; papers, texts and the facts within their words are known ones."""
    entries = node.child("readers").list() if node.has("readers") else ()
    readers = _READERS(node, all=tuple(_read_reader(entry, documents) for entry in entries))
    named = [document for reader in readers.all for document in reader.documents]
    for document in sorted({name for name in named if named.count(name) > 1}):
        node.child("readers").problem(f"“{document}”有两个读者")
    if readers.all and sum(not reader.documents for reader in readers.all) != 1:
        node.child("readers").problem(
            "没有写 documents 的读者要有一个，也只能有一个：其余文件归他读"
        )
    return readers


def _read_reader(node: Node, documents: Mapping[str, str]) -> Reader:
    reader = _READER(node)
    for document in reader.documents:
        if document not in documents:
            node.child("documents").problem(f"不认识的文件“{document}”")
    for key, path in _paths(reader):
        if not _is_askable(node.trail.vocabulary, path):
            node.child(key).problem(f"不认识的事实“{path}”")
    return reader


def _paths(reader: Reader) -> Iterator[tuple[str, str]]:
    yield from (("reads", path) for path in sorted(reader.reads))
    for word in reader.says.values():
        yield from (("says", path) for path in FACT_IN_WORD.findall(word))
