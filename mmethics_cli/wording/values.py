"""How values, and the facts and places that hold them, are worded for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from mmethics_cli.core.conditions.values import (
    NO,
    OPEN,
    YES,
    Element,
    NotApplicable,
    Placeholder,
    Several,
    Unknown,
    Value,
    entry_of,
    name_of,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import RuleResult
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason
from mmethics_cli.core.standard.model import Derived, Question, ReviewItem, Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH, label_at, question_at
from mmethics_cli.wording.language import CHINESE, PROMPT, UNSURE_WORD, Wording

# The keys of a pack in Chinese: how far a rule binds, how grave an item is, whether it applies.
STRENGTH: Final = {"required": "必须", "advised": "从严建议"}
SEVERITY: Final = {"mandatory": "必须", "recommended": "建议"}
_PRACTICE: Final = "实践"
APPLIES: Final = {
    YES: "适用",
    NO: CHINESE.not_applicable,
    OPEN: CHINESE.undecided,
}
# Why a question is asked.
TAGS: Final = {Reason.DECIDING: "决定审查路径", Reason.REQUIRED: "必答", Reason.OPTIONAL: "选答"}

_LONGEST_BRIEF: Final = 40
# Of what people call an entry or a proof, where many stand in one cell of a sheet.
LONGEST_NAME: Final = 400
_MOST_REASONS: Final = 6
_MOST_NAMES: Final = 2

# What the standard declares of a fact, answered or computed.
DeclaredFact = Question | Derived


def value_text(fact: DeclaredFact, value: Value, words: Wording = CHINESE) -> str | None:
    """The words for a value, as the place of print wants them; None where it is unknown.

    Lists give the number of their entries.
    """
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
            chosen = [label for key, label in fact.values.items() if key in sure]
            return words.joined(chosen) or none_label(fact, words)
        case tuple():
            listed = value or not words.edited
            return words.entries.format(len(value)) if listed else words.nothing
        case str():
            text = fact.values.get(value, value)
            return text if words.edited else text.rstrip("\n")
    return str(value)


def prompt_text(question: Question, value: Value, unknown: str = UNSURE_WORD) -> str:
    """A value as it stands at a prompt; `unknown` where it is not known.

    “None of them” is 没有 there, whatever the question calls it.
    """
    if value == Several():
        return PROMPT.nothing
    if isinstance(value, Placeholder):
        return f"{value.text}（不算回答，以后补上）"
    text = value_text(question, value, PROMPT)
    return unknown if text is None else text


def brief_text(question: Question, value: Value) -> str:
    """The same on part of a line."""
    text = prompt_text(question, value).replace("\n", " ")
    return text if len(text) <= _LONGEST_BRIEF else text[:_LONGEST_BRIEF] + "…"


def option_labels(fact: DeclaredFact, words: Wording = CHINESE) -> Mapping[str, str]:
    """The labels to choose from by what is written for them; none where the answer is free."""
    return {"yes": words.yes, "no": words.no} if fact.type == "bool" else fact.values


def takes_none(fact: DeclaredFact) -> bool:
    """Whether several may be chosen, and none of them as well without an option saying so."""
    return (
        isinstance(fact, Question)
        and fact.type == "choices"
        and not fact.at_least_one
        and fact.none_value is None
    )


def none_label(fact: DeclaredFact, words: Wording = CHINESE) -> str:
    """The word for “none of them”."""
    none = fact.none_value if isinstance(fact, Question) else None
    return fact.values.get(none or "", words.nothing)


def entry_title(question: Question, entry: Element) -> str:
    """What an entry of a list is called in a menu: its id and its first text."""
    named = (field for field in question.fields if field.type == "text" and not field.like_by)
    texts = (entry.fields.get(field.path) for field in named)
    name = next((text for text in texts if isinstance(text, str)), "")
    return f"{entry.id} {name}".strip()


def place_title(place: AnswerPlace) -> str:
    """What a place is called: its label, with the list's entry before it."""
    if place.owner is None or place.element is None:
        return place.question.label
    return f"{place.owner.label}·{entry_title(place.owner, place.element)}：{place.question.label}"


def fact_at(standard: Standard, path: str) -> DeclaredFact | None:
    """The question or computed fact at a path, also for `list[id].field`; None for decisions."""
    if path in standard.derived:
        return standard.derived[path]
    try:
        return question_at(standard, path)
    except KeyError:
        return None


def strength_label(result: RuleResult) -> str:
    """How far a rule binds this study: 必须, 从严建议, or 实践 where no norm asks it."""
    return _PRACTICE if result.practice else STRENGTH[result.strength]


def severity_label(facts: Facts, item: ReviewItem) -> str:
    """How grave a review item is for this study: 必须, 建议, or 实践."""
    return _PRACTICE if facts.coverage.is_practice(item.basis) else SEVERITY[item.severity]


def labels(facts: Facts, paths: Iterable[str]) -> list[str]:
    """What people call these facts, each once, in the order of their paths."""
    return list(dict.fromkeys(label_at(facts.standard, facts, path) for path in sorted(paths)))


def reasons(facts: Facts, behind: Mapping[str, Value]) -> str:
    """“弱势群体：未成年人；数据资产的模态：医学影像（胸部 CT、膝关节 MRI）”.

    The facts that an outcome rests on: a field of several entries once, with their names; facts
    that do not apply and bare lists are left out; at most six, then 等; of the names two.
    """
    clauses: dict[str, list[str]] = {}
    for path, value in behind.items():
        if isinstance(value, tuple | NotApplicable):
            continue
        match = ELEMENT_PATH.fullmatch(path)
        text = cut(_reason_text(facts.standard, path, value), LONGEST_NAME)
        if match is None:
            clauses.setdefault(f"{label_at(facts.standard, facts, path)}：{text}", [])
            continue
        owner = facts.standard.questions[match["list"]]
        field = owner.field_named(match["field"])
        label = f"{owner.label}的{field.label if field else match['field']}"
        clauses.setdefault(f"{label}：{text}", []).append(_entry_name(facts, match))
    texts = [f"{text}（{_some(names)}）" if names else text for text, names in clauses.items()]
    return "；".join(texts[:_MOST_REASONS]) + ("等" if len(texts) > _MOST_REASONS else "")


def cut(text: str, most: int) -> str:
    """The beginning of a long text, on one line; that it goes on is said."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}……"


def _some(names: list[str]) -> str:
    """The first names of a list's entries, and how many there are when that is not all."""
    few = "、".join(names[:_MOST_NAMES])
    return few if len(names) <= _MOST_NAMES else f"{few}等 {len(names)} 项"


def _entry_name(facts: Facts, match: re.Match[str]) -> str:
    entry = entry_of(facts.get(match["list"]), match["id"])
    return match["id"] if entry is None else cut(name_of(entry), LONGEST_NAME)


def _reason_text(standard: Standard, path: str, value: Value) -> str:
    fact = fact_at(standard, path)
    if fact is not None:
        return value_text(fact, value) or CHINESE.nothing
    table = standard.tables.get(path.removeprefix("decided."))
    if table is None:
        if isinstance(value, bool):
            return CHINESE.yes if value else CHINESE.no
        return CHINESE.date(value) if isinstance(value, date) else str(value)
    if isinstance(value, Several):
        outcomes = [table.label_of(key) for key in table.order if key in value.sure]
        return CHINESE.joined(outcomes) or CHINESE.nothing
    return CHINESE.not_applicable if isinstance(value, NotApplicable) else table.label_of(value)
