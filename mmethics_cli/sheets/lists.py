"""The pages of list questions: one row an entry, and spare rows for new ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmethics_cli.core.conditions.language import Scope, evaluate
from mmethics_cli.core.conditions.values import NO, Element, name_of
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.pathway import Pathway
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ELEMENT_PATH
from mmethics_cli.formats.excel.model import Sheet, SheetCell, SheetColumn, SheetRow
from mmethics_cli.sheets.ledger import Ledger, element_key
from mmethics_cli.sheets.page import (
    ENTRY,
    FIXED_NAMES,
    LIST,
    PLAIN,
    REMOVE,
    REMOVE_WORD,
    answer_cell,
    drop_down,
    input_cell,
    page,
)
from mmethics_cli.sheets.questions import Asked, options_of, rule_of
from mmethics_cli.wording.typed import read_by

_SPARE: Final = 10
_MOST_NAMED: Final = 8
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_REMOVAL: Final = drop_down("删除", (REMOVE_WORD,), "要删去这一条，选“删除”。")


def sheet_names(ledger: Ledger) -> dict[str, str]:
    """The name of each list's sheet by the list's path: 数据资产清单 is on sheet 数据资产."""
    names: dict[str, str] = {}
    for question in ledger.facts.standard.questions.values():
        if question.type == "list":
            short = question.label.removesuffix("清单").removesuffix("成员") or question.label
            short = name = _NOT_IN_NAMES.sub("", short)[: _LONGEST_NAME - 4]
            number = 1
            while name in names.values() or name in FIXED_NAMES:
                number += 1
                name = f"{short}({number})"
            names[question.path] = name
    return names


def list_pages(ledger: Ledger, wanted: Asked, names: dict[str, str]) -> Iterator[Sheet]:
    """A page for each list question that is asked."""
    for owner in wanted.lists:
        fields = _first_fields(ledger, owner) if wanted.blank else owner.fields
        columns = (*map(_column, fields), SheetColumn("删除这一条", 8, True, REMOVE))
        rows = [_entry(ledger, owner, fields, entry) for entry in ledger.elements(owner)]
        spare = (*(input_cell(rule_of(field)) for field in fields), SheetCell("", PLAIN))
        rows += [SheetRow(spare)] * _SPARE
        notes = (
            f"{owner.prompt}{owner.help}",
            "一行一条。新的一条写在空行里；删去一条在最后一列选“删除”，只清掉格子不算删。"
            "灰格按现在的回答不用填。选中格子可看说明。",
            *_deciding(owner, wanted),
        )
        name, mark = names[owner.path], f"{LIST}{owner.path}"
        yield page(name, owner.label, columns, tuple(rows), mark, notes)


def _deciding(owner: Question, wanted: Asked) -> Iterator[str]:
    """Which empty cells decide the pathway."""
    names = [
        f"{name_of(place.element)}的{place.question.label}"
        for place in wanted.fields
        if place.owner is owner and place.element is not None
    ]
    if names:
        more = "等" if len(names) > _MOST_NAMED else ""
        yield f"还决定审查路径、请先填的：{'、'.join(names[:_MOST_NAMED])}{more}。"


def _column(field: Question) -> SheetColumn:
    """The column of a field: wide enough for its options, or for a text to be written."""
    options = options_of(field)
    if field.type in ("bool", "int", "date"):
        return SheetColumn(field.label, 13 if field.type == "date" else 11, True, field.path)
    width = 24.0
    if options and field.type != "choices":
        width = min(max(2 * max(map(len, options)) + 3, 12), 24)
    return SheetColumn(field.label, width, role=field.path)


def _entry(
    ledger: Ledger, owner: Question, fields: tuple[Question, ...], entry: Element
) -> SheetRow:
    """The row of an entry; cells of fields that certainly do not apply are grey."""
    cells = []
    for field in fields:
        condition, scope = field.ask_when, Scope(owner.path, entry)
        grey = condition is not None and evaluate(condition, ledger.facts, scope) is NO
        key = element_key(owner, entry.id, field.path)
        cells.append(
            answer_cell(ledger, key, rule_of(field, read_by(field, ledger.facts)), grey=grey)
        )
    return SheetRow((*cells, input_cell(_REMOVAL)), ENTRY + entry.id)


def _first_fields(ledger: Ledger, owner: Question) -> tuple[Question, ...]:
    """The fields that decide, found by looking at an entry of which nothing is known."""
    facts = ledger.facts
    supposed = Facts(
        facts.standard,
        {**facts.values, owner.path: (Element("?"),)},
        facts.today,
        facts.baseline,
    )
    decisions = Pathway(supposed).decisions.values()
    matches = (ELEMENT_PATH.fullmatch(path) for decision in decisions for path in decision.open)
    names = {match["field"] for match in matches if match and match["list"] == owner.path}
    first, *rest = owner.fields
    return (first, *(field for field in rest if field.path in names))
