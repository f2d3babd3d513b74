"""What stands approved, what is due since, and in what the dossier differs from what was sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

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
from mmethics_cli.core.standard.names import AMENDMENT, INITIAL, KIND, RE_REVIEW, label_of
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.submission.decisions import decision_of
from mmethics_cli.store.submission.submissions import Submission, sealed_date
from mmethics_cli.workflow.opening import Dossier


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
    if current is None or dossier.facts.get(KIND) != RE_REVIEW:
        return ()
    found = decided_before(dossier, current.number)
    return found.comments if found is not None and not found.approves else ()


# An approval of these begins the interval anew; an amendment's leaves it running.
_RESTARTS = frozenset({INITIAL, "progress"})
_GIVES_VALIDITY = _RESTARTS | {AMENDMENT}
_TERMINATED, _SUSPENDED = "terminated", "suspended"


@dataclass(frozen=True, slots=True)
class Decided:
    """A sealed submission with its decision; `about` is the kind of what was decided on.

    A re-review is about the submission that it answers for.
    """

    submission: Submission
    made: CommitteeDecision
    about: str


@dataclass(frozen=True)
class Standings:
    """All that the committee decided on a dossier's submissions, in their order."""

    dossier: Dossier

    @cached_property
    def decided(self) -> tuple[Decided, ...]:
        found: list[Decided] = []
        for one in self.dossier.workspace.submissions:
            made = decision_of(one, self.dossier.standard)
            if made is not None:
                found.append(Decided(one, made, self._about(one, found)))
        return tuple(found)

    @property
    def approvals(self) -> tuple[Decided, ...]:
        """The decisions that approve as submitted."""
        return tuple(one for one in self.decided if one.made.approves)

    @property
    def of_the_study(self) -> tuple[Decided, ...]:
        """The approvals of the study itself, as it was first submitted or amended."""
        return tuple(one for one in self.approvals if one.about in (INITIAL, AMENDMENT))

    @cached_property
    def ended(self) -> str:
        """Why nothing more is due: the study is completed or terminated; else empty."""
        ended = ""
        for one in self.decided:
            if one.made.decision == _TERMINATED:
                ended = "研究已终止"
            elif one.made.approves and one.about == "completion":
                ended = "研究已结题"
            elif one.made.approves and one.about == "suspension" and self._terminates(one):
                ended = "研究已提前终止"
            elif one.made.approves and one.submission.kind == RE_REVIEW:
                ended = ""  # an appeal that was granted
        return ended

    @property
    def suspended(self) -> bool:
        """Whether the last decision suspends the study."""
        return bool(self.decided) and self.decided[-1].made.decision == _SUSPENDED

    @cached_property
    def approval(self) -> Approval | None:
        """What due dates count from; None before the study is approved or after it has ended."""
        study = self.of_the_study
        dated = [one for one in self.approvals if one.made.day is not None]
        if not study or self.ended:
            return None
        begun = _last(dated, lambda one: one.about in _RESTARTS) or _last(dated)
        if begun is None or begun.made.day is None:
            return None
        valid = _last(self.approvals, _has_validity)
        timed = _last(self.approvals, lambda one: one.made.interval_months is not None)
        since = {DECIDED[0]: begun, DECIDED[1]: valid or begun}
        return Approval(
            pathway=Pathway(self.facts_of(study[-1].submission)),
            day=begun.made.day,
            until=valid.made.valid_until if valid else None,
            interval_months=timed.made.interval_months if timed else None,
            sealed_since={
                key: tuple(self._sealed_after(one.submission)) for key, one in since.items()
            },
            order=self.approvals[-1].submission.number,
        )

    def dues(self) -> tuple[Due, ...]:
        """All that is due, the earliest first; raises PackError when the pack can't say when."""
        dossier, pack = self.dossier, self.dossier.pack
        calendar, faults = read_calendar(pack.trees)
        rules, more = read_due_rules(dossier.standard, pack.trees)
        if faults or more:
            found = [Problem(text, *pack.locate(file, keys)) for file, keys, text in faults + more]
            raise PackError("标准包有错误：", found)
        approval = self.approval
        current = dossier.workspace.current
        dues = list(due_after_approval(rules, approval, calendar)) if approval else []
        dues += due_after_event(rules, dossier.pathway, calendar, current.number if current else 0)
        return earliest_first(dues)

    def _about(self, submission: Submission, before: Sequence[Decided]) -> str:
        """A re-review is about what was last not approved, else about what came before it."""
        if submission.kind != RE_REVIEW:
            return submission.kind
        answered = _last(before, lambda one: not one.made.approves)
        if answered is not None:
            return answered.about
        earlier = self.dossier.workspace.submissions
        kinds = [one.kind for one in earlier if one.number < submission.number]
        return next((kind for kind in reversed(kinds) if kind != RE_REVIEW), INITIAL)

    def _terminates(self, one: Decided) -> bool:
        return self.facts_of(one.submission).get("event.termination") is True

    def facts_of(self, submission: Submission) -> Facts:
        """The facts of a submission as they were sealed."""
        standard = self.dossier.standard
        values = answers_of(submission.snapshot(), standard).values
        return Facts(standard, values, sealed_date(submission))

    def _sealed_after(self, submission: Submission) -> Iterator[tuple[str, date]]:
        for one in self.dossier.workspace.submissions:
            if one.number > submission.number and one.sealed:
                day = sealed_date(one)
                if day is not None:
                    yield one.kind, day


def _last(
    found: Sequence[Decided], wanted: Callable[[Decided], bool] = lambda one: True
) -> Decided | None:
    return next((one for one in reversed(found) if wanted(one)), None)


def _has_validity(one: Decided) -> bool:
    return one.about in _GIVES_VALIDITY and one.made.valid_until is not None


def differing(dossier: Dossier) -> tuple[str, ...]:
    """In what the dossier differs from its sealed current submission, in words.

    What the office has recorded since is no difference.
    """
    current = dossier.workspace.current
    if current is None or not current.sealed:
        return ()
    sealed = answers_of(current.snapshot(), dossier.standard)
    now = dossier.workspace.values
    questions = dossier.standard.questions
    found = [
        label_of(dossier.standard, path)
        for path in questions
        if not questions[path].of_office and sealed.values.get(path) != now.get(path)
    ]
    if sealed.self_check.answers != dossier.self_check.answers:
        found.append("审查内容自查")
    return tuple(found)
