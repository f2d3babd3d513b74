"""What is different from what the committee saw: answers compared by path, entries by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import NO, UNKNOWN, Element, NotApplicable, Value, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.definitions import compares, definitions, taken_over
from mmethics_cli.core.standard.model import ChangeKind, Meaning, Question, Standard
from mmethics_cli.core.standard.names import KIND, RE_REVIEW, is_of_event, label_at


class AnswerChange(Struct, frozen=True):
    """One answer, or one entry of a list, that is not what it was.

    An entry added or removed has the path `list[id]` and stands as a list of one; `categories` are
    what it means to the committee (keys of `event.changes`), none where it means nothing.
    """

    path: str
    label: str
    before: Value
    after: Value
    kind: ChangeKind
    categories: tuple[str, ...]

    @property
    def printed_path(self) -> str:
        """The path as templates print it: `list.field`, or `list` for a whole entry."""
        whole, _, rest = self.path.partition("[")
        _, _, field = rest.partition("].")
        return f"{whole}.{field}" if field else whole


def changes_since(baseline: Facts, now: Facts) -> tuple[AnswerChange, ...]:
    """Everything about the study that differs, in the order of the questions.

    The event, and what only the office can tell, are no part of the study. An answer that is gone
    because its question no longer applies counts as removed.
    """
    seen = Facts(now.standard, now.values, now.today, baseline)
    return tuple(
        change
        for question in now.standard.questions.values()
        if is_of_study(question)
        for change in _changes_of(question, baseline, seen)
    )


def seen_before(facts: Facts) -> Facts | None:
    """What the changes are counted from: the approved study; for a re-review what it answers."""
    return facts.answered if facts.get(KIND) == RE_REVIEW else facts.baseline


def is_of_study(question: Question) -> bool:
    """Whether an answer says something of the study, not of one submission."""
    return not question.of_office and not is_of_event(question.path)


def categories_of(changes: Iterable[AnswerChange]) -> frozenset[str]:
    """The categories of `event.changes` that these changes fall into."""
    return frozenset(category for change in changes for category in change.categories)


def _changes_of(question: Question, baseline: Facts, now: Facts) -> Iterator[AnswerChange]:
    """The change of one answer; of a list those of its entries.

    What entries share is told once where both sides share it, else by the entries.
    """
    if question.shares and not (question.path in baseline.values and question.path in now.values):
        return
    before, after = _answer_in(question, baseline), _answer_in(question, now)
    old = before if isinstance(before, tuple) else ()
    new = after if isinstance(after, tuple) else ()
    if old or new:
        yield from _entry_changes(question, old, new, baseline, now)
        return
    kind = _kind_of_change(before, after)
    said = any(question.path in facts.values for facts in (baseline, now))
    if question.otherwise is not UNKNOWN and UNKNOWN in (before, after) and not said:
        return  # nobody answered: it is not asked any more, or was not
    if kind is not None:
        # What a list means is about its entries.
        meanings = () if question.type == "list" else question.meanings
        categories = _categories(meanings, kind, now)
        yield AnswerChange(question.path, question.label, before, after, kind, categories)


def _entry_changes(
    question: Question,
    old: tuple[Element, ...],
    new: tuple[Element, ...],
    baseline: Facts,
    now: Facts,
) -> Iterator[AnswerChange]:
    were, are = {entry.id: entry for entry in old}, {entry.id: entry for entry in new}
    for entry in new:
        if entry.id in were:
            yield from _field_changes(question, were[entry.id], entry, baseline, now)
        else:
            yield _entry_change(question, entry, "added", now, now, old)
    for entry in old:
        if entry.id not in are:
            yield _entry_change(question, entry, "removed", now, baseline, old)


def _with_shared(question: Question, entry: Element, facts: Facts) -> Element:
    """The entry with what it shares with the others, and what it takes over from one of them."""
    scope = Scope(question.path, entry)
    values = {
        field.path: _answer_of(field, scope, facts)
        for field in question.fields
        if not field.like_by
    }
    return Element(
        entry.id, {name: value for name, value in values.items() if not _is_blank(value)}
    )


def _answer_of(field: Question, scope: Scope, facts: Facts) -> Value:
    value = scope.element.get(field.path)
    return facts.field(scope, field.path) if value is UNKNOWN and field.shared else value


def _entry_change(
    question: Question,
    entry: Element,
    kind: ChangeKind,
    now: Facts,
    facts: Facts,
    old: tuple[Element, ...],
) -> AnswerChange:
    scope = Scope(question.path, entry)
    whole = _with_shared(question, entry, facts)
    return AnswerChange(
        f"{question.path}[{entry.id}]",
        f"{question.label}（{name_of(entry)}）",
        (whole,) if kind == "removed" else (),
        (whole,) if kind == "added" else (),
        kind,
        _categories(question.meanings, kind, now, scope, old),
    )


def _field_changes(
    question: Question, old: Element, new: Element, baseline: Facts, now: Facts
) -> Iterator[AnswerChange]:
    for field in question.fields:
        if field.like_by:
            continue  # what it brings about is told, field by field
        sides = (baseline, now)
        once = field.shared and all(field.inherits in facts.values for facts in sides)
        if once and old.get(field.path) is UNKNOWN and new.get(field.path) is UNKNOWN:
            continue  # told once, for all entries
        before = _field_in(field, Scope(question.path, old), baseline)
        scope = Scope(question.path, new)
        after = _field_in(field, scope, now)
        kind = _kind_of_change(before, after)
        if field.otherwise is not UNKNOWN and UNKNOWN in (before, after):
            said = field.path in (*old.fields, *new.fields)
            kind = kind if said else None  # nobody answered: it is not asked any more, or was not
        if kind is not None:
            path = scope.path_of(field.path)
            meanings = field.meanings or question.meanings
            others = baseline.get(question.path)
            entries = others if isinstance(others, tuple) else ()
            categories = _categories(meanings, kind, now, scope, entries)
            label = label_at(now.standard, now, path)
            yield AnswerChange(path, label, before, after, kind, categories)


def _answer_in(question: Question, facts: Facts) -> Value:
    """The answer that stands there, also where it is not known yet whether it applies."""
    if facts.applies(question) is NO:
        return _as_read(facts.get(question.path))
    return _as_read(facts.values.get(question.path, UNKNOWN))


def _field_in(field: Question, scope: Scope, facts: Facts) -> Value:
    unasked = field.ask_when is not None and evaluate(field.ask_when, facts, scope) is NO
    if unasked or field.shared:
        return _as_read(facts.field(scope, field.path))
    return _as_read(scope.element.get(field.path))


def _as_read(value: Value) -> Value:
    """A text as people see it: a file may end it with a line break."""
    return value.rstrip("\n") if isinstance(value, str) else value


def _kind_of_change(before: Value, after: Value) -> ChangeKind | None:
    if before == after or (_is_blank(before) and _is_blank(after)):
        return None
    if _is_blank(before):
        return "added"
    return "removed" if _is_blank(after) else "changed"


def _is_blank(value: Value) -> bool:
    return value is UNKNOWN or (isinstance(value, NotApplicable) and value.reason is None)


def _categories(
    meanings: Sequence[Meaning],
    kind: ChangeKind,
    now: Facts,
    scope: Scope | None = None,
    before: Sequence[Element] = (),
) -> tuple[str, ...]:
    """The categories of the first meaning that fits; what is not known yet counts as fitting."""
    for meaning in meanings:
        if meaning.on is not None and meaning.on != kind:
            continue
        if meaning.unseen is not None and scope is not None:
            value = scope.element.get(meaning.unseen)
            if any(entry.get(meaning.unseen) == value for entry in before):
                continue
        if meaning.when is not None and evaluate(meaning.when, now, scope) is NO:
            continue
        return meaning.categories
    return ()


def affected_documents(
    changes: Iterable[AnswerChange], standard: Standard, printed: Mapping[str, frozenset[str]]
) -> Mapping[str, tuple[str, ...]]:
    """By the path of each change the documents that print it, directly or by a computed fact.

    `printed` gives the paths (`list.field`) that each document prints, by its id.
    """
    grounds: dict[str, frozenset[str]] = {}
    whole: dict[str, frozenset[str]] = {}
    for document, paths in printed.items():
        whole[document] = frozenset().union(
            *(_answers_behind(standard, path, grounds) for path in sorted(paths))
        )
    return {change.path: _documents_printing(change, whole) for change in changes}


def _documents_printing(
    change: AnswerChange, whole: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    path = change.printed_path
    return tuple(
        document
        for document, paths in whole.items()
        if path in paths or any(field.startswith(f"{path}.") for field in paths)
    )


def _answers_behind(
    standard: Standard, path: str, kept: dict[str, frozenset[str]]
) -> frozenset[str]:
    """The answers that a printed path shows; decisions show none: they weigh all of them."""
    if path not in kept:
        derived = standard.derived.get(path)
        below = set(taken_over(standard, path))
        if derived is not None:
            source = derived.collect or derived.worst
            below |= {".".join(source)} if source else set()
            for condition in definitions(standard, path):
                below |= {compare.path for compare in compares(condition) if "." in compare.path}
        kept[path] = frozenset({path} if derived is None else ()).union(
            *(_answers_behind(standard, fact, kept) for fact in sorted(below))
        )
    return kept[path]
