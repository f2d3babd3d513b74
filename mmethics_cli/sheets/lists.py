"""The pages of list questions: one row an entry, and spare rows for new ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mmethics_cli.core.conditions import evaluate
from mmethics_cli.core.decide import Pathway
from mmethics_cli.core.facts import Facts
from mmethics_cli.core.names import ELEMENT_PATH
from mmethics_cli.core.relevance import Place
from mmethics_cli.core.standard import Question
from mmethics_cli.core.values import Element, Truth, name_of
from mmethics_cli.sheets.layout import FIXED_NAMES, LIST, REMOVE, Cell, Column, Page, Row, Rule
from mmethics_cli.sheets.ledger import Ledger, element_key
from mmethics_cli.sheets.questions import Asked, answer_cell
from mmethics_cli.sheets.rules import REMOVE_WORD, options_of, rule_of

_SPARE: Final = 10
_MOST_NAMED: Final = 8
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31
_REMOVAL: Final = Rule("text", (REMOVE_WORD,), True, "删除", "要删去这一条，选“删除”。")


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


def list_pages(ledger: Ledger, wanted: Asked, names: dict[str, str]) -> Iterator[Page]:
    """A page for each list question that is asked."""
    for owner in wanted.lists:
        fields = _first_fields(ledger, owner) if wanted.blank else owner.fields
        columns = (
            *(_column(one) for one in fields),
            Column("删除这一条", 8, REMOVE, centred=True),
        )
        entries = ledger.elements(owner)
        rows = [_entry(ledger, owner, fields, one) for one in entries]
        blank = (*(Cell(rule=rule_of(one)) for one in fields), Cell())
        rows += [Row(blank)] * _SPARE
        notes = (
            f"{owner.prompt}{owner.help}",
            "一行一条。新的一条写在空行里；删去一条在最后一列选“删除”，只清掉格子不算删。"
            "灰格按现在的回答不用填。选中格子可看说明。",
            *_deciding(owner, wanted),
        )
        name = names[owner.path]
        yield Page(name, owner.label, columns, tuple(rows), f"{LIST}{owner.path}", notes, frozen=1)


def _deciding(owner: Question, wanted: Asked) -> Iterator[str]:
    """Which empty cells decide the pathway."""
    open_ = [one for one in wanted.fields if one.owner is owner and one.element is not None]
    if open_:
        names = [f"{name_of(one.element)}的{one.question.label}" for one in open_ if one.element]
        more = "等" if len(names) > _MOST_NAMED else ""
        yield f"还决定审查路径、请先填的：{'、'.join(names[:_MOST_NAMED])}{more}。"


def _column(question: Question) -> Column:
    options = options_of(question)
    if question.type in ("bool", "int"):
        return Column(question.label, 11, question.path, centred=True)
    if question.type == "date":
        return Column(question.label, 13, question.path, centred=True)
    longest = max((len(one) for one in options), default=0)
    width = 24.0 if question.type == "choices" else min(max(2 * longest + 3, 12), 24)
    return Column(question.label, width if options else 24, question.path)


def _entry(ledger: Ledger, owner: Question, fields: tuple[Question, ...], entry: Element) -> Row:
    cells = []
    for one in fields:
        cell = answer_cell(ledger, one, element_key(owner, entry.id, one.path))
        place = Place(one, owner, entry)
        no = one.ask_when is not None and _never(place, ledger.facts)
        cells.append(Cell(cell.text, cell.key, cell.rule, grey=cell.grey or no))
    return Row((*cells, Cell(rule=_REMOVAL)), entry.id)


def _never(place: Place, facts: Facts) -> bool:
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
