"""mmethics pathway: every decision about the submission, with its reasons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import HERE, Format, OutputFormat, Session

if TYPE_CHECKING:
    from mmethics_cli.core.conditions.values import Value
    from mmethics_cli.core.decisions.facts import Facts


What = Annotated[
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
    what_if: What = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="RULE", help="详细说明一条规则")
    ] = None,
    limits: Annotated[bool, typer.Option("--limits", help="也列出时限与保存期限")] = False,
    format_: Format = OutputFormat.text,
) -> None:
    """判定审查类型、审查方式、知情同意文件和送审文件，逐条说明理由与依据。

    还有问题未答、结果未定时，按最严的暂定，列出要回答的问题，退出码为 1。

    示例：
    mmethics pathway my-study
    mmethics pathway my-study --what-if sharing.cross_border=yes
    mmethics pathway my-study --explain M2
    """
    from mmethics_cli.commands.options import tell_refused
    from mmethics_cli.core.decisions.pathway import Pathway
    from mmethics_cli.errors import EthicsError
    from mmethics_cli.report.pathway import explain_rule, pathway_json, pathway_text
    from mmethics_cli.workflow.opening import open_either

    session = Session.of(context)
    opened = open_either(session, path)
    tell_refused(session, opened)
    decided = opened.pathway
    if what_if:
        decided = Pathway(_supposed(opened.facts, what_if))
    if explain is not None:
        said = explain_rule(decided, explain)
        if said is None:
            raise EthicsError(f"没有规则“{explain}”。编号见 mmethics standard list rules。")
        session.show(said)
    elif format_ is OutputFormat.json:
        session.out(pathway_json(decided))
    else:
        session.show(pathway_text(decided, limits))
    raise typer.Exit(0 if decided.settled else 1)


def _supposed(facts: Facts, given: list[str]) -> Facts:
    """The facts with `path=value` answers put in; raises EthicsError for what can't be."""
    from mmethics_cli.core.conditions.values import Element
    from mmethics_cli.core.standard.answers import Refused, read_value
    from mmethics_cli.core.standard.names import ELEMENT_PATH, question_at
    from mmethics_cli.errors import EthicsError

    values: dict[str, Value] = {}
    for text in given:
        path, equals, raw = text.partition("=")
        path = path.strip()
        if not equals:
            raise EthicsError(f"--what-if 应写成 路径=值，现在是“{text}”。例如 risk.level=minimal")
        try:
            question = question_at(facts.standard, path)
        except KeyError:
            raise EthicsError(
                f"没有“{path}”这个问题。路径见 mmethics standard list questions。"
            ) from None
        element = ELEMENT_PATH.fullmatch(path)
        entries = facts.get(element["list"]) if element else ()
        ids = (
            [one.id for one in entries if isinstance(one, Element)]
            if isinstance(entries, tuple)
            else []
        )
        if element and element["id"] not in ids:
            raise EthicsError(f"列表里没有“{element['id']}”这一项。现有：{'、'.join(ids) or '无'}")
        if question.type == "list":
            raise EthicsError(f"“{path}”是列表，--what-if 只能改其中一项的字段。")
        try:
            values[path] = read_value(question, raw)
        except Refused as refusal:
            raise EthicsError(f"--what-if {text}：{refusal.message}。{refusal.fix}") from None
    return facts.assuming(values)
