"""mmethics office meet: a meeting planned, its agenda and its book."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at, tell_done
from mmethics_cli.commands.options import Session


def meet(
    context: typer.Context,
    day: Annotated[
        str, typer.Argument(metavar="[DATE]", help="哪一天，不写是最近的一次", show_default=False)
    ] = "",
    emergency: Annotated[
        str, typer.Option("--emergency", metavar="CASE", help="为这一件开紧急会议")
    ] = "",
    office: Where = None,
) -> None:
    """计划一次会议，排议程，写会议通知、签到表、会议簿；开会以前再运行一次，补上新受理的。

    议程先是还没有通报过的简易审查，再照受理的先后：跟踪审查在前，新的在后。委员全到也不能决定的，先说出来。
    会议簿里写到会、回避、各人的表决，每一项写明几人到会须几票；会后用 take 收回。

    示例：
    mmethics office meet 2027-03-23
    mmethics office meet
    mmethics office meet --emergency 14
    """
    from mmethics_cli.office.convening import Convening

    session = Session.of(context)
    folder = office_at(context, office)
    convening = Convening(folder, session.packs(), now_of(session), actor(folder))
    tell_done(session, convening.meet(day, emergency))
