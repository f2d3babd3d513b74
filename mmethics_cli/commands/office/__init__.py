"""mmethics office: the ethics office, its desk, and one file a verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from mmethics_cli.commands.office.options import Where
from mmethics_cli.commands.options import Format, OutputFormat

# One line a verb, each with its module here: the help of the group must not load them all.
VERBS: Final = {
    "init": "新建伦理办公室的文件夹和登记簿",
    "take": "收下交来的东西：封存的送审、工作表、意见汇总、会议簿、往年的登记",
    "accept": "受理：受理号、期限；补正、不予受理、撤回、延长",
    "assign": "指定审查人",
    "meet": "计划会议，排议程，写通知、签到表和会议簿",
    "decide": "照表决或审查人的意见决定，写批件、会议记录和回件",
    "note": "记一件事：送达、用印、提醒、投诉、整改、利益冲突……",
    "file": "归档、结卷、保管期限；鉴定销毁、移交",
    "lend": "查阅、复印、借阅：申请、批准、复印件、归还",
    "show": "一件、一项研究、一次会议或一个人的全部登记",
    "quality": "一年的质量指标",
    "backup": "备份办公室，或从备份恢复",
}


app = typer.Typer(invoke_without_command=True)


@app.callback()
def office(
    context: typer.Context,
    office: Where = None,
    form: Format = OutputFormat.text,
    page: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="案头写成一页只读的网页", show_default=False),
    ] = None,
    calendar: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="到期日另存为日历文件", show_default=False),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="有逾期的退出码为 1")] = False,
) -> None:
    """伦理办公室：受理、审查、会议、归档和质量评估（标准第9至11章）。

    办公室是一个普通的文件夹：设置、登记簿和收下的送审。登记簿只增不改，每一条都接着前一条的
    校验值，mmethics verify 能看出任何改动。不写命令时显示案头：现在有什么要办。

    示例：
    mmethics office init 伦理办公室
    mmethics office --office 伦理办公室
    mmethics office --html 案头.html --ics 到期日.ics
    """
    if context.invoked_subcommand is None:
        from mmethics_cli.commands.office.desk import show_desk

        late = show_desk(context, office, form, page, calendar)
        raise typer.Exit(1 if strict and late else 0)
