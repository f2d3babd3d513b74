"""mmethics fill: go on with the interview."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Session,
    SubmissionName,
    open_at,
    tell_texts_to_confirm,
)


def fill(
    context: typer.Context,
    folder: Folder = HERE,
    section: Annotated[
        str | None, typer.Option("--section", metavar="S", help="只问这一节，写名称或编号")
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", metavar="PATHS", help="这几段文字在事实改动以后仍然属实，不提问"),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="已经回答的也再问一遍，可以修改")
    ] = False,
    submission: SubmissionName = None,
) -> None:
    """继续访谈：先问决定审查路径的，定了就显示理由；再问必答的，最后由您挑选答的。

    几个问题一屏，每确认一屏（Ctrl-D）立即保存。到处都一样：Esc 返回，F1 或 ? 看说明、例子和
    依据，Ctrl-S 保存离开；数字键只选，不离开这一行；长文字可按 Ctrl-E 用 VISUAL 或 EDITOR 指定
    的编辑器写。没有回答的留作未答，从不当作“否”。结束前可以总览全部回答，并跳去修改。

    问题之后是审查内容自查，也可以单独进行：--section 自查。
    也可以直接编辑 dossier.yaml，不必用这个命令。
    修正案和复审里，依着改过的事实写的文字先逐段拿出来，请改好或确认仍然属实。

    示例：
    mmethics fill my-study
    mmethics fill my-study --section 数据资产
    mmethics fill my-study --section 自查
    mmethics fill my-study --all
    mmethics fill my-study --confirm consent.plain_privacy,consent.withdrawal
    """
    session = Session.of(context)
    if confirm is not None:
        _confirm(session, folder, confirm, submission)
        return
    session.need_terminal(
        "请直接编辑卷宗的 dossier.yaml（自查写在 self-check.yaml），"
        "或新建时用 mmethics new DIR --answers FILE。"
    )
    from mmethics_cli.commands.interview import converse

    packs = session.packs()
    converse(session, open_at(session, folder, packs, submission), folder, section, everything)


def _confirm(session: Session, folder: Path, paths: str, submission: str | None) -> None:
    """Record that texts are still true, without asking."""
    from mmethics_cli.workflow.lifecycle.confirming import confirm_texts
    from mmethics_cli.workflow.opening import reopened

    dossier = open_at(session, folder, session.packs(), submission)
    named = [path.strip() for path in re.split("[,，、]", paths) if path.strip()]
    texts = confirm_texts(dossier, named)
    session.out(f"已确认仍然属实：{'、'.join(text.label for text in texts)}")
    tell_texts_to_confirm(session, reopened(dossier))
