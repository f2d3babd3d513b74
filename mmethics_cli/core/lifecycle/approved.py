"""The study as it was approved: what reports print, and how the dossier differs from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mmethics_cli.core.checks.findings import Finding, Severity
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import NO, UNKNOWN, Element, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.revision import AnswerChange, changes_since
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ELEMENT_PATH, question_at

_FIX = "没有实施的，改回批准的内容；要改的，先报修正案（mmethics follow amendment），批准后才实施"
_DRAFTED = "正在准备的修正案要改的，等它批准以后才实施；不是的，改回批准的内容"
_URGENT = "；等不及的报告，先改回批准的内容把它交出去；已经这样做了的，另报方案偏离"


def unapproved_changes(approved: Facts, now: Facts) -> tuple[AnswerChange, ...]:
    """What in the study differs from what was approved and means something to the committee.

    It does where the change or its reverse does: an entry may not go unseen that could not have
    come unseen. What means nothing (a registration number, a certificate) goes on without the
    committee. An answer that the standard requires and that the approved study lacked was not asked
    for at that time.
    """
    undone = {change.path for change in changes_since(now, approved) if change.categories}
    return tuple(
        change
        for change in changes_since(approved, now)
        if (change.categories or change.path in undone) and not _asked_since(change, now)
    )


def _asked_since(change: AnswerChange, now: Facts) -> bool:
    if change.kind != "added" or change.path.endswith("]"):
        return False
    required = question_at(now.standard, change.path).required_when
    if required is None:
        return False
    return evaluate(required, now, _scope_of(change.path, now)) is not NO


def _scope_of(path: str, facts: Facts) -> Scope | None:
    place = ELEMENT_PATH.fullmatch(path)
    entries = facts.get(place["list"]) if place else ()
    same = [entry for entry in _entries(entries) if place and entry.id == place["id"]]
    return Scope(place["list"], same[0]) if place and same else None


def as_approved(approved: Facts, now: Facts) -> Facts:
    """The facts with every unapproved change taken back: what a report may say of the study."""
    changes = unapproved_changes(approved, now)
    values = dict(now.values)
    by_question: dict[str, list[AnswerChange]] = {}
    for change in changes:
        by_question.setdefault(change.path.partition("[")[0], []).append(change)
    for path, changed in by_question.items():
        old = approved.values.get(path, UNKNOWN)
        if now.standard.questions[path].type == "list":
            old = _entries_as_approved(now.standard.questions[path], old, values.get(path), changed)
        values[path] = old
    known = {path: value for path, value in values.items() if value is not UNKNOWN}
    return now.having(known)


def _entries_as_approved(
    question: Question, approved: Value, now: Value | None, changes: Sequence[AnswerChange]
) -> Value:
    """The entries as they were, those that went too; entries that came unapproved are left out."""
    old = {entry.id: entry for entry in _entries(approved)}
    changed = {change.path for change in changes}
    kept = [
        _entry_as_approved(question, old.get(entry.id), entry, changed)
        for entry in _entries(now)
        if f"{question.path}[{entry.id}]" not in changed
    ]
    gone = [entry for id_, entry in old.items() if f"{question.path}[{id_}]" in changed]
    order = list(old)
    return tuple(
        sorted(
            (*kept, *gone), key=lambda entry: order.index(entry.id) if entry.id in old else len(old)
        )
    )


def _entry_as_approved(
    question: Question, old: Element | None, entry: Element, changed: set[str]
) -> Element:
    if old is None:
        return entry
    scope = Scope(question.path, entry)
    back = {
        field.path: old.get(field.path)
        for field in question.fields
        if scope.path_of(field.path) in changed
    }
    fields: Mapping[str, Value] = {**entry.fields, **back}
    return Element(entry.id, {key: value for key, value in fields.items() if value is not UNKNOWN})


def _entries(value: Value | None) -> tuple[Element, ...]:
    return value if isinstance(value, tuple) else ()


def unapproved(
    approved: Facts,
    now: Facts,
    *,
    waiting: Sequence[Facts] = (),
    reporting: bool,
    drafting: bool = False,
) -> Iterator[Finding]:
    """A finding for each unapproved change: an error while a report is prepared, else a warning.

    `waiting` are what lies before the committee: what that asks for may stand in the dossier. So
    may what is being asked for (`drafting`): that is a note.
    """
    others = [{change.path for change in unapproved_changes(pending, now)} for pending in waiting]
    severity: Severity = "note" if drafting else "error" if reporting else "warning"
    for change in unapproved_changes(approved, now):
        if any(change.path not in different for different in others):
            continue
        printed = "，报告印的是批准的内容" if reporting else ""
        yield Finding(
            "unapproved_change",
            severity,
            "inconsistent",
            change.path,
            f"“{change.label}”与批准的不同{printed}",
            _DRAFTED if drafting else f"{_FIX}{_URGENT if reporting else ''}",
        )
