"""Opening what a command works on: the pack, and a dossier or a file of answers with its facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mmethics_cli.commands.options import Session
from mmethics_cli.commands.sealed_facts import EarlierFacts, facts_as_sealed
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.self_check import SelfCheck
from mmethics_cli.core.standard import Standard
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.answers_file import read_answers
from mmethics_cli.store.dossier_files import require_dossier
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.store.parts import RefusedAnswer
from mmethics_cli.store.profile import overlay_of
from mmethics_cli.store.workspace import Workspace, open_workspace


@dataclass(frozen=True)
class Opened:
    """A dossier or a file of answers: what it says and what the standard decides from it."""

    name: str
    pack: Pack
    standard: Standard
    facts: Facts
    pathway: Pathway
    self_check: SelfCheck
    refused: tuple[RefusedAnswer, ...]
    where: Callable[[str], tuple[str, int | None]]


@dataclass(frozen=True)
class Dossier(Opened):
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
        where=workspace.where,
        workspace=workspace,
    )


def open_answers(session: Session, path: Path) -> Opened:
    """Read one YAML file of facts and decide its pathway."""
    pack = open_pack(session, path.parent)
    standard = pack.standard()
    answers = read_answers(path, standard)
    facts = Facts(standard, answers.values, session.today)
    return Opened(
        name=str(path),
        pack=pack,
        standard=standard,
        facts=facts,
        pathway=Pathway(facts),
        self_check=answers.self_check,
        refused=answers.refused,
        where=answers.where,
    )


def open_either(session: Session, path: Path) -> Opened:
    """A dossier's folder or a file of answers."""
    if path.is_file():
        return open_answers(session, path)
    if not path.exists():
        raise WorkspaceError(f"没有“{path}”。请写卷宗的文件夹，或一个 YAML 文件。")
    return open_dossier(session, path)


def tell_refused(session: Session, opened: Opened) -> None:
    """Name the answers that count as unknown because their question can't take them."""
    for one in opened.refused:
        session.say(f"当作未回答：{one.problem}")
