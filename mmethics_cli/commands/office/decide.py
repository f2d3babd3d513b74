"""mmethics office decide: what votes carry, or what reviewers agree on."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at, tell_done
from mmethics_cli.commands.options import Session


def decide(
    context: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(metavar="CASE", help="受理号，或会议的编号（全部项目）", show_default=False),
    ],
    interval: Annotated[
        int,
        typer.Option(
            "--interval-months",
            metavar="N",
            min=1,
            help="跟踪审查间隔（月），不写按最长的",
            show_default=False,
        ),
    ] = 0,
    office: Where = None,
) -> None:
    """登记决定，写出批件和回件：会议审查照表决，简易审查照两名委员一致的意见。

    法定人数不足、票数不够的登记为再议，写明缺什么；决定连同全体委员、到会、回避、各种意见的
    票数和所凭的规则一起存下。简易审查意见不一致、不赞成批准或有人要求的，转会议审查。

    批件（中、英文）和给申请人的回件在 outbox/；会议的另有会议记录。批件里的意见照收回的意见汇总。

    示例：
    mmethics office decide 2027-05
    mmethics office decide 12 --interval-months 6
    """
    from mmethics_cli.office.convening import Convening
    from mmethics_cli.office.law.decisions import Letter

    session = Session.of(context)
    folder = office_at(context, office)
    convening = Convening(folder, session.packs(), now_of(session), actor(folder))
    letter = Letter(folder.setting("letter_numbers"), interval)
    tell_done(session, convening.decide(names, letter))
