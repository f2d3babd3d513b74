"""From questions to steps: what stands together on a screen, and which of its rows to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from mmethics_cli.core.answers.edits import answers_by_question, with_answers
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, Element, NotApplicable, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import (
    AnswerPlace,
    Reason,
    documents_lacking,
    place_at,
    sections_of,
)
from mmethics_cli.core.interview.steps import InterviewProgress, QuestionRow, Rows, Step
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ATTACHMENTS

Reasons = Mapping[str, Reason]
# The key of a step is the path of its one question, or `@screen`, `@screen[element]`.
_SCREEN: Final = re.compile(r"@(?P<screen>[^\[]+)(\[(?P<id>[^\]]*)\])?")


def key_of(facts: Facts, place: AnswerPlace) -> str:
    """What names the step on which a place stands."""
    owner = None if place.owner is None else place.owner.path
    screen = facts.standard.screens.holding(owner, place.question.path)
    if screen is None:
        return place.path
    return f"@{screen.id}" if place.element is None else f"@{screen.id}[{place.element.id}]"


def keys_of_element(facts: Facts, owner: Question, id_: str) -> tuple[str, ...]:
    """The steps that ask for all fields of an element, in their order."""
    places = (place_at(facts, f"{owner.path}[{id_}].{field.path}") for field in owner.fields)
    return tuple(dict.fromkeys(key_of(facts, place) for place in places if place is not None))


def places_at(facts: Facts, key: str) -> tuple[AnswerPlace, ...]:
    """The places of a step that apply; a single one also where a stray answer stands."""
    match = _SCREEN.fullmatch(key)
    if match is None:
        place = place_at(facts, key)
        stands = place is not None and (
            place.applies(facts) or place.recorded(facts) is not UNKNOWN
        )
        return (place,) if place is not None and stands else ()
    screen = facts.standard.screens.by_id[match["screen"]]
    prefix = "" if screen.of is None else f"{screen.of}[{match['id']}]."
    places = (place_at(facts, prefix + member) for member in screen.members)
    return tuple(place for place in places if place is not None and place.applies(facts))


def step_at(
    facts: Facts,
    key: str,
    reasons: Reasons,
    wanted: Callable[[AnswerPlace], bool] = lambda place: True,
) -> Step | None:
    """The step with the rows that apply and are `wanted`; None when there is none.

    `reasons` are those of the open questions.
    """

    def rows_with(answers: Mapping[str, Value]) -> Rows:
        seen = with_answers(facts, answers_by_question(facts, answers)) if answers else facts
        return tuple(
            _row(place, facts, seen, reasons)
            for place in places_at(seen, key)
            if place.path in answers or wanted(place)
        )

    rows = rows_with({})
    if not rows:
        return None
    match = _SCREEN.fullmatch(key)
    screen = None if match is None else facts.standard.screens.by_id[match["screen"]]
    progress = _progress(facts, rows, reasons)
    return Step(rows, progress, facts, screen, rows_with, _hint(facts, rows))


def _row(place: AnswerPlace, facts: Facts, seen: Facts, reasons: Reasons) -> QuestionRow:
    """`seen` are the facts with the answers of the screen that is being filled in."""
    before = place_at(facts, place.path)
    value = UNKNOWN if before is None else before.recorded(facts)
    return QuestionRow(place, value, _reason(place, seen, reasons), *_proposed(place, seen))


def _reason(place: AnswerPlace, facts: Facts, reasons: Reasons) -> Reason:
    if place.path in reasons:
        return reasons[place.path]
    required = place.holds(place.question.required_when, facts, False)
    return Reason.REQUIRED if required else Reason.OPTIONAL


def _proposed(place: AnswerPlace, facts: Facts) -> tuple[Value, str]:
    if place.element is not None:
        return _for_attachment(place, place.element, facts)
    proposal = facts.standard.screens.proposals.get(place.path)
    if proposal is None:
        return UNKNOWN, ""
    if evaluate(proposal.when, facts) is not Truth.YES:
        return UNKNOWN, ""
    value = proposal.value
    if proposal.copies is not None:
        value = facts.get(proposal.copies)
    if value is UNKNOWN or isinstance(value, NotApplicable):
        return UNKNOWN, ""
    return value, proposal.why


def _for_attachment(place: AnswerPlace, element: Element, facts: Facts) -> tuple[Value, str]:
    """For an attachment: a kind that still lacks, and the usual title of its kind."""
    if place.owner is None or place.owner.path != ATTACHMENTS:
        return UNKNOWN, ""
    lacking = [document.id for document in documents_lacking(facts)]
    kind = element.get("kind")
    if kind is UNKNOWN and lacking:
        kind = lacking[0]
    match place.question.path:
        case "kind" if element.get("kind") is UNKNOWN and lacking:
            return kind, "这一种还没有交"
        case "title" if isinstance(kind, str) and kind in facts.standard.documents:
            return facts.standard.documents[kind].title, "这一种文件通常的名称"
    return UNKNOWN, ""


def _progress(facts: Facts, rows: Rows, reasons: Reasons) -> InterviewProgress:
    sections = sections_of(facts)
    section = rows[0].place.section
    open_ = list(_still_open(facts, reasons))
    return InterviewProgress(
        section,
        sections.index(section) + 1 if section in sections else len(sections),
        len(sections),
        sum(place.section == section for place in open_),
        len({key_of(facts, place) for place in open_}),
    )


def _still_open(facts: Facts, reasons: Reasons) -> Iterator[AnswerPlace]:
    for path, reason in reasons.items():
        place = place_at(facts, path) if reason is not Reason.OPTIONAL else None
        if place is not None:
            yield place


def _hint(facts: Facts, rows: Rows) -> str:
    lacking = documents_lacking(facts) if rows[0].path == ATTACHMENTS else ()
    return f"还缺自备文件：{'、'.join(document.title for document in lacking)}" if lacking else ""
