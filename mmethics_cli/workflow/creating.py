"""Making a new dossier: blank, of a file of answers, or of an example."""

from __future__ import annotations

from pathlib import Path

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.store.dossier.create import built_beside, create_dossier, refuse_existing
from mmethics_cli.store.examples import copy_example, examples
from mmethics_cli.workflow.packs import Packs


def make_blank(folder: Path, packs: Packs | None = None) -> None:
    """Make a blank dossier; raises WorkspaceError where one can't be made."""
    refuse_existing(folder)
    standard = (packs or Packs()).of(folder).standard
    with built_beside(folder) as beside:
        create_dossier(beside, standard)


def make_of_answers(folder: Path, path: Path, packs: Packs | None = None) -> tuple[Problem, ...]:
    """Make a dossier of a file of answers; nothing is written when one of them is refused.

    Returns what the file says in places where an answer should stand and none does (待定).
    """
    # Loaded late: no other kind of new dossier reads answers.
    from mmethics_cli.store.dossier.answers_file import read_answers

    refuse_existing(folder)
    standard = (packs or Packs()).of(folder).standard
    answers = read_answers(path, standard)
    answers.require_all_read()
    with built_beside(folder) as beside:
        create_dossier(beside, standard, answers.canonical)
    return tuple(answer.problem for answer in answers.placeholders)


def make_of_example(folder: Path, name: str, overlay: Path | None = None) -> None:
    """Make a dossier of an example, shipped or of the overlay pack."""
    refuse_existing(folder)
    folders = examples(overlay)
    if name not in folders:
        raise EthicsError(f"没有示例“{name}”。可选：{'、'.join(folders)}。")
    with built_beside(folder) as beside:
        copy_example(folders[name], beside)
