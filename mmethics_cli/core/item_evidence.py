"""What the dossier holds for a review item: the evidence it names, and what can be cited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from mmethics_cli.core.completeness import evidence_found
from mmethics_cli.core.conditions import is_answered
from mmethics_cli.core.content import Evidence, ReviewItem
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.papers import attachments_of, rendered_papers
from mmethics_cli.core.values import NotApplicable


class State(Enum):
    """Whether a piece of evidence is there, is lacking, or is none of this study's business."""

    FOUND = "found"
    MISSING = "missing"
    NOT_WANTED = "not_wanted"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence that an item names; `cited` is how a self-check points at it.

    `cited` is an answered path, an attachment's id or a rendered paper's, empty where nothing can
    be pointed at.
    """

    evidence: Evidence
    state: State
    cited: str = ""


def pieces(item: ReviewItem, facts: Facts) -> tuple[Piece, ...]:
    """The evidence that an item names, in its order, as it stands in the dossier."""
    found = evidence_found(item, facts)
    return tuple(_piece(one, there, facts) for one, there in zip(item.evidence, found, strict=True))


def _piece(evidence: Evidence, found: bool, facts: Facts) -> Piece:
    if found:
        return Piece(evidence, State.FOUND, _cited(evidence, facts))
    state = State.MISSING if _wanted(evidence, facts) else State.NOT_WANTED
    return Piece(evidence, state)


def _cited(evidence: Evidence, facts: Facts) -> str:
    if evidence.path is not None:
        return evidence.path
    held = (one.id for one in attachments_of(facts) if one.get("kind") == evidence.attachment)
    return next(held, evidence.attachment or "")


def _wanted(evidence: Evidence, facts: Facts) -> bool:
    """Whether this study may have the evidence at all; what is undecided counts as wanted."""
    if evidence.path is not None:
        return not isinstance(facts.get(evidence.path), NotApplicable)
    documents = facts.decision("documents")
    needed = documents.value if isinstance(documents.value, tuple) else ()
    return evidence.attachment in needed or evidence.attachment in documents.possible


def proposed(item: ReviewItem, facts: Facts) -> str | None:
    """What proves the item where all the evidence that it names is there; None where it is not.

    Evidence that this study can't have does not count, but one piece at least must be there.
    """
    wanted = [one for one in pieces(item, facts) if one.state is not State.NOT_WANTED]
    if not wanted or any(one.state is State.MISSING for one in wanted):
        return None
    return next((one.cited for one in wanted if one.cited), None)


def citable(item: ReviewItem, facts: Facts) -> tuple[str, ...]:
    """What the applicant may cite: what the item names, then attachments and rendered papers."""
    named = (one.cited for one in pieces(item, facts) if one.cited)
    brought = (one.id for one in attachments_of(facts))
    rendered = rendered_papers(facts)
    made = (one for one in facts.standard.documents if one in rendered)
    return tuple(dict.fromkeys([*named, *brought, *made]))


def answered_paths(facts: Facts, section: str) -> Iterator[str]:
    """The applicant's questions of a section that were answered and apply."""
    for question in facts.standard.questions_of(section):
        value = facts.get(question.path)
        cites = question.path != "attachments" and not question.of_office
        if cites and is_answered(value) and value != ():
            yield question.path
