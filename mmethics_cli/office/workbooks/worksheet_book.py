"""审查工作表 as a workbook: one for a person and a case, out with the package, back by its ids."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec.structs import replace

from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import SheetColumn
from mmethics_cli.office.events import Happening
from mmethics_cli.office.law.acceptance import SIMPLIFIED, ActRefused, case_name
from mmethics_cli.office.law.decisions import (
    DecisionWords,
    decision_word,
    to_meeting,
    why_to_meeting,
)
from mmethics_cli.office.law.meetings import title_of
from mmethics_cli.office.law.review import ROLES, return_worksheet
from mmethics_cli.office.state import Assignment, Case, Lookup
from mmethics_cli.office.workbooks.book import (
    YES_NO,
    OfficeBook,
    answer_row,
    book_file,
    yes_or_no,
)
from mmethics_cli.sheets.page import page

FORMAT: Final = "mmethics/review-worksheet/1"
_MARK: Final = "review"
_COLUMNS: Final = (
    SheetColumn("项目", 26),
    SheetColumn("填写", 40, role="answer"),
    SheetColumn("说明", 50),
)
_COMMENTS: Final = 10  # rows to write comments in


def worksheet_book(
    state: Lookup, case: Case, assignment: Assignment, words: DecisionWords, day: str
) -> bytes:
    """The workbook in which one person reviews one case."""
    options = tuple(word.label for word in words.values() if word.fits(case))
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
    role = ROLES.get(assignment.role, assignment.role)
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
    sheet = page("审查工作表", "审查工作表", _COLUMNS, rows, _MARK, notes)
    title = f"审查工作表 {case_name(case)}"
    return book_file(FORMAT, about, (sheet,), title, date.fromisoformat(day))


def from_worksheet(
    state: Lookup, book: OfficeBook, words: DecisionWords, now: str
) -> list[Happening]:
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
    person = book.about.get("person", "")
    faults: list[Problem] = []
    conflict = book.read(_MARK, "conflict", "answer", yes_or_no, faults)
    if conflict is None and not faults:
        faults.append(Problem("利益冲突没有声明，请先填。", "审查工作表"))
    wants = book.read(_MARK, "wants_meeting", "answer", yes_or_no, faults)
    word = book.read(
        _MARK, "recommendation", "answer", lambda text: decision_word(words, text, case).id, faults
    )
    if not conflict and word is None and not faults:
        faults.append(Problem("建议没有填。", "审查工作表"))
    if faults:
        raise EthicsError("这份工作表没有收：", faults)
    if conflict:
        data = {"interest": book.text(_MARK, "interest")}
        return [Happening("conflict_declared", now, case.study, case.id, person=person, data=data)]
    comments = tuple(
        text for n in range(1, _COMMENTS + 1) if (text := book.text(_MARK, f"comment{n}"))
    )
    returned = return_worksheet(
        state, case, person, word or "", wants is True, now, comments=comments
    )
    return [returned, *_converted(state, case, returned, words, now)]


def _converted(
    state: Lookup, case: Case, returned: Happening, words: DecisionWords, now: str
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
    reason = why_to_meeting(answered, words)
    return [to_meeting(case, reason, now)] if reason else []
