"""Answers in the one form in which we write them: 2027-03-01 for 2027/3/1, `minimal` for its label.

Texts, placeholders, and what can't be read stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from mmethics_cli.core.answers.self_check import answer_key
from mmethics_cli.core.conditions.values import UNKNOWN, Placeholder
from mmethics_cli.core.conditions.written import parse_date, parse_months
from mmethics_cli.core.standard.answers import Refused, read_value, says_none, write_value
from mmethics_cli.core.standard.model import Question, Standard


def canonical_answers(standard: Standard, tree: Any, beside: Collection[str] = ()) -> Any:
    """A tree of nested answers, each as it is written; keys of `beside` at the top are left."""
    if not isinstance(tree, dict):
        return tree
    return {
        key: raw if key in beside else _below(standard, str(key), raw) for key, raw in tree.items()
    }


def _below(standard: Standard, path: str, raw: Any) -> Any:
    question = standard.questions.get(path)
    if question is not None:
        return _answer(standard, question, raw)
    if not isinstance(raw, dict):
        return raw
    return {key: _below(standard, f"{path}.{key}", value) for key, value in raw.items()}


def _answer(standard: Standard, question: Question, raw: Any) -> Any:
    if question.type == "list":
        return _entries(standard, question, raw)
    if raw is None or raw == "":
        return raw
    try:
        value = read_value(question, raw, standard.placeholders)
    except Refused:
        return raw
    if isinstance(value, Placeholder | str) and question.type == "text":
        return raw
    written = write_value(question, value)
    if value is UNKNOWN:
        return written or raw
    if isinstance(raw, list) and all(option in question.values for option in raw):
        return raw  # in an order of its own
    return written


def _entries(standard: Standard, question: Question, raw: Any) -> Any:
    if isinstance(raw, str) and says_none(raw):
        return []
    if not isinstance(raw, list):
        return raw
    fields = {field.path: field for field in question.fields}

    def canonical(name: str, value: Any) -> Any:
        return _answer(standard, fields[name], value) if name in fields else value

    return [
        {name: canonical(name, value) for name, value in entry.items()}
        if isinstance(entry, dict)
        else entry
        for entry in raw
    ]


def canonical_versions(tree: Any) -> Any:
    """The `documents:` of a submission file, their dates as they are written."""
    return _each(tree, lambda entry: _keys(entry, {"date": _day}))


def canonical_decision(tree: Any) -> Any:
    """What decision.yaml says of the decision itself."""
    return _keys(tree, {"date": _day, "valid_until": _day, "interval_months": _months})


def canonical_self_check(tree: Any) -> Any:
    """The answers to the review items by their keys."""
    return _each(tree, lambda entry: _keys(entry, {"answer": _verdict}))


def _each(tree: Any, change: Callable[[Any], Any]) -> Any:
    return {key: change(value) for key, value in tree.items()} if isinstance(tree, dict) else tree


def _keys(tree: Any, changes: Mapping[str, Callable[[str], str]]) -> Any:
    if not isinstance(tree, dict):
        return tree
    return {
        key: changes[key](value) if key in changes and isinstance(value, str) else value
        for key, value in tree.items()
    }


def _verdict(text: str) -> str:
    return answer_key(text) or text


def _day(text: str) -> str:
    day = parse_date(text)
    return text if day is None else day.isoformat()


def _months(text: str) -> str:
    months = parse_months(text)
    return text if months is None else str(months)
