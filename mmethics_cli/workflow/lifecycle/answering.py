"""What a submission answers for: the last decision before it, and the comments of that decision."""

from __future__ import annotations

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.core.standard.names import KIND, RE_REVIEW
from mmethics_cli.store.submission.decisions import decision_of
from mmethics_cli.workflow.opening import Dossier


def decided_before(dossier: Dossier, number: int) -> CommitteeDecision | None:
    """The last decision recorded on the submissions before the one of that number."""
    for submission in reversed(dossier.workspace.submissions):
        before = submission.number < number
        decision = decision_of(submission, dossier.standard) if before else None
        if decision is not None:
            return decision
    return None


def comments_to_answer(dossier: Dossier) -> tuple[str, ...]:
    """The comments that the current submission answers; none where it is no re-review."""
    current = dossier.workspace.current
    if current is None or dossier.facts.get(KIND) != RE_REVIEW:
        return ()
    decision = decided_before(dossier, current.number)
    return decision.comments if decision is not None and not decision.approves else ()
