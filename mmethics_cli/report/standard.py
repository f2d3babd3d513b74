"""The standard for people at a terminal: lists, single entries, sources and their verification."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Final

from mmethics_cli.core.conditions.values import parse_date
from mmethics_cli.core.standard.model import VERIFIED, Source, Standard
from mmethics_cli.report.pathway import override_label
from mmethics_cli.wording.citation import article, cite, cite_with_mark, title
from mmethics_cli.wording.columns import COLUMNS, indented, pad, width, wrap
from mmethics_cli.wording.values import SEVERITY, STRENGTH

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
VERIFIED_LABEL: Final = {"text": "读过条文", "secondary": "二手", "memory": "凭记忆"}
STATUS_LABEL: Final = {
    "in_force": "现行有效",
    "in_force_partly": "部分有效",
    "in_force_secondary": "现行（二手证实，正文未读）",
    "in_force_recommended": "推荐性国标",
    "guide": "指南",
    "guidance": "指引",
    "practice": "医院实务",
    "superseded": "已被替代",
    "draft_only": "仅有编制说明",
}
TYPE_LABEL: Final = {
    "bool": "是否",
    "choice": "单选",
    "choices": "多选",
    "int": "整数",
    "date": "日期",
    "text": "文字",
    "list": "列表",
}
_AUDIENCE: Final = {"applicant": "申请人", "institution": "组织机构", "committee": "伦理委员会"}


def listing(standard: Standard, part: str) -> str:
    """One line an entry, its id first."""
    rows: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
        "items": lambda: ((one.id, one.text) for one in standard.items.values()),
        "rules": lambda: (
            (name, f"{rule.text} → {table.label}：{table.label_of(rule.outcome)}")
            for name, (table, rule) in standard.rules.items()
            if table.id != "documents"
        ),
        "questions": lambda: ((one.path, one.label) for one in standard.questions.values()),
        "documents": lambda: (
            (one.id, one.title if one.template else f"{one.title}（自备）")
            for one in standard.documents.values()
        ),
        "consistency": lambda: ((one.id, one.message) for one in standard.consistency.values()),
        "worksheets": lambda: ((one.id, one.text) for one in standard.criteria.values()),
    }
    entries = list(rows[part]())
    column = max((width(name) for name, _ in entries), default=0) + 2
    return "\n".join(pad(name, column) + text for name, text in entries)


def near_names(standard: Standard, name: str) -> list[str]:
    """Ids and paths that look like the one asked for."""
    return get_close_matches(name, list(_entries(standard)), 3)


def showing(standard: Standard, name: str) -> str | None:
    """Everything about one entry; None for an id that the pack does not have."""
    entry = _entries(standard).get(name)
    if entry is None:
        return None
    lines: list[str] = []
    for label, text in entry():
        if text:
            head = f"{label}：" if label else ""
            lines += wrap(head + text, COLUMNS)
    return "\n".join(lines)


_Entry = Callable[[], Iterator[tuple[str, str]]]


def _entries(standard: Standard) -> dict[str, _Entry]:
    kinds: list[tuple[Mapping[str, object], Callable[[Standard, str], Iterator[tuple[str, str]]]]]
    kinds = [
        (standard.sources, _source),
        (standard.tables, _table),
        (standard.questions, _question),
        (standard.consistency, _contradiction),
        (standard.documents, _document),
        (standard.rules, _rule),
        (standard.items, _item),
        (standard.criteria, _criterion),
        (standard.elements, _element),
    ]
    return {name: partial(show, standard, name) for names, show in kinds for name in names}


def _question(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    one = standard.questions[name]
    yield "", f"{one.path} {one.label}〔{TYPE_LABEL[one.type]}〕"
    yield "问", one.prompt
    yield "说明", one.help
    yield "示例", one.example
    yield "又称", "、".join(one.synonyms)
    yield "选项", "；".join(f"{key}＝{label}" for key, label in one.values.items())
    yield "每项要写", "、".join(f"{field.path}＝{field.label}" for field in one.fields)
    yield "依据", cite_with_mark(standard, one.basis)


def _rule(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    table, rule = standard.rules[name]
    yield "", f"{rule.id} {rule.text}〔{STRENGTH[rule.strength]}〕"
    yield "决定", f"{table.label}：{table.label_of(rule.outcome)}"
    yield "依据", cite_with_mark(standard, rule.basis)
    yield override_label(rule), rule.override or ""
    if rule.conflict is not None:
        yield "规定不一致", f"{cite(standard, rule.conflict.over)}。{rule.conflict.text}"


def _element(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    one = standard.elements[name]
    papers = standard.documents.values()
    yield "", f"{one.id} {one.text}〔告知要素〕"
    yield (
        "须写在",
        "、".join(paper.title for paper in papers if name in {each.id for each in paper.elements}),
    )
    yield "依据", cite_with_mark(standard, one.basis)


def _table(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    table = standard.tables[name]
    yield "", f"{table.id} {table.label}"
    yield "结果", "；".join(f"{key}＝{label}" for key, label in table.values.items())
    yield "规则", "、".join(rule.id for rule in table.rules)


def _item(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    item = standard.items[name]
    yield "", f"{item.id} {item.text}"
    yield "原则", f"{standard.principles[item.principle]} · {item.theme}"
    yield "由谁", f"{_AUDIENCE[item.side]}〔{SEVERITY[item.severity]}〕"
    yield "证据", "、".join(one.path or one.attachment or "" for one in item.evidence)
    yield "依据", cite_with_mark(standard, item.basis)


def _criterion(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    one = standard.criteria[name]
    yield "", f"{one.id} {one.text}"
    yield "类别", one.group
    yield "用在", "、".join(standard.documents[paper].title for paper in one.worksheets)
    yield "申请人的回答", "、".join((*one.facts, *one.items, *one.papers, *one.elements))
    yield "依据", cite_with_mark(standard, one.basis)


def _document(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    one = standard.documents[name]
    yield "", f"{one.id} {one.title}（{one.title_en}）"
    yield "由谁", _AUDIENCE[one.audience]
    yield "来自", f"模板 {one.template}" if one.template else "自备"
    yield "说明", one.note
    yield "签署", "、".join(one.signers)
    yield "盖章", "、".join(one.seals)
    yield "依据", cite_with_mark(standard, one.basis)


def _contradiction(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    one = standard.consistency[name]
    yield "", f"{one.id} {one.message}"
    yield "位置", one.path
    yield "办法", one.fix
    yield "依据", cite_with_mark(standard, one.basis)


def _source(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    one = standard.sources[name]
    yield "", f"{one.id} {title(one)}"
    yield "文号", one.number
    yield "发布", "，".join(filter(None, (one.issuer, one.issued)))
    yield "施行", one.effective
    yield "状态", STATUS_LABEL.get(one.status, one.status)
    yield "条文", _tally(standard, one)
    for who, articles in _readers(standard, one).items():
        yield "核对", f"{who}：{'、'.join(article(one, text) for text in articles)}"
    yield "备注", one.notes


def _tally(standard: Standard, source: Source) -> str:
    counts = Counter(one.verified for (of, _), one in standard.articles.items() if of == source.id)
    said = (f"{VERIFIED_LABEL[how]} {counts[how]}" for how in VERIFIED if counts[how])
    return "，".join(said) or "没有引用到条"


def _readers(standard: Standard, source: Source) -> dict[str, list[str]]:
    """Who in the institution verified which articles of a source, by name and day."""
    found: dict[str, list[str]] = {}
    for (of, text), one in standard.articles.items():
        if of == source.id and one.by:
            found.setdefault(f"{one.by} {one.on}", []).append(text)
    return found


def source_list(standard: Standard, today: date) -> str:
    """Each source with its status and how far its articles were verified; then the sum."""
    lines: list[str] = []
    for one in standard.sources.values():
        lines += wrap(f"{one.id}  {title(one)}", COLUMNS)
        read = (f"；{who} 核对 {len(by)} 条" for who, by in _readers(standard, one).items())
        told = f"{_standing(one, today)}；{_tally(standard, one)}{''.join(read)}"
        lines += indented(told, 4)
    counts = Counter(one.verified for one in standard.articles.values())
    total = "，".join(f"{VERIFIED_LABEL[how]} {counts[how]}" for how in VERIFIED)
    return "\n".join([*lines, "", f"共 {len(standard.articles)} 条：{total}。后两类显示为“待核”。"])


def _standing(source: Source, today: date) -> str:
    """The status of a norm on that day: it, or its latest amendment, may take effect later."""
    status = STATUS_LABEL.get(source.status, source.status)
    days = [day for text in _DATE.findall(source.effective) if (day := parse_date(text))]
    later = next((day for day in days if day > today), None)
    if later is None:
        return status
    return f"尚未生效，{later} 起施行" if later == days[0] else f"{status}，{later} 的修正尚未生效"
