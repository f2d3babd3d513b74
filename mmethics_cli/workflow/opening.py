"""Opening what is worked on: a dossier or a file of answers, with its facts and its pathway."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.answers.troubles import UnknownName
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import outcome_of
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import is_of_event, label_of
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.answers_file import answers_of, read_answers
from mmethics_cli.store.dossier.parts import DossierFiles, RefusedAnswer, require_dossier
from mmethics_cli.store.dossier.profile import paper_set_of
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.pack import Pack
from mmethics_cli.store.submission.choice import Choose, named, newest_one, open_one
from mmethics_cli.store.submission.submissions import (
    DECISION,
    EVENT_FILE,
    Submission,
    sealed_date,
)
from mmethics_cli.workflow.approvals import approved_facts, facts_as_sealed
from mmethics_cli.workflow.document_options import PaperSet
from mmethics_cli.workflow.packs import LoadedPack, Packs

if TYPE_CHECKING:
    from mmethics_cli.render.templates import Templates


class EarlierFacts(Iterable[Facts]):
    """The facts of the submissions that were sealed before one (None: all), the newest first."""

    def __init__(self, workspace: Workspace, submission: Submission | None) -> None:
        self._standard = workspace.standard
        self._left = list(workspace.lineage.sealed_before(submission))
        self._read: list[Facts] = []

    def __iter__(self) -> Iterator[Facts]:
        yield from self._read
        while self._left:
            self._read.append(facts_as_sealed(self._left.pop(), self._standard))
            yield self._read[-1]


def _seen(workspace: Workspace) -> tuple[Facts | None, Facts | None]:
    """What the current submission answers, and what it was in the round before, as sealed."""
    current, lineage = workspace.current, workspace.lineage
    if current is None:
        return None, None
    answered, before = lineage.answered_by(current), lineage.round_before(current)
    return (
        None if answered is None else facts_as_sealed(answered, workspace.standard),
        None if before is None else facts_as_sealed(before, workspace.standard),
    )


class OpenedStudy(Struct, frozen=True):
    """A dossier or a file of answers: what it says and what the standard decides from it.

    `name` is what the caller called it; `refused` are answers that count as unknown because their
    question can't take them, `placeholders` because they only keep the place of an answer (待定);
    `where` gives file and line of an answer by its path.
    """

    name: str
    loaded: LoadedPack
    facts: Facts
    pathway: Pathway
    self_check: SelfCheck
    refused: tuple[RefusedAnswer, ...]
    placeholders: tuple[RefusedAnswer, ...]
    unknown_names: tuple[UnknownName, ...]
    where: Callable[[str], tuple[str, int | None]]

    @property
    def pack(self) -> Pack:
        return self.loaded.pack

    @property
    def standard(self) -> Standard:
        return self.loaded.standard

    @property
    def templates(self) -> Templates:
        return self.loaded.templates


class Dossier(OpenedStudy, frozen=True):
    """A dossier's folder, opened; `papers` is the set of papers in which it is handed in."""

    workspace: Workspace
    papers: PaperSet


def open_dossier(
    folder: Path,
    today: date,
    packs: Packs | None = None,
    also: tuple[str, ...] = (),
    papers: PaperSet | None = None,
    choose: Choose = open_one,
) -> Dossier:
    """Read a dossier and decide its pathway as of `today`.

    `packs` may be shared by several calls, which then load and build each pack once; `also` as for
    `Packs.of`; `choose` picks the submission that is worked on. Without `papers` the set is that of
    what was sealed last, else the profile's. Raises WorkspaceError, UnreadableFile, PackError, or
    SeveralSubmissions where it is not clear which submission is meant.
    """
    require_dossier(folder)
    return _opened(folder, today, (packs or Packs()).of(folder, also), choose, papers)


def reopened(dossier: Dossier, submission: Submission | None = None) -> Dossier:
    """The dossier as its folder says now, by the same pack and on the same day.

    It is opened at the same submission, or at another one.
    """
    at = submission or dossier.workspace.current
    choose = newest_one if at is None else named(at.name)
    facts, folder = dossier.facts, dossier.workspace.folder
    return _opened(folder, facts.today, dossier.loaded, choose, dossier.papers)


def _opened(
    folder: Path,
    today: date | None,
    loaded: LoadedPack,
    choose: Choose,
    papers: PaperSet | None = None,
) -> Dossier:
    standard = loaded.standard
    workspace = open_workspace(folder, standard, choose)
    current = workspace.current
    # A submission is compared with what was approved before it; the first one with itself.
    lineage = workspace.lineage
    before = lineage.approvals_before(current) if current else ()
    papers = papers or _papers_of(workspace)
    facts = Facts(
        standard,
        workspace.values,
        today,
        approved_facts(lineage, before or lineage.approvals),
        EarlierFacts(workspace, current),
        _folded(standard, papers),
        *_seen(workspace),
    )
    return Dossier(
        name=str(folder),
        loaded=loaded,
        facts=facts,
        pathway=Pathway(facts),
        self_check=workspace.self_check,
        refused=workspace.refused,
        placeholders=workspace.placeholders,
        unknown_names=tuple(name for _, name in workspace.unknown_names),
        where=workspace.where,
        workspace=workspace,
        papers=papers,
    )


def _papers_of(workspace: Workspace) -> PaperSet:
    """The set of papers that the committee holds; before anything was sealed, the profile's."""
    sealed = [submission for submission in workspace.submissions if submission.sealed]
    if not sealed:
        return PaperSet(paper_set_of(workspace.folder))
    # What was sealed before there were two sets is the full one.
    return PaperSet.short if sealed[-1].manifest().get("package") == "short" else PaperSet.full


def _folded(standard: Standard, papers: PaperSet) -> frozenset[str]:
    """The documents that are sections of other papers in a set."""
    if papers is PaperSet.full:
        return frozenset()
    return frozenset(kind.id for kind in standard.documents.values() if kind.within)


def open_answers(
    path: Path, today: date, packs: Packs | None = None, also: tuple[str, ...] = ()
) -> OpenedStudy:
    """Read one YAML file of facts and decide its pathway; arguments and errors as above."""
    loaded = (packs or Packs()).of(path.parent, also)
    answers = read_answers(path, loaded.standard)
    facts = Facts(loaded.standard, answers.values, today)
    return OpenedStudy(
        name=str(path),
        loaded=loaded,
        facts=facts,
        pathway=Pathway(facts),
        self_check=answers.self_check,
        refused=answers.refused,
        placeholders=answers.placeholders,
        unknown_names=(),
        where=answers.where,
    )


def open_either(path: Path, today: date, packs: Packs | None = None) -> OpenedStudy:
    """A dossier's folder or a file of answers."""
    if path.is_file():
        return open_answers(path, today, packs)
    if not path.exists():
        raise WorkspaceError(f"没有“{path}”。请写卷宗的文件夹，或一个 YAML 文件。")
    return open_dossier(path, today, packs)


# A submission as it was sealed.


def as_sealed(dossier: Dossier, current: Submission, today: date) -> Dossier:
    """The dossier with the facts of the snapshot, and what the office has recorded since.

    Days count from the day of sealing: a date that has passed while the office worked is no fault.
    """
    standard, now = dossier.standard, dossier.facts
    answers = answers_of(current.snapshot(), standard)
    office = dossier.workspace.parts.get(DECISION)
    values = answers.values | (office.reading.values if office is not None else {})
    day, baseline = sealed_date(current) or today, _approved_before(dossier, current)
    before = (now.earlier, now.folded, now.answered, now.handed_in)
    facts = Facts(standard, values, day, baseline, *before)
    outcome = outcome_of(facts, current.decided)
    facts = Facts(standard, values, day, baseline, *before, outcome)
    return replace(
        dossier,
        facts=facts,
        pathway=Pathway(facts),
        self_check=answers.self_check,
        refused=(),
        placeholders=(),
        unknown_names=(),
        where=answers.where,
    )


def facts_beside(dossier: Dossier, submission: Submission) -> Facts:
    """What another submission says, too: as it was sealed, else beside the study as it is now.

    What has been recorded of it since is a part of it. Of a file that can't be read nothing is
    known: it keeps nobody from working on another submission.
    """
    if submission == dossier.workspace.current:
        return dossier.facts
    standard, workspace = dossier.standard, dossier.workspace
    files = DossierFiles(workspace.folder, standard, workspace.submissions)
    paths = {DECISION: submission.folder / DECISION}
    if submission.sealed:
        values = dict(answers_of(submission.snapshot(), standard).values)
    else:
        paths[EVENT_FILE] = submission.event_file
        values = {k: value for k, value in workspace.values.items() if not is_of_event(k)}
    for name, path in paths.items():
        part = files.part(name, path) if path.exists() else None
        values |= part.reading.values if part is not None else {}
    return Facts(standard, values, dossier.facts.today)


def _approved_before(dossier: Dossier, current: Submission) -> Facts | None:
    """What stood approved when the current submission was handed in."""
    lineage = dossier.workspace.lineage
    return approved_facts(lineage, lineage.approvals_before(current))


def differing(dossier: Dossier) -> tuple[str, ...]:
    """In what the dossier differs from its sealed current submission, in words.

    What the office has recorded since is no difference.
    """
    current = dossier.workspace.current
    if current is None or not current.sealed:
        return ()
    sealed = answers_of(current.snapshot(), dossier.standard)
    now = dossier.workspace.values
    labels = [
        label_of(dossier.standard, path)
        for path, question in dossier.standard.questions.items()
        if not (question.of_office or question.later) and sealed.values.get(path) != now.get(path)
    ]
    if sealed.self_check.answers != dossier.self_check.answers:
        labels.append("审查内容自查")
    return tuple(labels)
