"""Reading `filled_from` of a question: what a new submission takes its answer from."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Final, cast

from mmethics_cli.core.conditions.parser import PathType
from mmethics_cli.core.standard.answer_sources import RECORDED, AnswerSource, Record
from mmethics_cli.core.standard.names import CHANGES, PRIOR_DECISION, is_of_event
from mmethics_cli.core.standard.node import Node

# What a source is called that is no fact, and the type of what it gives.
_RECORDS: Final[Mapping[str, str]] = {
    f"{record}.{key}": kind for record in ("decision", "approval") for key, kind in RECORDED.items()
} | {"changes": "choices"}
_OF_FACTS: Final[tuple[Record, ...]] = ("approved", "reported", "day_after")


def read_sources(node: Node, path: str) -> tuple[AnswerSource, ...]:
    """The sources of the question at `path`, in their order; each gives an answer of its type."""
    if not node.has("filled_from"):
        return ()
    here = node.child("filled_from")
    if not is_of_event(path):
        here.problem("filled_from 只用于送审事项（event.）的问题")
    entries = here.list() if isinstance(here.value, list) else [here]
    return tuple(_read_source(entry, node.trail.vocabulary[path]) for entry in entries)


def _read_source(node: Node, asked: PathType) -> AnswerSource:
    if isinstance(node.value, dict):
        return _read_fact_source(node, asked)
    word = str(node.value)
    if word not in _RECORDS:
        choices = "、".join((*_RECORDS, *(f"{{{record}: 路径}}" for record in _OF_FACTS)))
        node.problem(f"没有“{word}”这项记录，可写：{choices}")
    elif asked.type != _RECORDS[word] or (asked.fields and "comment" not in asked.fields):
        node.problem(f"“{word}”与这个问题类型不同，不能填作回答")
    else:
        options = node.trail.vocabulary.get(CHANGES if word == "changes" else PRIOR_DECISION)
        _prove_options(node, asked, options.keys if options else frozenset())
    record, _, key = word.partition(".")
    return AnswerSource(cast(Record, record), key)


def _read_fact_source(node: Node, asked: PathType) -> AnswerSource:
    """A source that names a fact: `{reported: path}`; options called otherwise stand in `as`."""
    node.only(*_OF_FACTS, "as")
    records = [record for record in _OF_FACTS if node.has(record)]
    if len(records) != 1:
        node.problem(f"{'、'.join(_OF_FACTS)} 写其中一个")
        return AnswerSource("reported")
    record = records[0]
    path, renamed = node.text(record), node.labels("as")
    fact = node.trail.vocabulary.get(path)
    if fact is None:
        node.child(record).problem(f"不认识的事实“{path}”")
    elif fact.type != asked.type or (record == "day_after" and fact.type != "date"):
        node.child(record).problem(f"“{path}”与这个问题类型不同，不能填作回答")
    else:
        for key in renamed.keys() - fact.keys:
            node.child("as").problem(f"“{path}”没有“{key}”这个值")
        for key in set(renamed.values()) - asked.keys:
            node.child("as").problem(f"这个问题没有“{key}”这个选项")
        _prove_options(node, asked, {renamed.get(key, key) for key in fact.keys})
    return AnswerSource(record, path, renamed)


def _prove_options(node: Node, asked: PathType, keys: Set[str]) -> None:
    if asked.keys and not asked.keys & keys:
        node.problem("取来的值没有一个是这个问题的选项")
