"""What the register tells of a study, a case, a meeting or a person: where it stands, its papers,
its whole history; today, or as it was on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.errors import EthicsError
from mmethics_cli.office.as_of import RegisterView
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import STATES, case_name, find_case
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.packages import kept_papers
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Case,
    Lookup,
    Meeting,
    RegisteredStudy,
    Seat,
)
from mmethics_cli.wording.columns import wrap
from mmethics_cli.workflow.packs import Packs

_WITHDRAWN: Final = "（已更正，不算）"
_SHOWN: Final = 12  # things that a text may mean
_DIGITS: Final = 16  # of a digest, that a person compares


class Subject(Struct, frozen=True):
    """What is shown: by which reference its events are found, and its id."""

    column: str
    id: str


def shown_text(
    office: OfficeFolder, packs: Packs, name: str, today: date, day: str, columns: int
) -> str:
    """All about what a name means, as it is or was at the end of `day`. Raises EthicsError."""
    pack = office_pack(packs, office)
    with office.register().reading() as register:
        view = RegisterView(register, day)
        subject = subject_of(view.state, name)
        events = list(view.events(**{subject.column: subject.id}))
        told = [*_HEADS[subject.column](pack, view.state, subject.id, day or today.isoformat())]
    papers = [f"  {each.place}　{each.digest[:_DIGITS]}" for each in kept_papers(events)]
    if day:
        told.insert(0, f"截至 {day}：")
    if papers:
        told += ["文件（校验值的前 16 位）：", *papers]
    lines = [
        line
        for event in events
        for line in _lines(pack, event, event.seq in view.corrected, subject.column, columns)
    ]
    return "\n".join([*told, "登记：", *lines])


def _lines(
    pack: OfficePack, event: Event, withdrawn: bool, column: str, columns: int
) -> Iterator[str]:
    """An event: its number, when it was, what it says, on as many lines as that takes."""
    when = event.counted.happened.replace("T", " ")
    text = event_text(pack, event, column) + f"　{_WITHDRAWN}" * withdrawn
    first = f"  {event.seq:>6}  {when}  "
    head, *rest = wrap(text, columns - len(first)) or [""]
    yield (first + head).rstrip()
    yield from (" " * len(first) + line for line in rest)


def event_text(pack: OfficePack, event: Event, column: str = "") -> str:
    """What an event says, in one line."""
    happening = event.counted
    kind = pack.kinds.get(happening.kind)
    refs = [
        value
        for ref in ("case", "meeting", "person")
        if ref != column and (value := getattr(happening, ref))
    ]
    data = pack.event_words.said(kind, happening, pack.decision_word)
    parts = (f"{title}：{text}" for title, text in data)
    return "　".join((kind.title if kind else happening.kind, *refs, *parts))


# What a name means.


def subject_of(state: Lookup, name: str) -> Subject:
    """What a name means: an id or number, the end of a number, a person's name, a text.

    Raises EthicsError for nothing, or for a text that is in several.
    """
    for column, kind in (("study", RegisteredStudy), ("meeting", Meeting)):
        if state.where(kind, id=name):
            return Subject(column, name)
    if state.where(Appointment, person=name):
        return Subject("person", name)
    try:
        return Subject("case", find_case(state, name).id)
    except EthicsError as error:
        refusal = error
    subjects = dict(_with_text(state, name.casefold()))
    if len(subjects) == 1:
        return next(iter(subjects))
    if subjects:
        lines = "\n".join(f"  {line}" for line in list(subjects.values())[:_SHOWN])
        more = f"\n  ……以及另外 {len(subjects) - _SHOWN} 个" if len(subjects) > _SHOWN else ""
        raise EthicsError(f"“{name}”不止一个，请写前面的编号：\n{lines}{more}")
    if "不止一件" in refusal.message:
        raise refusal
    raise EthicsError(f"登记簿里没有“{name}”：不是研究、受理件、会议或人员，题目和姓名里也没有。")


def _with_text(state: Lookup, text: str) -> Iterator[tuple[Subject, str]]:
    """Studies and persons in whose names a text stands, each with a line that tells it."""
    for study in state.where(RegisteredStudy):
        names = (study.title, study.number, study.investigator, study.dept, study.sponsor)
        if any(text in each.casefold() for each in names):
            line = f"{study.id}　{study.title}　{study.investigator}".rstrip("　")
            yield Subject("study", study.id), line
    for each in state.where(Appointment):
        if text in each.name.casefold():
            yield Subject("person", each.person), f"{each.person}　{each.name}"


# Where it stands.


def _of_study(pack: OfficePack, state: Lookup, id_: str, day: str) -> Iterator[str]:
    study = state.get(RegisteredStudy, id_)
    if study is None:
        return
    yield f"{study.id}　{study.title}".rstrip("　")
    facts = (
        ("方案编号", study.number), ("研究者", study.investigator), ("科室", study.dept),
        ("申办者", study.sponsor), ("状态", study_state(pack, study, day)),
        ("批准", study.approved_on), ("有效期至", study.valid_until),
    )  # fmt: skip
    yield "　".join(f"{label} {text}" for label, text in facts if text)
    for case in state.where(Case, study=id_):
        yield f"  {'　'.join(case_parts(pack, case))}"


def study_state(pack: OfficePack, study: RegisteredStudy, day: str) -> str:
    """In which state a study is on a day: an approval runs out by itself."""
    expired = study.state == "active" and "" < study.valid_until < day
    words = pack.event_words.labels.get("study_state", {})
    return words.get("expired" if expired else study.state, study.state)


def case_parts(pack: OfficePack, case: Case) -> Iterator[str]:
    """Number, kind, method and state of a case, and what was decided."""
    yield case_name(case)
    yield pack.kind_word(case.kind)
    if case.method:
        yield pack.kinds["accepted"].labels.get(case.method, case.method)
    yield STATES.get(case.state, case.state)
    if case.decision:
        yield f"{pack.decision_word(case.decision)}（{case.letter}，{case.decided_at[:10]}）"


def _of_case(pack: OfficePack, state: Lookup, id_: str, day: str) -> Iterator[str]:
    case = state.get(Case, id_)
    if case is None:
        return
    yield "　".join(case_parts(pack, case))
    yield title_of(state, case)
    yield "　".join(clocks(case, day))
    names = {each.person: person_name(each) for each in state.where(Appointment)}
    for each in state.where(Assignment, case=id_):
        role = pack.kinds["assigned"].labels.get(each.role, each.role)
        said = {"returned": f"交回 {each.returned_at[:10]}", "replaced": "已更换"}
        advice = pack.decision_word(each.recommendation) if each.recommendation else ""
        stands = said.get(each.state, f"请在 {each.due} 以前交回")
        parts = (role, names.get(each.person, each.person), stands, advice)
        yield "  " + "　".join(filter(None, parts))


def clocks(case: Case, day: str) -> Iterator[str]:
    """When each step of a case was, with the days since it was accepted; how long is left."""
    yield f"收到 {case.received_at[:10]}"
    if case.accepted_at:
        yield f"受理 {case.accepted_at[:10]}"
    if case.due_at:
        yield f"期限 {case.due_at.replace('T', ' ')}{_left(case, day)}"
    if case.decided_at:
        took = f"（{_days(case.accepted_at, case.decided_at)} 日）" if case.accepted_at else ""
        yield f"决定 {case.decided_at[:10]}{took}"
    for label, time in (("送达", case.delivered_at), ("归档", case.filed_at)):
        if time:
            yield f"{label} {time[:10]}"


def _left(case: Case, day: str) -> str:
    if case.state != "accepted":
        return ""
    left = _days(day, case.due_at)
    return f"（还有 {left} 日）" if left >= 0 else f"（已过 {-left} 日）"


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days


def _of_meeting(pack: OfficePack, state: Lookup, id_: str, day: str) -> Iterator[str]:
    meeting = state.get(Meeting, id_)
    if meeting is None:
        return
    seats = state.where(Seat, meeting=id_)
    there = sum(seat.present for seat in seats)
    held = f"已召开　到会 {there} 人，缺席 {len(seats) - there} 人"
    stands = held if meeting.state == "held" else "计划中"
    yield f"会议 {meeting.id}　{meeting.date}　{stands}"
    for item in sorted(state.where(AgendaItem, meeting=id_), key=lambda item: item.order):
        case = state.get(Case, item.case)
        word = pack.kinds["agenda_item"].labels.get(item.purpose, item.purpose)
        name = case_name(case) if case else item.case
        title = title_of(state, case) if case else ""
        outcome = "再议" if item.outcome == "postponed" else pack.decision_word(item.outcome)
        yield "  " + "　".join(filter(None, (f"{item.order}. {word}", name, title, outcome)))


def _of_person(pack: OfficePack, state: Lookup, id_: str, day: str) -> Iterator[str]:
    terms = state.where(Appointment, person=id_)
    yield f"{id_}　{person_name(terms[-1])}" if terms else id_
    for each in terms:
        yield f"  {'　'.join(term_parts(pack, each))}"
    for assignment in state.where(Assignment, person=id_, state="open"):
        case = state.get(Case, assignment.case)
        if case is not None and case.state == "accepted":
            yield f"  工作表未交：{case_name(case)}，{assignment.due}"


def term_parts(pack: OfficePack, term: Appointment) -> Iterator[str]:
    """A term in words: from when to when, as what, of which category."""
    labels = pack.kinds["member_appointed"].labels
    yield f"{term.term_from} 至 {term.term_to}"
    yield from (labels.get(word, word) for word in (term.role, term.category) if word)
    if term.external:
        yield "非本机构"


_HEADS: Final[dict[str, Callable[[OfficePack, Lookup, str, str], Iterator[str]]]] = {
    "study": _of_study,
    "case": _of_case,
    "meeting": _of_meeting,
    "person": _of_person,
}
