"""decision.yaml: the committee's decision beside what was sealed, and facts asked of the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, read_decision
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import Problem, UnreadableFile, WorkspaceError
from mmethics_cli.store.dossier.workspace import Workspace
from mmethics_cli.store.files import make_folder, sha256, write_atomic
from mmethics_cli.store.submission.submissions import (
    COMMITTEE,
    DECISION,
    DECISION_KEYS,
    MANIFEST,
    MANIFEST_DIGEST,
    REPLACED,
    SUPPLEMENT,
    Submission,
)
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.reader import read_file, reason

_OF_DECISION: Final = DECISION_KEYS - {SUPPLEMENT}


def decision_of(submission: Submission, standard: Standard) -> CommitteeDecision | None:
    """What was recorded of a sealed submission; None before that.

    Raises UnreadableFile with every place that can't be read.
    """
    file = submission.decision() if submission.sealed else None
    if file is None:
        return None
    decision, faults = read_decision(standard, file.tree, submission.kind)
    if faults:
        problems = [Problem(f"{text}。", *file.locate((key,))) for key, text in faults]
        raise UnreadableFile("委员会的决定读不了：", problems)
    return decision


def record_decision(
    workspace: Workspace, decision: CommitteeDecision | None, facts: Mapping[str, Value]
) -> Path | None:
    """Write a decision, and facts asked of the office, of the current submission in one go.

    With the decision stands the digest of the manifest that it is about.
    With a decision what was recorded before is laid aside under committee/; its place from the
    submission's folder is returned. Facts recorded before stay. Raises WorkspaceError,
    ChangedOnDisk; decision.yaml is then as it was.
    """
    current = workspace.current
    if current is None or not current.sealed:
        raise WorkspaceError("决定只能记录在已经封存的送审上。")
    path = current.folder / DECISION
    questions = workspace.standard.questions
    changes: dict[Keys, object] = {}
    aside = None
    with workspace.writing(whole=True):
        if decision is not None:
            held = workspace.parts.get(DECISION)
            tree = held.file.tree if held is not None else None
            before = tree if isinstance(tree, dict) else {}
            new = decision_tree(decision, sha256((current.folder / MANIFEST).read_bytes()))
            aside = _lay_aside(path, current) if before.get("decision") else None
            changes = {(key,): new.get(key) for key in _in_order(before, new)}
        for name, value in facts.items():
            changes[tuple(name.split("."))] = write_value(questions[name], value)
        workspace.write(path, changes)
    return aside.relative_to(current.folder) if aside is not None else None


def records_of(submission: Submission) -> int:
    """How often a decision on a submission was replaced, and how many facts came after sealing."""
    file = submission.decision()
    tree = file.tree if file else None
    later = tree.get("event") if isinstance(tree, dict) else None
    replaced = (submission.folder / COMMITTEE / REPLACED).glob(f"{Path(DECISION).stem}-*")
    return len(list(replaced)) + (len(later) if isinstance(later, dict) else 0)


def record_supplement(workspace: Workspace, asked: Sequence[str], day: date) -> None:
    """Write what the office asked for of the current submission; raises as `record_decision`."""
    current = workspace.current
    if current is None or not current.sealed:
        raise WorkspaceError("补正只能记录在已经封存的送审上。")
    tree = supplement_tree(asked, day)
    workspace.write(current.folder / DECISION, {(SUPPLEMENT,): tree[SUPPLEMENT]})


def supplement_tree(asked: Sequence[str], day: date) -> dict[str, Tree]:
    """What the office asked for, as decision.yaml says it."""
    return {SUPPLEMENT: {"date": day.isoformat(), "asked": list(asked)}}


def supplement_of(submission: Submission) -> tuple[date | None, tuple[str, ...]]:
    """When the office asked for more of a submission, and what; nothing where it did not."""
    file = submission.decision()
    tree = file.tree.get(SUPPLEMENT) if file and isinstance(file.tree, dict) else None
    if not isinstance(tree, dict):
        return None, ()
    asked = tree.get("asked")
    texts = asked if isinstance(asked, list) else []
    day = parse_date(str(tree.get("date") or ""))
    return day, tuple(text for text in texts if isinstance(text, str))


def read_comments(path: Path) -> tuple[str, ...]:
    """The comments of a YAML list of texts; raises UnreadableFile with every place that is not."""
    file = read_file(path, str(path))
    tree = file.tree
    if not isinstance(tree, list):
        fix = "每条意见一行，以“- ”开头。"
        raise UnreadableFile("意见读不了：", [Problem("应是一个列表。", str(path), 1, fix)])
    problems = []
    for index, comment in enumerate(tree):
        if not isinstance(comment, str) or not comment.strip():
            fix = "意见里有冒号的，整条放在引号里。"
            problems.append(Problem("应是一条意见（文字）。", *file.locate((index,)), fix))
        elif (character := refused_in_value(comment)) is not None:
            place = file.locate((index,))
            problems.append(Problem(f"含有不能使用的{name_of(character)}。", *place))
    if problems:
        raise UnreadableFile("意见读不了：", problems)
    return tuple(comment.strip() for comment in tree if isinstance(comment, str))


def decision_tree(decision: CommitteeDecision, digest: str) -> dict[str, Tree]:
    """A decision as decision.yaml says it; `digest` is that of the manifest that it is about."""
    months = decision.interval_months
    tree: dict[str, Tree] = {
        "decision": decision.decision,
        "date": decision.day.isoformat() if decision.day else None,
        "number": decision.number or None,
        "valid_until": decision.valid_until.isoformat() if decision.valid_until else None,
        "interval_months": str(months) if months is not None else None,
        "comments": list(decision.comments) or None,
        MANIFEST_DIGEST: digest,
    }
    return {key: value for key, value in tree.items() if value is not None}


def _in_order(before: Mapping[str, Tree], new: Mapping[str, Tree]) -> Sequence[str]:
    """The keys to write: all new ones, and old ones that no longer hold."""
    return [*new, *(key for key in before if key in _OF_DECISION and key not in new)]


def _lay_aside(path: Path, current: Submission) -> Path:
    folder = current.folder / COMMITTEE / REPLACED
    try:
        make_folder(folder)
        data = path.read_bytes()
    except OSError as error:
        raise WorkspaceError(f"旧的决定移不到一边：{reason(error)}。什么也没有写入。") from error
    number = 1
    while (target := folder / f"{path.stem}-{number}{path.suffix}").exists():
        number += 1
    write_atomic(target, data)
    return target
