"""The few facts of a sealed study that the register keeps, and the limits that it sets the office.

Which they are is data: `office/study_facts.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct

from mmethics_cli.core.conditions.values import Element, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.yaml.reader import read_file

FILE: Final = "office/study_facts.yaml"
# Decisions on the snapshot that bind the office, by the key under which the register keeps them.
_LIMITS: Final = (
    "review_days", "emergency_hours", "simplified_reviewers", "follow_up_interval_months",
)  # fmt: skip
_KINDS: Final = ("text", "yes", "day", "words", "count")

Kept = Literal["text", "yes", "day", "words", "count"]


class StudyFact(Struct, frozen=True):
    """One fact that the register keeps: its key, its path, how it is kept, words called otherwise.

    A field of a list is the list's path and the field's name.
    """

    id: str
    path: str
    kept: Kept
    words: Mapping[str, str]


def read_study_facts(
    trees: Mapping[str, object], standard: Standard, trail: Trail
) -> tuple[StudyFact, ...]:
    """The facts to keep; what is wrong with them is noted."""
    return tuple(_read(node, standard) for node in Node(FILE, (), trees.get(FILE), trail).list())


def _read(node: Node, standard: Standard) -> StudyFact:
    node.only("id", "path", "as", "words")
    path = node.text("path")
    if path not in standard.questions and path.rpartition(".")[::2] not in {
        (owner, name) for owner, name in standard.fields
    }:
        node.child("path").problem(f"不认识的事实“{path}”")
    return StudyFact(node.text("id"), path, node.one_of("as", _KINDS), node.labels("words"))


def sealed_facts(snapshot: Path, standard: Standard, sealed_on: date | None) -> Facts:
    """The facts of a study as they were sealed on a day, as far as the pack of today knows them.

    Raises UnreadableFile.
    """
    file = read_file(snapshot, snapshot.name)
    return Facts(standard, answers_of(file, standard).values, sealed_on)


def kept_facts(facts: Facts, wanted: tuple[StudyFact, ...]) -> dict[str, Any]:
    """What the register keeps of a sealed study, by key; what is not known is left out.

    The pathway's method is the strictest that the snapshot leaves open.
    """
    kept: dict[str, Any] = {}
    for fact in wanted:
        value = _kept(facts, facts.standard, fact)
        if value is not None:
            kept[fact.id] = value
    method = facts.decision("review_method").value
    if isinstance(method, str):
        kept["pathway"] = method
    for table in _LIMITS:
        limit = facts.decision(table).value
        if isinstance(limit, int) and not isinstance(limit, bool):
            kept[table] = limit
    return kept


def _kept(facts: Facts, standard: Standard, fact: StudyFact) -> Any:
    if fact.path not in standard.questions:
        owner, _, name = fact.path.rpartition(".")
        values = list(_fields(facts.get(owner), name))
        if fact.kept == "count":
            return len(set(values)) or None
        return values or None
    value = facts.get(fact.path)
    match fact.kept, value:
        case "yes", bool():
            return value
        case "day", date():
            return value.isoformat()
        case "text", str() if value:
            return fact.words.get(value, value)
    return None


def _fields(entries: Value, name: str) -> Iterator[str]:
    for entry in entries if isinstance(entries, tuple) else ():
        value = entry.get(name) if isinstance(entry, Element) else None
        if isinstance(value, str) and value:
            yield value


def prove_study_facts(
    trees: Mapping[str, object], standard: Standard, keys: frozenset[str]
) -> Iterator[Fault]:
    """Facts that are unknown, and keys that the event of a submission does not have."""
    trail = Trail()
    for number, fact in enumerate(read_study_facts(trees, standard, trail)):
        if fact.id not in keys:
            yield FILE, (number, "id"), f"登记事项 submission_received 没有“{fact.id}”这一项"
    yield from trail.problems
