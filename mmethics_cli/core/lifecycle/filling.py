"""What a new submission begins with: answers that decisions and earlier submissions give already.

Which question is filled in from what is the pack's business: its `filled_from` and `cumulative`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Protocol

from mmethics_cli.core.conditions.values import NO, UNKNOWN, NotApplicable, Several, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, response_rows
from mmethics_cli.core.standard.answer_sources import RECORDS, AnswerSource
from mmethics_cli.core.standard.model import Question


class DecisionRecords(Protocol):
    """What a dossier holds of the committee's decisions; each is looked up when it is wanted."""

    @property
    def decision(self) -> CommitteeDecision | None:
        """The last decision, which a re-review answers."""

    @property
    def approval(self) -> CommitteeDecision | None:
        """The last approval of the study, valid until the day that was last recorded."""

    @property
    def approved(self) -> Facts | None:
        """The facts of the submission that was approved last, as they were sealed."""

    @property
    def changes(self) -> frozenset[str]:
        """The categories of what has changed in the study since it was approved."""


def filled_answers(facts: Facts, records: DecisionRecords) -> dict[str, Value]:
    """The answers of a new submission by path, ordered by the records that they come from.

    `facts` are those of the study with the kind of the submission, every sealed one before it
    among the earlier ones. Only questions that the submission asks are answered.
    """
    asked = {
        path: question
        for path, question in facts.standard.questions.items()
        if question.filled_from and facts.applies(question) is not NO
    }
    answers: dict[str, Value] = {}
    for question in sorted(asked.values(), key=_first_record):
        values = (_value(source, question, facts, records) for source in question.filled_from)
        value = next((value for value in values if value is not UNKNOWN), UNKNOWN)
        if value is not UNKNOWN:
            answers[question.path] = value
    filled = facts.assuming(answers)
    return {path: value for path, value in answers.items() if filled.applies(asked[path]) is not NO}


def last_counts(facts: Facts) -> dict[str, Value]:
    """By path the numbers that count from the beginning of the study, as they were last reported.

    The next ones can't fall below them.
    """
    counts = {
        question.path: facts.reported(question.path)
        for question in facts.standard.questions.values()
        if question.cumulative
    }
    return {path: count for path, count in counts.items() if isinstance(count, int)}


def _first_record(question: Question) -> int:
    return RECORDS.index(question.filled_from[0].record)


def _value(
    source: AnswerSource, question: Question, facts: Facts, records: DecisionRecords
) -> Value:
    value: Value = UNKNOWN
    match source.record:
        case "decision":
            value = _recorded(records.decision, source.name)
        case "approval":
            value = _recorded(records.approval, source.name)
        case "approved":
            approved = records.approved
            value = UNKNOWN if approved is None else approved.get(source.name)
        case "reported":
            value = facts.reported(source.name)
        case "day_after":
            day = facts.reported(source.name)
            if isinstance(day, date) and day < date.max:
                value = day + timedelta(days=1)
        case "changes" if records.changes:
            value = Several(records.changes)
    return _as_option(value, source, question)


def _as_option(value: Value, source: AnswerSource, question: Question) -> Value:
    """The value in the options of the question; UNKNOWN for what is undecided or no option."""
    if isinstance(value, NotApplicable) or (isinstance(value, Several) and value.possible):
        return UNKNOWN
    if isinstance(value, str) and question.type == "choice":
        key = source.values.get(value, value)
        return key if key in question.values else UNKNOWN
    if isinstance(value, Several):
        keys = frozenset(source.values.get(key, key) for key in value.sure)
        return Several(keys & question.values.keys())
    return value


def _recorded(decision: CommitteeDecision | None, key: str) -> Value:
    """What a decision records under a key of decision.yaml; UNKNOWN where it says nothing."""
    if decision is None:
        return UNKNOWN
    recorded: Mapping[str, Value | None] = {
        "decision": decision.decision,
        "date": decision.day,
        "number": decision.number or None,
        "valid_until": decision.valid_until,
        "interval_months": decision.interval_months,
        "comments": response_rows(decision.comments) or None,
    }
    value = recorded[key]
    return UNKNOWN if value is None else value
