"""会议簿: who came, who stepped out, who voted what, filled in at the meeting and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import Sheet, SheetColumn, SheetRow
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import ActRefused, case_name
from mmethics_cli.office.law.decisions import DecisionLaw
from mmethics_cli.office.law.meetings import ItemVotes, MeetingHeld, hold, title_of, vote
from mmethics_cli.office.law.members import in_office, voting
from mmethics_cli.office.law.review import exclusions, person_name
from mmethics_cli.office.pack import OfficePack
from mmethics_cli.office.state import AgendaItem, Appointment, Case, Lookup, Meeting
from mmethics_cli.office.workbooks.book import (
    NO,
    YES_NO,
    OfficeBook,
    answer_row,
    book_file,
    one_of,
    yes_or_no,
)
from mmethics_cli.sheets.page import page

FORMAT: Final = "mmethics/meeting-book/1"
_RECUSED: Final = "回避"
# What is written on an item beside the votes, by its row.
_TEXTS: Final = {
    "questions": "提问与答复",
    "discussion": "讨论要点",
    "dissent_text": "不同意见的内容",
}
_SEATS, _MEETING, _ITEM = "seats", "meeting", "item:"
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)", re.ASCII)
_COLUMNS: Final = (
    SheetColumn("项目", 22),
    SheetColumn("填写", 22, True, "answer"),
    SheetColumn("说明", 60),
)
_SEAT_COLUMNS: Final = (
    SheetColumn("姓名", 22),
    SheetColumn("到会", 22, True, "answer"),
    SheetColumn("身份", 60),
)
_VOTE_COLUMNS: Final = (
    SheetColumn("姓名", 22),
    SheetColumn("表决", 60, True, "answer"),
    SheetColumn("说明", 30),
)


def review_items(state: Lookup, meeting: Meeting) -> list[Case]:
    """The cases that a meeting reviews, in the order of its agenda."""
    items = sorted(state.where(AgendaItem, meeting=meeting.id), key=lambda item: item.order)
    cases = (state.get(Case, item.case) for item in items if item.purpose == "review")
    return [case for case in cases if case is not None]


def meeting_book(state: Lookup, meeting: Meeting, pack: OfficePack) -> bytes:
    """The workbook of a planned meeting."""
    people = in_office(state.where(Appointment), meeting.date)
    cases = review_items(state, meeting)
    pages = (
        page("会议", f"会议 {meeting.id}", _COLUMNS, tuple(_meeting_rows(pack)), _MEETING),
        page("到会", "到会", _SEAT_COLUMNS, tuple(_seat_rows(people, pack)), _SEATS),
        *(_item_page(state, meeting, case, number, pack) for number, case in enumerate(cases, 1)),
    )
    about = {"meeting": meeting.id, "cases": " ".join(_subject(case) for case in cases)}
    title = f"会议簿 {meeting.id}"
    return book_file(FORMAT, about, pages, title, date.fromisoformat(meeting.date))


def _subject(case: Case) -> str:
    """A case and what was sealed of it: another office may have one of the same number."""
    return f"{case.id}={case.digest}"


def _meeting_rows(pack: OfficePack) -> Iterator[SheetRow]:
    yield answer_row("start", "开始", "开始", note="如 14:00")
    yield answer_row("end", "结束", "结束", note="如 16:30")
    yield answer_row("form", "形式", "形式", _forms(pack))


def _forms(pack: OfficePack) -> tuple[str, ...]:
    """In which forms a meeting may be held."""
    forms = pack.kinds["meeting_held"].data["form"]
    return forms if isinstance(forms, tuple) else ()


def _seat_rows(people: Mapping[str, Appointment], pack: OfficePack) -> Iterator[SheetRow]:
    words = pack.kinds["member_appointed"].labels
    for person, each in people.items():
        role = each.role or each.category
        yield answer_row(person, person_name(each), "到会", YES_NO, note=words.get(role, role))


def _item_page(state: Lookup, meeting: Meeting, case: Case, number: int, pack: OfficePack) -> Sheet:
    members = voting(state.where(Appointment), meeting.date)
    excluded = exclusions(state, case, members)
    options = (*pack.decisions.offered(state, case).values(), _RECUSED)
    rows = [
        answer_row(
            who,
            person_name(each),
            "表决",
            options,
            _RECUSED if who in excluded else "",
            excluded.get(who, ""),
        )
        for who, each in members.items()
    ]
    rows.append(answer_row("dissent", "不同意见已写入记录", "不同意见", YES_NO, NO))
    rows += [answer_row(key, label, label, note="写进会议记录") for key, label in _TEXTS.items()]
    needs = (
        f"{present}人到会须{'不可能通过' if needed is None else f'{needed}票'}"
        for present in range(len(members), 0, -1)
        for needed in [pack.votes.needed(len(members), present)]
    )
    method = pack.kinds["accepted"].labels.get(case.method, "")
    notes = (
        f"{case_name(case)}　{method}　{title_of(state, case)}",
        f"全体委员 {len(members)} 人，同一种意见须得的票（回避的不算到会）：{'，'.join(needs)}。",
    )
    return page(f"{number}", case_name(case), _VOTE_COLUMNS, tuple(rows), _ITEM + case.id, notes)


def from_meeting_book(
    state: Lookup, book: OfficeBook, pack: OfficePack, now: str
) -> list[Happening]:
    """What a filled meeting book tells. Raises EthicsError with every cell that can't be read,
    ActRefused for what the law forbids to record."""
    meeting = state.get(Meeting, book.about.get("meeting", ""))
    if meeting is None:
        raise EthicsError(f"没有会议“{book.about.get('meeting', '')}”，这份会议簿不是本办公室的。")
    if meeting.state != "planned":
        raise ActRefused(f"会议 {meeting.id} 的会议簿已经收过。改正另行登记，不重收。")
    cases, there = review_items(state, meeting), book.about.get("cases", "").split()
    for case in cases:
        if _subject(case) not in there:
            raise ActRefused(
                f"这份会议簿里没有 {case_name(case)}，或那里是另一份送审；议程上有它。"
                f"请用 meetings/{meeting.id} 里最新的会议簿。"
            )
    faults: list[Problem] = []
    present = frozenset(
        who for who in book.rows(_SEATS) if book.read(_SEATS, who, "answer", yes_or_no, faults)
    )
    held = MeetingHeld(
        book.read(_MEETING, "start", "answer", _clock, faults) or "",
        book.read(_MEETING, "end", "answer", _clock, faults) or "",
        book.read(_MEETING, "form", "answer", one_of(_forms(pack)), faults) or "",
        present,
    )
    if not held.start:
        faults.append(Problem("会议开始的时刻没有填。", "会议"))
    items = [_item_votes(state, book, case, pack.decisions, faults) for case in cases]
    if faults:
        raise EthicsError("这份会议簿没有收：", faults)
    happenings = hold(state, meeting, held, now)
    at = happenings[0].happened
    for case, item in zip(cases, items, strict=True):
        happenings += vote(state, meeting, case, item, present, at)
        refs: dict[str, Any] = {"study": case.study, "case": case.id, "meeting": meeting.id}
        texts = {key: book.text(_ITEM + case.id, key) for key in _TEXTS}
        data = {
            "dissent_recorded": item.dissent_recorded or bool(texts["dissent_text"]),
            "questions": texts["questions"],
            "discussion": texts["discussion"],
            "dissent": texts["dissent_text"],
        }
        happenings.append(Happening("item_discussed", at, **refs, data=data))
    return happenings


def _item_votes(
    state: Lookup, book: OfficeBook, case: Case, law: DecisionLaw, faults: list[Problem]
) -> ItemVotes:
    mark = _ITEM + case.id

    def choice(text: str) -> str:
        return _RECUSED if text == _RECUSED else law.word(state, text, case)

    read = {
        who: book.read(mark, who, "answer", choice, faults)
        for who in book.rows(mark)
        if who != "dissent" and who not in _TEXTS
    }
    recused = frozenset(who for who, word in read.items() if word == _RECUSED)
    choices = {who: word for who, word in read.items() if word and word != _RECUSED}
    dissent = book.read(mark, "dissent", "answer", yes_or_no, faults)
    return ItemVotes(case.id, recused, choices, dissent is True)


def _clock(text: str) -> str:
    match = _CLOCK.match(text)
    if match is None:
        raise EthicsError(f"时刻写成 14:00 的样子，现在是“{text}”。")
    return f"{int(match[1]):02d}:{match[2]}"
