"""Reading a tree of answers: which question each key belongs to, and every place that fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from mmethics_cli.core.conditions.values import UNKNOWN, Element, KeyPath, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question, Standard


@dataclass(frozen=True, slots=True)
class Trouble:
    """A place in a tree of answers that can't be used; `path` is empty for an unknown key."""

    path: str
    keys: KeyPath
    message: str
    fix: str = ""


@dataclass(slots=True)
class AnswerTree:
    """What a tree of answers says: values and places by path, and what could not be read.

    `unknown` are keys and shapes that no question has (the file is unreadable); `refused` are
    scalars that their question refuses (they count as unanswered).
    """

    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, KeyPath] = field(default_factory=dict)
    unknown: list[Trouble] = field(default_factory=list)
    refused: list[Trouble] = field(default_factory=list)


def read_tree(standard: Standard, tree: object) -> AnswerTree:
    """Read nested answers (as from a YAML file); every place that can't be used is reported."""
    reading = AnswerTree()
    if tree is not None:
        _read_group(standard, tree, "", (), reading)
    return reading


def _read_group(
    standard: Standard, tree: object, prefix: str, keys: KeyPath, reading: AnswerTree
) -> None:
    if not isinstance(tree, dict):
        where = f"“{prefix}”" if prefix else "文件"
        reading.unknown.append(Trouble("", keys, f"{where}应是一组“键: 值”"))
        return
    for key, raw in tree.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        question = standard.questions.get(path)
        here = (*keys, key)
        if question is not None:
            _read_answer(question, raw, here, reading)
        elif any(question_path.startswith(path + ".") for question_path in standard.questions):
            if raw is not None:
                _read_group(standard, raw, path, here, reading)
        else:
            reading.unknown.append(_unknown_key(path, here, _siblings(standard, prefix)))


def _siblings(standard: Standard, prefix: str) -> list[str]:
    start = prefix + "." if prefix else ""
    return sorted(
        {p[len(start) :].split(".")[0] for p in standard.questions if p.startswith(start)}
    )


def _unknown_key(path: str, keys: KeyPath, names: Iterable[str]) -> Trouble:
    near = get_close_matches(path.rpartition(".")[2], list(names), 1)
    fix = f"是不是“{near[0]}”？" if near else "请删去，或查看 mmethics standard list questions"
    return Trouble("", keys, f"不认识的字段“{path}”", fix)


def _read_answer(question: Question, raw: object, keys: KeyPath, reading: AnswerTree) -> None:
    reading.keys[question.path] = keys
    if question.type == "list":
        _read_list(question, raw, keys, reading)
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


def _read_list(question: Question, raw: object, keys: KeyPath, reading: AnswerTree) -> None:
    if raw is None:
        return
    if not isinstance(raw, list):
        fix = "每一项以“- ”开头"
        reading.unknown.append(Trouble("", keys, f"“{question.label}”应是列表", fix))
        return
    elements = list(_read_elements(question, raw, keys, reading))
    seen: set[str] = set()
    for place, element in elements:
        if element.id in seen:
            message = f"“{question.label}”里编号“{element.id}”重复"
            reading.unknown.append(Trouble("", place, message, "每一项的 id 要不同"))
        seen.add(element.id)
    reading.values[question.path] = tuple(element for _, element in elements)


def _read_elements(
    question: Question, raw: list[object], keys: KeyPath, reading: AnswerTree
) -> Iterator[tuple[KeyPath, Element]]:
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
                names = [field.path for field in question.fields]
                reading.unknown.append(
                    _unknown_key(f"{question.path}.{name}", (*place, name), names)
                )
                continue
            path = f"{question.path}[{id_}].{name}"
            reading.keys[path] = (*place, name)
            typed = _read_scalar(field_question, path, value, (*place, name), reading)
            if typed is not UNKNOWN:
                fields[field_question.path] = typed
        yield place, Element(id_, fields)
