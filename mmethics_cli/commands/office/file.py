"""mmethics office file: what is kept, for how long, and what is disposed of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at
from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError

if TYPE_CHECKING:
    from mmethics_cli.office.archive.disposal import DisposalApproval
    from mmethics_cli.office.archive.filing import Filed

Named = Annotated[
    str,
    typer.Argument(
        metavar="[NAME]", help="研究、受理号，或委员会的案卷如 2027-会议记录", show_default=False
    ),
]
Paper = Annotated[str, typer.Option(metavar="TEXT", help="登记一份纸件：名称")]
Title = Annotated[str, typer.Option(metavar="TEXT", help="它的题名，不写同名称")]
Place = Annotated[str, typer.Option(metavar="CODE", help="存放位置，如 EC-Y-03")]
Scan = Annotated[Path | None, typer.Option(metavar="FILE", help="它的扫描件", show_default=False)]
Incomplete = Annotated[str, typer.Option(metavar="REASON", help="不齐全也归档（结卷），写理由")]
Begins = Annotated[
    str, typer.Option("--from", metavar="DATE", help="保管期限的起算日，原来不知道的")
]
Permanent = Annotated[str, typer.Option(metavar="REASON", help="结卷时定为永久保管的理由")]
Close = Annotated[bool, typer.Option("--close", help="委员会的案卷：过了年结卷")]
Disposing = Annotated[
    bool, typer.Option("--disposal", help="期满的案卷：列出清册，或照填好的清册（NAME）办")
]
ApprovedBy = Annotated[str, typer.Option(metavar="NAME", help="销毁由谁批准")]
ApprovedOn = Annotated[str, typer.Option(metavar="FILE|CODE", help="批准的文件或存放位置")]
Witnesses = Annotated[list[str] | None, typer.Option(metavar="NAME", help="监销人，写两次，两个人")]
HandOver = Annotated[
    Path | None,
    typer.Option("--hand-over", metavar="DIR", help="移交全部档案到新的文件夹", show_default=False),
]
To = Annotated[str, typer.Option(metavar="NAME", help="移交给谁")]


def file(
    context: typer.Context,
    name: Named = "",
    paper: Paper = "",
    title: Title = "",
    place: Place = "",
    scan: Scan = None,
    incomplete: Incomplete = "",
    begins: Begins = "",
    permanent: Permanent = "",
    close: Close = False,
    disposal: Disposing = False,
    approved_by: ApprovedBy = "",
    approval: ApprovedOn = "",
    witness: Witnesses = None,
    hand_over: HandOver = None,
    to: To = "",
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
    from mmethics_cli.office.archive.disposal import DisposalApproval
    from mmethics_cli.office.archive.filing import Filed

    given = DisposalApproval(approved_by, approval, tuple(witness or ()))
    if hand_over is not None:
        _hand_over(context, office, hand_over, to)
    elif disposal:
        _dispose(context, office, name, given)
    elif given.given:
        raise EthicsError("--approved-by、--approval、--witness 与 --disposal 清册 一起写。")
    else:
        filed = Filed(paper, title, place, scan, incomplete, begins, permanent, close)
        _file(context, office, name, filed)


def _hand_over(context: typer.Context, office: Path | None, target: Path, to: str) -> None:
    from mmethics_cli.office.archive.handing_over import hand_over_archive

    session = Session.of(context)
    folder, now = office_at(context, office), now_of(session)
    lines = hand_over_archive(folder, session.packs(), target, to, now, actor(folder))
    session.out("\n".join(lines))


def _dispose(
    context: typer.Context, office: Path | None, name: str, given: DisposalApproval
) -> None:
    from mmethics_cli.office.archive.disposal import Disposal

    session = Session.of(context)
    folder = office_at(context, office)
    disposing = Disposal(folder, session.packs(), now_of(session), actor(folder))
    session.out("\n".join(disposing.dispose(Path(name), given) if name else disposing.list_due()))


def _file(context: typer.Context, office: Path | None, name: str, filed: Filed) -> None:
    from mmethics_cli.office.archive.filing import Filing

    session = Session.of(context)
    folder = office_at(context, office)
    filing = Filing(folder, session.packs(), now_of(session), actor(folder))
    if not name:
        session.show("\n".join(filing.overview()))
        return
    lines, whole = filing.file(name, filed)
    session.out("\n".join(lines))
    raise typer.Exit(0 if whole else 1)
