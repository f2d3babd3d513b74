"""What proves a review item: which of its evidence the dossier holds, and what may be cited."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from mmethics_cli.core.checks.documents import attachments_of, held_documents, rendered_documents
from mmethics_cli.core.conditions.language import is_answered
from mmethics_cli.core.conditions.values import NotApplicable
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Evidence, ReviewItem
from mmethics_cli.core.standard.names import ATTACHMENTS


class EvidenceState(Enum):
    """Whether a piece of evidence is there, is lacking, or is none of this study's business."""

    FOUND = "found"
    MISSING = "missing"
    NOT_WANTED = "not_wanted"


class EvidencePiece(Struct, frozen=True):
    """One piece of evidence that an item names; `cited` is how a self-check points at it.

    `cited` is an answered path, or the id of an attachment or of a rendered document; empty where
    nothing can be pointed at.
    """

    evidence: Evidence
    state: EvidenceState
    cited: str = ""


def evidence_held(item: ReviewItem, facts: Facts) -> Iterator[bool]:
    """For each piece of evidence that the item names, in its order, whether the dossier has it."""
    kinds = held_documents(facts)
    for evidence in item.evidence:
        if evidence.path is not None:
            yield is_answered(facts.get(evidence.path)) and facts.get(evidence.path) != ()
        else:
            yield evidence.attachment in kinds


def evidence_exists(evidence: str, facts: Facts) -> bool:
    """Whether the applicant's own evidence is an attachment, a document or an answer."""
    if any(element.id == evidence for element in attachments_of(facts)):
        return True
    if evidence in facts.standard.documents:
        return evidence in held_documents(facts)
    is_question = evidence in facts.standard.questions
    return is_question and is_answered(facts.get(evidence))


def evidence_pieces(item: ReviewItem, facts: Facts) -> tuple[EvidencePiece, ...]:
    """The evidence that an item names, in its order, as it stands in the dossier."""
    held = evidence_held(item, facts)
    return tuple(
        _piece(evidence, there, facts) for evidence, there in zip(item.evidence, held, strict=True)
    )


def _piece(evidence: Evidence, held: bool, facts: Facts) -> EvidencePiece:
    if held:
        return EvidencePiece(evidence, EvidenceState.FOUND, _cited(evidence, facts))
    state = EvidenceState.MISSING if _wanted(evidence, facts) else EvidenceState.NOT_WANTED
    return EvidencePiece(evidence, state)


def _cited(evidence: Evidence, facts: Facts) -> str:
    if evidence.path is not None:
        return evidence.path
    held = (entry.id for entry in attachments_of(facts) if entry.get("kind") == evidence.attachment)
    return next(held, evidence.attachment or "")


def _wanted(evidence: Evidence, facts: Facts) -> bool:
    """Whether this study may have the evidence at all; what is undecided counts as wanted."""
    if evidence.path is not None:
        return not isinstance(facts.get(evidence.path), NotApplicable)
    documents = facts.decision("documents")
    needed = documents.value if isinstance(documents.value, tuple) else ()
    return evidence.attachment in needed or evidence.attachment in documents.possible


def proof_of(item: ReviewItem, facts: Facts) -> str | None:
    """What proves the item where all the evidence that it names is there; None where it is not.

    Evidence that this study can't have does not count, but one piece at least must be there.
    """
    wanted = [
        piece
        for piece in evidence_pieces(item, facts)
        if piece.state is not EvidenceState.NOT_WANTED
    ]
    if not wanted or any(piece.state is EvidenceState.MISSING for piece in wanted):
        return None
    return wanted[0].cited


def citable(item: ReviewItem, facts: Facts) -> tuple[str, ...]:
    """What the applicant may cite: what the item names, then attachments and rendered documents."""
    named = (piece.cited for piece in evidence_pieces(item, facts) if piece.cited)
    brought = (entry.id for entry in attachments_of(facts))
    rendered = rendered_documents(facts)
    ours = (document for document in facts.standard.documents if document in rendered)
    return tuple(dict.fromkeys([*named, *brought, *ours]))


def answered_paths(facts: Facts, section: str) -> Iterator[str]:
    """The applicant's questions of a section that were answered and apply."""
    for question in facts.standard.questions_of(section):
        value = facts.get(question.path)
        cites = question.path != ATTACHMENTS and not question.of_office
        if cites and is_answered(value) and value != ():
            yield question.path
