"""What the office's formal check and supplement notice list: papers, and what is to be changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.checks.findings import Finding
from mmethics_cli.core.conditions.values import Element, name_of
from mmethics_cli.core.standard.model import DocumentKind
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.render.binding import PrintFact
from mmethics_cli.render.language import MARK, NODE, NODE_END
from mmethics_cli.render.study import DocumentSpot, Office, Spots, Study, TransmittalRow
from mmethics_cli.render.templates import Template, Templates
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.language import CHINESE

_NODE: Final = re.compile(f"{NODE}(\\d+){NODE_END}")
_HEADING: Final = re.compile(r"#{2,4}\s+(.+)")
_ELEMENT: Final = re.compile(f"{MARK}element (\\S+)")
_NUMBER: Final = re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）")


def spots_of(templates: Templates, documents: Iterable[DocumentKind]) -> Spots:
    """The spots of each path (fields of a list as `list.field`) and element, in order of papers."""
    found: dict[str, dict[str, DocumentSpot]] = {}
    for document in documents:
        if document.template is None or document.repeats:
            continue
        for name, heading in _printed(templates.get(document.template)):
            found.setdefault(name, {}).setdefault(document.id, DocumentSpot(document.id, heading))
    return {name: tuple(spots.values()) for name, spots in found.items()}


def _printed(template: Template) -> Iterator[tuple[str, str]]:
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
                yield path, heading


def _path(template: Template, number: int) -> str:
    """The path that a node prints; nothing where it prints no fact."""
    node = template.nodes[number]
    if not isinstance(node, PrintFact):
        return ""
    loops = template.source.written[number].loops
    outer = next((one.path for one in loops if one.name == node.loop), "")
    return f"{outer}.{node.path}" if outer else node.path


def _plain(heading: str) -> str:
    """A heading that stands for itself; one that is made of data only says nothing."""
    if NODE in heading or "{" in heading:
        return ""
    return _NUMBER.sub("", heading, count=1).strip() if len(heading) > 30 else heading.strip()


_WEIGHT: Final = {"error": "必须", "warning": "请说明或补充"}
_LACKING: Final = {
    "error": "缺少，必须补交",
    "warning": "缺少，请补交或说明",
    "note": "没有附上，不影响受理",
}
_SELF_CHECK: Final = "self_check"
_OTHER: Final = "其他事项"


@dataclass(frozen=True, slots=True)
class CheckedPaper:
    """A paper of the package as the formal check lists it; `lacks` says what is missing."""

    number: str
    title: str
    version: str
    date: str
    signers: str
    origin: str
    lacks: str


@dataclass(frozen=True, slots=True)
class WantedPaper:
    """A paper to be supplied, and what it has to hold."""

    title: str
    weight: str
    what: str
    basis_text: str


@dataclass(frozen=True, slots=True)
class DemandedChange:
    """One thing to be changed and its place."""

    number: int
    place: str
    weight: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class ChangedPaper:
    """A paper, or 其他事项, with what is to be changed in it."""

    title: str
    changes: list[DemandedChange]


def checked_papers(study: Study) -> list[CheckedPaper]:
    """Every paper handed in, in the order of the transmittal list, then those that are lacking."""
    office = study.office or Office()
    counts = {one.title: len(one.changes) for one in changed_papers(study)}
    papers = [_checked(study, office, row, counts.get(row.title, 0)) for row in study.transmittal]
    for one in office.lacking:
        signers, lacks = "、".join(one.signers), _LACKING[one.missing]
        papers.append(CheckedPaper("—", one.title, "", "", signers, "自备", lacks))
    return papers


def _checked(study: Study, office: Office, row: TransmittalRow, changes: int) -> CheckedPaper:
    lacks = [
        label for label, value in (("版本号", row.version), ("版本日期", row.date)) if not value
    ]
    told = [f"没有{'、'.join(lacks)}"] if lacks else []
    if any(one.get("signed") is False for one in _attachments(study, row)):
        told.append("登记为尚未签字盖章")
    if changes:
        told.append(f"有{changes}处要改或说明")
    return CheckedPaper(
        number=row.number,
        title=row.title,
        version=row.version,
        date=CHINESE.date(row.date) if row.date else "",
        signers="、".join(row.signers),
        origin="生成" if row.id in office.rendered else "自备",
        lacks="；".join(told),
    )


def _attachments(study: Study, row: TransmittalRow) -> Iterator[Element]:
    entries = study.facts.get("attachments")
    for one in entries if isinstance(entries, tuple) else ():
        if one.get("kind") == row.id and one.get("title") == row.title:
            yield one


def wanted_papers(study: Study) -> list[WantedPaper]:
    """Papers that the submission needs and does not hold, notes left out."""
    return [
        WantedPaper(one.title, _WEIGHT[one.missing], one.note, cite(study.standard, one.basis))
        for one in (study.office or Office()).lacking
        if one.missing in _WEIGHT
    ]


def changed_papers(study: Study) -> list[ChangedPaper]:
    """Errors and warnings by the paper that they concern, in the order of the papers."""
    office = study.office or Office()
    found: dict[str, list[Finding]] = {}
    for one in office.findings:
        if one.severity in _WEIGHT and one.id != "paper_missing":
            found.setdefault(_paper_of(study, office, one), []).append(one)
    order = [row.title for row in study.transmittal]
    titles = sorted(found, key=lambda one: order.index(one) if one in order else len(order))
    return [ChangedPaper(title, list(_changes(study, found[title]))) for title in titles]


def _changes(study: Study, findings: Iterable[Finding]) -> Iterator[DemandedChange]:
    for number, one in enumerate(findings, 1):
        fix = f"请回答：{one.fix}" if one.id == "answer_missing" and one.fix else one.fix
        yield DemandedChange(number, _place(study, one), _WEIGHT[one.severity], one.message, fix)


def _paper_of(study: Study, office: Office, finding: Finding) -> str:
    """The title of the paper in which a finding is to be mended."""
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
    entries = study.facts.get("attachments")
    found = entries if isinstance(entries, tuple) else ()
    return next((name_of(one) for one in found if one.id == id_), _OTHER)


def _place(study: Study, finding: Finding) -> str:
    """Where in the paper: heading (else section), or number of the review item; then the path."""
    if finding.item is not None:
        return f"要点{finding.item}"
    element = ELEMENT_PATH.fullmatch(finding.path)
    path = f"{element['list']}.{element['field']}" if element else finding.path
    heading = next((one.heading for one in _spots(study.office or Office(), path)), "")
    question = study.standard.questions.get(element["list"] if element else path)
    if not heading and question is not None:
        heading = study.standard.sections[question.section]
    return "\n".join(filter(None, (heading, finding.path)))
