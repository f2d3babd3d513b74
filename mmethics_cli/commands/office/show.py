"""mmethics office show: the history of a case, a study, a meeting or a person."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, office_at
from mmethics_cli.commands.options import Session


def show(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="受理号或其末尾几位，研究、会议或人员的编号", show_default=False
        ),
    ],
    office: Where = None,
) -> None:
    """一件、一项研究、一次会议或一个人的全部登记：何时、什么事、谁、记了什么。

    每行前面是登记簿里的条号。

    示例：
    mmethics office show 12
    mmethics office show S0007
    """
    from mmethics_cli.office.showing import history_text

    session = Session.of(context)
    session.show(history_text(office_at(context, office), session.packs(), name))
