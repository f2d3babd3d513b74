"""A form's mapping: which fact goes into which blank, as the office reviewed it (`*.form.yaml`).

A blank is known by its words, the group it stands under, and which of several such it is; never by
where it lies, so that a form saved again or changed in a few places is still filled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

from msgspec import Struct

from mmethics_cli.core.conditions.language import Condition
from mmethics_cli.core.standard.model import Derived, Question, Standard
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.formats.form.blank import FormBlank, Kind
from mmethics_cli.forms.proposing import ASK, MARKERS, BlankProposal, How
from mmethics_cli.forms.words import RECOGNISED, FormWords, is_fact, plain, without_brackets

SUFFIX: Final = ".form.yaml"
_KINDS: Final = get_args(Kind)
_HEAD: Final = (
    "file", "title", "version", "used_for", "stands_for", "checked_by", "checked_on",
)  # fmt: skip
_ENTRY: Final = (
    "at", "is", "join", "tick", "maybe", "how", "longest",
)  # fmt: skip


class Anchor(Struct, frozen=True):
    """How a blank is found again: plain words, plain group, kind, and the nth of such."""

    words: str
    under: str
    kind: str
    nth: int = 1


class TickRule(Struct, frozen=True):
    """The box with these words is ticked where a condition certainly holds."""

    option: str
    when: Condition


class MappedBlank(Struct, frozen=True):
    """What the office decided about one blank: facts, or one of MARKERS."""

    at: Anchor
    facts: tuple[str, ...]
    how: str = ""
    join: str = " / "
    tick: tuple[TickRule, ...] = ()
    maybe: tuple[str, ...] = ()
    longest: int = 0


class FormMapping(Struct, frozen=True):
    """A whole form: the file it is about, what it is used for, and what its blanks ask."""

    file: str
    title: str
    version: str
    used_for: str
    stands_for: str
    checked_by: str
    checked_on: str
    blanks: tuple[MappedBlank, ...]


def is_tagged(mapping: FormMapping) -> bool:
    """Whether it is the tags of a form that are mapped, not its blanks."""
    return any(entry.at.kind == "tag" for entry in mapping.blanks)


class Located(Struct, frozen=True):
    """A mapping laid on a form: what each blank asks; what of it was moved, is gone, is new."""

    found: tuple[tuple[FormBlank, MappedBlank], ...]
    moved: tuple[FormBlank, ...]
    gone: tuple[MappedBlank, ...]
    new: tuple[FormBlank, ...]


def anchors_of(blanks: Sequence[FormBlank]) -> list[Anchor]:
    """An anchor for each blank of a form."""
    seen: Counter[tuple[str, str, str]] = Counter()
    anchors = []
    for blank in blanks:
        key = plain(blank.words), plain(blank.group), blank.kind
        seen[key] += 1
        anchors.append(Anchor(*key, seen[key]))
    return anchors


def located(mapping: FormMapping, blanks: Sequence[FormBlank]) -> Located:
    """Find the mapped blanks on a form. One whose words changed is gone, never another's place."""
    anchors = anchors_of(blanks)
    by_anchor = {anchor: number for number, anchor in enumerate(anchors)}
    taken: dict[int, MappedBlank] = {}
    left: list[MappedBlank] = []
    for entry in mapping.blanks:
        number = by_anchor.get(entry.at)
        if number is None:
            left.append(entry)
        else:
            taken[number] = entry
    moved, gone = [], []
    for entry in left:
        numbers = [
            number
            for number, anchor in enumerate(anchors)
            if number not in taken
            and (anchor.words, anchor.kind) == (entry.at.words, entry.at.kind)
        ]
        # Of several that could be meant none is taken.
        rivals = sum(1 for other in left if other.at.words == entry.at.words)
        if len(numbers) == 1 == rivals:
            taken[numbers[0]] = entry
            moved.append(blanks[numbers[0]])
        else:
            gone.append(entry)
    return Located(
        tuple((blank, taken[n]) for n, blank in enumerate(blanks) if n in taken),
        tuple(moved),
        tuple(gone),
        tuple(blank for n, blank in enumerate(blanks) if n not in taken),
    )


def read_mapping(name: str, tree: object, standard: Standard) -> tuple[FormMapping, list[Fault]]:
    """A mapping as its file has it, and everything wrong in it with its place."""
    trail = Trail(vocabulary=standard.vocabulary)
    root = Node(name, (), tree, trail)
    root.only("form", "blanks")
    head = root.child("form")
    head.only(*_HEAD)
    texts = {key: head.text(key, "") for key in _HEAD}
    if not texts["file"]:
        head.problem("缺少“file”：这份对照表对应的表格文件")
    if texts["stands_for"] and texts["stands_for"] not in standard.documents:
        head.child("stands_for").problem(f"没有文件“{texts['stands_for']}”")
    if texts["stands_for"] and texts["file"].lower().endswith(".xlsx"):
        head.child("stands_for").problem("代替文件的表格要是 .docx；Excel 表格用 form fill 填")
    rows = root.child("blanks").list() if root.has("blanks") else []
    return FormMapping(**texts, blanks=tuple(_entry(row, standard) for row in rows)), trail.problems


def _entry(node: Node, standard: Standard) -> MappedBlank:
    node.only(*_ENTRY)
    at = node.child("at")
    at.only("words", "under", "nth", "kind")
    anchor = Anchor(
        plain(at.text("words")),
        plain(at.text("under", "")),
        at.one_of("kind", _KINDS),
        at.number("nth", 1),
    )
    facts = node.texts("is")
    for path in facts:
        if path not in MARKERS and not is_fact(path, standard):
            node.child("is").problem(f"不认识的事实“{path}”")
    longest = node.text("longest", "")
    return MappedBlank(
        anchor,
        facts,
        node.text("how", ""),
        node.text("join", " / "),
        tuple(_tick(row) for row in node.child("tick").list()) if node.has("tick") else (),
        node.texts("maybe"),
        int(longest) if longest.isdecimal() else 0,
    )


def _tick(node: Node) -> TickRule:
    node.only("option", "when")
    condition = node.condition("when")
    if condition is None:
        node.problem("缺少“when”")
    return TickRule(plain(node.text("option")), condition)  # type: ignore[arg-type]


def proposed_tree(
    head: Mapping[str, str],
    blanks: Sequence[FormBlank],
    decided: Sequence[BlankProposal],
    words: FormWords,
    standard: Standard,
) -> dict[str, object]:
    """The mapping as a tree to be written: what was proposed, or decided about each blank."""
    rows = []
    for anchor, blank, proposal in zip(anchors_of(blanks), blanks, decided, strict=True):
        at = {
            "words": anchor.words,
            "under": anchor.under,
            "nth": str(anchor.nth),
            "kind": anchor.kind,
        }
        row: dict[str, object] = {"at": at, "is": list(proposal.facts) or [ASK]}
        if proposal.maybe:
            row["maybe"] = list(proposal.maybe)
        if proposal.how:
            row["how"] = proposal.how
        if len(proposal.facts) == 1 and (
            ticks := list(_ticks(proposal.facts[0], blank, words, standard))
        ):
            row["tick"] = ticks
        rows.append(row)
    return {"form": dict(head), "blanks": rows}


def _ticks(
    path: str, blank: FormBlank, words: FormWords, standard: Standard
) -> Iterator[dict[str, object]]:
    """For each box whose words say a value of the fact: the condition on which it is ticked.

    What a text must hold for that, the option words say.
    """
    question = (
        standard.questions.get(path)
        or standard.derived.get(path)
        or standard.fields.get(_field(path))
    )
    if question is None or question.type not in ("bool", "choice", "choices", "text"):
        return
    said = {plain(label): key for key, label in question.values.items()}
    synonyms = getattr(question, "value_synonyms", {})
    said |= {plain(word): key for key, list_ in synonyms.items() for word in list_}
    said |= words.options.get(path, {})
    if question.type == "bool":
        said |= {word: key for key in ("yes", "no") for word in words.lists[key]}
    for option in blank.options:
        whole = plain(option.words)
        key = said.get(whole) or said.get(plain(without_brackets(whole)))
        if key is not None and key != RECOGNISED:
            yield {"option": whole, "when": _holds(path, key, question.type, standard)}
        elif key is None and (holds := _whether(path, whole, plain(blank.words), question, words)):
            yield {"option": whole, "when": {path: holds}}


def _whether(
    path: str, option: str, label: str, question: Question | Derived, words: FormWords
) -> object:
    """What a fact with several values is where a label asks yes or no of it; None: not known."""
    said = option in words.lists["yes"]
    if not said and option not in words.lists["no"]:
        return None
    if question.type == "choices":
        return {"empty": "no" if said else "yes"}
    for asked, values in words.whether.get(path, {}).items():
        if any(word in label for word in asked.split("|")):
            return [key for key in question.values if (key in values) == said]
    return None


def _field(path: str) -> tuple[str, str]:
    owner, _, name = path.rpartition(".")
    return owner, name


def _holds(path: str, key: str, kind: str, standard: Standard) -> dict[str, object]:
    """The condition that a fact has a value, one entry of a list has it, a text speaks of it."""
    if kind == "text":
        return {path: {"contains": key.split("|")}}
    owner, name = _field(path)
    return {owner: {"some": {name: key}}} if (owner, name) in standard.fields else {path: key}


def how_word(how: How | str) -> str:
    """How a proposal was found, for people."""
    return {
        "exact": "标签逐字相同", "owner": "主人和属性", "composite": "几项合一格",
        "options": "按选项", "long": "按标签里的几个词", "office": "办公室定的",
    }.get(how, "没有把握")  # fmt: skip
