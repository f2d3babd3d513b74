"""Opening a submission after the first one: whether it may be, and what it begins with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final, cast

from mmethics_cli.commands.options import Session
from mmethics_cli.core.answers.edits import laid_over
from mmethics_cli.core.checks.papers import INITIAL, KIND
from mmethics_cli.core.conditions.values import (
    UNKNOWN,
    Element,
    NotApplicable,
    Several,
    Value,
    plain,
)
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.lifecycle.decision import (
    ALL_ACCEPTED,
    RESPONSES,
    all_accepted,
    decision_words,
    rows_for,
)
from mmethics_cli.core.lifecycle.revision import CATEGORIES, changes, papers_of_the_study, proposed
from mmethics_cli.core.standard.answers import write_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.store.dossier.answers_file import AnswersFile, read_answers
from mmethics_cli.store.dossier.create import add_submission
from mmethics_cli.store.dossier.parts import SELF_CHECK
from mmethics_cli.store.submission.manifest import verify_folder
from mmethics_cli.store.submission.submissions import Submission
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.workflow.editions import carried_versions, for_the_study
from mmethics_cli.workflow.opening import Dossier, EarlierFacts, facts_as_sealed, open_dossier
from mmethics_cli.workflow.standing import Standings, decided_before

_EVENT_PREFIX: Final = "event."
_AMENDMENT: Final = "amendment"
_PERIOD: Final = ("event.period_start", "event.period_end")
# Said once, they stay as they are; the cumulative counts are only proposed.
_LASTING: Final = ("event.first_enrolled_date",)
_COUNTS: Final = (
    "event.enrolled_total",
    "event.enrolled_done",
    "event.enrolled_withdrawn",
    "event.sae_total",
    "event.sae_reported",
)
# The methods by which the last review may have been held, as the question names them.
_METHODS: Final = {"simplified": "simplified", "meeting": "meeting", "emergency_meeting": "meeting"}


def known_answers(dossier: Dossier, standings: Standings, kind: str) -> dict[str, Value]:
    """Answers about the event by path, as far as decisions and sealed submissions give them."""
    if kind == _RE_REVIEW:
        found = dict(_of_the_decision(dossier))
    else:
        found = dict(_of_the_approval(standings))
        found |= dict(_of_the_last_report(dossier, found))
    if kind == _AMENDMENT:
        found |= dict(_of_the_changes(dossier))
    study = {
        path: one
        for path, one in dossier.facts.values.items()
        if not path.startswith(_EVENT_PREFIX)
    }
    facts = Facts(dossier.standard, {**study, KIND: kind, **found}, dossier.facts.today)
    return {
        path: value
        for path, value in found.items()
        if not isinstance(facts.get(path), NotApplicable)
    }


def last_counts(dossier: Dossier) -> dict[str, Value]:
    """The cumulative counts of the last report: what the next one can't fall below."""
    facts = _with_all_sealed(dossier)
    counts = {path: facts.reported(path) for path in _COUNTS}
    return {path: value for path, value in counts.items() if isinstance(value, int)}


def as_tree(dossier: Dossier, answers: Mapping[str, Value]) -> dict[str, Tree]:
    """Answers about the event as they stand below `event:` in a file."""
    questions = dossier.standard.questions
    return {
        path.partition(".")[2]: cast(Tree, write_value(questions[path], value))
        for path, value in answers.items()
        if value is not UNKNOWN
    }


def _of_the_decision(dossier: Dossier) -> Iterator[tuple[str, Value]]:
    current = dossier.workspace.current
    made = decided_before(dossier, current.number + 1) if current else None
    if made is None:
        return
    yield "event.prior_decision", made.decision
    if made.number:
        yield "event.prior_number", made.number
    if made.day is not None:
        yield "event.prior_date", made.day
    if made.comments:
        yield RESPONSES, rows_for(made.comments)


def _of_the_approval(standings: Standings) -> Iterator[tuple[str, Value]]:
    if not standings.of_the_study:
        return
    last = standings.of_the_study[-1]
    if last.made.number:
        yield "event.approval_number", last.made.number
    if last.made.day is not None:
        yield "event.approval_date", last.made.day
    approval = standings.approval
    if approval is not None and approval.until is not None:
        yield "event.approval_valid_until", approval.until
    reviewed = standings.approvals[-1].submission
    method = Pathway(standings.facts_of(reviewed)).decisions["review_method"]
    if method.settled and method.value in _METHODS:
        yield "event.prior_method", _METHODS[str(method.value)]


def _of_the_last_report(
    dossier: Dossier, approval: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    facts = _with_all_sealed(dossier)
    until = facts.reported(_PERIOD[1])
    approved = approval.get("event.approval_date")
    if isinstance(until, date):
        yield _PERIOD[0], until + timedelta(days=1)
    elif isinstance(approved, date):
        yield _PERIOD[0], approved
    for path in _LASTING:
        value = facts.reported(path)
        if not isinstance(value, NotApplicable):
            yield path, value


def _of_the_changes(dossier: Dossier) -> Iterator[tuple[str, Value]]:
    baseline = dossier.workspace.baseline
    if baseline is not None:
        seen = facts_as_sealed(baseline, dossier.standard)
        found = proposed(changes(seen, dossier.facts))
        if found:
            yield CATEGORIES, Several(found)


def _with_all_sealed(dossier: Dossier) -> Facts:
    """The facts with every sealed submission as an earlier one: the next has not been opened."""
    facts = dossier.facts
    current = dossier.workspace.current
    number = current.number + 1 if current else 1
    earlier = EarlierFacts(dossier.workspace, number)
    return Facts(facts.standard, facts.values, facts.today, facts.baseline, earlier)


_EVENT: Final = "event"
_RE_REVIEW: Final = "re_review"
# Of a study that has ended only what happened can still be reported.
_STILL_POSSIBLE: Final = frozenset({"safety", "data_incident", "deviation"})
_SHOWN: Final = 8
_COLUMNS: Final = 79


@dataclass(frozen=True, slots=True)
class OpenedSubmission:
    """The new submission, with the dossier as it is now; `known` are the answers filled in.

    `counts` are those of the last report, to be brought up to date.
    """

    dossier: Dossier
    submission: Submission
    known: tuple[str, ...]
    counts: Mapping[str, Value]


def kind_named(standard: Standard, text: str) -> str:
    """The kind of submission that a word names, by key or in Chinese; raises EthicsError."""
    kinds = {k: label for k, label in standard.questions[KIND].values.items() if k != INITIAL}
    word = plain(text).lower().replace("-", "_")
    found = next((key for key, label in kinds.items() if word in (key, label)), None)
    if found is not None:
        return found
    if word == INITIAL:
        raise EthicsError("初始审查不用 follow：新建卷宗（mmethics new）就是初始审查。")
    near = get_close_matches(word, kinds, 1)
    hint = f"是不是“{near[0].replace('_', '-')}”？" if near else ""
    known = "、".join(f"{key.replace('_', '-')} {label}" for key, label in kinds.items())
    raise EthicsError(f"没有“{text}”这种送审。{hint}可选：{known}。")


def open_submission(
    session: Session, dossier: Dossier, folder: Path, kind: str, answers: Path | None
) -> OpenedSubmission:
    """Open a submission of that kind, filled with what the records and a file of answers say.

    The file wins; what it says of the study goes into the dossier. Raises EthicsError where the
    submission can't be opened or an answer is refused; nothing is written then.
    """
    standings = Standings(dossier)
    _refuse(standings, kind, folder)
    file = _given(dossier, kind, answers)
    given = file.values if file else {}
    study = {path: one for path, one in given.items() if not path.startswith(f"{_EVENT}.")}
    if file is not None:
        _write_study(dossier, study, file)
        dossier = open_dossier(session, folder)
        standings = Standings(dossier)
    known = known_answers(dossier, standings, kind)
    counts = last_counts(dossier)
    event = known | {path: one for path, one in given.items() if path not in study}
    event.pop(KIND, None)
    if RESPONSES in event:
        event[RESPONSES] = _with_comments(event[RESPONSES], known.get(RESPONSES))
        accepted = all_accepted(event[RESPONSES])
        if accepted is not UNKNOWN:
            event.setdefault(ALL_ACCEPTED, accepted)
    own = papers_of_the_study(for_the_study(dossier).pathway)
    versions = carried_versions(dossier.workspace, kind, own)
    submission = add_submission(
        folder, dossier.standard, kind, versions, {"kind": kind, **as_tree(dossier, event)}
    )
    return OpenedSubmission(open_dossier(session, folder), submission, tuple(known), counts)


def _refuse(standings: Standings, kind: str, folder: Path) -> None:
    """Raises WorkspaceError where a submission of that kind can't be opened now."""
    dossier = standings.dossier
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有初始审查，不能开始跟踪审查或复审。")
    if not current.sealed:
        raise WorkspaceError(
            f"{current.name} 还没有封存，一次只能有一次送审在准备。"
            f"先完成它：mmethics submit {folder}；不要了就删去文件夹 {current.folder}"
        )
    if kind == _RE_REVIEW:
        _refuse_re_review(dossier, current, folder)
    else:
        _refuse_follow_up(standings, kind, folder)
    intact = dossier.workspace.baseline if kind != _RE_REVIEW else current
    differences = verify_folder(intact.folder).differences if intact is not None else ()
    if intact is not None and differences:
        problems = [Problem(f"{one}") for one in differences[:_SHOWN]]
        raise WorkspaceError(
            f"{intact.name} 与封存时不一致，不能拿来比较。请先恢复成封存时的样子：", problems
        )


def _refuse_re_review(dossier: Dossier, current: Submission, folder: Path) -> None:
    made = decided_before(dossier, current.number + 1)
    recorded = f"mmethics record {folder} --decision … --date …"
    if made is None or not current.decision():
        raise WorkspaceError(f"{current.name} 还没有记录委员会的决定，不知道答复什么。{recorded}")
    if made.approves:
        word = decision_words(dossier.standard)[made.decision]
        raise WorkspaceError(f"上次的决定是“{word}”，不需要复审。批准以后要改的，用 amendment。")


def _refuse_follow_up(standings: Standings, kind: str, folder: Path) -> None:
    label = standings.dossier.standard.questions[KIND].values[kind]
    if not standings.of_the_study:
        last = standings.decided[-1].made.decision if standings.decided else ""
        again = last and f"按审查意见再送：mmethics follow re-review {folder}；"
        raise WorkspaceError(
            f"还没有记录对这项研究的批准，没有可以对照的基线，不能开始“{label}”。"
            f"{again}批准了的先记录：mmethics record {folder} --decision 批准 --date …"
        )
    if standings.ended and kind not in _STILL_POSSIBLE:
        raise WorkspaceError(f"{standings.ended}，不能再开始“{label}”。")


def _given(dossier: Dossier, kind: str, path: Path | None) -> AnswersFile | None:
    """What a file of answers says; raises EthicsError where it is not about this submission."""
    if path is None:
        return None
    answers = read_answers(path, dossier.standard)
    answers.require_all_read()
    said = answers.values.get(KIND, kind)
    if said != kind:
        file, line = answers.where(KIND)
        problem = Problem(f"event.kind 是“{said}”，命令里是“{kind}”。", file, line)
        raise EthicsError("回答文件说的是另一种送审：", [problem])
    office = [one for one in answers.values if dossier.standard.questions[one].of_office]
    if office or answers.versions:
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
        workspace.set_answers({path: laid_over(held.get(path), one) for path, one in study.items()})
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


def _with_comments(rows: Value, known: Value | None) -> Value:
    """Rows of answers with the comments that they answer, by id or in their order."""
    if not isinstance(rows, tuple) or not isinstance(known, tuple):
        return rows
    by_id = {one.id: one for one in known}
    made = []
    for number, row in enumerate(rows):
        asked = by_id.get(row.id) or (known[number] if number < len(known) else None)
        if asked is not None and row.get("comment") is UNKNOWN:
            row = Element(asked.id, {**asked.fields, **row.fields})
        made.append(row)
    return (*made, *known[len(rows) :])
