"""What `sheet export` and `sheet import` do: the dossier, the workbook, and the person between."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from mmethics_cli.commands.options import Session, tell_refused
from mmethics_cli.core.conditions.explain import facts_behind
from mmethics_cli.core.standard.model import Basis, Question, ReviewItem
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.formats.excel.model import WorkbookOrigin
from mmethics_cli.sheets.book import pages_of
from mmethics_cli.sheets.items import WhyNot
from mmethics_cli.sheets.ledger import Ledger
from mmethics_cli.sheets.merge import changes_text, merge
from mmethics_cli.sheets.questions import Cite
from mmethics_cli.sheets.reader import read_workbook
from mmethics_cli.sheets.writer import workbook
from mmethics_cli.store.dossier.workspace import unread_answers, write_edits
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.yaml.characters import named_refusal
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.values import reasons
from mmethics_cli.workflow.opening import Dossier, open_dossier

_SUFFIX: Final = ".xlsx"
# What Excel, WPS and LibreOffice put beside a file that is open.
_OPEN_MARKS: Final = ("~${name}", ".~{name}", ".~lock.{name}#")


def export_workbook(session: Session, file: Path, folder: Path, replace: bool) -> None:
    """Write the workbook of a dossier. Raises EthicsError where the file can't be written."""
    _refuse_name(file)
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    _refuse_place(file, replace)
    write_atomic(file, workbook_of(dossier, session.today))
    session.say(f"已导出：{file}。填好后运行：mmethics sheet import {file} {folder}")


def workbook_of(dossier: Dossier, day: date) -> bytes:
    """The workbook of a dossier; `day` is printed as that of the export."""
    pages = pages_of(ledger_of(dossier), _cite(dossier), _why_not(dossier), day)
    title = str(dossier.facts.values.get("project.title", "伦理审查问卷"))
    return workbook(pages, origin_of(dossier), title, day)


def import_workbook(session: Session, file: Path, folder: Path, yes: bool) -> None:
    """Show what a workbook changes, ask, and write it. Raises EthicsError with every wrong cell."""
    _refuse_name(file)
    dossier = open_dossier(session, folder)
    tell_refused(session, dossier)
    if is_open(file):
        session.say(f"“{file}”好像还开着：读的是最后一次保存的内容。")
    filled = read_workbook(_bytes(file))
    merged = merge(filled, ledger_of(dossier), named_refusal)
    if merged.problems:
        raise EthicsError(
            f"工作簿有 {len(merged.problems)} 处不能用，什么也没有写入：", merged.problems
        )
    if merged.newer:
        changed = "、".join(_changed_since(filled.record.origin, origin_of(dossier)))
        session.say(f"导出以后改过 {changed}：有 {merged.newer} 个回答只在那里改过，保留那里的。")
    if merged.left_out:
        cells = "、".join(merged.left_out)
        session.say(
            f"标准包没有这些格的问题，没有导入：{cells}。"
            "导出时用了另一个标准包的，用 --pack 给出它，再导入一次。"
        )
    if not merged.changes:
        session.say("没有改动。")
        return
    session.show(changes_text(merged.changes))
    if not yes:
        session.need_terminal("确认无误后加 --yes 写入。")
        if not _confirmed(len(merged.changes)):
            session.say("没有写入。")
            return
    write_edits(dossier.workspace, [one.edit for one in merged.changes])
    session.say(f"已写入 {len(merged.changes)} 处。下一步：mmethics status {folder}")


def _changed_since(then: WorkbookOrigin, now: WorkbookOrigin) -> list[str]:
    """The files of the dossier that are not what they were."""
    return [name for name, digest in now.files.items() if then.files.get(name) != digest]


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise EthicsError(f"没有文件“{file}”。") from None
    except OSError as error:
        raise EthicsError(f"读不了“{file}”：{reason(error)}。请关闭打开它的程序后重试。") from error


def _confirmed(count: int) -> bool:
    from mmethics_cli.ask.prompts import Prompts

    options = (("no", "先不写入"), ("yes", "写入"))
    return Prompts(terminal=True).one(f"写入这 {count} 处改动吗？", options, "no") == "yes"


def ledger_of(dossier: Dossier) -> Ledger:
    """What the dossier says, for the cells of its workbook."""
    current = dossier.workspace.current
    closed = current is None or current.sealed

    def writable(question: Question) -> bool:
        return not (question.of_office or (closed and question.path.startswith("event.")))

    return Ledger(dossier.facts, dossier.self_check, unread_answers(dossier.workspace), writable)


def origin_of(dossier: Dossier) -> WorkbookOrigin:
    """The pack and the files of a dossier, as they are now."""
    workspace = dossier.workspace
    files = [part.file for part in workspace.parts.values()]
    if workspace.self_check_file is not None:
        files.append(workspace.self_check_file)
    digests = {file.name: sha256(file.text.encode()) for file in files}
    return WorkbookOrigin(dossier.standard.id, dossier.standard.edition, digests)


def _cite(dossier: Dossier) -> Cite:
    def cited(basis: tuple[Basis, ...]) -> str:
        return cite(dossier.standard, basis, marks=True)

    return cited


def _why_not(dossier: Dossier) -> WhyNot:
    def why_not(item: ReviewItem) -> str:
        return reasons(dossier.facts, facts_behind(item.applies_when, dossier.facts))

    return why_not


def _refuse_name(file: Path) -> None:
    if file.name.startswith(("~$", ".~")):
        raise EthicsError(
            f"“{file.name}”是 Excel 打开文件时的临时记号，不是工作簿。请写真正的文件名。"
        )
    if file.suffix.lower() != _SUFFIX:
        raise EthicsError(f"“{file.name}”不是 .xlsx 文件。请写成 问卷.xlsx 的样子。")


def _refuse_place(file: Path, replace: bool) -> None:
    if not file.absolute().parent.is_dir():
        raise EthicsError(f"没有文件夹“{file.parent}”。请先建好，或换一个位置。")
    if file.is_dir():
        raise EthicsError(f"“{file}”是文件夹。请写文件名，如 问卷.xlsx。")
    if file.exists() and not replace:
        raise EthicsError(f"已经有“{file}”，没有覆盖。请换一个名字，或加 --replace。")
    if is_open(file):
        raise WorkspaceError(f"“{file}”正在 Excel、WPS 或 LibreOffice 里打开。请关闭后再导出。")


def is_open(file: Path) -> bool:
    """Whether an office program says beside the file that it is open there."""
    return any(file.with_name(mark.format(name=file.name)).exists() for mark in _OPEN_MARKS)
