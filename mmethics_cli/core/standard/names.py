"""What paths name: questions, fields of list elements, and their Chinese labels.

The paths that the program itself lives by are named here; all others it knows from the pack alone.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from mmethics_cli.core.conditions.language import FactReader
from mmethics_cli.core.conditions.values import entry_of, name_of
from mmethics_cli.core.standard.model import Question, Standard

# Which submission this is, and the kinds that the program treats in a way of their own.
KIND: Final = "event.kind"
INITIAL: Final = "initial"
AMENDMENT: Final = "amendment"
RE_REVIEW: Final = "re_review"
# What an amendment changes: its options are the categories of changes (`change` of a question).
CHANGES: Final = "event.changes"
# The last decision, whose options are the decisions that a committee can take; its comments with
# the answers to them, and whether all were followed.
PRIOR_DECISION: Final = "event.prior_decision"
RESPONSES: Final = "event.responses"
ALL_ACCEPTED: Final = "event.all_comments_accepted"
ATTACHMENTS: Final = "attachments"
TITLE: Final = "project.title"
END_DATE: Final = "project.end_date"
# What runs at the head of every page, beside the title: whose committee, which study.
COMMITTEE: Final = "committee.name"
NUMBER: Final = "project.number"
TODAY: Final = "context.today"
# Whether a submission is handed in again because the office asked for more (补正).
AGAIN: Final = "context.again"
# What it asked for, with the answers.
SUPPLEMENTS: Final = "event.supplements"
# The documents that are papers of their own and no section of another.
PAPERS: Final = "context.papers"
# What the committee decided on a sealed submission.
OUTCOME: Final = "context.outcome"
SubmissionOutcome = Literal["open", "approved", "ended", "to_change", "declined"]
_OF_CONTEXT: Final = {
    TODAY: "今天的日期", PAPERS: "单独成文的文件", AGAIN: "是否补正后再送", OUTCOME: "委员会的决定"
}  # fmt: skip
# Decisions, as conditions name them: the documents that a submission needs, the consent forms.
DOCUMENTS: Final = "decided.documents"
CONSENT_FORMS: Final = "decided.consent_forms"
_EVENT: Final = "event."

# data.assets[ct].modality: the list, the element's id (any text), the field.
ELEMENT_PATH: Final = re.compile(r"(?P<list>[^\[]+)\[(?P<id>.*)\]\.(?P<field>[^\]]+)", re.DOTALL)


def is_of_event(path: str) -> bool:
    """Whether an answer belongs to one submission (submission.yaml), not to the study."""
    return path.startswith(_EVENT)


def question_at(standard: Standard, path: str) -> Question:
    """The question, or the field of a list, that a path names; KeyError for any other path."""
    element = ELEMENT_PATH.fullmatch(path)
    if element is None:
        return standard.questions[path]
    field = standard.questions[element["list"]].field_named(element["field"])
    if field is None:
        raise KeyError(path)
    return field


def label_of(standard: Standard, path: str) -> str:
    """The Chinese name of an answered, computed or decided fact, or of a list's field.

    A field is written `list.field`. KeyError for any other path.
    """
    fact = standard.questions.get(path) or standard.derived.get(path)
    if fact is not None:
        return fact.label
    owner, _, name = path.rpartition(".")
    field = standard.fields.get((owner, name))
    if field is not None:
        return f"{standard.questions[owner].label}的{field.label}"
    if path in _OF_CONTEXT:
        return _OF_CONTEXT[path]
    return standard.tables[path.removeprefix("decided.")].label


def label_at(standard: Standard, facts: FactReader, path: str) -> str:
    """The Chinese name of any path, elements by name: 数据资产清单（胸部 CT）的可识别程度."""
    element = ELEMENT_PATH.fullmatch(path)
    if element is None:
        return label_of(standard, path)
    entry = entry_of(facts.get(element["list"]), element["id"])
    name = element["id"] if entry is None else name_of(entry)
    whole = standard.questions[element["list"]].label
    return f"{whole}（{name}）的{question_at(standard, path).label}"
