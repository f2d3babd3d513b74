"""Reading decision tables of a pack, and the table of the documents that a submission needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from mmethics_cli.core.conditions.language import ALWAYS, All, Compare, Condition, OneOf
from mmethics_cli.core.conditions.parser import PathType, Vocabulary
from mmethics_cli.core.conditions.written import NO_WORDS, YES_WORDS, parse_int
from mmethics_cli.core.standard.model import (
    Conflict,
    DecisionTable,
    Default,
    DocumentKind,
    Outcome,
    Rule,
    TableKind,
)
from mmethics_cli.core.standard.names import CONSENT_FORMS
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.record_reader import RecordReader

_TABLE: Final = RecordReader(
    DecisionTable,
    "rules_of",
    "assumes_when",
    id="table",
    type="kind",
    shows_undecided="undecided",
)
_RULE: Final = RecordReader(Rule, text="zh")
_DEFAULT: Final = RecordReader(Default, text="zh")
_KINDS: Final[tuple[TableKind, ...]] = get_args(TableKind)


def _type_of(node: Node) -> Literal["choice", "bool", "int", "choices"]:
    match node.one_of("kind", _KINDS):
        case "union":
            return "choices"
        case "minimum" | "maximum":
            return "int"
    return "bool" if set(node.texts("order")) == {"yes", "no"} else "choice"


def table_term(node: Node, tables: Mapping[str, Node]) -> PathType:
    """How conditions may speak of a decision (`decided.table`)."""
    return PathType(_type_of(node), frozenset(_lender(node, tables).labels("values")))


def _lender(node: Node, tables: Mapping[str, Node]) -> Node:
    """The table whose rules count: the table itself, or the one named by `rules_of`."""
    if not node.has("rules_of"):
        return node
    lender = tables.get(node.text("rules_of"))
    if lender is None:
        node.problem(f"没有决定表“{node.text('rules_of')}”")
    return lender or node


def read_table(node: Node, tables: Mapping[str, Node]) -> DecisionTable:
    """A decision table; one with `rules_of` borrows rules, labels and order of another."""
    lender = _lender(node, tables)
    type_ = _type_of(node)
    values = lender.labels("values")
    order = lender.texts("order") or tuple(values)
    if type_ in ("choice", "choices") and set(order) != set(values):
        node.problem("order 应恰好列出 values 的每个键")
    for outcome in set(node.texts("without_document")) - set(order):
        node.child("without_document").problem(f"“without_document”没有“{outcome}”这个结果")
    part = node.child("part_of") if node.has("part_of") else None
    elsewhere = node.mapping().get("elsewhere")
    return _TABLE(
        node,
        type=type_,
        values=values,
        order=order,
        rules=tuple(_read_rule(rule, type_, order) for rule in lender.child("rules").list()),
        otherwise=_outcome(node, "otherwise", type_, order),
        default=_DEFAULT(node.child("default")) if node.has("default") else None,
        shows_undecided=node.has("undecided"),
        undecided=_outcome(node, "undecided", type_, order),
        holds_when=node.condition("assumes_when") or node.condition("holds_when") or ALWAYS,
        elsewhere=() if elsewhere == [] else _outcome(node, "elsewhere", type_, order),
        part_of=None if part is None else (part.text("decision"), part.text("as")),
        assume=_assumption(node),
        assume_of=node.entry_conditions("assume_of"),
        by_entry=_list_at(node, "by_entry"),
    )


def _assumption(node: Node) -> dict[str, str | bool]:
    raw = node.labels("assume")
    terms = {path: _settable(node.trail.vocabulary, path) for path in raw}
    for path, text in raw.items():
        term = terms[path]
        if term is None or term.type not in ("bool", "choice"):
            node.problem(f"assume 里的“{path}”不是可设定的事实")
        elif term.type == "choice" and text not in term.keys:
            node.problem(f"“{path}”没有“{text}”这个值")
    return {
        path: text in YES_WORDS if term.type == "bool" else text
        for path, text in raw.items()
        if (term := terms[path]) is not None
    }


def _settable(vocabulary: Vocabulary, path: str) -> PathType | None:
    """What is known of a fact, or of a field of every entry of a list (`list.field`)."""
    owner, _, name = path.rpartition(".")
    listed = vocabulary.get(owner)
    fields = listed.fields if listed is not None else None
    return vocabulary.get(path) or (fields or {}).get(name)


def _list_at(node: Node, key: str) -> str:
    """The path of a list under a key; empty where there is no such key."""
    path = node.text(key, "")
    if path:
        node.child(key).fields_of(path)
    return path


def _outcome(node: Node, key: str, type_: str, order: tuple[str, ...]) -> Outcome | None:
    text = node.optional(key)
    if text is None:
        return None
    if type_ == "bool" and text in YES_WORDS | NO_WORDS:
        return text in YES_WORDS
    if type_ == "int":
        number = parse_int(text)
        if number is None:
            node.child(key).problem(f"“{key}”应是整数")
        return number
    if type_ != "bool" and (text in order or key == "undecided"):
        return text
    node.child(key).problem(f"“{key}”没有“{text}”这个结果")
    return order[0] if order else None


def _read_rule(node: Node, type_: str, order: tuple[str, ...]) -> Rule:
    outcome = _outcome(node, "outcome", type_, order)
    if outcome is None:
        node.problem("规则缺少 outcome")
    conflict = node.child("conflict") if node.has("conflict") else None
    rule = _RULE(
        node,
        outcome=outcome if outcome is not None else "",
        conflict=Conflict(conflict.basis("over"), conflict.text("zh")) if conflict else None,
    )
    if not rule.basis:
        node.problem("规则没有依据（basis）")
    if rule.noted and (rule.strength == "required" or rule.override is None):
        node.problem("只有从严建议（advised）的规则可以改成提示，并要写明理由（override）")
    return rule


def documents_table(documents: Mapping[str, DocumentKind]) -> DecisionTable:
    """Which documents a submission needs, as a table: one rule for each document."""
    return DecisionTable(
        id="documents",
        label="送审文件",
        kind="union",
        type="choices",
        values={document.id: document.title for document in documents.values()},
        order=tuple(documents),
        rules=tuple(
            Rule(
                id=f"document.{document.id}",
                text=document.title,
                when=_needed(document),
                outcome=document.id,
                strength="required" if document.missing == "error" else "advised",
                basis=document.basis,
            )
            for document in documents.values()
            if document.audience != "office"
        ),
        counts=False,
    )


def _needed(document: DocumentKind) -> Condition:
    if not document.for_form:
        return document.needed_when
    form = Compare(CONSENT_FORMS, OneOf(frozenset(document.for_form)))
    return All((document.needed_when, form))
