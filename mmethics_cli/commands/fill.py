"""mmethics fill: go on with the interview."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.options import HERE, Folder, Session


def fill(
    context: typer.Context,
    folder: Folder = HERE,
    section: Annotated[
        str | None, typer.Option("--section", metavar="S", help="只问这一节，写名称或编号")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="已经回答的也再问一遍，可以修改")
    ] = False,
) -> None:
    """继续访谈：先问决定审查路径的问题，再问必答的，最后问选答的。

    问题之后是审查内容自查，也可以单独进行：--section 自查。

    每答一题立即保存，随时可按 Ctrl-C 停下。答题时按 Esc 回到上一题，按 ? 看说明和依据。
    也可以直接编辑 dossier.yaml，不必用这个命令。

    示例：
    mmethics fill my-study
    mmethics fill my-study --section 数据资产
    mmethics fill my-study --section 自查
    mmethics fill my-study --all
    """
    session = Session.of(context)
    session.need_terminal(
        "请直接编辑卷宗的 dossier.yaml（自查写在 self-check.yaml），"
        "或新建时用 mmethics new DIR --answers FILE。"
    )
    from mmethics_cli.commands.conversation import converse

    converse(session, folder, section, everything)
