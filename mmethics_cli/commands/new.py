"""mmethics new: scaffold a dossier and start the interview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.core.conditions.values import name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.interview.prepare import PREPARE, Guide, by_kind, lacking, read_guide
from mmethics_cli.core.interview.reuse import CarriedOver
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import label_at, question_at
from mmethics_cli.errors import EthicsError, PackError, Problem
from mmethics_cli.report.prepare import guide_text, lacking_text
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.wording.columns import wrap
from mmethics_cli.workflow.opening import OpenedStudy, open_answers, open_dossier, open_pack
from mmethics_cli.workflow.reuse import _Made

_COLUMNS: Final = 80


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


@dataclass(frozen=True, slots=True)
class DossierOrigin:
    """What a new dossier is made of."""

    answers: Path | None
    example: str | None
    old: Path | None
    blank: bool

    def require_agreement(self) -> None:
        """Raises EthicsError for options that exclude one another."""
        if sum((self.answers is not None, self.example is not None, self.blank)) > 1:
            raise EthicsError("--answers、--example、--blank 只能用一个。")
        if self.old is not None and self.example is not None:
            raise EthicsError("--from 和 --example 只能用一个。")


def new(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="新卷宗的文件夹", show_default=False)
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="从 YAML 文件取回答，不提问")
    ] = None,
    example: Annotated[
        str | None, typer.Option("--example", metavar="NAME", help="照一个示例新建")
    ] = None,
    old: Annotated[
        Path | None,
        typer.Option("--from", metavar="OLD_DIR", help="沿用旧卷宗的团队、机构和常用文字"),
    ] = None,
    blank: Annotated[bool, typer.Option("--blank", help="只建空白卷宗，不提问")] = False,
    list_examples: Annotated[
        bool, typer.Option("--list-examples", help="列出示例，编号在前")
    ] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="只列出动手前要准备什么，按研究的种类分组")
    ] = False,
) -> None:
    """新建卷宗，并从决定审查路径的问题开始访谈。

    文件夹里已有卷宗时不新建；其他文件保留不动。--answers 有什么写什么，缺的由 check 指出。

    --from 从旧卷宗沿用团队、机构、联系人和仍有效的证书；数据安全、退出等常用文字要逐条
    确认才算回答。可与 --answers 同用（以 --answers 为准），加 --blank 则不提问。旧卷宗不变。

    --prepare 什么也不新建；DIR 是已有的卷宗，或写 --answers FILE 时，只列这项研究还缺的。

    示例：
    mmethics new --prepare
    mmethics new my-study
    mmethics new my-study --from 去年的研究
    mmethics new my-study --answers 回答.yaml
    mmethics new --list-examples
    """
    session = Session.of(context)
    origin = DossierOrigin(answers, example, old, blank)
    if list_examples:
        session.out("\n".join(f"{name}  {title}" for name, title in titles(session)))
    elif prepare:
        _prepare(session, folder, origin)
    elif folder is None:
        raise EthicsError("缺少参数 DIR：新卷宗的文件夹。例如 mmethics new my-study")
    else:
        _make(session, folder, origin)


def _prepare(session: Session, folder: Path | None, origin: DossierOrigin) -> None:
    """Print what to have at hand; nothing is made."""

    if origin.example is not None or origin.old is not None or origin.blank:
        raise EthicsError("--prepare 只能与 DIR 或 --answers FILE 同用，它什么也不新建。")
    tell_what_to_prepare(session, folder, origin.answers)


def _make(session: Session, folder: Path, origin: DossierOrigin) -> None:
    """Make the dossier, and ask what it still needs where it was not given and someone is there."""
    origin.require_agreement()
    following = "check"
    if origin.old is not None:
        from mmethics_cli.workflow.reuse import from_old

        from_old(session, folder, origin.old, origin.answers)
        following = "fill"
    elif origin.answers is not None:
        from_answers(session, folder, origin.answers)
    elif origin.example is not None:
        from_example(session, folder, origin.example)
    else:
        if not origin.blank:
            session.need_terminal("请用 --answers FILE、--example NAME 或 --blank。")
        from_nothing(session, folder)
    given = origin.answers is not None or origin.example is not None or origin.blank
    if session.terminal and not given:
        from mmethics_cli.commands.interview import converse

        converse(session, folder, None, False)
    else:
        session.say(f"已新建卷宗：{folder}。下一步：mmethics {following} {folder}")


def titles(session: Session) -> list[tuple[str, str]]:
    """The examples' ids and what each is about."""
    from mmethics_cli.store.examples import about, examples

    return [(name, about(one).title) for name, one in examples(session.pack).items()]


def from_nothing(session: Session, folder: Path) -> None:
    """Make a blank dossier."""
    from mmethics_cli.store.dossier.create import built_beside, create_dossier, refuse_existing
    from mmethics_cli.workflow.opening import open_pack

    refuse_existing(folder)
    standard = open_pack(session, folder).standard()
    with built_beside(folder) as beside:
        create_dossier(beside, standard)


def from_answers(session: Session, folder: Path, path: Path) -> None:
    """Make a dossier of a file of answers; nothing is written when one of them is refused."""
    from mmethics_cli.store.dossier.answers_file import read_answers
    from mmethics_cli.store.dossier.create import built_beside, create_dossier, refuse_existing
    from mmethics_cli.workflow.opening import open_pack

    refuse_existing(folder)
    standard = open_pack(session, folder).standard()
    answers = read_answers(path, standard)
    answers.require_all_read()
    with built_beside(folder) as beside:
        create_dossier(beside, standard, answers.file.tree)


def from_example(session: Session, folder: Path, name: str) -> None:
    """Make a dossier of a shipped example."""
    from mmethics_cli.store.dossier.create import built_beside, refuse_existing
    from mmethics_cli.store.examples import copy_example, examples

    refuse_existing(folder)
    found = examples(session.pack)
    if name not in found:
        raise EthicsError(f"没有示例“{name}”。可选：{'、'.join(found)}。")
    with built_beside(folder) as beside:
        copy_example(found[name], beside)


def tell_what_to_prepare(session: Session, folder: Path | None, answers: Path | None) -> None:
    """Print the list by kind of study, or what a dossier or a file of answers still lacks."""
    if folder is not None and answers is not None:
        raise EthicsError("--prepare 后面写一个卷宗 DIR，或写 --answers FILE，不能两样都写。")
    if folder is None and answers is None:
        pack = load(open_pack(session).overlay, also=(PREPARE,))
        standard = pack.standard()
        guide = guide_of(pack)
        session.show(guide_text(guide, standard, by_kind(guide, standard)))
        return
    opened: OpenedStudy
    if folder is not None:
        opened = open_dossier(session, folder)
    else:
        assert answers is not None
        opened = open_answers(session, answers)
    guide = guide_of(load(opened.pack.overlay, also=(PREPARE,)))
    needs = lacking(guide, opened.facts)
    session.show(lacking_text(guide, opened.name, needs, opened.facts))


def guide_of(pack: Pack) -> Guide:
    """What the pack says about preparing; raises PackError with the places of all faults."""
    guide, faults = read_guide(pack.standard(), pack.trees)
    if faults:
        problems = [Problem(text, *pack.locate(file, keys)) for file, keys, text in faults]
        raise PackError("标准包有错误：", problems)
    return guide
