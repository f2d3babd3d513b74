"""The ethics office's papers of a submission: about what was handed in, not what stands today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from mmethics_cli.commands.opening import Dossier
from mmethics_cli.commands.package import Package, package_of
from mmethics_cli.commands.review import review
from mmethics_cli.commands.sealed_facts import facts_as_sealed
from mmethics_cli.commands.transmittal import Paper, marked_row
from mmethics_cli.core.content import DocumentKind
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.words import parse_date
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.render.office import Office
from mmethics_cli.render.spots import spots_of
from mmethics_cli.render.study import Stamp, TransmittalRow
from mmethics_cli.store.answers_file import answers_of
from mmethics_cli.store.submissions import DECISION, DECISION_KEYS, Submission, sealed_date

_COMMENTS: Final = "comments"


def current_submission(dossier: Dossier) -> Submission:
    """The submission that the office has before it. Raises WorkspaceError when there is none."""
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审（submissions/01-initial），没有可以审查的。")
    return current


def committee_package(dossier: Dossier, today: date, also: tuple[str, ...] = ()) -> Package:
    """The office's papers that the pathway needs, in an order of their own; `also` names others.

    Of a sealed submission they rest on its snapshot and manifest, else on the dossier as it
    stands. They carry no version or date of ours: the office dates them when it signs.
    """
    current = current_submission(dossier)
    if current.sealed:
        seen = as_sealed(dossier, current, today)
        handed_in = package_of(seen, today)
        kept = _kept(current)
        rows = tuple(_sealed_rows(seen, current))
        # What was sealed was whole by the templates of its day.
        handed_in = replace(handed_in, papers=(), rows=rows)
        findings = review(seen, handed_in, {})
    else:
        seen = dossier
        handed_in = package_of(dossier, today)
        kept = frozenset(one.document.id for one in handed_in.papers)
        findings = review(seen, handed_in)
    needed = _needed(seen)
    shown = {row.id for row in handed_in.rows}
    rendered = [one for one in seen.standard.documents.values() if one.id in kept]
    office = Office(
        findings=tuple(one.finding for one in findings),
        lacking=tuple(one for one in needed if one.audience == "applicant" and one.id not in shown),
        rendered=kept,
        spots=spots_of(handed_in.templates, rendered),
        recorded=_recorded(current),
        comments=_comments(current),
    )
    study = replace(handed_in.study, transmittal=handed_in.rows, office=office)
    papers = tuple(_papers(seen, needed, also))
    return Package(papers, handed_in.rows, study, handed_in.templates)


def _needed(seen: Dossier) -> list[DocumentKind]:
    value = seen.pathway.decisions["documents"].value
    needed = value if isinstance(value, tuple) else ()
    return [one for one in seen.standard.documents.values() if one.id in needed]


def _papers(seen: Dossier, needed: list[DocumentKind], also: tuple[str, ...]) -> Iterator[Paper]:
    """The office's own papers, numbered as they come."""
    own = [
        one
        for one in seen.standard.documents.values()
        if one.audience == "committee" and one.template and (one in needed or one.id in also)
    ]
    for number, one in enumerate(own, 1):
        yield Paper(f"{number:02d}", one, Stamp(one.id, one.title))


# A submission as it was sealed.


def as_sealed(dossier: Dossier, current: Submission, today: date) -> Dossier:
    """The dossier with the facts of the snapshot, and what the office has recorded since.

    Days count from the day of sealing: a date that has passed while the office worked is no fault.
    """
    standard = dossier.standard
    answers = answers_of(current.snapshot(), standard)
    office = dossier.workspace.parts.get(DECISION)
    values = answers.values | (office.reading.values if office is not None else {})
    day, baseline = sealed_date(current) or today, _approved_before(dossier, current)
    facts = Facts(standard, values, day, baseline, dossier.facts.earlier)
    return replace(
        dossier,
        facts=facts,
        pathway=Pathway(facts),
        self_check=answers.self_check,
        refused=(),
        where=answers.where,
    )


def _approved_before(dossier: Dossier, current: Submission) -> Facts | None:
    """What stood approved when the current submission was handed in."""
    baseline = dossier.workspace.baseline_before(current.number)
    return None if baseline is None else facts_as_sealed(baseline, dossier.standard)


def _kept(current: Submission) -> frozenset[str]:
    """The ids of the documents that were rendered into the sealed submission."""
    return frozenset(str(one.get("id")) for one in _rows(current, "documents"))


def _sealed_rows(seen: Dossier, current: Submission) -> Iterator[TransmittalRow]:
    """Title, version and date of every paper in the manifest, in the order of the list."""
    documents = {str(one.get("id")): one for one in _rows(current, "documents")}
    attachments = _rows(current, "attachments")
    needed = {one.id for one in _needed(seen)} | documents.keys()
    kinds = sorted(seen.standard.documents.values(), key=lambda one: one.id not in needed)
    number = 0
    for kind in kinds:
        own = [documents[kind.id]] if kind.id in documents else []
        for row in own + [one for one in attachments if one.get("kind") == kind.id]:
            number += 1
            made = _row(f"{number:02d}", kind, row)
            yield made
            if row.get("marked"):
                yield marked_row(made)


def _row(number: str, kind: DocumentKind, row: Mapping[str, Any]) -> TransmittalRow:
    return TransmittalRow(
        number,
        kind.id,
        str(row.get("title") or kind.title),
        str(row.get("version") or ""),
        parse_date(str(row.get("date") or "")),
        signers=kind.signers,
    )


def _rows(current: Submission, key: str) -> list[Mapping[str, Any]]:
    found = current.manifest().get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


# What the office recorded.


def _recorded(current: Submission) -> dict[str, str]:
    tree = _decision(current)
    return {
        key: value
        for key, value in tree.items()
        if key in DECISION_KEYS and isinstance(value, str) and value.strip()
    }


def _comments(current: Submission) -> tuple[str, ...]:
    found = _decision(current).get(_COMMENTS)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _decision(current: Submission) -> Mapping[str, Any]:
    document = current.decision()
    tree = document.tree if document is not None else None
    return tree if isinstance(tree, dict) else {}
