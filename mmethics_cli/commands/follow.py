"""mmethics follow: open a submission after the first one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mmethics_cli.commands.options import (
    HERE,
    Folder,
    Session,
    asked_submission,
    tell_opened,
    tell_texts_to_confirm,
    tell_unanswered,
)
from mmethics_cli.errors import EthicsError
from mmethics_cli.wording.shell import shell_word

if TYPE_CHECKING:
    from mmethics_cli.workflow.lifecycle.following import OpenedSubmission
    from mmethics_cli.workflow.opening import Dossier

_COLUMNS: Final = 79


Kind = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="amendment 修正案、progress 进展、safety 安全性事件、data-incident 数据安全事件、"
        "deviation 偏离、suspension 暂停或终止、completion 结题、re-review 复审",
        show_default=False,
    ),
]
Answers = Annotated[
    Path | None, typer.Option("--answers", metavar="FILE", help="从 YAML 文件取回答，不提问")
]
Blank = Annotated[bool, typer.Option("--blank", help="只开始这次送审，不提问")]
Answered = Annotated[
    str | None,
    typer.Option(
        "--submission",
        metavar="NN",
        help="复审答复哪一次送审的决定；只有一次可答复时不用写",
        show_default=False,
    ),
]


def follow(
    context: typer.Context,
    kind: Kind,
    folder: Folder = HERE,
    answers: Answers = None,
    blank: Blank = False,
    submission: Answered = None,
) -> None:
    """开始批准以后的一次送审（跟踪审查），或按审查意见复审。

    几次送审可以同时准备：修正案没有写完，不妨碍报告严重不良事件。以后的命令做哪一次，用
    --submission 写明。

    记录里已有的先填好：批件号、批准日期和有效期，上次的决定与逐条意见，修正案改了哪几类
    （与批准的卷宗逐项比对），报告期的起点。其余在终端里提问；不在终端时留空，由 check 指出。

    修正案先改卷宗（fill、直接编辑或 sheet），再运行本命令；以后改了也会重新比对。
    依着改过的事实写的文字，逐段请您改好或确认；不在终端时用 fill --confirm 确认。
    正文变了的文件升版本号，连同对照封存件的修订标记版一起生成；没变的沿用原来的版本。

    示例：
    mmethics follow amendment my-study
    mmethics follow progress my-study --answers 进展.yaml
    mmethics follow re-review my-study --blank
    """
    from mmethics_cli.store.submission.choice import last_sealed
    from mmethics_cli.workflow.opening import open_dossier

    session = Session.of(context)
    if answers is not None and blank:
        raise EthicsError("--answers 和 --blank 只能用一个。")
    dossier = open_dossier(folder, session.today, session.packs(), choose=last_sealed)
    tell_opened(session, dossier)
    seen = {answer.path for answer in dossier.placeholders}
    with _saying_what_stands(session, dossier, folder):
        opened = _opened(session, dossier, kind, answers, submission)
    placeholders = opened.dossier.placeholders
    tell_unanswered(
        session,
        (placeholder.problem for placeholder in placeholders if placeholder.path not in seen),
    )
    asking = session.terminal and answers is None and not blank
    _tell_opened(session, opened, asking=asking)
    if asking:
        from mmethics_cli.commands.interview import converse

        converse(session, opened.dossier, folder, "event", False, opened.counts)


def _opened(
    session: Session, dossier: Dossier, kind: str, answers: Path | None, submission: str | None
) -> OpenedSubmission:
    """The new submission; which one it follows is asked where that is open."""
    from mmethics_cli.store.submission.choice import SeveralSubmissions
    from mmethics_cli.workflow.lifecycle.following import kind_named, open_submission

    wanted = kind_named(dossier.standard, kind)
    try:
        return open_submission(dossier, wanted, answers, submission)
    except SeveralSubmissions as several:
        return open_submission(dossier, wanted, answers, asked_submission(session, several))


@contextmanager
def _saying_what_stands(session: Session, dossier: Dossier, folder: Path) -> Iterator[None]:
    """Whatever stops the opening half-way: say what was written, and what does the rest."""
    before = _texts(dossier)
    try:
        yield
    except BaseException:
        from mmethics_cli.store.submission.submissions import list_submissions

        known = dossier.workspace.submissions
        begun = [
            submission
            for submission in list_submissions(dossier.workspace.folder)
            if submission not in known
        ]
        written = [name for name, text in _texts(dossier).items() if before.get(name) != text]
        if begun:
            session.say(
                f"送审已经开始：{begun[0].folder}。继续：mmethics fill {shell_word(folder)}"
            )
        elif written:
            session.say(
                f"回答文件里关于研究的已经写进 {'、'.join(written)}，送审还没有开始。"
                "排除原因后，照样再运行一次这个命令。"
            )
        raise


def _texts(dossier: Dossier) -> dict[str, str]:
    """The dossier's files as they were last read, or written by this run, by name."""
    workspace = dossier.workspace
    files = [part.file for part in workspace.parts.values()]
    return {file.name: file.text for file in (*files, workspace.self_check_file) if file}


def _tell_opened(session: Session, opened: OpenedSubmission, *, asking: bool) -> None:
    """Say what was opened and what it was filled with; and what is open, unless it is asked now."""
    from mmethics_cli.core.conditions.values import UNKNOWN
    from mmethics_cli.core.decisions.relevance import Reason, relevant
    from mmethics_cli.core.standard.names import label_at, label_of
    from mmethics_cli.report.pathway import decision_lines
    from mmethics_cli.wording.columns import wrap

    dossier, standard = opened.dossier, opened.dossier.standard
    session.out(f"已开始送审：{opened.submission.folder}")

    def say(text: str) -> None:
        for line in wrap(text, _COLUMNS):
            session.say(line)

    if opened.filled:
        say(f"已按记录填好：{'、'.join(label_of(standard, path) for path in opened.filled)}")
    if opened.submission.kind == "amendment" and dossier.facts.get("event.changes") is UNKNOWN:
        say("卷宗与批准的内容没有不同。请先修改卷宗，check 会逐项比对并核对“修改内容”。")
    method = dossier.pathway.decisions["review_method"]
    for line in decision_lines(dossier.pathway, method, _COLUMNS):
        session.say(line)
    counts = [
        f"{label_of(standard, path)} {value}"
        for path, value in opened.counts.items()
        if dossier.facts.get(path) is UNKNOWN
    ]
    if counts:
        say(f"上次报告：{'、'.join(counts)}。各项从研究开始累计，不会减少。")
    if asking:
        return
    unanswered = [
        label_at(standard, dossier.facts, place.path)
        for place, reason in relevant(dossier.facts)
        if reason is not Reason.OPTIONAL
    ]
    if unanswered:
        say(f"还要回答 {len(unanswered)} 项：{'、'.join(dict.fromkeys(unanswered))}")
    tell_texts_to_confirm(session, dossier)
    say(f"继续：mmethics fill {shell_word(dossier.name)} --section 送审事项；核对：mmethics check")
