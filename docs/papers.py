"""The page of documents: when each is due, on what basis, who signs, what the examples get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct

from docs.page import MADE, table
from mmethics_cli.core.standard.model import DocumentKind, Standard
from mmethics_cli.store.yaml.reader import decode, parse
from mmethics_cli.wording.citation import cite
from mmethics_cli.wording.conditions import condition_text
from mmethics_cli.workflow.assembly import package_of
from mmethics_cli.workflow.opening import open_dossier

STUDIES: Final = Path(__file__).resolve().parent.parent / "checklists" / "examples"
_GIVEN: Final = {"made": "生成", "brought": "附件", "missing": "缺", "not_due": "—"}
_TITLES: Final = {"applicant": "申请人的文件", "committee": "伦理委员会的文件"}

Given = Literal["made", "brought", "missing", "not_due"]


class Example(Struct, frozen=True):
    """What a worked example hands in: by document, how it comes by it."""

    id: str
    title: str
    given: Mapping[str, Given]


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
        one: _given(made=one in made, brought=one in brought, due=one in due)
        for one in dossier.standard.documents
    }
    return Example(folder.name, about["title"], given)


def _given(*, made: bool, brought: bool, due: bool) -> Given:
    if made:
        return "made"
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
        "清单、判定和签字处不计，逐份列在后面。示例一栏：生成、附件、缺（要交而卷宗里没有）、办公室（由伦理办公室出具）、—（不需要）。",
        "",
        *(f"- 示例{mark}：`{one.id}`，{one.title}" for mark, one in _marked()),
    ]
    head = ("文件", "何时", "依据", "签字", "盖章", "字段", *(mark for mark, _ in _marked()))
    for audience, title in _TITLES.items():
        rows = [one for one in standard.documents.values() if one.audience == audience]
        lines += ["", f"## {title}", "", *table(head, _rows(standard, rows, fields))]
    lines += ["", "## 逐份的字段", ""]
    lines += [
        f"- {standard.documents[key].title}（{len(names)}）：{'、'.join(names)}"
        for key, names in fields.items()
        if names
    ]
    return "\n".join(lines) + "\n"


def _marked() -> Iterator[tuple[str, Example]]:
    return zip("甲乙丙丁戊己庚辛", examples(), strict=False)


def _rows(
    standard: Standard, documents: Sequence[DocumentKind], fields: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, ...]]:
    for one in documents:
        yield (
            f"{one.title} `{one.id}`",
            condition_text(standard, standard.rules[f"document.{one.id}"][1].when),
            cite(standard, one.basis),
            "、".join(one.signers),
            "、".join(one.seals),
            str(len(fields[one.id])) if one.template else "自备",
            *(_got(one, example) for _, example in _marked()),
        )


def _got(document: DocumentKind, example: Example) -> str:
    given = example.given[document.id]
    if given == "missing" and document.audience == "committee":
        return "办公室"
    return _GIVEN[given]
