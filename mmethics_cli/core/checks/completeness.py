"""Is the dossier whole? Answers and review items that are lacking."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck, SelfCheckAnswer
from mmethics_cli.core.checks.evidence import evidence_exists, evidence_held
from mmethics_cli.core.checks.findings import Finding, Severity
from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, YES, Element, NotApplicable, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import AnswerPlace, place_at
from mmethics_cli.core.standard.model import Question, ReviewItem
from mmethics_cli.core.standard.names import label_at, label_of, question_at

# Review items that nobody looked at, and those that the applicant says are not met.
UNANSWERED: Final = "item_unanswered"
NOT_MET: Final = "item_not_met"


def missing_answers(pathway: Pathway) -> Iterator[Finding]:
    """Questions that this dossier must answer and does not: required ones, then deciding ones."""
    facts = pathway.facts
    reported: set[str] = set()
    for question in facts.standard.questions.values():
        for path, label, asked in _required_and_open(question, facts):
            shared = _lacked_by_several(place_at(facts, path), facts)
            if shared is None:
                reported.add(path)
                yield _missing(path, label, asked)
            elif shared.path not in reported:
                reported.add(shared.path)
                yield _missing(shared.path, shared.label, shared)
    deciding = (asked for path in pathway.open_questions for asked in first_asked(path, facts))
    for path in deciding:
        if path not in reported:
            reported.add(path)
            label = label_at(facts.standard, facts, path)
            yield _missing(path, label, question_at(facts.standard, path), deciding=True)


def first_asked(path: str, facts: Facts) -> tuple[str, ...]:
    """What to answer where a fact is lacking: itself, or what decides whether it is asked at all.

    An answer that may not apply is not missing; it may even stand there already.
    """
    place = place_at(facts, path)
    if place is not None and place.question.shares:
        return _first_asked_of_entries(place.question, facts)
    if (shared := _lacked_by_several(place, facts)) is not None:
        return (shared.path,)
    if place is not None and (undecided := _may_inherit(place.question, facts, place.scope())):
        return tuple(
            dict.fromkeys(told for cause in undecided for told in first_asked(cause, facts))
        )
    if place is None or place.question.ask_when is None or _is_asked(place, facts):
        return (path,)
    causes = sorted(unknown_facts(place.question.ask_when, facts, place.scope()))
    places = {cause: place_at(facts, cause) for cause in causes}
    asked = [cause for cause, place in places.items() if place and _is_asked(place, facts)]
    first = (told for cause in asked for told in first_asked(cause, facts))
    return tuple(dict.fromkeys(first)) or (path,)


def _may_inherit(question: Question, facts: Facts, scope: Scope | None) -> tuple[str, ...]:
    """What else is lacking before an answer is: that which holds for it, or whether one does."""
    source = facts.like(scope) if scope and not question.own else None
    if scope and source:
        there = Scope(scope.list_path, source)
        return (
            (there.path_of(question.path),) if facts.field(there, question.path) is UNKNOWN else ()
        )
    when = question.inherits_when
    if when is None:
        return ()
    if evaluate(when, facts, scope) is YES:
        return (question.inherits,) if facts.get(question.inherits) is UNKNOWN else ()
    return tuple(sorted(unknown_facts(when, facts, scope)))


def _first_asked_of_entries(shared: Question, facts: Facts) -> tuple[str, ...]:
    """The same of an answer that entries of a list share: of one entry that lacks it its own."""
    lacking = list(_lacking(shared, facts))
    if not lacking or sum(_is_asked(entry, facts) for entry in lacking) > 1:
        return (shared.path,)
    return tuple(
        dict.fromkeys(path for entry in lacking for path in first_asked(entry.path, facts))
    )


def _lacked_by_several(place: AnswerPlace | None, facts: Facts) -> Question | None:
    """What several entries of a list lack and may share, where the place is that of one of them."""
    if place is None or not place.question.shared:
        return None
    shared = facts.standard.questions[place.question.inherits]
    several = sum(_is_asked(entry, facts) for entry in _lacking(shared, facts)) > 1
    return shared if several else None


def _lacking(shared: Question, facts: Facts) -> Iterator[AnswerPlace]:
    """The entries that neither share an answer nor have their own, as far as they may need one."""
    owner = facts.standard.questions[shared.shares]
    fields = [field for field in owner.fields if field.inherits == shared.path]
    entries = facts.values.get(owner.path)
    for entry in entries if isinstance(entries, tuple) else ():
        if entry.inherited is None:
            continue  # what is shared is not known to hold for it
        for field in fields:
            if facts.field(Scope(owner.path, entry), field.path) is UNKNOWN:
                yield AnswerPlace(field, owner, entry)


def _is_asked(place: AnswerPlace, facts: Facts) -> bool:
    return place.holds(place.question.ask_when, facts, True)


def _required_and_open(question: Question, facts: Facts) -> Iterator[tuple[str, str, Question]]:
    """Path, label and question of each required answer that is lacking, entries' fields too."""
    if facts.applies(question) is not YES:
        return
    value = facts.get(question.path)
    required = question.required_when
    lacking = value is UNKNOWN or (
        question.inherits and question.path not in facts.values and value == NotApplicable()
    )
    # What may be inherited is not missed before what decides that.
    lacking = lacking and not _may_inherit(question, facts, None)
    if required and lacking and evaluate(required, facts) is YES:
        yield question.path, question.label, question
    if isinstance(value, tuple):
        for number, element in enumerate(value, 1):
            yield from _open_fields(question, element, number, facts)


def _open_fields(
    question: Question, element: Element, number: int, facts: Facts
) -> Iterator[tuple[str, str, Question]]:
    scope = Scope(question.path, element)
    for field in question.fields:
        if field.required_when is None or facts.field(scope, field.path) is not UNKNOWN:
            continue
        if _may_inherit(field, facts, scope):
            continue  # what decides that is lacking itself
        asked = YES if field.ask_when is None else evaluate(field.ask_when, facts, scope)
        if asked is YES and evaluate(field.required_when, facts, scope) is YES:
            label = f"{question.label}第 {number} 项（{name_of(element)}）的{field.label}"
            yield (
                scope.path_of(field.path),
                label,
                replace(field, basis=field.basis or question.basis),
            )


def _missing(path: str, label: str, question: Question, deciding: bool = False) -> Finding:
    why = "，它决定审查类型、方式或文件" if deciding else ""
    return Finding(
        "answer_missing",
        "error",
        "missing_answer",
        path,
        f"没有回答“{label}”{why}",
        question.prompt or f"请填写{label}",
        basis=question.basis,
    )


def unanswered_items(facts: Facts, self_check: SelfCheck) -> Iterator[Finding]:
    """Review items of the applicant's side that apply and lack an answer, a reason or evidence."""
    for item in facts.standard.items.values():
        if item.side == "applicant" and evaluate(item.applies_when, facts) is YES:
            yield from _item(item, self_check.of(item.id), facts)


def _item(item: ReviewItem, given: SelfCheckAnswer, facts: Facts) -> Iterator[Finding]:
    severity: Severity = "error" if facts.coverage.demands(item) else "warning"

    def finding(id_: str, message: str, fix: str, level: Severity = severity) -> Finding:
        text = f"审查要点 {item.id}“{item.text}”{message}"
        path = f"self_check.{item.id}"
        return Finding(id_, level, "missing_answer", path, text, fix, item.id, item.basis)

    match given.answer:
        case None:
            yield finding(UNANSWERED, "还没有自查", "答符合、不符合或不适用")
        case "met" if not _has_evidence(item, given, facts):
            yield finding(
                "item_without_evidence", "答了符合，但没有证据", _evidence_wanted(item, facts)
            )
        case "not_met" if not given.note:
            yield finding(
                "item_without_reason", "答了不符合，但没有说明", "请在“说明”里写明原因与打算"
            )
        case "not_applicable" if not given.note:
            yield finding("item_without_reason", "答了不适用，但没有理由", "请在“说明”里写明理由")
        case "not_met":
            yield finding(NOT_MET, f"答了不符合：{given.note}", "委员会会就此提问", "warning")


def _has_evidence(item: ReviewItem, given: SelfCheckAnswer, facts: Facts) -> bool:
    if given.evidence:
        # A paper that the study may still need is not lacking: the answer that decides it is.
        may_come = facts.decision("documents").possible
        return given.evidence in may_come or evidence_exists(given.evidence, facts)
    return any(evidence_held(item, facts))


def _evidence_wanted(item: ReviewItem, facts: Facts) -> str:
    names = [
        label_of(facts.standard, evidence.path)
        if evidence.path is not None
        else f"附件“{facts.standard.documents[evidence.attachment or ''].title}”"
        for evidence in item.evidence
    ]
    return (
        f"请填写或附上：{'、'.join(names)}"
        if names
        else "请在“证据”里写附件的编号，或在哪个问题里回答"
    )
