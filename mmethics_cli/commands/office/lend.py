"""mmethics office lend: who may see, copy or borrow what is kept."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, actor, now_of, office_at
from mmethics_cli.commands.options import Session
from mmethics_cli.errors import EthicsError


class Kind(StrEnum):
    """How something is seen."""

    copy = "copy"
    loan = "loan"
    consult = "consult"


Named = Annotated[
    str,
    typer.Argument(
        metavar="[STUDY|REQUEST]", help="研究（受理号），或申请的编号", show_default=False
    ),
]


def lend(
    context: typer.Context,
    name: Named = "",
    person: Annotated[str, typer.Option("--for", metavar="NAME", help="谁申请")] = "",
    capacity: Annotated[
        str, typer.Option("--as", metavar="CAPACITY", help="身份：研究者、监查员、检查员、法院……")
    ] = "",
    want: Annotated[str, typer.Option(metavar="ITEMS", help="要什么：批件,同意书；或题名")] = "",
    kind: Annotated[Kind, typer.Option(help="复印 copy、借阅 loan、查阅 consult")] = Kind.copy,
    purpose: Annotated[str, typer.Option(metavar="TEXT", help="用途")] = "",
    letter: Annotated[str, typer.Option(metavar="CODE", help="公函、委托函的文号或位置")] = "",
    approve: Annotated[str, typer.Option(metavar="NAME", help="批准人")] = "",
    refuse: Annotated[str, typer.Option(metavar="REASON", help="不同意的理由")] = "",
    back: Annotated[bool, typer.Option("--return", help="借出的归还了")] = False,
    office: Where = None,
) -> None:
    """查阅、复印、借阅：写申请表，按身份判断能看什么、谁批准。

    秘书可以批准的当场办理：复印件放在 lent/ 里单独的文件夹，Word 加“复印件”和编号的水印，
    别的格式附交付单。其余的等批准人，--approve 以后才办理。审查人的姓名和各人的表决只给
    可以看全部的身份。身份和材料的表是数据（checklists/office/capacities.yaml）。

    示例：
    mmethics office lend S0001 --for 张医生 --as 研究者 --want 批件,同意书
    mmethics office lend 2027-阅-0001 --approve 李主任
    mmethics office lend 2027-阅-0002 --return
    """
    from mmethics_cli.office.archive.lending import AccessAsked, Lending

    session = Session.of(context)
    folder = office_at(context, office)
    lending = Lending(folder, session.packs(), now_of(session), actor(folder))
    acts = [bool(person or capacity or want), bool(approve or refuse), back]
    if sum(acts) > 1 or (any(acts) and not name):
        raise EthicsError("一次做一件：申请（--for --as --want）、--approve、--refuse、--return。")
    if back:
        lines = lending.give_back(name)
    elif approve or refuse:
        lines = lending.decide(name, approve, refuse)
    elif any(acts):
        wanted = tuple(filter(None, (word.strip() for word in re.split("[,，、]", want))))
        asked = AccessAsked(person, capacity, wanted, kind.value, purpose, letter)
        lines = lending.request(name, asked)
    else:
        session.show("\n".join(lending.overview(name)))
        return
    session.out("\n".join(lines))
