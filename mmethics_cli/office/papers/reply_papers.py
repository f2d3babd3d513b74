"""审查意见（批件）and 回件: what a decision sends to the applicant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from mmethics_cli.core.lifecycle.work_calendar import add_months
from mmethics_cli.formats.excel.model import SheetCell, SheetColumn, SheetRow
from mmethics_cli.office.events import Event
from mmethics_cli.office.law.acceptance import case_name
from mmethics_cli.office.papers.paper_desk import PaperDesk, day_said
from mmethics_cli.office.state import Case
from mmethics_cli.office.workbooks.book import book_file
from mmethics_cli.sheets.page import PLAIN, page
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.decisions import decision_tree
from mmethics_cli.store.submission.replies import Reply, decision_file, reply_archive
from mmethics_cli.store.submission.submissions import DECISION
from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.writer import item_lines
from mmethics_cli.workflow.document_options import Language

LETTER: Final = "decision_letter"
_COMMENTS: Final = "mmethics/comments/1"


def reply_file(
    desk: PaperDesk, case: Case, tree: Mapping[str, Tree], files: Mapping[str, bytes]
) -> bytes:
    """The archive that answers what was sealed: `tree` is what the applicant records."""
    submission = Path(case.package).stem.removeprefix(f"{case.id}-")
    whole = {**files, DECISION: decision_file(tree)}
    return reply_archive(Reply(case_name(case), submission, case.digest, desk.entry, whole))


def decision_files(desk: PaperDesk, case: Case, event: Event) -> Iterator[tuple[str, bytes]]:
    """The letter in both languages and the reply, by their names."""
    name = legal_name(case_name(case))
    with desk.about(case, [LETTER], _acts(desk, event)) as papers:
        title = legal_name(papers.title(LETTER))
        files = {
            f"{title}-{name}.docx": papers.word(LETTER),
            f"{title}-{name}.en.docx": papers.word(LETTER, Language.en),
        }
    decision = desk.decision(event, case.comments)
    tree = decision_tree(decision, case.digest)
    if case.comments:
        comments = "".join(item_lines(text, 0) for text in case.comments)
        files |= {"意见.yaml": comments.encode(), "意见.xlsx": _comments_book(desk, case)}
    yield from files.items()
    yield f"回件-{name}.zip", reply_file(desk, case, tree, files)


def _acts(desk: PaperDesk, event: Event) -> dict[str, str]:
    """How it was decided, in numbers; of a simplified review only how many reviewed."""
    data: Mapping[str, Any] = event.what.data
    proof = data.get("proof") or {}
    acts = {"first_report_by": first_report(event)}
    if not event.what.meeting:
        agreed = str(len(proof.get("reviewers", ())))
        return acts | {"present": agreed, "recused": "0", "entitled": agreed, "in_favour": agreed}
    return acts | {
        "meeting": event.what.meeting,
        "present": str(len(proof["present"])),
        "recused": str(len(proof["recused"])),
        "entitled": str(len(proof["members"])),
        "in_favour": str(proof["votes"].get(data["decision"], 0)),
    }


def first_report(event: Event) -> str:
    """The day by which a decision wants the first report; empty where it wants none."""
    months = event.what.data.get("interval_months")
    day = date.fromisoformat(event.what.happened.partition("T")[0])
    return add_months(day, months).isoformat() if months else ""


def _comments_book(desk: PaperDesk, case: Case) -> bytes:
    """The comments as a workbook, for whoever answers them there."""
    columns = (SheetColumn("序号", 8), SheetColumn("审查意见", 90))
    rows = tuple(
        SheetRow((SheetCell(str(number), PLAIN), SheetCell(text, PLAIN)))
        for number, text in enumerate(case.comments, 1)
    )
    title = f"审查意见 {case_name(case)}"
    sheet = page("审查意见", title, columns, rows, notes=(day_said(case.decided_at),))
    return book_file(_COMMENTS, {"case": case.id}, (sheet,), title, desk.today)
