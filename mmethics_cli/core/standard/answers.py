"""Answers as people write them ↔ values: one reading for files, flags, cells and prompts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches

from mmethics_cli.core.conditions.values import (
    NO_WORDS,
    UNKNOWN,
    UNSURE_WORDS,
    YES_WORDS,
    Element,
    NotApplicable,
    Several,
    Value,
    parse_date,
    parse_int,
    plain,
)
from mmethics_cli.core.standard.model import Question

NOT_APPLICABLE = "not_applicable"
_SEPARATORS = str.maketrans("，、", ",,")


class Refused(Exception):
    """The question can't take this answer; says why and what it takes."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def read_value(question: Question, raw: object) -> Value:
    """The value of one answer (str, list or mapping as read from text); UNKNOWN when it is blank.

    Raises Refused when the question can't take it.
    """
    if raw is None or raw == "":
        return UNKNOWN
    if isinstance(raw, dict):
        return _not_applicable(question, raw)
    if question.type == "choices":
        return _several(question, raw)
    if not isinstance(raw, str):
        raise Refused(f"“{question.label}”应是一个值，不是列表", "请写在同一行")
    if question.type == "text":
        return raw if raw.strip() else UNKNOWN
    text = plain(raw)
    if not text or (text in UNSURE_WORDS and question.type in ("bool", "choice")):
        return UNKNOWN
    if question.type == "bool":
        return _bool(question, text)
    if question.type == "choice":
        return _key(question, text)
    return _number_or_date(question, text)


def _bool(question: Question, text: str) -> Value:
    if text.lower() in YES_WORDS:
        return True
    if text.lower() in NO_WORDS:
        return False
    raise Refused(f"“{question.label}”应是“是”“否”或“不清楚”，现在是“{_short(text)}”")


def _key(question: Question, text: str) -> str:
    for key, label in question.values.items():
        if text in (key, plain(label)):
            return key
    near = get_close_matches(text, [*question.values, *question.values.values()], 1)
    options = "、".join(question.values.values())
    raise Refused(
        f"“{question.label}”没有“{_short(text)}”这个选项",
        f"是不是“{near[0]}”？" if near else f"可选：{options}",
    )


def _several(question: Question, raw: object) -> Value:
    if isinstance(raw, str):
        text = plain(raw)
        if text in UNSURE_WORDS:
            return UNKNOWN
        raw = list(_parts(question, text.translate(_SEPARATORS).split(",")))
    if not isinstance(raw, list) or not all(isinstance(option, str) for option in raw):
        raise Refused(f"“{question.label}”应是选项的列表")
    keys = {_key(question, plain(option)) for option in raw if plain(option)}
    if question.none_value in keys and len(keys) > 1:
        label = question.values[question.none_value]
        raise Refused(f"“{question.label}”选了“{label}”，就不能再选别的")
    keys.discard(question.none_value or "")
    if question.at_least_one and not keys:
        raise Refused(f"“{question.label}”至少要选一项")
    return Several(frozenset(keys))


def _parts(question: Question, pieces: list[str]) -> Iterator[str]:
    """The options of a list written in one line; a label may hold the sign that separates them."""
    labels = {plain(zh).translate(_SEPARATORS): key for key, zh in question.values.items()}
    at = 0
    while at < len(pieces):
        ends = range(len(pieces), at, -1)
        joined = ((end, ",".join(pieces[at:end]).strip()) for end in ends)
        end, part = next(
            ((end, labels[text]) for end, text in joined if text in labels), (at + 1, pieces[at])
        )
        yield part
        at = end


def _number_or_date(question: Question, text: str) -> Value:
    number = parse_int(text) if question.type == "int" else None
    day = parse_date(text) if question.type == "date" else None
    value = number if day is None else day
    if value is None:
        if question.type == "int":
            raise Refused(f"“{question.label}”应是整数，现在是“{_short(text)}”", "例如 320")
        fix = "例如 2027-03-01"
        raise Refused(f"“{question.label}”应是日期，现在是“{_short(text)}”", fix)
    for bound, below in ((question.minimum, True), (question.maximum, False)):
        limit = _limit(question, bound)
        if limit is not None and _beyond(value, limit, below=below):
            word = "小于" if below else "大于"
            raise Refused(f"“{question.label}”不能{word} {bound}，现在是 {_short(text)}")
    return value


def _limit(question: Question, bound: str | None) -> int | date | None:
    if bound is None:
        return None
    return parse_int(bound) if question.type == "int" else parse_date(bound)


def _beyond(value: int | date, limit: int | date, *, below: bool) -> bool:
    if isinstance(value, date):
        assert isinstance(limit, date)
        return value < limit if below else value > limit
    assert isinstance(limit, int)
    return value < limit if below else value > limit


def _not_applicable(question: Question, raw: Mapping[str, object]) -> NotApplicable:
    reason = raw.get(NOT_APPLICABLE)
    if set(raw) != {NOT_APPLICABLE} or not isinstance(reason, str) or not reason.strip():
        raise Refused(f"“{question.label}”不能是一组键值", "不适用时写 {not_applicable: 理由}")
    if not question.may_not_apply:
        raise Refused(f"“{question.label}”不能答“不适用”", "请写出内容")
    return NotApplicable(reason)


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


def write_value(question: Question, value: Value) -> object:
    """The plain tree (str, list, dict) that `read_value` reads back as this value."""
    match value:
        case bool():
            return "yes" if value else "no"
        case NotApplicable(reason):
            return {NOT_APPLICABLE: reason}
        case Several(sure, _):
            return [key for key in question.values if key in sure]
        case tuple():
            return [write_element(question, element) for element in value]
        case date():
            return value.isoformat()
        case int() | str():
            return str(value)
    return "unsure" if question.type in ("bool", "choice", "choices") else ""


def write_element(question: Question, element: Element) -> dict[str, object]:
    """One entry of a list as a plain tree: its id, then the fields that were answered."""
    fields = {field.path: element.get(field.path) for field in question.fields}
    answered = {name: value for name, value in fields.items() if value is not UNKNOWN}
    written: dict[str, object] = {"id": element.id}
    for field in question.fields:
        if field.path in answered:
            written[field.path] = write_value(field, answered[field.path])
    return written
