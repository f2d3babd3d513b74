"""mmethics office file: what is kept, for how long, and what is disposed of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at
from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError

_Name = Annotated[
    str,
    typer.Argument(
        metavar="[NAME]", help="研究、受理号，或委员会的案卷如 2027-会议记录", show_default=False
    ),
]


def file(
    context: typer.Context,
    name: _Name = "",
    paper: Annotated[str, typer.Option(metavar="TEXT", help="登记一份纸件：名称")] = "",
    title: Annotated[str, typer.Option(metavar="TEXT", help="它的题名，不写同名称")] = "",
    place: Annotated[str, typer.Option(metavar="CODE", help="存放位置，如 EC-Y-03")] = "",
    scan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="它的扫描件", show_default=False)
    ] = None,
    incomplete: Annotated[
        str, typer.Option(metavar="REASON", help="不齐全也归档（结卷），写理由")
    ] = "",
    begins: Annotated[
        str, typer.Option("--from", metavar="DATE", help="保管期限的起算日，原来不知道的")
    ] = "",
    permanent: Annotated[str, typer.Option(metavar="REASON", help="结卷时定为永久保管的理由")] = "",
    close: Annotated[bool, typer.Option("--close", help="委员会的案卷：过了年结卷")] = False,
    disposal: Annotated[
        bool, typer.Option("--disposal", help="期满的案卷：列出清册，或照填好的清册（NAME）办")
    ] = False,
    approved_by: Annotated[str, typer.Option(metavar="NAME", help="销毁由谁批准")] = "",
    approval: Annotated[str, typer.Option(metavar="FILE|CODE", help="批准的文件或存放位置")] = "",
    witness: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="监销人，写两次，两个人")
    ] = None,
    hand_over: Annotated[
        Path | None,
        typer.Option(
            "--hand-over", metavar="DIR", help="移交全部档案到新的文件夹", show_default=False
        ),
    ] = None,
    to: Annotated[str, typer.Option(metavar="NAME", help="移交给谁")] = "",
    office: Where = None,
) -> None:
    """归档：已送达的归档，说出还缺什么；研究结束、全部归档的结卷，定下保管期限。

    还缺的列出来，退出码 1；不齐全也要归档的写 --incomplete 理由。纸件用 --paper 登记名称和位置
    或扫描件。保管期限由封存的快照判定，取最长的，从研究结束之日起算，结卷时连同依据定下。
    不写 NAME 列出全部案卷。

    示例：
    mmethics office file S0001
    mmethics office file 12 --paper 签字的审查意见 --place EC-Y-03
    mmethics office file 2026-会议记录 --close
    mmethics office file --disposal
    """
    from mmethics_cli.office.archive.disposal import Approval, Disposal
    from mmethics_cli.office.archive.filing import Filed, Filing
    from mmethics_cli.office.archive.handing_over import hand_over_archive

    session = Session.of(context)
    folder, now = office_at(context, office), now_of(session)
    if hand_over is not None:
        session.out(
            "\n".join(hand_over_archive(folder, session.packs(), hand_over, to, now, actor(folder)))
        )
        return
    if disposal:
        disposing = Disposal(folder, session.packs(), now, actor(folder))
        given = Approval(approved_by, approval, tuple(witness or ()))
        session.out(
            "\n".join(disposing.dispose(Path(name), given) if name else disposing.list_due())
        )
        return
    if approved_by or approval or witness:
        raise EthicsError("--approved-by、--approval、--witness 与 --disposal 清册 一起写。")
    filing = Filing(folder, session.packs(), now, actor(folder))
    if not name:
        session.show("\n".join(filing.overview()))
        return
    filed = Filed(paper, title, place, scan, incomplete, begins, permanent, close)
    lines, whole = filing.file(name, filed)
    session.out("\n".join(lines))
    raise typer.Exit(0 if whole else 1)
