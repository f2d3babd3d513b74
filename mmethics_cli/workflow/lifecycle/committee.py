"""What the committee decided on a dossier's submissions, what stands approved, what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import UNKNOWN, YES
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, kind_of, meaning_of
from mmethics_cli.core.lifecycle.due import (
    DECIDED,
    Approval,
    Due,
    DueRule,
    due_after_approval,
    due_after_event,
    earliest_first,
    read_due_rules,
)
from mmethics_cli.core.lifecycle.work_calendar import WorkCalendar, read_calendar
from mmethics_cli.core.standard.committee import DecisionMeaning, SubmissionKind
from mmethics_cli.core.standard.names import KIND
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.store.dossier.answers_file import answers_of
from mmethics_cli.store.submission.decisions import decision_of, records_of
from mmethics_cli.store.submission.lineage import decided_order
from mmethics_cli.store.submission.submissions import (
    Submission,
    by_sealing,
    newest_rounds,
    sealed_date,
    sealing_order,
)
from mmethics_cli.workflow.opening import Dossier, facts_beside


class DecidedSubmission(Struct, frozen=True):
    """A sealed submission with its decision and what that means; `about` is what it is about.

    An answer to a decision is about the kind of submission that was decided on.
    """

    submission: Submission
    decision: CommitteeDecision
    word: DecisionMeaning
    about: SubmissionKind

    @property
    def approves(self) -> bool:
        """Whether it is approved as it was submitted."""
        return self.word.approves


class CommitteeRecord(Struct, frozen=True, dict=True):
    """All that the committee decided on a dossier's submissions, and what follows from it.

    Raises UnreadableFile where a decision.yaml can't be read.
    """

    dossier: Dossier

    @cached_property
    def decided(self) -> tuple[DecidedSubmission, ...]:
        """The submissions that have a decision, in the order of deciding."""
        standard, lineage = self.dossier.standard, self.dossier.workspace.lineage
        entries = []
        for submission in newest_rounds(self.dossier.workspace.submissions):
            decision = decision_of(submission, standard)
            if decision is not None:
                about = kind_of(standard, lineage.answered_with(submission)[0].kind)
                key = about.read_as.get(decision.decision, decision.decision)
                decision, word = replace(decision, decision=key), meaning_of(standard, key)
                entries.append(DecidedSubmission(submission, decision, word, about))
        return tuple(sorted(entries, key=lambda entry: decided_order(entry.submission)))

    @property
    def approvals(self) -> tuple[DecidedSubmission, ...]:
        """The decisions that approve as submitted."""
        return tuple(decided for decided in self.decided if decided.approves)

    @property
    def of_the_study(self) -> tuple[DecidedSubmission, ...]:
        """The approvals of the study itself, as it was first submitted or amended."""
        return tuple(decided for decided in self.approvals if decided.about.of_the_study)

    @cached_property
    def ended(self) -> str:
        """Why nothing more is due: the study is completed or terminated; else empty."""
        ended = ""
        for decided in self.decided:
            if decided.word.ends:
                ended = decided.word.ends
            elif decided.approves and decided.about.ends and self._ends(decided):
                ended = decided.about.ends
            elif (
                decided.approves and kind_of(self.dossier.standard, decided.submission.kind).answers
            ):
                ended = ""  # an appeal that was granted
        return ended

    @property
    def suspended(self) -> bool:
        """Whether the last decision suspends the study."""
        return bool(self.decided) and self.decided[-1].word.suspends

    @property
    def changes(self) -> int:
        """How often something was sealed, decided, decided anew or recorded: it only rises."""
        submissions = self.dossier.workspace.submissions
        return sum(
            submission.sealed + bool(submission.decided) + records_of(submission)
            for submission in submissions
        )

    @property
    def approval(self) -> Approval | None:
        """What due dates count from; None before the study is approved or after it has ended."""
        return None if self.ended else self.last_approval

    @cached_property
    def last_approval(self) -> Approval | None:
        """The same of a study that has ended, too."""
        study = self.of_the_study
        dated = [decided for decided in self.approvals if decided.decision.day is not None]
        if not study:
            return None
        begun = _last(dated, lambda decided: decided.about.restarts) or _last(dated)
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
            sealed_since={key: tuple(self._sealed_after(entry)) for key, entry in since.items()},
            order=self.approvals[-1].submission.number,
        )

    def dues(self) -> tuple[Due, ...]:
        """All that is due, the earliest first; raises PackError when the pack can't say when.

        Of an event other than that of the current submission only what was not handed in yet.
        """
        current = self.dossier.workspace.current
        number = current.number if current is not None else 0
        ended = bool(self.ended)
        return tuple(
            due
            for due in self.all_dues()
            if (due.open() or due.order == number if due.of_event else not ended)
        )

    def all_dues(self) -> tuple[Due, ...]:
        """All that ever was due by the last approval and by the events, the earliest first."""
        dossier, pack = self.dossier, self.dossier.pack
        calendar, faults = read_calendar(pack.trees)
        rules, more = read_due_rules(dossier.standard, pack.trees)
        if faults or more:
            problems = [
                Problem(text, *pack.locate(file, keys)) for file, keys, text in faults + more
            ]
            raise PackError("标准包有错误：", problems)
        approval = self.last_approval
        dues = list(due_after_approval(rules, approval, calendar)) if approval else []
        dues += self._event_dues(rules, calendar)
        return earliest_first(dues)

    def _event_dues(self, rules: tuple[DueRule, ...], calendar: WorkCalendar) -> Iterator[Due]:
        """What the events ask for that were reported, or are being reported.

        A further report of an event says anew what is due of it, under the number of the first.
        """
        dossier = self.dossier
        rows: dict[tuple[str, int], Due] = {}
        events: list[tuple[int, Facts]] = []
        for submission in newest_rounds(dossier.workspace.submissions):
            kind = kind_of(dossier.standard, submission.kind)
            # A snapshot takes long to read, and most kinds ask for nothing.
            known = Facts(dossier.standard, {KIND: submission.kind})
            if all(rule.of_approval or rule.never(known) for rule in rules):
                continue
            facts = facts_beside(dossier, submission)
            number = _event_of(facts, kind, events) or submission.number
            events.append((number, facts))
            for due in due_after_event(rules, Pathway(facts), calendar, number):
                rows[due.id, number] = due
        yield from rows.values()

    def _ends(self, decided: DecidedSubmission) -> bool:
        facts = self.facts_of(decided.submission)
        return evaluate(decided.about.ends_when, facts) is YES

    def facts_of(self, submission: Submission) -> Facts:
        """The facts of a submission as they were sealed."""
        standard = self.dossier.standard
        values = answers_of(submission.snapshot(), standard).values
        return Facts(standard, values, sealed_date(submission))

    def _sealed_after(self, decided: DecidedSubmission) -> Iterator[tuple[str, date]]:
        """Kinds and days of what was sealed after a submission, and not before its decision."""
        order = sealing_order(decided.submission)
        for follower in by_sealing(self.dossier.workspace.submissions):
            day = sealed_date(follower) if sealing_order(follower) > order else None
            if day is not None and day >= (decided.decision.day or day):
                yield follower.kind, day


def _event_of(
    facts: Facts, kind: SubmissionKind, events: Sequence[tuple[int, Facts]]
) -> int | None:
    """The number of the first report of an event, where this is a further one; else None."""
    if not kind.same_event or evaluate(kind.continues_when, facts) is not YES:
        return None
    said = [facts.get(path) for path in (KIND, *kind.same_event)]
    if UNKNOWN in said:
        return None
    alike = (
        number
        for number, other in reversed(events)
        if [other.get(path) for path in (KIND, *kind.same_event)] == said
    )
    return next(alike, None)


def _last(
    entries: Sequence[DecidedSubmission],
    wanted: Callable[[DecidedSubmission], bool] = lambda decided: True,
) -> DecidedSubmission | None:
    return next((decided for decided in reversed(entries) if wanted(decided)), None)


def _has_validity(decided: DecidedSubmission) -> bool:
    return decided.about.gives_validity and decided.decision.valid_until is not None
