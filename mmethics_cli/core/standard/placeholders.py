"""Words that only keep the place of an answer (待定, 见方案, XXX): which a pack knows, and whether
a text is one. They are data: checklists/placeholders.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.core.standard.texts import PlaceholderGroup, Placeholders

PLACEHOLDERS: Final = "placeholders.yaml"
LONGEST: Final = 60  # characters of an answer that can be a placeholder as a whole
_SHOWN: Final = 20  # characters that a message repeats
_ROUND: Final = r"^[\W_]+|[\W_]+$"
_GROUP: Final = RecordReader(PlaceholderGroup)


def placeholder_group(
    placeholders: Placeholders, question: Question, text: str
) -> PlaceholderGroup | None:
    """The group of placeholders that an answer's text belongs to; None for a real answer."""
    group = group_of(placeholders, text)
    allowed = group is not None and group.kind == "none" and question.none_is_an_answer
    return None if allowed else group


def group_of(placeholders: Placeholders, text: str) -> PlaceholderGroup | None:
    """The same for a text whose question does not matter."""
    if not placeholders.groups:
        return None
    if len(text) <= LONGEST:
        said = " ".join(plain(text).casefold().split())
        bare = re.sub(_ROUND, "", said)
        for word in (said, bare, bare if bare.isascii() else bare.replace(" ", "")):
            if (group := placeholders.by_word.get(word)) is not None:
                return group
        for form, group in placeholders.whole:
            if form.fullmatch(bare) or (said != bare and form.fullmatch(said)):
                return group
    return next((group for form, group in placeholders.within if form.search(text)), None)


def not_an_answer(
    placeholders: Placeholders, label: str, text: str, *, may_not_apply: bool = False
) -> tuple[str, str]:
    """That a placeholder is no answer to what the label names, and what to write instead."""
    said = " ".join(text.split())
    shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    group = group_of(placeholders, text)
    fix = group.fix if group is not None else "请写出内容"
    if may_not_apply and "不适用" not in fix:
        fix += "；不适用的写“不适用：理由”"
    return f"“{label}”写的是“{shown}”，不算回答", fix


def read_placeholders(rows: Iterable[Node]) -> Placeholders:
    """The groups of a pack, their ids and words each once, their patterns sound."""
    groups: dict[str, PlaceholderGroup] = {}
    words: set[str] = set()
    for node in rows:
        group = _GROUP(node)
        if group.id in groups:
            node.problem(f"“{group.id}”重复")
        if not (group.words or group.patterns or group.anywhere):
            node.problem("没有写词（words）或式样（patterns、anywhere）")
        for word in group.words:
            if word.casefold() in words or plain(word) != word:
                node.child("words").problem(f"“{word}”重复，或有全角字符、前后空格")
            words.add(word.casefold())
        for key, forms in (("patterns", group.patterns), ("anywhere", group.anywhere)):
            for form in forms:
                _prove_pattern(node.child(key), form)
        groups[group.id] = group
    return Placeholders(tuple(groups.values()))


def _prove_pattern(node: Node, form: str) -> None:
    try:
        pattern = re.compile(form)
    except re.error as error:
        node.problem(f"式样“{form}”写错了：{error}")
        return
    if pattern.search(""):
        node.problem(f"式样“{form}”连空的回答也算")
