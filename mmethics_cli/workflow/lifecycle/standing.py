"""Where a dossier stands with the committee: what is approved, what waits, what reports print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.approved import as_approved, unapproved
from mmethics_cli.core.standard.names import KIND
from mmethics_cli.report.findings import READY
from mmethics_cli.store.submission.submissions import OF_THE_STUDY, Submission, sealed_date
from mmethics_cli.workflow.opening import Dossier, facts_as_sealed

# Decisions after which a sealed submission still waits for its approval; empty: none yet.
_OPEN: Final = frozenset({"", "modify_then_rereview"})


def as_reported(dossier: Dossier) -> Dossier:
    """The dossier as its papers print it: a report says of the study what was approved."""
    approved = dossier.facts.baseline
    if approved is None or dossier.facts.get(KIND) in OF_THE_STUDY:
        return dossier
    facts = as_approved(approved, dossier.facts)
    return replace(dossier, facts=facts, pathway=Pathway(facts))


def as_handed_in(dossier: Dossier) -> Facts:
    """The facts on the day of sealing: a date that has passed since then is no fault."""
    current, facts = dossier.workspace.current, dossier.facts
    day = sealed_date(current) if current is not None and current.sealed else None
    if day is None:
        return facts
    return Facts(facts.standard, facts.values, day, facts.baseline, facts.earlier, facts.folded)


class Standing(Struct, frozen=True):
    """What the committee has approved of a dossier, and what still waits for it."""

    dossier: Dossier

    @property
    def preparing(self) -> bool:
        """Whether a submission is being prepared (or none has begun)."""
        current = self.dossier.workspace.current
        return current is None or not current.sealed

    @property
    def approval(self) -> Submission | None:
        """The submission by which the study stands approved, before the one in preparation."""
        workspace = self.dossier.workspace
        current = workspace.current
        if current is None or current.sealed:
            return workspace.baseline
        return workspace.baseline_before(current.number)

    @property
    def waiting(self) -> Submission | None:
        """The last sealed submission about the study itself that is not approved and may be."""
        after = self.approval.number if self.approval else 0
        return next(
            (
                submission
                for submission in reversed(self.dossier.workspace.submissions)
                if submission.number > after
                and submission.sealed
                and submission.kind in OF_THE_STUDY
                and submission.decided in _OPEN
            ),
            None,
        )

    def findings(self) -> Iterator[Finding]:
        """What the dossier says of the study without approval, where it is not asking for one."""
        current, approval = self.dossier.workspace.current, self.approval
        if current is None or approval is None:
            return
        if self.preparing and current.kind in OF_THE_STUDY:
            return
        standard, waiting = self.dossier.standard, self.waiting
        yield from unapproved(
            facts_as_sealed(approval, standard),
            self.dossier.facts,
            waiting=facts_as_sealed(waiting, standard) if waiting else None,
            reporting=self.preparing,
        )

    @property
    def words(self) -> str:
        """What is to be said of a dossier in which nothing is wrong."""
        current = self.dossier.workspace.current
        if self.preparing or current is None:
            return READY
        if not current.decided:
            return f"{current.name} 已送审，等待决定"
        return "已批准，没有准备中的送审" if self.approval else f"{current.name} 已有决定"
