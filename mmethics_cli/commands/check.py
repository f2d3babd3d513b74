"""mmethics check: is the dossier whole and does it agree with itself?"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import HERE, Papers, Session, SubmissionName, open_at

if TYPE_CHECKING:
    from mmethics_cli.report.findings import PlacedFinding
    from mmethics_cli.workflow.opening import Dossier


class CheckFormat(StrEnum):
    """For people, for programs, for editors and code hosts."""

    text = "text"
    json = "json"
    sarif = "sarif"


def check(
    context: typer.Context,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[DIR]...", help="卷宗文件夹，可以写几个", show_default=False),
    ] = None,
    format_: Annotated[CheckFormat, typer.Option("--format", help="输出格式")] = CheckFormat.text,
    strict: Annotated[bool, typer.Option("--strict", help="警告也算不通过")] = False,
    submission: SubmissionName = None,
    papers: Papers = None,
) -> None:
    """核对卷宗：该答的是否都答了，文件是否齐全，前后是否一致。

    有错误时退出码为 1。先列写错和前后不一致的，再按章节列还没有做的，最后列请
    留意的；每条都写明位置、办法和依据。json 一行一个卷宗；sarif 给编辑器和代码
    平台看，在所在的行旁边显示。

    示例：
    mmethics check my-study
    mmethics check --format json 甲 乙
    mmethics check --format sarif my-study > check.sarif
    """
    from mmethics_cli.report.findings import findings_json, findings_text
    from mmethics_cli.workflow.assembly import package_of
    from mmethics_cli.workflow.checking import review
    from mmethics_cli.workflow.lifecycle.standing import Standing

    runs: list[dict[str, object]] = []
    session = Session.of(context)
    packs = session.packs()
    failing = {"error", "warning"} if strict else {"error"}
    failed = False
    for folder in folders or [HERE]:
        dossier = open_at(session, folder, packs, submission, papers=papers)
        findings = review(dossier, package_of(dossier, session.today))
        if format_ is CheckFormat.json:
            session.give(findings_json(dossier.name, findings))
        elif format_ is CheckFormat.sarif:
            runs.append(_run(dossier, findings))
        else:
            standing = Standing(dossier).words
            session.show(findings_text(dossier.standard, dossier.name, findings, standing))
        failed = failed or any(placed.finding.severity in failing for placed in findings)
    if format_ is CheckFormat.sarif:
        from mmethics_cli.report.sarif import sarif_log

        session.give(sarif_log(runs))
    raise typer.Exit(1 if failed else 0)


def _run(dossier: Dossier, findings: Sequence[PlacedFinding]) -> dict[str, object]:
    from mmethics_cli.report.sarif import sarif_run
    from mmethics_cli.store.dossier.parts import DOSSIER

    file = dossier.workspace.folder.resolve() / DOSSIER
    return sarif_run(dossier.standard, file, Path.cwd(), findings)
