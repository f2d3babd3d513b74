"""申请与受理: a submission received, asked for more, accepted, refused, withdrawn, prolonged.

Each act gives the events that it comes to, or raises ActRefused with the reason; none is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.clocks import Clocks
from mmethics_cli.office.state import Case, Lookup, RegisteredStudy

SIMPLIFIED: Final = "simplified"
MEETING: Final = "meeting"
EMERGENCY: Final = "emergency_meeting"
STATES: Final = {
    "received": "收到，尚未受理",
    "supplement": "等申请人补正",
    "refused": "不予受理",
    "withdrawn": "已撤回",
    "accepted": "审查中",
    "decided": "已决定",
    "delivered": "已送达",
    "filed": "已归档",
}


class ActRefused(EthicsError):
    """A rule forbids the act; nothing was recorded."""

    exit_code = 1


def case_name(case: Case) -> str:
    """What people call a case: its number of acceptance, before that the number it came under."""
    return case.number or case.id


def find_case(state: Lookup, name: str) -> Case:
    """The case of that number, or the one whose number ends so. Raises EthicsError."""
    exact = [*state.where(Case, number=name), *state.where(Case, id=name)]
    if exact:
        return exact[0]
    ending = [
        case
        for case in state.where(Case)
        if _tail(case.number) == _tail(name) or (not case.number and _tail(case.id) == _tail(name))
    ]
    if len(ending) == 1:
        return ending[0]
    if ending:
        names = "、".join(case_name(case) for case in ending[:8])
        raise EthicsError(f"“{name}”不止一件：{names}。请写全受理号。")
    raise EthicsError(f"没有受理件“{name}”。案头有全部待办：mmethics office。")


def _tail(number: str) -> str:
    """The number within its year, without the zeros before it."""
    return number.rpartition("-")[2].lstrip("0")


def next_number(state: Lookup, kind: type[Any], field: str, prefix: str, digits: int = 4) -> str:
    """The number after the last one that begins so: 2027-受-0012."""
    last = state.highest(kind, field, prefix).removeprefix(prefix)
    number = int(last) + 1 if last.isascii() and last.isdigit() else 1
    return f"{prefix}{number:0{max(len(last), digits)}d}"


def receive(
    state: Lookup, kind: str, digest: str, facts: Mapping[str, Any], now: str, name: str
) -> Happening:
    """The event by which a sealed submission enters the register, sealed under `name`.

    It belongs to the study of the same protocol number; where that study waits for more on a
    submission of this kind, this is what was asked for.
    """
    known = state.where(Case, digest=digest)
    if known:
        raise ActRefused(f"这份送审已经收过：{case_name(known[0])}。")
    study = _study_of(state, facts, now)
    for case in state.where(Case, study=study, state="supplement"):
        if case.kind == kind:
            data = {"digest": digest, "package": f"{case.id}-{name}.zip"}
            return Happening("supplement_received", now, study, case.id, data=data)
    number = next_number(state, Case, "id", f"{now[:4]}-")
    parent = _parent(state, study) if kind == "re_review" else ""
    data = {"kind": kind, "parent": parent, "digest": digest, "package": f"{number}-{name}.zip"}
    return Happening("submission_received", now, study, number, data={**data, **facts})


def _study_of(state: Lookup, facts: Mapping[str, Any], now: str) -> str:
    number = str(facts.get("protocol_number") or "")
    known = state.where(RegisteredStudy, number=number) if number else ()
    return known[0].id if known else next_number(state, RegisteredStudy, "id", "S")


def _parent(state: Lookup, study: str) -> str:
    """The decided case that a re-review answers: the last one of its study."""
    decided = [case for case in state.where(Case, study=study) if case.decided_at]
    return max(decided, key=lambda case: case.decided_at).id if decided else ""


class Acceptance(Struct, frozen=True):
    """How to accept a submission: the word in its number, the method, a reason for an emergency.

    Without a method it is that of the pathway of what was sealed, and never a looser one; `labels`
    are what people call the methods.
    """

    word: str
    method: str = ""
    reason: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def of(self, state: Lookup, case: Case, clocks: Clocks, now: str) -> Happening:
        """Accept a submission: its number, and the end of its clock."""
        _must_be(case, "received")
        method = self.method or case.pathway or MEETING
        if method == SIMPLIFIED and case.pathway != SIMPLIFIED:
            path = self.labels.get(case.pathway, case.pathway or "未定")
            raise ActRefused(f"{case_name(case)} 的审查路径是{path}，不能按简易审查受理。")
        if method == EMERGENCY and case.pathway != EMERGENCY and not self.reason:
            raise ActRefused(
                f"{case_name(case)} 的审查路径不是紧急会议。主任委员决定的，用 --reason 写明理由。"
            )
        if method == EMERGENCY:
            due = clocks["emergency"].ends(now, hours=case.emergency_hours)
        else:
            due = clocks["review"].ends(now, days=case.review_days)
        number = next_number(state, Case, "number", f"{now[:4]}-{self.word}-")
        data = {"method": method, "number": number, "due": due}
        if self.reason:
            data["reason"] = self.reason
        return _event("accepted", case, now, data)


def ask_supplement(
    case: Case, items: Sequence[str], again: str, clocks: Clocks, now: str
) -> Happening:
    """Ask the applicant for more, once and all at once: a second time needs a reason."""
    _must_be(case, "received")
    if not items:
        raise EthicsError("请写明要补正什么：--supplement 可以写几次，一次一项。")
    if case.supplements and not again:
        raise ActRefused(
            f"{case_name(case)} 已经要求过补正。需要补正的应当一次性完整告知；"
            "确须再次要求的，用 --again 写明理由。"
        )
    due = clocks["supplement"].ends(now).partition("T")[0]
    data: dict[str, Any] = {"items": len(items), "list": list(items), "due": due}
    if again:
        data["again"] = again
    return _event("supplement_requested", case, now, data)


def refuse(case: Case, reason: str, now: str) -> Happening:
    """Refuse to take a submission in."""
    _must_be(case, "received", "supplement")
    return _event("refused", case, now, {"reason": reason})


def withdraw(case: Case, reason: str, now: str) -> Happening:
    """The applicant takes a submission back, at any time before it is decided."""
    _must_be(case, "received", "supplement", "accepted")
    return _event("withdrawn", case, now, {"reason": reason})


def extend(case: Case, until: str, reason: str, now: str) -> Happening:
    """Prolong the review to a later day, with a reason, while the clock still runs."""
    _must_be(case, "accepted")
    if not reason:
        raise EthicsError("延长审查期限要用 --reason 写明理由。")
    if case.due_at and now > case.due_at:
        raise ActRefused(
            f"{case_name(case)} 的审查期限已在 {_said(case.due_at)} 届满，不能再延长。"
        )
    if until <= case.due_at[: len(until)]:
        raise ActRefused(f"新的期限 {until} 应在原来的期限 {_said(case.due_at)} 以后。")
    return _event("extended", case, now, {"reason": reason, "until": until})


def _said(time: str) -> str:
    return time.replace("T", " ")


def _must_be(case: Case, *states: str) -> None:
    if case.state not in states:
        raise ActRefused(f"{case_name(case)} {STATES.get(case.state, case.state)}，不能这样办。")


def _event(kind: str, case: Case, now: str, data: Mapping[str, Any]) -> Happening:
    return Happening(kind, now, case.study, case.id, data=dict(data))
