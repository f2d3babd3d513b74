"""What a new study takes over from an earlier dossier: answers, texts to confirm, attachments.

Which answers hold for the next study is the pack's business (`reuse` of a question, `reuse_when`
of a document); what is not named there stays behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.checks.consistency import contradictions
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import (
    NO,
    UNKNOWN,
    YES,
    Element,
    NotApplicable,
    Several,
    Value,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import place_at
from mmethics_cli.core.interview.steps import Ask, Prompt, QuestionRow, Reply, Rows, Step
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.names import ATTACHMENTS, ELEMENT_PATH


class CarriedOver(Struct, frozen=True):
    """What an earlier dossier gives to a new one.

    `answers` hold by path; `unconfirmed` are no answers until a person confirmed them, by path
    (`team.members[m1].role`); `expired` are paths whose answers are out of date; `attachments`
    are those that may be used again, `stale` those of such a kind that may not.
    """

    answers: Mapping[str, Value]
    unconfirmed: Mapping[str, Value]
    expired: tuple[str, ...]
    attachments: tuple[Element, ...]
    stale: tuple[Element, ...]


def carry_over(old: Facts, standard: Standard, today: date) -> CarriedOver:
    """Pick from an earlier dossier what its questions let a new one use on that day."""
    answers: dict[str, Value] = {}
    unconfirmed: dict[str, Value] = {}
    for question in standard.questions.values():
        value = _usable(old, question)
        if value is UNKNOWN or question.of_office:
            continue
        if isinstance(value, tuple):
            elements, texts = _elements(question, value)
            answers[question.path] = elements
            unconfirmed |= texts
        elif question.reuse == "yes":
            answers[question.path] = value
        elif question.reuse == "confirm" and not isinstance(value, NotApplicable):
            unconfirmed[question.path] = _as_typed(value)
    seen = Facts(standard, answers, today)
    expired = tuple(finding.path for finding in contradictions(seen) if finding.kind == "expired")
    good, stale = _attachments(old, seen)
    return CarriedOver(_without(answers, expired), unconfirmed, expired, good, stale)


def _usable(old: Facts, question: Question) -> Value:
    """The earlier answer, where the question was the same one and applied; else UNKNOWN."""
    before = old.standard.questions.get(question.path)
    if question.reuse in ("", "no") or before is None or before.type != question.type:
        return UNKNOWN
    value = old.get(question.path)
    if isinstance(value, NotApplicable) and value.reason is None:
        return UNKNOWN
    return value if _has_keys(question, value) else UNKNOWN


def _has_keys(question: Question, value: Value) -> bool:
    """Whether the question still offers what was chosen."""
    if question.type == "choice":
        return value in question.values
    return not isinstance(value, Several) or value.sure <= set(question.values)


def _elements(
    question: Question, elements: tuple[Element, ...]
) -> tuple[tuple[Element, ...], dict[str, Value]]:
    """Elements with the fields that hold, and the fields to confirm by their paths.

    A field that says nothing of itself follows its list.
    """
    kept: list[Element] = []
    texts: dict[str, Value] = {}
    for element in elements:
        fields: dict[str, Value] = {}
        for field in question.fields:
            value = element.fields.get(field.path, UNKNOWN)
            if value is UNKNOWN or not _has_keys(field, value):
                continue
            match field.reuse or question.reuse:
                case "yes":
                    fields[field.path] = value
                case "confirm" if not isinstance(value, NotApplicable):
                    texts[f"{question.path}[{element.id}].{field.path}"] = _as_typed(value)
        kept.append(Element(element.id, fields))
    return tuple(kept), texts


def _as_typed(value: Value) -> Value:
    """A text as it stands in a prompt: a file may end it with a line break."""
    return value.rstrip("\n") if isinstance(value, str) else value


def _without(answers: Mapping[str, Value], expired: tuple[str, ...]) -> dict[str, Value]:
    left = {path: value for path, value in answers.items() if path not in expired}
    for path in expired:
        match = ELEMENT_PATH.fullmatch(path)
        elements = left.get(match["list"]) if match else None
        if match and isinstance(elements, tuple):
            left[match["list"]] = tuple(
                Element(
                    element.id, {k: v for k, v in element.fields.items() if k != match["field"]}
                )
                if element.id == match["id"]
                else element
                for element in elements
            )
    return left


def _attachments(old: Facts, new: Facts) -> tuple[tuple[Element, ...], tuple[Element, ...]]:
    """Attachments of kinds that may be used again: those that hold now, and those that do not."""
    good: list[Element] = []
    stale: list[Element] = []
    entries = old.get(ATTACHMENTS)
    for entry in entries if isinstance(entries, tuple) else ():
        document = new.standard.documents.get(str(entry.get("kind")))
        if document is not None and document.reuse_when is not None:
            holds = evaluate(document.reuse_when, new) is YES
            (good if holds else stale).append(entry)
    return tuple(good), tuple(stale)


def still_unconfirmed(facts: Facts, texts: Mapping[str, Value]) -> tuple[str, ...]:
    """Paths of carried texts that have no answer yet and may be asked, in the order of the pack."""
    order = {path: index for index, path in enumerate(facts.standard.questions)}
    paths = sorted(texts, key=lambda path: (order[path.partition("[")[0]], path))
    return tuple(path for path in paths if _is_open(facts, path))


def _is_open(facts: Facts, path: str) -> bool:
    place = place_at(facts, path)
    if place is None or place.recorded(facts) is not UNKNOWN:
        return False
    if place.owner is not None:
        elements = facts.values.get(place.owner.path)
        return isinstance(elements, tuple) and place.element in elements
    return facts.applies(place.question) is not NO


def with_proposals(
    ask: Ask, texts: Mapping[str, Value], why: str, told: Mapping[str, str] | None = None
) -> Ask:
    """Ask with the carried text proposed for each question that has no answer yet.

    What the person confirms is the answer; `why` says where the proposals come from, `told` where
    one of them does, by its path, or why there is none.
    """
    told = told or {}

    def with_text(row: QuestionRow) -> QuestionRow:
        if row.value is not UNKNOWN or not (row.path in texts or row.path in told):
            return row
        proposal = texts.get(row.path, UNKNOWN)
        return replace(row, proposal=proposal, why=f"{why}{told.get(row.path, '')}")

    def proposed(rows: Rows) -> Rows:
        return tuple(map(with_text, rows))

    def asked(prompt: Prompt) -> Reply:
        if not isinstance(prompt, Step):
            return ask(prompt)
        rows_with = prompt.rows_with
        return ask(
            replace(
                prompt,
                rows=proposed(prompt.rows),
                rows_with=lambda answers: proposed(rows_with(answers)),
            )
        )

    return asked
