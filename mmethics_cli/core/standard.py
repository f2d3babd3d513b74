"""The standard as data: what a pack holds once it has been read and proved.

Every requirement carries its `Basis`: a source, an article and how far that article was verified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from mmethics_cli.core.condition_parser import Vocabulary
from mmethics_cli.core.conditions import ALWAYS, Condition
from mmethics_cli.core.consent import ConsentElement, Readability
from mmethics_cli.core.content import ConsistencyRule, DocumentKind, ReviewItem
from mmethics_cli.core.criteria import Criterion
from mmethics_cli.core.law import Article, Basis, Source
from mmethics_cli.core.meaning import Meaning
from mmethics_cli.core.migrations import Migration
from mmethics_cli.core.screens import Screens

TableKind = Literal["strictest", "union", "minimum", "maximum"]
Outcome = str | bool | int


@dataclass(frozen=True, slots=True)
class Question:
    """A fact or text of the dossier: its path, its type, and how people are asked for it.

    In a list's `fields` the path is the field's name and `ask_when` is about the element. `reuse`:
    whether an answer holds for the next study; `meanings`: what a change of it means.
    """

    path: str
    type: str
    label: str
    section: str = ""
    prompt: str = ""
    help: str = ""
    example: str = ""
    synonyms: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Question, ...] = ()
    ask_when: Condition | None = None
    required_when: Condition | None = None
    basis: tuple[Basis, ...] = ()
    none_value: str | None = None
    at_least_one: bool = False
    long: bool = False
    may_not_apply: bool = False
    of_office: bool = False
    of_institution: bool = False
    minimum: str | None = None
    maximum: str | None = None
    reuse: Literal["", "yes", "confirm", "no"] = ""
    meanings: tuple[Meaning, ...] = ()

    def field_named(self, name: str) -> Question | None:
        for one in self.fields:
            if one.path == name:
                return one
        return None


@dataclass(frozen=True, slots=True)
class Member:
    """One key of a derived set and when it belongs."""

    label: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact that is computed, never asked; exactly one of the four definitions is given.

    `when` makes a bool; `members` a set; `collect` the set of a list's field; `worst` the last of
    `order` that a list's field holds.
    """

    path: str
    type: str
    label: str
    values: Mapping[str, str]
    basis: tuple[Basis, ...]
    when: Condition | None = None
    members: Mapping[str, Member] = field(default_factory=dict)
    collect: tuple[str, str] | None = None
    worst: tuple[str, str] | None = None
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two norms that differ, and why this rule's side was taken."""

    over: tuple[Basis, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Default:
    """Why a table's `otherwise` holds where no rule fires."""

    text: str
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a decision table."""

    id: str
    text: str
    when: Condition
    outcome: Outcome
    strength: Literal["required", "advised"]
    basis: tuple[Basis, ...]
    conflict: Conflict | None = None
    override: str | None = None
    noted: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A decision: rules, and how their outcomes combine (strictest, union, minimum, maximum)."""

    id: str
    label: str
    kind: TableKind
    type: Literal["choice", "bool", "int", "choices"]
    values: Mapping[str, str]
    order: tuple[str, ...]
    rules: tuple[Rule, ...]
    otherwise: Outcome | None = None
    default: Default | None = None
    never_provisional: frozenset[str] = frozenset()
    shows_undecided: bool = False
    undecided: Outcome | None = None
    holds_when: Condition = ALWAYS
    elsewhere: Outcome | tuple[str, ...] | None = None
    part_of: tuple[str, str] | None = None
    assume: Mapping[str, str | bool] = field(default_factory=dict)
    counts: bool = True
    unit: str = ""

    def strictness(self, outcome: Outcome) -> int:
        """A number that rises with the strictness of an outcome of this table."""
        if isinstance(outcome, bool):
            return int(outcome)
        if isinstance(outcome, int):
            return -outcome if self.kind == "minimum" else outcome
        return self.order.index(outcome)

    def label_of(self, outcome: object) -> str:
        if isinstance(outcome, bool):
            return self.values["yes" if outcome else "no"]
        if isinstance(outcome, int):
            return f"{outcome} {self.unit}".rstrip()
        return self.values.get(str(outcome), str(outcome))


@dataclass(frozen=True)
class Standard:
    """A whole pack, proved: every name in it is known."""

    id: str
    title: str
    edition: str
    sources: Mapping[str, Source]
    articles: Mapping[tuple[str, str], Article]
    sections: Mapping[str, str]
    questions: Mapping[str, Question]
    derived: Mapping[str, Derived]
    tables: Mapping[str, Table]
    principles: Mapping[str, str]
    items: Mapping[str, ReviewItem]
    documents: Mapping[str, DocumentKind]
    consistency: Mapping[str, ConsistencyRule]
    vocabulary: Vocabulary
    screens: Screens
    criteria: Mapping[str, Criterion] = field(default_factory=dict)  # read on demand
    elements: Mapping[str, ConsentElement] = field(default_factory=dict)
    readability: Readability = Readability()
    migrations: tuple[Migration, ...] = ()

    @cached_property
    def rules(self) -> Mapping[str, tuple[Table, Rule]]:
        """Rules by id, with the table that each decides; borrowed rules count once."""
        own = (table for table in self.tables.values() if not table.assume)
        return {rule.id: (table, rule) for table in own for rule in table.rules}

    @cached_property
    def fields(self) -> Mapping[tuple[str, str], Question]:
        """The fields of list questions by the list's path and their name."""
        return {
            (question.path, field.path): field
            for question in self.questions.values()
            for field in question.fields
        }

    def questions_of(self, section: str) -> Iterator[Question]:
        return (one for one in self.questions.values() if one.section == section)
