"""What stands approved: of one sealed submission, and of several approvals together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import CHANGES
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.submission.lineage import Lineage
from mmethics_cli.store.submission.submissions import Submission

if TYPE_CHECKING:
    from mmethics_cli.core.lifecycle.folding import FoldedStudy

_JOIN: Final = "把两处改动合在一份里，报修正案（mmethics follow amendment）；批准以前，两份对照着用"


def facts_as_sealed(submission: Submission, standard: Standard) -> Facts:
    """The study and the event as the committee got them. Raises UnreadableFile."""
    return Facts(standard, answers_of(submission.snapshot(), standard).values)


def approved_facts(lineage: Lineage, approvals: Sequence[Submission]) -> Facts | None:
    """The study as the first so many approvals approve it together; None where there are none.

    Raises UnreadableFile.
    """
    if not approvals:
        return None
    if _first(lineage, approvals) == len(approvals) - 1:
        return facts_as_sealed(approvals[-1], lineage.standard)
    return Facts(lineage.standard, _study(lineage, approvals).values)


def crossed(lineage: Lineage) -> Iterator[Finding]:
    """What approvals changed differently, each without knowing of the other."""
    approvals = lineage.approvals
    if approvals and _first(lineage, approvals) < len(approvals) - 1:
        from mmethics_cli.core.lifecycle.folding import crossing_findings

        yield from crossing_findings(lineage.standard, _study(lineage, approvals).crossings)
        for at in range(_first(lineage, approvals) + 1, len(approvals)):
            yield from _crossed_papers(lineage, approvals[: at + 1])


def _study(lineage: Lineage, approvals: Sequence[Submission]) -> FoldedStudy:
    """They are read back to the last one that knew of all before it, and no further."""
    # Loaded late: few studies have two approvals out of order.
    from mmethics_cli.core.lifecycle.folding import ApprovedChange, folded

    changes = []
    for submission in approvals[_first(lineage, approvals) :]:
        values = facts_as_sealed(submission, lineage.standard).values
        before = approved_facts(lineage, lineage.approvals_before(submission))
        changes.append(ApprovedChange(submission.name, values, before.values if before else {}))
    return folded(lineage.standard, changes)


def _first(lineage: Lineage, approvals: Sequence[Submission]) -> int:
    """The place of the last approval that was sealed when all before it were known."""
    places = range(len(approvals))
    known = (at for at in places if lineage.approvals_before(approvals[at]) == approvals[:at])
    return max(known, default=0)


def _crossed_papers(lineage: Lineage, approvals: Sequence[Submission]) -> Iterator[Finding]:
    """The papers of the last of these that lack what an approval before it changed in them."""
    from mmethics_cli.core.lifecycle.revision import changes_since

    together, last = approved_facts(lineage, approvals), approvals[-1]
    assert together is not None
    if not changes_since(facts_as_sealed(last, lineage.standard), together):
        return  # it asked for all of it too
    known, own = lineage.approvals_before(last), _changed_papers(last)
    for other in (approval for approval in approvals[:-1] if approval not in known):
        theirs = _changed_papers(other)
        for id_ in sorted(own.keys() & theirs.keys()):
            title = own[id_].get("title")
            message = (
                f"《{title}》：{other.name} 和 {last.name} 各自改了，都批准了；"
                f"{last.name} 的这一份里没有 {other.name} 的改动"
            )
            yield Finding("papers_crossed", "warning", "inconsistent", CHANGES, message, _JOIN)


def _changed_papers(submission: Submission) -> dict[str, dict[str, Any]]:
    """The rows of the manifest, by id, of documents that were handed in because they changed."""
    rows = submission.manifest().get("documents", [])
    return {row["id"]: row for row in rows if row.get("marked") or row.get("unmarked")}
