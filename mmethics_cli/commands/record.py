"""mmethics record: what the committee decided on the sealed submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mmethics_cli.commands.options import HERE, Folder, Session, tell_opened
from mmethics_cli.errors import EthicsError, NoTerminal

if TYPE_CHECKING:
    from mmethics_cli.core.conditions.values import Value
    from mmethics_cli.core.lifecycle.decision import CommitteeDecision
    from mmethics_cli.store.submission.submissions import Submission
    from mmethics_cli.workflow.lifecycle.recording import DecisionLimits, DecisionOptions
    from mmethics_cli.workflow.opening import Dossier

_NEEDED: Final = "请写明 --decision 和 --date（另有 --number、--valid-until 等，见 --help）。"
_SHOWN: Final = 8

Word = Annotated[
    str | None,
    typer.Option(
        metavar="WORD",
        help="approve 批准、modify_then_approve 修改后批准、modify_then_rereview 修改后再审、"
        "disapprove 不批准、suspend 暂停、terminate 终止；也可写中文",
    ),
]
Interval = Annotated[
    int | None, typer.Option("--interval-months", help="委员会定的跟踪审查间隔（月）")
]
Comments = Annotated[
    Path | None, typer.Option(metavar="FILE", help="审查意见：YAML 列表，一条一项")
]
OfficeFacts = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="PATH=值", help="另记由办公室登记的事实，可以写几次"),
]
Replacing = Annotated[
    bool, typer.Option("--replace", help="已经记过的，改记；旧的移到 committee/replaced/")
]


def record(
    context: typer.Context,
    folder: Folder = HERE,
    decision: Word = None,
    date: Annotated[str | None, typer.Option(metavar="DATE", help="决定日期")] = None,
    number: Annotated[str | None, typer.Option(metavar="TEXT", help="批件（意见书）文号")] = None,
    valid_until: Annotated[str | None, typer.Option(metavar="DATE", help="批件有效期至")] = None,
    interval: Interval = None,
    comments: Comments = None,
    fact: OfficeFacts = None,
    replace: Replacing = False,
) -> None:
    """把伦理委员会的决定记在已封存的这次送审上（decision.yaml）。

    批准以后，这次封存的送审就是以后修正案对照的基线；卷宗后来怎样改都不影响它。
    记录不生成文件：批准版本用 mmethics render --for approved，到期日见 mmethics status。
    在终端里没有写的选项会逐项提问；不在终端时须写 --decision 和 --date。

    示例：
    mmethics record my-study --decision 批准 --date 2027-03-20 \\
        --number 2027-伦审-018 --valid-until 2028-03-19
    mmethics record my-study --decision modify_then_approve --date 2027-03-20 \\
        --comments 意见.yaml
    """
    from mmethics_cli.workflow.lifecycle import recording
    from mmethics_cli.workflow.opening import open_dossier

    session = Session.of(context)
    given = recording.DecisionOptions(decision, date, number, valid_until, interval, comments)
    if not session.terminal and not fact and not (decision and date):
        raise NoTerminal(f"这里不是终端，不能提问。{_NEEDED}")
    dossier = open_dossier(folder, session.today, session.packs(of_office=True))
    tell_opened(session, dossier)
    current = recording.submission_to_decide(dossier)
    facts = recording.office_facts(dossier, fact or [])
    if facts and given.empty():
        recording.record_facts(dossier, facts)
        return _tell_facts(session, dossier, facts)
    limits = recording.limits_of(dossier, current, session.today, replace=replace)
    decided = _decision(session, dossier, given, limits, facts)
    aside = recording.record(dossier, decided, limits, facts)
    if aside is not None:
        session.say(f"原来记录的决定移到了 {aside.as_posix()}")
    _tell_facts(session, dossier, facts)
    _tell_decision(session, dossier, current, decided)
    _tell_what_follows(session, dossier, current, decided, folder)


def _decision(
    session: Session,
    dossier: Dossier,
    given: DecisionOptions,
    limits: DecisionLimits,
    facts: dict[str, Value],
) -> CommitteeDecision:
    """The decision to record, its parts asked for at a terminal; raises EthicsError."""
    from mmethics_cli.workflow.lifecycle.recording import read_options

    if session.terminal and not given.whole():
        from mmethics_cli.commands.record_form import prompted

        return prompted(session, dossier, given, limits, facts)
    if given.whole():
        return read_options(dossier.standard, given)
    raise EthicsError(f"决定没有写全。{_NEEDED}")


def _tell_facts(session: Session, dossier: Dossier, facts: dict[str, Value]) -> None:
    from mmethics_cli.core.standard.names import label_of

    for path in facts:
        session.out(f"已记录：{label_of(dossier.standard, path)}")


def _tell_decision(
    session: Session, dossier: Dossier, current: Submission, decision: CommitteeDecision
) -> None:
    from mmethics_cli.report.status import decision_line
    from mmethics_cli.workflow.opening import differing
    from mmethics_cli.workflow.registering import seal_digest

    session.out(f"已记录 {current.name} 的决定：{decision_line(dossier.standard, decision)}")
    session.out(f"所审材料的清单校验值（SHA-256）：{seal_digest(current)}")
    labels = differing(dossier)
    if labels:
        more = "等" if len(labels) > _SHOWN else ""
        session.say(
            f"卷宗与封存的送审有 {len(labels)} 项不同（{'、'.join(labels[:_SHOWN])}{more}）；"
            "决定针对封存的送审，这些改动没有经过审查。"
        )
    if decision.day is not None and decision.day > session.today:
        session.say(f"请核对：决定日期 {decision.day} 在今天（{session.today}）之后。")


def _tell_what_follows(
    session: Session,
    dossier: Dossier,
    current: Submission,
    decision: CommitteeDecision,
    folder: Path,
) -> None:
    """Due dates and the next command."""
    from mmethics_cli.report.status import due_lines
    from mmethics_cli.store.submission.submissions import OF_THE_STUDY
    from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord

    record = CommitteeRecord(dossier)
    if decision.approves and record.ended:
        session.say(f"{record.ended}，没有新的到期日。")
    elif decision.approves:
        approval = record.approval
        if decision.valid_until is None and approval and approval.until is None:
            session.say("没有写有效期，算不出批件何时到期；补记请加 --valid-until 和 --replace。")
        for line in due_lines(record.dues(), session.today):
            session.out(line)
        if current.kind in OF_THE_STUDY:
            session.say(f"生成批准版本：mmethics render {folder} --for approved")
    elif decision.comments:
        count = len(decision.comments)
        session.say(f"共 {count} 条意见。答复：mmethics follow re-review {folder}")
