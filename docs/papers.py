"""The page of documents: when each is due, on what basis, who signs, what the examples get."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct

from docs.page import MADE, table
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.render.slots import Words
from mmethics_cli.store.yaml.reader import decode, parse
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.conditions import condition_text
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.opening import open_dossier
from mmethics_cli.workflow.package import Package

STUDIES: Final = Path(__file__).resolve().parent.parent / "checklists" / "examples"
_GIVEN: Final = {
    "made": "生成", "folded": "归入", "brought": "附件", "missing": "缺", "not_due": "—",
}  # fmt: skip
_ENTRY: Final = re.compile(r"\[[^]]*\]")
_TITLES: Final = {
    "applicant": "申请人的文件",
    "committee": "伦理委员会的文件",
    "office": "办公室的文件",
}

Given = Literal["made", "folded", "brought", "missing", "not_due"]


class Example(Struct, frozen=True):
    """What a worked example hands in: by document, how it comes by it.

    `owners` are the papers, in the order of the list, that print each answer, by path.
    """

    id: str
    title: str
    given: Mapping[str, Given]
    owners: Mapping[str, tuple[str, ...]]


@cache
def examples() -> tuple[Example, ...]:
    """The worked examples, each on the day it was written for."""
    return tuple(_example(path.parent) for path in sorted(STUDIES.glob("*/example.yaml")))


def _example(folder: Path) -> Example:
    name = "example.yaml"
    about: Any = parse(decode((folder / name).read_bytes(), name), name).tree
    today = date.fromisoformat(about["as_of"])
    dossier = open_dossier(folder, today)
    package = package_of(dossier, today)
    made = {document.kind.id for document in package.documents}
    brought = {one.id for one in package.rows} - made
    due = dossier.pathway.decisions["documents"].value
    assert isinstance(due, tuple)  # a union table
    given = {
        one: _given(
            made=one in made,
            folded=one in due and one in dossier.facts.folded,
            brought=one in brought,
            due=one in due,
        )
        for one in dossier.standard.documents
    }
    return Example(folder.name, about["title"], given, _owners(package))


def _owners(package: Package) -> dict[str, tuple[str, ...]]:
    """The papers that print each answer, but those that only list, or speak to participants."""
    owners: dict[str, tuple[str, ...]] = {}
    for document in package.documents:
        if document.kind.for_form or document.kind.repeats:
            continue
        fills = package.reading(document).fills
        paths = {_ENTRY.sub("", fill.path) for fill in fills if isinstance(fill, Words)}
        for path in paths - {""}:
            owners[path] = (*owners.get(path, ()), document.kind.id)
    return owners


def _given(*, made: bool, folded: bool, brought: bool, due: bool) -> Given:
    if made:
        return "made"
    if folded:
        return "folded"
    if brought:
        return "brought"
    return "missing" if due else "not_due"


def documents_page(
    standard: Standard, printed: Mapping[str, Sequence[str]], labels: Mapping[str, str]
) -> str:
    """Every document of the pack; `printed` are the documents that print a path, by path."""
    fields = {
        key: [labels[one] for one, papers in printed.items() if key in papers and one in labels]
        for key in standard.documents
    }
    made = sum(one.template is not None for one in standard.documents.values())
    lines = [
        "# 文件一览：何时要、凭什么、谁签字、示例里有没有",
        "",
        MADE,
        "",
        f"标准包列出 {len(standard.documents)} 种文件，其中 {made} 种有模板，由 `mmethics render`",
        "生成；其余为自备，以附件送审。“字段”是模板直接印出的事实的个数，",
        "清单、判定和签字处不计，逐份列在后面。示例一栏：生成、归入（是另一份文件的一部分，不单独成文）、",
        "附件、缺（要交而卷宗里没有）、办公室（由伦理办公室出具）、—（不需要）。",
        "",
        "文件有两套：`package: short`（不写就是它）合并成秘书要存的几份，`package: full`",
        "各自成文；写在 institution.yaml，或用 `--package` 指定。哪份归入哪里：",
        "",
        *_folded(standard),
        "",
        *(f"- 示例{mark}：`{one.id}`，{one.title}" for mark, one in _marked()),
    ]
    head = ("文件", "何时", "依据", "签字", "盖章", "字段", *(mark for mark, _ in _marked()))
    for audience, title in _TITLES.items():
        rows = [one for one in standard.documents.values() if one.audience == audience]
        lines += ["", f"## {title}", "", *table(head, _rows(standard, rows, fields))]
    lines += ["", "## 每项回答写在哪份文件", ""]
    lines += [
        "合并成几份时，一项回答只在一份文件里写全，别处写“见……”。写给参与者的文件、协议和只列清单的不计。"
    ]
    lines += ["", *_owned(standard, labels)]
    lines += ["", "## 逐份的字段", ""]
    lines += [
        f"- {standard.documents[key].title}（{len(names)}）：{'、'.join(names)}"
        for key, names in fields.items()
        if names
    ]
    return "\n".join(lines) + "\n"


def _folded(standard: Standard) -> Iterator[str]:
    for one in standard.documents.values():
        for host, heading in one.within.items():
            yield f"- {one.title} → {standard.documents[host].title}“{heading}”"


def _owned(standard: Standard, labels: Mapping[str, str]) -> Iterator[str]:
    """By paper the answers that it alone writes out, as the worked examples print them."""
    owned: dict[str, dict[str, None]] = {}
    for example in examples():
        for path, papers in example.owners.items():
            if path in labels:
                owned.setdefault(papers[0], {})[labels[path]] = None
    for id_, kind in standard.documents.items():
        if id_ in owned:
            yield f"- {kind.title}（{len(owned[id_])}）：{'、'.join(sorted(owned[id_]))}"


def _marked() -> Iterator[tuple[str, Example]]:
    return zip("甲乙丙丁戊己庚辛", examples(), strict=False)


def _rows(
    standard: Standard, documents: Sequence[DocumentKind], fields: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, ...]]:
    for one in documents:
        of_office = one.audience == "office"
        yield (
            f"{one.title} `{one.id}`",
            "办公室的命令写出"
            if of_office
            else condition_text(standard, standard.rules[f"document.{one.id}"][1].when),
            cite(standard, one.basis),
            "、".join(one.signers),
            "、".join(one.seals),
            str(len(fields[one.id])) if one.template else "自备",
            *(_got(one, example) for _, example in _marked()),
        )


def _got(document: DocumentKind, example: Example) -> str:
    if document.audience == "office":
        return "—"
    given = example.given[document.id]
    if given == "missing" and document.audience == "committee":
        return "办公室"
    return _GIVEN[given]
