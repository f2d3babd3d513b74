"""Reading what a committee can decide; every word is an option of the question that asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mmethics_cli.core.conditions.parser import PathType
from mmethics_cli.core.standard.committee import DecisionMeaning, SubmissionKind
from mmethics_cli.core.standard.names import KIND, PRIOR_DECISION
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader

DECISIONS: Final = "decisions.yaml"
SUBMISSIONS: Final = "submissions.yaml"

_WORD: Final = RecordReader(DecisionMeaning)
_KIND: Final = RecordReader(SubmissionKind)


def read_decisions(nodes: Iterator[Node]) -> Iterator[tuple[str, DecisionMeaning, Node]]:
    """The decisions by their keys, each with its place."""
    for node in nodes:
        word = _WORD(node)
        _prove_option(node, "id", word.id, PRIOR_DECISION)
        yield word.id, word, node


def read_submissions(nodes: Iterator[Node]) -> Iterator[tuple[str, SubmissionKind, Node]]:
    """The kinds of submission by their keys, each with its place."""
    for node in nodes:
        kind = _KIND(node)
        _prove_option(node, "id", kind.id, KIND)
        for path in kind.same_event:
            if path not in node.trail.vocabulary:
                node.child("same_event").problem(f"不认识的事实“{path}”")
        for word in kind.decisions:
            _prove_option(node, "decisions", word, PRIOR_DECISION)
        for old, word in kind.read_as.items():
            _prove_option(node, "read_as", old, PRIOR_DECISION)
            if old in kind.decisions or word not in kind.decisions:
                node.child("read_as").problem(f"“{old}: {word}”应把不再列出的读作列出的")
        yield kind.id, kind, node


def _prove_option(node: Node, key: str, word: str, path: str) -> None:
    asked = node.trail.vocabulary.get(path, PathType("choice"))
    if word not in (asked.keys or ()):
        node.child(key).problem(f"“{word}”不是“{path}”的选项")
