"""A filled form or another file read in: each value is a proposal until somebody confirms it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.values import Value
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.errors import EthicsError, Problem
from mmethics_cli.formats.excel.model import RecordSheet, SheetCell, SheetColumn, SheetRow, Workbook
from mmethics_cli.formats.excel.writer import excel_file
from mmethics_cli.formats.passages import FilePassage, passages
from mmethics_cli.forms.importing import ReadValue, against_blank, without_blank
from mmethics_cli.sheets.page import (
    ENTRY,
    OPTIONS_NAME,
    PLAIN,
    RECORD_MARK,
    RECORD_NAME,
    SMALL,
    drop_down,
    input_cell,
    page,
)
from mmethics_cli.sheets.reader import read_pages
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.wording.values import brief_text
from mmethics_cli.workflow.opening import Dossier
from mmethics_cli.workflow.own_forms.forms import (
    form_bytes,
    opened_form,
    suffix_of,
    words_of,
)
from mmethics_cli.workflow.own_forms.pack_forms import PackForm

FORMAT: Final = "mmethics/form-import/1"
_MARK, _ROLE = "import", "take"
_TAKE, _LEAVE = "采用", "不采用"


class ImportProposal(Struct, frozen=True):
    """A value that may be taken, beside what the dossier says now."""

    read: ReadValue
    label: str
    old: str
    new: str

    @property
    def can_be_taken(self) -> bool:
        return self.read.value is not None and not self.read.doubtful and self.old != self.new

    @property
    def why_not(self) -> str:
        if self.read.doubtful:
            return "文件里有几个不同的值"
        return self.read.trouble or ("与卷宗相同" if self.old == self.new else "")


def import_proposals(dossier: Dossier, file: Path, form: PackForm | None) -> list[ImportProposal]:
    """What a file says, by the mapping of its blank form, else by its labels.

    Raises DocumentError or WorkspaceError for a file that can't be read.
    """
    standard = dossier.standard
    if form is not None:
        values = against_blank(form.mapping, opened_form(form.path), opened_form(file), standard)
    else:
        values = without_blank(_passages(file), words_of(dossier.loaded), standard)
    return [_proposal(dossier, value) for value in values]


def _passages(file: Path) -> tuple[FilePassage, ...]:
    """What any file says; an old .doc as the .docx that it becomes."""
    if file.suffix.lower() == ".pdf" and file.is_file():
        return passages(file.read_bytes(), file.name)
    return passages(form_bytes(file), f"{file.stem}{suffix_of(file)}")


def _proposal(dossier: Dossier, read: ReadValue) -> ImportProposal:
    question = dossier.standard.questions[read.path]
    new = read.text if read.value is None else brief_text(question, read.value)
    old = brief_text(question, dossier.facts.get(read.path))
    return ImportProposal(read, label_of(dossier.standard, read.path), old, new)


def take(dossier: Dossier, proposals: Sequence[ImportProposal]) -> None:
    """Write what a person confirmed. Raises ChangedOnDisk, WorkspaceError."""
    values: dict[str, Value] = {
        proposal.read.path: proposal.read.value
        for proposal in proposals
        if proposal.read.value is not None
    }
    if values:
        dossier.workspace.set_answers(values)


def proposals_text(file: str, proposals: Sequence[ImportProposal]) -> str:
    """Each value with file, place and words, beside what the dossier says."""
    lines = [f"{file}：读到 {len(proposals)} 个值，都还没有写入。"]
    for proposal in proposals:
        note = f"（{proposal.why_not}）" if proposal.why_not else ""
        lines.append(f"{proposal.label}：“{proposal.read.text}”（{proposal.read.place}）{note}")
        lines.append(f"    卷宗：{proposal.old}")
    return "\n".join(lines)


def proposals_book(file: Path, proposals: Sequence[ImportProposal], day: date) -> bytes:
    """The values as a workbook to confirm in; nothing is confirmed beforehand."""
    rule = drop_down("采用吗", (_TAKE, _LEAVE))
    rows = tuple(
        SheetRow(
            (
                SheetCell(proposal.label, PLAIN),
                SheetCell(proposal.read.text, PLAIN),
                SheetCell(proposal.read.place, SMALL),
                SheetCell(proposal.old, SMALL),
                input_cell(rule) if proposal.can_be_taken else SheetCell(proposal.why_not, SMALL),
            ),
            f"{ENTRY}{number}",
        )
        for number, proposal in enumerate(proposals)
    )
    columns = (
        SheetColumn("问题", 24),
        SheetColumn("文件里的话", 44),
        SheetColumn("位置", 20),
        SheetColumn("卷宗现在", 30),
        SheetColumn("采用吗", 14, role=_ROLE),
    )
    notes = ("逐行看：文件里的话属实的选“采用”。没有选的不写入卷宗。",)
    sheet = page("读到的值", f"从“{file.name}”读到的值", columns, rows, _MARK, notes)
    lines = ((RECORD_MARK, ""), ("format", FORMAT), ("file", sha256(file.read_bytes())))
    record = RecordSheet(RECORD_NAME, lines)
    return excel_file(Workbook((sheet,), file.name, day, options=OPTIONS_NAME, record=record))


def write_book(file: Path, proposals: Sequence[ImportProposal], target: Path, day: date) -> None:
    write_atomic(target, proposals_book(file, proposals, day))


def confirmed(file: Path, sheet: Path, proposals: Sequence[ImportProposal]) -> list[ImportProposal]:
    """The values that a workbook confirms. Raises EthicsError for one of another file."""
    lines, cells = read_pages(sheet.read_bytes())
    if lines.get("format") != FORMAT or lines.get("file") != sha256(file.read_bytes()):
        raise EthicsError(f"“{sheet.name}”不是从“{file.name}”写出的，或文件此后改过。请重新写出。")
    taken: list[ImportProposal] = []
    faults: list[Problem] = []
    for cell in cells:
        if cell.role != _ROLE or not cell.id.isdecimal() or int(cell.id) >= len(proposals):
            continue
        proposal = proposals[int(cell.id)]
        if cell.text == _TAKE and proposal.can_be_taken:
            taken.append(proposal)
        elif proposal.can_be_taken and cell.text not in ("", _LEAVE):
            faults.append(Problem(f"应选“{_TAKE}”或“{_LEAVE}”。", cell.place))
    if faults:
        raise EthicsError("这份工作簿没有收：", faults)
    return taken
