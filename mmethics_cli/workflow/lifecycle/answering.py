"""What a submission answers: the decision on another one, and the comments of that decision."""

from __future__ import annotations

from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.store.submission.decisions import decision_of
from mmethics_cli.store.submission.submissions import Submission
from mmethics_cli.workflow.opening import Dossier


def answerable(dossier: Dossier) -> tuple[Submission, ...]:
    """The submissions whose decision a re-review may still answer: decided, not approved as they
    were handed in, and not answered yet.
    """
    lineage = dossier.workspace.lineage
    return tuple(
        submission
        for submission in lineage.submissions
        if submission.decided
        and not lineage.approves(submission)
        and lineage.answer_to(submission) is None
    )


def answered_decision(dossier: Dossier) -> CommitteeDecision | None:
    """The decision that the current submission answers; None where it is no re-review."""
    workspace = dossier.workspace
    current = workspace.current
    answered = workspace.lineage.answered_by(current) if current is not None else None
    return None if answered is None else decision_of(answered, dossier.standard)


def comments_to_answer(dossier: Dossier) -> tuple[str, ...]:
    """The comments that the current submission answers; none where it is no re-review."""
    workspace = dossier.workspace
    current = workspace.current
    answered = workspace.lineage.answered_by(current) if current is not None else None
    decision = None if answered is None else decision_of(answered, dossier.standard)
    if answered is None or decision is None or workspace.lineage.approves(answered):
        return ()
    return decision.comments
