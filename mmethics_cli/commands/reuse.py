"""A new dossier that takes over from an earlier one what holds for both (`new --from`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from mmethics_cli.commands.opening import Dossier, open_dossier, open_pack
from mmethics_cli.commands.options import Session
from mmethics_cli.core.columns import wrap
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.names import label_at, question_at
from mmethics_cli.core.reuse import (
    ATTACHMENTS,
    CarriedOver,
    carry_over,
    still_unconfirmed,
    with_proposals,
)
from mmethics_cli.core.standard import Standard
from mmethics_cli.core.steps import Ask
from mmethics_cli.core.values import Element, name_of
from mmethics_cli.errors import UnreadableFile, WorkspaceError
from mmethics_cli.store.answers_file import Answers, read_answers
from mmethics_cli.store.carried_over import copy_papers, read_carried, tree_of, write_carried
from mmethics_cli.store.create import create_dossier, refuse_existing
from mmethics_cli.store.editor import Editor
from mmethics_cli.store.new_folder import built_beside
from mmethics_cli.store.profile import INSTITUTION, profile_path, settings_for
from mmethics_cli.store.snapshot import lay

_COLUMNS: Final = 80
_CARRIED: Final = "来自上一份卷宗，请核对"


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
        if answers is not None and isinstance(answers.document.tree, dict):
            lay(tree, answers.document.tree)
        create_dossier(beside, standard, tree)
        write_carried(beside, standard, carried.unconfirmed)
        if not has_profile:
            _keep_settings(settings_for(old, folder), beside)
    _tell(session, standard, old, carried, _Made(copied, left))
    for one in earlier.refused:
        question = standard.questions.get(one.path.partition("[")[0])
        if question is not None and question.reuse in ("yes", "confirm"):
            session.say(f"  读不懂，没有沿用：{one.problem}")


def with_carried_texts(session: Session, dossier: Dossier, ask: Ask) -> Ask:
    """Ask with texts of the earlier dossier standing in the prompts that they wait for.

    Raises UnreadableFile when the file that keeps them can't be read.
    """
    texts = read_carried(dossier.workspace.folder, dossier.standard)
    waiting = still_unconfirmed(dossier.facts, texts)
    if not waiting:
        return ask
    session.out(f"从上一份卷宗带来的文字有 {len(waiting)} 项还要确认，问到时会显示在输入处。")
    return with_proposals(ask, texts, _CARRIED)


def _opened(session: Session, old: Path) -> Dossier:
    try:
        return open_dossier(session, old)
    except UnreadableFile as error:
        head = f"旧卷宗“{old}”读不了，什么也没有新建。请先改正："
        raise UnreadableFile(head, error.problems) from error


def _giving_way(
    carried: CarriedOver, standard: Standard, answers: Answers | None, has_profile: bool
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


def _tell(
    session: Session, standard: Standard, old: Path, carried: CarriedOver, made: _Made
) -> None:
    facts = Facts(standard, carried.answers, session.today)

    def names(paths: Iterable[str]) -> str:
        return "、".join(dict.fromkeys(label_at(standard, facts, path) for path in paths))

    def say(head: str, text: str) -> None:
        if text:
            for line in wrap(f"{head}：{text}", _COLUMNS - 2):
                session.say(f"  {line}")

    session.say(f"从“{old}”沿用：")
    say(f"已填入 {len(carried.answers)} 项", names(carried.answers))
    say(f"已复制附件 {len(made.copied)} 份", "、".join(map(name_of, made.copied)))
    count = len(carried.unconfirmed)
    texts = _kinds(standard, carried.unconfirmed)
    say(f"确认后才算回答 {count} 项（mmethics fill 会逐条显示）", texts)
    say("已经过期，没有沿用", names(carried.expired))
    say("不再有效，没有复制的附件", "、".join(map(name_of, carried.stale)))
    for paper, why in made.left:
        say("没有复制的附件", f"{name_of(paper)}，{why}")


def _kinds(standard: Standard, paths: Iterable[str]) -> str:
    """What answers are called, those of a list's elements together."""
    labels = []
    for path in paths:
        owner = standard.questions[path.partition("[")[0]]
        question = question_at(standard, path)
        labels.append(question.label if question is owner else f"{owner.label}的{question.label}")
    return "、".join(dict.fromkeys(labels))
