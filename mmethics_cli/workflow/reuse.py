"""A new dossier that takes over from an earlier one what holds for both (`new --from`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.conditions.values import Element
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.reuse import CarriedOver, carry_over
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import ATTACHMENTS
from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.dossier.answers_file import AnswersFile, read_answers
from mmethics_cli.store.dossier.carried_over import copy_papers, tree_of, write_carried
from mmethics_cli.store.dossier.create import built_beside, create_dossier, refuse_existing
from mmethics_cli.store.dossier.profile import INSTITUTION, profile_path, settings_for
from mmethics_cli.store.submission.sealing import lay
from mmethics_cli.store.yaml.editor import Editor
from mmethics_cli.workflow.opening import Dossier, open_dossier
from mmethics_cli.workflow.packs import Packs


class ReusedDossier(Struct, frozen=True):
    """What a new dossier took over from an earlier one.

    `facts` are the answers that hold for it; `copied` are the attachments that were copied, `left`
    those that could not be, with the reason; `unread` are answers that can't be read,
    `placeholders` words of the file of answers that only keep the place of one.
    """

    facts: Facts
    carried: CarriedOver
    copied: tuple[Element, ...]
    left: tuple[tuple[Element, str], ...]
    unread: tuple[Problem, ...]
    placeholders: tuple[Problem, ...] = ()


def make_of_earlier(
    folder: Path,
    earlier: Path,
    today: date,
    answers: Path | None = None,
    packs: Packs | None = None,
) -> ReusedDossier:
    """Make a dossier of what an earlier one gives, and of a file of answers, which win.

    The earlier dossier stays as it is. Nothing is written when either can't be read.
    """
    refuse_existing(folder)
    if folder.resolve().is_relative_to(earlier.resolve()):
        raise WorkspaceError(f"新卷宗不能放在旧卷宗“{earlier}”里面。请换一个文件夹。")
    packs = packs or Packs()
    old = _opened(earlier, today, packs)
    has_profile = profile_path(folder) is not None
    standard = packs.of(folder).standard if has_profile else old.standard
    given = None if answers is None else read_answers(answers, standard)
    if given is not None:
        given.require_all_read()
    carried = carry_over(old.facts, standard, today)
    carried = _giving_way(carried, standard, given, has_profile)
    with built_beside(folder) as beside:
        copied, left = copy_papers(earlier, beside, carried.attachments)
        held = {**carried.answers, **({ATTACHMENTS: copied} if copied else {})}
        tree = tree_of(standard, held)
        if given is not None and isinstance(answers_tree := given.canonical, dict):
            lay(tree, answers_tree)
        create_dossier(beside, standard, tree)
        write_carried(beside, standard, carried.unconfirmed)
        if not has_profile:
            _keep_settings(settings_for(earlier, folder), beside)
    facts = Facts(standard, carried.answers, today)
    placeholders = tuple(answer.problem for answer in given.placeholders) if given else ()
    unread = _unread(old, standard)
    return ReusedDossier(facts, carried, copied, tuple(left), unread, placeholders)


def _opened(earlier: Path, today: date, packs: Packs) -> Dossier:
    try:
        return open_dossier(earlier, today, packs)
    except UnreadableFile as error:
        head = f"旧卷宗“{earlier}”读不了，什么也没有新建。请先改正："
        raise UnreadableFile(head, error.problems) from error


def _giving_way(
    carried: CarriedOver, standard: Standard, given: AnswersFile | None, has_profile: bool
) -> CarriedOver:
    """Without what the file of answers, or the institution's profile for all studies, says."""
    answered = set() if given is None else set(given.values)

    def free(path: str) -> bool:
        name = path.partition("[")[0]
        own = has_profile and standard.questions[name].of_institution
        return name not in answered and not own

    own_attachments = ATTACHMENTS in answered
    return replace(
        carried,
        answers={path: value for path, value in carried.answers.items() if free(path)},
        unconfirmed={path: value for path, value in carried.unconfirmed.items() if free(path)},
        expired=tuple(path for path in carried.expired if free(path)),
        attachments=() if own_attachments else carried.attachments,
        stale=() if own_attachments else carried.stale,
    )


def _keep_settings(settings: Mapping[str, str], folder: Path) -> None:
    """The institution's own pack and file names hold for the new dossier too."""
    editor = Editor(folder / INSTITUTION)
    for key, text in settings.items():
        editor.set((key,), text)
    editor.save()


def _unread(old: Dossier, standard: Standard) -> tuple[Problem, ...]:
    """The places of answers that a new dossier would take over if they could be read."""
    places = []
    for answer in old.refused:
        question = standard.questions.get(answer.path.partition("[")[0])
        if question is not None and question.reuse in ("yes", "confirm"):
            places.append(answer.problem)
    return tuple(places)
