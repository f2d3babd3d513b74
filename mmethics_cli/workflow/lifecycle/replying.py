"""What an office's reply (回件) has to be recorded of a dossier's sealed submission."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, read_decision
from mmethics_cli.errors import EthicsError, Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.choice import Choose
from mmethics_cli.store.submission.replies import Reply
from mmethics_cli.store.submission.submissions import (
    COMMITTEE,
    SUPPLEMENT,
    Submission,
    newest_rounds,
)
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.workflow.lifecycle.recording import decided_kind
from mmethics_cli.workflow.opening import Dossier


class AskedMore(Struct, frozen=True):
    """What an office asked for before it decides, and when."""

    asked: tuple[str, ...]
    day: date


def answered_by(reply: Reply) -> Choose:
    """Picks the submission that a reply answers, by the digest of its manifest.

    Raises EthicsError where it answers none of the dossier's, or one that was handed in anew since.
    """

    def choose(submissions: Sequence[Submission]) -> Submission | None:
        sealed = {
            sha256(submission.manifest_data()): submission
            for submission in submissions
            if submission.sealed
        }
        answered = sealed.get(reply.digest)
        if answered is None:
            problems = [
                Problem(f"{submission.name}　{digest}") for digest, submission in sealed.items()
            ]
            raise EthicsError(
                f"这份回件答复的是 {reply.case}（{reply.submission}，清单校验值 {reply.digest}），"
                f"不是这个卷宗封存的送审{'。封存过的：' if problems else '。'}",
                problems,
            )
        newest = next(
            submission
            for submission in newest_rounds(submissions)
            if submission.number == answered.number
        )
        if newest != answered:
            raise EthicsError(
                f"这份回件答复的是 {answered.name}，它已经再打开为 {newest.name}，没有记录。"
            )
        return answered

    return choose


def told_by(reply: Reply, dossier: Dossier, answered: Submission) -> CommitteeDecision | AskedMore:
    """What a reply tells to record. Raises UnreadableFile with every place that can't be read."""
    file = reply.decision
    tree = file.tree if isinstance(file.tree, dict) else {}
    more = tree.get(SUPPLEMENT)
    if isinstance(more, dict):
        day, asked = parse_date(str(more.get("date") or "")), more.get("asked")
        if day is None or not isinstance(asked, list) or not all(map(_is_line, asked)):
            place = file.locate((SUPPLEMENT,))
            raise UnreadableFile("回件读不了：", [Problem("要补正什么没有写好。", *place)])
        return AskedMore(tuple(str(text).strip() for text in asked), day)
    decision, faults = read_decision(dossier.standard, tree, decided_kind(dossier, answered))
    problems = [Problem(f"{text}。", *file.locate((key,))) for key, text in faults]
    if decision is None or decision.day is None:
        problems.append(Problem("没有写决定和日期。", file.name, 1))
    else:
        problems += [
            Problem(f"含有不能使用的{name_of(character)}。", file.name, 1)
            for text in (decision.number, *decision.comments)
            if (character := refused_in_value(text)) is not None
        ]
    if problems or decision is None:
        raise UnreadableFile("回件读不了：", problems)
    return decision


def _is_line(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip()) and refused_in_value(text) is None


def keep_papers(reply: Reply, answered: Submission, *, replace: bool) -> list[str]:
    """Put the papers of a reply beside what was sealed, and name them; raises WorkspaceError.

    What lies there already stays, unless it is to be replaced.
    """
    folder = answered.folder / COMMITTEE
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"不能建文件夹“{folder}”。") from error
    names = []
    for name, data in sorted(reply.files.items()):
        target = folder / f"{legal_name(name.removesuffix('.docx'))}.docx"
        if name.endswith(".docx") and (replace or not target.exists()):
            write_atomic(target, data)
            names.append(target.name)
    return names
