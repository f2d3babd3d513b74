"""The page of review items: each with its basis, whether it applies, and the applicant's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from mmethics_cli.core.answers.self_check import ANSWERS
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import Truth
from mmethics_cli.core.standard.model import ReviewItem
from mmethics_cli.formats.excel.model import (
    ITEMS,
    ITEMS_NAME,
    AnswerCell,
    CellRule,
    SheetColumn,
    SheetPage,
    SheetRow,
)
from mmethics_cli.sheets.ledger import ITEM_KEYS, Ledger, item_key
from mmethics_cli.sheets.questions import CLEAR_WORD
from mmethics_cli.wording.citation import Cite
from mmethics_cli.wording.values import APPLIES

WhyNot = Callable[[ReviewItem], str]

_COLUMNS: Final = (
    SheetColumn("编号", 9, centred=True),
    SheetColumn("审查要点", 44),
    SheetColumn("是否适用", 14),
    SheetColumn("自查结果", 10, "answer", centred=True),
    SheetColumn("说明（不符合、不适用时写理由）", 34, "note"),
    SheetColumn("证据", 20, "evidence"),
    SheetColumn("页码", 8, "page", centred=True),
    SheetColumn("依据", 28),
)


def item_page(ledger: Ledger, cite: Cite, why_not: WhyNot) -> SheetPage:
    """The items by principle; those that do not apply folded at the end with their reason."""
    notes = (
        "逐条选“符合”“不符合”或“不适用”。符合的写明证据：从列表选附件，或写回答的名称（如“研究背景”）；页码写附件的页。",
        "不适用的要点折叠在表末，不用答。要看原因：选中最末几行，右键“取消隐藏”。",
    )
    rows = tuple(_rows(ledger, cite, why_not))
    return SheetPage(ITEMS_NAME, ITEMS_NAME, _COLUMNS, rows, ITEMS, notes, frozen=2)


def _rows(ledger: Ledger, cite: Cite, why_not: WhyNot) -> Iterator[SheetRow]:
    facts, standard = ledger.facts, ledger.facts.standard
    evidence = CellRule(
        "text", ledger.evidence_choices(), False, "证据", "从列表选附件，或写回答的名称。"
    )
    rules = {
        "answer": CellRule("text", (*ANSWERS.values(), CLEAR_WORD), True, "自查结果"),
        "note": CellRule(),
        "evidence": evidence,
        "page": CellRule(),
    }
    own = [one for one in standard.items.values() if one.side == "applicant"]
    truths = {one.id: evaluate(one.applies_when, facts) for one in own}
    open_ = [one for one in own if truths[one.id] is not Truth.NO]
    closed = [one for one in own if truths[one.id] is Truth.NO]
    principle = ""
    for one in open_:
        if one.principle != principle:
            principle = one.principle
            yield _heading(standard.principles[principle])
        yield _row(ledger, one, truths[one.id], rules, cite, "")
    if closed:
        yield _heading(f"不适用的要点（{len(closed)} 条）")
    for one in closed:
        yield _row(ledger, one, Truth.NO, rules, cite, why_not(one))


def _heading(text: str) -> SheetRow:
    return SheetRow((AnswerCell(text), *[AnswerCell()] * (len(_COLUMNS) - 1)), look="section")


def _row(
    ledger: Ledger,
    item: ReviewItem,
    truth: Truth,
    rules: dict[str, CellRule],
    cite: Cite,
    reason: str,
) -> SheetRow:
    keys = {name: item_key(item.id, name) for name in ITEM_KEYS}
    answers = tuple(_answer(ledger, key, rules[name]) for name, key in keys.items())
    applies = f"{APPLIES[truth]}：{reason}" if reason else APPLIES[truth]
    cells = (
        AnswerCell(item.id),
        AnswerCell(f"〔{item.theme}〕{item.text}"),
        AnswerCell(applies),
        *answers,
        AnswerCell(cite(item.basis), grey=True),
    )
    closed = truth is Truth.NO
    return SheetRow(cells, item.id, "muted" if closed else "plain", folded=closed)


def _answer(ledger: Ledger, key: str, rule: CellRule) -> AnswerCell:
    text = ledger.text(key)
    fits = text == ledger.whole_text(key)
    return AnswerCell(text, key, rule if fits else None, grey=not fits)
