"""mmethics record: what the committee decided on the sealed submission."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Session,
    SubmissionName,
    columns,
    open_at,
    tell_opened,
)
from mmethics_cli.errors import EthicsError, NoTerminal
from mmethics_cli.wording.shell import shell_word

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
        "disapprove 不批准、continue 继续研究、complete 同意结题、suspend 暂停、terminate 终止等；"
        "也可写中文",
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
Supplement = Annotated[
    bool,
    typer.Option(
        "--supplement",
        help="不是决定：办公室要求补正（--comments，或逐行写），送审作为下一轮再打开",
    ),
]
FromReply = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FILE", help="照办公室的回件（zip）记，不用重打", show_default=False
    ),
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
    supplement: Supplement = False,
    reply: FromReply = None,
    submission: SubmissionName = None,
) -> None:
    """把伦理委员会的决定记在已封存的送审上（decision.yaml）。

    有几次等着决定时，用 --submission 写明是哪一次。可用的词随送审的类别：初始审查是批准、
    不批准等，进展报告是继续研究，结题是同意结题。
    批准以后，这次封存的送审就是以后修正案对照的基线；卷宗后来怎样改都不影响它。
    记录不生成文件：批准版本用 mmethics render --for approved，到期日见 mmethics status。
    办公室给了回件的，用 --from：核对答复的是哪一次封存的送审，照它记；要补正的再打开下一轮。
    在终端里没有写的选项会逐项提问；不在终端时须写 --decision 和 --date。

    示例：
    mmethics record my-study --decision 批准 --date 2027-03-20 \\
        --number 2027-伦审-018 --valid-until 2028-03-19
    mmethics record my-study --decision modify_then_approve --date 2027-03-20 \\
        --comments 意见.yaml
    mmethics record my-study --supplement --comments 补正.yaml
    mmethics record my-study --from 回件-2027-受-0012.zip
    """
    from mmethics_cli.workflow.lifecycle import recording

    session = Session.of(context)
    given = recording.DecisionOptions(decision, date, number, valid_until, interval, comments)
    if reply is not None:
        alone = given.empty() and not (supplement or fact or submission)
        return _record_reply(session, folder, reply, replace, alone=alone)
    if supplement:
        return _ask_for_more(session, folder, given, submission)
    _record_given(session, folder, submission, given, fact or [], replace)


def _record_given(
    session: Session,
    folder: Path,
    submission: str | None,
    given: DecisionOptions,
    fact: list[str],
    replace: bool,
) -> None:
    """Record what the options say, of the submission that they name; raises NoTerminal."""
    from mmethics_cli.store.submission.choice import one_to_correct, one_to_decide
    from mmethics_cli.workflow.lifecycle import recording

    if not session.terminal and not fact and not given.whole():
        raise NoTerminal(f"这里不是终端，不能提问。{_NEEDED}")
    otherwise = one_to_correct if replace else one_to_decide
    packs = session.packs(of_office=True)
    dossier = open_at(session, folder, packs, submission, otherwise=otherwise)
    tell_opened(session, dossier)
    facts = recording.office_facts(dossier, fact)
    current = recording.submission_to_decide(dossier)
    if facts and given.empty():
        recording.record_facts(dossier, facts)
        return _tell_facts(session, dossier, facts)
    _record(session, dossier, current, given, facts, replace)


def _record_reply(
    session: Session, folder: Path, path: Path, replace: bool, *, alone: bool
) -> None:
    """Record what an office's reply says, of the submission that it answers.

    Raises EthicsError unless nothing else is to be recorded.
    """
    if not alone:
        raise EthicsError("回件里写着全部要记的，--from 只能与 --replace 同用。")
    from mmethics_cli.store.submission.replies import read_reply
    from mmethics_cli.workflow.lifecycle import recording
    from mmethics_cli.workflow.lifecycle.replying import (
        AskedMore,
        answered_by,
        keep_papers,
        told_by,
    )
    from mmethics_cli.workflow.lifecycle.supplementing import ask_for_more

    reply = read_reply(path)
    packs = session.packs(of_office=True)
    dossier = open_at(session, folder, packs, otherwise=answered_by(reply))
    tell_opened(session, dossier)
    current = recording.submission_to_decide(dossier)
    told = told_by(reply, dossier, current)
    if isinstance(told, AskedMore):
        _tell_opened_again(session, current, ask_for_more(dossier, current, told.asked, told.day))
    else:
        limits = recording.limits_of(dossier, current, session.today, replace=replace)
        _enter(session, dossier, current, told, limits, {})
    for name in keep_papers(reply, current, replace=replace):
        session.say(f"收好：{current.name}/committee/{name}")


def _ask_for_more(
    session: Session, folder: Path, given: DecisionOptions, submission: str | None
) -> None:
    """Record what the office asked for, and open the next round."""
    from mmethics_cli.store.submission.choice import one_to_decide
    from mmethics_cli.store.submission.decisions import read_comments
    from mmethics_cli.workflow.lifecycle.recording import read_date, submission_to_decide
    from mmethics_cli.workflow.lifecycle.supplementing import ask_for_more

    if given.comments is None and not session.terminal:
        raise NoTerminal(
            "这里不是终端，不能提问。要补正什么，写在文件里：--comments FILE，一项一条。"
        )
    if given.decision or given.number or given.valid_until or given.interval is not None:
        raise EthicsError("--supplement 不是决定，只能与 --comments、--date、--submission 同用。")
    day = read_date("--date", given.date) or session.today
    asked = read_comments(given.comments) if given.comments is not None else ()
    packs = session.packs(of_office=True)
    dossier = open_at(session, folder, packs, submission, otherwise=one_to_decide)
    tell_opened(session, dossier)
    current = submission_to_decide(dossier)
    if given.comments is None:
        from mmethics_cli.commands.record_form import asked_for_more

        asked = asked_for_more(session)
    _tell_opened_again(session, current, ask_for_more(dossier, current, asked, day))


def _tell_opened_again(session: Session, current: Submission, opened: Dossier) -> None:
    from mmethics_cli.core.standard.names import SUPPLEMENTS
    from mmethics_cli.workflow.lifecycle.supplementing import asked_for

    again, count = opened.workspace.current, len(asked_for(opened))
    session.out(f"已记录 {current.name} 要补正的 {count} 项；再打开为 {again and again.name}")
    label = opened.standard.questions[SUPPLEMENTS].label
    session.say(
        f"改好以后逐项写“{label}”：mmethics fill {shell_word(opened.name)}；再 mmethics submit。"
    )


def _record(
    session: Session,
    dossier: Dossier,
    current: Submission,
    given: DecisionOptions,
    facts: dict[str, Value],
    replace: bool,
) -> None:
    """Record a decision, its parts asked for where they lack."""
    from mmethics_cli.workflow.lifecycle import recording

    limits = recording.limits_of(dossier, current, session.today, replace=replace)
    decided = _decision(session, dossier, current, given, limits, facts)
    _enter(session, dossier, current, decided, limits, facts)


def _enter(
    session: Session,
    dossier: Dossier,
    current: Submission,
    decided: CommitteeDecision,
    limits: DecisionLimits,
    facts: dict[str, Value],
) -> None:
    """Record a decision, and say what follows from it."""
    from mmethics_cli.workflow.lifecycle import recording

    aside = recording.record(dossier, decided, limits, facts)
    if aside is not None:
        session.say(f"原来记录的决定移到了 {aside.as_posix()}")
    _tell_facts(session, dossier, facts)
    _tell_decision(session, dossier, current, decided)
    _tell_what_follows(session, dossier, current, decided)


def _decision(
    session: Session,
    dossier: Dossier,
    current: Submission,
    given: DecisionOptions,
    limits: DecisionLimits,
    facts: dict[str, Value],
) -> CommitteeDecision:
    """The decision to record, its parts asked for at a terminal; raises EthicsError."""
    from mmethics_cli.workflow.lifecycle.recording import decided_kind, read_options

    if session.terminal and not given.whole():
        from mmethics_cli.commands.record_form import prompted

        return prompted(session, dossier, given, limits, facts)
    if given.whole():
        return read_options(dossier.standard, given, decided_kind(dossier, current))
    raise EthicsError(f"决定没有写全。{_NEEDED}")


def _tell_facts(session: Session, dossier: Dossier, facts: dict[str, Value]) -> None:
    from mmethics_cli.core.standard.names import label_of

    for path in facts:
        session.out(f"已记录：{label_of(dossier.standard, path)}")


def _tell_decision(
    session: Session, dossier: Dossier, current: Submission, decision: CommitteeDecision
) -> None:
    from mmethics_cli.report.status import decision_line
    from mmethics_cli.wording.columns import fitted
    from mmethics_cli.workflow.opening import differing
    from mmethics_cli.workflow.registering import seal_digest

    said = f"已记录 {current.name} 的决定：{decision_line(dossier.standard, decision)}"
    session.out(fitted(said, columns()))
    session.out(f"清单 SHA-256：{seal_digest(current)}")
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
) -> None:
    """Due dates and the next command."""
    from mmethics_cli.core.lifecycle.decision import meaning_of
    from mmethics_cli.report.status import due_lines
    from mmethics_cli.workflow.approvals import crossed
    from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord

    record = CommitteeRecord(dossier)
    approves = meaning_of(dossier.standard, decision.decision).approves
    for finding in crossed(dossier.workspace.lineage) if approves else ():
        session.say(f"请留意：{finding.message}。{finding.fix}。")
    if approves and record.ended:
        session.say(f"{record.ended}，没有新的到期日。")
    elif approves:
        approval = record.approval
        if decision.valid_until is None and approval and approval.until is None:
            session.say("没有写有效期，算不出批件何时到期；补记请加 --valid-until 和 --replace。")
        for line in due_lines(record.dues(), session.today):
            session.out(line)
        if dossier.workspace.lineage.is_of_the_study(current):
            session.say(f"生成批准版本：mmethics render {shell_word(dossier.name)} --for approved")
    elif decision.comments:
        count = len(decision.comments)
        session.say(
            f"共 {count} 条意见。答复：mmethics follow re-review {shell_word(dossier.name)}"
        )
