"""What the office's formal check and supplement notice list: documents, and what to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.documents import attachments_of
from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import Element, name_of
from mmethics_cli.core.standard.definitions import taken_over
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.render.binding import PrintFact
from mmethics_cli.render.language import MARK, NODE, NODE_END
from mmethics_cli.render.study import DocumentSpot, Office, Spots, Study, TransmittalRow
from mmethics_cli.render.templates import Template, Templates
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.language import CHINESE

_WEIGHT: Final = {"error": "必须", "warning": "请说明或补充"}
_LACKING: Final = {
    "error": "缺少，必须补交",
    "warning": "缺少，请补交或说明",
    "note": "没有附上，不影响受理",
}
_SELF_CHECK: Final = "self_check"
_OTHER: Final = "其他事项"
# What only a person at the program can follow is not said on paper.
_COMMAND = re.compile("（[^（）]*mmethics[^（）]*）")
_OF_THE_PROGRAM = re.compile(r"mmethics|[a-z]+/|--[a-z]|\.yaml|[a-z]+_[a-z]")
_MEND: Final = "请改正、补交，或者书面说明"
_NODE: Final = re.compile(f"{NODE}(\\d+){NODE_END}")
_HEADING: Final = re.compile(r"#{2,4}\s+(.+)")
_ELEMENT: Final = re.compile(f"{MARK}element (\\S+)")
_NUMBER: Final = re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")


class CheckedDocument(Struct, frozen=True):
    """A document of the package as the formal check lists it; `lacks` says what is missing."""

    number: str
    title: str
    version: str
    date: str
    signers: str
    origin: str
    lacks: str


class WantedDocument(Struct, frozen=True):
    """A document to be supplied, and what it has to hold."""

    title: str
    weight: str
    what: str
    basis_text: str


class DemandedChange(Struct, frozen=True):
    """One thing to be changed and its place."""

    number: int
    place: str
    weight: str
    message: str
    fix: str


class ChangedDocument(Struct, frozen=True):
    """A document, or 其他事项, with what is to be changed in it."""

    title: str
    changes: list[DemandedChange]


def checked_documents(study: Study) -> list[CheckedDocument]:
    """Every document handed in, in the order of the transmittal list, then those lacking."""
    office = study.office or Office()
    counts = {document.title: len(document.changes) for document in changed_documents(study)}
    checked = [_checked(study, office, row, counts.get(row.title, 0)) for row in study.transmittal]
    for kind in office.lacking:
        lacks = _LACKING[study.facts.coverage.weight(kind)]
        signers = "、".join(kind.signers)
        checked.append(CheckedDocument("—", kind.title, "", "", signers, "自备", lacks))
    return checked


def _checked(study: Study, office: Office, row: TransmittalRow, changes: int) -> CheckedDocument:
    unwritten = [
        label for label, value in (("版本号", row.version), ("版本日期", row.date)) if not value
    ]
    lacks = [f"没有{'、'.join(unwritten)}"] if unwritten else []
    if any(attachment.get("signed") is False for attachment in _attachments(study, row)):
        lacks.append("登记为尚未签字盖章")
    if changes:
        lacks.append(f"有{changes}处要改或说明")
    return CheckedDocument(
        number=row.number,
        title=row.title,
        version=row.version,
        date=CHINESE.date(row.date) if row.date else "",
        signers="、".join(row.signers),
        origin="生成" if row.id in office.rendered else "自备",
        lacks="；".join(lacks),
    )


def _attachments(study: Study, row: TransmittalRow) -> Iterator[Element]:
    """The attachments that a line of the transmittal list stands for."""
    for entry in attachments_of(study.facts):
        if entry.get("kind") == row.id and entry.get("title") == row.title:
            yield entry


def wanted_documents(study: Study) -> list[WantedDocument]:
    """Documents that the submission needs and does not hold, notes left out."""
    facts, lacking = study.facts, (study.office or Office()).lacking
    return [
        WantedDocument(kind.title, _WEIGHT[weight], kind.note, cite_for(facts, kind.basis))
        for kind in lacking
        if (weight := facts.coverage.weight(kind)) in _WEIGHT
    ]


def changed_documents(study: Study) -> list[ChangedDocument]:
    """Errors and warnings by the document that they concern, in the order of the documents."""
    office = study.office or Office()
    findings: dict[str, list[Finding]] = {}
    for finding in office.findings:
        if finding.severity in _WEIGHT and finding.id != "paper_missing":
            findings.setdefault(_title_for(study, office, finding), []).append(finding)
    order = [row.title for row in study.transmittal]
    titles = [title for title in dict.fromkeys([*order, *findings]) if title in findings]
    return [ChangedDocument(title, list(_changes(study, findings[title]))) for title in titles]


def _changes(study: Study, findings: Iterable[Finding]) -> Iterator[DemandedChange]:
    for number, finding in enumerate(findings, 1):
        fix = _COMMAND.sub("", finding.fix)
        if _OF_THE_PROGRAM.search(fix):
            fix = _MEND
        elif finding.id == "answer_missing" and fix:
            fix = f"请回答：{fix}"
        weight = _WEIGHT[finding.severity]
        yield DemandedChange(number, _place(study, finding), weight, finding.message, fix)


def _title_for(study: Study, office: Office, finding: Finding) -> str:
    """The title of the document in which a finding is to be mended."""
    documents = study.standard.documents
    if finding.path.startswith(f"{_SELF_CHECK}."):
        return documents[_SELF_CHECK].title
    path = finding.path
    element = ELEMENT_PATH.fullmatch(path)
    if element is not None:
        if element["list"] == "attachments":
            return _attachment_title(study, element["id"])
        path = f"{element['list']}.{element['field']}"
    spot = next(iter(_spots(office, path)), None)
    return documents[spot.document].title if spot is not None else _OTHER


def _spots(office: Office, path: str) -> Iterator[DocumentSpot]:
    """Where a fact is printed; a list, where its fields are."""
    yield from office.spots.get(path, ())
    for name, spots in office.spots.items():
        if name.startswith(f"{path}."):
            yield from spots


def _attachment_title(study: Study, id_: str) -> str:
    entries = attachments_of(study.facts)
    return next((name_of(entry) for entry in entries if entry.id == id_), _OTHER)


def _place(study: Study, finding: Finding) -> str:
    """Where in the document: its heading, else the section of the questions; number of an item."""
    if finding.item is not None:
        return f"要点{finding.item}"
    element = ELEMENT_PATH.fullmatch(finding.path)
    path = f"{element['list']}.{element['field']}" if element else finding.path
    heading = next((spot.heading for spot in _spots(study.office or Office(), path)), "")
    question = study.standard.questions.get(element["list"] if element else path)
    if not heading and question is not None:
        heading = study.standard.sections[question.section]
    return heading


# Where documents print what.


def spots_of(
    templates: Templates,
    documents: Iterable[DocumentKind],
    folded: frozenset[str] = frozenset(),
) -> Spots:
    """The spots of each path (fields of a list as `list.field`) and element, by document.

    `folded` are the documents that are sections of other papers.
    """
    spots: dict[str, dict[str, DocumentSpot]] = {}
    for document in documents:
        if document.template is None or document.repeats:
            continue
        template = templates.get(document.template)
        left_out = template.printed - template.printed_in(templates.standard, folded)
        for name, heading in _printed(template, templates.standard):
            if name in left_out:
                continue
            spots.setdefault(name, {}).setdefault(document.id, DocumentSpot(document.id, heading))
    return {name: tuple(by_document.values()) for name, by_document in spots.items()}


def _printed(template: Template, standard: Standard) -> Iterator[tuple[str, str]]:
    """What is printed, with the heading above it."""
    heading = ""
    for line in template.source.lines:
        title = _HEADING.search(line)
        if title is not None:
            heading = _plain(title[1])
        element = _ELEMENT.search(line)
        if element is not None:
            yield element[1], heading
        for mark in _NODE.finditer(line):
            path = _path(template, int(mark[1]))
            if path:
                for shown in (path, *taken_over(standard, path)):
                    yield shown, heading


def _path(template: Template, number: int) -> str:
    """The path that a node prints; nothing where it prints no fact."""
    node = template.nodes[number]
    if not isinstance(node, PrintFact):
        return ""
    loops = template.source.written[number].loops
    outer = next((loop.path for loop in loops if loop.name == node.loop), "")
    return f"{outer}.{node.path}" if outer else node.path


def _plain(heading: str) -> str:
    """A heading that stands for itself; one that is made of data only says nothing."""
    if NODE in heading or "{" in heading:
        return ""
    return _NUMBER.sub("", heading, count=1).strip() if len(heading) > 30 else heading.strip()
