"""Answers as people write them ↔ values: one reading for files, flags, cells and prompts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import SequenceMatcher, get_close_matches
from typing import Final

from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Placeholder,
    Several,
    Value,
)
from mmethics_cli.core.conditions.written import (
    NO_TYPED,
    NONE_TYPED,
    UNSURE_WORDS,
    YES_TYPED,
    date_advice,
    hidden_in,
    is_cut_number,
    parse_date,
    parse_int,
    parse_month,
    plain,
)
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.placeholders import LONGEST, placeholder_group
from mmethics_cli.core.standard.texts import NO_PLACEHOLDERS, Placeholders

NOT_APPLICABLE = "not_applicable"
NOT_APPLICABLE_WORD: Final = "不适用"
_SEPARATORS: Final = str.maketrans("，、", ",,")
# 不适用：理由, 不适用（理由）; the comma belongs to prose unless the question may not apply.
_DECLINED: Final = r"(?s)\s*不适用\s*(?:[:：](?P<why>.*)|[（(](?P<in>.*)[)）]\s*|)"
_DECLINED_LOOSELY: Final = r"(?s)\s*不适用[\s,，。；;]+(?P<why>.*)"
_ASIDE: Final = r"[(（][^()（）]*[)）]"
# A question in words like these is answered 有 or 没有 as well.
_ASKS_FOR_ANY: Final = ("是否有", "是否存在", "是否含", "有没有", "有无")
# Of longer lists of options only so many are named: those most like what was written.
_SHOWN_WHOLE: Final = 12
_SHOWN_NEAR: Final = 4
ANY_TYPED: Final = {"有": True, "没有": False, "无": False}


class Refused(Exception):
    """The question can't take this answer; says why and what it takes."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def read_value(
    question: Question, raw: object, placeholders: Placeholders = NO_PLACEHOLDERS
) -> Value:
    """The value of one answer (str, list or mapping as read from text); UNKNOWN when it is blank.

    Placeholder for words that only keep the place of an answer. Raises Refused when the question
    can't take it.
    """
    if raw is None or raw == "":
        return UNKNOWN
    if isinstance(raw, dict):
        return _not_applicable(question, raw, placeholders)
    if not isinstance(raw, str):
        if question.type == "choices":
            return _several(question, raw)
        raise Refused(f"“{question.label}”应是一个值，不是列表", "请写在同一行")
    if question.type == "text":
        return _text(question, raw, placeholders)
    try:
        return _typed(question, raw, placeholders)
    except Refused:
        group = placeholder_group(placeholders, question, raw)
        if group is None or group.kind == "none":
            raise
        return Placeholder(raw)


def _text(question: Question, raw: str, placeholders: Placeholders) -> Value:
    short = len(raw) <= LONGEST
    if not raw.strip() or (short and plain(raw) in {"", *UNSURE_WORDS}):
        return UNKNOWN
    reason = _declined(question, raw)
    if reason is not None:
        return _not_applicable(question, {NOT_APPLICABLE: reason}, placeholders)
    if short and is_cut_number(raw):
        raise Refused(
            f"“{question.label}”是“{plain(raw)}”：长号码被 Excel 改成了科学记数，后几位已经丢了",
            "请按原件重新写；在 Excel 里先把这一格设为文本格式再填",
        )
    return Placeholder(raw) if placeholder_group(placeholders, question, raw) else raw


def _typed(question: Question, raw: str, placeholders: Placeholders) -> Value:
    """An answer that is no text: one of the question's values, a number or a day."""
    text = plain(raw)
    if not text or text.casefold() in UNSURE_WORDS:
        return UNKNOWN
    _require_seen(question, text)
    if question.type not in ("choice", "choices") or option_of(question, text) is None:
        reason = _declined(question, raw)
        if reason is not None:
            return _not_applicable(question, {NOT_APPLICABLE: reason}, placeholders)
    if question.type == "bool":
        return _bool(question, text)
    if question.type == "choice":
        return _key(question, text)
    if question.type == "choices":
        return _several(question, text)
    return _number_or_date(question, raw)


def _require_seen(question: Question, text: str) -> None:
    """Raises Refused for a character within a text that nobody can see."""
    if (hidden := hidden_in(text)) is not None:
        raise Refused(
            f"“{question.label}”的回答里有看不见的字符：{hidden}", "请删去它，或把回答重新打一遍"
        )


def _declined(question: Question, raw: str) -> str | None:
    """The reason why a question does not apply; empty where none is given, None if it may apply."""
    match = re.fullmatch(_DECLINED, raw)
    if match is None and question.may_not_apply:
        match = re.fullmatch(_DECLINED_LOOSELY, raw)
    if match is None:
        return None
    parts = match.groupdict()
    return (parts.get("why") or parts.get("in") or "").strip()


def _bool(question: Question, text: str) -> Value:
    word = text.casefold()
    if word in YES_TYPED:
        return True
    if word in NO_TYPED:
        return False
    if word in ANY_TYPED and asks_for_any(question):
        return ANY_TYPED[word]
    raise Refused(
        f"“{question.label}”应是“是”“否”或“不清楚”，现在是“{_short(text)}”", _or_declined(question)
    )


def asks_for_any(question: Question) -> bool:
    """Whether a question of yes or no is answered 有 and 没有 as well."""
    asked = question.label + question.prompt
    return any(words in asked for words in _ASKS_FOR_ANY)


def option_words(question: Question) -> tuple[str, ...]:
    """Every word for an option, each once: keys, labels, labels without brackets, other words."""
    labels = [*question.values.values()]
    words = [*question.values, *labels, *map(_squeezed, labels)]
    words += [word for others in question.value_synonyms.values() for word in others]
    return tuple(word for word in dict.fromkeys(words) if option_of(question, plain(word)))


def option_of(question: Question, text: str) -> str | None:
    """The key of an option by its key, its label (with or without what is in brackets there) or
    another word for it; None for anything else."""
    if text in question.values:
        return text
    word = text.casefold()
    labels = {key: plain(label).casefold() for key, label in question.values.items()}
    for key, label in labels.items():
        if word in (key, label):
            return key
    for key, words in question.value_synonyms.items():
        if word in (plain(other).casefold() for other in words):
            return key
    shortened = [key for key, label in labels.items() if _squeezed(label) == _squeezed(word)]
    slug = word.replace("-", "_").replace(" ", "_")
    return shortened[0] if len(shortened) == 1 else slug if slug in question.values else None


def _squeezed(label: str) -> str:
    """A label without what stands in brackets, and without blanks."""
    return "".join(re.sub(_ASIDE, "", label).split())


def _key(question: Question, text: str) -> str:
    key = option_of(question, text)
    if key is not None:
        return key
    near = _near(question, text)
    raise Refused(
        f"“{question.label}”没有“{_short(text)}”这个选项",
        f"是不是{near}？" if near else _choices(question, text),
    )


def _choices(question: Question, text: str) -> str:
    """The options; of a long list those that are most like the text, and where all of them are."""
    labels = list(question.values.values())
    if len(labels) <= _SHOWN_WHOLE:
        return f"可选：{'、'.join(labels)}"
    like = {key: max(map(_alike(text), (key, label))) for key, label in question.values.items()}
    nearest = sorted(like, key=lambda key: -like[key])[:_SHOWN_NEAR]
    named = "、".join(question.values[key] for key in nearest if like[key] > 0)
    listed = f"全部 {len(labels)} 个选项见 mmethics standard show {question.name}"
    return f"相近的有：{named}；{listed}" if named else listed


def _alike(text: str) -> Callable[[str], float]:
    """How far words are like a text: the part of their letters that follow in the same order."""
    matcher = SequenceMatcher(None, b=text.casefold(), autojunk=False)

    def ratio(word: str) -> float:
        matcher.set_seq1(word.casefold())
        return matcher.ratio()

    return ratio


def _near(question: Question, text: str) -> str:
    """The options that a word is like; empty for none, and for too many."""
    words = {word: word for word in (*question.values, *question.values.values())}
    words |= {
        other: question.values.get(key, key)
        for key, others in question.value_synonyms.items()
        for other in others
    }
    close = get_close_matches(text, words, 1)
    if not close:
        labels = [label for label in question.values.values() if text in label or label in text]
        close = labels if len(text) > 1 and len(labels) <= 2 else []
    return "还是".join(f"“{words[word]}”" for word in close)


def _several(question: Question, raw: object) -> Value:
    if isinstance(raw, str):
        text = plain(raw)
        if text.casefold() in UNSURE_WORDS:
            return UNKNOWN
        raw = [text] if _says_none(question, text) else list(_parts(question, text))
    if not isinstance(raw, list) or not all(isinstance(option, str) for option in raw):
        raise Refused(f"“{question.label}”应是选项的列表")
    words = [word for word in map(plain, raw) if word]
    for word in words:
        _require_seen(question, word)
    if len(words) == 1 and _says_none(question, words[0]):
        keys: set[str] = set()
    else:
        keys = {_key(question, word) for word in words}
    if question.none_value in keys and len(keys) > 1:
        label = question.values[question.none_value]
        raise Refused(f"“{question.label}”选了“{label}”，就不能再选别的")
    keys.discard(question.none_value or "")
    if question.at_least_one and not keys:
        raise Refused(f"“{question.label}”至少要选一项")
    return Several(frozenset(keys))


def _says_none(question: Question, text: str) -> bool:
    return says_none(text) and option_of(question, text) is None


def says_none(text: str) -> bool:
    """Whether a word says that a list has no entries, or that no option holds."""
    return plain(text) in NONE_TYPED


def _parts(question: Question, text: str) -> Iterator[str]:
    """The options of a list written in one line; a label may hold the sign that separates them."""
    pieces = text.strip("[]").translate(_SEPARATORS).split(",")
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


def _number_or_date(question: Question, raw: str) -> Value:
    value: int | date | None
    if question.type == "int":
        other = option_of(question, plain(raw)) if question.value_synonyms else None
        value = parse_int(other or raw, question.units)
    else:
        value = _read_day(question, raw)
    if value is None:
        raise Refused(*_no_number_or_date(question, raw))
    for bound, below in ((question.minimum, True), (question.maximum, False)):
        limit = _limit(question, bound)
        if limit is not None and _beyond(value, limit, below=below):
            word = "小于" if below else "大于"
            raise Refused(
                f"“{question.label}”不能{word} {bound}，现在是 {_short(plain(raw))}",
                "请核对；还没有定的先留空",
            )
    return value


def _read_day(question: Question, text: str) -> date | None:
    month = parse_month(text) if question.precision == "month" else None
    return month or parse_date(text)


def _no_number_or_date(question: Question, raw: str) -> tuple[str, str]:
    text = _short(plain(raw))
    if question.type == "int":
        how = f"例如 {question.example}" if parse_int(question.example) is not None else "例如 320"
        return f"“{question.label}”应是整数，现在是“{text}”", f"{how}{_or_declined(question, '；')}"
    month = question.precision == "month"
    advice = date_advice(raw, month=month)
    return (
        f"“{question.label}”应是日期{'（到月也可以）' if month else ''}，现在是“{text}”",
        f"{advice}{_or_declined(question, '；')}",
    )


def _or_declined(question: Question, before: str = "") -> str:
    return f"{before}不适用时写“{NOT_APPLICABLE_WORD}：理由”" if question.may_not_apply else ""


def _limit(question: Question, bound: str | None) -> int | date | None:
    if bound is None:
        return None
    return parse_int(bound) if question.type == "int" else _read_day(question, bound)


def _beyond(value: int | date, limit: int | date, *, below: bool) -> bool:
    if isinstance(value, date):
        assert isinstance(limit, date)
        return value < limit if below else value > limit
    assert isinstance(limit, int)
    return value < limit if below else value > limit


def _not_applicable(
    question: Question, raw: Mapping[str, object], placeholders: Placeholders
) -> Value:
    reason = raw.get(NOT_APPLICABLE)
    if set(raw) != {NOT_APPLICABLE} or not isinstance(reason, str):
        raise Refused(
            f"“{question.label}”不能是一组键值", f"不适用时写“{NOT_APPLICABLE_WORD}：理由”"
        )
    if not question.may_not_apply:
        raise Refused(f"“{question.label}”不能答“不适用”", "请写出内容")
    if not reason.strip():
        raise Refused(f"“{question.label}”答不适用要写理由", f"写成“{NOT_APPLICABLE_WORD}：理由”")
    group = placeholder_group(placeholders, question, reason)
    if group is not None and group.kind != "none":
        return Placeholder(f"{NOT_APPLICABLE_WORD}：{reason}")
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
        case Placeholder(text):
            return text
    return "unsure" if question.type in ("bool", "choice", "choices") else ""


def write_element(question: Question, element: Element) -> dict[str, object]:
    """One entry of a list as a plain tree: its id, then the fields that were answered."""
    answered = {name: value for name, value in element.fields.items() if value is not UNKNOWN}
    written: dict[str, object] = {"id": element.id}
    for field in question.fields:
        if field.path in answered:
            written[field.path] = write_value(field, answered[field.path])
    return written
