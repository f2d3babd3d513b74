"""Attachments among each other: is what must be signed signed, and of a day that can be?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from mmethics_cli.core.checks.documents import attachments_of, needed_documents
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import UNKNOWN, Element, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.core.standard.names import ATTACHMENTS


def attachments_at_odds(facts: Facts) -> Iterator[Finding]:
    """Attachments that this submission needs and that are unsigned, or older than what they judge.

    As grave as if the document were lacking; a signature that nobody has spoken of is a warning.
    """
    entries = attachments_of(facts)
    for document in needed_documents(facts):
        for entry in entries:
            if entry.get("kind") == document.id:
                if document.must_be_signed:
                    yield from _unsigned(facts, document, entry)
                judged = [other for other in entries if other.get("kind") in document.judges]
                yield from _older(facts, document, entry, judged)


def _unsigned(facts: Facts, document: DocumentKind, entry: Element) -> Iterator[Finding]:
    signed = entry.get("signed")
    if signed is True:
        return
    said = "没有答是否已签字盖章" if signed is UNKNOWN else "还没有签字盖章"
    yield Finding(
        "attachment_unsigned",
        "warning" if signed is UNKNOWN else facts.coverage.weight(document),
        "missing_attachment",
        f"{ATTACHMENTS}[{entry.id}].signed",
        f"附件“{name_of(entry)}”{said}",
        f"《{document.title}》要交签字盖章的{_by(document)}；办好以后选“是”",
        basis=document.basis,
    )


def _by(document: DocumentKind) -> str:
    hands = "、".join((*document.signers, *document.seals))
    return f"（{hands}）" if hands else ""


def _older(
    facts: Facts, document: DocumentKind, entry: Element, judged: Sequence[Element]
) -> Iterator[Finding]:
    day = entry.get("date")
    days = [(other.get("date"), name_of(other)) for other in judged]
    dated = [(other, name) for other, name in days if isinstance(other, date)]
    if not isinstance(day, date) or not dated:
        return
    newest, name = max(dated)
    if day < newest:
        yield Finding(
            "attachment_older",
            facts.coverage.weight(document),
            "inconsistent",
            f"{ATTACHMENTS}[{entry.id}].date",
            f"“{name_of(entry)}”（{day}）早于它所看的“{name}”（{newest}），看的不是现在这一版",
            "请他们看过现在这一版再出具；其实看的就是这一版的，核对两个日期",
            basis=document.basis,
        )
