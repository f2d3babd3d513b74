"""The names that a template may use: facts, the document's own data, functions over decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from mmethics_cli.core.conditions.values import NotApplicable, Truth, parse_date
from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.blocks import Pick
from mmethics_cli.render.decision_views import (
    ConflictView,
    DecisionView,
    RuleView,
    conflict_views,
    rule_view,
)
from mmethics_cli.render.item_views import (
    CriterionGroup,
    CriterionView,
    ElementView,
    ItemView,
    PrincipleView,
    criteria_of,
    element_views,
    groups_of,
    item_view,
)
from mmethics_cli.render.language import CALLS, FUNCTIONS
from mmethics_cli.render.office_views import (
    ChangedPaper,
    CheckedPaper,
    WantedPaper,
    changed_papers,
    checked_papers,
    wanted_papers,
)
from mmethics_cli.render.printing import Mark, Printing
from mmethics_cli.render.revision_views import (
    RevisedAttachment,
    RevisionView,
    revised_attachments,
    revisions,
)
from mmethics_cli.render.slots import Words
from mmethics_cli.render.study import Adjustment, Office
from mmethics_cli.wording.citation import cite, cite_in_english
from mmethics_cli.wording.language import ENGLISH
from mmethics_cli.wording.values import labels, value_text

INTERVALS: Final = (3, 6, 12)  # months between two follow-up reviews that offices choose from
DECISIONS: Final = "event.prior_decision"
_BLANK: Final = "____________"


class OfficeFunctions:
    """Functions over what the office found and recorded; their names are those of the methods."""

    _printing: Printing

    @property
    def _office(self) -> Office:
        return self._printing.study.office or Office()

    def checked_papers(self) -> list[CheckedPaper]:
        """Every paper of the package, with what is missing in it."""
        return checked_papers(self._printing.study)

    def wanted_papers(self) -> list[WantedPaper]:
        """Papers that are lacking."""
        return wanted_papers(self._printing.study)

    def changed_papers(self) -> list[ChangedPaper]:
        """What is to be changed, by paper."""
        return changed_papers(self._printing.study)

    def criteria(self, applies: str = "") -> list[CriterionView]:
        """The criteria of the worksheet now rendered; with `applies` only those."""
        return [one for one in self._criteria if applies in ("", one.applies)]

    @cached_property
    def _criteria(self) -> list[CriterionView]:
        study = self._printing.study
        return criteria_of(study, study.stamp.id)

    def criterion_groups(self) -> list[CriterionGroup]:
        """The criteria that apply, or may, by theme."""
        return groups_of(self._criteria)

    def comments(self) -> tuple[str, ...]:
        """The comments that the committee recorded."""
        return self._office.comments

    def recorded(self, key: str) -> Mark:
        """What decision.yaml says, else a control or a line to fill in by hand.

        Keys: decision, date, number, valid_until, interval_months.
        """
        return Mark(lambda: self._recorded(key))

    def given(self, key: str) -> str:
        """What decision.yaml says under a key, in words; nothing where it says nothing."""
        text = self._office.recorded.get(key, "")
        match key:
            case "decision":
                return self._decisions.get(text, text)
            case "interval_months":
                return self._months(text) if text else ""
            case "date" | "valid_until":
                day = parse_date(text)
                return self._printing.words.date(day) if day else text
            case "number":
                return text
        raise TemplateError(f"decision.yaml 里没有“{key}”这一项。")

    def options(self, key: str) -> tuple[str, ...]:
        """What there is to choose from; an interval is never longer than the rules allow."""
        match key:
            case "decision":
                return tuple(self._decisions.values())
            case "interval_months":
                longest = self._printing.study.pathway.decisions["follow_up_interval_months"].value
                most = longest if isinstance(longest, int) else INTERVALS[-1]
                return tuple(self._months(one) for one in INTERVALS if one <= most)
        return ()

    def _recorded(self, key: str) -> str:
        book, given, options = self._printing.book, self.given(key), self.options(key)
        if given:
            return book.put(Words(given))
        if options:
            return book.put(Pick(self._printing.tag(key), options, self._printing.words.or_))
        return _BLANK if key == "number" else self._printing.pick_date(key)

    def _months(self, count: int | str) -> str:
        return self._printing.words.months.format(count)

    @property
    def _decisions(self) -> Mapping[str, str]:
        return self._printing.study.standard.questions[DECISIONS].values


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
