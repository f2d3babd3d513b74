"""mmethics record: what the committee decided on the sealed submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mmethics_cli.commands.options import HERE, Session
from mmethics_cli.errors import EthicsError, NoTerminal, Problem, WorkspaceError

if TYPE_CHECKING:
    from mmethics_cli.core.conditions.values import Value
    from mmethics_cli.core.lifecycle.decision import CommitteeDecision
    from mmethics_cli.store.submission.submissions import Submission
    from mmethics_cli.workflow.opening import Dossier
    from mmethics_cli.workflow.recording import DecisionOptions


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
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="卷宗所在的文件夹", show_default=False)
    ] = HERE,
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
    from mmethics_cli.commands.options import tell_refused
    from mmethics_cli.store.submission.decisions import record_decision
    from mmethics_cli.workflow.opening import open_dossier
    from mmethics_cli.workflow.recording import DecisionOptions, record_facts

    session = Session.of(context)
    given = DecisionOptions(decision, date, number, valid_until, interval, comments)
    if not session.terminal and not fact and not (decision and date):
        raise NoTerminal(f"这里不是终端，不能提问。{_NEEDED}")
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    current = _sealed(dossier)
    facts = record_facts(dossier, fact or [])
    made = _made(session, dossier, current, given, replace, facts)
    aside = record_decision(dossier.workspace, made, facts)
    if aside is not None:
        session.say(f"原来记录的决定移到了 {aside.as_posix()}")
    _tell(session, dossier, current, made, facts, folder)


def _sealed(dossier: Dossier) -> Submission:
    """The current submission, untouched since it was sealed; raises WorkspaceError else."""
    from mmethics_cli.store.submission.manifest import verify_folder

    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审，没有可以记录决定的。")
    if not current.sealed:
        raise WorkspaceError(
            f"{current.name} 还没有封存，不能记录决定：委员会审的是封存的材料。"
            "先运行 mmethics submit。"
        )
    found = verify_folder(current.folder).differences
    if found:
        problems = [Problem(f"{one}") for one in found[:_SHOWN]]
        raise WorkspaceError(
            f"{current.name} 与封存时不一致（{len(found)} 处），不能记录决定。"
            "请先恢复成送审时的样子：",
            problems,
        )
    return current


def _made(
    session: Session,
    dossier: Dossier,
    current: Submission,
    given: DecisionOptions,
    replace: bool,
    facts: dict[str, Value],
) -> CommitteeDecision | None:
    """The decision to record; None when only facts are. Raises EthicsError where it can't be."""
    from mmethics_cli.core.lifecycle.decision import decision_faults, decision_words
    from mmethics_cli.store.submission.decisions import decision_of
    from mmethics_cli.store.submission.submissions import sealed_date
    from mmethics_cli.workflow.recording import allowed_interval, decided

    if facts and given.empty():
        return None
    before = decision_of(current, dossier.standard)
    if before is not None and not replace:
        label = decision_words(dossier.standard).get(before.decision, before.decision)
        raise EthicsError(
            f"{current.name} 已经记录了决定“{label}”。要改记请加 --replace（旧的会移到一边）。"
        )
    longest = allowed_interval(dossier, current, session.today)
    sealed = sealed_date(current)
    if session.terminal and not given.whole():
        from mmethics_cli.commands.record_form import prompted

        made = prompted(session, dossier, given, sealed, longest, facts)
    elif given.whole():
        made = decided(dossier.standard, given)
    else:
        raise EthicsError(f"决定没有写全。{_NEEDED}")
    wrong = [
        f"{one.option}：{one.message}"
        for one in decision_faults(dossier.standard, made, sealed, longest)
    ]
    if wrong:
        problems = [Problem(f"{one}。") for one in wrong]
        raise EthicsError("决定没有记录：", problems)
    return made


def _tell(
    session: Session,
    dossier: Dossier,
    current: Submission,
    made: CommitteeDecision | None,
    facts: dict[str, Value],
    folder: Path,
) -> None:
    from mmethics_cli.core.standard.names import label_of
    from mmethics_cli.report.status import decision_line, due_lines
    from mmethics_cli.store.submission.submissions import OF_THE_STUDY
    from mmethics_cli.workflow.standing import Standings, differing

    for path in facts:
        session.out(f"已记录：{label_of(dossier.standard, path)}")
    if made is None:
        return
    session.out(f"已记录 {current.name} 的决定：{decision_line(dossier.standard, made)}")
    found = differing(dossier)
    if found:
        more = "等" if len(found) > _SHOWN else ""
        session.say(
            f"卷宗与封存的送审有 {len(found)} 项不同（{'、'.join(found[:_SHOWN])}{more}）；"
            "决定针对封存的送审，这些改动没有经过审查。"
        )
    if made.day is not None and made.day > session.today:
        session.say(f"请核对：决定日期 {made.day} 在今天（{session.today}）之后。")
    standings = Standings(dossier)
    if made.approves and standings.ended:
        session.say(f"{standings.ended}，没有新的到期日。")
    elif made.approves:
        if made.valid_until is None and standings.approval and standings.approval.until is None:
            session.say("没有写有效期，算不出批件何时到期；补记请加 --valid-until 和 --replace。")
        for line in due_lines(standings.dues(), session.today):
            session.out(line)
        if current.kind in OF_THE_STUDY:
            session.say(f"生成批准版本：mmethics render {folder} --for approved")
    elif made.comments:
        session.say(f"共 {len(made.comments)} 条意见。答复：mmethics follow re-review {folder}")
