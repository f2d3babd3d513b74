"""Opening a submission after the first one: whether it may be, and what it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

from msgspec import Struct

from mmethics_cli.core.answers.edits import merged_answer
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Value
from mmethics_cli.core.conditions.written import plain
from mmethics_cli.core.lifecycle.decision import all_accepted, decision_label, kind_of
from mmethics_cli.core.lifecycle.editions import documents_of_the_study
from mmethics_cli.core.standard.answers import option_of, write_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.names import (
    ALL_ACCEPTED,
    INITIAL,
    KIND,
    RESPONSES,
    is_of_event,
)
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.store.dossier.answers_file import AnswersFile, read_answers
from mmethics_cli.store.dossier.create import add_submission
from mmethics_cli.store.dossier.parts import SELF_CHECK
from mmethics_cli.store.submission.choice import SeveralSubmissions, decided, named, waiting
from mmethics_cli.store.submission.intact import require_intact
from mmethics_cli.store.submission.lineage import last
from mmethics_cli.store.submission.submissions import ANSWERS, BASELINE, Submission
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.wording.shell import shell_word
from mmethics_cli.workflow.lifecycle.answering import answerable
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord
from mmethics_cli.workflow.lifecycle.editions import carried_versions, for_the_study
from mmethics_cli.workflow.lifecycle.prefilling import recorded_answers, reported_counts
from mmethics_cli.workflow.opening import Dossier, reopened

_SHOWN: Final = 8


class OpenedSubmission(Struct, frozen=True):
    """The new submission, with the dossier as it is now; `filled` are the paths filled in.

    `counts` are those of the last report, to be brought up to date.
    """

    dossier: Dossier
    submission: Submission
    filled: tuple[str, ...]
    counts: Mapping[str, Value]


def kind_named(standard: Standard, text: str) -> str:
    """The kind of submission that a word names, by key or in Chinese; raises EthicsError."""
    kinds = {k: label for k, label in standard.questions[KIND].values.items() if k != INITIAL}
    word = plain(text).casefold().replace("-", "_")
    kind = option_of(standard.questions[KIND], plain(text))
    if kind is not None and kind != INITIAL:
        return kind
    if kind == INITIAL:
        raise EthicsError("初始审查不用 follow：新建卷宗（mmethics new）就是初始审查。")
    near = get_close_matches(word, kinds, 1)
    hint = f"是不是“{near[0].replace('_', '-')}”？" if near else ""
    choices = "、".join(f"{key.replace('_', '-')} {label}" for key, label in kinds.items())
    raise EthicsError(f"没有“{text}”这种送审。{hint}可选：{choices}。")


def open_submission(
    dossier: Dossier, kind: str, answers: Path | None = None, answered: str | None = None
) -> OpenedSubmission:
    """Open a submission of that kind, filled with what the records and a file of answers say.

    The file wins; what it says of the study goes into the dossier. `answered` names the submission
    whose decision a re-review answers. Raises EthicsError where the submission can't be opened or
    an answer is refused, SeveralSubmissions where it could answer several; nothing is written then.
    """
    answers_for = _refuse(CommitteeRecord(dossier), kind, answered)
    file = _given(dossier, kind, answers)
    with dossier.workspace.writing(whole=True):
        return _opened(dossier, kind, file, answers_for)


def _opened(
    dossier: Dossier, kind: str, file: AnswersFile | None, answers_for: Submission | None
) -> OpenedSubmission:
    given = file.written if file else {}
    study = {path: value for path, value in given.items() if not is_of_event(path)}
    if file is not None:
        _write_study(dossier, study, file)
        dossier = reopened(dossier)
    recorded = recorded_answers(CommitteeRecord(dossier), kind, answers_for)
    counts = reported_counts(dossier, kind)
    event = recorded | {path: value for path, value in given.items() if path not in study}
    event.pop(KIND, None)
    if RESPONSES in event:
        event[RESPONSES] = _with_comments(event[RESPONSES], recorded.get(RESPONSES))
        accepted = all_accepted(event[RESPONSES])
        if accepted is not UNKNOWN:
            event.setdefault(ALL_ACCEPTED, accepted)
    own = documents_of_the_study(for_the_study(dossier).pathway)
    baseline = dossier.workspace.baseline
    submission = add_submission(
        dossier.workspace.folder,
        dossier.standard,
        kind,
        carried_versions(dossier.workspace, answers_for, own),
        {"kind": kind, **_as_tree(dossier, event)},
        {
            ANSWERS: answers_for.name if answers_for is not None else "",
            BASELINE: baseline.name if baseline is not None else "",
        },
    )
    return OpenedSubmission(reopened(dossier, submission), submission, tuple(recorded), counts)


def _as_tree(dossier: Dossier, answers: Mapping[str, Value]) -> dict[str, Tree]:
    """Answers about the event as they stand below `event:` in a file."""
    questions = dossier.standard.questions
    return {
        path.partition(".")[2]: cast(Tree, write_value(questions[path], value))
        for path, value in answers.items()
        if value is not UNKNOWN
    }


def _refuse(record: CommitteeRecord, kind: str, answered: str | None) -> Submission | None:
    """The submission that one of that kind answers, None where it answers none.

    Raises WorkspaceError where a submission of that kind can't be opened now.
    """
    dossier = record.dossier
    if not dossier.workspace.submissions:
        raise WorkspaceError("卷宗里还没有初始审查，不能开始跟踪审查或复审。")
    answers = kind_of(dossier.standard, kind).answers
    if answered is not None and not answers:
        raise EthicsError("--submission 只用于 re-review：写明答复哪一次的决定。")
    answers_for = _to_answer(dossier, answered) if answers else None
    if answers_for is None:
        _refuse_follow_up(record, kind)
    intact = answers_for or dossier.workspace.baseline
    if intact is not None:
        require_intact(intact, "不能拿来比较")
    return answers_for


def _to_answer(dossier: Dossier, answered: str | None) -> Submission:
    """The submission whose decision a re-review answers; raises EthicsError where there is none."""
    submissions = dossier.workspace.submissions
    candidates = answerable(dossier)
    if answered is not None:
        chosen = named(answered)(submissions)
        if chosen is None or chosen not in candidates:
            raise WorkspaceError(_no_answer(dossier, chosen))
        return chosen
    if len(candidates) > 1:
        raise SeveralSubmissions(f"有 {len(candidates)} 次送审的决定可以答复", candidates)
    if not candidates:
        waits = last(waiting(submissions))
        raise WorkspaceError(_no_answer(dossier, waits or last(decided(submissions))))
    return candidates[0]


def _no_answer(dossier: Dossier, submission: Submission | None) -> str:
    """Why a re-review can't answer the decision on a submission."""
    folder = shell_word(dossier.name)
    if submission is None:
        name = dossier.workspace.submissions[0].name
        return f"{name} 还没有封存，没有决定可以答复。先完成它：mmethics submit {folder}"
    if not submission.decided:
        return (
            f"{submission.name} 还没有记录委员会的决定，不知道答复什么。"
            f"mmethics record {folder} --decision … --date …"
        )
    later = dossier.workspace.lineage.answer_to(submission)
    if later is not None:
        return f"{submission.name} 的决定已由 {later.name} 答复，不能再开始一次复审。"
    word = decision_label(dossier.standard, submission.decided)
    return f"{submission.name} 的决定是“{word}”，不需要复审。批准以后要改的，用 amendment。"


def _refuse_follow_up(record: CommitteeRecord, kind: str) -> None:
    dossier = record.dossier
    label = dossier.standard.questions[KIND].values[kind]
    if not record.of_the_study:
        folder = shell_word(dossier.name)
        last = record.decided[-1].decision.decision if record.decided else ""
        again = last and f"按审查意见再送：mmethics follow re-review {folder}；"
        raise WorkspaceError(
            f"还没有记录对这项研究的批准，没有可以对照的基线，不能开始“{label}”。"
            f"{again}批准了的先记录：mmethics record {folder} --decision 批准 --date …"
        )
    if record.ended and not kind_of(dossier.standard, kind).after_end:
        raise WorkspaceError(f"{record.ended}，不能再开始“{label}”。")


def _given(dossier: Dossier, kind: str, path: Path | None) -> AnswersFile | None:
    """What a file of answers says; raises EthicsError where it is not about this submission."""
    if path is None:
        return None
    answers = read_answers(path, dossier.standard)
    answers.require_all_read(dossier.workspace.values)
    said = answers.values.get(KIND, kind)
    if said != kind:
        file, line = answers.where(KIND)
        problem = Problem(f"event.kind 是“{said}”，命令里是“{kind}”。", file, line)
        raise EthicsError("回答文件说的是另一种送审：", [problem])
    questions = dossier.standard.questions
    if answers.versions or any(questions[name].of_office for name in answers.values):
        raise EthicsError(
            f"{path} 里只能写研究的事实、自查和 event：版本写进 submission.yaml，"
            "办公室登记的用 mmethics record --fact。"
        )
    return answers


def _write_study(dossier: Dossier, study: Mapping[str, Value], file: AnswersFile) -> None:
    """Take over what a file says of the study and of its self-check; lists entry by entry."""
    workspace = dossier.workspace
    held = workspace.values
    if study:
        merged = {path: merged_answer(held.get(path), value) for path, value in study.items()}
        workspace.set_answers(merged)
    tree = file.file.tree
    items = tree.get("self_check") if isinstance(tree, dict) else None
    if isinstance(items, dict):
        changes: dict[Keys, object] = {
            (item, key): value
            for item, entry in items.items()
            if isinstance(entry, dict)
            for key, value in entry.items()
        }
        workspace.write(workspace.folder / SELF_CHECK, changes)


def _with_comments(rows: Value, recorded: Value | None) -> Value:
    """Rows of answers with the comments that they answer, by id or in their order."""
    if not isinstance(rows, tuple) or not isinstance(recorded, tuple):
        return rows
    by_id = {row.id: row for row in recorded}
    merged = []
    for number, row in enumerate(rows):
        asked = by_id.get(row.id) or (recorded[number] if number < len(recorded) else None)
        if asked is not None and row.get("comment") is UNKNOWN:
            row = Element(asked.id, {**asked.fields, **row.fields})
        merged.append(row)
    return (*merged, *recorded[len(rows) :])
