"""How a value reads in a document, and the places where an answer is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from mmethics_cli.core.facts import Facts
from mmethics_cli.core.names import ELEMENT_PATH, label_at, question_at
from mmethics_cli.core.standard import Derived, Question, Standard
from mmethics_cli.core.values import NotApplicable, Several, Unknown, Value, name_of
from mmethics_cli.render.wording import CHINESE, Wording

Asked = Question | Derived

_MOST_REASONS: Final = 6
_MOST_NAMES: Final = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """An answer that the document prints as 【待填】 or that keeps a passage 【待定】."""

    kind: Literal["missing", "undecided"]
    path: str


def value_text(asked: Asked, value: Value, words: Wording = CHINESE) -> str | None:
    """The words for a value; None where it is unknown. Lists give the number of their entries."""
    match value:
        case Unknown():
            return None
        case NotApplicable(reason):
            because = words.not_applicable_because
            return because.format(reason) if reason else words.not_applicable
        case bool():
            return words.yes if value else words.no
        case date():
            return words.date(value)
        case Several(sure, possible):
            if not sure and possible:
                return None
            labels = [label for key, label in asked.values.items() if key in sure]
            return words.joined(labels) or none_label(asked, words)
        case tuple():
            return words.entries.format(len(value))
        case str():
            return asked.values.get(value, value).rstrip("\n")
    return str(value)


def none_label(asked: Asked, words: Wording = CHINESE) -> str:
    """The word for “none of them”."""
    if isinstance(asked, Question) and asked.none_value is not None:
        return asked.values.get(asked.none_value, words.nothing)
    return words.nothing


def asked_at(standard: Standard, path: str) -> Asked | None:
    """The question or derived fact at a path, also for `list[id].field`; None for decisions."""
    if path in standard.derived:
        return standard.derived[path]
    try:
        return question_at(standard, path)
    except KeyError:
        return None


def labels(facts: Facts, paths: Iterable[str]) -> list[str]:
    """What people call these facts, each once, in the order of their paths."""
    found = (label_at(facts.standard, facts, path) for path in sorted(paths))
    return list(dict.fromkeys(found))


def reasons(facts: Facts, behind: Mapping[str, Value]) -> str:
    """“弱势群体：未成年人；数据资产的模态：医学影像（胸部 CT、膝关节 MRI）”.

    The facts that an outcome rests on: a field of several entries once, with their names; facts
    that do not apply and bare lists are left out; at most six, then 等; of the names two.
    """
    clauses: dict[str, list[str]] = {}
    for path, value in behind.items():
        if isinstance(value, tuple | NotApplicable):
            continue
        element = ELEMENT_PATH.fullmatch(path)
        text = _fact_text(facts.standard, path, value)
        if element is None:
            clauses.setdefault(f"{label_at(facts.standard, facts, path)}：{text}", [])
            continue
        whole = facts.standard.questions[element["list"]]
        field = whole.field_named(element["field"])
        label = f"{whole.label}的{field.label if field else element['field']}"
        clauses.setdefault(f"{label}：{text}", []).append(_entry_name(facts, element))
    words = [f"{one}（{_some(names)}）" if names else one for one, names in clauses.items()]
    return "；".join(words[:_MOST_REASONS]) + ("等" if len(words) > _MOST_REASONS else "")


def _some(names: list[str]) -> str:
    """The first names of a list's entries, and how many there are when that is not all."""
    few = "、".join(names[:_MOST_NAMES])
    return few if len(names) <= _MOST_NAMES else f"{few}等 {len(names)} 项"


def _entry_name(facts: Facts, element: re.Match[str]) -> str:
    entries = facts.get(element["list"])
    found = entries if isinstance(entries, tuple) else ()
    return next((name_of(one) for one in found if one.id == element["id"]), element["id"])


def _fact_text(standard: Standard, path: str, value: Value) -> str:
    asked = asked_at(standard, path)
    if asked is not None:
        return value_text(asked, value) or CHINESE.nothing
    table = standard.tables.get(path.removeprefix("decided."))
    if table is None:
        return CHINESE.date(value) if isinstance(value, date) else str(value)
    if isinstance(value, Several):
        found = [table.label_of(key) for key in table.order if key in value.sure]
        return CHINESE.joined(found) or CHINESE.nothing
    return CHINESE.not_applicable if isinstance(value, NotApplicable) else table.label_of(value)
