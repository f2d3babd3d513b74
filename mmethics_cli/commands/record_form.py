"""The parts of a decision that were not given, asked at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

import typer
from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.ask.prompts import Pressed, Prompts
from mmethics_cli.commands.options import INTERRUPTED, Session
from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.conditions.written import date_advice, parse_date, parse_months
from mmethics_cli.core.lifecycle.decision import (
    CommitteeDecision,
    decision_faults,
    meaning_of,
    offered_decisions,
)
from mmethics_cli.core.standard.answers import read_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.submission.submissions import DECISION
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.workflow.lifecycle.recording import (
    DecisionLimits,
    DecisionOptions,
    decided_kind,
    office_questions,
    read_options,
)
from mmethics_cli.workflow.opening import Dossier

_NOT_NOW: Final = "later"
_OFFICE_ANSWERS: Final = (("yes", "是"), ("no", "否"), (_NOT_NOW, "不登记"))


def prompted(
    session: Session,
    dossier: Dossier,
    given: DecisionOptions,
    limits: DecisionLimits,
    facts: dict[str, Value],
    prompts: Prompts | None = None,
) -> CommitteeDecision:
    """Ask for what was not given, and for facts of the office, which go into `facts`.

    Ctrl-C leaves with 130; nothing is written then. Raises EthicsError.
    """
    prompts = prompts or Prompts(session.terminal)
    current = dossier.workspace.current
    assert current is not None  # else there is nothing to decide
    kind = decided_kind(dossier, current)
    form = _Form(prompts, session, dossier.standard, kind, given, limits)
    try:
        decision = form.fill()
        held = dossier.workspace.values
        for question in office_questions(dossier):
            path = question.path
            if question.type == "bool" and path not in facts and path not in held:
                answer = form.choose(question.prompt, _OFFICE_ANSWERS)
                if answer != _NOT_NOW:
                    facts[path] = read_value(question, answer)
    except (KeyboardInterrupt, EOFError):
        session.say("\n已放弃，什么也没有写入。")
        raise typer.Exit(INTERRUPTED) from None
    return decision


def asked_for_more(session: Session, prompts: Prompts | None = None) -> tuple[str, ...]:
    """What the office asked for, typed one on each line.

    Ctrl-C leaves with 130; nothing is written then. Raises NoTerminal.
    """
    prompts = prompts or Prompts(session.terminal)

    def wrong(text: str) -> str | None:
        return _unusable(text) or (None if _lines(text) else "还没有写；Ctrl-C 放弃")

    try:
        while True:
            answer = prompts.long("要补正什么？照补正通知书，一行一项", "", wrong)
            if not isinstance(answer, Pressed):
                return _lines(answer)
            session.say(f"逐项写进 {DECISION}，下一轮照它逐项答复；也可以用 --comments FILE。")
    except (KeyboardInterrupt, EOFError):
        session.say("\n已放弃，什么也没有写入。")
        raise typer.Exit(INTERRUPTED) from None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


class _Form(Struct, frozen=True):
    """Asks for the parts of a decision that were not given, each checked against the others."""

    prompts: Prompts
    session: Session
    standard: Standard
    kind: str
    given: DecisionOptions
    limits: DecisionLimits

    def fill(self) -> CommitteeDecision:
        """The whole decision; what flags gave may still be in doubt."""
        given = self.given
        word = given.decision or self.choose(
            "决定是什么？", tuple(offered_decisions(self.standard, self.kind).items())
        )
        decision = read_options(self.standard, replace(given, decision=word), self.kind)
        if decision.day is None:
            day = self._day("决定日期（如 2027-03-20）", decision, "day", "--date")
            decision = replace(decision, day=day)
        if given.number is None:
            number = self._line("批件（意见书）文号，没有就直接回车", "", _unusable)
            decision = replace(decision, number=number.strip())
        if given.valid_until is None and self._holds_for_a_time(decision):
            words = "批件有效期至哪天？没有写就直接回车"
            day = self._day(words, decision, "valid_until", "--valid-until", optional=True)
            decision = replace(decision, valid_until=day)
        if given.interval is None and self._holds_for_a_time(decision):
            decision = replace(decision, interval_months=self._months(decision))
        if not decision.comments:
            decision = replace(decision, comments=self._comments(decision))
        return decision

    def _holds_for_a_time(self, decision: CommitteeDecision) -> bool:
        return meaning_of(self.standard, decision.decision).validity

    def _day(
        self,
        words: str,
        decision: CommitteeDecision,
        field: str,
        option: str,
        optional: bool = False,
    ) -> date | None:
        def wrong(text: str) -> str | None:
            if optional and not text.strip():
                return None
            day = parse_date(text)
            if day is None:
                return date_advice(text)
            return self._wrong(replace(decision, **{field: day}), option)

        return parse_date(self._line(words, "", wrong))

    def _months(self, decision: CommitteeDecision) -> int | None:
        longest = self.limits.longest
        most = f"，规则允许的最长是 {longest} 个月" if longest else ""

        def wrong(text: str) -> str | None:
            months = parse_months(text)
            if not text.strip():
                return None
            if months is None:
                return "请写整数"
            return self._wrong(replace(decision, interval_months=months), "--interval-months")

        words = f"委员会定的跟踪审查间隔（月）{most}；没有另定就直接回车"
        return parse_months(self._line(words, "", wrong))

    def _comments(self, decision: CommitteeDecision) -> tuple[str, ...]:
        def wrong(text: str) -> str | None:
            with_comments = replace(decision, comments=_lines(text))
            return _unusable(text) or self._wrong(with_comments, "--comments")

        while True:
            answer = self.prompts.long("审查意见，一行一条；没有就直接 Ctrl-D", "", wrong)
            if not isinstance(answer, Pressed):
                return _lines(answer)
            self._explain()

    def _wrong(self, decision: CommitteeDecision, option: str) -> str | None:
        """Why that option of the decision can't be right; None where it can."""
        faults = decision_faults(self.standard, decision, self.limits.sealed, self.limits.longest)
        return next((fault.message for fault in faults if fault.option == option), None)

    def choose(self, words: str, options: tuple[tuple[str, str], ...]) -> str:
        """The key of one of the options."""
        while True:
            answer = self.prompts.choice(words, options, None)
            if not isinstance(answer, Pressed):
                return answer
            self._explain()

    def _line(self, words: str, default: str, wrong: Callable[[str], str | None]) -> str:
        while True:
            answer = self.prompts.line(words, default, wrong)
            if not isinstance(answer, Pressed):
                return answer
            self._explain()

    def _explain(self) -> None:
        self.session.say(f"照委员会的意见书填写；答完才写入 {DECISION}，Ctrl-C 放弃，什么也不写。")


def _unusable(text: str) -> str | None:
    """Which character in a text no file may hold; None where there is none."""
    character = refused_in_value(text)
    return None if character is None else f"含有不能使用的{name_of(character)}"
