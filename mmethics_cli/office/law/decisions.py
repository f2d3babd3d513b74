"""What a committee may decide, and what votes or reviewers come to.

A case at a meeting is decided as its votes carry, else postponed with the number that lacked; a
simplified one as both its reviewers advise, else it goes to a meeting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.lifecycle.decision import (
    decision_key,
    decision_label,
    kind_of,
    meaning_of,
    offered_decisions,
)
from mmethics_cli.core.lifecycle.work_calendar import add_months
from mmethics_cli.core.standard.committee import DecisionMeaning
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import SIMPLIFIED, ActRefused, case_name, next_number
from mmethics_cli.office.law.clocks import Clocks
from mmethics_cli.office.law.members import voting
from mmethics_cli.office.law.review import exclusions, reviewers_needed, reviewing
from mmethics_cli.office.law.votes import Judgement, VoteLaw
from mmethics_cli.office.state import (
    STUDY_STATES,
    AgendaItem,
    Appointment,
    Assignment,
    Ballot,
    Case,
    Lookup,
    Meeting,
    RegisteredStudy,
    Seat,
)

FILE: Final = "office/study_states.yaml"


class StateRule(Struct, frozen=True):
    """What becomes of a study in the register by a decision; empty words fit everything."""

    state: str
    decisions: tuple[str, ...]
    kinds: tuple[str, ...]
    before: tuple[str, ...]


class DecisionLaw(Struct, frozen=True):
    """The words that a committee decides with, and what they come to, as the pack has them."""

    standard: Standard
    clocks: Clocks
    states: tuple[StateRule, ...]

    def kind_of_case(self, state: Lookup, case: Case) -> str:
        """The kind whose words a case is decided with: an answer takes those of what it answers."""
        kind = case.kind
        while kind_of(self.standard, kind).answers:
            parent = state.get(Case, case.parent) if case.parent else None
            if parent is None or parent.id == case.id:
                return next(iter(self.standard.submissions))
            case, kind = parent, parent.kind
        return kind

    def offered(self, state: Lookup, case: Case) -> Mapping[str, str]:
        """Key and label of each decision that can be taken on a case."""
        return offered_decisions(self.standard, self.kind_of_case(state, case))

    def word(self, state: Lookup, text: str, case: Case) -> str:
        """The decision that a text names for a case. Raises EthicsError, with those that fit."""
        key = decision_key(self.standard, text, self.kind_of_case(state, case))
        if key is None:
            fitting = "、".join(self.offered(state, case).values())
            raise EthicsError(f"{case_name(case)} 不能决定为“{text}”，可以写：{fitting}。")
        return key

    def label(self, key: str) -> str:
        """What people call a decision."""
        return decision_label(self.standard, key)

    def meaning(self, key: str) -> DecisionMeaning:
        """What a decision means."""
        return meaning_of(self.standard, key)

    def read(self, kind: str, key: str) -> str:
        """A word that stands for another one today on that kind of submission, else itself."""
        return kind_of(self.standard, kind).read_as.get(key, key)

    def state_after(self, kind: str, key: str, before: str) -> str:
        """The state of a study after a decision; empty where it stays what it was."""
        for rule in self.states:
            if (
                key in rule.decisions
                and (not rule.kinds or kind in rule.kinds)
                and (not rule.before or before in rule.before)
            ):
                return rule.state
        return ""


def read_states(
    trees: Mapping[str, object], standard: Standard, trail: Trail
) -> tuple[StateRule, ...]:
    """What decisions come to for a study; what is wrong with it is noted."""
    rules = []
    for node in Node(FILE, (), trees.get(FILE), trail).list():
        node.only("state", "decisions", "kinds", "from")
        rule = StateRule(
            node.one_of("state", STUDY_STATES),
            node.texts("decisions"),
            node.texts("kinds"),
            node.texts("from"),
        )
        for key, words, known in (
            ("decisions", rule.decisions, standard.decisions),
            ("kinds", rule.kinds, standard.submissions),
            ("from", rule.before, STUDY_STATES),
        ):
            for word in words:
                if word not in known:
                    node.child(key).problem(f"没有“{word}”")
        rules.append(rule)
    return tuple(rules)


class Letter(Struct, frozen=True):
    """What a letter says besides: prefix of its number, interval in months (0: the longest)."""

    prefix: str
    interval_months: int = 0


def judged(state: Lookup, case: Case, meeting: Meeting, law: VoteLaw) -> Judgement:
    """What the votes on a case at a meeting come to.

    Whoever must keep out of the case counts as recused, whether they stepped out or not.
    """
    members = voting(state.where(Appointment), meeting.date)
    ballots = state.where(Ballot, meeting=meeting.id, case=case.id)
    attending = [seat.person for seat in state.where(Seat, meeting=meeting.id) if seat.present]
    recused = {each.person for each in ballots if each.recused} | exclusions(
        state, case, members
    ).keys()
    return law.judge(members, attending, recused, {each.person: each.choice for each in ballots})


def decide_at_meeting(
    state: Lookup,
    case: Case,
    meeting: Meeting,
    votes: VoteLaw,
    law: DecisionLaw,
    letter: Letter,
    now: str,
) -> Happening:
    """A case decided as its votes at a meeting carry, or postponed with what lacked."""
    _must_be_open(case)
    if case.method == SIMPLIFIED:
        raise ActRefused(f"{case_name(case)} 是简易审查，不由会议表决。")
    if meeting.state != "held":
        raise ActRefused(f"会议 {meeting.id} 还没有召开，不能决定。")
    item = state.get(AgendaItem, meeting.id, case.id)
    if item is None or item.purpose != "review":
        raise ActRefused(f"{case_name(case)} 不在会议 {meeting.id} 的审查议程上。")
    judgement = judged(state, case, meeting, votes)
    proof = {"proof": judgement.proof()}
    if not judgement.carried:
        return Happening(
            "postponed",
            now,
            case.study,
            case.id,
            meeting.id,
            data={"reason": judgement.reason} | proof,
        )
    data = _decision(state, case, judgement.carried, law, letter, now) | proof
    data |= {"method": case.method, "dissent_recorded": item.dissent_recorded}
    return Happening("decided", now, case.study, case.id, meeting.id, data=data)


def decide_simplified(
    state: Lookup, case: Case, law: DecisionLaw, letter: Letter, now: str
) -> Happening:
    """A simplified case decided as all its reviewers advise, once all have answered.

    Where they do not agree, one does not approve or one wishes it, it goes to a meeting.
    """
    _must_be_open(case)
    if case.method != SIMPLIFIED:
        raise ActRefused(f"{case_name(case)} 是会议审查，由会议表决决定。")
    sheets = reviewing(state, case)
    waiting = [each.person for each in sheets if each.state == "open"]
    if waiting or len(sheets) < reviewers_needed(case):
        lacking = "、".join(waiting) or "还没有指定够委员"
        raise ActRefused(f"{case_name(case)} 的工作表没有交齐：{lacking}。")
    reason = why_to_meeting(sheets, law)
    if reason:
        return to_meeting(case, reason, now)
    data = _decision(state, case, sheets[0].recommendation, law, letter, now)
    persons = [each.person for each in sheets]
    proof = {"reviewers": persons, "recommendation": sheets[0].recommendation}
    data |= {"method": SIMPLIFIED, "proof": proof}
    return Happening("decided", now, case.study, case.id, data=data)


def why_to_meeting(sheets: list[Assignment], law: DecisionLaw) -> str:
    """Why a simplified review must go on at a meeting; empty where its reviewers agree."""
    advice = {each.recommendation for each in sheets}
    if any(each.wants_meeting for each in sheets):
        return "审查委员要求会议审查"
    if len(advice) > 1:
        return "意见不一致"
    if not all(law.meaning(word).accepts for word in advice):
        return "审查委员不赞成批准"
    return ""


def to_meeting(case: Case, reason: str, now: str) -> Happening:
    """A simplified case goes to a meeting; its clock goes on."""
    return Happening("converted_to_meeting", now, case.study, case.id, data={"reason": reason})


def _must_be_open(case: Case) -> None:
    if case.state != "accepted":
        raise ActRefused(f"{case_name(case)} 不在审查中，不能决定。")


def _decision(
    state: Lookup, case: Case, word: str, law: DecisionLaw, letter: Letter, now: str
) -> dict[str, Any]:
    day = date.fromisoformat(now.partition("T")[0])
    number = next_number(state, Case, "letter", f"{letter.prefix}{day.year}-")
    data: dict[str, Any] = {"decision": word, "number": number, "comments": len(case.comments)}
    if law.meaning(word).comments and not case.comments:
        raise ActRefused(
            f"{case_name(case)} 的决定是“{law.label(word)}”，要写明须修改的意见："
            "填好意见汇总.xlsx，用 take 收回，再决定。"
        )
    kind, clocks = law.kind_of_case(state, case), law.clocks
    if law.meaning(word).approves and kind_of(law.standard, kind).restarts:
        longest = clocks["follow_up"].counted(case.follow_up_interval_months)
        until = add_months(day, clocks["validity"].months) - timedelta(days=1)
        data |= {
            "interval_months": min(letter.interval_months or longest, longest),
            "valid_until": until.isoformat(),
        }
    study = state.get(RegisteredStudy, case.study)
    after = law.state_after(kind, word, study.state if study else "")
    if after:
        data["study_state"] = after
    return data


def baseline_fault(state: Lookup, study: str, baseline: str, law: DecisionLaw) -> str:
    """Why the office did not approve what a submission rests on, by the digest of its manifest.

    Empty where it did, and where the register knows no approval of the study, as of one from before
    it was kept.
    """
    cases = [case for case in state.where(Case, study=study) if case.digest]
    approved = [case for case in cases if law.meaning(case.decision).accepts]
    if any(case.digest == baseline for case in approved):
        return ""
    for case in cases:
        if case.digest == baseline:
            word = f"决定是“{law.label(case.decision)}”" if case.decision else "还没有决定"
            return f"它对照的是 {case_name(case)}，登记簿里那一件{word}，不是批准"
    names = "、".join(case_name(case) for case in approved)
    return f"它对照的那一份不是本办公室批准的（批准的是 {names}）" if names else ""
