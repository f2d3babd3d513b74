"""The editions of the pack (editions.yaml): what each changed of the law."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import date
from typing import Final

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.standard.model import LawChange, PackEdition, Standard
from mmethics_cli.core.standard.node import Fault, Node, Trail, rows_of
from mmethics_cli.core.standard.record_reader import RecordReader

EDITIONS: Final = "editions.yaml"

_EDITION: Final = RecordReader(PackEdition)
_CHANGE: Final = RecordReader(LawChange, text="zh")


def read_editions(node: Node) -> tuple[PackEdition, ...]:
    """The editions of a pack, without looking whether the names in them are known."""
    return tuple(_edition(entry) for entry in node.list()) if node.value else ()


def _edition(node: Node) -> PackEdition:
    text = node.text("date")
    day = parse_date(text)
    if text and day is None:
        node.child("date").problem(f"“{text}”不是日期，应写成 2027-03-01 的样子")
    changes = node.child("changes").list() if node.has("changes") else ()
    return _EDITION(node, date=day or date.min, changes=tuple(_CHANGE(entry) for entry in changes))


def edition_named(standard: Standard, text: str) -> PackEdition | None:
    """The edition that a text names as `standard.yaml` does: by its id, at the end."""
    for edition in standard.editions:
        if text == edition.id or text.endswith(f" {edition.id}"):
            return edition
    return None


def editions_after(standard: Standard, text: str) -> tuple[PackEdition, ...]:
    """The editions after the one that a text names, the oldest first; none if it is unknown."""
    edition = edition_named(standard, text)
    editions = _by_date(standard)
    return () if edition is None else editions[editions.index(edition) + 1 :]


def editions_since(standard: Standard, day: date) -> tuple[PackEdition, ...]:
    """The editions of that day and later that changed anything, the oldest first."""
    return tuple(
        edition for edition in _by_date(standard) if edition.date >= day and edition.changes
    )


def _by_date(standard: Standard) -> tuple[PackEdition, ...]:
    """All editions; those of an institution's pack stand among the shipped ones."""
    return tuple(sorted(standard.editions, key=lambda edition: edition.date))


def prove_editions(standard: Standard, trees: Mapping[str, object]) -> Iterator[Fault]:
    """What is wrong: unknown names, changes that say too little, an edition without an entry."""
    editions = standard.editions
    for number, edition in enumerate(editions):
        if edition.id in {before.id for before in editions[:number]}:
            yield EDITIONS, (number, "id"), f"“{edition.id}”重复"
        for at, change in enumerate(edition.changes):
            for keys, message in _faults(standard, trees, change):
                yield EDITIONS, (number, "changes", at, *keys), message
    newest = _by_date(standard)[-1:]
    if newest and edition_named(standard, standard.edition) not in newest:
        message = f"最新的一版是“{newest[0].id}”，standard.yaml 的 edition 却不以它结尾"
        yield EDITIONS, (editions.index(newest[0]), "id"), message


def _faults(
    standard: Standard, trees: Mapping[str, object], change: LawChange
) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, sentence in (("zh", change.text), ("fix", change.fix)):
        if not sentence.endswith("。"):
            yield (key,), f"{key} 不是整句，以“。”结尾"
    if not change.basis:
        yield (), "没有写凭哪一条（basis）"
    touched = list(_names(standard, trees, change))
    for key, word, names, known_names in touched:
        for name in names:
            if name not in known_names:
                yield (key,), f"没有{word}“{name}”"
    if not any(names for _, _, names, _ in touched):
        yield (
            (),
            "没有写涉及什么（rules、items、elements、sources、documents、due_dates、questions）",
        )


def _names(
    standard: Standard, trees: Mapping[str, object], change: LawChange
) -> Iterator[tuple[str, str, tuple[str, ...], Container[str]]]:
    """The names of a change by key: what they are called, and those that there are."""
    rules = {name for name, (table, _) in standard.rules.items() if table.id != "documents"}
    fields = {f"{owner}.{name}" for owner, name in standard.fields}
    yield "rules", "规则", change.rules, rules
    yield "items", "审查要点", change.items, standard.items
    yield "elements", "告知要素", change.elements, standard.elements
    yield "sources", "法源", change.sources, standard.sources
    yield "documents", "文件", change.documents, standard.documents
    yield "due_dates", "到期日", change.due_dates, _due_dates(trees)
    yield "questions", "问题", change.questions, standard.questions.keys() | fields


def _due_dates(trees: Mapping[str, object]) -> frozenset[str]:
    return frozenset(node.text("id") for node in rows_of(trees, "due_dates.yaml", Trail()))
