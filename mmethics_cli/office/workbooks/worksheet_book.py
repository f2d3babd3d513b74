"""审查工作表 as a workbook: one for a person and a case, out with the package, back by its ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import Sheet, SheetCell, SheetColumn, SheetRow
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import SIMPLIFIED, ActRefused, case_name
from mmethics_cli.office.law.decisions import DecisionLaw, to_meeting, why_to_meeting
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.law.review import return_worksheet
from mmethics_cli.office.pack import OfficePack
from mmethics_cli.office.state import Assignment, Case, Lookup
from mmethics_cli.office.workbooks.book import (
    YES_NO,
    OfficeBook,
    answer_row,
    book_file,
    yes_or_no,
)
from mmethics_cli.render.item_views import CriterionView
from mmethics_cli.sheets.page import ENTRY, PLAIN, SMALL, drop_down, heading_row, input_cell, page

FORMAT: Final = "mmethics/review-worksheet/1"
_MARK: Final = "review"
_CRITERIA: Final = "criteria:"
_VERDICT, _COMMENT = "verdict", "comment"
_COLUMNS: Final = (
    SheetColumn("项目", 26),
    SheetColumn("填写", 40, role="answer"),
    SheetColumn("说明", 50),
)
_CRITERIA_COLUMNS: Final = (
    SheetColumn("编号", 8),
    SheetColumn("审查要点", 34),
    SheetColumn("申请人的回答，所在文件", 46),
    SheetColumn("评价", 10, role=_VERDICT),
    SheetColumn("意见", 34, role=_COMMENT),
    SheetColumn("依据（待核者注明）", 22),
)
_COMMENTS: Final = 10  # rows to write comments in


class WorksheetPage(Struct, frozen=True):
    """A worksheet of the pack: its id, its title, the criteria that apply, or may."""

    id: str
    title: str
    criteria: tuple[CriterionView, ...]


def worksheet_book(
    state: Lookup,
    case: Case,
    assignment: Assignment,
    pack: OfficePack,
    worksheets: Sequence[WorksheetPage],
    day: str,
) -> bytes:
    """The workbook in which one person reviews one case: the declaration first."""
    options = tuple(pack.decisions.offered(state, case).values())
    rows = (
        answer_row(
            "conflict",
            "有没有利益冲突",
            "利益冲突",
            YES_NO,
            note="先填这一格。有的写“是”，不用再填。",
        ),
        answer_row("interest", "有的话，是什么", "利益冲突"),
        answer_row("recommendation", "建议", "建议", options),
        answer_row("wants_meeting", "要求会议审查", "会议审查", YES_NO),
        *(answer_row(f"comment{n}", f"意见 {n}", "意见") for n in range(1, _COMMENTS + 1)),
    )
    role = pack.kinds["assigned"].labels.get(assignment.role, assignment.role)
    notes = (
        f"{case_name(case)}　{title_of(state, case)}",
        f"{role}　请在 {assignment.due} 以前交回。文件可以改名，行可以移动，不要增删行。",
    )
    about = {
        "case": case.id,
        "person": assignment.person,
        "role": assignment.role,
        "digest": case.digest,
    }
    verdicts = tuple(pack.kinds["worksheet_returned"].labels.values())
    pages = (
        page("审查工作表", "审查工作表", _COLUMNS, rows, _MARK, notes),
        *(_criteria_page(worksheet, verdicts) for worksheet in worksheets),
    )
    title = f"审查工作表 {case_name(case)}"
    return book_file(FORMAT, about, pages, title, date.fromisoformat(day))


def _criteria_page(worksheet: WorksheetPage, verdicts: tuple[str, ...]) -> Sheet:
    notes = ("评价从下拉列表里选，意见写给申请人看得懂；依据是法规条文，注有待核的尚未逐字核对。",)
    rows = tuple(_criteria_rows(worksheet.criteria, verdicts))
    mark = _CRITERIA + worksheet.id
    return page(worksheet.title, worksheet.title, _CRITERIA_COLUMNS, rows, mark, notes)


def _criteria_rows(
    criteria: Sequence[CriterionView], verdicts: tuple[str, ...]
) -> Iterator[SheetRow]:
    group = ""
    for each in criteria:
        if each.group != group:
            group = each.group
            yield heading_row(group)
        unsure = "（是否适用尚不能判定）" if each.applies == "unknown" else ""
        yield SheetRow(
            (
                SheetCell(each.id, PLAIN),
                SheetCell(each.text + unsure, PLAIN),
                SheetCell(f"{each.answer_line}\n（{each.where_line}）", SMALL),
                input_cell(drop_down("评价", verdicts)),
                input_cell(drop_down("意见", ())),
                SheetCell(each.basis_text, SMALL),
            ),
            ENTRY + each.id,
        )


def from_worksheet(state: Lookup, book: OfficeBook, pack: OfficePack, now: str) -> list[Happening]:
    """What a worksheet that came back tells: an interest, else the advice.

    When it is the last of a simplified review and they do not agree, the case goes to a meeting.
    Raises EthicsError with every cell that can't be read, ActRefused.
    """
    case = state.get(Case, book.about.get("case", ""))
    if case is None:
        raise EthicsError(f"没有受理件“{book.about.get('case', '')}”，这份工作表不是本办公室的。")
    if book.about.get("digest", "") != case.digest:
        raise ActRefused(
            f"{case_name(case)} 已经补正过，这份工作表审的是以前的材料。请用新的一份。"
        )
    person, law = book.about.get("person", ""), pack.decisions
    faults: list[Problem] = []
    conflict = book.read(_MARK, "conflict", "answer", yes_or_no, faults)
    if conflict is None and not faults:
        faults.append(Problem("利益冲突没有声明，请先填。", "审查工作表"))
    wants = book.read(_MARK, "wants_meeting", "answer", yes_or_no, faults)
    word = book.read(
        _MARK, "recommendation", "answer", lambda text: law.word(state, text, case), faults
    )
    opinions = list(_opinions(book, pack, faults))
    if not conflict and word is None and not faults:
        faults.append(Problem("建议没有填。", "审查工作表"))
    if faults:
        raise EthicsError("这份工作表没有收：", faults)
    if conflict:
        data = {"interest": book.text(_MARK, "interest")}
        return [Happening("conflict_declared", now, case.study, case.id, person=person, data=data)]
    returned = return_worksheet(state, case, person, word or "", wants is True, now)
    comments = [text for n in range(1, _COMMENTS + 1) if (text := book.text(_MARK, f"comment{n}"))]
    more = {key: told for key, told in (("comments", comments), ("opinions", opinions)) if told}
    returned = replace(returned, data={**returned.data, **more})
    return [returned, *_converted(state, case, returned, law, now)]


def _opinions(
    book: OfficeBook, pack: OfficePack, faults: list[Problem]
) -> Iterator[dict[str, Any]]:
    """The judgements of criteria: the verdict, the comment, each by the id of the criterion."""
    labels = pack.kinds["worksheet_returned"].labels
    words = {label: key for key, label in labels.items()}

    def verdict(text: str) -> str:
        if text not in words:
            raise EthicsError(f"评价应写{'、'.join(words)}，现在是“{text}”。")
        return words[text]

    for mark in book.pages():
        if not mark.startswith(_CRITERIA):
            continue
        for item in book.rows(mark):
            if item not in pack.papers.standard.criteria:
                cell = next(each for at, each in book.cells.items() if at[:2] == (mark, item))
                faults.append(Problem(f"没有要点“{item}”，行的编号被改过。", cell.place))
                continue
            judged = book.read(mark, item, _VERDICT, verdict, faults)
            yield {
                "item": item, "verdict": judged or "", "comment": book.text(mark, item, _COMMENT),
            }  # fmt: skip


def _converted(
    state: Lookup, case: Case, returned: Happening, law: DecisionLaw, now: str
) -> list[Happening]:
    """A simplified case turned to a meeting, once this sheet shows why."""
    if case.method != SIMPLIFIED:
        return []
    sheets = [
        replace(
            each,
            state="returned",
            recommendation=returned.data["recommendation"],
            wants_meeting=returned.data["wants_meeting"],
        )
        if each.person == returned.person
        else each
        for each in state.where(Assignment, case=case.id)
        if each.state != "replaced" and each.role == SIMPLIFIED
    ]
    answered = [each for each in sheets if each.state == "returned"]
    reason = why_to_meeting(answered, law)
    return [to_meeting(case, reason, now)] if reason else []
