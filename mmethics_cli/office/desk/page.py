"""The desk as a page for a browser: what waits, the open cases, the year in charts and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from mmethics_cli.office.desk.desk import GROUPS, DeskLine, desk_in
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.acceptance import STATES, case_name
from mmethics_cli.office.law.review import person_name
from mmethics_cli.office.outputs import refuse_office_output
from mmethics_cli.office.pack import OfficePack, office_pack
from mmethics_cli.office.register.database import Reading
from mmethics_cli.office.state import (
    AgendaItem,
    Appointment,
    Assignment,
    Case,
    Meeting,
    RegisteredStudy,
)
from mmethics_cli.render.web.charts import BarChart, bar_chart
from mmethics_cli.render.web.pages import PageTable, command, is_our_page, web_page
from mmethics_cli.store.files import write_atomic
from mmethics_cli.workflow.packs import Packs

_TEMPLATE: Final = "desk.html"
# Lines of a table, so that the page of a large office can still be sent by mail.
_MOST: Final = 1000
_OPEN: Final = ("received", "supplement", "accepted", "decided", "delivered")
_DAYS: Final = (5, 10, 15, 20, 25, 30)  # of review, by which a chart groups


def write_desk_page(office: OfficeFolder, packs: Packs, path: Path, today: date) -> None:
    """Write the desk as a page; one that was written before is made anew.

    Raises EthicsError where something else lies, WorkspaceError.
    """
    refuse_office_output(office, "--html", path, "案头.html", replace=is_our_page(path))
    pack = office_pack(packs, office)
    with office.register().reading() as register:
        values = _values(office, pack, register, today)
    write_atomic(path, web_page(_TEMPLATE, pack.pack.template_text, values))


def _values(
    office: OfficeFolder, pack: OfficePack, register: Reading, today: date
) -> dict[str, Any]:
    desk = desk_in(office, register, today)
    events, last = register.last or (0, "")
    cases = register.where(Case)
    year = [each for each in cases if each.received_at.startswith(f"{today.year}-")]
    decided = [each for each in cases if each.decided_at.startswith(f"{today.year}-")]
    return {
        "title": f"案头　{desk.office}　{desk.day}",
        "committee": desk.office,
        "day": desk.day,
        "year": str(today.year),
        "events": events,
        "hash": last,
        "groups": [_group(group, desk.lines) for group in GROUPS],
        "charts": [
            _months(year, decided),
            _states([each for each in cases if each.state in _OPEN]),
            _times(decided),
        ],
        "tables": list(_tables(pack, register, cases, decided, today)),
    }


def _group(group: str, lines: Sequence[DeskLine]) -> dict[str, Any]:
    own = [line for line in lines if line.group == group]
    rows = [
        (line.text, line.due.replace("T", " "), command(line.command) if line.command else "")
        for line in own
    ]
    table = _table(GROUPS[group], ("事", "期限", "命令"), rows)
    return {"id": group, "title": GROUPS[group], "count": len(own), "table": table}


def _table(title: str, columns: tuple[str, ...], rows: Sequence[Any]) -> PageTable:
    return PageTable(title, columns, rows[:_MOST], max(len(rows) - _MOST, 0))


def _months(received: Sequence[Case], decided: Sequence[Case]) -> BarChart:
    labels = [f"{month} 月" for month in range(1, 13)]
    counts = {
        "收到": [sum(int(each.received_at[5:7]) == month for each in received)
               for month in range(1, 13)],
        "决定": [sum(int(each.decided_at[5:7]) == month for each in decided)
               for month in range(1, 13)],
    }  # fmt: skip
    return bar_chart("本年各月收到和决定的送审", labels, counts, "件")


def _states(open_: Sequence[Case]) -> BarChart:
    counts = [sum(each.state == state for each in open_) for state in _OPEN]
    labels = ("待受理", "补正", "审查", "待送达", "待归档")
    return bar_chart("没有办完的送审", labels, {"在办": counts}, "件")


def _times(decided: Sequence[Case]) -> BarChart:
    """How long reviews took, from acceptance to decision."""
    days = [
        (date.fromisoformat(each.decided_at[:10]) - date.fromisoformat(each.accepted_at[:10])).days
        for each in decided
        if each.accepted_at
    ]
    counts = [sum(low < each <= high for each in days) for low, high in zip((-1, *_DAYS), _DAYS)]  # noqa: B905
    counts.append(sum(each > _DAYS[-1] for each in days))
    labels = [f"≤{high}" for high in _DAYS] + [f">{_DAYS[-1]}"]
    return bar_chart("本年决定的送审从受理到决定的日数", labels, {"决定": counts}, "件")


def _tables(
    pack: OfficePack,
    register: Reading,
    cases: Sequence[Case],
    decided: Sequence[Case],
    today: date,
) -> Iterator[PageTable]:
    studies = {each.id: each for each in register.where(RegisteredStudy)}
    open_ = sorted(
        (each for each in cases if each.state in _OPEN), key=lambda each: each.received_at
    )
    reviewers = _reviewers(register, open_)
    columns: tuple[str, ...] = (
        "受理号",
        "研究",
        "研究者",
        "类型",
        "方式",
        "状态",
        "收到",
        "期限",
        "审查人",
    )
    rows = [_case_row(pack, each, studies, reviewers.get(each.id, "")) for each in open_]
    yield _table("没有办完的送审", columns, rows)
    columns = ("受理号", "研究", "决定", "文号", "日期", "送达")
    yield _table("本年的决定", columns, [
        (case_name(each), _title(studies, each), pack.decision_word(each.decision), each.letter,
         _day(each.decided_at), _day(each.delivered_at))
        for each in sorted(decided, key=lambda each: each.decided_at, reverse=True)
    ])  # fmt: skip
    meetings = [each for each in register.where(Meeting) if each.date.startswith(str(today.year))]
    items = _item_counts(register, meetings)
    yield _table("本年的会议", ("会议", "日期", "状态", "项目"), [
        (each.id, each.date, "已召开" if each.state == "held" else "计划中",
         str(items.get(each.id, 0)))
        for each in sorted(meetings, key=lambda each: each.date, reverse=True)
    ])  # fmt: skip


def _case_row(
    pack: OfficePack, case: Case, studies: Mapping[str, RegisteredStudy], reviewers: str
) -> tuple[str, ...]:
    study = studies.get(case.study)
    return (
        case_name(case),
        _title(studies, case),
        study.investigator if study else "",
        pack.kind_word(case.kind),
        pack.kinds["accepted"].labels.get(case.method, case.method),
        STATES.get(case.state, case.state),
        _day(case.received_at),
        case.due_at.replace("T", " ") if case.state == "accepted" else "",
        reviewers,
    )


def _title(studies: Mapping[str, RegisteredStudy], case: Case) -> str:
    study = studies.get(case.study)
    return (study.title if study else "") or case.study


def _reviewers(register: Reading, cases: Sequence[Case]) -> dict[str, str]:
    names = {each.person: person_name(each) for each in register.where(Appointment)}
    accepted = [each.id for each in cases if each.state == "accepted"]
    people: dict[str, list[str]] = {}
    for each in register.where(Assignment, case=accepted):
        if each.state != "replaced":
            back = "（已交）" if each.state == "returned" else ""
            people.setdefault(each.case, []).append(f"{names.get(each.person, each.person)}{back}")
    return {case: "、".join(who) for case, who in people.items()}


def _item_counts(register: Reading, meetings: Sequence[Meeting]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in register.where(AgendaItem, meeting=[meeting.id for meeting in meetings]):
        counts[each.meeting] = counts.get(each.meeting, 0) + 1
    return counts


def _day(time: str) -> str:
    return time.partition("T")[0]
