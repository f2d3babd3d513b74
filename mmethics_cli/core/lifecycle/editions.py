"""Editions of documents: their numbers, and which documents say what the study is."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from mmethics_cli.core.checks.documents import documents_of
from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.values import Element, Several
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.core.standard.names import AMENDMENT, DOCUMENTS, RE_REVIEW

# These kinds of submission hand in every document that changed, clean and with changes marked.
IN_PAIRS: Final = frozenset({AMENDMENT, RE_REVIEW})
_LAST_NUMBER: Final = re.compile(r"(\d+)(\D*)$")


def next_version(version: str, taken: Collection[str]) -> str:
    """The next version that is not `taken`: 1.0 → 1.1, 2 → 3; one without a number gets one."""
    while True:
        match = _LAST_NUMBER.search(version)
        if match is None:
            version = f"{version}.1"
        else:
            version = f"{version[: match.start()]}{int(match[1]) + 1}{match[2]}"
        if version not in taken:
            return version


def documents_of_the_study(pathway: Pathway) -> frozenset[str]:
    """The documents that say what the study is, by id; `pathway` is that of the initial review.

    What every submission has anew (the list of what is submitted) is none of them.
    """
    decided = pathway.facts.get(DOCUMENTS)
    sure = decided.sure if isinstance(decided, Several) else frozenset[str]()
    documents = pathway.facts.standard.documents
    return frozenset(id_ for id_ in sure if is_of_the_study(documents[id_]))


def papers_of_the_study(pathway: Pathway) -> frozenset[str]:
    """The same one by one, where there is one for each entry of a list."""
    facts = pathway.facts
    kinds = (facts.standard.documents[id_] for id_ in documents_of_the_study(pathway))
    return frozenset(document.id for kind in kinds for document in documents_of(kind, facts))


def is_of_the_study(document: DocumentKind) -> bool:
    """Whether a document says what the study is, and not only what one submission holds."""
    return (
        document.audience == "applicant" and document.needed_when != ALWAYS and not document.listing
    )


def same_edition(entry: Element, other: Element) -> bool:
    """Whether two entries of the list of attachments name the same version and date."""
    return all(entry.get(key) == other.get(key) for key in ("version", "date"))
