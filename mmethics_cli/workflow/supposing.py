"""What would hold if some answers were others: nothing is written."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mmethics_cli.core.conditions.values import Placeholder, Value, answered
from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH, question_at
from mmethics_cli.core.standard.placeholders import not_an_answer
from mmethics_cli.errors import EthicsError, Problem


class Supposition(Struct, frozen=True):
    """The facts with other answers put in, and those of the answers that count as unknown."""

    facts: Facts
    unanswered: tuple[Problem, ...]


def supposed(facts: Facts, given: Iterable[str]) -> Supposition:
    """The facts with `path=value` answers put in; raises EthicsError for what can't be."""
    values = dict(_supposed(facts, text) for text in given)
    standard = facts.standard
    unanswered = tuple(
        _unanswered(standard, path, value)
        for path, value in values.items()
        if isinstance(value, Placeholder)
    )
    counted = {path: answered(value) for path, value in values.items()}
    return Supposition(facts.assuming(counted), unanswered)


def _unanswered(standard: Standard, path: str, value: Placeholder) -> Problem:
    question = question_at(standard, path)
    message, fix = not_an_answer(
        standard.placeholders,
        question.label,
        value.text,
        may_not_apply=question.may_not_apply,
    )
    return Problem(f"{message}。", "--what-if", fix=fix)


def _supposed(facts: Facts, text: str) -> tuple[str, Value]:
    path, equals, raw = text.partition("=")
    path = plain(path)
    if not equals:
        raise EthicsError(f"--what-if 应写成 路径=值，现在是“{text}”。例如 risk.level=minimal")
    try:
        question = question_at(facts.standard, path)
    except KeyError:
        raise EthicsError(
            f"没有“{path}”这个问题。路径见 mmethics standard list questions。"
        ) from None
    match = ELEMENT_PATH.fullmatch(path)
    if match:
        _require_entry(facts, match["list"], match["id"])
    if question.type == "list":
        raise EthicsError(f"“{path}”是列表，--what-if 只能改其中一项的字段。")
    try:
        return path, read_value(question, raw, facts.standard.placeholders)
    except Refused as refusal:
        raise EthicsError(f"--what-if {text}：{refusal.message}。{refusal.fix}") from None


def _require_entry(facts: Facts, path: str, id_: str) -> None:
    entries = facts.get(path)
    ids = [entry.id for entry in entries] if isinstance(entries, tuple) else []
    if id_ not in ids:
        raise EthicsError(f"列表里没有“{id_}”这一项。现有：{'、'.join(ids) or '无'}")
