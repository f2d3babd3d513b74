"""The English words of a pack, and a standard and answers that speak them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.node import Node


@dataclass(frozen=True, slots=True)
class EnglishTerm:
    """What a fact or a decision is called in English, and its values by key."""

    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


def read_english(nodes: Iterable[Node], standard: Standard) -> dict[str, EnglishTerm]:
    """The terms by path (a field as `list.field`, a table as `decided.table`).

    Notes what the standard does not know; a term may leave out values.
    """
    known = _known(standard)
    terms: dict[str, EnglishTerm] = {}
    for one in nodes:
        one.only("path", "label", "values", "unit")
        path, values = one.text("path"), one.labels("values")
        if path not in known:
            one.problem(f"没有“{path}”这个事实或决定")
        for key in values.keys() - known.get(path, {}).keys():
            one.child("values").problem(f"“{path}”没有“{key}”这个值")
        if path in terms:
            one.problem(f"“{path}”重复")
        terms[path] = EnglishTerm(one.text("label"), values, one.text("unit", ""))
    return terms


def lacking(
    terms: Mapping[str, EnglishTerm], standard: Standard, paths: Iterable[str]
) -> list[str]:
    """Those of `paths` that the terms do not word in full."""
    known = _known(standard)
    return [
        path
        for path in paths
        if path not in terms or known.get(path, {}).keys() - terms[path].values.keys()
    ]


def in_english(standard: Standard, terms: Mapping[str, EnglishTerm]) -> Standard:
    """The same standard with English labels; what has no term keeps its Chinese one."""

    def question(one: Question, prefix: str = "") -> Question:
        path = prefix + one.path
        fields = tuple(question(inner, f"{path}.") for inner in one.fields)
        term = terms.get(path)
        if term is None:
            return replace(one, fields=fields)
        return replace(one, label=term.label, values={**one.values, **term.values}, fields=fields)

    derived = {
        path: replace(one, label=terms[path].label, values={**one.values, **terms[path].values})
        for path, one in standard.derived.items()
        if path in terms
    }
    tables = {
        id_: replace(
            one,
            label=terms[path].label,
            values={**one.values, **terms[path].values},
            unit=terms[path].unit or one.unit,
        )
        for id_, one in standard.tables.items()
        if (path := f"decided.{id_}") in terms
    }
    documents = {id_: replace(one, title=one.title_en) for id_, one in standard.documents.items()}
    return replace(
        standard,
        questions={path: question(one) for path, one in standard.questions.items()},
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
            merged[path] = tuple(_entry(one, text) for one in mine)
        elif isinstance(mine, str) and isinstance(text, str):
            merged[path] = text
    return merged


def _entry(mine: Element, english: tuple[Element, ...]) -> Element:
    found = next((one for one in english if one.id == mine.id), None)
    if found is None:
        return mine
    texts = {
        name: text
        for name, text in found.fields.items()
        if isinstance(text, str) and isinstance(mine.get(name), str)
    }
    return Element(mine.id, {**mine.fields, **texts})


def _known(standard: Standard) -> dict[str, Mapping[str, str]]:
    """Every path that can be worded, with its values."""
    known: dict[str, Mapping[str, str]] = {}
    for question in standard.questions.values():
        known[question.path] = question.values
        for one in question.fields:
            known[f"{question.path}.{one.path}"] = one.values
    known |= {path: one.values for path, one in standard.derived.items()}
    known |= {f"decided.{id_}": one.values for id_, one in standard.tables.items()}
    return known
