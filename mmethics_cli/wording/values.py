"""How a value reads in a document, and the places where an answer is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Unknown,
    Value,
    name_of,
    parse_int,
    plain,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace, Reason
from mmethics_cli.core.standard.answers import NOT_APPLICABLE, Refused, read_value
from mmethics_cli.core.standard.model import Basis, Derived, Question, Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH, label_at, question_at
from mmethics_cli.wording.language import CHINESE, Wording

TAGS: Final = {Reason.DECIDING: "决定审查路径", Reason.REQUIRED: "必答", Reason.OPTIONAL: "选答"}
_SHOWN: Final = 40

Cite = Callable[[tuple[Basis, ...]], str]


def shown(question: Question, value: Value, plain: bool = False) -> str:
    """A value as people write it; `plain` as it is typed into a prompt (unknown is empty)."""
    match value:
        case bool():
            return "是" if value else "否"
        case Several(sure):
            labels = [label for key, label in question.values.items() if key in sure]
            return "、".join(labels) or "没有"
        case NotApplicable(reason):
            return f"{NOT_APPLICABLE_WORD}：{reason}"
        case date():
            return value.isoformat()
        case tuple():
            return f"{len(value)} 项" if value else "没有"
        case int() | str():
            return question.values.get(str(value), str(value))
    return "" if plain else "不清楚"


def brief(question: Question, value: Value) -> str:
    """The same on part of a line."""
    text = shown(question, value).replace("\n", " ")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def read_text(question: Question, text: str) -> Value:
    """The value of a typed text; 不适用：理由 where the question may not apply.

    Raises Refused when the question can't take it.
    """
    if question.may_not_apply and text.startswith(NOT_APPLICABLE_WORD):
        reason = text.removeprefix(NOT_APPLICABLE_WORD).lstrip("：:，, ")
        if not reason:
            raise Refused("不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
        return read_value(question, {NOT_APPLICABLE: reason})
    return read_value(question, text)


def complaint(question: Question, text: str, refused: Callable[[str], str | None]) -> str | None:
    """Why the question can't take a typed text; `refused` names a character no file may hold."""
    bad = refused(text)
    if bad is not None:
        return f"含有不能使用的{bad}，请删去。"
    try:
        read_text(question, text)
    except Refused as refusal:
        return f"{refusal.message}。{refusal.fix}"
    return None


def help_on(question: Question, cite: Cite) -> Iterator[str]:
    """What the question means, an example, how to write the answer, and the law behind it."""
    yield question.help or f"请回答“{question.label}”。"
    if question.example:
        yield f"例如：{question.example}"
    if question.type == "date":
        yield "日期写成 2027-03-01 的样子。"
    if question.may_not_apply:
        yield f"不适用时写“{NOT_APPLICABLE_WORD}：理由”。"
    if question.basis:
        yield f"依据：{cite(question.basis)}"


def name_of_place(place: AnswerPlace) -> str:
    """What a place is called: its label, with the list's entry before it."""
    if place.owner is None or place.element is None:
        return place.question.label
    return f"{place.owner.label}·{title(place.owner, place.element)}：{place.question.label}"


def title(question: Question, element: Element) -> str:
    """What an element is called in a menu: its first text, else its id."""
    texts = (element.get(one.path) for one in question.fields if one.type == "text")
    name = next((text for text in texts if isinstance(text, str)), "")
    return f"{element.id} {name}".strip()


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


NOT_APPLICABLE_WORD: Final = "不适用"
UNSURE_WORD: Final = "不清楚"
NONE_WORD: Final = "没有"
_BEGINNINGS: Final = (f"{NOT_APPLICABLE_WORD}：", f"{NOT_APPLICABLE_WORD}:")
_BOOL: Final = {True: "是", False: "否"}


def typed_text(question: Question, value: Value) -> str:
    """What `read_typed` reads back as this value; a list's length, which it does not read."""
    match value:
        case bool():
            return _BOOL[value]
        case Several(sure):
            labels = [label for key, label in question.values.items() if key in sure]
            return "、".join(labels) or none_word(question)
        case NotApplicable(reason):
            return f"{NOT_APPLICABLE_WORD}：{reason}"
        case date():
            return value.isoformat()
        case tuple():
            return f"{len(value)} 条" if value else NONE_WORD
        case int() | str():
            chosen = question.type == "choice"
            return question.values.get(str(value), str(value)) if chosen else str(value)
    return ""


def read_typed(question: Question, text: str) -> Value:
    """The value of a typed answer; UNKNOWN when it is blank or 不清楚.

    Options may be given by their numbers (1、3); a text is taken as it stands. Raises Refused.
    """
    trimmed = text.strip()
    if plain(trimmed) == UNSURE_WORD:
        return UNKNOWN
    if question.type in ("choice", "choices") and trimmed in question.values.values():
        return read_value(question, trimmed)
    if trimmed == NOT_APPLICABLE_WORD or trimmed[: len(NOT_APPLICABLE_WORD) + 1] in _BEGINNINGS:
        return _not_applicable(question, text.lstrip()[len(NOT_APPLICABLE_WORD) + 1 :])
    if question.type == "choices":
        if plain(trimmed) in (NONE_WORD, none_word(question)):
            return read_value(question, [question.none_value] if question.none_value else [])
        return read_value(question, _by_numbers(question, trimmed) or trimmed)
    return read_value(question, text)


def none_word(question: Question) -> str:
    """What is typed for “none of the options”."""
    return question.values.get(question.none_value or "", NONE_WORD)


def _not_applicable(question: Question, reason: str) -> Value:
    if question.may_not_apply and not reason.strip():
        raise Refused(f"“{question.label}”答不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
    return read_value(question, {NOT_APPLICABLE: reason if reason.strip() else "-"})


def _by_numbers(question: Question, text: str) -> list[str] | None:
    """The options that the numbers name, counted from 1; None when the text is not of numbers."""
    keys = list(question.values)
    numbers = [parse_int(one) for one in plain(text).replace("、", ",").split(",") if one.strip()]
    chosen = [keys[one - 1] for one in numbers if one is not None and 0 < one <= len(keys)]
    return chosen if chosen and len(chosen) == len(numbers) else None
