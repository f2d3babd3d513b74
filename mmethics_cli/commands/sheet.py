"""mmethics sheet: the questionnaire and the self-check as an Excel workbook, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Session,
    SubmissionName,
    open_at,
    tell_opened,
    tell_unanswered,
)
from mmethics_cli.wording.shell import shell_word

if TYPE_CHECKING:
    from mmethics_cli.workflow.workbook import WorkbookChanges

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


@app.command("export", short_help="把问卷和自查导出成 Excel")
def export(
    context: typer.Context,
    file: Workbook,
    folder: Folder = HERE,
    replace: Annotated[bool, typer.Option("--replace", help="覆盖已有的同名文件")] = False,
    submission: SubmissionName = None,
) -> None:
    """把要答的问题、数据资产等清单和审查要点自查写成一个 Excel 文件。

    空白的卷宗只导出决定审查路径的问题；填好导入以后再导出一次，就是其余的问题。
    已有同名文件时不覆盖，除非加 --replace。

    示例：
    mmethics sheet export 问卷.xlsx my-study
    mmethics sheet export 问卷.xlsx my-study --replace
    """
    from mmethics_cli.workflow.workbook import export_workbook, require_workbook_name

    session = Session.of(context)
    require_workbook_name(file)
    dossier = open_at(session, folder, session.packs(), submission)
    tell_opened(session, dossier)
    export_workbook(dossier, file, session.today, replace=replace)
    again = f"mmethics sheet import {shell_word(file)} {shell_word(folder)}"
    session.say(f"已导出：{file}。填好后运行：{again}")


@app.command("import", short_help="把填好的 Excel 导入卷宗")
def import_(
    context: typer.Context,
    file: Workbook,
    folder: Folder = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="不询问，直接写入")] = False,
    submission: SubmissionName = None,
) -> None:
    """读回填好的 Excel：逐条列出原来的和新的回答，确认后一起写入。

    空格不会删掉原有的回答，要删写“清空”。有一处读不懂，或导出以后卷宗里同一个回答也改过，
    就指出是哪一格，什么也不写。

    示例：
    mmethics sheet import 问卷.xlsx my-study
    mmethics sheet import 问卷.xlsx my-study --yes
    """
    from mmethics_cli.report.changes import changes_text
    from mmethics_cli.workflow.workbook import (
        is_open,
        read_changes,
        require_workbook_name,
        write_changes,
    )

    session = Session.of(context)
    require_workbook_name(file)
    dossier = open_at(session, folder, session.packs(), submission)
    tell_opened(session, dossier)
    if is_open(file):
        session.say(f"“{file}”好像还开着：读的是最后一次保存的内容。")
    filled = read_changes(dossier, file)
    _tell_left(session, filled)
    if not filled.changes:
        session.say("没有改动。")
        return
    session.show(changes_text(filled.changes))
    tell_unanswered(session, filled.placeholders)
    count = len(filled.changes)
    if not yes and not _confirmed(session, count):
        session.say("没有写入。")
        return
    write_changes(dossier, filled.changes)
    session.say(f"已写入 {count} 处。下一步：mmethics status {shell_word(folder)}")


def _tell_left(session: Session, filled: WorkbookChanges) -> None:
    """Say which answers stay as the dossier has them, and which cells no question takes."""
    if filled.newer:
        names = "、".join(filled.files)
        session.say(f"导出以后改过 {names}：有 {filled.newer} 个回答只在那里改过，保留那里的。")
    if filled.left_out:
        session.say(
            f"标准包没有这些格的问题，没有导入：{'、'.join(filled.left_out)}。"
            "导出时用了另一个标准包的，用 --pack 给出它，再导入一次。"
        )


def _confirmed(session: Session, count: int) -> bool:
    """Whether the person wants the changes; raises NoTerminal where nobody can be asked."""
    session.need_terminal("确认无误后加 --yes 写入。")
    from mmethics_cli.ask.prompts import Prompts

    options = (("no", "先不写入"), ("yes", "写入"))
    return Prompts(terminal=True).choice(f"写入这 {count} 处改动吗？", options) == "yes"
