"""mmethics check: is the dossier whole and does it agree with itself?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.options import HERE, Format, OutputFormat, Session


def check(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", help="卷宗文件夹，可以写几个", show_default=False),
    ] = None,
    format_: Format = OutputFormat.text,
    strict: Annotated[bool, typer.Option("--strict", help="警告也算不通过")] = False,
) -> None:
    """核对卷宗：该答的是否都答了，文件是否齐全，前后是否一致。

    有错误时退出码为 1。每条都写明位置、办法和依据。

    示例：
    mmethics check my-study
    mmethics check --format json 甲 乙
    """
    from mmethics_cli.report.findings import findings_json, findings_text
    from mmethics_cli.workflow.assembly import package_of
    from mmethics_cli.workflow.checking import review
    from mmethics_cli.workflow.lifecycle.standing import Standing
    from mmethics_cli.workflow.opening import open_dossier

    session = Session.of(context)
    packs = session.packs()
    failing = {"error", "warning"} if strict else {"error"}
    failed = False
    for folder in folders or [HERE]:
        dossier = open_dossier(folder, session.today, packs)
        findings = review(dossier, package_of(dossier, session.today))
        if format_ is OutputFormat.json:
            session.out(findings_json(dossier.name, findings))
        else:
            standing = Standing(dossier).words
            session.show(findings_text(dossier.standard, dossier.name, findings, standing))
        failed = failed or any(placed.finding.severity in failing for placed in findings)
    raise typer.Exit(1 if failed else 0)
