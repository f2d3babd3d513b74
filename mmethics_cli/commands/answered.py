"""The decision that a re-review answers for."""

from __future__ import annotations

from mmethics_cli.commands.opening import Dossier
from mmethics_cli.core.decision import CommitteeDecision
from mmethics_cli.store.decisions import decision_of


def decided_before(dossier: Dossier, number: int) -> CommitteeDecision | None:
    """The last decision recorded on the submissions before the one of that number."""
    for one in reversed(dossier.workspace.submissions):
        made = decision_of(one, dossier.standard) if one.number < number else None
        if made is not None:
            return made
    return None


def comments_to_answer(dossier: Dossier) -> tuple[str, ...]:
    """The comments that the current submission answers; none where it is no re-review."""
    current = dossier.workspace.current
    if current is None or dossier.facts.get("event.kind") != "re_review":
        return ()
    found = decided_before(dossier, current.number)
    return found.comments if found is not None and not found.approves else ()
