"""Reading a tree of answers: which question each key belongs to, and every place that fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct, field

from mmethics_cli.core.answers.troubles import Trouble, unknown_name
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    KeyPath,
    Placeholder,
    Value,
    answered,
)
from mmethics_cli.core.conditions.written import blank_in, hidden_in
from mmethics_cli.core.standard.answers import Refused, read_value, says_none
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.placeholders import not_an_answer


class AnswerTree(Struct):
    """What a tree of answers says: values and places by path, and what could not be read.

    `written` are the values as they stand there, placeholders too; `values` are those that count.
    `unknown` are keys and shapes that no question has: an UnknownName may be one of another pack,
    any other makes the file unreadable. `refused` are scalars that their question refuses, and
    `placeholders` words that only keep the place of an answer: both count as unanswered.
    """

    values: dict[str, Value] = field(default_factory=dict)
    written: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, KeyPath] = field(default_factory=dict)
    unknown: list[Trouble] = field(default_factory=list)
    refused: list[Trouble] = field(default_factory=list)
    placeholders: list[Trouble] = field(default_factory=list)


def read_tree(standard: Standard, tree: object, beside: Collection[str] = ()) -> AnswerTree:
    """Read nested answers (as from a YAML file); every place that can't be used is reported.

    Keys of `beside` at the top are no answers: they are left to others.
    """
    reading = AnswerTree()
    if tree is not None:
        _read_group(standard, tree, "", (), reading, beside)
    counted = {path: answered(value) for path, value in reading.written.items()}
    reading.values = {path: value for path, value in counted.items() if value is not UNKNOWN}
    return reading


def _read_group(
    standard: Standard,
    tree: object,
    prefix: str,
    keys: KeyPath,
    reading: AnswerTree,
    beside: Collection[str] = (),
) -> None:
    if not isinstance(tree, dict):
        reading.unknown.append(_no_group(tree, f"“{prefix}”" if prefix else "文件", keys))
        return
    names: dict[str, str] = {}
    for key, raw in tree.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        question = standard.questions.get(path)
        here = (*keys, key)
        if key in beside:
            continue
        if question is not None:
            _read_answer(standard, question, raw, here, reading)
        elif path in standard.groups:
            if raw is not None:
                _read_group(standard, raw, path, here, reading)
        else:
            names = names or _names_below(standard, prefix) | dict.fromkeys(beside, "")
            reading.unknown.append(unknown_name(standard, "问题", path, here, tree, names))


def _no_group(tree: object, what: str, keys: KeyPath) -> Trouble:
    """That a group of keys is wanted, or which blank stands in place of that after a colon."""
    _, colon, rest = tree.partition(":") if isinstance(tree, str) else ("", "", "")
    blank = blank_in(rest[:1]) if colon else None
    if blank is not None:
        return Trouble("", keys, f"冒号后面是{blank}，不是空格", "请删去它，改成英文冒号加空格“: ”")
    return Trouble("", keys, f"{what}应是一组“键: 值”")


def _names_below(standard: Standard, prefix: str) -> dict[str, str]:
    """The keys that can stand in a group, in their order; those of questions with their labels."""
    start = prefix + "." if prefix else ""
    names: dict[str, str] = {}
    for path, question in standard.questions.items():
        if path.startswith(start):
            key, _, rest = path[len(start) :].partition(".")
            names.setdefault(key, "" if rest else question.label)
    return names


def _read_answer(
    standard: Standard, question: Question, raw: object, keys: KeyPath, reading: AnswerTree
) -> None:
    reading.keys[question.path] = keys
    if question.type == "list":
        _read_list(standard, question, raw, keys, reading)
        return
    if isinstance(raw, list) and question.type != "choices":
        reading.unknown.append(Trouble("", keys, f"“{question.label}”应是一个值，不是列表"))
        return
    value = _read_scalar(standard, question, question.path, raw, keys, reading)
    if value is not UNKNOWN:
        reading.written[question.path] = value


def _read_scalar(
    standard: Standard,
    question: Question,
    path: str,
    raw: object,
    keys: KeyPath,
    reading: AnswerTree,
) -> Value:
    try:
        value = read_value(question, raw, standard.placeholders)
    except Refused as refusal:
        reading.refused.append(Trouble(path, keys, refusal.message, refusal.fix))
        return UNKNOWN
    if isinstance(value, Placeholder):
        message, fix = not_an_answer(
            standard.placeholders,
            question.label,
            value.text,
            may_not_apply=question.may_not_apply,
        )
        reading.placeholders.append(Trouble(path, keys, message, fix))
    return value


def _read_list(
    standard: Standard, question: Question, raw: object, keys: KeyPath, reading: AnswerTree
) -> None:
    if raw is None:
        return
    if isinstance(raw, str) and says_none(raw):
        raw = []
    if not isinstance(raw, list):
        fix = "每一项以“- ”开头；一条也没有的写 []"
        reading.unknown.append(Trouble("", keys, f"“{question.label}”应是列表", fix))
        return
    elements = list(_read_elements(standard, question, raw, keys, reading))
    seen: set[str] = set()
    for place, element in elements:
        if element.id in seen:
            message = f"“{question.label}”里编号“{element.id}”重复"
            reading.unknown.append(Trouble("", place, message, "每一项的 id 要不同"))
        seen.add(element.id)
    reading.written[question.path] = tuple(element for _, element in elements)


def _read_elements(
    standard: Standard,
    question: Question,
    raw: list[object],
    keys: KeyPath,
    reading: AnswerTree,
) -> Iterator[tuple[KeyPath, Element]]:
    names = {"id": "编号"} | {field.path: field.label for field in question.fields}
    for index, item in enumerate(raw):
        place = (*keys, index)
        if not isinstance(item, dict):
            what = f"“{question.label}”第 {index + 1} 项"
            reading.unknown.append(_no_group(item, what, place))
            continue
        id_ = item.get("id") or str(index + 1)
        if not isinstance(id_, str):
            reading.unknown.append(Trouble("", (*place, "id"), "id 应是一个值"))
            continue
        if (hidden := hidden_in(id_)) is not None:
            message = f"编号里有看不见的字符：{hidden}"
            reading.unknown.append(Trouble("", (*place, "id"), message, "请删去它"))
        fields: dict[str, Value] = {}
        reading.keys[f"{question.path}[{id_}]"] = place
        for name, value in item.items():
            if name == "id":
                continue
            field_question = question.field_named(str(name))
            if field_question is None:
                path, here = f"{question.path}.{name}", (*place, name)
                reading.unknown.append(unknown_name(standard, "问题", path, here, item, names))
                continue
            path = f"{question.path}[{id_}].{name}"
            reading.keys[path] = (*place, name)
            here = (*place, name)
            typed = _read_scalar(standard, field_question, path, value, here, reading)
            if typed is not UNKNOWN:
                fields[field_question.path] = typed
        yield place, Element(id_, fields)
