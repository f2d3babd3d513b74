"""Which questions are worth asking now: deciding facts first, then required ones, then the rest."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import takewhile

from msgspec import Struct

from mmethics_cli.core.conditions.language import Condition, Scope, evaluate
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    YES,
    Element,
    NotApplicable,
    Unknown,
    Value,
    entry_of,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import DocumentKind, Question, Standard
from mmethics_cli.core.standard.names import ATTACHMENTS, ELEMENT_PATH


class Reason(Enum):
    """Why a question is asked."""

    DECIDING = "deciding"
    REQUIRED = "required"
    OPTIONAL = "optional"


class AnswerPlace(Struct, frozen=True):
    """A question in the dossier, or one field of one element of a list question."""

    question: Question
    owner: Question | None = None
    element: Element | None = None

    @property
    def path(self) -> str:
        """The path as decisions and findings name it: `data.assets[ct].modality`."""
        if self.owner is None or self.element is None:
            return self.question.path
        return f"{self.owner.path}[{self.element.id}].{self.question.path}"

    @property
    def section(self) -> str:
        """The section of the question, of a field that of its list."""
        return (self.owner or self.question).section

    def scope(self) -> Scope | None:
        """The element that conditions of the field are about; None for a question."""
        if self.owner is None or self.element is None:
            return None
        return Scope(self.owner.path, self.element)

    def recorded(self, facts: Facts) -> Value:
        """What was answered here, whether or not the question still applies."""
        if self.element is not None:
            return self.element.fields.get(self.question.path, UNKNOWN)
        return facts.values.get(self.question.path, UNKNOWN)

    def is_inherited(self, facts: Facts) -> bool:
        """Whether there is no answer, and none is wanted: that of another fact holds here."""
        inherits = self.question.inherits
        if self.recorded(facts) is not UNKNOWN:
            return False
        if self.is_like_another or self.question.like_by:
            return True
        if not facts.may_inherit(self.question, self.scope()):
            return False
        return (
            not isinstance(facts.get(inherits), Unknown) and facts.get(inherits) != NotApplicable()
        )

    @property
    def is_like_another(self) -> bool:
        """Whether another entry of the list answers the field for this one."""
        return self.element is not None and self.element.takes_over(self.question.path)

    def models(self, facts: Facts) -> tuple[Element, ...]:
        """The entries that stand before this one: those first that agree with it in `like_by`."""
        entries = facts.values.get(self.owner.path) if self.owner else None
        if self.element is None or not isinstance(entries, tuple):
            return ()
        mine, names = self.element, self.question.like_by
        before = takewhile(lambda entry: entry.id != mine.id, entries)
        said = {name: mine.fields[name] for name in names if name in mine.fields}
        return tuple(
            sorted(before, key=lambda entry: all(entry.get(n) != v for n, v in said.items()))
        )

    def is_shared(self, facts: Facts) -> bool:
        """Whether what all entries of the list share holds here."""
        return bool(self.question.shared) and not self.is_like_another and self.is_inherited(facts)

    def holds(self, condition: Condition | None, facts: Facts, default: bool) -> bool:
        """Whether a condition of the question certainly holds; `default` where it has none."""
        if condition is None:
            return default
        return evaluate(condition, facts, self.scope()) is YES

    def applies(self, facts: Facts) -> bool:
        """Whether the question is certainly to be asked, and of the applicant."""
        if self.question.of_office:
            return False
        if self.question.like_by and self.recorded(facts) is UNKNOWN:
            return bool(self.models(facts))
        kept = self.question.otherwise is not UNKNOWN and self.recorded(facts) is not UNKNOWN
        return kept or self.holds(self.question.ask_when, facts, True)

    def is_wanted(self, facts: Facts) -> bool:
        """Whether it applies; what all entries share, only while one of them lacks its own."""
        if not self.applies(facts):
            return False
        if not self.question.shares or self.recorded(facts) is not UNKNOWN:
            return True
        elements = facts.values.get(self.question.shares, UNKNOWN)
        name = self.question.path.rpartition(".")[2]
        return not isinstance(elements, tuple) or any(
            element.get(name) is UNKNOWN
            and facts.field(Scope(self.question.shares, element), name) is UNKNOWN
            for element in elements
        )


def place_at(facts: Facts, path: str) -> AnswerPlace | None:
    """The place of a path as decisions name it; None for an unknown fact or a vanished element.

    The element of a list that does not hold its id yet is an empty one: it is about to be added.
    """
    match = ELEMENT_PATH.fullmatch(path)
    if match is None:
        question = facts.standard.questions.get(path)
        return None if question is None else AnswerPlace(question)
    owner = facts.standard.questions.get(match["list"])
    field = None if owner is None else owner.field_named(match["field"])
    if owner is None or field is None:
        return None
    entry = entry_of(facts.values.get(owner.path, ()), match["id"])
    return AnswerPlace(field, owner, entry or Element(match["id"]))


def places(facts: Facts) -> Iterator[AnswerPlace]:
    """Every question that applies, in the order of the pack; a list before its elements' fields."""
    for question in facts.standard.questions.values():
        here = AnswerPlace(question)
        if not here.is_wanted(facts):
            continue
        yield here
        elements = facts.values.get(question.path)
        if question.type == "list" and isinstance(elements, tuple):
            for element in elements:
                for field in question.fields:
                    inside = AnswerPlace(field, question, element)
                    if inside.applies(facts):
                        yield inside


def relevant(facts: Facts) -> Iterator[tuple[AnswerPlace, Reason]]:
    """The open questions with the reason for each, the most deciding first.

    Before all others come the facts of decisions that count; the list of attachments is open as
    long as a document lacks that the applicant must bring.
    """
    pathway, other = _deciding(facts)
    lacking = bool(documents_lacking(facts))
    open_ = [
        place
        for place in places(facts)
        if (place.recorded(facts) is UNKNOWN and not place.is_inherited(facts))
        or (lacking and place.path == ATTACHMENTS)
    ]
    for deciding in (_with_shared(pathway, facts), _with_shared(other - pathway, facts)):
        yield from ((place, Reason.DECIDING) for place in open_ if place.path in deciding)
    seen = _with_shared(pathway | other, facts)
    rest = [place for place in open_ if place.path not in seen]
    required = [
        place.path == ATTACHMENTS
        and lacking
        or place.holds(place.question.required_when, facts, False)
        for place in rest
    ]
    for reason, wanted in ((Reason.REQUIRED, True), (Reason.OPTIONAL, False)):
        for place, is_required in zip(rest, required, strict=True):
            if is_required is wanted:
                yield place, reason


def _with_shared(paths: frozenset[str], facts: Facts) -> frozenset[str]:
    """With a list comes, before its entries, what all of them may share."""
    questions = facts.standard.questions.values()
    return paths | {question.path for question in questions if question.shares in paths}


def _deciding(facts: Facts) -> tuple[frozenset[str], frozenset[str]]:
    """Facts that could still change a decision that counts, and the documents or forms."""
    decisions = Pathway(facts).decisions.values()
    counting = (path for decision in decisions if decision.table.counts for path in decision.open)
    other = (path for decision in decisions if not decision.table.counts for path in decision.open)
    return frozenset(counting), frozenset(other)


def documents_lacking(facts: Facts) -> tuple[DocumentKind, ...]:
    """The documents of this pathway that the applicant must bring and that no attachment is."""
    attachments = facts.values.get(ATTACHMENTS)
    entries = attachments if isinstance(attachments, tuple) else ()
    brought = {element.get("kind") for element in entries}
    needed = facts.decision("documents").value
    keys = needed if isinstance(needed, tuple) else ()
    documents = (facts.standard.documents[key] for key in keys)
    return tuple(
        document
        for document in documents
        if document.template is None
        and document.audience == "applicant"
        and facts.coverage.weight(document) == "error"
        and document.id not in brought
    )


def sections_of(facts: Facts) -> tuple[str, ...]:
    """The sections that have a question that applies, in the order of the pack."""
    return tuple(dict.fromkeys(place.section for place in places(facts)))


def section_named(standard: Standard, name: str) -> str | None:
    """The section with this id or Chinese title; None when there is none."""
    by_title = {title: section for section, title in standard.sections.items()}
    return name if name in standard.sections else by_title.get(name)
