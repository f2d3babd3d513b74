"""Conditions of the pack in Chinese: when something applies, for people to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from mmethics_cli.core.conditions.language import (
    LONGER,
    All,
    Answered,
    AnyOf,
    Approved,
    Bound,
    Compare,
    Condition,
    Contains,
    Count,
    Empty,
    Every,
    FactRef,
    Limit,
    NamedIn,
    Names,
    Newly,
    Not,
    OneOf,
    Only,
    Periods,
    Reported,
    SameAs,
    ShiftedDay,
    Some,
    SumOf,
    Test,
    TextsOf,
)
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.names import label_of

EVERY_TIME: Final = "每次送审"
_ORDER: Final[Mapping[str, str]] = {
    "at_least": "不小于",
    "at_most": "不大于",
    "more_than": "大于",
    "less_than": "小于",
    "after": "晚于",
    "before": "早于",
}


def condition_text(standard: Standard, condition: Condition, of: Question | None = None) -> str:
    """A condition as words; `of` is the list whose entry it is about."""
    match condition:
        case All(()):
            return EVERY_TIME
        case All(parts):
            return "；且".join(_inner(standard, part, of) for part in parts)
        case AnyOf(parts):
            return "，或".join(_inner(standard, part, of) for part in parts)
        case Not(part):
            return f"不是〔{condition_text(standard, part, of)}〕"
        case Newly(part):
            return f"新出现：{condition_text(standard, part, of)}"
        case Compare(path, test):
            return _compared(standard, path, test, of)


def _inner(standard: Standard, part: Condition, of: Question | None) -> str:
    words = condition_text(standard, part, of)
    return f"〔{words}〕" if isinstance(part, AnyOf | All) else words


def _compared(standard: Standard, path: str, test: Test, of: Question | None) -> str:
    field = of.field_named(path) if of is not None and "." not in path else None
    label = field.label if field is not None else label_of(standard, path)
    match test:
        case OneOf(values):
            return f"{label}：{_listed(_labels(standard, path, field), values)}"
        case Only(keys):
            return f"{label}只有：{_listed(_labels(standard, path, field), keys)}"
        case Limit(op, bound):
            return f"{label}{_ORDER[op]}{_bound(standard, bound)}"
        case Count(op, bound):
            return f"{label}的项数{_ORDER[op]}{bound}"
        case Empty(wanted):
            return f"{label}：{'没有' if wanted else '有'}"
        case Answered(declined=True):
            return "答了不适用"
        case Answered(own=True):
            return f"{label}不是沿用的"
        case Answered(wanted):
            return f"{label}{'已' if wanted else '未'}填写"
        case Contains(words):
            return f"{label}写到{'、'.join(words)}"
        case Names(texts):
            return f"{label}写到{_texts(standard, texts)}"
        case NamedIn(texts):
            return f"{label}写在{_texts(standard, texts)}里"
        case SameAs(texts):
            return f"{label}就是{_texts(standard, texts)}"
        case Periods(op, texts):
            way = "最长的期限长于" if op == LONGER else "有的期限没有写在"
            return f"{label}{way}{_texts(standard, texts)}"
        case Some(part):
            return f"{label}中有一项（{condition_text(standard, part, standard.questions[path])}）"
        case Every(part):
            return f"{label}每一项（{condition_text(standard, part, standard.questions[path])}）"


def _labels(standard: Standard, path: str, field: Question | None) -> Mapping[str, str]:
    """The words of a fact's values, in the order of the pack."""
    asked = field or standard.questions.get(path) or standard.derived.get(path)
    if asked is not None:
        return asked.values
    table = standard.tables.get(path.removeprefix("decided."))
    return table.values if table is not None else {}


def _listed(labels: Mapping[str, str], values: Iterable[bool | int | str | date]) -> str:
    wanted = set(values)
    if wanted <= {True, False} and not wanted & set(labels):
        return "、".join("是" if yes else "否" for yes in sorted(wanted, reverse=True))
    return "、".join(label for key, label in labels.items() if key in wanted)


def _texts(standard: Standard, texts: TextsOf) -> str:
    return label_of(standard, f"{texts.path}.{texts.field}" if texts.field else texts.path)


def _bound(standard: Standard, bound: Bound) -> str:
    match bound:
        case FactRef(path):
            return label_of(standard, path)
        case Reported(path):
            return f"上次报告的{label_of(standard, path)}"
        case Approved(path):
            return f"批准的{label_of(standard, path)}"
        case SumOf(paths):
            return "、".join(label_of(standard, path) for path in paths) + "之和"
        case ShiftedDay(path, term, _, back):
            way = "减去" if back else "加上"
            return f"{label_of(standard, path)}{way}{label_of(standard, term)}"
    return str(bound)
