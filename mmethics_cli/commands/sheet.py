"""mmethics sheet: the questionnaire and the self-check as an Excel workbook, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.options import HERE, Session

app = typer.Typer(
    help="""把问卷和审查要点自查导出成 Excel，填好后再导入。

    给不用终端的人填：导出的文件用 Excel、WPS 或 LibreOffice 打开，只填浅黄格。

    示例：
    mmethics sheet export 问卷.xlsx my-study
    mmethics sheet import 问卷.xlsx my-study
    """
)

Workbook = Annotated[
    Path, typer.Argument(metavar="FILE", help="Excel 文件，名称以 .xlsx 结尾", show_default=False)
]
OptionalFolder = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
]


@app.command("export", short_help="把问卷和自查导出成 Excel")
def export(
    context: typer.Context,
    file: Workbook,
    folder: OptionalFolder = HERE,
    replace: Annotated[bool, typer.Option("--replace", help="覆盖已有的同名文件")] = False,
) -> None:
    """把要答的问题、数据资产等清单和审查要点自查写成一个 Excel 文件。

    空白的卷宗只导出决定审查路径的问题；填好导入以后再导出一次，就是其余的问题。
    已有同名文件时不覆盖，除非加 --replace。

    示例：
    mmethics sheet export 问卷.xlsx my-study
    mmethics sheet export 问卷.xlsx my-study --replace
    """
    from mmethics_cli.workflow.workbook import export_workbook

    export_workbook(Session.of(context), file, folder, replace)


@app.command("import", short_help="把填好的 Excel 导入卷宗")
def import_(
    context: typer.Context,
    file: Workbook,
    folder: OptionalFolder = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="不询问，直接写入")] = False,
) -> None:
    """读回填好的 Excel：逐条列出原来的和新的回答，确认后一起写入。

    空格不会删掉原有的回答，要删写“清空”。有一处读不懂，或导出以后卷宗里同一个回答也改过，
    就指出是哪一格，什么也不写。

    示例：
    mmethics sheet import 问卷.xlsx my-study
    mmethics sheet import 问卷.xlsx my-study --yes
    """
    from mmethics_cli.workflow.workbook import import_workbook

    import_workbook(Session.of(context), file, folder, yes)
