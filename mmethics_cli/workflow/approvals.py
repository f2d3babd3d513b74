"""What stands approved: of one sealed submission, and of several approvals together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.folding import (
    Approval,
    FoldedStudy,
    crossing_findings,
    folded,
)
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.submission.lineage import Lineage
from mmethics_cli.store.submission.submissions import Submission


def facts_as_sealed(submission: Submission, standard: Standard) -> Facts:
    """The study and the event as the committee got them. Raises UnreadableFile."""
    return Facts(standard, answers_of(submission.snapshot(), standard).values)


def approved_facts(lineage: Lineage, approvals: Sequence[Submission]) -> Facts | None:
    """The study as the first so many approvals approve it together; None where there are none.

    Raises UnreadableFile.
    """
    if not approvals:
        return None
    return Facts(lineage.standard, _study(lineage, approvals).values)


def crossed(lineage: Lineage) -> Iterator[Finding]:
    """What approvals changed differently, each without knowing of the other."""
    approvals = lineage.approvals
    if len(approvals) > 1:
        yield from crossing_findings(lineage.standard, _study(lineage, approvals).crossings)


def _study(lineage: Lineage, approvals: Sequence[Submission]) -> FoldedStudy:
    """They are read back to the last one that knew of all before it, and no further."""
    knowing = (at for at in range(len(approvals)) if _knew_all(lineage, approvals, at))
    first = max(knowing, default=0)
    begun = approvals[first]
    values = facts_as_sealed(begun, lineage.standard).values
    later = (_approval(lineage, one) for one in approvals[first + 1 :])
    return folded(lineage.standard, [Approval(begun.name, values, {}), *later])


def _knew_all(lineage: Lineage, approvals: Sequence[Submission], at: int) -> bool:
    before = lineage.approvals_before(approvals[at])
    return list(before) == list(approvals[:at])


def _approval(lineage: Lineage, submission: Submission) -> Approval:
    before = approved_facts(lineage, lineage.approvals_before(submission))
    values = facts_as_sealed(submission, lineage.standard).values
    return Approval(submission.name, values, {} if before is None else before.values)
