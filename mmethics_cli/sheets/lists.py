"""The pages of list questions: one row an entry, and spare rows for new ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Element, Truth, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.decisions.relevance import AnswerPlace
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.formats.excel.model import (
    FIXED_NAMES,
    LIST,
    REMOVE,
    AnswerCell,
    CellRule,
    SheetColumn,
    SheetPage,
    SheetRow,
)
from mmethics_cli.sheets.ledger import Ledger, element_key
from mmethics_cli.sheets.questions import REMOVE_WORD, Asked, answer_cell, options_of, rule_of

_SPARE: Final = 10
_MOST_NAMED: Final = 8
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_REMOVAL: Final = CellRule("text", (REMOVE_WORD,), True, "删除", "要删去这一条，选“删除”。")


def sheet_names(ledger: Ledger) -> dict[str, str]:
    """The name of each list's sheet by the list's path: 数据资产清单 is on sheet 数据资产."""
    names: dict[str, str] = {}
    for one in ledger.facts.standard.questions.values():
        if one.type == "list":
            short = one.label.removesuffix("清单").removesuffix("成员") or one.label
            short = name = _NOT_IN_NAMES.sub("", short)[: _LONGEST_NAME - 4]
            number = 1
            while name in names.values() or name in FIXED_NAMES:
                number += 1
                name = f"{short}({number})"
            names[one.path] = name
    return names


def list_pages(ledger: Ledger, wanted: Asked, names: dict[str, str]) -> Iterator[SheetPage]:
    """A page for each list question that is asked."""
    for owner in wanted.lists:
        fields = _first_fields(ledger, owner) if wanted.blank else owner.fields
        columns = (
            *(_column(one) for one in fields),
            SheetColumn("删除这一条", 8, REMOVE, centred=True),
        )
        entries = ledger.elements(owner)
        rows = [_entry(ledger, owner, fields, one) for one in entries]
        blank = (*(AnswerCell(rule=rule_of(one)) for one in fields), AnswerCell())
        rows += [SheetRow(blank)] * _SPARE
        notes = (
            f"{owner.prompt}{owner.help}",
            "一行一条。新的一条写在空行里；删去一条在最后一列选“删除”，只清掉格子不算删。"
            "灰格按现在的回答不用填。选中格子可看说明。",
            *_deciding(owner, wanted),
        )
        name = names[owner.path]
        yield SheetPage(
            name, owner.label, columns, tuple(rows), f"{LIST}{owner.path}", notes, frozen=1
        )


def _deciding(owner: Question, wanted: Asked) -> Iterator[str]:
    """Which empty cells decide the pathway."""
    open_ = [one for one in wanted.fields if one.owner is owner and one.element is not None]
    if open_:
        names = [f"{name_of(one.element)}的{one.question.label}" for one in open_ if one.element]
        more = "等" if len(names) > _MOST_NAMED else ""
        yield f"还决定审查路径、请先填的：{'、'.join(names[:_MOST_NAMED])}{more}。"


def _column(question: Question) -> SheetColumn:
    options = options_of(question)
    if question.type in ("bool", "int"):
        return SheetColumn(question.label, 11, question.path, centred=True)
    if question.type == "date":
        return SheetColumn(question.label, 13, question.path, centred=True)
    longest = max((len(one) for one in options), default=0)
    width = 24.0 if question.type == "choices" else min(max(2 * longest + 3, 12), 24)
    return SheetColumn(question.label, width if options else 24, question.path)


def _entry(
    ledger: Ledger, owner: Question, fields: tuple[Question, ...], entry: Element
) -> SheetRow:
    cells = []
    for one in fields:
        cell = answer_cell(ledger, one, element_key(owner, entry.id, one.path))
        place = AnswerPlace(one, owner, entry)
        no = one.ask_when is not None and _never(place, ledger.facts)
        cells.append(AnswerCell(cell.text, cell.key, cell.rule, grey=cell.grey or no))
    return SheetRow((*cells, AnswerCell(rule=_REMOVAL)), entry.id)


def _never(place: AnswerPlace, facts: Facts) -> bool:
    """Whether a field of an entry certainly does not apply."""
    condition = place.question.ask_when
    return condition is not None and evaluate(condition, facts, place.scope()) is Truth.NO


def _first_fields(ledger: Ledger, owner: Question) -> tuple[Question, ...]:
    """The fields that decide, found by looking at an entry of which nothing is known."""
    facts = ledger.facts
    supposed = Facts(
        facts.standard,
        {**facts.values, owner.path: (Element("?"),)},
        facts.today,
        facts.baseline,
    )
    open_ = {path for one in Pathway(supposed).decisions.values() for path in one.open}
    matches = (ELEMENT_PATH.fullmatch(path) for path in open_)
    names = {one["field"] for one in matches if one and one["list"] == owner.path}
    return tuple(one for at, one in enumerate(owner.fields) if at == 0 or one.path in names)
