"""What a pack asks and prints: review items, papers, worksheet criteria, consistency rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mmethics_cli.core.conditions import Condition
from mmethics_cli.core.consent import RequiredElement
from mmethics_cli.core.law import Basis


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the dossier proves a review item: an answered path or an attachment's kind."""

    path: str | None = None
    attachment: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One requirement of chapter 6 审查内容."""

    id: str
    principle: str
    theme: str
    side: Literal["applicant", "institution", "committee"]
    text: str
    applies_when: Condition
    evidence: tuple[Evidence, ...]
    severity: Literal["mandatory", "recommended"]
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A paper of the package: rendered from a template, or brought by the applicant (自备).

    `listing`: it lists the papers of one submission, so it says nothing of the study itself.
    """

    id: str
    title: str
    title_en: str
    audience: Literal["applicant", "committee"]
    needed_when: Condition
    template: str | None
    formats: tuple[str, ...]
    for_form: tuple[str, ...]
    signers: tuple[str, ...]
    seals: tuple[str, ...]
    basis: tuple[Basis, ...]
    missing: Literal["error", "warning", "note"]
    note: str
    reuse_when: Condition | None = None
    elements: tuple[RequiredElement, ...] = ()
    listing: bool = False


@dataclass(frozen=True, slots=True)
class ConsistencyRule:
    """A contradiction between answers: `when` says that it is there."""

    id: str
    severity: Literal["error", "warning"]
    when: Condition
    path: str
    message: str
    fix: str
    basis: tuple[Basis, ...]
    each: str | None = None
    kind: Literal["inconsistent", "expired"] = "inconsistent"
