"""The page of review items: each with its basis, whether it applies, and the applicant's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mmethics_cli.core.answers.self_check import ANSWERS
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import NO
from mmethics_cli.core.standard.model import ReviewItem
from mmethics_cli.formats.excel.model import CellRule, Sheet, SheetCell, SheetColumn, SheetRow
from mmethics_cli.sheets.ledger import ITEM_KEYS, Ledger, item_key
from mmethics_cli.sheets.page import (
    CLEAR_WORD,
    CLOSED,
    ENTRY,
    ITEMS,
    ITEMS_NAME,
    PLAIN,
    SMALL,
    answer_cell,
    drop_down,
    heading_row,
    page,
)
from mmethics_cli.wording.citation import cite_for
from mmethics_cli.wording.values import APPLIES

WhyNot = Callable[[ReviewItem], str]

_COLUMNS: Final = (
    SheetColumn("编号", 9, centred=True),
    SheetColumn("审查要点", 44),
    SheetColumn("是否适用", 14),
    SheetColumn("自查结果", 10, True, "answer"),
    SheetColumn("说明（不符合、不适用时写理由）", 34, role="note"),
    SheetColumn("证据", 20, role="evidence"),
    SheetColumn("页码", 8, True, "page"),
    SheetColumn("依据", 28),
)


def item_page(ledger: Ledger, why_not: WhyNot) -> Sheet:
    """The items by principle; those that do not apply folded at the end with their reason."""
    notes = (
        "逐条选“符合”“不符合”或“不适用”。符合的写明证据：从列表选附件，或写回答的名称（如“研究背景”）；页码写附件的页。",
        "不适用的要点折叠在表末，不用答。要看原因：选中最末几行，右键“取消隐藏”。",
    )
    rows = tuple(_rows(ledger, why_not))
    return page(ITEMS_NAME, ITEMS_NAME, _COLUMNS, rows, ITEMS, notes, frozen=2)


def _rows(ledger: Ledger, why_not: WhyNot) -> Iterator[SheetRow]:
    facts, standard = ledger.facts, ledger.facts.standard
    rules = {
        "answer": drop_down("自查结果", (*ANSWERS.values(), CLEAR_WORD)),
        "note": CellRule(),
        "evidence": drop_down(
            "证据", ledger.evidence_choices(), "从列表选附件，或写回答的名称。", strict=False
        ),
        "page": CellRule(),
    }
    own = [item for item in standard.items.values() if item.side == "applicant"]
    truths = {item.id: evaluate(item.applies_when, facts) for item in own}
    principle = ""
    for item in own:
        truth = truths[item.id]
        if truth is NO:
            continue
        if item.principle != principle:
            principle = item.principle
            yield heading_row(standard.principles[principle])
        yield _row(ledger, item, APPLIES[truth], rules)
    closed = [item for item in own if truths[item.id] is NO]
    if closed:
        yield heading_row(f"不适用的要点（{len(closed)} 条）")
    for item in closed:
        reason = why_not(item)
        applies = f"{APPLIES[NO]}：{reason}" if reason else APPLIES[NO]
        yield _row(ledger, item, applies, rules, closed=True)


def _row(
    ledger: Ledger,
    item: ReviewItem,
    applies: str,
    rules: dict[str, CellRule],
    *,
    closed: bool = False,
) -> SheetRow:
    look, small = (CLOSED, CLOSED) if closed else (PLAIN, SMALL)
    keys = {name: item_key(item.id, name) for name in ITEM_KEYS}
    cells = (
        SheetCell(item.id, look),
        SheetCell(f"〔{item.theme}〕{item.text}", look),
        SheetCell(applies, look),
        *(answer_cell(ledger, key, rules[name], grey=closed) for name, key in keys.items()),
        SheetCell(cite_for(ledger.facts, item.basis, marks=True, applies=not closed), small),
    )
    return SheetRow(cells, ENTRY + item.id, folded=closed)
