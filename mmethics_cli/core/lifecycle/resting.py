"""Texts that rest on facts: after a change of the fact each is put before the person again.

Which text rests on which facts is the pack's business (`rests_on` of its question).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.language import Scope, is_answered
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Unknown,
    Value,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import label_at, label_of

_DIGITS: Final = 16  # of a digest, enough to tell any two answers of one dossier apart


class RestingText(Struct, frozen=True):
    """A text that was approved before facts changed on which it rests, and stayed as it was.

    `changed` are the labels of those facts. `digest` stands for the text and the facts as they are
    now: a confirmation with another digest was about something else.
    """

    path: str
    label: str
    text: Value
    changed: tuple[str, ...]
    digest: str


def resting_texts(before: Facts | None, now: Facts) -> tuple[RestingText, ...]:
    """The texts that stayed as `before` though a fact on which they rest did not."""
    if before is None:
        return ()
    return tuple(
        resting
        for question, scope in _questions(now)
        if (resting := _resting(question, scope, before, now)) is not None
    )


def unconfirmed(
    texts: tuple[RestingText, ...], confirmed: Mapping[str, str]
) -> tuple[RestingText, ...]:
    """Those that nobody has confirmed as they are now; `confirmed` are digests by path."""
    return tuple(text for text in texts if confirmed.get(text.path) != text.digest)


def resting_findings(texts: tuple[RestingText, ...]) -> Iterator[Finding]:
    """An error for each text, until it is changed or confirmed."""
    for text in texts:
        yield Finding(
            "text_rests_on",
            "error",
            "inconsistent",
            text.path,
            f"“{text.label}”是在{'、'.join(text.changed)}改动以前批准的，现在还属实吗？",
            f"不属实的改好它；仍然属实的，确认：mmethics fill --confirm {text.path}",
        )


def _questions(facts: Facts) -> Iterator[tuple[Question, Scope | None]]:
    """The texts that rest on facts, those of lists once for each entry."""
    for question in facts.standard.questions.values():
        if question.rests_on:
            yield question, None
        fields = [field for field in question.fields if field.rests_on]
        entries = facts.get(question.path) if fields else ()
        for entry in entries if isinstance(entries, tuple) else ():
            yield from ((field, Scope(question.path, entry)) for field in fields)


def _resting(
    question: Question, scope: Scope | None, before: Facts, now: Facts
) -> RestingText | None:
    old = _scope_before(scope, before)
    if scope is not None and old is None:
        return None
    text = _read(question.path, now, scope)
    if not is_answered(text) or _said(_read(question.path, before, old)) != _said(text):
        return None
    changed = [
        path
        for path in question.rests_on
        if _said(_read(path, before, old)) != _said(_read(path, now, scope))
    ]
    if not changed:
        return None
    path = question.path if scope is None else scope.path_of(question.path)
    rests = [f"{name}={_said(_read(name, now, scope))}" for name in question.rests_on]
    whole = "\n".join([path, _said(text), *rests])
    return RestingText(
        path,
        label_at(now.standard, now, path),
        text,
        tuple(dict.fromkeys(_label(name, now, scope) for name in changed)),
        hashlib.sha256(whole.encode()).hexdigest()[:_DIGITS],
    )


def _scope_before(scope: Scope | None, before: Facts) -> Scope | None:
    if scope is None:
        return None
    entries = before.get(scope.list_path)
    old = [
        entry
        for entry in (entries if isinstance(entries, tuple) else ())
        if entry.id == scope.element.id
    ]
    return Scope(scope.list_path, old[0]) if old else None


def _read(path: str, facts: Facts, scope: Scope | None) -> Value:
    """A fact, a field of the entry in scope, or (`list.field`) that field of every entry."""
    if "." not in path:
        return UNKNOWN if scope is None else facts.field(scope, path)
    owner, _, name = path.rpartition(".")
    if (owner, name) not in facts.standard.fields:
        return facts.get(path)
    entries = facts.get(owner)
    return tuple(
        Element(entry.id, {name: facts.field(Scope(owner, entry), name)})
        for entry in (entries if isinstance(entries, tuple) else ())
    )


def _label(path: str, facts: Facts, scope: Scope | None) -> str:
    if "." in path or scope is None:
        return f"“{label_of(facts.standard, path)}”"
    return f"“{facts.standard.fields[scope.list_path, path].label}”"


def _said(value: Value) -> str:
    """A value in words that are the same for the same answer, whatever order it was written in."""
    match value:
        case Unknown():
            return ""
        case NotApplicable(reason):
            return f"n/a {(reason or '').strip()}"
        case Several():
            return " ".join([*sorted(value.sure), *(f"?{key}" for key in sorted(value.possible))])
        case tuple():
            rows = (
                f"{entry.id}: "
                + "; ".join(f"{key} {_said(held)}" for key, held in sorted(entry.fields.items()))
                for entry in value
            )
            return "\n".join(sorted(rows))
        case date():
            return value.isoformat()
    return str(value).strip()
