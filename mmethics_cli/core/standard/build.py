"""From the pack's trees to a proved Standard: every name, value and article is known, or it fails.

All problems are reported at once, each with its file and place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar, get_args

from mmethics_cli.core.conditions.parser import PathType
from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.standard.attached import ATTACHED, read_attached
from mmethics_cli.core.standard.definitions import circles
from mmethics_cli.core.standard.file_kinds import FILE_KINDS, FileKind, as_bytes
from mmethics_cli.core.standard.migrations import MIGRATIONS, read_migrations
from mmethics_cli.core.standard.model import (
    Article,
    ConsentElement,
    ConsistencyRule,
    Criterion,
    DecisionTable,
    Derived,
    DocumentKind,
    Question,
    ReviewItem,
    Source,
    Standard,
)
from mmethics_cli.core.standard.names import (
    AGAIN,
    DOCUMENTS,
    OUTCOME,
    PAPERS,
    TODAY,
    SubmissionOutcome,
)
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.core.standard.pack_editions import EDITIONS, read_editions
from mmethics_cli.core.standard.phrases import GRAMMAR, PHRASES, read_grammar, read_phrases
from mmethics_cli.core.standard.placeholders import PLACEHOLDERS, read_placeholders
from mmethics_cli.core.standard.reading.bands import Bands, declared_bands
from mmethics_cli.core.standard.reading.committee import (
    DECISIONS,
    SUBMISSIONS,
    read_decisions,
    read_submissions,
)
from mmethics_cli.core.standard.reading.content import (
    read_consistency,
    read_criterion,
    read_document,
    read_element,
    read_item,
    read_readability,
    read_readers,
)
from mmethics_cli.core.standard.reading.facts import (
    NamedValues,
    derived_term,
    question_term,
    read_derived,
    read_question,
    shared_nodes,
)
from mmethics_cli.core.standard.reading.rules import documents_table, read_table, table_term
from mmethics_cli.core.standard.reading.screens import read_screens
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.errors import PackError, Problem

_SOURCE: Final = RecordReader(Source, title="title_zh")
_FILE_KIND: Final = RecordReader(FileKind, name="zh")
_ARTICLE: Final = RecordReader(Article, "source", "article", on="date")

Locate = Callable[[str, KeyPath], tuple[str, int | None]]
T = TypeVar("T")
_FILES = (
    "standard.yaml",
    "sources.yaml",
    "articles.yaml",
    "principles.yaml",
    "derived.yaml",
    "documents.yaml",
    "consistency.yaml",
)


def build(files: Mapping[str, object], locate: Locate) -> Standard:
    """Prove a pack and make the Standard of it.

    `files` are text-first trees by name (`rules/review_method.yaml`); `locate` tells the
    file and line of a key path in a tree. Raises PackError with every problem found.
    """
    lacking = [name for name in _FILES if name not in files]
    if lacking:
        raise PackError("标准包不完整：", [Problem("缺少这个文件", name) for name in lacking])
    trail = Trail()
    nodes = {name: Node(name, (), tree, trail) for name, tree in sorted(files.items())}
    standard = _StandardBuilder(nodes, trail).build()
    if not trail.problems:
        for circle in circles(standard):
            trail.problems.append(("", (), f"事实互相依赖，成了循环：{circle}"))
    if trail.problems:
        raise PackError(
            "标准包有错误：",
            [
                Problem(text, *(locate(name, keys) if name else ()))
                for name, keys, text in dict.fromkeys(trail.problems)
            ],
        )
    return standard


class _StandardBuilder:
    """Reads the parts in the order in which they name one another."""

    def __init__(self, nodes: Mapping[str, Node], trail: Trail) -> None:
        self.nodes = nodes
        self.trail = trail

    def build(self) -> Standard:
        head = self.nodes["standard.yaml"]
        self.trail.sources = frozenset(node.text("id") for node in self._list("sources.yaml"))
        self.trail.articles = articles = self._articles()
        titles = self._document_titles()
        # Conditions may name any fact, so the terms of all facts come first.
        named = self._named_values(titles)
        bands = declared_bands(self._list("derived.yaml"))
        self.trail.vocabulary = terms = self._terms(titles, named, bands)
        sources = self._sources()
        questions = self._read_questions(named)
        derived = self._derived(questions, bands)
        elements = self._consent_elements(titles)
        documents = self._documents(elements, titles)
        tables = self._tables() | {"documents": documents_table(documents)}
        principles = {str(k): str(v) for k, v in self.nodes["principles.yaml"].mapping().items()}
        items = self._items(principles, titles)
        return Standard(
            id=head.text("id"),
            title=head.text("title"),
            edition=head.text("edition"),
            sources=sources,
            articles=articles,
            sections=self._sections(),
            questions=questions,
            derived=derived,
            tables=tables,
            principles=principles,
            items=items,
            documents=documents,
            consistency=self._consistency(),
            vocabulary=terms,
            criteria=self._criteria(documents, items),
            elements=elements,
            readability=read_readability(self._optional("readability.yaml")),
            readers=read_readers(self._optional("readers.yaml"), titles),
            file_kinds=self._file_kinds(),
            placeholders=read_placeholders(self._list(PLACEHOLDERS)),
            grammar=read_grammar(self._optional(GRAMMAR)),
            attached=read_attached(self._list(ATTACHED), questions),
            phrases=self._unique(read_phrases(self._list(PHRASES))),
            screens=read_screens(self.nodes, questions),
            decisions=self._unique(read_decisions(self._list(DECISIONS))),
            submissions=self._unique(read_submissions(self._list(SUBMISSIONS))),
            migrations=read_migrations(self._optional(MIGRATIONS)),
            editions=read_editions(self._optional(EDITIONS)),
        )

    def _read_questions(self, named: NamedValues) -> dict[str, Question]:
        return self._unique(
            (question.path, question, node)
            for node, section, shares in self._questions()
            for question in (read_question(node, section, named, shares),)
        )

    def _derived(self, questions: Mapping[str, Question], bands: Bands) -> dict[str, Derived]:
        nodes = self._list("derived.yaml")
        return self._unique(
            (node.text("path"), read_derived(node, questions, bands), node) for node in nodes
        )

    def _items(
        self, principles: Mapping[str, str], titles: Mapping[str, str]
    ) -> dict[str, ReviewItem]:
        return self._unique(
            (node.text("id"), read_item(node, principles, titles), node)
            for node in self._elements("review_items/")
        )

    def _criteria(
        self, documents: Mapping[str, DocumentKind], items: Mapping[str, ReviewItem]
    ) -> dict[str, Criterion]:
        return self._unique(
            (node.text("id"), read_criterion(node, documents, items), node)
            for node in self._elements("worksheets/")
        )

    def _file_kinds(self) -> dict[str, FileKind]:
        nodes = self._list(FILE_KINDS)
        return self._unique((node.text("id"), _file_kind(node), node) for node in nodes)

    def _consistency(self) -> dict[str, ConsistencyRule]:
        nodes = self._list("consistency.yaml")
        return self._unique((node.text("id"), read_consistency(node), node) for node in nodes)

    def _consent_elements(self, titles: Mapping[str, str]) -> dict[str, ConsentElement]:
        nodes = self._list("elements.yaml")
        return self._unique((node.text("id"), read_element(node, titles), node) for node in nodes)

    def _documents(
        self, elements: Mapping[str, ConsentElement], titles: Mapping[str, str]
    ) -> dict[str, DocumentKind]:
        nodes = self._list("documents.yaml")
        return self._unique(
            (node.text("id"), read_document(node, elements, titles), node) for node in nodes
        )

    def _optional(self, name: str) -> Node:
        return self.nodes.get(name, Node(name, (), {}, self.trail))

    def _list(self, name: str) -> Iterator[Node]:
        return iter(self.nodes[name].list() if name in self.nodes else ())

    def _folder(self, prefix: str) -> list[Node]:
        return [node for name, node in self.nodes.items() if name.startswith(prefix)]

    def _elements(self, prefix: str) -> Iterator[Node]:
        """The elements of every file whose name begins with a folder."""
        return (element for node in self._folder(prefix) for element in node.list())

    def _sections(self) -> dict[str, str]:
        nodes = self._folder("questions/")
        for node in nodes:
            node.only("section", "title", "questions")
        return {node.text("section"): node.text("title") for node in nodes}

    def _questions(self) -> Iterator[tuple[Node, str, str]]:
        """Each question with its section and, before their list, what all its entries share."""
        for node in self._folder("questions/"):
            section = node.text("section")
            for question in node.child("questions").list():
                for shared, owner in shared_nodes(question):
                    yield shared, section, owner
                yield question, section, ""

    def _unique(self, entries: Iterator[tuple[str, T, Node]]) -> dict[str, T]:
        unique: dict[str, T] = {}
        for name, entry, node in entries:
            if name in unique:
                node.problem(f"“{name}”重复")
            unique[name] = entry
        return unique

    def _sources(self) -> dict[str, Source]:
        """The sources by id; each is superseded by a known one, and by another than itself.

        Where no day is given from which one is in force, it is that with which `effective` begins.
        """
        sources = {}
        for node in self._list("sources.yaml"):
            stated = node.day("in_force_from")
            first = parse_date(node.text("effective", "")[: len("2027-03-01")])
            source = sources[node.text("id")] = _SOURCE(node, in_force_from=stated or first)
            if source.superseded_by == source.id:
                node.child("superseded_by").problem("法源不能由自己代替")
            elif source.superseded_by and source.superseded_by not in self.trail.sources:
                node.child("superseded_by").problem(f"不认识的法源“{source.superseded_by}”")
            for article in source.scope_articles:
                if (source.id, article) not in self.trail.articles:
                    text = f"条文表（articles.yaml）里没有“{source.id} {article}”"
                    node.child("scope_articles").problem(text)
        return sources

    def _articles(self) -> dict[tuple[str, str], Article]:
        rows: dict[tuple[str, str], Article] = {}
        for node in self._list("articles.yaml"):
            key = (node.text("source"), node.text("article"))
            if key[0] not in self.trail.sources:
                node.problem(f"不认识的法源“{key[0]}”")
            if key in rows:
                node.problem(f"“{key[0]} {key[1]}”重复")
            rows[key] = _article(node)
        return rows

    def _document_titles(self) -> dict[str, str]:
        return {
            node.text("id"): node.child("title").text("zh") for node in self._list("documents.yaml")
        }

    def _named_values(self, titles: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
        """The options that a question may take over, by the path of the question that has them."""
        own = {
            node.text("path"): node.labels("values")
            for node, *_ in self._questions()
            if isinstance(node.mapping().get("values"), dict)
        }
        return {**own, "documents": titles}

    def _terms(
        self, titles: Mapping[str, str], named: NamedValues, bands: Bands
    ) -> dict[str, PathType]:
        terms = {node.text("path"): question_term(node, named) for node, *_ in self._questions()}
        for node in self._list("derived.yaml"):
            terms[node.text("path")] = derived_term(node, terms, bands)
        tables = self._table_nodes()
        for name, node in tables.items():
            terms[f"decided.{name}"] = table_term(node, tables)
        terms[DOCUMENTS] = PathType("choices", frozenset(titles))
        terms[TODAY] = PathType("date")
        terms[AGAIN] = PathType("bool")
        terms[OUTCOME] = PathType("choice", frozenset(get_args(SubmissionOutcome)))
        terms[PAPERS] = PathType("choices", frozenset(titles))
        return terms

    def _table_nodes(self) -> dict[str, Node]:
        nodes = self._elements("rules/")
        return self._unique((node.text("table"), node, node) for node in nodes)

    def _tables(self) -> dict[str, DecisionTable]:
        nodes = self._table_nodes()
        own = (node for node in nodes.values() if not node.has("rules_of"))
        rules = (rule for node in own for rule in node.child("rules").list())
        self._unique((rule.text("id"), rule, rule) for rule in rules)
        return {name: read_table(node, nodes) for name, node in nodes.items()}


def _article(node: Node) -> Article:
    if bool(node.text("by", "")) != bool(node.text("date", "")):
        node.problem("核对条文的人（by）与日期（date）应一起写")
    return _ARTICLE(node)


def _file_kind(node: Node) -> FileKind:
    """A kind of file, known by one thing, its signatures real bytes."""
    kind = _FILE_KIND(node)
    known = [kind.named, kind.begins, kind.members, kind.streams, kind.plain]
    if sum(map(bool, known)) != 1:
        node.problem("应写怎样认出它：named、begins、members、streams、plain 之一")
    if not kind.within.isdecimal():
        node.child("within").problem("“within”应是字节数")
    for key, texts in (("begins", kind.begins), ("ends", kind.ends)):
        for text in texts:
            try:
                as_bytes(text)
            except ValueError:
                node.child(key).problem(f"“{text}”不是十六进制的字节")
    if kind.severity and not (kind.why and kind.fix):
        node.problem("不能当附件的，要写理由（why）和办法（fix）")
    return kind
