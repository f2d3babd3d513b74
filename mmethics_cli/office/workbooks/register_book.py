"""登记簿.xlsx: the whole register, to look through and count in Excel; nothing is read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.formats.excel.bytes import LONGEST_TEXT
from mmethics_cli.formats.excel.long_tables import LongTable, long_workbook
from mmethics_cli.office.as_of import RegisterView
from mmethics_cli.office.desk.calendar import office_dates
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import STATES
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.outputs import refuse_office_output
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.packages import kept_papers
from mmethics_cli.office.showing import event_text, term_parts
from mmethics_cli.office.state import AgendaItem, Appointment, Case, Lookup, Meeting, Seat
from mmethics_cli.store.files import write_atomic
from mmethics_cli.wording.visible import visible
from mmethics_cli.workflow.packs import Packs

Row = Sequence[str]
# Title and width of each column.
_CASES: Final = {
    "受理号": 16, "收件号": 12, "研究": 10, "题目": 40, "类型": 12, "方式": 12, "状态": 14,
    "收到": 17, "受理": 17, "期限": 17, "决定日期": 17, "决定": 14, "批件号": 16,
    "送达": 17, "归档": 17,
}  # fmt: skip
_MEETINGS: Final = {
    "会议": 12, "日期": 12, "状态": 10, "到会": 8, "缺席": 8, "项目": 8, "会议记录定稿": 17,
}  # fmt: skip
_MEMBERS: Final = {"编号": 10, "姓名": 14, "任期": 30, "说明": 40}
_DATES: Final = {"期限": 17, "事": 60, "办完": 17}
_PAPERS: Final = {"条": 8, "事": 14, "受理件": 14, "文件": 50, "校验值（SHA-256）": 68}
_ACCESSES: Final = {"条": 8, "时间": 17, "研究": 10, "受理件": 14, "谁": 12, "事": 40}
_LOG: Final = {
    "条": 8, "登记时间": 17, "发生时间": 17, "经手人": 12, "研究": 10, "受理件": 14, "会议": 12,
    "人员": 10, "事": 60, "校验值": 68,
}  # fmt: skip


def write_register_book(
    office: OfficeFolder, packs: Packs, path: Path, today: date, day: str = ""
) -> None:
    """Write the register as it is, or as it was at the end of `day`.

    Raises EthicsError where the file can't lie there, WorkspaceError.
    """
    refuse_office_output(office, "--xlsx", path, "登记簿.xlsx")
    pack = office_pack(packs, office)
    with office.register().reading() as register:
        view = RegisterView(register, day)
        data = long_workbook(_tables(pack, view), "登记簿", today)
    write_atomic(path, data)


def _tables(pack: OfficePack, view: RegisterView) -> Iterator[LongTable]:
    state = view.state
    papers, accesses = _kept_and_lent(pack, view)
    yield _table("登记簿", _CASES, _case_rows(pack, state))
    yield _table("会议", _MEETINGS, _meeting_rows(state))
    yield _table("委员", _MEMBERS, _member_rows(pack, state))
    yield _table("到期", _DATES, sorted(
        (each.due.replace("T", " "), each.text, each.done.replace("T", " "))
        for each in office_dates(state)
    ))  # fmt: skip
    yield _table("档案", _PAPERS, papers)
    yield _table("查阅", _ACCESSES, accesses)
    yield _table("日志", _LOG, _log_rows(pack, view.events(), view.corrected))


def _table(name: str, columns: Mapping[str, float], rows: Iterable[Row]) -> LongTable:
    return LongTable(name, columns, (tuple(map(_cell, row)) for row in rows))


def _cell(text: str) -> str:
    """A text as a cell can hold it: what hides is written out, the rest of a long one left out."""
    text = visible(text)
    more = "……（全文见 mmethics office show）"
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(more)] + more


def _case_rows(pack: OfficePack, state: Lookup) -> Iterator[Row]:
    methods = pack.kinds["accepted"].labels
    for case in sorted(state.where(Case), key=lambda case: (case.received_at, case.id)):
        times = (
            case.received_at, case.accepted_at, case.due_at, case.decided_at, case.delivered_at,
            case.filed_at,
        )  # fmt: skip
        received, accepted, due, decided, delivered, filed = (
            time.replace("T", " ") for time in times
        )
        yield (
            case.number, case.id, case.study, title_of(state, case), pack.kind_word(case.kind),
            methods.get(case.method, case.method), STATES.get(case.state, case.state),
            received, accepted, due, decided, pack.decision_word(case.decision), case.letter,
            delivered, filed,
        )  # fmt: skip


def _meeting_rows(state: Lookup) -> Iterator[Row]:
    for meeting in sorted(state.where(Meeting), key=lambda each: (each.date, each.id)):
        seats = state.where(Seat, meeting=meeting.id)
        there = sum(seat.present for seat in seats)
        yield (
            meeting.id,
            meeting.date,
            "已召开" if meeting.state == "held" else "计划中",
            str(there),
            str(len(seats) - there),
            str(len(state.where(AgendaItem, meeting=meeting.id))),
            meeting.minutes_at.replace("T", " "),
        )


def _member_rows(pack: OfficePack, state: Lookup) -> Iterator[Row]:
    for term in state.where(Appointment):
        days, *rest = term_parts(pack, term)
        yield term.person, person_name(term), days, "、".join(rest)


def _kept_and_lent(pack: OfficePack, view: RegisterView) -> tuple[list[Row], list[Row]]:
    """The files that the office keeps, and who asked to see them: few among very many events."""
    papers: list[Row] = []
    accesses: list[Row] = []
    for event in view.events():
        what = event.counted
        for each in kept_papers([event]):
            kind = pack.kinds.get(each.kind)
            title = kind.title if kind else each.kind
            papers.append((str(each.event), title, each.case, each.place, each.digest))
        if what.kind.startswith("access_"):
            accesses.append(
                (
                    str(event.seq), what.happened.replace("T", " "), what.study, what.case,
                    what.person, event_text(pack, event, "case"),
                )
            )  # fmt: skip
    return papers, accesses


def _log_rows(
    pack: OfficePack, events: Iterable[Event], corrected: frozenset[int]
) -> Iterator[Row]:
    for event in events:
        what = event.counted
        said = event_text(pack, event, "case") + "（已更正，不算）" * (event.seq in corrected)
        yield (
            str(event.seq), event.at.replace("T", " "), what.happened.replace("T", " "),
            event.actor, what.study, what.case, what.meeting, what.person, said, event.hash,
        )  # fmt: skip
