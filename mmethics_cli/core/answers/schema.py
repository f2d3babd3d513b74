"""The JSON Schemas (draft 7) of a dossier's files: what may stand where, for editors.

A schema takes answers as `read_value` does, and keys of the pack alone. What it can't say is left
to `check`: whether a day stands in the calendar, a bound on a number written as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mmethics_cli.core.answers.self_check import ANSWER_KEYS, ANSWERS
from mmethics_cli.core.conditions.written import (
    NO_TYPED,
    NONE_TYPED,
    UNSURE_WORDS,
    YES_TYPED,
    date_advice,
    parse_int,
)
from mmethics_cli.core.standard.answers import (
    ANY_TYPED,
    NOT_APPLICABLE,
    asks_for_any,
    option_words,
)
from mmethics_cli.core.standard.model import Question, ReviewItem, Standard
from mmethics_cli.core.standard.names import is_of_event

Schema = dict[str, Any]

_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
_SCALAR: Final = ["string", "number", "boolean", "null"]
_BLANK: Final[Schema] = {"type": "null"}

# Patterns, in what Python and editors (ECMAScript) read alike.
_D: Final = "[0-9０-９]"
_NUMBER: Final = f"(?:{_D}{{1,15}}|{_D}{{1,3}}(?:(?:[,，]{_D}{{3}}){{1,4}}|(?: {_D}{{3}}){{1,4}}))"
_SIGN: Final = r"[-/.。、,·\\－／．，\s\u2010-\u2015\u2212\ufe63]"
_DAY_NUMBER: Final = "(?:[0０]?[1-9１-９]|[12１２][0-9０-９]|[3３][01０１])"
_MONTH_NUMBER: Final = "(?:[0０]?[1-9１-９]|[1１][0-2０-２])"
_HAN: Final = r"[〇○零一二三四五六七八九]{4}\s*年\s*[一二三四五六七八九十]{1,3}\s*月"
_DAY_FORMS: Final = (
    rf"{_D}{{4}}\s*({_SIGN})\s*{_MONTH_NUMBER}\s*\1\s*{_DAY_NUMBER}",
    rf"{_D}{{4}}\s*年\s*{_MONTH_NUMBER}\s*月\s*{_DAY_NUMBER}\s*[日号]?",
    rf"{_D}{{8}}",
    rf"{_HAN}\s*[一二三四五六七八九十廿卅]{{1,4}}\s*[日号]?",
)
_MONTH_FORMS: Final = (rf"{_D}{{4}}\s*[-/.。年]\s*{_MONTH_NUMBER}\s*(?:月份?)?", _HAN)
_MIDNIGHT: Final = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?Z?)?"
# These stand for themselves behind a backslash alone.
_SYNTAX: Final = frozenset(r"\^$.*+?()[]{}|/")


def dossier_schema(standard: Standard) -> Schema:
    """What dossier.yaml may say: each question of the study under its path."""
    root: Schema = _group({}, standard.title)
    for question in standard.questions.values():
        if is_of_event(question.path):
            continue
        *groups, key = question.path.split(".")
        place = root
        for group in groups:
            title = standard.sections.get(question.section, group)
            place = place["properties"].setdefault(group, _group({}, title))
        place["properties"][key] = _answer(question)
    return {"$schema": _DRAFT, **root, "definitions": _definitions()}


def self_check_schema(standard: Standard) -> Schema:
    """What self-check.yaml may say: an answer to each review item of the applicant's side."""
    items = standard.items.values()
    answers = {item.id: _item(item) for item in items if item.side == "applicant"}
    return {"$schema": _DRAFT, **_group(answers, standard.title)}


def _group(properties: Schema, title: str) -> Schema:
    return {
        "title": title,
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }


def _definitions() -> Schema:
    """Forms of answers that many questions take."""
    day = _text(_whole(_DAY_FORMS, _MIDNIGHT), date_advice(""))
    month = _text(_whole(_MONTH_FORMS), date_advice("", month=True))
    return {
        "yes_no": {
            "anyOf": [
                {"enum": ["是", "否", "不清楚", "yes", "no", "unsure"]},
                {"type": "boolean"},
                _words(YES_TYPED | NO_TYPED),
            ]
        },
        "day": {"anyOf": [day, {"type": "integer", "minimum": 10000101, "maximum": 99991231}]},
        "month": {
            "anyOf": [
                month,
                {"type": "number", "minimum": 1000, "maximum": 10000},
                {"$ref": "#/definitions/day"},
            ]
        },
        "unsure": _words(UNSURE_WORDS | {""}),
        "none": _words(NONE_TYPED),
        "not_applicable": {
            "anyOf": [
                {
                    "type": "object",
                    "properties": {
                        NOT_APPLICABLE: {"title": "不适用的理由", "type": "string", "minLength": 1}
                    },
                    "required": [NOT_APPLICABLE],
                    "additionalProperties": False,
                },
                {"type": "string", "pattern": r"^\s*不适用\s*[:：（(,，。；;\s]\s*\S"},
            ]
        },
    }


def _answer(question: Question) -> Schema:
    """One question: its label, what is asked, and every form in which it takes an answer."""
    parts = (question.prompt, question.help, question.example and f"例如：{question.example}")
    forms = [*_forms(question), _BLANK]
    if question.type not in ("text", "list"):
        forms.append({"$ref": "#/definitions/unsure"})
    if question.may_not_apply:
        forms.append({"$ref": "#/definitions/not_applicable"})
    return {
        "title": question.label,
        "description": "\n".join(filter(None, parts)),
        "anyOf": forms,
    }


def _forms(question: Question) -> list[Schema]:
    match question.type:
        case "bool":
            any_: list[Schema] = [{"enum": list(ANY_TYPED)}] if asks_for_any(question) else []
            return [{"$ref": "#/definitions/yes_no"}, *any_]
        case "choice":
            return _options(question)
        case "choices":
            return _several(question)
        case "int":
            return _numbers(question)
        case "date":
            return [{"$ref": f"#/definitions/{question.precision}"}]
        case "list":
            return _entries(question)
    return [{"type": _SCALAR}]


def _options(question: Question) -> list[Schema]:
    """One option by its key, offered with its label, or by another word for it."""
    labels = list(question.values.values())
    others = [word for word in option_words(question) if word not in question.values]
    return [{"enum": list(question.values), "enumDescriptions": labels}, {"enum": others}]


def _several(question: Question) -> list[Schema]:
    """Options as a list, or in one line with a comma between them."""
    option = f"(?:{'|'.join(map(_escaped, option_words(question)))})"
    line = rf"^\s*{option}(?:\s*[,，、]\s*{option})*\s*$"
    forms = _options(question)
    entries = {"type": "array", "items": {"anyOf": forms}}
    if question.at_least_one:
        return [entries | {"minItems": 1}, *forms, {"type": "string", "pattern": line}]
    none = {"$ref": "#/definitions/none"}
    return [entries, *forms, {"type": "string", "pattern": line}, none]


def _numbers(question: Question) -> list[Schema]:
    number: Schema = {"type": "integer"}
    bounds = {"minimum": question.minimum, "maximum": question.maximum}
    for key, bound in bounds.items():
        if bound is not None and (limit := parse_int(bound)) is not None:
            number[key] = limit
    sign = "" if number.get("minimum", -1) >= 0 else "[-－]?"
    units = "|".join(map(_escaped, question.units))
    written = rf"{sign}{_NUMBER}(?:[.．][0０]{{1,2}})?\s*(?:{units})?"
    words = [word for others in question.value_synonyms.values() for word in others]
    synonyms: list[Schema] = [{"enum": words}] if words else []
    return [number, _text(_whole([written]), "请写数字，例如 320"), *synonyms]


def _entries(question: Question) -> list[Schema]:
    id_ = {"title": "编号", "description": "这一项的编号，各项不同", "type": _SCALAR}
    fields = {"id": id_} | {field.path: _answer(field) for field in question.fields}
    entry = {"type": "object", "properties": fields, "additionalProperties": False}
    return [{"type": "array", "items": entry}, {"$ref": "#/definitions/none"}]


def _item(item: ReviewItem) -> Schema:
    answers = [{"enum": list(ANSWERS), "enumDescriptions": list(ANSWERS.values())}]
    given: Mapping[str, Schema] = {
        "answer": {"title": "自查结果", "anyOf": [*answers, _words(ANSWERS.values()), _BLANK]},
        "note": {"title": "说明", "description": "答不符合、不适用的写明理由", "type": _SCALAR},
        "evidence": {"title": "证据", "description": "附件的编号，或回答的路径", "type": _SCALAR},
        "page": {"title": "页码", "type": _SCALAR},
    }
    group = _group({key: given[key] for key in ANSWER_KEYS}, f"{item.id} {item.theme}")
    return group | {"description": item.text}


def _words(words: Iterable[str]) -> Schema:
    """Any of the words, in capitals or not, blanks around it."""
    return {"type": "string", "pattern": _whole(sorted(map(_in_any_case, words)))}


def _text(pattern: str, advice: str) -> Schema:
    """A text of that pattern; editors show the advice where another one stands."""
    return {"type": "string", "pattern": pattern, "patternErrorMessage": advice}


def _whole(forms: Iterable[str], end: str = "") -> str:
    return rf"^\s*(?:{'|'.join(forms)}){end}\s*$"


def _in_any_case(word: str) -> str:
    return "".join(
        f"[{letter.upper()}{letter}]" if letter.isascii() and letter.isalpha() else _escaped(letter)
        for letter in word.lower()
    )


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in _SYNTAX else sign for sign in text)
