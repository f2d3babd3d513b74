"""Attachments: is what must be signed signed, of a day that can be, and a file that opens?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from mmethics_cli.core.checks.documents import (
    FileLook,
    FileState,
    attachments_of,
    needed_documents,
)
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import UNKNOWN, Element, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.file_kinds import FileKind, Weight
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.core.standard.names import ATTACHMENTS


def attachments_at_odds(facts: Facts) -> Iterator[Finding]:
    """Attachments that this submission needs and that are unsigned, or older than what they judge.

    As grave as if the document were lacking; a signature that nobody has spoken of is a warning.
    """
    entries = attachments_of(facts)
    for document in needed_documents(facts):
        for entry in entries:
            if entry.get("kind") == document.id:
                if document.must_be_signed:
                    yield from _unsigned(facts, document, entry)
                judged = [other for other in entries if other.get("kind") in document.judges]
                yield from _older(facts, document, entry, judged)


def _unsigned(facts: Facts, document: DocumentKind, entry: Element) -> Iterator[Finding]:
    signed = entry.get("signed")
    if signed is True:
        return
    said = "没有答是否已签字盖章" if signed is UNKNOWN else "还没有签字盖章"
    yield Finding(
        "attachment_unsigned",
        "warning" if signed is UNKNOWN else facts.coverage.weight(document),
        "missing_attachment",
        f"{ATTACHMENTS}[{entry.id}].signed",
        f"附件“{name_of(entry)}”{said}",
        f"《{document.title}》要交签字盖章的{_by(document)}；办好以后选“是”",
        basis=document.basis,
    )


def _by(document: DocumentKind) -> str:
    hands = "、".join((*document.signers, *document.seals))
    return f"（{hands}）" if hands else ""


def _older(
    facts: Facts, document: DocumentKind, entry: Element, judged: Sequence[Element]
) -> Iterator[Finding]:
    day = entry.get("date")
    days = [(other.get("date"), name_of(other)) for other in judged]
    dated = [(other, name) for other, name in days if isinstance(other, date)]
    if not isinstance(day, date) or not dated:
        return
    newest, name = max(dated)
    if day < newest:
        yield Finding(
            "attachment_older",
            facts.coverage.weight(document),
            "inconsistent",
            f"{ATTACHMENTS}[{entry.id}].date",
            f"“{name_of(entry)}”（{day}）早于它所看的“{name}”（{newest}），看的不是现在这一版",
            "请他们看过现在这一版再出具；其实看的就是这一版的，核对两个日期",
            basis=document.basis,
        )


def unfit_files(facts: Facts, files: Mapping[str, FileState]) -> Iterator[Finding]:
    """Attachments whose files the committee can't open, or that are not what their names say."""
    kinds = facts.standard.file_kinds
    for entry in attachments_of(facts):
        state = files.get(entry.id, FileState())
        for look in state.looks:
            for id_, weight, said, fix in _faults(look, kinds):
                if weight:
                    message = f"附件“{name_of(entry)}”的文件“{look.file}”{said}"
                    path = f"{ATTACHMENTS}[{entry.id}].file"
                    yield Finding(id_, weight, "missing_attachment", path, message, fix)


# The check, how grave, what is said of the file, and what to do.
_Fault = tuple[str, Weight, str, str]


def _faults(look: FileLook, kinds: Mapping[str, FileKind]) -> Iterator[_Fault]:
    """What is wrong with a file: what it is, else that it is cut or locked, else its name."""
    kind = kinds.get(look.kind)
    if kind is not None and kind.severity:
        yield "file_unfit", kind.severity, f"是{kind.name}：{kind.why}", kind.fix
    elif kind is not None and look.cut:
        fix = "重新导出或复制一份，打开看过以后再放进 attachments/"
        yield "file_cut", kind.cut, "不完整，像是没有传完或没有存完", fix
    else:
        if kind is not None and look.locked:
            fix = "去掉密码，另存一份"
            yield "file_locked", kind.locked, "是加了密的，委员会可能打不开", fix
        yield from _misnamed(look, kind, kinds)


def _misnamed(
    look: FileLook, kind: FileKind | None, kinds: Mapping[str, FileKind]
) -> Iterator[_Fault]:
    ending = look.file.rpartition(".")[2].casefold() if "." in look.file else ""
    claimed = next((other for other in kinds.values() if ending and ending in other.endings), None)
    if kind is None:
        if claimed is not None and not claimed.plain:
            said = f"打不开：内容不是{claimed.name}，可能已经损坏"
            fix = "打开看一看；重新导出或复制一份"
            yield "file_mistaken", claimed.unlike, said, fix
    elif kind.endings and ending not in kind.endings:
        named = f"扩展名却是 .{ending}" if ending else "却没有扩展名"
        fix = f"文件没拿错的，扩展名改成 .{kind.endings[0]}，登记的也改；拿错了的，换成那个文件"
        if claimed is not None or not ending:
            yield "file_mistaken", kind.mistaken, f"的内容是{kind.name}，{named}", fix
