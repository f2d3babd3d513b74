"""mmethics office take: whatever comes in, recognised by what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at, tell_done
from mmethics_cli.commands.options import Session


def take(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="交来的文件", show_default=False)
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="往年的登记事项：看过报告以后真的导入")
    ] = False,
    office: Where = None,
) -> None:
    """收下交来的东西，凭内容认出是什么，不看文件名。

    封存的送审（压缩包或文件夹）：与清单核对，一样才收，存一份在 cases/，记下审查路径。

    填好的委员名册、审查工作表、意见汇总和会议簿：凭其中隐藏的编号认，改了文件名也可以；填错的指出是哪一格。

    往年的登记事项（CSV，列为 seq,at,event,study,case,meeting,person,data）：先报告读到什么、
    哪些行有问题，退出码 1；加 --yes 才导入。不合规的往事照样导入，它们是历史。

    示例：
    mmethics office take 送审.zip
    mmethics office take 往年登记.csv --yes
    """
    from mmethics_cli.office.taking import Desk

    session = Session.of(context)
    folder = office_at(context, office)
    desk = Desk(folder, session.packs(), now_of(session), actor(folder))
    waiting = 0
    for file in files:
        taken = desk.take(file, yes=yes)
        tell_done(session, [taken.text])
        waiting += not taken.done
    raise typer.Exit(1 if waiting else 0)
