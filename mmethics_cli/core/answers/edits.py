"""Changes to a dossier as values: what to write at which place, before any file is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct

from mmethics_cli.core.conditions.values import NAME_FIELDS, UNKNOWN, Element, Value, answered
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.standard.model import Question
from mmethics_cli.core.standard.names import ELEMENT_PATH


class Removed(Enum):
    """Instead of a tree: the place itself goes."""

    REMOVED = "removed"


class Edit(Struct, frozen=True):
    """Put a plain tree (text, list, mapping; None for no answer) at one place, or remove it.

    `path` is a question, with `element` an entry of its list, with `field` a field of the entry.
    With an empty `path` the place is `field` of the review item `element` in the self-check.
    """

    path: str
    tree: object
    element: str = ""
    field: str = ""


def answers_by_question(facts: Facts, answers: Mapping[str, Value]) -> dict[str, Value]:
    """Answers by question: answers to fields of a list's entries become the whole list.

    The first answer to a field of a new entry adds the entry.
    """
    changed: dict[str, Value] = {}
    for path, value in answers.items():
        match = ELEMENT_PATH.fullmatch(path)
        if match is None:
            changed[path] = value
            continue
        owner = match["list"]
        listed = changed.get(owner, facts.values.get(owner, ()))
        elements = listed if isinstance(listed, tuple) else ()
        changed[owner] = _with_field(elements, match["id"], match["field"], value)
    return changed


def merged_answer(before: Value | None, given: Value) -> Value:
    """The answer after another was given for it: lists are merged by the ids of their entries.

    Fields of a known entry are replaced, new entries come behind; any other answer is replaced.
    """
    if not isinstance(before, tuple) or not isinstance(given, tuple):
        return given
    new = {element.id: element for element in given}
    kept = [
        Element(element.id, {**element.fields, **new.pop(element.id).fields})
        if element.id in new
        else element
        for element in before
    ]
    return (*kept, *new.values())


def with_answers(facts: Facts, changed: Mapping[str, Value]) -> Facts:
    """The facts with these questions answered anew; a placeholder is no answer."""
    values = {key: value for key, value in facts.values.items() if key not in changed}
    counted = {path: answered(value) for path, value in changed.items()}
    values |= {path: value for path, value in counted.items() if value is not UNKNOWN}
    return facts.having(values)


def _with_field(
    elements: tuple[Element, ...], id_: str, name: str, value: Value
) -> tuple[Element, ...]:
    old = next((element for element in elements if element.id == id_), None)
    fields = {**(old.fields if old else {}), name: value}
    new = Element(id_, {key: value for key, value in fields.items() if value is not UNKNOWN})
    if old is None:
        return (*elements, new) if new.fields else elements
    return tuple(new if element.id == id_ else element for element in elements)


def elements_of(owner: Question, facts: Facts) -> tuple[Element, ...]:
    """The entries of a list, none while it is not answered."""
    value = facts.values.get(owner.path)
    return value if isinstance(value, tuple) else ()


def copy_of(owner: Question, original: Element, id_: str) -> Element:
    """Another element with the same fields, all but what it is called.

    In a list of which an entry may say that it is like another one, it says that alone.
    """
    if owner.likeness is not None:
        return Element(id_, {owner.likeness.field: original.id})
    named = next((key for key in NAME_FIELDS if key in original.fields), None)
    return Element(id_, {key: value for key, value in original.fields.items() if key != named})


def new_id(owner: Question, elements: Iterable[Element]) -> str:
    """An id that no element of the list has: the initial of the list's name and a number."""
    taken = {element.id for element in elements}
    initial = owner.path.rpartition(".")[2][:1]
    number = len(taken) + 1
    while f"{initial}{number}" in taken:
        number += 1
    return f"{initial}{number}"
