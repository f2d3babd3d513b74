"""mmethics office assign: who reviews a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at, tell_done
from mmethics_cli.commands.options import Session, columns
from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.columns import fitted

if TYPE_CHECKING:
    from mmethics_cli.office.events import Happening
    from mmethics_cli.office.pack import OfficePack
    from mmethics_cli.office.state import Case, Lookup


def assign(
    context: typer.Context,
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="受理号，或其末尾几位", show_default=False)
    ],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]", help="委员", show_default=False)
    ] = None,
    replace: Annotated[
        str, typer.Option("--replace", metavar="A=B", help="B 代替还没有交回工作表的 A")
    ] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="更换的理由")] = "",
    office: Where = None,
) -> None:
    """指定审查人。不写委员时只提出人选和理由：原来的审查人在前，其次手上最少的。

    每名审查人在 outbox/ 里有一份：送审材料、审查工作表、写着交回日子的任务单。
    研究团队成员、声明过利益冲突的、与申办者有利益关系的不能指定。简易审查至少两名委员。
    违反规则的不登记，退出码 1。

    示例：
    mmethics office assign 12
    mmethics office assign 12 王委员 李委员
    mmethics office assign 12 --replace 王委员=赵委员 --reason 出差
    """
    from mmethics_cli.office.acting import act
    from mmethics_cli.office.law import review
    from mmethics_cli.office.proposing import proposal_text

    session = Session.of(context)
    folder = office_at(context, office)
    now = now_of(session)
    if not names and not replace:
        session.show(fitted(proposal_text(folder, case, now), columns()))
        return

    def decide(state: Lookup, found: Case, pack: OfficePack) -> list[Happening]:
        if not replace:
            return review.assign(state, found, names or [], pack.clocks, now)
        old, sign, new = replace.partition("=")
        if not sign or not new or names:
            raise EthicsError("更换写成 --replace 王委员=赵委员，一次换一名，不再写别的委员。")
        if not reason:
            raise EthicsError("更换审查人要用 --reason 写明理由。")
        return review.replacement(state, found, old, new, reason, pack.clocks, now)

    tell_done(session, act(folder, session.packs(), case, decide, now, actor(folder)))
