"""mmethics office show: where a case, a study, a meeting or a person stands, and their history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.office.options import Where, office_at
from mmethics_cli.commands.options import Session, columns
from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.columns import fitted

Name = Annotated[
    str,
    typer.Argument(
        metavar="[NAME]",
        help="受理号或其末尾几位，研究、会议或人员的编号，题目或姓名里的几个字",
        show_default=False,
    ),
]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DATE", help="那一天结束时登记簿怎样写")]
Book = Annotated[
    Path | None,
    typer.Option("--xlsx", metavar="FILE", help="全部登记写成 Excel", show_default=False),
]
Bundle = Annotated[
    Path | None,
    typer.Option("--bundle", metavar="DIR", help="检查用：一项研究的全部材料", show_default=False),
]


def show(
    context: typer.Context,
    name: Name = "",
    as_of: AsOf = "",
    book: Book = None,
    bundle: Bundle = None,
    office: Where = None,
) -> None:
    """查一件、一项研究、一次会议或一个人：现状、各个期限、文件、全部登记。

    登记的每行前面是条号。--as-of 照那一天登记簿里已有的写（导入的往事照发生的那一天）。

    --bundle 把一项研究的送审、工作表、表决、批件、委员的任期和培训、登记和核验结果放进一个新的
    文件夹，打开 index.html 查看，不用联网。--xlsx 写登记簿、会议、委员、到期、档案、查阅、日志。

    示例：
    mmethics office show 12
    mmethics office show S0007 --as-of 2027-03-31
    mmethics office show S0007 --bundle 检查
    mmethics office show --xlsx 登记簿.xlsx
    """
    session = Session.of(context)
    folder = office_at(context, office)
    day = _day(as_of)
    if not name and (bundle is not None or book is None):
        raise EthicsError("请写查什么（NAME）：受理号，研究、会议或人员的编号，或题目里的几个字。")
    if book is not None:
        from mmethics_cli.office.workbooks.register_book import write_register_book

        write_register_book(folder, session.packs(), book, session.today, day)
        session.say(f"写好登记簿：{book}")
    if bundle is not None:
        from mmethics_cli.office.bundle import write_bundle

        write_bundle(folder, session.packs(), name, bundle, session.today, day)
        session.say(f"写好检查材料：{bundle}。打开 {bundle / 'index.html'}")
    elif name:
        from mmethics_cli.office.showing import shown_text

        text = shown_text(folder, session.packs(), name, session.today, day, columns())
        session.show(fitted(text, columns()))


def _day(text: str) -> str:
    from mmethics_cli.core.conditions.written import date_advice, parse_date

    day = parse_date(text) if text else None
    if text and day is None:
        raise EthicsError(f"--as-of 的值“{text}”不是日期。{date_advice(text)}。")
    return day.isoformat() if day else ""
