"""Reading questions and computed facts of a pack, and the terms they give to conditions.

Conditions may name any fact, so the terms of all facts are read before the first condition is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from mmethics_cli.core.conditions.language import ALWAYS
from mmethics_cli.core.conditions.parser import PathType, Vocabulary
from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Value
from mmethics_cli.core.conditions.written import parse_date, parse_int, plain
from mmethics_cli.core.standard.model import Derived, Meaning, Member, Question
from mmethics_cli.core.standard.names import CHANGES, is_of_event
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.reading.bands import Bands, band_labels, band_members
from mmethics_cli.core.standard.reading.sources import read_sources
from mmethics_cli.core.standard.record_reader import RecordReader

TYPES: Final = ("bool", "choice", "choices", "int", "date", "text", "list")
NO_CATEGORY: Final = "none"

_KEYS: Final = {
    "section": "",
    "of_office": "asked_of",
    "of_institution": "source",
    "minimum": "min",
    "maximum": "max",
    "meanings": "change",
    "owner": "",
    "shares": "",
}
# Which types of question the keys are for that say how answers are read.
_READING: Final = {
    "value_synonyms": ("choice", "choices", "int"),
    "units": ("int",),
    "precision": ("date",),
    "none_is_an_answer": ("text",),
}
_QUESTION: Final = RecordReader(Question, "required", **_KEYS, shared="", like_by="", own="")
_FIELD: Final = RecordReader(
    Question, "required", **_KEYS, path="name", fields="", filled_from="", cumulative=""
)
_DERIVED: Final = RecordReader(Derived, "bands", "bands_of", "bands_are", "span", values="")
_MEANING: Final = RecordReader(Meaning, categories="to")


# Options by what `values: name` calls them: the titles of documents, those of another question.
NamedValues = Mapping[str, Mapping[str, str]]


def question_term(node: Node, named: NamedValues) -> PathType:
    """How conditions may speak of a question; one with an `ask_when` may be not applicable."""
    fields = {
        field.text("name"): question_term(field, named)
        for field in (node.child("fields").list() if node.has("fields") else ())
    }
    return PathType(
        node.one_of("type", TYPES),
        frozenset(_values(node, named)),
        node.has("ask_when") and not isinstance(node.mapping().get("otherwise"), str),
        fields or None,
    )


def _values(node: Node, named: NamedValues) -> Mapping[str, str]:
    name = node.mapping().get("values")
    if not isinstance(name, str):
        return node.labels("values")
    if name not in named:
        node.child("values").problem(f"没有问题“{name}”可取它的选项")
    return named.get(name, {})


# What a question that is answered once for all entries does not take over from their field.
_OF_ENTRY: Final = (
    *("name", "shared", "own", "ask_when", "otherwise", "required", "rests_on", "synonyms"),
)


def shared_nodes(node: Node) -> Iterator[tuple[Node, str]]:
    """The questions that answer fields of a list once for all its entries, with the list's path."""
    for field in node.child("fields").list() if node.has("fields") else ():
        if field.has("shared"):
            own = {key: value for key, value in field.mapping().items() if key not in _OF_ENTRY}
            own["path"] = _shared_path(field)
            own["label"] = f"{field.text('label')}（各项相同）"
            own["prompt"] = f"各项都一样的话：{field.text('prompt', '')}"
            own["basis"] = node.mapping().get("basis")
            own.setdefault("change", node.mapping().get("change"))
            yield Node(field.file, field.keys, own, field.trail), node.text("path")


def _shared_path(field: Node) -> str:
    shared = field.text("shared", "")
    return f"{shared}.{field.text('name')}" if shared else ""


def read_question(node: Node, section: str, named: NamedValues, shares: str = "") -> Question:
    """A question of a section, with its fields when it is a list."""
    path = node.text("path")
    fields = node.trail.vocabulary[path].fields
    entries = node.child("fields").list() if fields else ()
    question = _QUESTION(
        node,
        fields=tuple(
            _FIELD(field, fields, owner=path, **_common(field, section, named, fields))
            for field in entries
        ),
        shares=shares,
        filled_from=read_sources(node, path),
        # What a new entry means may depend on what stands in it.
        **_common(node, section, named, fields),
    )
    if question.cumulative and not (question.type == "int" and is_of_event(path)):
        node.child("cumulative").problem("cumulative 只用于送审事项（event.）的整数")
    return question


def _common(
    node: Node, section: str, named: NamedValues, terms: Vocabulary | None
) -> dict[str, Any]:
    """What questions and fields say in words of their own, not by key and type alone."""
    kind = node.one_of("type", TYPES)
    if node.text("reuse", "") == "confirm" and kind not in ("text", "int", "date"):
        node.problem("reuse: confirm 只用于文字、整数和日期")
    given: dict[str, Any] = {
        "type": kind,
        "section": section,
        "values": _values(node, named),
        "of_office": node.text("asked_of", "") == "office",
        "of_institution": node.text("source", "") == "institution",
        "meanings": _read_meanings(node, terms),
        "inherits": _shared_path(node) or node.text("inherits", ""),
        "otherwise": _otherwise(node, kind),
    }
    _prove_reading(node, kind, given["values"])
    _prove_likeness(node, kind, terms)
    _prove_bounds(node, kind)
    _prove_inheritance(node, kind, given["values"])
    _prove_rests_on(node, kind, terms)
    return given | {"required_when": ALWAYS} if node.yes("required") else given


def _otherwise(node: Node, kind: str) -> Value:
    """The value of a question that is not asked: yes or no, or why it does not apply."""
    if not node.has("otherwise"):
        return UNKNOWN
    if not node.has("ask_when"):
        node.child("otherwise").problem("otherwise 只用于有 ask_when 的问题")
    if isinstance(node.mapping()["otherwise"], dict):
        return NotApplicable(node.child("otherwise").text("not_applicable"))
    if kind != "bool":
        node.child("otherwise").problem("otherwise 写 yes 或 no，或者 not_applicable: 理由")
    return node.yes("otherwise")


def _prove_reading(node: Node, kind: str, values: Mapping[str, str]) -> None:
    """What is said of how answers are read must fit the type, and mean one value only."""
    for key, kinds in _READING.items():
        if node.has(key) and kind not in kinds:
            node.child(key).problem(f"{key} 只用于：{'、'.join(kinds)}")
    meant = {plain(word): key for key, label in values.items() for word in (key, label)}
    for key, words in node.text_lists("value_synonyms").items():
        place = node.child("value_synonyms").child(key)
        if key not in values if kind != "int" else parse_int(key) is None:
            place.problem(f"这个问题没有“{key}”这个值")
        for word in words:
            if meant.setdefault(plain(word), key) != key:
                place.problem(f"“{word}”已经是“{meant[plain(word)]}”的叫法")


def _prove_bounds(node: Node, kind: str) -> None:
    """What an answer is held to must be a value of the question's own type, least before most."""
    read: Callable[[str], int | date | None] = parse_date if kind == "date" else parse_int
    limits = []
    for key in ("min", "max"):
        limit = read(node.text(key, ""))
        if node.has(key) and (limit is None or kind not in ("int", "date")):
            node.child(key).problem(f"{key} 只用于整数和日期，写成那样的值")
        limits.append(limit)
    least, most = limits
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        node.child("min").problem("min 比 max 大")


def _prove_inheritance(node: Node, kind: str, values: Mapping[str, str]) -> None:
    """What an answer is inherited from must be a fact that the question itself could state."""
    path = node.text("inherits", "")
    term = node.trail.vocabulary.get(path)
    if path and (term is None or (term.type, term.keys) != (kind, frozenset(values))):
        node.child("inherits").problem(f"“{path}”不是同一类型、同样选项的事实，不能沿用")


def _prove_likeness(node: Node, kind: str, terms: Vocabulary | None) -> None:
    """Which other entry one is like is said in a text, and asked about by fields of the list."""
    if node.has("like_by") and kind != "text":
        node.child("like_by").problem("like_by 只用于列表的文字栏")
    for name in node.texts("like_by"):
        if name not in (terms or {}):
            node.child("like_by").problem(f"不认识的列表字段“{name}”")


def _prove_rests_on(node: Node, kind: str, terms: Vocabulary | None) -> None:
    """Texts alone rest on facts, and on known ones: of the study, of the entry, of all entries."""
    if node.has("rests_on") and kind != "text":
        node.child("rests_on").problem("rests_on 只用于文字")
    known = node.trail.vocabulary
    for path in node.texts("rests_on"):
        owner, _, name = path.rpartition(".")
        fields = (known[owner].fields if owner in known else None) if owner else terms
        if path not in known and name not in (fields or {}):
            node.child("rests_on").problem(f"不认识的事实“{path}”")


def _read_meanings(node: Node, terms: Vocabulary | None) -> tuple[Meaning, ...]:
    """What a change of the answer means: one category, or several of which the first that fits."""
    raw = node.mapping().get("change")
    if not isinstance(raw, list):
        return () if raw is None else (Meaning(_categories(node, (raw,))),)
    return tuple(_read_meaning(entry, terms) for entry in node.child("change").list())


def _read_meaning(node: Node, terms: Vocabulary | None) -> Meaning:
    if not isinstance(node.value, dict):
        return Meaning(_categories(node, (node.value,)))
    meaning = _MEANING(node, terms, categories=_categories(node, node.texts("to")))
    if meaning.unseen is not None and meaning.unseen not in (terms or {}):
        node.problem(f"不认识的列表字段“{meaning.unseen}”")
    return meaning


def _categories(node: Node, named: Sequence[object]) -> tuple[str, ...]:
    known = node.trail.vocabulary.get(CHANGES)
    if not named:
        node.problem("没有写属于哪一类修改（to）")
    for name in named:
        if name != NO_CATEGORY and name not in (known.keys if known else ()):
            node.problem(f"“{CHANGES}”没有“{name}”这一类修改")
    return tuple(str(name) for name in named if name != NO_CATEGORY)


def derived_term(node: Node, terms: Vocabulary, bands: Bands) -> PathType:
    """How conditions may speak of a computed fact; only numbers may be 'not applicable' to them."""
    source = node.optional("collect") or node.optional("worst")
    if source is None:
        keys = frozenset(_member_nodes(node)) | frozenset(band_labels(node, bands))
        kind = node.one_of("type", TYPES)
        return PathType(kind, keys, may_be_absent=kind == "int")
    owner, _, name = source.rpartition(".")
    field = (terms[owner].fields or {}).get(name) if owner in terms else None
    return PathType(node.one_of("type", TYPES), field.keys if field else frozenset())


def read_derived(node: Node, questions: Mapping[str, Question], bands: Bands) -> Derived:
    """A computed fact; its keys come from its members or bands, or the list's field it reads."""
    nodes = _member_nodes(node)
    collect, worst = node.optional("collect"), node.optional("worst")
    field = _field_of(node, collect or worst or "", questions) if collect or worst else None
    labels = band_labels(node, bands) | {key: member.text("zh") for key, member in nodes.items()}
    return _DERIVED(
        node,
        type=node.one_of("type", TYPES),
        values=labels or (field.values if field else {}),
        members=band_members(node, bands)
        | {
            key: Member(labels[key], member.condition("when") or ALWAYS)
            for key, member in nodes.items()
        },
        months_between=_two_facts(node, "months_between", "date"),
        years_after=_two_facts(node, "years_after", "int"),
        collect=None if collect is None else _list_and_field(collect),
        worst=None if worst is None else _list_and_field(worst),
    )


def _member_nodes(node: Node) -> dict[str, Node]:
    if not node.has("members"):
        return {}
    members = node.child("members")
    return {key: members.child(key) for key in members.mapping()}


def _two_facts(node: Node, key: str, kind: str) -> tuple[str, ...]:
    """Two facts of a type under a key; none where there is no such key."""
    paths = node.texts(key)
    terms = [node.trail.vocabulary.get(path) for path in paths]
    if paths and [term.type for term in terms if term is not None] != [kind, kind]:
        node.child(key).problem(f"{key} 应是两个事实的路径，类型都是 {kind}")
        return ()
    return paths


def _field_of(node: Node, source: str, questions: Mapping[str, Question]) -> Question | None:
    owner, name = _list_and_field(source)
    question = questions.get(owner)
    field = question.field_named(name) if question else None
    if field is None:
        node.problem(f"不认识的列表字段“{source}”")
    return field


def _list_and_field(source: str) -> tuple[str, str]:
    owner, _, name = source.rpartition(".")
    return owner, name
