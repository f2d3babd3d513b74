"""The English words of a pack, and a standard and answers that speak them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.node import Node


class EnglishTerm(Struct, frozen=True):
    """What a fact or a decision is called in English, and its values by key."""

    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


def read_english(nodes: Iterable[Node], standard: Standard) -> dict[str, EnglishTerm]:
    """English terms by path (a field as `list.field`, a table as `decided.table`).

    Notes paths and values that the standard does not know; a term may leave out values.
    """
    wordable = _wordable(standard)
    terms: dict[str, EnglishTerm] = {}
    for node in nodes:
        node.only("path", "label", "values", "unit")
        path, values = node.text("path"), node.labels("values")
        if path not in wordable:
            node.problem(f"没有“{path}”这个事实或决定")
        for key in values.keys() - wordable.get(path, {}).keys():
            node.child("values").problem(f"“{path}”没有“{key}”这个值")
        if path in terms:
            node.problem(f"“{path}”重复")
        terms[path] = EnglishTerm(node.text("label"), values, node.text("unit", ""))
    return terms


def lacking(
    terms: Mapping[str, EnglishTerm], standard: Standard, paths: Iterable[str]
) -> list[str]:
    """The paths without an English term, or with a value that has none."""
    wordable = _wordable(standard)
    return [
        path
        for path in paths
        if path not in terms or wordable.get(path, {}).keys() - terms[path].values.keys()
    ]


def in_english(standard: Standard, terms: Mapping[str, EnglishTerm]) -> Standard:
    """The same standard with English labels; what has no term keeps its Chinese one."""

    def worded(question: Question, prefix: str = "") -> Question:
        path = prefix + question.path
        fields = tuple(worded(inner, f"{path}.") for inner in question.fields)
        term = terms.get(path)
        if term is None:
            return replace(question, fields=fields)
        return replace(
            question, label=term.label, values={**question.values, **term.values}, fields=fields
        )

    derived = {
        path: replace(
            derived, label=terms[path].label, values={**derived.values, **terms[path].values}
        )
        for path, derived in standard.derived.items()
        if path in terms
    }
    tables = {
        id_: replace(
            table,
            label=terms[path].label,
            values={**table.values, **terms[path].values},
            unit=terms[path].unit or table.unit,
        )
        for id_, table in standard.tables.items()
        if (path := f"decided.{id_}") in terms
    }
    documents = {
        id_: replace(document, title=document.title_en)
        for id_, document in standard.documents.items()
    }
    return replace(
        standard,
        questions={path: worded(question) for path, question in standard.questions.items()},
        derived={**standard.derived, **derived},
        tables={**standard.tables, **tables},
        documents=documents,
    )


def with_texts(values: Mapping[str, Value], english: Mapping[str, Value]) -> dict[str, Value]:
    """The answers with English texts in the place of Chinese ones; nothing else is taken over.

    An entry of a list gets the texts of the English entry with its id.
    """
    merged = dict(values)
    for path, text in english.items():
        mine = merged.get(path)
        if isinstance(mine, tuple) and isinstance(text, tuple):
            merged[path] = tuple(_entry(entry, text) for entry in mine)
        elif isinstance(mine, str) and isinstance(text, str):
            merged[path] = text
    return merged


def _entry(mine: Element, english: tuple[Element, ...]) -> Element:
    twin = next((entry for entry in english if entry.id == mine.id), None)
    if twin is None:
        return mine
    texts = {
        name: text
        for name, text in twin.fields.items()
        if isinstance(text, str) and isinstance(mine.get(name), str)
    }
    return Element(mine.id, {**mine.fields, **texts})


def _wordable(standard: Standard) -> dict[str, Mapping[str, str]]:
    """The paths that can have a term (questions, fields, computed facts, tables), with values."""
    values: dict[str, Mapping[str, str]] = {}
    for question in standard.questions.values():
        values[question.path] = question.values
        for inner in question.fields:
            values[f"{question.path}.{inner.path}"] = inner.values
    values |= {path: derived.values for path, derived in standard.derived.items()}
    values |= {f"decided.{id_}": table.values for id_, table in standard.tables.items()}
    return values
