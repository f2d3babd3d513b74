"""mmethics status: where the dossier stands, what is due, and what came before."""

from __future__ import annotations

from collections.abc import Iterator
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
)

if TYPE_CHECKING:
    from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
    from mmethics_cli.workflow.opening import Dossier


def status(
    context: typer.Context,
    folder: Folder = HERE,
    history: Annotated[
        bool, typer.Option("--history", help="历次送审、决定和版本，以及今天有效的版本")
    ] = False,
    calendar: Annotated[
        Path | None,
        typer.Option("--ics", metavar="FILE", help="把到期日另存为日历文件", show_default=False),
    ] = None,
    submission: SubmissionName = None,
) -> None:
    """查看卷宗进度：各节答了多少、自查、检查结果、审查路径、委员会的决定与到期日。

    到期日取规则与委员会所定中较严的一个；过了的标“已逾期”。日历文件可以导入手机或电脑的
    日历，到期前一个月和一周提醒。

    示例：
    mmethics status my-study
    mmethics status my-study --history
    mmethics status my-study --ics 到期日.ics
    """
    from mmethics_cli.store.submission.choice import newest_one
    from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord

    session = Session.of(context)
    dossier = open_at(session, folder, session.packs(), submission, otherwise=newest_one)
    tell_opened(session, dossier)
    record = CommitteeRecord(dossier)
    if history:
        session.show(_history(session, record))
    elif calendar is None:
        session.show(_status(session, record))
    if calendar is not None:
        from mmethics_cli.workflow.lifecycle.calendar import write_calendar

        count = write_calendar(record, calendar, session.today)
        if count:
            session.say(f"写好 {count} 个到期日：{calendar}")
        elif calendar.exists():
            session.say(f"现在没有到期日；以前导入日历的，再导入 {calendar} 就撤去。")
        else:
            session.say("现在没有到期日，没有写日历文件。")


def _history(session: Session, record: CommitteeRecord) -> str:
    from mmethics_cli.report.status import history_text
    from mmethics_cli.workflow.lifecycle.history import history_of

    history = history_of(record, session.today)
    return history_text(history.title, history.past, history.valid, history.until)


def _status(session: Session, record: CommitteeRecord) -> str:
    from mmethics_cli.report.status import DossierStatus, due_lines, status_text
    from mmethics_cli.workflow.assembly import package_of
    from mmethics_cli.workflow.checking import review
    from mmethics_cli.workflow.lifecycle.standing import Standing
    from mmethics_cli.workflow.opening import differing

    dossier = record.dossier
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
            standing=Standing(dossier).words,
            others=tuple(_others(dossier)),
            decisions=tuple(_decisions(record)),
            dues=tuple(due_lines(record.dues(), session.today)),
        ),
    )


def _others(dossier: Dossier) -> Iterator[str]:
    """The other submissions that are being prepared, or wait for the committee."""
    from mmethics_cli.store.submission.choice import waiting

    workspace = dossier.workspace
    waits = waiting(workspace.submissions)
    for submission in workspace.submissions:
        if submission != workspace.current and (submission in waits or not submission.sealed):
            state = "已封存，等待决定" if submission.sealed else "准备中"
            yield f"{submission.name}（{state}）"


def _decisions(record: CommitteeRecord) -> Iterator[str]:
    """The last decision, what stands approved if that is another, and whether the study ended."""
    from mmethics_cli.report.status import decision_line
    from mmethics_cli.workflow.registering import unregistered

    if names := unregistered(record.dossier):
        yield f"没有登记封存时的校验值（旧版封存的）：{'、'.join(names)}；记录决定时登记。"

    standard = record.dossier.standard
    last = record.decided[-1] if record.decided else None
    if last is not None:
        yield f"{last.submission.name} 的决定：{decision_line(standard, last.decision)}"
    approved = record.of_the_study[-1] if record.of_the_study else None
    if approved is not None and approved is not last:
        line = decision_line(standard, approved.decision)
        yield f"有效的批准：{approved.submission.name}，{line}"
    if record.ended:
        yield f"{record.ended}，不再有跟踪审查的到期日。"
    elif record.suspended:
        yield "研究已暂停；恢复前须经委员会同意，跟踪审查照常。"
