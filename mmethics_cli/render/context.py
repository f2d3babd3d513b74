"""The names that a template may use: facts, the document's own data, functions over decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from mmethics_cli.core.law import Basis
from mmethics_cli.core.names import label_of
from mmethics_cli.core.values import NotApplicable, Truth
from mmethics_cli.render.citation import cite, cite_in_english
from mmethics_cli.render.element_views import ElementView, element_views
from mmethics_cli.render.item_views import ItemView, PrincipleView, item_view
from mmethics_cli.render.language import CALLS, FUNCTIONS
from mmethics_cli.render.office_functions import OfficeFunctions
from mmethics_cli.render.printing import Mark, Printing
from mmethics_cli.render.revisions import (
    RevisedAttachment,
    RevisionView,
    revised_attachments,
    revisions,
)
from mmethics_cli.render.slots import Pick
from mmethics_cli.render.study import Adjustment
from mmethics_cli.render.values import labels, value_text
from mmethics_cli.render.views import (
    ConflictView,
    DecisionView,
    RuleView,
    conflict_views,
    rule_view,
)
from mmethics_cli.render.wording import ENGLISH


@dataclass(frozen=True, slots=True)
class DocumentView:
    """`doc`: the document now rendered."""

    id: str
    title: str
    version: str
    date: str


@dataclass(frozen=True, slots=True)
class StandardView:
    """`standard`: what the pack rests on."""

    title: str
    edition: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the transmittal list; `people` and `stamps` are signers and seals one by one."""

    number: str
    id: str
    title: str
    version: str
    date: str
    original: str
    signers: str
    note: str
    people: tuple[str, ...]
    stamps: tuple[str, ...]
    later: bool
    signed: bool


class Functions(OfficeFunctions):
    """The functions of the template language; their names are those of the methods."""

    def __init__(self, printing: Printing) -> None:
        self._printing = printing
        self._study = printing.study

    def calls(self) -> dict[str, Callable[..., object]]:
        """The functions that templates may call outside Jinja's own loops."""
        return {name: getattr(self, name) for name in CALLS - {"boxes"}}

    def context(self) -> dict[str, object]:
        """Everything in Jinja's reach, by name."""
        standard, stamp = self._study.standard, self._study.stamp
        day = stamp.wording.date(stamp.date) if stamp.date else ""
        return {
            **{name: getattr(self, name) for name in FUNCTIONS},
            "doc": DocumentView(stamp.id, stamp.title, stamp.version, day),
            "standard": StandardView(standard.title, standard.edition),
        }

    def pick(self, tag: str, *options: str) -> Mark:
        """A drop-down for people to fill in; `tag` names it in the Word file."""
        printing = self._printing
        return Mark(lambda: printing.book.put(Pick(printing.tag(tag), options, printing.words.or_)))

    def pick_date(self, tag: str) -> Mark:
        """A date for people to fill in."""
        return Mark(lambda: self._printing.pick_date(tag))

    def label(self, path: str) -> str:
        return label_of(self._study.standard, path)

    def last_reported(self, path: str) -> str:
        """What an earlier submission said of a fact the last time; a dash where none did."""
        value = self._study.facts.reported(path)
        question = self._study.standard.questions[path]
        if isinstance(value, NotApplicable):
            return "—"
        return value_text(question, value, self._printing.words) or "—"

    def basis(self, source: str, *articles: str) -> str:
        """《…》第N条、第M条, by the pack's articles; in English “Title, Articles N and M”."""
        standard = self._study.standard
        known = standard.articles
        bases = [
            Basis(source, one, known[source, one].verified if (source, one) in known else "memory")
            for one in articles
        ]
        bases = bases or [Basis(source, None, "memory")]
        if self._printing.words is ENGLISH:
            return cite_in_english(standard, bases)
        return cite(standard, bases, self._printing.marks)

    def decision(self, table: str) -> DecisionView:
        return DecisionView(self._printing, self._study.pathway.decisions[table])

    def decisions(self) -> list[DecisionView]:
        """Every decision that is printed by itself, in the order of the pack."""
        return [
            DecisionView(self._printing, one)
            for one in self._study.pathway.decisions.values()
            if one.table.part_of is None and one.table.counts
        ]

    def limits(self) -> list[DecisionView]:
        """Terms and periods (retention, deadlines) that hold for this submission."""
        return [
            DecisionView(self._printing, one)
            for one in self._study.pathway.decisions.values()
            if one.table.type == "int" and not one.table.counts and one.value is not None
        ]

    def undecided_rules(self) -> list[RuleView]:
        pathway = self._study.pathway
        waiting = {path for one in pathway.decisions.values() for path in one.open}
        return [
            rule_view(self._study, one)
            for one in pathway.rules
            if one.truth is Truth.UNKNOWN and waiting.intersection(one.needs)
        ]

    def open_questions(self) -> list[str]:
        return labels(self._study.facts, self._study.pathway.open_questions)

    def conflicts(self) -> list[ConflictView]:
        return list(conflict_views(self._study))

    def overrides(self) -> tuple[Adjustment, ...]:
        return self._study.overrides

    def documents(self) -> list[RowView]:
        """The transmittal list."""
        words = self._printing.words
        return [
            RowView(
                row.number, row.id, row.title, row.version,
                words.date(row.date) if row.date else "",
                row.original, words.joined(row.signers), row.note,
                row.signers, row.seals, row.later, row.signed,
            )
            for row in self._study.transmittal
        ]  # fmt: skip

    def consent_elements(self) -> list[ElementView]:
        """What participants must be told, and where their papers say it."""
        return element_views(self._study, self._printing.marks)

    def revisions(self) -> list[RevisionView]:
        """What differs from what the committee saw."""
        return revisions(self._study)

    def revised_attachments(self) -> list[RevisedAttachment]:
        """Attachments that came, went or have another version since."""
        return revised_attachments(self._study)

    def review_items(self, applies: str = "") -> list[ItemView]:
        """The applicant's items; with `applies` only those (yes, no, unknown)."""
        return [one for one in self._items if applies in ("", one.applies)]

    @cached_property
    def _items(self) -> list[ItemView]:
        items = self._study.standard.items.values()
        return [item_view(self._study, item) for item in items if item.side == "applicant"]

    def not_applicable_items(self) -> list[ItemView]:
        return self.review_items("no")

    def principles(self) -> list[PrincipleView]:
        """The principles with the items that apply, or may."""
        items = [one for one in self.review_items() if one.applies != "no"]
        return [
            PrincipleView(key, label, [one for one in items if one.principle == key])
            for key, label in self._study.standard.principles.items()
        ]
