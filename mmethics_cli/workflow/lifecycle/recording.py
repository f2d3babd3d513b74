"""Recording what the committee decided on a sealed submission, and facts asked of the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.values import NO, UNKNOWN, Value
from mmethics_cli.core.conditions.written import date_advice, parse_date, plain
from mmethics_cli.core.lifecycle.decision import (
    CommitteeDecision,
    decision_faults,
    decision_key,
    decision_label,
    offered_decisions,
)
from mmethics_cli.core.standard.answers import Refused, option_of, read_value
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.names import KIND, PRIOR_DECISION
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.store.submission.decisions import decision_of, read_comments, record_decision
from mmethics_cli.store.submission.intact import require_intact
from mmethics_cli.store.submission.logbook import refuse_sealing_again
from mmethics_cli.store.submission.submissions import Submission, sealed_date
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.workflow.opening import Dossier, as_sealed
from mmethics_cli.workflow.registering import enter_decision

_INTERVAL: Final = "follow_up_interval_months"


class DecisionOptions(Struct, frozen=True):
    """The options of a decision as they were written."""

    decision: str | None = None
    date: str | None = None
    number: str | None = None
    valid_until: str | None = None
    interval: int | None = None
    comments: Path | None = None

    def empty(self) -> bool:
        """Whether nothing of a decision was given."""
        return self == DecisionOptions()

    def whole(self) -> bool:
        """Whether it can be recorded without asking for more."""
        return bool(self.decision and self.date)


class DecisionLimits(Struct, frozen=True):
    """What a decision on a submission is held against.

    `sealed` is the day of sealing; `longest` the follow-up interval in months that the rules
    allow what was sealed.
    """

    sealed: date | None
    longest: int | None


def submission_to_decide(dossier: Dossier) -> Submission:
    """The current submission, untouched since it was sealed; raises WorkspaceError else."""
    current = dossier.workspace.current
    if current is None:
        raise WorkspaceError("卷宗里还没有送审，没有可以记录决定的。")
    if not current.sealed:
        refuse_sealing_again(dossier.workspace.folder, current.folder)
        raise WorkspaceError(
            f"{current.name} 还没有封存，不能记录决定：委员会审的是封存的材料。"
            "先运行 mmethics submit。"
        )
    require_intact(current, "不能记录决定", deciding=True)
    return current


def limits_of(
    dossier: Dossier, current: Submission, today: date, *, replace: bool = False
) -> DecisionLimits:
    """What a decision on that submission must keep to.

    Raises EthicsError where one is recorded already, unless it is to be replaced.
    """
    before = decision_of(current, dossier.standard)
    if before is not None and not replace:
        label = decision_label(dossier.standard, before.decision)
        raise EthicsError(
            f"{current.name} 已经记录了决定“{label}”。要改记请加 --replace（旧的会移到一边）。"
        )
    value = as_sealed(dossier, current, today).pathway.decisions[_INTERVAL].value
    return DecisionLimits(sealed_date(current), value if isinstance(value, int) else None)


def decided_kind(dossier: Dossier, submission: Submission) -> str:
    """The kind whose words are decided with: an answer takes those of what it answers."""
    return dossier.workspace.lineage.answered_with(submission)[0].kind


def read_options(standard: Standard, given: DecisionOptions, kind: str) -> CommitteeDecision:
    """The decision on that kind of submission that the options name.

    Raises EthicsError, UnreadableFile.
    """
    key = decision_key(standard, given.decision or "", kind)
    if key is None:
        words = "、".join(offered_decisions(standard, kind).values())
        label = standard.questions[KIND].values[kind]
        known = option_of(standard.questions[PRIOR_DECISION], plain(given.decision or ""))
        said = f"“{given.decision}”"
        why = f"{said}不能用于“{label}”" if known else f"没有{said}这种决定"
        raise EthicsError(f"--decision：{why}。可选：{words}。")
    number = given.number or ""
    character = refused_in_value(number)
    if character is not None:
        raise EthicsError(f"--number：含有不能使用的{name_of(character)}。")
    if "\n" in number:
        raise EthicsError("--number：文号应写在一行里。")
    return CommitteeDecision(
        decision=key,
        day=read_date("--date", given.date),
        number=number.strip(),
        valid_until=read_date("--valid-until", given.valid_until),
        interval_months=given.interval,
        comments=read_comments(given.comments) if given.comments is not None else (),
    )


def read_date(option: str, text: str | None) -> date | None:
    """The day that an option gives; raises EthicsError where it is none."""
    day = parse_date(text) if text else None
    if text and day is None:
        raise EthicsError(f"{option}：“{text}”不是日期。{date_advice(text)}。")
    return day


def record(
    dossier: Dossier,
    decision: CommitteeDecision,
    limits: DecisionLimits,
    facts: Mapping[str, Value],
) -> Path | None:
    """Write a decision, and facts of the office by path, in one go.

    Returns where an earlier decision was laid aside, from the submission's folder. Raises
    EthicsError with every reason why the decision can't be right, WorkspaceError, ChangedOnDisk;
    decision.yaml is then as it was.
    """
    problems = [
        Problem(f"{fault.option}：{fault.message}。")
        for fault in decision_faults(dossier.standard, decision, limits.sealed, limits.longest)
    ]
    if problems:
        raise EthicsError("决定没有记录：", problems)
    aside = record_decision(dossier.workspace, decision, facts)
    enter_decision(dossier, decision)
    return aside


def record_facts(dossier: Dossier, facts: Mapping[str, Value]) -> None:
    """Write facts of the office by path, no decision; raises WorkspaceError, ChangedOnDisk."""
    record_decision(dossier.workspace, None, facts)


def office_questions(dossier: Dossier) -> list[Question]:
    """The questions that the office answers and that may apply to this submission."""
    facts = dossier.facts
    return [
        question
        for question in dossier.standard.questions.values()
        if question.of_office and facts.applies(question) is not NO
    ]


def office_facts(dossier: Dossier, given: list[str]) -> dict[str, Value]:
    """The `path=value` facts that the office records, or that came after sealing.

    Raises EthicsError for any other.
    """
    later = (
        question
        for question in dossier.standard.questions.values()
        if question.later and dossier.facts.applies(question) is not NO
    )
    questions = {question.path: question for question in (*office_questions(dossier), *later)}
    facts: dict[str, Value] = {}
    for text in given:
        path, equals, raw = (part.strip() for part in text.partition("="))
        if not equals:
            raise EthicsError(f"--fact 应写成 路径=值，现在是“{text}”。")
        if path not in questions:
            names = "、".join(questions) or "（没有）"
            why = "不由办公室登记，也不是封存以后才有的"
            raise EthicsError(f"--fact：“{path}”{why}。可以登记的：{names}。")
        try:
            value = read_value(questions[path], raw)
        except Refused as refusal:
            raise EthicsError(f"--fact {text}：{refusal.message}。{refusal.fix}") from None
        if value is UNKNOWN:
            raise EthicsError(f"--fact：“{path}”没有写值。")
        facts[path] = value
    return facts
