"""What a later submission leaves as it is: the papers by which the committee already goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.lifecycle.editions import papers_of_the_study
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.names import INITIAL, KIND
from mmethics_cli.render.study import TransmittalRow
from mmethics_cli.report.status import DocumentEdition
from mmethics_cli.store.submission.submissions import Submission
from mmethics_cli.workflow.lifecycle.editions import compared_with, for_the_study
from mmethics_cli.workflow.lifecycle.history import sealed_editions
from mmethics_cli.workflow.opening import Dossier


def held_before(seen: Dossier, current: Submission) -> tuple[DocumentEdition, ...]:
    """The editions by which the committee went when a submission came in, each paper's newest.

    Of attachments those of the newest submission alone: each holds all of its day.
    """
    if seen.facts.get(KIND) == INITIAL:
        return ()
    held: dict[tuple[str, bool], DocumentEdition] = {}
    for number, submission in enumerate(compared_with(seen.workspace.lineage, current)):
        for edition in sealed_editions(submission):
            if not edition.attachment or not number:
                held.setdefault((edition.key, edition.attachment), edition)
    return tuple(held.values())


def standing_papers(
    seen: Dossier, held: Sequence[DocumentEdition], rows: Sequence[TransmittalRow]
) -> Iterator[TransmittalRow]:
    """Those of the study of which a submission hands in no other edition; `rows` are its own."""
    kinds = seen.standard.documents
    own = papers_of_the_study(for_the_study(seen).pathway) if held else frozenset[str]()
    renewed, titles = {row.id for row in rows}, {row.title for row in rows}
    stays = [
        edition
        for edition in held
        if edition.title not in titles
        and (edition.attachment or (edition.key in own and edition.key not in renewed))
    ]
    order = {id_: number for number, id_ in enumerate(kinds)}
    stays.sort(
        key=lambda edition: (edition.attachment, order.get(kind_id(edition.key), len(order)))
    )
    for number, edition in enumerate(stays, 1):
        version = edition.version if edition.attachment else edition.version.removeprefix("V")
        day = parse_date(edition.day)
        yield TransmittalRow(f"{number:02d}", edition.key, edition.title, version, day)
