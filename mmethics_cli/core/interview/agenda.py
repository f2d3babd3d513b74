"""From questions to steps: what stands together on a screen, and which of its rows to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from mmethics_cli.core.answers.edits import answers_by_question, elements_of, with_answers
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, YES, Element, NotApplicable, Value, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.likeness import source_of
from mmethics_cli.core.decisions.relevance import (
    AnswerPlace,
    Reason,
    documents_lacking,
    place_at,
    sections_of,
)
from mmethics_cli.core.interview.steps import InterviewProgress, QuestionRow, Rows, Step
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ATTACHMENTS, is_of_event, label_of
from mmethics_cli.core.standard.screens import Screen

Reasons = Mapping[str, Reason]
# The key of the step that puts everything that waits to be confirmed on one screen.
WAITING: Final = "waiting to be confirmed"
_TITLE: Final = "已有的文字：逐段看过，改好或确认，不要的按 Delete"
# How much a screen holds: a long text takes as much of it as this many short questions.
_ROWS, _LONG = 15, 3
# The key of a step is the path of its one question, `@screen` or `@screen[element]`. Keys with `&`
# between them are put together: what is left of their questions fits one screen.
_TOGETHER: Final = "&"
_SCREEN: Final = re.compile(r"@(?P<screen>[^\[]+)(\[(?P<id>[^\]]*)\])?")


def key_of(facts: Facts, place: AnswerPlace) -> str:
    """What names the step on which a place stands."""
    owner = None if place.owner is None else place.owner.path
    screen = facts.standard.screens.holding(owner, place.question.path)
    if screen is None:
        return place.path
    return f"@{screen.id}" if place.element is None else f"@{screen.id}[{place.element.id}]"


def together(facts: Facts, places: Sequence[AnswerPlace]) -> str:
    """The key of the first place, with those that follow as long as all fits one screen.

    `places` are those that are to be asked, in their order. Only screens of the pack are put
    together; lists and their entries stay by themselves, and what is written into another file.
    """
    by_key: dict[str, list[AnswerPlace]] = {}
    for place in places:
        by_key.setdefault(key_of(facts, place), []).append(place)
    first, home = key_of(facts, places[0]), _home(places[0])
    kept: list[str] = []
    held = 0
    for key, rows in by_key.items():
        held += sum(_LONG if row.question.long else 1 for row in rows)
        alone = not _SCREEN.fullmatch(key) or "[" in key
        if key != first and (alone or held > _ROWS or any(_home(row) != home for row in rows)):
            break
        kept.append(key)
        if alone:
            break
    return _TOGETHER.join(kept)


def _home(place: AnswerPlace) -> tuple[bool, bool]:
    """Into which of the dossier's files an answer is written."""
    return is_of_event(place.question.path), place.question.of_institution


def keys_of_element(facts: Facts, owner: Question, id_: str) -> tuple[str, ...]:
    """The steps that ask for all fields of an element, in their order."""
    places = (place_at(facts, f"{owner.path}[{id_}].{field.path}") for field in owner.fields)
    return tuple(dict.fromkeys(key_of(facts, place) for place in places if place is not None))


def places_at(facts: Facts, key: str, waiting: Collection[str] = ()) -> tuple[AnswerPlace, ...]:
    """The places of a step that apply; a single one also where a stray answer stands."""
    if key == WAITING:
        listed = (place_at(facts, path) for path in waiting)
        return tuple(
            _named(place) for place in listed if place is not None and place.applies(facts)
        )
    if _TOGETHER in key:
        return tuple(place for part in key.split(_TOGETHER) for place in places_at(facts, part))
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
    wanted: Callable[[AnswerPlace], bool] | None = None,
    ahead: Collection[str] = (),
    waiting: Collection[str] = (),
    passed: Collection[str] = (),
    sections: Collection[str] = (),
) -> Step | None:
    """The step with the rows that apply and are `wanted`; None when there is none.

    `reasons` are those of the open questions, `ahead` the keys of steps that come in any case,
    `waiting` the paths of what waits to be confirmed, `passed` those that were put already;
    `sections` those whose optional questions are put too.
    """

    def rows_with(answers: Mapping[str, Value]) -> Rows:
        seen = with_answers(facts, answers_by_question(facts, answers)) if answers else facts
        return tuple(
            _row(place, facts, seen, reasons)
            for place in places_at(seen, key, waiting)
            if wanted is None or place.path in answers or wanted(place)
        )

    rows = rows_with({})
    if not rows:
        return None
    screen = _screen_of(key, rows, facts)
    progress = progress_at(facts, rows[0].place.section, reasons, (*ahead, key), passed, sections)
    return Step(rows, progress, facts, screen, rows_with, _hint(facts, rows))


def _screen_of(key: str, rows: Rows, facts: Facts) -> Screen | None:
    """The screen of a step: one of the pack, or one that is made for its rows; None for a list."""
    titles: Iterable[str] = ()
    if key == WAITING:
        titles = (_TITLE,)
    elif _TOGETHER in key:
        titles = dict.fromkeys(_title_of(row.place, facts) for row in rows)
    elif match := _SCREEN.fullmatch(key):
        return facts.standard.screens.by_id[match["screen"]]
    return Screen(key, "、".join(titles), tuple(row.path for row in rows)) if titles else None


def _title_of(place: AnswerPlace, facts: Facts) -> str:
    """What the screen is called on which a question stands; the question where there is none."""
    screen = facts.standard.screens.holding(None, place.question.path)
    return place.question.label if screen is None else screen.title


def _named(place: AnswerPlace) -> AnswerPlace:
    """A field under its label and the name of its entry: others may stand on the same screen."""
    if place.element is None:
        return place
    label = f"{name_of(place.element)}的{place.question.label}"
    return replace(place, question=replace(place.question, label=label))


def _row(place: AnswerPlace, facts: Facts, seen: Facts, reasons: Reasons) -> QuestionRow:
    """`seen` are the facts with the answers of the screen that is being filled in."""
    before = place_at(facts, place.path)
    value = UNKNOWN if before is None else before.recorded(facts)
    if place.question.like_by:
        place, value = _among_entries(place, value, seen)
    proposal, why = _proposed(place, seen)
    holds = _held(place, seen)
    if holds is not UNKNOWN and not why:
        why = f"沿用“{_source_name(place, seen)}”"
    return QuestionRow(place, value, _reason(place, seen, reasons), proposal, why, holds)


def _held(place: AnswerPlace, facts: Facts) -> Value:
    """What counts where there is no answer of its own."""
    if place.question.like_by or not place.is_inherited(facts):
        return UNKNOWN
    scope = place.scope()
    return facts.get(place.path) if scope is None else facts.field(scope, place.question.path)


def _source_name(place: AnswerPlace, facts: Facts) -> str:
    """What that is called which answers for a question: another entry of the list, or a fact."""
    scope = place.scope()
    if place.is_like_another and scope and (source := facts.like(scope)) is not None:
        return name_of(source)
    return label_of(facts.standard, place.question.inherits)


def _among_entries(place: AnswerPlace, value: Value, facts: Facts) -> tuple[AnswerPlace, Value]:
    """The question which entry one is like, as a choice of those that stand before it."""
    assert place.owner is not None and place.element is not None
    entries = elements_of(place.owner, facts)
    likeness = place.owner.likeness
    source = source_of(likeness, entries, place.element) if likeness else None
    listed = (*place.models(facts), *((source,) if source else ()))
    names = {entry.id: name_of(entry) for entry in listed}
    question = replace(place.question, type="choice", values=names)
    recorded = source.id if source and value is not UNKNOWN else UNKNOWN
    return replace(place, question=question), recorded


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
    if evaluate(proposal.when, facts) is not YES:
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


def progress_at(
    facts: Facts,
    section: str,
    reasons: Reasons,
    ahead: Collection[str] = (),
    passed: Collection[str] = (),
    wanted: Collection[str] = (),
) -> InterviewProgress:
    """How far the interview has got when something of a section is asked.

    What was put off (`passed`) counts as a question that is left, not as a screen: it is not put
    again. Of the optional questions those of the sections that are `wanted` are put.
    """
    sections = sections_of(facts)
    open_ = [place for place in _places_of(facts, reasons) if not _is_optional(place, reasons)]
    coming = [
        place
        for place in _places_of(facts, reasons)
        if place.path not in passed
        and (not _is_optional(place, reasons) or place.section in wanted)
    ]
    return InterviewProgress(
        section,
        sections.index(section) + 1 if section in sections else len(sections),
        len(sections),
        sum(place.section == section for place in open_),
        _screens(coming, facts, ahead),
    )


def _screens(coming: Sequence[AnswerPlace], facts: Facts, ahead: Collection[str]) -> int:
    """How many screens questions take, with those that come in any case."""
    put = {part for key in ahead for part in key.split(_TOGETHER)}
    left = [place for place in coming if key_of(facts, place) not in put]
    count = len(ahead)
    while left:
        keys = together(facts, left).split(_TOGETHER)
        left = [place for place in left if key_of(facts, place) not in keys]
        count += 1
    return count


def _places_of(facts: Facts, reasons: Reasons) -> Iterator[AnswerPlace]:
    places = (place_at(facts, path) for path in reasons)
    return (place for place in places if place is not None)


def _is_optional(place: AnswerPlace, reasons: Reasons) -> bool:
    return reasons[place.path] is Reason.OPTIONAL


def _hint(facts: Facts, rows: Rows) -> str:
    lacking = documents_lacking(facts) if rows[0].path == ATTACHMENTS else ()
    return f"还缺自备文件：{'、'.join(document.title for document in lacking)}" if lacking else ""
