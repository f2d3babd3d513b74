"""What paths name: questions, fields of list elements, and their Chinese labels."""

from __future__ import annotations

import re
from typing import Final

from mmethics_cli.core.conditions.language import FactReader
from mmethics_cli.core.conditions.values import name_of
from mmethics_cli.core.standard.model import Question, Standard

# data.assets[ct].modality: the list, the element's id (any text), the field.
ELEMENT_PATH: Final = re.compile(r"(?P<list>[^\[]+)\[(?P<id>.*)\]\.(?P<field>[^\]]+)", re.DOTALL)


def question_at(standard: Standard, path: str) -> Question:
    """The question, or the field of a list, that a path names; KeyError for any other path."""
    element = ELEMENT_PATH.fullmatch(path)
    if element is None:
        return standard.questions[path]
    field = standard.questions[element["list"]].field_named(element["field"])
    if field is None:
        raise KeyError(path)
    return field


def label_of(standard: Standard, path: str) -> str:
    """The Chinese name of an answered, computed or decided fact; KeyError for any other path."""
    fact = standard.questions.get(path) or standard.derived.get(path)
    if fact is not None:
        return fact.label
    if path == "context.today":
        return "今天的日期"
    return standard.tables[path.removeprefix("decided.")].label


def label_at(standard: Standard, facts: FactReader, path: str) -> str:
    """The same for any path, list elements by their names: 数据资产清单（胸部 CT）的可识别程度."""
    element = ELEMENT_PATH.fullmatch(path)
    if element is None:
        return label_of(standard, path)
    entries = facts.get(element["list"])
    listed = entries if isinstance(entries, tuple) else ()
    name = next((name_of(entry) for entry in listed if entry.id == element["id"]), element["id"])
    whole = standard.questions[element["list"]].label
    return f"{whole}（{name}）的{question_at(standard, path).label}"
