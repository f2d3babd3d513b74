"""mmethics new: scaffold a dossier and start the interview."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError


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
    blank: Annotated[bool, typer.Option("--blank", help="只建空白卷宗，不提问")] = False,
    list_examples: Annotated[
        bool, typer.Option("--list-examples", help="列出示例，编号在前")
    ] = False,
) -> None:
    """新建卷宗，并从决定审查路径的问题开始访谈。

    文件夹里已有卷宗时不新建；其他文件保留不动。--answers 有什么写什么，缺的由 check 指出。

    示例：
    mmethics new my-study
    mmethics new my-study --answers 回答.yaml
    mmethics new --list-examples
    """
    session = Session.of(context)
    if list_examples:
        session.out("\n".join(f"{name}  {title}" for name, title in titles(session)))
        return
    if folder is None:
        raise EthicsError("缺少参数 DIR：新卷宗的文件夹。例如 mmethics new my-study")
    if sum((answers is not None, example is not None, blank)) > 1:
        raise EthicsError("--answers、--example、--blank 只能用一个。")
    if answers is not None:
        from_answers(session, folder, answers)
    elif example is not None:
        from_example(session, folder, example)
    elif blank:
        from_nothing(session, folder)
    else:
        session.need_terminal("请用 --answers FILE、--example NAME 或 --blank。")
        from_nothing(session, folder)
        from mmethics_cli.commands.conversation import converse

        converse(session, folder, None, False)
        return
    session.say(f"已新建卷宗：{folder}。下一步：mmethics check {folder}")


def titles(session: Session) -> list[tuple[str, str]]:
    """The examples' ids and what each is about."""
    from mmethics_cli.store.new_folder import about
    from mmethics_cli.store.pack import examples

    return [(name, about(one).title) for name, one in examples(session.pack).items()]


def from_nothing(session: Session, folder: Path) -> None:
    """Make a blank dossier."""
    from mmethics_cli.commands.opening import open_pack
    from mmethics_cli.store.create import create_dossier, refuse_existing
    from mmethics_cli.store.new_folder import built_beside

    refuse_existing(folder)
    standard = open_pack(session, folder).standard()
    with built_beside(folder) as beside:
        create_dossier(beside, standard)


def from_answers(session: Session, folder: Path, path: Path) -> None:
    """Make a dossier of a file of answers; nothing is written when one of them is refused."""
    from mmethics_cli.commands.opening import open_pack
    from mmethics_cli.store.answers_file import read_answers
    from mmethics_cli.store.create import create_dossier, refuse_existing
    from mmethics_cli.store.new_folder import built_beside

    refuse_existing(folder)
    standard = open_pack(session, folder).standard()
    answers = read_answers(path, standard)
    answers.require_all_read()
    with built_beside(folder) as beside:
        create_dossier(beside, standard, answers.document.tree)


def from_example(session: Session, folder: Path, name: str) -> None:
    """Make a dossier of a shipped example."""
    from mmethics_cli.store.create import refuse_existing
    from mmethics_cli.store.new_folder import built_beside, copy_example
    from mmethics_cli.store.pack import examples

    refuse_existing(folder)
    found = examples(session.pack)
    if name not in found:
        raise EthicsError(f"没有示例“{name}”。可选：{'、'.join(found)}。")
    with built_beside(folder) as beside:
        copy_example(found[name], beside)
