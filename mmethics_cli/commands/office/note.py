"""mmethics office note: small things that happened, recorded."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at, tell_done
from mmethics_cli.commands.options import Session, columns
from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.columns import fitted


def note(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="[KIND]", help="什么事；写 list 列出全部", show_default=False)
    ] = "",
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="一句话", show_default=False)
    ] = None,
    case: Annotated[str, typer.Option(metavar="CASE", help="哪一件")] = "",
    study: Annotated[str, typer.Option(metavar="STUDY", help="哪项研究")] = "",
    meeting: Annotated[str, typer.Option(metavar="MEETING", help="哪次会议")] = "",
    person: Annotated[str, typer.Option(metavar="PERSON", help="谁")] = "",
    when: Annotated[
        str, typer.Option("--date", metavar="TIME", help="何时，如 2027-03-09 或 2027-03-09T14:05")
    ] = "",
    fields: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=值", help="另写一项，可以写几次")
    ] = None,
    due: Annotated[str, typer.Option(metavar="DATE", help="到哪一天（提醒、整改）")] = "",
    closed: Annotated[bool, typer.Option("--closed", help="办结了（投诉、整改）")] = False,
    correct: Annotated[
        int | None, typer.Option(metavar="SEQ", help="更正登记簿的第几条", show_default=False)
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="更正的理由")] = "",
    office: Where = None,
) -> None:
    """记一件事：送达、任命委员、培训、利益冲突、提醒、投诉、年度报告、备注……

    哪些事、各要写什么，写 mmethics office note list。补记以前的事用 --date。

    示例：
    mmethics office note list
    mmethics office note 送达 申请人签收 --case 12 --date 2027-03-20
    mmethics office note 声明利益冲突 同一课题组 --case 12 --person M03
    mmethics office note 整改 归档不及时 --due 2027-06-30
    mmethics office note --correct 17 --reason 记错了人
    """
    from mmethics_cli.office.noting import Noted, kinds_text, take_note

    session = Session.of(context)
    folder = office_at(context, office)
    if kind == "list":
        session.show(fitted(kinds_text(folder, session.packs()), columns()))
        return
    kind, text, seq = _corrected(kind, text or "", correct, reason)
    more = (*seq, *(fields or ()), *((f"due={due}",) if due else ()))
    noted = Noted(kind, text, case, study, meeting, person, when, more, closed)
    tell_done(session, take_note(folder, session.packs(), noted, now_of(session), actor(folder)))


def _corrected(
    kind: str, text: str, number: int | None, reason: str
) -> tuple[str, str, tuple[str, ...]]:
    """What is noted, its text, and the number of the entry that `--correct` withdraws.

    Raises EthicsError where it is not clear what is meant.
    """
    from mmethics_cli.office.events import CORRECTED

    if number is None:
        if not kind:
            raise EthicsError("请写明记什么事。哪些事可以记：mmethics office note list。")
        return kind, text, ()
    if kind or not reason:
        raise EthicsError("更正写成 --correct 17 --reason 理由，不再写别的事。")
    return CORRECTED, reason, (f"seq={number}",)
