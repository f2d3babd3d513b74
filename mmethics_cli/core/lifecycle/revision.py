"""What is different from what the committee saw: answers compared by path, entries by their ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.checks.papers import KIND, attachments_of
from mmethics_cli.core.conditions.language import ALWAYS, Scope, evaluate
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Truth,
    Value,
    name_of,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.build import compares, definitions
from mmethics_cli.core.standard.model import DocumentKind, Kind, Question, Standard, category_of
from mmethics_cli.core.standard.names import label_at

ATTACHMENTS = "attachments"
CATEGORIES = "event.changes"
_EVENT = "event."


@dataclass(frozen=True, slots=True)
class AnswerChange:
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


def changes(baseline: Facts, now: Facts) -> tuple[AnswerChange, ...]:
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


def proposed(changes: Iterable[AnswerChange]) -> frozenset[str]:
    """The categories of `event.changes` that these changes fall into."""
    return frozenset(change.category for change in changes if change.category is not None)


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
            *(_grounds(standard, path, grounds) for path in sorted(paths))
        )
    return {change.path: _printing(change, whole) for change in changes}


def _printing(change: AnswerChange, whole: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    path = change.printed_path
    return tuple(
        document
        for document, paths in whole.items()
        if path in paths or any(field.startswith(f"{path}.") for field in paths)
    )


def _grounds(standard: Standard, path: str, kept: dict[str, frozenset[str]]) -> frozenset[str]:
    """The answers that a printed path shows; decisions show none: they weigh all of them."""
    derived = standard.derived.get(path)
    if derived is None:
        return frozenset({path})
    if path not in kept:
        source = derived.collect or derived.worst
        below = {".".join(source)} if source else set[str]()
        for condition in definitions(standard, path):
            below |= {compare.path for compare in compares(condition) if "." in compare.path}
        kept[path] = frozenset().union(*(_grounds(standard, fact, kept) for fact in sorted(below)))
    return kept[path]


def _compared(question: Question, baseline: Facts, now: Facts) -> Iterator[AnswerChange]:
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
        yield AnswerChange(question.path, question.label, before, after, kind, category)


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
) -> Iterator[AnswerChange]:
    were, are = {entry.id: entry for entry in old}, {entry.id: entry for entry in new}
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
) -> AnswerChange:
    scope = Scope(question.path, entry)
    return AnswerChange(
        f"{question.path}[{entry.id}]",
        f"{question.label}（{name_of(entry)}）",
        (entry,) if kind == "removed" else (),
        (entry,) if kind == "added" else (),
        kind,
        category_of(question.meanings, kind, now, scope, old),
    )


def _fields(
    question: Question, old: Element, new: Element, baseline: Facts, now: Facts
) -> Iterator[AnswerChange]:
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
            yield AnswerChange(path, label, before, after, kind, category)


def _held_field(field: Question, scope: Scope, facts: Facts) -> Value:
    if field.ask_when is not None and evaluate(field.ask_when, facts, scope) is Truth.NO:
        return NotApplicable()
    return _plain(scope.element.get(field.path))


# These hand in every paper that changed, clean and with the changes marked.
IN_PAIRS: Final = frozenset({"amendment", "re_review"})
_LAST_NUMBER: Final = re.compile(r"(\d+)(\D*)$")


def raised(version: str, taken: Collection[str]) -> str:
    """The next version that is not `taken`: 1.0 → 1.1, 2 → 3; one without a number gets one."""
    while True:
        match = _LAST_NUMBER.search(version)
        if match is None:
            version = f"{version}.1"
        else:
            version = f"{version[: match.start()]}{int(match[1]) + 1}{match[2]}"
        if version not in taken:
            return version


def papers_of_the_study(pathway: Pathway) -> frozenset[str]:
    """The papers that say what the study is, by id; `pathway` is that of the initial review.

    What every submission has anew (the list of what is submitted) is none of them.
    """
    decided = pathway.facts.get("decided.documents")
    sure = decided.sure if isinstance(decided, Several) else frozenset[str]()
    documents = pathway.facts.standard.documents
    return frozenset(id_ for id_ in sure if of_the_study(documents[id_]))


def of_the_study(document: DocumentKind) -> bool:
    """Whether a paper is no mere paper of one submission."""
    return (
        document.audience == "applicant" and document.needed_when != ALWAYS and not document.listing
    )


def same_edition(entry: Element, other: Element) -> bool:
    """Whether two entries of the list of attachments name the same version and date."""
    return all(entry.get(key) == other.get(key) for key in ("version", "date"))


def unmarked_attachments(facts: Facts, before: Facts | None) -> Iterator[Finding]:
    """Attachments of another edition than the committee saw, without the changes marked."""
    if before is None or facts.get(KIND) not in IN_PAIRS:
        return
    seen = {entry.id: entry for entry in attachments_of(before)}
    for entry in attachments_of(facts):
        old = seen.get(entry.id)
        if old is None or same_edition(old, entry):
            continue
        marked: Value = entry.get("marked_file")
        if marked is UNKNOWN or marked == old.get("marked_file") and isinstance(marked, str):
            yield Finding(
                "marked_missing",
                "error",
                "missing_attachment",
                f"attachments[{entry.id}].marked_file",
                f"附件“{name_of(entry)}”换了版本，没有附修订标记版",
                "改过的文件要同时交标记版，登记在 marked_file；证书一类没有标记版的，"
                "写 {not_applicable: 理由}",
            )


def left_behind(
    facts: Facts, before: Facts | None, printed: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """One warning on papers that the applicant brings and that still are as the committee saw them
    though what such papers say of the study has changed. `printed`: see `affected_documents`.
    """
    if before is None or facts.get(KIND) not in IN_PAIRS:
        return
    seen = {entry.id: entry for entry in attachments_of(before)}
    kept = [
        entry
        for entry in attachments_of(facts)
        if entry.id in seen and same_edition(seen[entry.id], entry) and entry.get("kind") in printed
    ]
    if not kept:
        return
    changed = [
        change for change in changes(before, facts) if not change.path.startswith(ATTACHMENTS)
    ]
    affected = affected_documents(changed, facts.standard, printed)
    said = []
    for entry in kept:
        labels = [change.label for change in changed if entry.get("kind") in affected[change.path]]
        if labels:
            said.append(f"《{name_of(entry)}》（{'、'.join(dict.fromkeys(labels))}）")
    if said:
        yield Finding(
            "own_paper_left",
            "warning",
            "inconsistent",
            ATTACHMENTS,
            f"自备的 {len(said)} 份文件还是上次的版本，要写的内容却有改动：{'、'.join(said)}",
            "请改好、升版本号并附修订标记版；确实不涉及的不必理会；改用生成的，就删去那条附件",
        )


def unnamed_changes(facts: Facts) -> Iterator[Finding]:
    """Categories that the study's changes fall into and that the amendment does not name."""
    named = facts.get(CATEGORIES)
    if facts.baseline is None or not isinstance(named, Several):
        return
    changed = changes(facts.baseline, facts)
    labels = facts.standard.questions[CATEGORIES].values
    for category in sorted(proposed(changed) - named.sure, key=list(labels).index):
        places = "、".join(
            dict.fromkeys(change.label for change in changed if change.category == category)
        )
        yield Finding(
            "change_unnamed",
            "warning",
            "inconsistent",
            CATEGORIES,
            f"与批准的内容比对，{places}有改动，“{facts.standard.questions[CATEGORIES].label}”"
            f"却没有选“{labels[category]}”",
            "请补选；改动不属于这一类的，在修改内容概述里说明",
        )


def unfound_changes(facts: Facts) -> Iterator[Finding]:
    """Categories that the amendment names and that nothing in the dossier has changed for.

    What may stand in an attachment alone counts as found where one has another version. Where the
    study did change, it is a note: one answer may change what several categories are about.
    """
    named = facts.get(CATEGORIES)
    if facts.baseline is None or not isinstance(named, Several):
        return
    changed = changes(facts.baseline, facts)
    if any(change.path.startswith(f"{ATTACHMENTS}[") for change in changed):
        return
    question = facts.standard.questions[CATEGORIES]
    gone = (named.sure & _shown_by_answers(facts.standard)) - proposed(changed)
    for category in sorted(gone, key=list(question.values).index):
        yield Finding(
            "change_not_found",
            "note" if changed else "warning",
            "inconsistent",
            CATEGORIES,
            f"“{question.label}”选了“{question.values[category]}”，与批准的内容比对，"
            "没有找到直接对应的改动，附件也没有换版本",
            "请核对：先修改卷宗或附件，或去掉这一项",
        )


def _shown_by_answers(standard: Standard) -> frozenset[str]:
    """The categories that changed answers can fall into."""
    questions = standard.questions.values()
    every = [*questions, *(field for question in questions for field in question.fields)]
    return frozenset(
        meaning.category
        for question in every
        for meaning in question.meanings
        if meaning.category is not None
    )
