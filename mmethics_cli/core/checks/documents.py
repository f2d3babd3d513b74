"""The documents of a submission: which are rendered, which the applicant brings, what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from mmethics_cli.core.checks.findings import Finding, Severity
from mmethics_cli.core.conditions.values import UNKNOWN, Element, Several, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.core.standard.names import ATTACHMENTS, DOCUMENTS, INITIAL, KIND


class FileLook(Struct, frozen=True):
    """What the bytes of a file are: a kind of the pack (empty: none), cut off, encrypted."""

    file: str
    kind: str = ""
    cut: bool = False
    locked: bool = False


class FileState(Struct, frozen=True):
    """What was found of an attachment's files.

    `trouble` says why it can't be used (missing, unreadable, empty); `changed_since` names the
    sealed submission that holds other bytes under the same version (`same_version`) or, when only
    the date is the same, under the same date; `looks` are at the file and its marked version.
    """

    trouble: str = ""
    changed_since: str = ""
    same_version: bool = False
    looks: tuple[FileLook, ...] = ()


def attachments_of(facts: Facts) -> tuple[Element, ...]:
    """The entries of the list of attachments."""
    value = facts.get(ATTACHMENTS)
    return value if isinstance(value, tuple) else ()


def brought_documents(facts: Facts) -> frozenset[str]:
    """The ids of the documents that the applicant brings: the kinds of the attachments."""
    kinds = (element.get("kind") for element in attachments_of(facts))
    return frozenset(kind for kind in kinds if isinstance(kind, str))


def rendered_documents(facts: Facts) -> frozenset[str]:
    """The ids of the applicant's documents that this submission needs and that are rendered.

    A document that the applicant brings stands in the place of ours.
    """
    rendered = {
        document.id for document in needed_documents(facts) if document.template is not None
    }
    return frozenset(rendered) - brought_documents(facts)


@lru_cache(maxsize=4)
def held_documents(facts: Facts) -> frozenset[str]:
    """The ids of the study's documents: brought, rendered now, or for its first submission.

    What was handed in first stays evidence in every submission after it.
    """
    held = brought_documents(facts) | rendered_documents(facts)
    if KIND not in facts.standard.questions or facts.get(KIND) in (INITIAL, UNKNOWN):
        return held
    return held | rendered_documents(as_initial(facts))


def as_initial(facts: Facts) -> Facts:
    """The study as if it were submitted for the first time: what its own documents print from."""
    first = facts.assuming({KIND: INITIAL})
    seen = (facts.today, facts.baseline, facts.earlier, facts.folded, facts.answered)
    return Facts(facts.standard, first.values, *seen)


def needed_documents(facts: Facts) -> Iterator[DocumentKind]:
    """The applicant's documents that this submission needs for sure, in the order of the pack."""
    value = facts.get(DOCUMENTS)
    needed = value.sure if isinstance(value, Several) else frozenset[str]()
    for document in facts.standard.documents.values():
        if document.id in needed and document.audience == "applicant":
            yield document


def documents_of(kind: DocumentKind, facts: Facts) -> tuple[DocumentKind, ...]:
    """The documents of a kind: itself, but where there is one for each entry of a list."""
    if not kind.each:
        return (kind,)
    told = facts.about(kind.each)
    return tuple(
        kind.for_entry(path, entry.id, name_of(entry))
        for path in kind.each
        if isinstance(entries := told.get(path), tuple)
        for entry in entries
    )


def missing_documents(pathway: Pathway, files: Mapping[str, FileState]) -> Iterator[Finding]:
    """Documents that the applicant must bring and did not; then what is wrong with attachments."""
    facts = pathway.facts
    brought = brought_documents(facts)
    for document in needed_documents(facts):
        if document.template is None and document.id not in brought:
            fix = document.note or f"把文件放进 attachments/，类别登记为“{document.title}”"
            yield Finding(
                "paper_missing",
                facts.coverage.weight(document),
                "missing_attachment",
                ATTACHMENTS,
                f"缺少自备文件“{document.title}”",
                fix,
                basis=document.basis,
            )
    for element in attachments_of(facts):
        yield from _attachment(element, files.get(element.id, FileState()))


def _attachment(element: Element, state: FileState) -> Iterator[Finding]:
    path, name = f"{ATTACHMENTS}[{element.id}]", name_of(element)
    if state.trouble:
        message = f"附件“{name}”：{state.trouble}"
        fix = "请核对登记的文件名，或把文件放进 attachments/"
        yield Finding("file_missing", "error", "missing_attachment", f"{path}.file", message, fix)
    if state.changed_since:
        yield _changed(path, name, state)


def _changed(path: str, name: str, state: FileState) -> Finding:
    what = "版本号" if state.same_version else "版本日期"
    severity: Severity = "error" if state.same_version else "warning"
    message = f"附件“{name}”与 {state.changed_since} 送审的内容不同，{what}却没有变"
    field = "version" if state.same_version else "date"
    fix = "请升版本号、改版本日期，或放回原来的文件"
    return Finding("file_changed", severity, "inconsistent", f"{path}.{field}", message, fix)


def own_documents(facts: Facts) -> Iterator[Finding]:
    """One note on documents brought in place of rendered ones: nobody has proved what they say."""
    brought = brought_documents(facts)
    titles = [
        f"《{document.title}》"
        for document in needed_documents(facts)
        if document.template is not None and document.id in brought
    ]
    if titles:
        yield Finding(
            "own_paper",
            "note",
            "not_verified",
            ATTACHMENTS,
            f"{len(titles)} 份文件用自备的，不再生成，其内容没有核对：{'、'.join(titles)}",
            "请自行核对要素是否齐全、与其他文件是否一致；要用生成的，就删去那条附件",
        )
