"""Reading questions and computed facts of a pack, and the terms they give to conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.parser import PathType, Vocabulary
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import (
    CHANGE_KINDS,
    Derived,
    Meaning,
    Member,
    Proposal,
    Question,
    Screen,
    Screens,
)
from mmethics_cli.core.standard.names import CHANGES, is_of_event
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.read_sources import read_sources

SCREENS, PROPOSALS = "screens.yaml", "proposals.yaml"
# More rows than this do not fit a terminal of 24 lines with the help below them.
MOST_ROWS = 12


def read_screens(nodes: Mapping[str, Node], questions: Mapping[str, Question]) -> Screens:
    """The screens and proposals of a pack; every name in them must be known."""
    by_id: dict[str, Screen] = {}
    taken: set[tuple[str | None, str]] = set()
    for node in _list(nodes, SCREENS):
        screen = _screen(node, questions)
        if screen.id in by_id:
            node.problem(f"“{screen.id}”重复")
        for member in screen.members:
            if (screen.of, member) in taken:
                node.child("rows").problem(f"“{member}”已经在另一屏上")
            taken.add((screen.of, member))
        by_id[screen.id] = screen
    proposals: dict[str, Proposal] = {}
    for node in _list(nodes, PROPOSALS):
        proposal = _proposal(node, questions)
        if proposal.path in proposals:
            node.problem(f"“{proposal.path}”重复")
        proposals[proposal.path] = proposal
    return Screens(by_id, proposals)


def _list(nodes: Mapping[str, Node], name: str) -> Iterable[Node]:
    return nodes[name].list() if name in nodes else ()


def _screen(node: Node, questions: Mapping[str, Question]) -> Screen:
    node.only("id", "title", "of", "rows")
    of = node.optional("of")
    members = node.texts("rows")
    owner = questions.get(of or "")
    if of is not None and (owner is None or owner.type != "list"):
        node.child("of").problem(f"“{of}”不是列表")
    rows = {
        member: questions.get(member) if owner is None else owner.field_named(member)
        for member in members
    }
    where = node.child("rows")
    for member, question in rows.items():
        if question is None:
            where.problem(f"不认识的问题“{member}”")
        elif question.long or question.type == "list":
            where.problem(f"“{member}”是长文字或列表，要单独问")
        elif question.of_office:
            where.problem(f"“{member}”由办公室填写")
    homes = {(asked.section, asked.of_institution) for asked in rows.values() if asked is not None}
    if owner is None and len(homes) > 1:
        where.problem("一屏上的问题要在同一节、写在同一个文件里")
    if not 2 <= len(members) <= MOST_ROWS or len(set(members)) < len(members):
        where.problem(f"一屏应有 2 至 {MOST_ROWS} 个不同的问题")
    return Screen(node.text("id"), node.text("title"), members, of)


def _proposal(node: Node, questions: Mapping[str, Question]) -> Proposal:
    node.only("path", "value", "from", "when", "zh")
    path, source = node.text("path"), node.optional("from")
    question = questions.get(path)
    value: Value = UNKNOWN
    if question is None or question.type == "list":
        node.child("path").problem(f"不认识的问题“{path}”")
    elif (source is None) == (not node.has("value")):
        node.problem("value 与 from 写其中一个")
    elif source is not None:
        if source not in questions or questions[source].type != question.type:
            node.child("from").problem(f"“{source}”不是同一类问题")
    else:
        try:
            value = read_value(question, node.mapping()["value"])
        except Refused as refusal:
            node.child("value").problem(refusal.message)
    when = node.condition("when") or ALWAYS
    return Proposal(path, node.text("zh"), when, value, source)


NO_CATEGORY = "none"
TYPES = ("bool", "choice", "choices", "int", "date", "text", "list")
Reuse = Literal["", "yes", "confirm", "no"]
REUSE: tuple[Reuse, ...] = ("yes", "confirm", "no", "")
_QUESTION_KEYS = [
    "path", "name", "type", "label", "prompt", "help", "example", "synonyms", "values", "fields",
    "ask_when", "required_when", "required", "basis", "none_value", "at_least_one", "long",
    "may_not_apply", "asked_of", "source", "min", "max", "reuse", "change", "filled_from",
    "cumulative",
]  # fmt: skip


def read_question(
    node: Node, section: str, documents: Mapping[str, str], *, conditions: bool = True
) -> Question:
    """A question of a section, with its fields when it is a list.

    `documents` are the titles that `values: documents` stands for. Without `conditions` only
    what a vocabulary needs is read, and `ask_when` is left out.
    """
    if conditions:
        node.only(*_QUESTION_KEYS)
    fields = tuple(
        _read_field(field, section, documents, conditions=False)
        for field in (node.child("fields").list() if node.has("fields") else ())
    )
    if conditions and fields:
        terms = {field.path: question_term(field) for field in fields}
        fields = tuple(
            _read_field(field, section, documents, conditions=True, terms=terms)
            for field in node.child("fields").list()
        )
    whole = _question(node, node.text("path"), section, documents, fields, conditions, None)
    if not conditions:
        return whole
    if fields:
        # What a new entry means may depend on what stands in it.
        whole = replace(whole, meanings=_meanings(node, terms))
    sources, cumulative = read_sources(node, whole.path), node.yes("cumulative")
    if cumulative and not (whole.type == "int" and is_of_event(whole.path)):
        node.child("cumulative").problem("cumulative 只用于送审事项（event.）的整数")
    if sources or cumulative:
        return replace(whole, filled_from=sources, cumulative=cumulative)
    return whole


def _read_field(
    node: Node,
    section: str,
    documents: Mapping[str, str],
    *,
    conditions: bool,
    terms: Vocabulary | None = None,
) -> Question:
    return _question(node, node.text("name"), section, documents, (), conditions, terms)


def _question(
    node: Node,
    path: str,
    section: str,
    documents: Mapping[str, str],
    fields: tuple[Question, ...],
    conditions: bool,
    terms: Vocabulary | None,
) -> Question:
    values = documents if node.mapping().get("values") == "documents" else node.labels("values")
    kind, label = node.one_of("type", TYPES), node.text("label")
    none_value, at_least_one = node.optional("none_value"), node.yes("at_least_one")
    if not conditions:
        return Question(
            path, kind, label, section,
            values=values, fields=fields, at_least_one=at_least_one, none_value=none_value,
            ask_when=ALWAYS if node.has("ask_when") else None,
        )  # fmt: skip
    required = ALWAYS if node.yes("required") else node.condition("required_when", terms)
    return Question(
        path,
        kind,
        label,
        section,
        values=values,
        fields=fields,
        at_least_one=at_least_one,
        none_value=none_value,
        prompt=node.text("prompt", ""),
        help=node.text("help", ""),
        example=node.text("example", ""),
        synonyms=node.texts("synonyms"),
        ask_when=node.condition("ask_when", terms),
        required_when=required,
        basis=node.basis(),
        long=node.yes("long"),
        may_not_apply=node.yes("may_not_apply"),
        of_office=node.text("asked_of", "") == "office",
        of_institution=node.text("source", "") == "institution",
        minimum=node.optional("min"),
        maximum=node.optional("max"),
        reuse=_reuse(node, kind),
        meanings=() if fields else _meanings(node, terms),
    )


def _reuse(node: Node, kind: str) -> Reuse:
    """Whether the next study may use the answer; what a person must confirm is shown as text."""
    reuse = node.one_of("reuse", REUSE, "")
    if reuse == "confirm" and kind not in ("text", "int", "date"):
        node.problem("reuse: confirm 只用于文字、整数和日期")
    return reuse


def _meanings(node: Node, terms: Vocabulary | None) -> tuple[Meaning, ...]:
    """What a change of the answer means: one category, or several of which the first that fits."""
    raw = node.mapping().get("change")
    if not isinstance(raw, list):
        return () if raw is None else (Meaning(_category(node, raw)),)
    return tuple(_meaning(entry, terms) for entry in node.child("change").list())


def _meaning(node: Node, terms: Vocabulary | None) -> Meaning:
    if not isinstance(node.value, dict):
        return Meaning(_category(node, node.value))
    node.only("to", "on", "unseen", "when")
    unseen = node.optional("unseen")
    if unseen is not None and unseen not in (terms or {}):
        node.problem(f"不认识的列表字段“{unseen}”")
    kind = node.one_of("on", CHANGE_KINDS) if node.has("on") else None
    return Meaning(_category(node, node.text("to")), kind, unseen, node.condition("when", terms))


def _category(node: Node, raw: object) -> str | None:
    categories = node.trail.vocabulary.get(CHANGES)
    if raw != NO_CATEGORY and raw not in (categories.keys if categories else ()):
        node.problem(f"“{CHANGES}”没有“{raw}”这一类修改")
    return None if raw == NO_CATEGORY else str(raw)


def question_term(question: Question) -> PathType:
    """How conditions may speak of a question; one with an `ask_when` may be not applicable."""
    return PathType(
        question.type,
        frozenset(question.values),
        question.ask_when is not None,
        {field.path: question_term(field) for field in question.fields} or None,
    )


def read_derived(
    node: Node, questions: Mapping[str, Question], *, conditions: bool = True
) -> Derived:
    """A computed fact; its keys come from its members or from the list's field it reads."""
    node.only("path", "type", "label", "when", "members", "collect", "worst", "order", "basis")
    source = node.optional("collect") or node.optional("worst")
    of_field = _field_of(node, source, questions) if source else None
    list_and_field = tuple(source.rsplit(".", 1)) if source else None
    members = node.child("members").mapping() if node.has("members") else {}
    labels = {key: node.child("members").child(key).text("zh") for key in members}
    derived = Derived(
        path=node.text("path"),
        type=node.one_of("type", TYPES),
        label=node.text("label"),
        values=labels or (of_field.values if of_field else {}),
        basis=(),
        order=node.texts("order"),
    )
    if not conditions:
        return derived
    pair = None if list_and_field is None else (list_and_field[0], list_and_field[1])
    return replace(
        derived,
        basis=node.basis(),
        when=node.condition("when"),
        members={
            key: Member(labels[key], node.child("members").child(key).condition("when") or ALWAYS)
            for key in members
        },
        collect=pair if node.has("collect") else None,
        worst=pair if node.has("worst") else None,
    )


def _field_of(node: Node, source: str, questions: Mapping[str, Question]) -> Question | None:
    list_path, _, name = source.rpartition(".")
    question = questions.get(list_path)
    field = question.field_named(name) if question else None
    if field is None:
        node.problem(f"不认识的列表字段“{source}”")
    return field


def derived_term(derived: Derived) -> PathType:
    """How conditions may speak of a computed fact; it is never 'not applicable' to them."""
    return PathType(derived.type, frozenset(derived.values))
