"""The questions of a dossier as an Excel workbook, and a filled workbook read back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.explain import facts_behind
from mmethics_cli.core.standard.model import Question, ReviewItem
from mmethics_cli.core.standard.names import is_of_event
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.sheets.book import pages_of
from mmethics_cli.sheets.items import WhyNot
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.merge import CellChange, merge
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.sheets.writer import WorkbookOrigin, workbook
from mmethics_cli.store.dossier.outputs import refuse_output
from mmethics_cli.store.dossier.workspace import unread_answers, write_edits
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.wording.values import reasons
from mmethics_cli.workflow.opening import Dossier

_SUFFIX: Final = ".xlsx"
# What Excel, WPS and LibreOffice put beside a file that is open.
_OPEN_MARKS: Final = ("~${name}", ".~{name}", ".~lock.{name}#")


class WorkbookChanges(Struct, frozen=True):
    """What a filled workbook would change in a dossier.

    `newer` counts answers that were changed since the export in the dossier alone and stay as they
    are there; `files` are the dossier's files that are not as they were exported; `left_out` the
    filled cells whose question the pack does not have, `placeholders` those whose words are taken
    and are no answer yet.
    """

    changes: tuple[CellChange, ...]
    newer: int
    files: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    placeholders: tuple[Problem, ...] = ()


def require_workbook_name(file: Path) -> None:
    """Raises EthicsError for a name that no workbook has."""
    if file.name.startswith(("~$", ".~")):
        raise EthicsError(
            f"“{file.name}”是 Excel 打开文件时的临时记号，不是工作簿。请写真正的文件名。"
        )
    if file.suffix.lower() != _SUFFIX:
        raise EthicsError(f"“{file.name}”不是 .xlsx 文件。请写成 问卷.xlsx 的样子。")


def is_open(file: Path) -> bool:
    """Whether an office program says beside the file that it is open there."""
    return any(file.with_name(mark.format(name=file.name)).exists() for mark in _OPEN_MARKS)


def export_workbook(dossier: Dossier, file: Path, today: date, *, replace: bool = False) -> None:
    """Write the workbook of a dossier.

    Raises EthicsError where another file lies that is not to be replaced, or the system refuses.
    """
    require_workbook_name(file)
    refuse_output(dossier.workspace, "FILE", file, "问卷.xlsx", replace=replace)
    if is_open(file):
        raise WorkspaceError(f"“{file}”正在 Excel、WPS 或 LibreOffice 里打开。请关闭后再导出。")
    write_atomic(file, workbook_of(dossier, today))


def workbook_of(dossier: Dossier, today: date) -> bytes:
    """The workbook of a dossier; `today` is printed as the day of the export."""
    pages = pages_of(ledger_of(dossier), _why_not(dossier), today)
    title = str(dossier.facts.values.get("project.title", "伦理审查问卷"))
    return workbook(pages, origin_of(dossier), title, today)


def read_changes(dossier: Dossier, file: Path) -> WorkbookChanges:
    """What a filled workbook changes; nothing is written.

    Raises EthicsError with every cell that can't be read.
    """
    require_workbook_name(file)
    filled = read_workbook(_bytes(file))
    merged = merge(filled, ledger_of(dossier), named_refusal)
    if merged.problems:
        raise EthicsError(
            f"工作簿有 {len(merged.problems)} 处不能用，什么也没有写入：", merged.problems
        )
    files = _changed_since(filled.record.origin, origin_of(dossier))
    return WorkbookChanges(
        merged.changes, merged.newer, tuple(files), merged.left_out, merged.placeholders
    )


def write_changes(dossier: Dossier, changes: Iterable[CellChange]) -> None:
    """Write what a workbook changes, all of it or nothing; raises ChangedOnDisk, WorkspaceError."""
    write_edits(dossier.workspace, [change.edit for change in changes])


def _changed_since(then: WorkbookOrigin, now: WorkbookOrigin) -> list[str]:
    """The files of the dossier that are not what they were."""
    return [name for name, digest in now.files.items() if then.files.get(name) != digest]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise EthicsError(f"没有文件“{file}”。") from None
    except OSError as error:
        raise EthicsError(f"读不了“{file}”：{reason(error)}。") from error


def ledger_of(dossier: Dossier) -> Ledger:
    """What the dossier says, for the cells of its workbook."""
    current = dossier.workspace.current
    closed = current is None or current.sealed

    def writable(question: Question) -> bool:
        return not (question.of_office or (closed and is_of_event(question.path)))

    return Ledger(dossier.facts, dossier.self_check, unread_answers(dossier.workspace), writable)


def origin_of(dossier: Dossier) -> WorkbookOrigin:
    """The pack and the files of a dossier, as they are now."""
    workspace = dossier.workspace
    files = [part.file for part in workspace.parts.values()]
    if workspace.self_check_file is not None:
        files.append(workspace.self_check_file)
    digests = {file.name: sha256(file.text.encode()) for file in files}
    return WorkbookOrigin(dossier.standard.id, dossier.standard.edition, digests)


def _why_not(dossier: Dossier) -> WhyNot:
    def why_not(item: ReviewItem) -> str:
        return reasons(dossier.facts, facts_behind(item.applies_when, dossier.facts))

    return why_not
