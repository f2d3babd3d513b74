"""Which submission rests on, answers or follows which: the life of a study is no straight line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

from msgspec import Struct

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.lifecycle.decision import kind_of, meaning_of
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.submission.submissions import (
    Submission,
    by_sealing,
    newest_rounds,
    sealed_baseline,
    sealing_order,
)


class Lineage(Struct, frozen=True, dict=True):
    """The submissions of a dossier, each with what it follows from."""

    submissions: tuple[Submission, ...]
    standard: Standard

    @cached_property
    def approvals(self) -> tuple[Submission, ...]:
        """The submissions by which the committee approved the study, in the order of deciding."""
        approved = [
            submission
            for submission in newest_rounds(self.submissions)
            if self.is_of_the_study(submission)
            and meaning_of(self.standard, submission.decided).accepts
        ]
        return tuple(sorted(approved, key=decided_order))

    @property
    def baseline(self) -> Submission | None:
        """The submission by which the study stands approved today."""
        return last(self.approvals)

    def is_of_the_study(self, submission: Submission) -> bool:
        """Whether the committee approves the study itself by it, or by what it answers."""
        answered = self.answered_by(submission)
        if answered is not None:
            return self.is_of_the_study(answered)
        return kind_of(self.standard, submission.kind).of_the_study

    def approvals_before(self, submission: Submission) -> tuple[Submission, ...]:
        """The approvals that a submission rests on: of a sealed one those known at its sealing."""
        approvals = [each for each in self.approvals if each.number != submission.number]
        if not submission.sealed:
            return tuple(approvals)
        recorded = sealed_baseline(submission)
        if recorded is None:  # it was sealed when one submission followed the other
            return tuple(each for each in approvals if each.number < submission.number)
        sealed = sealing_order(submission)
        approvals = [each for each in approvals if sealing_order(each) < sealed]
        names = [each.name for each in approvals]
        return tuple(approvals[: names.index(recorded) + 1 if recorded in names else 0])

    def baseline_of(self, submission: Submission) -> Submission | None:
        """What a submission is compared with: the last approval that it rests on."""
        return last(self.approvals_before(submission))

    def answered_by(self, submission: Submission) -> Submission | None:
        """The submission whose decision a re-review answers; None where it answers none.

        Where its file does not say, it is the last one before it that was not approved.
        """
        if not kind_of(self.standard, submission.kind).answers:
            return None
        before = [each for each in self.submissions if each.number < submission.number]
        if name := submission.answers:
            return next((each for each in before if each.name == name), None)
        decided = [each for each in before if each.decided]
        refused = [each for each in decided if not self.approves(each)]
        return last(refused) or last(decided)

    def approves(self, submission: Submission) -> bool:
        """Whether what was decided on it approves it as it was handed in."""
        return meaning_of(self.standard, submission.decided).approves

    def answer_to(self, submission: Submission) -> Submission | None:
        """The last re-review that answers the decision on a submission; None where none does."""
        return last([each for each in self.submissions if self.answered_by(each) == submission])

    def answered_with(self, submission: Submission) -> tuple[Submission, ...]:
        """A submission and, the earliest first, those that it answers, one through the other."""
        chain = [submission]
        while (earlier := self.answered_by(chain[-1])) is not None and earlier not in chain:
            chain.append(earlier)
        return tuple(reversed(chain))

    def round_before(self, submission: Submission) -> Submission | None:
        """The round of the same submission after which the office asked for more."""
        rounds = [each for each in self.submissions if each.number == submission.number]
        return last([each for each in rounds if each.round < submission.round])

    def sealed_before(self, submission: Submission | None) -> tuple[Submission, ...]:
        """The other submissions that were sealed before one (all, where it is open), in that order.

        Of each its newest round.
        """
        others = [
            each
            for each in by_sealing(self.submissions)
            if submission is None or each.number != submission.number
        ]
        if submission is not None and submission.sealed:
            end = sealing_order(submission)
            others = [each for each in others if sealing_order(each) < end]
        return by_sealing(newest_rounds(others))


def decided_order(submission: Submission) -> tuple[date, tuple[int, int, int]]:
    """By the day of the decision; those of one day in the order in which they were sealed."""
    file = submission.decision()
    tree = file.tree if file else None
    day = parse_date(str(tree.get("date") or "")) if isinstance(tree, dict) else None
    return day or date.min, sealing_order(submission)


def last(submissions: Sequence[Submission]) -> Submission | None:
    """The last of some submissions; None for none."""
    return submissions[-1] if submissions else None
