"""mmethics form: the institution's own Word form, mapped once and then filled from dossiers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Format,
    OutputFormat,
    Session,
    SubmissionName,
    columns,
    open_at,
    tell_opened,
)
from mmethics_cli.wording.columns import fitted
from mmethics_cli.wording.shell import shell_word

if TYPE_CHECKING:
    from mmethics_cli.workflow.own_forms.importing import ImportProposal
    from mmethics_cli.workflow.packs import LoadedPack

app = typer.Typer(
    help="""用本机构自己的 Word、Excel 表格：读一次、核对一次，以后从卷宗里填。

    示例：
    mmethics form read 初审申请表.docx --out 核对.xlsx
    mmethics form read 初审申请表.docx --from 核对.xlsx --by 王某
    mmethics form check 初审申请表
    mmethics form fill my-study
    mmethics form import 填好的表.docx my-study --form 初审申请表
    """
)

FormFile = Annotated[
    Path,
    typer.Argument(
        metavar="FORM",
        help="空白表格，.docx、.xlsx；旧的 .doc 要装有 LibreOffice",
        show_default=False,
    ),
]
Tagged = Annotated[
    bool, typer.Option("--tags", help="只看表里的 {{ 名称 }} 标签；填时要装 mmethics[tags]")
]
Proof = Annotated[
    Path | None,
    typer.Option("--proof", metavar="FILE", help="另写一份表格，空格里印着事实的名称"),
]
Replace = Annotated[bool, typer.Option("--replace", help="覆盖已有的同名文件")]


@app.command("read", short_help="读一份空白表格，提出每一格问的是什么")
def read(
    context: typer.Context,
    file: FormFile,
    format_: Format = OutputFormat.text,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="SHEET.xlsx", help="写成 Excel 核对表")
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option("--from", metavar="SHEET.xlsx", help="收回核对好的 Excel，写出对照表"),
    ] = None,
    proof: Proof = None,
    tagged: Tagged = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="核对人，写进对照表")] = "",
    replace: Replace = False,
) -> None:
    """读出表格的每一个空格，提出它问卷宗里的哪个事实；没有把握的只列出来，请办公室定。

    先用 --out 写出核对表，在 Excel 里改好，再用 --from 收回：对照表写进本机构标准包的 forms/，
    没有标准包的写在表格旁边。

    示例：
    mmethics form read 初审申请表.docx --out 核对.xlsx --proof 样张.docx
    mmethics form read 初审申请表.docx --from 核对.xlsx --by 王某
    """
    from mmethics_cli.forms import report
    from mmethics_cli.workflow.own_forms import forms

    session = Session.of(context)
    loaded = session.packs().of(HERE, ("forms",))
    form = forms.read(file, loaded, tagged=tagged)
    if out is not None:
        forms.write_review(form, out, session.today, replace=replace)
        tags = ["--tags"] if tagged else []
        again = _typed("read", file, *tags, "--from", out)
        session.say(f"已写出核对表：{out}。改好后运行：{again}")
    if proof is not None:
        forms.write_proof(form, file, proof, replace=replace)
        session.say(f"已写出样张：{proof}（空格里印着事实的名称）。")
    if sheet is not None:
        target = forms.write_reviewed(form, file, sheet, loaded, by, session.today, replace=replace)
        session.say(f"已写出对照表：{target}。{_next_step(loaded, sheet)}")
        return
    if format_ is OutputFormat.json:
        session.give(report.reading_json(form.name, form.form.blanks, form.reading))
    elif out is None and proof is None:
        text = report.reading_text(form.name, form.form.blanks, form.reading, loaded.standard)
        session.show(fitted(text, columns()))


def _typed(*words: Path | str) -> str:
    """What to type next, as one can copy it."""
    return f"mmethics form {' '.join(map(shell_word, words))}"


def _next_step(loaded: LoadedPack, sheet: Path) -> str:
    """What to type after a mapping was written: only those of a pack are found again."""
    if loaded.pack.overlay is not None:
        return "填表：mmethics form fill 卷宗"
    return (
        "\n没有指明本机构的标准包，填表时找不到它。请写明标准包再收一次："
        f"\nmmethics --pack 本院标准包 form read 表格.docx --from {shell_word(sheet)}"
    )


@app.command("check", short_help="表格改版以后，看对照表还对得上几格")
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="对照表的名称", show_default=False)],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FORM]", help="新版的表格", show_default=False)
    ] = None,
    format_: Format = OutputFormat.text,
) -> None:
    """对照表与表格比一遍：找到的、挪了地方的、新出现的、不见了的。有不见了的或新的，退出码是 1。

    示例：
    mmethics form check 初审申请表
    mmethics form check 初审申请表 初审申请表V4.docx
    """
    from mmethics_cli.forms import report
    from mmethics_cli.workflow.own_forms import forms

    session = Session.of(context)
    loaded = session.packs().of(HERE)
    form = forms.named_form(name, loaded)
    result = forms.check(form, file)
    if format_ is OutputFormat.json:
        session.give(report.check_json(result.located, result.total))
    else:
        session.show(fitted(report.check_text(form.name, result.located, result.total), columns()))
    if result.located.gone or result.located.new:
        raise typer.Exit(1)


@app.command("fill", short_help="从卷宗里填本机构的表格")
def fill(
    context: typer.Context,
    folder: Folder = HERE,
    form: Annotated[
        str | None, typer.Option("--form", metavar="NAME", help="哪一份表格；不写填合用的")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="写到这个文件夹；不写在卷宗的 forms/"),
    ] = None,
    format_: Format = OutputFormat.text,
    replace: Replace = False,
    submission: SubmissionName = None,
) -> None:
    """把卷宗里的回答填进本机构的表格，另存一份；表格原来的字一个不改，不知道的不勾。

    填完列出：填了几格、卷宗没有回答的、要手写的、没有定下来的，以及表上没有地方印的事实。

    示例：
    mmethics form fill my-study
    mmethics form fill my-study --form 初审申请表 --out 填好
    """
    from mmethics_cli.forms import report
    from mmethics_cli.workflow.own_forms import forms

    session = Session.of(context)
    dossier = open_at(session, folder, session.packs(), submission)
    tell_opened(session, dossier)
    for chosen in forms.chosen_forms(dossier, form):
        filled = forms.fill(dossier.facts, chosen, session.today, draft=True)
        target = forms.write_filled(filled, out or folder / "forms", replace=replace)
        if format_ is OutputFormat.json:
            session.give(report.coverage_json(filled.name, filled.coverage, dossier.standard))
        else:
            text = report.coverage_text(filled.name, filled.coverage, dossier.standard)
            session.show(fitted(text, columns()))
        session.say(f"已填好（草稿）：{target}")


@app.command("import", short_help="从填好的表或别的文件里读回值，逐个确认")
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="填好的 .docx、.xlsx 或 .pdf", show_default=False)
    ],
    folder: Folder = HERE,
    form: Annotated[
        str | None,
        typer.Option("--form", metavar="NAME", help="照哪份空白表格读；不写就按标签读"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="SHEET.xlsx", help="写成 Excel，逐行确认")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--from", metavar="SHEET.xlsx", help="收回确认过的 Excel")
    ] = None,
    replace: Replace = False,
    submission: SubmissionName = None,
) -> None:
    """读出文件里的值，每个都写明位置和原话；确认以前什么也不写。

    给出 --form 的，照那份空白表格读：新写上去的就是回答。没有的，只读写明标签的短值；
    同一个问题读到几个不同的值，全部列出，一个也不用。

    示例：
    mmethics form import 填好的表.docx my-study --form 初审申请表
    mmethics form import 研究方案.pdf my-study --out 读到的值.xlsx
    mmethics form import 研究方案.pdf my-study --from 读到的值.xlsx
    """
    from mmethics_cli.workflow.own_forms import forms, importing

    session = Session.of(context)
    dossier = open_at(session, folder, session.packs(), submission, also=("forms",))
    tell_opened(session, dossier)
    blank = forms.named_form(form, dossier.loaded) if form else None
    proposals = importing.import_proposals(dossier, file, blank)
    if sheet is not None:
        taken = importing.confirmed(file, sheet, proposals)
    else:
        session.show(fitted(importing.proposals_text(file.name, proposals), columns()))
        if out is not None:
            forms.refuse_existing(out, ".xlsx", replace=replace)
            importing.write_book(file, proposals, out, session.today)
            named = ("--form", form) if form else ()
            again = _typed("import", file, folder, *named, "--from", out)
            session.say(f"已写出：{out}。逐行确认后运行：{again}")
            return
        taken = _picked(session, proposals)
    importing.take(dossier, taken)
    session.say(f"写入 {len(taken)} 个值。" if taken else "没有写入。")


def _picked(session: Session, proposals: list[ImportProposal]) -> list[ImportProposal]:
    """The values that a person ticks; raises NoTerminal where nobody can be asked."""
    proposals = [proposal for proposal in proposals if proposal.can_be_taken]
    if not proposals:
        return []
    session.need_terminal("用 --out 写成 Excel，确认后再用 --from 收回。")
    from mmethics_cli.ask.prompts import Pressed, Prompts

    options = tuple(
        (str(number), f"{proposal.label}：{proposal.new}（{proposal.read.place}）")
        for number, proposal in enumerate(proposals)
    )
    answer = Prompts(terminal=True).choices("勾选属实的值（不勾的不写入）", options)
    return [] if isinstance(answer, Pressed) else [proposals[int(number)] for number in answer]
