"""Approved versions: the sealed documents with date and validity of the approval in the footers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.lifecycle.decision import CommitteeDecision, decision_label
from mmethics_cli.errors import DocumentError, EthicsError, WorkspaceError
from mmethics_cli.formats.word.stamp import with_footer_line
from mmethics_cli.report.status import DocumentEdition
from mmethics_cli.store.submission.documents import WriteOutcome, write_documents
from mmethics_cli.store.submission.intact import require_intact
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.submissions import COMMITTEE, Submission
from mmethics_cli.wording.columns import pad, width
from mmethics_cli.wording.language import CHINESE, ENGLISH
from mmethics_cli.workflow.lifecycle.committee import CommitteeRecord, DecidedSubmission
from mmethics_cli.workflow.lifecycle.history import (
    SealedWordFile,
    approved_with,
    valid_editions,
    word_files,
)
from mmethics_cli.workflow.opening import Dossier

FOLDER: Final = "approved"
LISTING: Final = "批准文件清单.txt"
_NUMBER: Final = re.compile(r"^[0-9]+(?=-)")  # in front of a name: its place on the list sent in
_CHINESE: Final = ("批准日期：{}", "有效期至：{}", "批件号：{}")
_ENGLISH: Final = ("Approved: {}", "Valid until: {}", "Approval No.: {}")


class ApprovedPackage(Struct, frozen=True):
    """What an approval approves: documents as sealed files, attachments by name.

    `numbers` are the places of the documents on the listing: papers of several submissions lie
    together, and each was numbered by its own list. `whole` is false where some documents were
    named and the others left out.
    """

    approval: DecidedSubmission
    documents: tuple[SealedWordFile, ...]
    attachments: tuple[DocumentEdition, ...]
    numbers: Mapping[str, int]
    whole: bool = True

    @property
    def folder(self) -> Path:
        """Where the approved versions go: beside what was sealed."""
        return self.approval.submission.folder / COMMITTEE / FOLDER


def approved_package(
    dossier: Dossier, ids: Iterable[str] = (), submission: Submission | None = None
) -> ApprovedPackage:
    """What an approval of the study approves: the last one, or that of one submission.

    `ids` names some documents of it. Raises WorkspaceError where nothing is approved or what was
    sealed has changed since.
    """
    record = CommitteeRecord(dossier)
    if not record.of_the_study:
        raise WorkspaceError(_why_not(record))
    approval = record.of_the_study[-1]
    if submission is not None:
        approvals = (kept for kept in record.of_the_study if kept.submission == submission)
        named = next(approvals, None)
        if named is None:
            raise WorkspaceError(f"{submission.name} 没有批准研究的决定，没有批准版本。")
        approval = named
    if approval.decision.day is None:
        raise WorkspaceError(
            f"{approval.submission.name} 的决定没有写日期，页脚印不出批准日期。"
            "补记：mmethics record --replace"
        )
    files: dict[tuple[str, str], SealedWordFile] = {}
    for submission in approved_with(record, approval):
        require_intact(submission, "不能作为批准版本")
        for file in word_files(submission):
            files[file.edition.key, file.suffix] = file
    documents = list(files.values())
    keys = dict.fromkeys(file.edition.key for file in documents)
    numbers = {key: number for number, key in enumerate(keys, 1)}
    names = tuple(ids)
    if names:
        documents = [file for file in documents if file.edition.key in names]
        lacking = [name for name in names if name not in numbers]
        if lacking:
            raise EthicsError(f"批准的送审里没有生成的文件“{'、'.join(lacking)}”。")
    attachments = tuple(edition for edition in valid_editions(record) if edition.attachment)
    return ApprovedPackage(approval, tuple(documents), attachments, numbers, not names)


def _why_not(record: CommitteeRecord) -> str:
    last = record.decided[-1] if record.decided else None
    if last is None:
        return "还没有记录批准，没有批准版本。记录决定：mmethics record"
    label = decision_label(record.dossier.standard, last.decision.decision)
    message = f"{last.submission.name} 的决定是“{label}”，还没有批准，没有批准版本。"
    if last.word.accepts:
        message += (
            "按意见修改、复审（mmethics follow re-review）并记录批准以后再生成；"
            "委员会认可不必再送的，用 mmethics record --replace 改记为批准。"
        )
    return message


def write_approved(
    approved: ApprovedPackage, out: Path | None = None, *, replace: bool = False
) -> tuple[WriteOutcome, Path]:
    """Write the approved versions into `out`, else beside what was sealed, with their listing.

    Returns what became of each file, and the folder. One that can't be stamped counts as failed.
    """
    files, unstamped = _stamped(approved)
    if approved.whole:
        files.append(RenderedFile(LISTING, listing(approved, unstamped).encode("utf-8")))
    folder = out if out is not None else approved.folder
    whole = out is None and approved.whole
    outcome = write_documents(folder, files, replace=replace, whole=whole)
    outcome.failed += unstamped
    return outcome, folder


def _stamped(approved: ApprovedPackage) -> tuple[list[RenderedFile], list[tuple[str, str]]]:
    """The files with their line in the footers; names of those that take none, with the reason."""
    files, failed = [], []
    for file in approved.documents:
        line = footer_line(approved.approval.decision, english=file.english)
        name = _NUMBER.sub(f"{approved.numbers[file.edition.key]:02d}", file.path.name, count=1)
        try:
            files.append(RenderedFile(name, with_footer_line(file.path.read_bytes(), line)))
        except DocumentError as error:
            failed.append((name, error.message))
    return files, failed


def footer_line(decision: CommitteeDecision, *, english: bool = False) -> str:
    """批准日期、有效期 and the number, as far as they were recorded."""
    day, until, number = _ENGLISH if english else _CHINESE
    wording = ENGLISH if english else CHINESE
    parts = [
        day.format(wording.date(decision.day)) if decision.day else "",
        until.format(wording.date(decision.valid_until)) if decision.valid_until else "",
        number.format(decision.number) if decision.number else "",
    ]
    return "　".join(part for part in parts if part)


def listing(approved: ApprovedPackage, unstamped: Sequence[tuple[str, str]] = ()) -> str:
    """Decision, documents and attachments with their versions, one a line.

    Of a file that can't be stamped it says so: the sealed one holds.
    """
    decision, submission = approved.approval.decision, approved.approval.submission
    lines = [f"{submission.name}：{footer_line(decision)}", "", "文件（页脚印有批准日期）"]
    documents = {file.edition.key: file.edition for file in approved.documents}
    lines += _rows(list(documents.values()))
    lines += [f"      {name}：没有印上，用封存的原件。{why}" for name, why in unstamped]
    lines += ["", "附件（原件随送审封存，不加页脚）", *_rows(list(approved.attachments))]
    return "\n".join(lines) + "\n"


def _rows(editions: list[DocumentEdition]) -> Iterator[str]:
    widest = max((width(edition.title) for edition in editions), default=0)
    for number, edition in enumerate(editions, 1):
        cells = (
            pad(edition.title, widest),
            pad(edition.version or "—", 8),
            pad(edition.day or "—", 10),
            edition.of,
        )
        yield f"  {number:>2}  {'  '.join(cells)}"
    if not editions:
        yield "  无"
