"""Reading a tree of answers: which question each key belongs to, and every place that fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from mmethics_cli.core.answers.troubles import Trouble, unknown_name
from mmethics_cli.core.conditions.values import UNKNOWN, Element, KeyPath, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question, Standard


@dataclass(slots=True)
class AnswerTree:
    """What a tree of answers says: values and places by path, and what could not be read.

    `unknown` are keys and shapes that no question has: an UnknownName may be one of another pack,
    any other makes the file unreadable. `refused` are scalars that their question refuses (they
    count as unanswered).
    """

    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, KeyPath] = field(default_factory=dict)
    unknown: list[Trouble] = field(default_factory=list)
    refused: list[Trouble] = field(default_factory=list)


def read_tree(standard: Standard, tree: object, beside: Collection[str] = ()) -> AnswerTree:
    """Read nested answers (as from a YAML file); every place that can't be used is reported.

    Keys of `beside` at the top are no answers: they are left to others.
    """
    reading = AnswerTree()
    if tree is not None:
        _read_group(standard, tree, "", (), reading, beside)
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
        where = f"“{prefix}”" if prefix else "文件"
        reading.unknown.append(Trouble("", keys, f"{where}应是一组“键: 值”"))
        return
    for key, raw in tree.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        question = standard.questions.get(path)
        here = (*keys, key)
        if key in beside:
            continue
        if question is not None:
            _read_answer(standard, question, raw, here, reading)
        elif any(name.startswith(path + ".") for name in standard.questions):
            if raw is not None:
                _read_group(standard, raw, path, here, reading)
        else:
            names = _names_below(standard, prefix) | dict.fromkeys(beside, "")
            reading.unknown.append(unknown_name(standard, "问题", path, here, tree, names))


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
    value = _read_scalar(question, question.path, raw, keys, reading)
    if value is not UNKNOWN:
        reading.values[question.path] = value


def _read_scalar(
    question: Question, path: str, raw: object, keys: KeyPath, reading: AnswerTree
) -> Value:
    try:
        return read_value(question, raw)
    except Refused as refusal:
        reading.refused.append(Trouble(path, keys, refusal.message, refusal.fix))
        return UNKNOWN


def _read_list(
    standard: Standard, question: Question, raw: object, keys: KeyPath, reading: AnswerTree
) -> None:
    if raw is None:
        return
    if not isinstance(raw, list):
        fix = "每一项以“- ”开头"
        reading.unknown.append(Trouble("", keys, f"“{question.label}”应是列表", fix))
        return
    elements = list(_read_elements(standard, question, raw, keys, reading))
    seen: set[str] = set()
    for place, element in elements:
        if element.id in seen:
            message = f"“{question.label}”里编号“{element.id}”重复"
            reading.unknown.append(Trouble("", place, message, "每一项的 id 要不同"))
        seen.add(element.id)
    reading.values[question.path] = tuple(element for _, element in elements)


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
            message = f"“{question.label}”第 {index + 1} 项应是一组“键: 值”"
            reading.unknown.append(Trouble("", place, message))
            continue
        id_ = item.get("id") or str(index + 1)
        if not isinstance(id_, str):
            reading.unknown.append(Trouble("", (*place, "id"), "id 应是一个值"))
            continue
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
            typed = _read_scalar(field_question, path, value, (*place, name), reading)
            if typed is not UNKNOWN:
                fields[field_question.path] = typed
        yield place, Element(id_, fields)
