"""mmethics office note: small things that happened, recorded."""

from __future__ import annotations

from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at
from mmethics_cli.commands.options import Session


def note(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="什么事；写 list 列出全部", show_default=False)
    ],
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
    office: Where = None,
) -> None:
    """记一件事：送达、任命委员、培训、利益冲突、提醒、投诉、年度报告、备注……

    哪些事、各要写什么，写 mmethics office note list。补记以前的事用 --date。

    示例：
    mmethics office note list
    mmethics office note 送达 申请人签收 --case 12 --date 2027-03-20
    mmethics office note 声明利益冲突 同一课题组 --case 12 --person M03
    """
    from mmethics_cli.office.noting import Noted, kinds_text, take_note

    session = Session.of(context)
    folder = office_at(context, office)
    if kind == "list":
        session.show(kinds_text(folder, session.packs()))
        return
    noted = Noted(kind, text or "", case, study, meeting, person, when, tuple(fields or ()))
    for line in take_note(folder, session.packs(), noted, now_of(session), actor(folder)):
        session.out(line)
