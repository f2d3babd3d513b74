"""Opening what a command works on: the pack, and a dossier or a file of answers with its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from mmethics_cli.commands.options import Session
from mmethics_cli.core.answers.self_check import SelfCheck
from mmethics_cli.core.answers.troubles import UnknownName
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.dossier.answers_file import answers_of, read_answers
from mmethics_cli.store.dossier.parts import RefusedAnswer, require_dossier
from mmethics_cli.store.dossier.profile import overlay_of
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.submission.submissions import DECISION, Submission, sealed_date


def facts_as_sealed(submission: Submission, standard: Standard) -> Facts:
    """The study and the event as the committee got them. Raises UnreadableFile."""
    return Facts(standard, answers_of(submission.snapshot(), standard).values)


class EarlierFacts(Iterable[Facts]):
    """The facts of the sealed submissions before one, the newest first.

    That one is the current submission, if `number` names no other.
    """

    def __init__(self, workspace: Workspace, number: int | None = None) -> None:
        current = workspace.current
        before = number if number is not None else current.number if current else 0
        self._standard = workspace.standard
        self._left = [one for one in workspace.submissions if one.sealed and one.number < before]
        self._read: list[Facts] = []

    def __iter__(self) -> Iterator[Facts]:
        yield from self._read
        while self._left:
            self._read.append(facts_as_sealed(self._left.pop(), self._standard))
            yield self._read[-1]


@dataclass(frozen=True)
class OpenedStudy:
    """A dossier or a file of answers: what it says and what the standard decides from it."""

    name: str
    pack: Pack
    standard: Standard
    facts: Facts
    pathway: Pathway
    self_check: SelfCheck
    refused: tuple[RefusedAnswer, ...]
    unknown_names: tuple[UnknownName, ...]
    where: Callable[[str], tuple[str, int | None]]


@dataclass(frozen=True)
class Dossier(OpenedStudy):
    """A dossier's folder, opened."""

    workspace: Workspace


def open_pack(session: Session, folder: Path | None = None, also: tuple[str, ...] = ()) -> Pack:
    """The pack with the overlay that `--pack`, else the institution's profile, names.

    `also` names folders that are read on demand only, such as `worksheets`.
    """
    overlay = session.pack
    if overlay is None and folder is not None:
        overlay = overlay_of(folder)
    return load(overlay, also)


def open_dossier(session: Session, folder: Path, also: tuple[str, ...] = ()) -> Dossier:
    """Read a dossier and decide its pathway; `also` as for `open_pack`.

    Raises WorkspaceError, UnreadableFile or PackError.
    """
    require_dossier(folder)
    pack = open_pack(session, folder, also)
    standard = pack.standard()
    workspace = open_workspace(folder, standard)
    current = workspace.current
    # A submission is compared with what was approved before it; the first one with itself.
    before = workspace.baseline_before(current.number) if current else None
    baseline = before or workspace.baseline
    approved = None if baseline is None else facts_as_sealed(baseline, standard)
    earlier = EarlierFacts(workspace)
    facts = Facts(standard, workspace.values, session.today, approved, earlier)
    return Dossier(
        name=str(folder),
        pack=pack,
        standard=standard,
        facts=facts,
        pathway=Pathway(facts),
        self_check=workspace.self_check,
        refused=workspace.refused,
        unknown_names=tuple(name for _, name in workspace.unknown_names),
        where=workspace.where,
        workspace=workspace,
    )


def open_answers(session: Session, path: Path) -> OpenedStudy:
    """Read one YAML file of facts and decide its pathway."""
    pack = open_pack(session, path.parent)
    standard = pack.standard()
    answers = read_answers(path, standard)
    facts = Facts(standard, answers.values, session.today)
    return OpenedStudy(
        name=str(path),
        pack=pack,
        standard=standard,
        facts=facts,
        pathway=Pathway(facts),
        self_check=answers.self_check,
        refused=answers.refused,
        unknown_names=(),
        where=answers.where,
    )


def open_either(session: Session, path: Path) -> OpenedStudy:
    """A dossier's folder or a file of answers."""
    if path.is_file():
        return open_answers(session, path)
    if not path.exists():
        raise WorkspaceError(f"没有“{path}”。请写卷宗的文件夹，或一个 YAML 文件。")
    return open_dossier(session, path)


# A submission as it was sealed.


def as_sealed(dossier: Dossier, current: Submission, today: date) -> Dossier:
    """The dossier with the facts of the snapshot, and what the office has recorded since.

    Days count from the day of sealing: a date that has passed while the office worked is no fault.
    """
    standard = dossier.standard
    answers = answers_of(current.snapshot(), standard)
    office = dossier.workspace.parts.get(DECISION)
    values = answers.values | (office.reading.values if office is not None else {})
    day, baseline = sealed_date(current) or today, _approved_before(dossier, current)
    facts = Facts(standard, values, day, baseline, dossier.facts.earlier)
    return replace(
        dossier,
        facts=facts,
        pathway=Pathway(facts),
        self_check=answers.self_check,
        refused=(),
        unknown_names=(),
        where=answers.where,
    )


def _approved_before(dossier: Dossier, current: Submission) -> Facts | None:
    """What stood approved when the current submission was handed in."""
    baseline = dossier.workspace.baseline_before(current.number)
    return None if baseline is None else facts_as_sealed(baseline, dossier.standard)
