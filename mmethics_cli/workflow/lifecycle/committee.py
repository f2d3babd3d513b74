"""What the committee decided on a dossier's submissions, what stands approved, what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from msgspec import Struct

from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import CommitteeDecision
from mmethics_cli.core.lifecycle.due import (
    DECIDED,
    Approval,
    Due,
    due_after_approval,
    due_after_event,
    earliest_first,
    read_due_rules,
)
from mmethics_cli.core.lifecycle.work_calendar import read_calendar
from mmethics_cli.core.standard.names import AMENDMENT, INITIAL, RE_REVIEW
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.submission.decisions import decision_of
from mmethics_cli.store.submission.submissions import Submission, sealed_date
from mmethics_cli.workflow.opening import Dossier

# An approval of these begins the interval anew; an amendment's leaves it running.
_RESTARTS: Final = frozenset({INITIAL, "progress"})
_GIVES_VALIDITY: Final = _RESTARTS | {AMENDMENT}
_TERMINATED, _SUSPENDED = "terminated", "suspended"


class DecidedSubmission(Struct, frozen=True):
    """A sealed submission with its decision; `about` is the kind of what was decided on.

    A re-review is about the submission that it answers for.
    """

    submission: Submission
    decision: CommitteeDecision
    about: str

    @property
    def approves(self) -> bool:
        """Whether it is approved as it was submitted."""
        return self.decision.approves


class CommitteeRecord(Struct, frozen=True, dict=True):
    """All that the committee decided on a dossier's submissions, and what follows from it.

    Raises UnreadableFile where a decision.yaml can't be read.
    """

    dossier: Dossier

    @cached_property
    def decided(self) -> tuple[DecidedSubmission, ...]:
        """The submissions that have a decision, in their order."""
        entries: list[DecidedSubmission] = []
        for submission in self.dossier.workspace.submissions:
            decision = decision_of(submission, self.dossier.standard)
            if decision is not None:
                about = self._about(submission, entries)
                entries.append(DecidedSubmission(submission, decision, about))
        return tuple(entries)

    @property
    def approvals(self) -> tuple[DecidedSubmission, ...]:
        """The decisions that approve as submitted."""
        return tuple(decided for decided in self.decided if decided.approves)

    @property
    def of_the_study(self) -> tuple[DecidedSubmission, ...]:
        """The approvals of the study itself, as it was first submitted or amended."""
        return tuple(decided for decided in self.approvals if decided.about in (INITIAL, AMENDMENT))

    @cached_property
    def ended(self) -> str:
        """Why nothing more is due: the study is completed or terminated; else empty."""
        ended = ""
        for decided in self.decided:
            if decided.decision.decision == _TERMINATED:
                ended = "研究已终止"
            elif decided.approves and decided.about == "completion":
                ended = "研究已结题"
            elif decided.approves and decided.about == "suspension" and self._terminates(decided):
                ended = "研究已提前终止"
            elif decided.approves and decided.submission.kind == RE_REVIEW:
                ended = ""  # an appeal that was granted
        return ended

    @property
    def suspended(self) -> bool:
        """Whether the last decision suspends the study."""
        return bool(self.decided) and self.decided[-1].decision.decision == _SUSPENDED

    @cached_property
    def approval(self) -> Approval | None:
        """What due dates count from; None before the study is approved or after it has ended."""
        study = self.of_the_study
        dated = [decided for decided in self.approvals if decided.decision.day is not None]
        if not study or self.ended:
            return None
        begun = _last(dated, lambda decided: decided.about in _RESTARTS) or _last(dated)
        if begun is None or begun.decision.day is None:
            return None
        valid = _last(self.approvals, _has_validity)
        timed = _last(self.approvals, lambda decided: decided.decision.interval_months is not None)
        since = {DECIDED[0]: begun, DECIDED[1]: valid or begun}
        return Approval(
            pathway=Pathway(self.facts_of(study[-1].submission)),
            day=begun.decision.day,
            until=valid.decision.valid_until if valid else None,
            interval_months=timed.decision.interval_months if timed else None,
            sealed_since={
                key: tuple(self._sealed_after(decided.submission)) for key, decided in since.items()
            },
            order=self.approvals[-1].submission.number,
        )

    def dues(self) -> tuple[Due, ...]:
        """All that is due, the earliest first; raises PackError when the pack can't say when."""
        dossier, pack = self.dossier, self.dossier.pack
        calendar, faults = read_calendar(pack.trees)
        rules, more = read_due_rules(dossier.standard, pack.trees)
        if faults or more:
            problems = [
                Problem(text, *pack.locate(file, keys)) for file, keys, text in faults + more
            ]
            raise PackError("标准包有错误：", problems)
        approval = self.approval
        current = dossier.workspace.current
        dues = list(due_after_approval(rules, approval, calendar)) if approval else []
        dues += due_after_event(rules, dossier.pathway, calendar, current.number if current else 0)
        return earliest_first(dues)

    def _about(self, submission: Submission, before: Sequence[DecidedSubmission]) -> str:
        """A re-review is about what was last not approved, else about what came before it."""
        if submission.kind != RE_REVIEW:
            return submission.kind
        answered = _last(before, lambda decided: not decided.approves)
        if answered is not None:
            return answered.about
        submissions = self.dossier.workspace.submissions
        kinds = [earlier.kind for earlier in submissions if earlier.number < submission.number]
        return next((kind for kind in reversed(kinds) if kind != RE_REVIEW), INITIAL)

    def _terminates(self, decided: DecidedSubmission) -> bool:
        return self.facts_of(decided.submission).get("event.termination") is True

    def facts_of(self, submission: Submission) -> Facts:
        """The facts of a submission as they were sealed."""
        standard = self.dossier.standard
        values = answers_of(submission.snapshot(), standard).values
        return Facts(standard, values, sealed_date(submission))

    def _sealed_after(self, submission: Submission) -> Iterator[tuple[str, date]]:
        for follower in self.dossier.workspace.submissions:
            if follower.number > submission.number and follower.sealed:
                day = sealed_date(follower)
                if day is not None:
                    yield follower.kind, day


def _last(
    entries: Sequence[DecidedSubmission],
    wanted: Callable[[DecidedSubmission], bool] = lambda decided: True,
) -> DecidedSubmission | None:
    return next((decided for decided in reversed(entries) if wanted(decided)), None)


def _has_validity(decided: DecidedSubmission) -> bool:
    return decided.about in _GIVES_VALIDITY and decided.decision.valid_until is not None
