"""The parts of a decision that were not given, asked at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import typer

from mmethics_cli.ask.prompts import Pressed, Prompts
from mmethics_cli.commands.options import Session
from mmethics_cli.core.conditions.values import Value, parse_date, parse_int
from mmethics_cli.core.lifecycle.decision import (
    CommitteeDecision,
    decision_words,
    doubts,
    may_be_valid,
)
from mmethics_cli.core.standard.answers import read_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.store.submission.submissions import DECISION
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.recording import DecisionOptions, decided, office_questions

INTERRUPTED: Final = 130
_LATER: Final = "later"


@dataclass(frozen=True, slots=True)
class _Form:
    """Asks for the parts of a decision that were not given, each checked against the others."""

    prompts: Prompts
    session: Session
    standard: Standard
    given: DecisionOptions
    sealed: date | None
    longest: int | None

    def fill(self) -> CommitteeDecision:
        """The whole decision; what flags gave may still be in doubt."""
        given = self.given
        word = given.decision or self.one(
            "决定是什么？", tuple(decision_words(self.standard).items())
        )
        made = decided(self.standard, replace(given, decision=word))
        if made.day is None:
            made = replace(made, day=self._day("决定日期（如 2027-03-20）", made, "day", "--date"))
        if given.number is None:
            number = self._line("批件（意见书）文号，没有就直接回车", "", _clean)
            made = replace(made, number=number.strip())
        if given.valid_until is None and may_be_valid(made):
            words = "批件有效期至哪天？没有写就直接回车"
            day = self._day(words, made, "valid_until", "--valid-until", optional=True)
            made = replace(made, valid_until=day)
        if given.interval is None and may_be_valid(made):
            made = replace(made, interval_months=self._months(made))
        if not made.comments:
            made = replace(made, comments=self._comments(made))
        return made

    def _day(
        self, words: str, made: CommitteeDecision, field: str, option: str, optional: bool = False
    ) -> date | None:
        def wrong(text: str) -> str | None:
            if optional and not text.strip():
                return None
            day = parse_date(text)
            if day is None:
                return "请写成 2027-03-20 的样子"
            return self._wrong(replace(made, **{field: day}), option)  # type: ignore[arg-type]

        return parse_date(self._line(words, "", wrong))

    def _months(self, made: CommitteeDecision) -> int | None:
        most = f"，规则允许的最长是 {self.longest} 个月" if self.longest else ""

        def wrong(text: str) -> str | None:
            months = parse_int(text)
            if not text.strip():
                return None
            if months is None:
                return "请写整数"
            return self._wrong(replace(made, interval_months=months), "--interval-months")

        words = f"委员会定的跟踪审查间隔（月）{most}；没有另定就直接回车"
        return parse_int(self._line(words, "", wrong))

    def _comments(self, made: CommitteeDecision) -> tuple[str, ...]:
        def split(text: str) -> tuple[str, ...]:
            return tuple(line.strip() for line in text.splitlines() if line.strip())

        def wrong(text: str) -> str | None:
            return _clean(text) or self._wrong(replace(made, comments=split(text)), "--comments")

        while True:
            answer = self.prompts.long("审查意见，一行一条；没有就直接 Ctrl-D", "", wrong)
            if not isinstance(answer, Pressed):
                return split(answer)
            self._explain()

    def _wrong(self, made: CommitteeDecision, option: str) -> str | None:
        found = doubts(self.standard, made, self.sealed, self.longest)
        return next((one.message for one in found if one.option == option), None)

    def one(self, words: str, options: tuple[tuple[str, str], ...]) -> str:
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


def prompted(
    session: Session,
    dossier: Dossier,
    given: DecisionOptions,
    sealed: date | None,
    longest: int | None,
    facts: dict[str, Value],
    prompts: Prompts | None = None,
) -> CommitteeDecision:
    """Ask for what was not given, and for facts of the office, which go into `facts`.

    Ctrl-C leaves with 130; nothing is written then. Raises EthicsError.
    """
    form = _Form(
        prompts or Prompts(session.terminal), session, dossier.standard, given, sealed, longest
    )
    try:
        made = form.fill()
        held = dossier.workspace.values
        for one in office_questions(dossier):
            if one.type == "bool" and one.path not in facts and one.path not in held:
                options = (("yes", "是"), ("no", "否"), (_LATER, "不登记"))
                answer = form.one(one.prompt, options)
                if answer != _LATER:
                    facts[one.path] = read_value(one, answer)
    except (KeyboardInterrupt, EOFError):
        session.say("\n已放弃，什么也没有写入。")
        raise typer.Exit(INTERRUPTED) from None
    return made


def _clean(text: str) -> str | None:
    character = refused_in_value(text)
    return None if character is None else f"含有不能使用的{name_of(character)}"
