"""What a new submission begins with, as far as the records of a dossier say it.

Which question is filled in from which record is the pack's business (core.lifecycle.filling).
"""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.core.lifecycle.filling import filled_answers, last_counts
from mmethics_cli.core.lifecycle.revision import categories_of, changes_since
from mmethics_cli.core.standard.names import KIND, is_of_event
from mmethics_cli.store.submission.submissions import Submission
from mmethics_cli.workflow.approvals import approved_facts
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
from mmethics_cli.workflow.opening import Dossier, EarlierFacts


def recorded_answers(
    record: CommitteeRecord, kind: str, answered: Submission | None = None
) -> dict[str, Value]:
    """Answers about an event of that kind, by path, as far as the records give them.

    `answered` is the submission whose decision it answers, if it answers one.
    """
    return filled_answers(_facts_of_event(record.dossier, kind), _Records(record, answered))


def reported_counts(dossier: Dossier, kind: str) -> dict[str, Value]:
    """The cumulative counts of the last report: what the next one can't fall below."""
    return last_counts(_facts_of_event(dossier, kind))


def _facts_of_event(dossier: Dossier, kind: str) -> Facts:
    """The study's facts for a new submission, every sealed one before it among the earlier ones."""
    facts = dossier.facts
    study = {path: value for path, value in facts.values.items() if not is_of_event(path)}
    earlier = EarlierFacts(dossier.workspace, None)
    return Facts(facts.standard, {**study, KIND: kind}, facts.today, None, earlier)


class _Records(Struct, frozen=True, dict=True):
    """What the dossier holds of decisions, looked up when a question is filled in from it."""

    record: CommitteeRecord
    answered: Submission | None = None

    @cached_property
    def decision(self) -> CommitteeDecision | None:
        """That on the submission that is answered, else the last one."""
        decided = self.record.decided
        answers = (past for past in reversed(decided) if past.submission == self.answered)
        entry = next(answers, None) or (decided[-1] if decided else None)
        return entry.decision if entry is not None else None

    @cached_property
    def approval(self) -> CommitteeDecision | None:
        if not self.record.of_the_study:
            return None
        approval = self.record.approval
        until = approval.until if approval is not None else None
        return replace(self.record.of_the_study[-1].decision, valid_until=until)

    @cached_property
    def approved(self) -> Facts | None:
        if not self.record.of_the_study:
            return None
        return self.record.facts_of(self.record.approvals[-1].submission)

    @cached_property
    def changes(self) -> frozenset[str]:
        dossier = self.record.dossier
        lineage = dossier.workspace.lineage
        seen = approved_facts(lineage, lineage.approvals)
        return frozenset() if seen is None else categories_of(changes_since(seen, dossier.facts))
