"""The pack as text: lists of its entries, single entries, sources and how far they were read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Final

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.values import YES
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.decisions.coverage import in_force_later, repealed
from mmethics_cli.core.standard.model import VERIFIED, Question, Source, Standard
from mmethics_cli.report.pathway import override_label
from mmethics_cli.wording.citation import article, cite, cite_with_mark, title
from mmethics_cli.wording.columns import COLUMNS, indented, pad, width, wrap
from mmethics_cli.wording.conditions import condition_text
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
    "draft_only": "尚无正式文本",
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
_AUDIENCE: Final = {
    "applicant": "申请人",
    "institution": "组织机构",
    "committee": "伦理委员会",
    "office": "办公室",
}


def listing(standard: Standard, part: str) -> str:
    """One line an entry, its id first."""
    rows: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
        "items": lambda: ((item.id, item.text) for item in standard.items.values()),
        "rules": lambda: (
            (name, f"{rule.text} → {table.label}：{table.label_of(rule.outcome)}")
            for name, (table, rule) in standard.rules.items()
            if table.id != "documents"
        ),
        "questions": lambda: (
            (question.path, question.label) for question in standard.questions.values()
        ),
        "documents": lambda: (
            (kind.id, kind.title if kind.template else f"{kind.title}（自备）")
            for kind in standard.documents.values()
        ),
        "consistency": lambda: ((rule.id, rule.message) for rule in standard.consistency.values()),
        "worksheets": lambda: (
            (criterion.id, criterion.text) for criterion in standard.criteria.values()
        ),
    }
    entries = list(rows[part]())
    column = max((width(name) for name, _ in entries), default=0) + 2
    return "\n".join(pad(name, column) + text for name, text in entries)


def near_names(standard: Standard, name: str) -> list[str]:
    """Ids and paths that look like the one asked for."""
    return get_close_matches(name, list(_entries(standard)), 3)


def entry_text(standard: Standard, name: str) -> str | None:
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
        (standard.consistency, _contradiction),
        (standard.phrases, _phrase),
        (standard.documents, _document),
        (standard.rules, _rule),
        (standard.items, _item),
        (standard.criteria, _criterion),
        (standard.elements, _element),
    ]
    questions = (*standard.fields.values(), *standard.questions.values())
    return {
        **{question.name: partial(_question, standard, question) for question in questions},
        **{name: partial(show, standard, name) for names, show in kinds for name in names},
    }


def _question(standard: Standard, question: Question) -> Iterator[tuple[str, str]]:
    yield "", f"{question.name} {question.label}〔{TYPE_LABEL[question.type]}〕"
    yield "问", question.prompt
    yield "说明", question.help
    yield "示例", question.example
    yield "又称", "、".join(question.synonyms)
    yield "选项", "；".join(f"{key}＝{label}" for key, label in question.values.items())
    others = question.value_synonyms.items()
    yield "也可写", "；".join(f"{'、'.join(words)}＝{key}" for key, words in others)
    yield "单位", "、".join(question.units)
    yield "每项要写", "、".join(f"{field.path}＝{field.label}" for field in question.fields)
    readers = standard.readers.reading(question.name) if question.type == "text" else ()
    yield "谁会读到", "、".join(reader.title for reader in readers)
    yield "依据", cite_with_mark(standard, question.basis)


def _rule(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    table, rule = standard.rules[name]
    yield "", f"{rule.id} {rule.text}〔{STRENGTH[rule.strength]}〕"
    yield "决定", f"{table.label}：{table.label_of(rule.outcome)}"
    yield "依据", cite_with_mark(standard, rule.basis)
    yield override_label(rule), rule.override or ""
    if rule.conflict is not None:
        yield "规定不一致", f"{cite(standard, rule.conflict.over)}。{rule.conflict.text}"


def _element(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    element = standard.elements[name]
    titles = [
        kind.title
        for kind in standard.documents.values()
        if any(required.id == name for required in kind.elements)
    ]
    yield "", f"{element.id} {element.text}〔告知要素〕"
    yield "须写在", "、".join(titles)
    yield "依据", cite_with_mark(standard, element.basis)


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
    yield "证据", "、".join(proof.path or proof.attachment or "" for proof in item.evidence)
    yield "依据", cite_with_mark(standard, item.basis)


def _criterion(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    criterion = standard.criteria[name]
    yield "", f"{criterion.id} {criterion.text}"
    yield "类别", criterion.group
    yield "用在", "、".join(standard.documents[id_].title for id_ in criterion.worksheets)
    answers = (*criterion.facts, *criterion.items, *criterion.papers, *criterion.elements)
    yield "申请人的回答", "、".join(answers)
    yield "依据", cite_with_mark(standard, criterion.basis)


def _document(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    kind = standard.documents[name]
    yield "", f"{kind.id} {kind.title}（{kind.title_en}）"
    yield "由谁", _AUDIENCE[kind.audience]
    yield "来自", f"模板 {kind.template}" if kind.template else "自备"
    yield "说明", kind.note
    yield "签署", "、".join(kind.signers)
    yield "盖章", "、".join(kind.seals)
    yield "依据", cite_with_mark(standard, kind.basis)


def _contradiction(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    rule = standard.consistency[name]
    yield "", f"{rule.id} {rule.message}"
    yield "位置", rule.path
    yield "办法", rule.fix
    yield "依据", cite_with_mark(standard, rule.basis)


def _phrase(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    rule = standard.phrases[name]
    yield "", f"{rule.id} {rule.message}"
    yield "主题", rule.topic.title
    yield "何时核对", condition_text(standard, rule.when)
    yield "对照的回答", "、".join(rule.known)
    yield "只看", "、".join(rule.reads)
    yield "不看", "、".join(rule.skips)
    yield "办法", rule.fix
    yield "依据", cite_with_mark(standard, rule.basis)


def _source(standard: Standard, name: str) -> Iterator[tuple[str, str]]:
    source = standard.sources[name]
    yield "", f"{source.id} {title(source)}"
    yield "文号", source.number
    yield "发布", "，".join(filter(None, (source.issuer, source.issued)))
    yield "施行", source.effective
    yield "效力", _repeal(source)
    yield "状态", STATUS_LABEL.get(source.status, source.status)
    yield "适用", scope_text(standard, source)
    yield "定义", "、".join(article(source, text) for text in source.scope_articles)
    yield "条文", _tally(standard, source)
    for who, articles in _readers(standard, source).items():
        yield "核对", f"{who}：{'、'.join(article(source, text) for text in articles)}"
    yield "备注", source.notes


def scope_text(standard: Standard, source: Source) -> str:
    """Which studies a source covers, in words; empty where it is every one."""
    scope = source.applies_when
    return "" if scope == ALWAYS else condition_text(standard, scope)


def _repeal(source: Source) -> str:
    """From which day a source holds no more, and what stands in its place."""
    day = f"{source.repealed_on} 废止" if source.repealed_on else ""
    instead = f"由 {source.superseded_by} 代替" if source.superseded_by else ""
    return "，".join(filter(None, (day, instead)))


def _tally(standard: Standard, source: Source) -> str:
    articles = standard.articles.items()
    counts = Counter(reading.verified for (of, _), reading in articles if of == source.id)
    tally = (f"{VERIFIED_LABEL[how]} {counts[how]}" for how in VERIFIED if counts[how])
    return "，".join(tally) or "没有引用到条"


def _readers(standard: Standard, source: Source) -> dict[str, list[str]]:
    """Who in the institution verified which articles of a source, by name and day."""
    articles_by_reader: dict[str, list[str]] = {}
    for (of, number), reading in standard.articles.items():
        if of == source.id and reading.by:
            articles_by_reader.setdefault(f"{reading.by} {reading.on}", []).append(number)
    return articles_by_reader


def source_list(standard: Standard, today: date) -> str:
    """Each source with its status and how far its articles were verified; then the sum."""
    lines: list[str] = []
    for source in standard.sources.values():
        lines += wrap(f"{source.id}  {title(source)}", COLUMNS)
        readers = _readers(standard, source).items()
        read = "".join(f"；{who} 核对 {len(articles)} 条" for who, articles in readers)
        lines += indented(f"{_status(source, today)}；{_tally(standard, source)}{read}", 4)
        if scope := scope_text(standard, source):
            lines += indented(f"适用：{scope}", 4)
    counts = Counter(reading.verified for reading in standard.articles.values())
    total = "，".join(f"{VERIFIED_LABEL[how]} {counts[how]}" for how in VERIFIED)
    return "\n".join([*lines, "", f"共 {len(standard.articles)} 条：{total}。后两类显示为“待核”。"])


def _status(source: Source, today: date) -> str:
    """The status of a norm on that day: it, or its latest amendment, may take effect later."""
    status = STATUS_LABEL.get(source.status, source.status)
    if repealed(source, today) is YES:
        return f"已废止：{_repeal(source)}" if source.repealed_on else status
    if coming := in_force_later(source, today):
        return f"尚未生效，{coming} 起施行"
    days = (parse_date(text) for text in _DATE.findall(source.effective))
    amended = next((day for day in days if day is not None and day > today), None)
    if amended is not None:
        status = f"{status}，{amended} 的修正尚未生效"
    return f"{status}，{_repeal(source)}" if source.repealed_on else status
