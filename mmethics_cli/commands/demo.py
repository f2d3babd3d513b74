"""mmethics demo: a worked example from the first file to the sealed submission."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.errors import WorkspaceError
from mmethics_cli.wording.shell import shell_word

EXAMPLE: Final = "retrospective-imaging-ai"


def demo(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="放示例的文件夹，应不存在或是空的")
    ] = Path("mmethics-demo"),
) -> None:
    """用一个完整的示例走一遍：新建、判定路径、核对、生成文件、封存送审。

    研究的事实取自已发表的论文，机构和人员是虚构的（示例）。
    日期用写成示例的那一天，另给 --today 时用所给的日期。

    示例：
    mmethics demo
    mmethics demo 练习
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError(f"“{folder}”不是空文件夹。请换一个：mmethics demo 别的名称")

    from mmethics_cli.commands.check import check
    from mmethics_cli.commands.pathway import pathway
    from mmethics_cli.commands.render import render
    from mmethics_cli.commands.submit import submit
    from mmethics_cli.store.examples import about, examples
    from mmethics_cli.store.submission.sealing import make_writable
    from mmethics_cli.store.submission.submissions import FOLDER
    from mmethics_cli.workflow.creating import make_of_example

    session = Session.of(context)
    name = EXAMPLE
    written = about(examples(session.pack)[name])
    if context.find_root().params.get("today") is None:
        session = context.obj = session._replace(today=written.as_of)
    session.say(f"示例“{name}”：{written.title}。今天当作 {session.today}。")
    named = shell_word(folder)
    steps: list[tuple[str, Callable[[], None]]] = [
        (f"new {named} --example {name}", lambda: make_of_example(folder, name, session.pack)),
        (f"pathway {named}", lambda: pathway(context, folder)),
        (f"check {named}", lambda: check(context, [folder])),
        (f"render {named}", lambda: render(context, folder)),
        (f"submit {named}", lambda: submit(context, folder)),
    ]
    for number, (call, step) in enumerate(steps, 1):
        session.say(f"\n【{number}/{len(steps)}】mmethics {call}")
        _run(step)
    for sealed in folder.glob(f"{FOLDER}/*"):
        make_writable(sealed)  # who tries the program wants to delete what it made
    session.say(f"\n走完了。看看 {folder} 里的文件；自己的研究从 mmethics new my-study 开始。")


def _run(step: Callable[[], None]) -> None:
    """Run a command; one that found something to complain about ends the demo with its code."""
    try:
        step()
    except typer.Exit as end:
        if end.exit_code:
            raise
