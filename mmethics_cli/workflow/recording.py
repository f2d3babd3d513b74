"""What was given of a decision, by flags or at the terminal, as the decision to record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.core.conditions.values import UNKNOWN, Truth, Value, parse_date
from mmethics_cli.core.lifecycle.decision import CommitteeDecision, decision_key, decision_words
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.errors import EthicsError
from mmethics_cli.store.submission.decisions import read_comments
from mmethics_cli.store.submission.submissions import Submission
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.workflow.opening import Dossier, as_sealed

INTERRUPTED: Final = 130
_INTERVAL: Final = "follow_up_interval_months"
_LATER: Final = "later"


@dataclass(frozen=True, slots=True)
class DecisionOptions:
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


def decided(standard: Standard, given: DecisionOptions) -> CommitteeDecision:
    """The decision that the options name; raises EthicsError, UnreadableFile."""
    key = decision_key(standard, given.decision or "")
    if key is None:
        words = "、".join(decision_words(standard).values())
        raise EthicsError(f"--decision：没有“{given.decision}”这种决定。可选：{words}。")
    number = given.number or ""
    character = refused_in_value(number)
    if character is not None:
        raise EthicsError(f"--number：含有不能使用的{name_of(character)}。")
    if "\n" in number:
        raise EthicsError("--number：文号应写在一行里。")
    return CommitteeDecision(
        decision=key,
        day=_date("--date", given.date),
        number=number.strip(),
        valid_until=_date("--valid-until", given.valid_until),
        interval_months=given.interval,
        comments=read_comments(given.comments) if given.comments is not None else (),
    )


def _date(option: str, text: str | None) -> date | None:
    day = parse_date(text) if text else None
    if text and day is None:
        raise EthicsError(f"{option}：“{text}”不是日期。请写成 2027-03-20 的样子。")
    return day


def allowed_interval(dossier: Dossier, current: Submission, today: date) -> int | None:
    """The longest follow-up interval in months that the rules allow what was sealed."""
    value = as_sealed(dossier, current, today).pathway.decisions[_INTERVAL].value
    return value if isinstance(value, int) else None


def record_facts(dossier: Dossier, given: list[str]) -> dict[str, Value]:
    """The `path=value` facts that the office records; raises EthicsError for any other."""
    known = {one.path: one for one in office_questions(dossier)}
    found: dict[str, Value] = {}
    for text in given:
        path, equals, raw = (part.strip() for part in text.partition("="))
        if not equals:
            raise EthicsError(f"--fact 应写成 路径=值，现在是“{text}”。")
        if path not in known:
            names = "、".join(known) or "（没有）"
            raise EthicsError(f"--fact：“{path}”不由办公室登记。可以登记的：{names}。")
        try:
            value = read_value(known[path], raw)
        except Refused as refusal:
            raise EthicsError(f"--fact {text}：{refusal.message}。{refusal.fix}") from None
        if value is UNKNOWN:
            raise EthicsError(f"--fact：“{path}”没有写值。")
        found[path] = value
    return found


def office_questions(dossier: Dossier) -> list[Question]:
    """The questions that the office answers and that may apply to this submission."""
    facts = dossier.facts
    questions = dossier.standard.questions.values()
    return [one for one in questions if one.of_office and facts.applies(one) is not Truth.NO]
