"""Where a dossier stands with the committee: what is approved, what waits, what reports print."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.amendments import moved_baseline
from mmethics_cli.core.lifecycle.approved import as_approved, unapproved
from mmethics_cli.core.lifecycle.decision import decision_words, kind_of, meaning_of
from mmethics_cli.core.standard.names import KIND, PRIOR_DECISION, is_of_event
from mmethics_cli.report.findings import READY
from mmethics_cli.store.dossier.parts import RefusedAnswer
from mmethics_cli.store.submission.choice import waiting
from mmethics_cli.store.submission.lineage import decided_order
from mmethics_cli.store.submission.submissions import Submission, newest_rounds, sealed_date
from mmethics_cli.workflow.approvals import approved_facts, crossed, facts_as_sealed
from mmethics_cli.workflow.opening import Dossier


def as_reported(dossier: Dossier) -> Dossier:
    """The dossier as its papers print it: a report says of the study what was approved."""
    approved = dossier.facts.baseline
    if approved is None or kind_of(dossier.standard, str(dossier.facts.get(KIND))).of_the_study:
        return dossier
    facts = as_approved(approved, dossier.facts)
    return replace(dossier, facts=facts, pathway=Pathway(facts))


def without_drafts(dossier: Dossier) -> Dossier:
    """The dossier as a report is checked while a change of the study is being drafted beside it.

    What the draft asks for is not approved and stands in no report: gaps in it hold nobody up.
    """
    if not Standing(dossier).preparing or not Standing(dossier).drafted:
        return dossier
    reported = as_reported(dossier)
    if reported is dossier:
        return dossier

    def own(answers: tuple[RefusedAnswer, ...]) -> tuple[RefusedAnswer, ...]:
        return tuple(answer for answer in answers if is_of_event(answer.path))

    refused, placeholders = own(dossier.refused), own(dossier.placeholders)
    return replace(reported, refused=refused, placeholders=placeholders)


def as_handed_in(dossier: Dossier) -> Facts:
    """The facts on the day of sealing: a date that has passed since then is no fault."""
    current, facts = dossier.workspace.current, dossier.facts
    day = sealed_date(current) if current is not None and current.sealed else None
    if day is None:
        return facts
    return facts.having(facts.values, day)


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
        """The submission by which the study stands approved."""
        return self.dossier.workspace.baseline

    @property
    def waiting(self) -> tuple[Submission, ...]:
        """The sealed submissions about the study itself that are not approved and may be.

        One that a re-review answers is no longer waited for: the re-review is.
        """
        lineage = self.dossier.workspace.lineage
        return tuple(
            submission
            for submission in newest_rounds(lineage.submissions)
            if submission.sealed
            and lineage.is_of_the_study(submission)
            and lineage.answer_to(submission) is None
            and self._may_be_approved(submission)
        )

    def _may_be_approved(self, submission: Submission) -> bool:
        if not submission.decided:
            return True
        later = self.approval is None or decided_order(submission) > decided_order(self.approval)
        return later and meaning_of(self.dossier.standard, submission.decided).waits

    @property
    def drafted(self) -> tuple[Submission, ...]:
        """The other submissions in preparation that ask for changes of the study itself."""
        lineage, current = self.dossier.workspace.lineage, self.dossier.workspace.current
        return tuple(
            submission
            for submission in lineage.submissions
            if not submission.sealed
            and submission != current
            and lineage.is_of_the_study(submission)
        )

    def findings(self) -> Iterator[Finding]:
        """What is to be said of the dossier beside what was approved and decided."""
        yield from self.unapproved()
        yield from self.moved()
        yield from crossed(self.dossier.workspace.lineage)
        yield from self.unknown_decisions()

    def unapproved(self) -> Iterator[Finding]:
        """What the dossier says of the study without approval, where it is not asking for one.

        While a change of the study is being drafted beside a report, the dossier may hold it: the
        report prints what was approved.
        """
        workspace, approval = self.dossier.workspace, self.approval
        current, standard = workspace.current, self.dossier.standard
        if current is None or approval is None:
            return
        if self.preparing and workspace.lineage.is_of_the_study(current):
            return
        approved = approved_facts(workspace.lineage, workspace.lineage.approvals)
        assert approved is not None  # there is an approval
        yield from unapproved(
            approved,
            self.dossier.facts,
            waiting=[facts_as_sealed(submission, standard) for submission in self.waiting],
            reporting=self.preparing,
            drafting=bool(self.drafted),
        )

    def moved(self) -> Iterator[Finding]:
        """What became approved since the change of the study that is being drafted was begun."""
        workspace, current = self.dossier.workspace, self.dossier.workspace.current
        baseline = workspace.baseline
        if current is None or current.sealed or baseline is None:
            return
        begun = next(
            (
                submission
                for submission in workspace.submissions
                if submission.name == current.opened_on
            ),
            None,
        )
        lineage = workspace.lineage
        if begun is None or begun == baseline or not lineage.is_of_the_study(current):
            return
        approvals = lineage.approvals
        then = approvals[: approvals.index(begun) + 1] if begun in approvals else (begun,)
        opened_on = approved_facts(lineage, then)
        assert opened_on is not None
        yield from moved_baseline(self.dossier.facts, opened_on, baseline.name)

    def unknown_decisions(self) -> Iterator[Finding]:
        """Decisions recorded in words that the pack lacks: they are kept, and have no effect."""
        standard = self.dossier.standard
        for submission in self.dossier.workspace.submissions:
            if (word := submission.decided) and word not in decision_words(standard):
                yield Finding(
                    "decision_unknown",
                    "note",
                    "inconsistent",
                    PRIOR_DECISION,
                    f"{submission.name} 记录的决定“{word}”标准包里没有，保留着，不算批准",
                    "用另一个标准包记的，用 --pack 给出它；写错的，用 record --replace 改记",
                )

    @property
    def words(self) -> str:
        """What is to be said of a dossier in which nothing is wrong."""
        workspace = self.dossier.workspace
        if self.preparing:
            return READY
        names = "、".join(submission.name for submission in waiting(workspace.submissions))
        if names:
            return f"{names} 已送审，等待决定"
        if self.approval is None and workspace.current is not None:
            return f"{workspace.current.name} 已有决定"
        return "已批准，没有准备中的送审"
