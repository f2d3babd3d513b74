"""What is different from what the committee saw: answers compared by path, entries by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mmethics_cli.core.conditions import Scope, evaluate
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.meaning import Kind, category_of
from mmethics_cli.core.names import label_at
from mmethics_cli.core.standard import Question, Standard
from mmethics_cli.core.thresholds import compares, definitions
from mmethics_cli.core.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Truth,
    Value,
    name_of,
)

ATTACHMENTS = "attachments"
CATEGORIES = "event.changes"
_EVENT = "event."


@dataclass(frozen=True, slots=True)
class Change:
    """One answer, or one entry of a list, that is not what it was.

    An entry added or removed has the path `list[id]` and stands as a list of one; `category` is
    what it means to the committee (a key of `event.changes`), None where it means nothing.
    """

    path: str
    label: str
    before: Value
    after: Value
    kind: Kind
    category: str | None

    @property
    def printed_path(self) -> str:
        """The path as templates print it: `list.field`, or `list` for a whole entry."""
        whole, _, rest = self.path.partition("[")
        _, _, field = rest.partition("].")
        return f"{whole}.{field}" if field else whole


def changes(baseline: Facts, now: Facts) -> tuple[Change, ...]:
    """Everything about the study that differs, in the order of the questions.

    The event, and what only the office can tell, are no part of the study. An answer that is gone
    because its question no longer applies counts as removed.
    """
    seen = Facts(now.standard, now.values, now.today, baseline)
    return tuple(
        change
        for question in now.standard.questions.values()
        if is_of_study(question)
        for change in _compared(question, baseline, seen)
    )


def is_of_study(question: Question) -> bool:
    """Whether an answer says something of the study, not of one submission."""
    return not question.of_office and not question.path.startswith(_EVENT)


def proposed(found: Iterable[Change]) -> frozenset[str]:
    """The categories of `event.changes` that these changes fall into."""
    return frozenset(one.category for one in found if one.category is not None)


def affected_documents(
    found: Iterable[Change], standard: Standard, printed: Mapping[str, frozenset[str]]
) -> Mapping[str, tuple[str, ...]]:
    """By the path of each change the documents that print it, directly or by a computed fact.

    `printed` gives the paths (`list.field`) that each document prints, by its id.
    """
    grounds: dict[str, frozenset[str]] = {}
    whole: dict[str, frozenset[str]] = {}
    for document, paths in printed.items():
        whole[document] = frozenset().union(
            *(_grounds(standard, path, grounds) for path in sorted(paths))
        )
    return {one.path: _printing(one, whole) for one in found}


def _printing(change: Change, whole: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    path = change.printed_path
    return tuple(
        document
        for document, paths in whole.items()
        if path in paths or any(one.startswith(f"{path}.") for one in paths)
    )


def _grounds(standard: Standard, path: str, known: dict[str, frozenset[str]]) -> frozenset[str]:
    """The answers that a printed path shows; decisions show none: they weigh all of them."""
    derived = standard.derived.get(path)
    if derived is None:
        return frozenset({path})
    if path not in known:
        source = derived.collect or derived.worst
        below = {".".join(source)} if source else set[str]()
        for condition in definitions(standard, path):
            below |= {one.path for one in compares(condition) if "." in one.path}
        known[path] = frozenset().union(*(_grounds(standard, one, known) for one in sorted(below)))
    return known[path]


def _compared(question: Question, baseline: Facts, now: Facts) -> Iterator[Change]:
    before, after = _held(question, baseline), _held(question, now)
    old = before if isinstance(before, tuple) else ()
    new = after if isinstance(after, tuple) else ()
    if old or new:
        yield from _entries(question, old, new, baseline, now)
        return
    kind = _kind(before, after)
    if kind is not None:
        # What a list means is about its entries.
        meanings = () if question.type == "list" else question.meanings
        category = category_of(meanings, kind, now)
        yield Change(question.path, question.label, before, after, kind, category)


def _held(question: Question, facts: Facts) -> Value:
    """The answer that stands there, also where it is not known yet whether it applies."""
    if facts.applies(question) is Truth.NO:
        return NotApplicable()
    return _plain(facts.values.get(question.path, UNKNOWN))


def _plain(value: Value) -> Value:
    """A text as people see it: a file may end it with a line break."""
    return value.rstrip("\n") if isinstance(value, str) else value


def _kind(before: Value, after: Value) -> Kind | None:
    if before == after or (_is_blank(before) and _is_blank(after)):
        return None
    if _is_blank(before):
        return "added"
    return "removed" if _is_blank(after) else "changed"


def _is_blank(value: Value) -> bool:
    return value is UNKNOWN or (isinstance(value, NotApplicable) and value.reason is None)


def _entries(
    question: Question,
    old: tuple[Element, ...],
    new: tuple[Element, ...],
    baseline: Facts,
    now: Facts,
) -> Iterator[Change]:
    were, are = {one.id: one for one in old}, {one.id: one for one in new}
    for entry in new:
        if entry.id in were:
            yield from _fields(question, were[entry.id], entry, baseline, now)
        else:
            yield _entry(question, entry, "added", now, old)
    for entry in old:
        if entry.id not in are:
            yield _entry(question, entry, "removed", now, old)


def _entry(
    question: Question, entry: Element, kind: Kind, now: Facts, old: tuple[Element, ...]
) -> Change:
    scope = Scope(question.path, entry)
    return Change(
        f"{question.path}[{entry.id}]",
        f"{question.label}（{name_of(entry)}）",
        (entry,) if kind == "removed" else (),
        (entry,) if kind == "added" else (),
        kind,
        category_of(question.meanings, kind, now, scope, old),
    )


def _fields(
    question: Question, old: Element, new: Element, baseline: Facts, now: Facts
) -> Iterator[Change]:
    for field in question.fields:
        before = _held_field(field, Scope(question.path, old), baseline)
        scope = Scope(question.path, new)
        after = _held_field(field, scope, now)
        kind = _kind(before, after)
        if kind is not None:
            path = scope.path_of(field.path)
            meanings = field.meanings or question.meanings
            others = baseline.get(question.path)
            entries = others if isinstance(others, tuple) else ()
            category = category_of(meanings, kind, now, scope, entries)
            label = label_at(now.standard, now, path)
            yield Change(path, label, before, after, kind, category)


def _held_field(field: Question, scope: Scope, facts: Facts) -> Value:
    if field.ask_when is not None and evaluate(field.ask_when, facts, scope) is Truth.NO:
        return NotApplicable()
    return _plain(scope.element.get(field.path))
