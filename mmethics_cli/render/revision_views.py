"""The table of revisions as templates see it: what differs from what the committee saw."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.documents import as_initial, attachments_of, needed_documents
from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.values import (
    Element,
    NotApplicable,
    Several,
    Unknown,
    Value,
    name_of,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.replies import ChangedPaper, named_papers
from mmethics_cli.core.lifecycle.revision import (
    AnswerChange,
    affected_documents,
    changes_since,
    seen_before,
)
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ATTACHMENTS, KIND, RE_REVIEW, RESPONSES, question_at
from mmethics_cli.render.study import Study
from mmethics_cli.render.templates import Templates
from mmethics_cli.wording.language import CHINESE
from mmethics_cli.wording.values import value_text

_REASON: Final = "event.reason"
_UNANSWERED: Final = "（没有填写）"
_NO_ENTRY: Final = "（没有这一项）"
_NO_SENTENCE: Final = "（没有）"
_TAKEN_OUT: Final = "（删去）"
_FIGURE, _SEE = re.compile("〔图：.*〕", re.DOTALL), "〔图，见该文件〕"
_NO_COMMENT: Final = "—"  # no reply names it
_TELLING: Final = ("text", "choice", "choices", "int")  # types of fields
_MOST_FIELDS: Final = 8
_LONGEST_REASON: Final = 30  # characters that fit a narrow column


class RevisionView(Struct, frozen=True):
    """One place that was changed; `documents` are the titles of those that print it."""

    number: int
    place: str
    before: str
    after: str
    documents: str


class RevisedAttachment(Struct, frozen=True):
    """An attachment that came, went, or has another version."""

    number: int
    title: str
    before: str
    after: str
    marked: str


class SentenceRevision(Struct, frozen=True):
    """Sentences that differ, and where; `reason` says why they do."""

    number: int
    place: str
    before: str
    after: str
    reason: str


class PaperRevision(Struct, frozen=True):
    """A paper that changed, every sentence that did; of a new one or one that is gone none.

    `fault` says why the sentences are not known.
    """

    title: str
    version: str
    sentences: list[SentenceRevision]
    is_new: bool
    is_gone: bool
    fault: str


class PrintedPaths(Mapping[str, frozenset[str]]):
    """The paths that each of the applicant's papers prints, by its id; read on demand.

    `folded` are the documents that are sections of other papers, and print nothing themselves.
    """

    def __init__(self, templates: Templates, folded: frozenset[str] = frozenset()) -> None:
        self._templates = templates
        self._folded = folded
        self._names = {
            kind.id: kind.template
            for kind in templates.standard.documents.values()
            if kind.template is not None and kind.audience == "applicant"
            if kind.id not in folded
        }

    def __getitem__(self, document: str) -> frozenset[str]:
        template = self._templates.get(self._names[document])
        return template.printed_in(self._templates.standard, self._folded)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def revisions(study: Study, before: Facts | None) -> list[RevisionView]:
    """Every answer about the study that differs from before, attachments left out."""
    if before is None:
        return []
    answers = [
        change for change in changes_since(before, study.facts) if not _of_attachments(change)
    ]
    affected = affected_documents(answers, study.standard, _printed_before(before, study))
    kinds = study.standard.documents
    return [
        RevisionView(
            number=number,
            place=change.label,
            before=_change_text(study.facts, change, change.before),
            after=_change_text(study.facts, change, change.after),
            documents="、".join(kinds[id_].title for id_ in affected[change.path]),
        )
        for number, change in enumerate(answers, 1)
    ]


def paper_revisions(study: Study) -> list[PaperRevision]:
    """Every paper that is not what the committee holds; the sentences are numbered through."""
    replies, reason, numbers = _replies_by_sentence(study), _reason(study.facts), count(1)
    return [
        PaperRevision(
            paper.title,
            f"V{paper.version.removeprefix('V')}",
            [
                SentenceRevision(
                    next(numbers),
                    change.place,
                    _FIGURE.sub(_SEE, change.before) or _NO_SENTENCE,
                    _FIGURE.sub(_SEE, change.after) or _TAKEN_OUT,
                    _comments(replies[paper.id, at]) or reason,
                )
                for at, change in enumerate(paper.changes)
            ],
            paper.is_new,
            paper.is_gone,
            paper.failed,
        )
        for paper in study.paper_changes()
    ]


def changed_papers_of(study: Study) -> tuple[ChangedPaper, ...]:
    """What a reply to the committee's comments can name, and in what it changed."""
    own = (kind.title for kind in needed_documents(as_initial(study.facts)))
    handed_in = (row.title for row in study.transmittal if not row.marked)
    listed = {title: ChangedPaper(title) for title in (*own, *handed_in)}
    for row in revised_attachments(study):
        listed[row.title] = ChangedPaper(row.title, whole=True)
    for paper in study.paper_changes():
        passages = tuple((change.place, change.before, change.after) for change in paper.changes)
        listed[paper.title] = ChangedPaper(paper.title, passages, paper.is_new)
    return tuple(listed.values())


def _replies_by_sentence(study: Study) -> Mapping[tuple[str, int], list[int]]:
    """The numbers of the comments whose replies name a place, by paper and number of the change."""
    replies: dict[tuple[str, int], list[int]] = defaultdict(list)
    rows = study.facts.get(RESPONSES) if study.facts.get(KIND) == RE_REVIEW else ()
    papers = {paper.title: paper for paper in study.paper_changes()}
    known = changed_papers_of(study)
    for number, entry in enumerate(rows if isinstance(rows, tuple) else (), 1):
        place = entry.get("place")
        for paper, quoted in named_papers(place, known) if isinstance(place, str) else ():
            for at, passage in enumerate(paper.passages):
                if any(ChangedPaper("", (passage,)).holds(words) for words in quoted):
                    replies[papers[paper.title].id, at].append(number)
    return replies


def _comments(numbers: Sequence[int]) -> str:
    return f"审查意见第{'、'.join(map(str, dict.fromkeys(numbers)))}条" if numbers else ""


def revised_attachments(study: Study) -> list[RevisedAttachment]:
    """Attachments by what became of their versions, in the order of the list."""
    before = seen_before(study.facts)
    if before is None:
        return []
    old = {entry.id: entry for entry in attachments_of(before)}
    new = {entry.id: entry for entry in attachments_of(study.facts)}
    gone = [entry for id_, entry in old.items() if id_ not in new]
    rows: list[tuple[str, Element | None, Element | None]] = [
        (name_of(entry), old.get(id_), entry)
        for id_, entry in new.items()
        if _edition(old.get(id_)) != _edition(entry)
    ]
    rows += [(name_of(entry), entry, None) for entry in gone]
    return [
        RevisedAttachment(number, title, _edition(was), _edition(now), _marked(was, now))
        for number, (title, was, now) in enumerate(rows, 1)
    ]


def _change_text(facts: Facts, change: AnswerChange, value: Value) -> str:
    """The words for one side of a change."""
    question = facts.standard.questions[change.path.partition("[")[0]]
    if not change.path.endswith("]"):
        return _text(question_at(facts.standard, change.path), value)
    if not isinstance(value, tuple) or not value:
        return _NO_ENTRY
    return "；".join(_fields(question, value[0]))


def _fields(question: Question, entry: Element) -> Iterator[str]:
    """What an entry is in a few words: its documents say all of it."""
    values = [
        (field, value)
        for field in question.fields
        if field.type in _TELLING
        and not isinstance(value := entry.get(field.path), Unknown | NotApplicable)
    ]
    for field, value in values[:_MOST_FIELDS]:
        yield f"{field.label}：{_text(field, value)}"
    if len(values) > _MOST_FIELDS:
        yield "其余各项见所列文件"


def _text(question: Question, value: Value) -> str:
    text = value_text(question, value)
    return _UNANSWERED if text is None else text


def _of_attachments(change: AnswerChange) -> bool:
    return change.path.startswith(f"{ATTACHMENTS}[") or change.path == ATTACHMENTS


def _printed_before(before: Facts, study: Study) -> Mapping[str, frozenset[str]]:
    """What the documents of the study itself print: those of one submission are always new."""
    needed = as_initial(before).get("decided.documents")
    ids = needed.sure if isinstance(needed, Several) else frozenset[str]()
    documents = study.standard.documents
    return {
        id_: paths
        for id_, paths in study.printed.items()
        if id_ in ids and documents[id_].needed_when != ALWAYS
    }


def _reason(facts: Facts) -> str:
    """Why: the reason itself where it fits a column, else where it stands."""
    if facts.get(KIND) == RE_REVIEW:
        return _NO_COMMENT
    reason = facts.get(_REASON)
    if isinstance(reason, str) and len(reason.strip()) <= _LONGEST_REASON:
        return reason.strip()
    return "见上"


def _edition(entry: Element | None) -> str:
    if entry is None:
        return "（没有）"
    version, day = entry.get("version"), entry.get("date")
    words = [f"V{version.removeprefix('V')}"] if isinstance(version, str) else []
    words += [CHINESE.date(day)] if isinstance(day, date) else []
    return " ".join(words) or "没有版本号"


def _marked(was: Element | None, now: Element | None) -> str:
    """Whether the file that shows the changes of a replaced attachment was brought."""
    if was is None or now is None:
        return CHINESE.not_applicable
    return "已附" if isinstance(now.get("marked_file"), str) else "没有附"
