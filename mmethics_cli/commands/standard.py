"""mmethics standard: look at the pack and prove it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mmethics_cli.commands.options import Session
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.errors import EthicsError

app = typer.Typer(
    help="""查看标准包里有什么，检验它前后是否一致。

    示例：
    mmethics standard list
    mmethics standard show M2
    """
)


class PackPart(StrEnum):
    """What `standard list` can list."""

    items = "items"
    rules = "rules"
    questions = "questions"
    documents = "documents"
    consistency = "consistency"
    worksheets = "worksheets"


@app.command("lint", short_help="检验标准包：名称、依据、用例、模板")
def lint(context: typer.Context) -> None:
    """检验标准包：名称、条件、依据、用例和模板是否都对得上，所引的规定是否现行（看 --today）。

    有问题时逐条列出文件与行号，退出码为 1。

    示例：
    mmethics standard lint
    mmethics standard lint --pack 我院标准包
    """
    from mmethics_cli.errors import PackError
    from mmethics_cli.office.pack import office_problems
    from mmethics_cli.workflow.proof import pack_problems

    session = Session.of(context)
    try:
        problems = pack_problems(session.pack, session.today) + office_problems(session.pack)
    except PackError as error:
        session.out("\n".join(map(str, error.problems)) or error.message)
        raise typer.Exit(1) from None
    for problem in problems:
        session.out(str(problem))
    session.say(f"发现 {len(problems)} 处问题。" if problems else "标准包没有问题。")
    raise typer.Exit(1 if problems else 0)


@app.command("list", short_help="列出审查要点、规则、问题、文件")
def list_(
    context: typer.Context,
    part: Annotated[PackPart, typer.Argument(metavar="PART", help="列出哪一部分")] = PackPart.items,
) -> None:
    """列出标准包的一部分：审查要点、规则、问题、文件、一致性规则或工作表，每行一条，编号在前。

    示例：
    mmethics standard list              审查要点
    mmethics standard list documents    送审文件与编号
    """
    from mmethics_cli.report.standard import listing

    session = Session.of(context)
    also = (part.value,) if part is PackPart.worksheets else ()
    session.out(listing(session.packs().of(also=also).standard, part.value))


@app.command("show", short_help="查看一条要点、规则、问题或文件")
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ID", help="编号或路径，如 M2、risk.level")],
) -> None:
    """查看一条要点、规则、问题、文件、决定表、法源或工作表要点的全部内容和依据。

    示例：
    mmethics standard show M2
    mmethics standard show risk.level
    """
    from mmethics_cli.report.standard import entry_text, near_names

    session = Session.of(context)
    standard = session.packs().of(also=("worksheets",)).standard
    text = entry_text(standard, name)
    if text is None:
        near = "、".join(near_names(standard, name))
        hint = f"相近的有：{near}。" if near else "编号见 mmethics standard list。"
        raise EthicsError(f"标准包里没有“{name}”。{hint}")
    session.show(text)


@app.command("schema", short_help="给编辑器用的 JSON Schema：补全、提示、检查")
def schema(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="写进这个卷宗的 .schema/", show_default=False),
    ] = None,
    self_check: Annotated[
        bool, typer.Option("--self-check", help="打印 self-check.yaml 的，不是 dossier.yaml 的")
    ] = False,
) -> None:
    """打印 dossier.yaml 的 JSON Schema：每一项的名称、问法、说明、选项和写法。

    编辑器（如 VS Code 的 YAML 扩展）凭它补全、提示和检查，不用联网。新建的卷宗自带；
    旧的卷宗，或换了标准包的，写上 DIR：重写它的 .schema/，并在 dossier.yaml 和
    self-check.yaml 的第一行写明在哪里。

    示例：
    mmethics standard schema > dossier.schema.json
    mmethics standard schema my-study
    """
    session = Session.of(context)
    if folder is not None:
        from mmethics_cli.workflow.schemas import renew_schemas

        named = renew_schemas(folder, session.packs())
        first = f"，{'、'.join(named)} 加了第一行" if named else ""
        session.say(f"已写入 {folder}/.schema{first}。")
        return
    from mmethics_cli.core.answers.schema import dossier_schema, self_check_schema
    from mmethics_cli.store.dossier.schemas import schema_text

    of = self_check_schema if self_check else dossier_schema
    session.give(schema_text(of(session.packs().of().standard)).rstrip())


@app.command("sources", short_help="列出法源与条文的核对情况；哪天以来改了什么")
def sources(
    context: typer.Context,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="只列从这天起改了什么，如 2026-11-30"),
    ] = None,
) -> None:
    """列出法源：名称、文号、施行日期、状态，以及各有多少条文读过、二手、凭记忆。

    加 --since 则列出从那天起（含当天）标准包各版改了什么：凭哪一条、涉及什么、
    出现在哪些文件、要做什么。

    示例：
    mmethics standard sources
    mmethics standard sources --since 2026-11-30
    """
    from mmethics_cli.report.standard import source_list

    session = Session.of(context)
    if since is None:
        session.out(source_list(session.packs().of().standard, session.today))
        return
    day = parse_date(since)
    if day is None:
        raise EthicsError(f"--since 的值“{since}”不是日期。请写成 2027-03-01 的样子。")
    from mmethics_cli.core.standard.pack_editions import editions_since
    from mmethics_cli.render.law_in_documents import LawInDocuments
    from mmethics_cli.report.law_changes import changes_text, shown_editions

    loaded = session.packs().of(also=("worksheets",))
    standard, trees = loaded.standard, loaded.pack.trees
    showing = LawInDocuments(standard, loaded.templates).showing
    editions = shown_editions(standard, trees, editions_since(standard, day), showing)
    session.show(changes_text(standard, editions, day))
