"""In which documents a change of the law shows, by what their templates print and cite."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from msgspec import Struct

from mmethics_cli.core.standard.model import (
    Basis,
    DecisionTable,
    DocumentKind,
    LawChange,
    Standard,
)
from mmethics_cli.render.binding import PrintCall
from mmethics_cli.render.templates import Templates

_CITED: Final = re.compile(r'\bbasis\(\s*"([^"]+)"((?:\s*,\s*"[^"]+")*)\s*\)')
_DECISION: Final = re.compile(r'\bdecision\(\s*"(\w+)"\s*\)(?:\.(\w+))?')
_FUNCTION: Final = re.compile(r"\b(\w+)\(")
_QUOTED: Final = re.compile(r'"([^"]+)"')
_VALUE: Final = "value_label"

Article = tuple[str, str]  # source and article; the article is empty for a source as a whole


class _Printed(Struct, frozen=True):
    """What one document prints of the pack: facts, elements, articles, tables by `decision`.

    Of a table in `valued` only its value is printed; `functions` are those that list things.
    """

    facts: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()
    articles: frozenset[Article] = frozenset()
    tables: frozenset[str] = frozenset()
    valued: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()

    @classmethod
    def by(cls, templates: Templates, name: str) -> _Printed:
        """What a template prints; raises TemplateError where it is wrong."""
        template = templates.get(name)
        text = template.source.text
        articles = {
            (source, article)
            for source, listed in _CITED.findall(text)
            for article in _QUOTED.findall(listed) or [""]
        }
        decisions = set(_DECISION.findall(text))
        for call in template.nodes:
            if isinstance(call, PrintCall) and call.name == "basis":
                source, *listed = call.arguments
                articles |= {(source, article) for article in listed or [""]}
            elif isinstance(call, PrintCall) and call.name == "decision":
                decisions.add((call.arguments[0], "".join(call.attributes[:1])))
        return cls(
            template.printed,
            templates.elements(name),
            frozenset(articles),
            frozenset(table for table, part in decisions if part != _VALUE),
            frozenset(table for table, part in decisions if part == _VALUE),
            frozenset(_FUNCTION.findall(text)),
        )


class LawInDocuments(Struct, frozen=True, dict=True):
    """The documents of a pack and what of the law stands in each.

    Worksheets are looked into where the standard has their criteria.
    """

    standard: Standard
    templates: Templates

    @cached_property
    def _printed(self) -> dict[str, _Printed]:
        return {
            document.id: _Printed.by(self.templates, document.template)
            if document.template is not None
            else _Printed()
            for document in self.standard.documents.values()
        }

    def showing(self, change: LawChange) -> tuple[DocumentKind, ...]:
        """The documents in which a change shows, in the order of the pack."""
        return tuple(
            document
            for document in self.standard.documents.values()
            if self._shows(document, self._printed[document.id], change)
        )

    def _shows(self, document: DocumentKind, printed: _Printed, change: LawChange) -> bool:
        standard = self.standard
        items = [standard.items[name] for name in change.items]
        lists_items = {"review_items", "principles"} & printed.functions
        cited = {*printed.articles, *_articles(document.basis)}
        return (
            document.id in change.documents
            or any(self._shows_rule(printed, standard.rules[rule][0]) for rule in change.rules)
            or bool(lists_items and any(item.side == "applicant" for item in items))
            or bool(printed.elements.intersection(change.elements))
            or bool("consent_elements" in printed.functions and change.elements)
            or bool(printed.facts.intersection(change.questions))
            or any(_same(article, other) for article in cited for other in _articles(change.basis))
            or any(source in change.sources for source, _ in cited)
            or self._judges(document, change)
        )

    def _shows_rule(self, printed: _Printed, table: DecisionTable) -> bool:
        """Whether rules of a table are listed, or the number printed that they give."""
        if table.id in printed.tables or (table.id in printed.valued and table.type == "int"):
            return True
        listing = "decisions" if table.counts else "limits" if table.type == "int" else ""
        return listing in printed.functions

    def _judges(self, document: DocumentKind, change: LawChange) -> bool:
        """Whether a worksheet asks a reviewer about what was changed."""
        return any(
            document.id in criterion.worksheets
            and (
                {*criterion.items} & {*change.items}
                or {*criterion.elements} & {*change.elements}
                or {*criterion.facts} & {*change.questions}
                or any(
                    _same(article, other)
                    for article in _articles(criterion.basis)
                    for other in _articles(change.basis)
                )
            )
            for criterion in self.standard.criteria.values()
        )


def _articles(bases: Iterable[Basis]) -> tuple[Article, ...]:
    return tuple((basis.source, basis.article or "") for basis in bases)


def _same(article: Article, other: Article) -> bool:
    """Whether two citations name the same article; 18 names every paragraph of it, as 18(2)."""
    (source, text), (other_source, other_text) = article, other
    if source != other_source or not text or not other_text:
        return False
    number, paragraph, _ = text.partition("(")
    other_number, other_paragraph, _ = other_text.partition("(")
    return text == other_text or (number == other_number and not (paragraph and other_paragraph))
