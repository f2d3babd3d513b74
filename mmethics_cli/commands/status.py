"""mmethics status: where the dossier stands, what is due, and what came before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmethics_cli.commands.options import HERE, Session

if TYPE_CHECKING:
    from mmethics_cli.workflow.opening import Dossier
    from mmethics_cli.workflow.standing import Standings


def status(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
    ] = HERE,
    history: Annotated[
        bool, typer.Option("--history", help="历次送审、决定和版本，以及今天有效的版本")
    ] = False,
    calendar: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="把到期日另存为日历文件", show_default=False),
    ] = None,
) -> None:
    """查看卷宗进度：各节答了多少、自查、检查结果、审查路径、委员会的决定与到期日。

    到期日取规则与委员会所定中较严的一个；过了的标“已逾期”。日历文件可以导入手机或电脑的
    日历，到期前一个月和一周提醒。

    示例：
    mmethics status my-study
    mmethics status my-study --history
    mmethics status my-study --ics 到期日.ics
    """
    from mmethics_cli.commands.options import tell_refused
    from mmethics_cli.workflow.opening import open_dossier
    from mmethics_cli.workflow.standing import Standings

    session = Session.of(context)
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    standings = Standings(dossier)
    if history:
        from mmethics_cli.workflow.history import history_of

        session.show(history_of(standings, session.today))
    elif calendar is None:
        session.show(_status(session, dossier, standings))
    if calendar is not None:
        from mmethics_cli.workflow.history import write_calendar

        count = write_calendar(standings, calendar, session.today)
        session.say(
            f"写好 {count} 个到期日：{calendar}" if count else "现在没有到期日，日历是空的。"
        )


def _status(session: Session, dossier: Dossier, standings: Standings) -> str:
    from mmethics_cli.report.status import DossierStatus, due_lines, status_text
    from mmethics_cli.workflow.assembly import package_of
    from mmethics_cli.workflow.checking import review
    from mmethics_cli.workflow.standing import differing

    current = dossier.workspace.current
    return status_text(
        dossier.pathway,
        dossier.self_check,
        review(dossier, package_of(dossier, session.today)),
        DossierStatus(
            dossier.name,
            current.name if current else "",
            sealed=current is not None and current.sealed,
            changed=bool(differing(dossier)),
            decisions=tuple(_decisions(standings)),
            dues=tuple(due_lines(standings.dues(), session.today)),
        ),
    )


def _decisions(standings: Standings) -> Iterator[str]:
    """The last decision, what stands approved if that is another, and whether the study ended."""
    from mmethics_cli.report.status import decision_line

    standard = standings.dossier.standard
    last = standings.decided[-1] if standings.decided else None
    if last is not None:
        yield f"{last.submission.name} 的决定：{decision_line(standard, last.made)}"
    standing = standings.of_the_study[-1] if standings.of_the_study else None
    if standing is not None and standing is not last:
        line = decision_line(standard, standing.made)
        yield f"有效的批准：{standing.submission.name}，{line}"
    if standings.ended:
        yield f"{standings.ended}，不再有跟踪审查的到期日。"
    elif standings.suspended:
        yield "研究已暂停；恢复前须经委员会同意，跟踪审查照常。"
