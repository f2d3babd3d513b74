"""Wordings that state a fact, and what of it contradicts which answers: grammar.yaml,
phrases.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mmethics_cli.core.standard.model import PhraseRule
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader
from mmethics_cli.core.standard.texts import NUMBER, PERSON, Grammar, Topic

GRAMMAR: Final = "grammar.yaml"
PHRASES: Final = "phrases.yaml"
_GRAMMAR: Final = RecordReader(Grammar)
_TOPIC: Final = RecordReader(Topic, "rules", title="zh")
_RULE: Final = RecordReader(PhraseRule, "cases", topic="", reads="in", skips="not_in")


def read_grammar(node: Node) -> Grammar:
    """The small words; a pack without them denies nothing and leaves nothing open."""
    grammar = _GRAMMAR(node)
    for path in sorted(grammar.exempt):
        _prove_path(node.child("exempt"), path)
    return grammar


def read_phrases(topics: Iterable[Node]) -> Iterator[tuple[str, PhraseRule, Node]]:
    """The rules of all topics, each with its id and place; their wordings and paths proved."""
    for node in topics:
        topic = _TOPIC(node)
        if not topic.near:
            node.problem("没有写 near：句子里至少有其中一个词才看")
        if not (topic.stated or topic.denied or _names(topic)):
            node.problem("没有写说法（stated、denied、named）、ends 或式样（patterns）")
        for wording in topic.named:
            if (NUMBER in wording) == (PERSON in wording):
                node.child("named").problem(f"“{wording}”要有一个数字（#）或人名（%）")
        for pattern in topic.patterns:
            _prove_pattern(node.child("patterns"), pattern)
        for rule in node.child("rules").list():
            yield rule.text("id"), _read_rule(rule, topic), rule


def _read_rule(node: Node, topic: Topic) -> PhraseRule:
    each = node.optional("each")
    term = None if each is None else node.trail.vocabulary.get(each)
    fields = term.fields if term else None
    if each is not None and fields is None:
        node.problem(f"“{each}”不是列表")
    rule = _RULE(node, fields, topic=topic)
    for key, paths in (("in", rule.reads), ("not_in", rule.skips), ("known", rule.known)):
        for path in paths:
            _prove_path(node.child(key), path)
    named = rule.says == "named"
    if named != bool(rule.known) or named > _names(topic):
        node.problem(
            "says: named 的规则要有 known，主题要有 named、ends 或 patterns；其他的规则不写 known"
        )
    elif not named and not getattr(topic, rule.says) and not topic.stated:
        node.problem(f"主题“{topic.id}”没有写 {rule.says} 的说法")
    return rule


def _names(topic: Topic) -> bool:
    return bool(topic.named or topic.ends or topic.patterns)


def _prove_path(node: Node, path: str) -> None:
    """A path, `list.field`, or the first words of paths."""
    vocabulary = node.trail.vocabulary
    if path in vocabulary:
        return
    owner, _, name = path.rpartition(".")
    if owner in vocabulary and name in (vocabulary[owner].fields or {}):
        return
    if not any(known.startswith(f"{path}.") for known in vocabulary):
        node.problem(f"不认识的路径“{path}”")


def _prove_pattern(node: Node, pattern: str) -> None:
    try:
        groups = re.compile(pattern).groupindex.keys()
    except re.error as error:
        node.problem(f"式样“{pattern}”写错了：{error}")
        return
    if groups != {"name"}:
        node.problem(f"式样“{pattern}”要有一个 (?P<name>名称)")
