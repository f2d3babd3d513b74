"""What a committee may decide, and what votes or reviewers come to.

A case at a meeting is decided as its votes carry, else postponed with the number that lacked; a
simplified one as both its reviewers advise, else it goes to a meeting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.lifecycle.work_calendar import add_months
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import SIMPLIFIED, ActRefused, case_name, next_number
from mmethics_cli.office.law.members import CONSULTANT, voting
from mmethics_cli.office.law.review import exclusions, reviewers_needed
from mmethics_cli.office.law.votes import Judgement, VoteLaw
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Ballot,
    Case,
    Lookup,
    Meeting,
    Seat,
)

FILE: Final = "office/decisions.yaml"
APPROVE: Final = "approve"
# The submissions whose approval begins a time of validity anew.
_RENEWING: Final = frozenset({"initial", "progress", "re_review"})
_LONGEST_INTERVAL: Final = 12  # months


class DecisionWord(Struct, frozen=True):
    """One way to decide: its label, what else it is called, the kinds of submissions it fits."""

    id: str
    label: str
    also: tuple[str, ...]
    kinds: tuple[str, ...]
    approves: bool

    def fits(self, case: Case) -> bool:
        """Whether a case of that kind can be decided so."""
        return not self.kinds or case.kind in self.kinds


DecisionWords = Mapping[str, DecisionWord]


def read_decision_words(trees: Mapping[str, object], trail: Trail) -> DecisionWords:
    """The words of a pack by id; what is wrong with them is noted."""
    words = {}
    for node in Node(FILE, (), trees.get(FILE), trail).list():
        node.only("id", "zh", "also", "kinds", "approves", "override")
        words[node.text("id")] = DecisionWord(
            node.text("id"),
            node.text("zh"),
            node.texts("also"),
            node.texts("kinds"),
            node.yes("approves"),
        )
    return words


def decision_word(words: DecisionWords, text: str, case: Case) -> DecisionWord:
    """The word that a text names for a case. Raises EthicsError, with those that fit."""
    for word in words.values():
        if text in (word.id, word.label, *word.also) and word.fits(case):
            return word
    fitting = "、".join(word.label for word in words.values() if word.fits(case))
    raise EthicsError(f"{case_name(case)} 不能决定为“{text}”，可以写：{fitting}。")


class Letter(Struct, frozen=True):
    """What a decision's letter says besides: prefix of its number, comments, interval in months."""

    prefix: str
    comments: int = 0
    interval_months: int = _LONGEST_INTERVAL


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
    state: Lookup, case: Case, meeting: Meeting, law: VoteLaw, letter: Letter, now: str
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
    judgement = judged(state, case, meeting, law)
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
    data = _decision(state, case, judgement.carried, letter, now) | proof
    data |= {"method": case.method, "dissent_recorded": item.dissent_recorded}
    return Happening("decided", now, case.study, case.id, meeting.id, data=data)


def decide_simplified(
    state: Lookup, case: Case, words: DecisionWords, letter: Letter, now: str
) -> Happening:
    """A simplified case decided as all its reviewers advise, once all have answered.

    Where they do not agree, one does not approve or one wishes it, it goes to a meeting.
    """
    _must_be_open(case)
    if case.method != SIMPLIFIED:
        raise ActRefused(f"{case_name(case)} 是会议审查，由会议表决决定。")
    sheets = simplified_sheets(state, case)
    waiting = [each.person for each in sheets if each.state == "open"]
    if waiting or len(sheets) < reviewers_needed(case):
        lacking = "、".join(waiting) or "还没有指定够委员"
        raise ActRefused(f"{case_name(case)} 的工作表没有交齐：{lacking}。")
    reason = why_to_meeting(sheets, words)
    if reason:
        return to_meeting(case, reason, now)
    data = _decision(state, case, sheets[0].recommendation, letter, now)
    persons = [each.person for each in sheets]
    proof = {"reviewers": persons, "recommendation": sheets[0].recommendation}
    data |= {"method": SIMPLIFIED, "proof": proof}
    return Happening("decided", now, case.study, case.id, data=data)


def simplified_sheets(state: Lookup, case: Case) -> list[Assignment]:
    """The reviewers of a case who count: assigned, without conflict, no consultants."""
    there = [
        each
        for each in state.where(Assignment, case=case.id)
        if each.state != "replaced" and each.role != CONSULTANT
    ]
    people = {
        each.person: each
        for each in state.where(Appointment)
        if each.person in {assignment.person for assignment in there}
    }
    excluded = exclusions(state, case, people)
    return [each for each in there if each.person not in excluded]


def why_to_meeting(sheets: list[Assignment], words: DecisionWords) -> str:
    """Why a simplified review must go on at a meeting; empty where its reviewers agree."""
    advice = {each.recommendation for each in sheets}
    if any(each.wants_meeting for each in sheets):
        return "审查委员要求会议审查"
    if len(advice) > 1:
        return "意见不一致"
    if not all(words[word].approves for word in advice if word in words) or advice - words.keys():
        return "审查委员不赞成批准"
    return ""


def to_meeting(case: Case, reason: str, now: str) -> Happening:
    """A simplified case goes to a meeting; its clock goes on."""
    return Happening("converted_to_meeting", now, case.study, case.id, data={"reason": reason})


def _must_be_open(case: Case) -> None:
    if case.state != "accepted":
        raise ActRefused(f"{case_name(case)} 不在审查中，不能决定。")


def _decision(state: Lookup, case: Case, word: str, letter: Letter, now: str) -> dict[str, Any]:
    day = date.fromisoformat(now.partition("T")[0])
    number = next_number(state, Case, "letter", f"{letter.prefix}{day.year}-")
    data: dict[str, Any] = {
        "decision": word,
        "number": number,
        "comments": letter.comments,
    }
    if word == APPROVE and case.kind in _RENEWING:
        months = min(letter.interval_months, _LONGEST_INTERVAL)
        until = add_months(day, _LONGEST_INTERVAL) - timedelta(days=1)
        data |= {"interval_months": months, "valid_until": until.isoformat()}
    return data
