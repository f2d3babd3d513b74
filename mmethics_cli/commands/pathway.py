"""mmethics pathway: every decision about the submission, with its reasons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import (
    HERE,
    Format,
    OutputFormat,
    Session,
    SubmissionName,
    open_at,
    tell_refused,
    tell_unanswered,
)
from mmethics_cli.errors import EthicsError

if TYPE_CHECKING:
    from mmethics_cli.workflow.opening import OpenedStudy

WhatIf = Annotated[
    list[str] | None,
    typer.Option("--what-if", metavar="PATH=VALUE", help="假如这样回答，结果如何；可写几次"),
]


def pathway(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="[DIR|FILE]", help="卷宗文件夹，或一个 YAML 文件", show_default=False
        ),
    ] = HERE,
    what_if: WhatIf = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="RULE", help="详细说明一条规则")
    ] = None,
    limits: Annotated[bool, typer.Option("--limits", help="也列出时限与保存期限")] = False,
    format_: Format = OutputFormat.text,
    submission: SubmissionName = None,
) -> None:
    """判定审查类型、审查方式、知情同意文件和送审文件，逐条说明理由与依据。

    还有问题未答、结果未定时，按最严的暂定，列出要回答的问题，退出码为 1。

    示例：
    mmethics pathway my-study
    mmethics pathway my-study --what-if sharing.cross_border=yes
    mmethics pathway my-study --explain M2
    """
    from mmethics_cli.core.decisions.pathway import Pathway
    from mmethics_cli.report.pathway import explain_rule, pathway_json, pathway_text

    session = Session.of(context)
    opened = _opened(session, path, submission)
    tell_refused(session, opened)
    decided = opened.pathway
    if what_if:
        from mmethics_cli.workflow.supposing import supposed

        supposition = supposed(opened.facts, what_if)
        tell_unanswered(session, supposition.unanswered)
        decided = Pathway(supposition.facts)
    if explain is not None:
        explanation = explain_rule(decided, explain)
        if explanation is None:
            raise EthicsError(f"没有规则“{explain}”。编号见 mmethics standard list rules。")
        session.show(explanation)
    elif format_ is OutputFormat.json:
        session.give(pathway_json(decided, opened.loaded.notices))
    else:
        session.show(pathway_text(decided, limits, opened.loaded.notices))
    raise typer.Exit(0 if decided.settled else 1)


def _opened(session: Session, path: Path, submission: str | None) -> OpenedStudy:
    from mmethics_cli.workflow.opening import open_either

    packs = session.packs()
    if path.is_dir():
        return open_at(session, path, packs, submission)
    return open_either(path, session.today, packs)
