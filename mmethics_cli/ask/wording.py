"""Questions and answers in words: how a value reads, what was typed, what help there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from mmethics_cli.core.answers import NOT_APPLICABLE, Refused, read_value
from mmethics_cli.core.law import Basis
from mmethics_cli.core.relevance import Place, Reason
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import Element, NotApplicable, Several, Value

NOT_APPLICABLE_WORD: Final = "不适用"
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


def name_of_place(place: Place) -> str:
    """What a place is called: its label, with the list's entry before it."""
    if place.owner is None or place.element is None:
        return place.question.label
    return f"{place.owner.label}·{title(place.owner, place.element)}：{place.question.label}"


def title(question: Question, element: Element) -> str:
    """What an element is called in a menu: its first text, else its id."""
    texts = (element.get(one.path) for one in question.fields if one.type == "text")
    name = next((text for text in texts if isinstance(text, str)), "")
    return f"{element.id} {name}".strip()
