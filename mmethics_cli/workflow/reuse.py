"""A new dossier that takes over from an earlier one what holds for both (`new --from`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mmethics_cli.commands.options import Session
from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.interview.reuse import ATTACHMENTS, CarriedOver, carry_over
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import UnreadableFile, WorkspaceError
from mmethics_cli.store.dossier.answers_file import AnswersFile, read_answers
from mmethics_cli.store.dossier.carried_over import copy_papers, tree_of, write_carried
from mmethics_cli.store.dossier.create import built_beside, create_dossier, refuse_existing
from mmethics_cli.store.dossier.profile import INSTITUTION, profile_path, settings_for
from mmethics_cli.store.submission.sealing import lay
from mmethics_cli.store.yaml.editor import Editor
from mmethics_cli.workflow.opening import Dossier, open_dossier, open_pack


@dataclass(frozen=True, slots=True)
class _Made:
    """What came of it: the papers copied, and those that could not be, with the reason."""

    copied: tuple[Element, ...]
    left: list[tuple[Element, str]]


def from_old(session: Session, folder: Path, old: Path, path: Path | None) -> None:
    """Make a dossier of what an earlier one gives, and of a file of answers, which win.

    The earlier dossier stays as it is. Says on stderr what was taken over, what is still to be
    confirmed and what stayed behind. Nothing is written when either can't be read.
    """
    refuse_existing(folder)
    if folder.resolve().is_relative_to(old.resolve()):
        raise WorkspaceError(f"新卷宗不能放在旧卷宗“{old}”里面。请换一个文件夹。")
    earlier = _opened(session, old)
    has_profile = profile_path(folder) is not None
    pack = open_pack(session, folder) if has_profile else earlier.pack
    standard = pack.standard() if has_profile else earlier.standard
    answers = None if path is None else read_answers(path, standard)
    if answers is not None:
        answers.require_all_read()
    carried = carry_over(earlier.facts, standard, session.today)
    carried = _giving_way(carried, standard, answers, has_profile)
    with built_beside(folder) as beside:
        copied, left = copy_papers(old, beside, carried.papers)
        held = {**carried.answers, **({ATTACHMENTS: copied} if copied else {})}
        tree = tree_of(standard, held)
        if answers is not None and isinstance(answers.file.tree, dict):
            lay(tree, answers.file.tree)
        create_dossier(beside, standard, tree)
        write_carried(beside, standard, carried.unconfirmed)
        if not has_profile:
            _keep_settings(settings_for(old, folder), beside)
    from mmethics_cli.commands.new import _tell

    _tell(session, standard, old, carried, _Made(copied, left))
    for one in earlier.refused:
        question = standard.questions.get(one.path.partition("[")[0])
        if question is not None and question.reuse in ("yes", "confirm"):
            session.say(f"  读不懂，没有沿用：{one.problem}")


def _opened(session: Session, old: Path) -> Dossier:
    try:
        return open_dossier(session, old)
    except UnreadableFile as error:
        head = f"旧卷宗“{old}”读不了，什么也没有新建。请先改正："
        raise UnreadableFile(head, error.problems) from error


def _giving_way(
    carried: CarriedOver, standard: Standard, answers: AnswersFile | None, has_profile: bool
) -> CarriedOver:
    """Without what the file of answers, or the institution's profile for all studies, says."""
    given = set() if answers is None else set(answers.values)

    def free(path: str) -> bool:
        name = path.partition("[")[0]
        return name not in given and not (has_profile and standard.questions[name].of_institution)

    own_papers = ATTACHMENTS in given
    return replace(
        carried,
        answers={path: value for path, value in carried.answers.items() if free(path)},
        unconfirmed={path: value for path, value in carried.unconfirmed.items() if free(path)},
        expired=tuple(path for path in carried.expired if free(path)),
        papers=() if own_papers else carried.papers,
        stale=() if own_papers else carried.stale,
    )


def _keep_settings(settings: Mapping[str, str], folder: Path) -> None:
    """The institution's own pack and file names hold for the new dossier too."""
    editor = Editor(folder / INSTITUTION)
    for key, text in settings.items():
        editor.set((key,), text)
    editor.save()
