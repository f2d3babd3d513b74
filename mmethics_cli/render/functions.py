"""The functions that templates call, by the names of the methods, and what they give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Final

from msgspec import Struct

from mmethics_cli.core.checks.documents import needed_documents
from mmethics_cli.core.conditions.values import OPEN, NotApplicable, name_of
from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.lifecycle.decision import decision_label, decision_words
from mmethics_cli.core.lifecycle.replies import unproved_replies
from mmethics_cli.core.lifecycle.revision import seen_before
from mmethics_cli.core.standard.document_parts import kind_id
from mmethics_cli.core.standard.model import Basis, Standard, Verified
from mmethics_cli.core.standard.names import label_of
from mmethics_cli.errors import TemplateError
from mmethics_cli.render.binding import cited
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
    ChangedDocument,
    CheckedDocument,
    WantedDocument,
    changed_documents,
    checked_documents,
    wanted_documents,
)
from mmethics_cli.render.papers import place_of, spot_of
from mmethics_cli.render.printing import Printable, Printing
from mmethics_cli.render.revision_views import (
    PaperRevision,
    RevisedAttachment,
    RevisionView,
    changed_papers_of,
    paper_revisions,
    revised_attachments,
    revisions,
)
from mmethics_cli.render.study import Adjustment, Office, OfficeRow, TransmittalRow
from mmethics_cli.wording.citation import cite_for, cite_for_in_english, title
from mmethics_cli.wording.language import ENGLISH
from mmethics_cli.wording.values import labels, value_text

INTERVALS: Final = (3, 6, 12)  # months between two follow-up reviews that offices choose from
_BLANK: Final = "____________"
_DIGITS = re.compile(r"\d+")
_DASH: Final = "—"


class DocumentView(Struct, frozen=True):
    """`doc`: the document now rendered."""

    id: str
    title: str
    version: str
    date: str


class StandardView(Struct, frozen=True):
    """`standard`: what the pack rests on."""

    title: str
    edition: str


class UnprovedReply(Struct, frozen=True):
    """The number of a comment, and why its reply is not borne out."""

    number: int
    fault: str


class TransmittalRowView(Struct, frozen=True):
    """A row of the transmittal list; `people` and `stamps` are signers and seals one by one.

    `hands` are both.
    """

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
    renewed: bool
    marked: bool

    @property
    def hands(self) -> tuple[str, ...]:
        return self.people + self.stamps


class Functions:
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

    # Facts, norms and things to fill in.

    def pick(self, tag: str, *options: str) -> Printable:
        """A drop-down for people to fill in; `tag` names it in the Word file."""
        return Printable(lambda: self._printing.pick(tag, options))

    def pick_date(self, tag: str) -> Printable:
        """A date for people to fill in."""
        return Printable(lambda: self._printing.pick_date(tag))

    def label(self, path: str) -> str:
        return label_of(self._study.standard, path)

    def last_reported(self, path: str) -> str:
        """What an earlier submission said of a fact the last time; a dash where none did."""
        value = self._study.facts.reported(path)
        question = self._study.standard.questions[path]
        if isinstance(value, NotApplicable):
            return "—"
        return value_text(question, value, self._printing.words) or "—"

    def left_out(self, path: str) -> str:
        """The names of the entries of a list that this document does not speak of."""
        return self._printing.words.joined(
            [name_of(entry) for entry in self._study.left_out.get(path, ())]
        )

    def basis(self, *names: str) -> str:
        """《…》第N条、第M条, in English “Title, Articles N and M”, of those that cover the study.

        Each source is followed by its articles: `basis("law", "1", "2", "guide")`. Where none of
        them covers the study it is practice, and the text says so.
        """
        facts, standard = self._study.facts, self._study.standard
        bases = [
            Basis(source, article, _verified(standard, source, article))
            for source, article in cited(standard, names)
        ]
        if self._printing.words is ENGLISH:
            return cite_for_in_english(facts, bases)
        return cite_for(facts, bases, self._printing.marks)

    def norm(self, source: str) -> str:
        """The title of a norm, in its book marks; in English documents the English one."""
        norm = self._study.standard.sources[source]
        return norm.title_en if self._printing.words is ENGLISH else title(norm)

    # Decisions.

    def decision(self, table: str) -> DecisionView:
        return DecisionView(self._printing, self._study.pathway.decisions[table])

    def decisions(self) -> list[DecisionView]:
        """Every decision that is printed by itself, in the order of the pack."""
        return [
            DecisionView(self._printing, decision)
            for decision in self._study.pathway.decisions.values()
            if decision.table.part_of is None and decision.table.counts
        ]

    def limits(self) -> list[DecisionView]:
        """Terms and periods (retention, deadlines) that hold for this submission."""
        return [
            DecisionView(self._printing, decision)
            for decision in self._study.pathway.decisions.values()
            if decision.table.type == "int"
            and not decision.table.counts
            and decision.value is not None
        ]

    def undecided_rules(self) -> list[RuleView]:
        """Rules whose open facts keep a decision open."""
        pathway = self._study.pathway
        waiting = {path for decision in pathway.decisions.values() for path in decision.open}
        return [
            rule_view(self._study, result)
            for result in pathway.rules
            if result.truth is OPEN and waiting.intersection(result.needs)
        ]

    def open_questions(self) -> list[str]:
        return labels(self._study.facts, self._study.pathway.open_questions)

    def conflicts(self) -> list[ConflictView]:
        return list(conflict_views(self._study))

    def overrides(self) -> tuple[Adjustment, ...]:
        return self._study.overrides

    # Documents and the review items.

    def documents(self) -> list[TransmittalRowView]:
        """The transmittal list."""
        return self._rows(self._study.transmittal)

    def standing_papers(self) -> list[TransmittalRowView]:
        """Papers of earlier approvals that this submission leaves as they are."""
        return self._rows(self._office.standing)

    def _rows(self, rows: Iterable[TransmittalRow]) -> list[TransmittalRowView]:
        words = self._printing.words
        return [
            TransmittalRowView(
                row.number, row.id, row.title, row.version,
                words.date(row.date) if row.date else "",
                row.original, words.joined(row.signers), row.note,
                row.signers, row.seals, row.after_approval, row.signed, row.renewed,
                row.marked,
            )
            for row in rows
        ]  # fmt: skip

    def see(self, document: str) -> str:
        """Where a document is read: 《its title》, or the paper and the section that it is."""
        return place_of(self._study.facts, document)

    def papers_for(self, source: str, article: str) -> str:
        """What is handed in to answer an article: titles, or the sections of other papers.

        A section goes without saying where its whole paper answers too.
        """
        facts, kinds = self._study.facts, self._study.standard.documents
        listed = {row.id: row.title for row in self._study.transmittal}
        parts = {kind_id(id_) for id_ in listed} - listed.keys()
        listed |= {id_: kinds[id_].title for id_ in parts}
        answering = {
            kind.id: spot_of(facts, kind.id).document
            for kind in needed_documents(facts)
            if any((basis.source, basis.article) == (source, article) for basis in kind.basis)
            if kind.id in facts.folded or kind.id in listed
        }
        places = [
            place_of(facts, id_) if id_ in facts.folded else f"《{listed[id_]}》"
            for id_, paper in answering.items()
            if id_ == paper or paper not in answering
        ]
        return "、".join(places)

    def beside(self, key: str) -> Printable:
        """Of what is sealed beside this paper the files, bytes or sha256; see `SealedBeside`."""
        return Printable(lambda: self._printing.beside(key))

    def consent_elements(self) -> list[ElementView]:
        """What participants must be told, and where their documents say it."""
        return element_views(self._study, self._printing.marks)

    def revisions(self) -> list[RevisionView]:
        """What differs from what the committee saw."""
        return revisions(self._study, seen_before(self._study.facts))

    def round_revisions(self) -> list[RevisionView]:
        """What differs from the round before the office asked for more."""
        return revisions(self._study, self._study.facts.handed_in)

    def paper_revisions(self) -> list[PaperRevision]:
        """Every paper that is not what the committee holds, and every sentence that changed."""
        return paper_revisions(self._study)

    def revisions_known(self) -> bool:
        """Whether every paper that changed could be compared, sentence by sentence."""
        return not any(paper.fault for paper in self.paper_revisions())

    def unproved_replies(self) -> list[UnprovedReply]:
        """Replies that say 照改 and name no place that changed: a draft alone has any."""
        papers = changed_papers_of(self._study)
        faults = unproved_replies(self._study.facts, papers)
        return [UnprovedReply(number, fault) for number, fault in faults]

    def revised_attachments(self) -> list[RevisedAttachment]:
        """Attachments that came, went or have another version since."""
        return revised_attachments(self._study)

    def review_items(self, applies: str = "") -> list[ItemView]:
        """The applicant's items; with `applies` only those (yes, no, unknown)."""
        return [view for view in self._items if applies in ("", view.applies)]

    @cached_property
    def _items(self) -> list[ItemView]:
        items = self._study.standard.items.values()
        return [item_view(self._study, item) for item in items if item.side == "applicant"]

    def not_applicable_items(self) -> list[ItemView]:
        return self.review_items("no")

    def self_check_exceptions(self) -> list[ItemView]:
        """Items that apply, or may, and that the applicant did not find met."""
        return [view for view in self.review_items() if view.applies != "no" and not view.met]

    def principles(self) -> list[PrincipleView]:
        """The principles with the items that apply, or may."""
        open_ = [view for view in self.review_items() if view.applies != "no"]
        return [
            PrincipleView(key, label, [view for view in open_ if view.principle == key])
            for key, label in self._study.standard.principles.items()
        ]

    # What the office found and recorded.

    @property
    def _office(self) -> Office:
        return self._study.office or Office()

    def checked_papers(self) -> list[CheckedDocument]:
        """Every document of the package, with what is missing in it."""
        return checked_documents(self._study)

    def wanted_papers(self) -> list[WantedDocument]:
        """Documents that are lacking."""
        return wanted_documents(self._study)

    def changed_papers(self) -> list[ChangedDocument]:
        """What is to be changed, by document."""
        return changed_documents(self._study)

    def criteria(self, applies: str = "") -> list[CriterionView]:
        """The criteria of the worksheet now rendered; with `applies` only those."""
        return [view for view in self._criteria if applies in ("", view.applies)]

    @cached_property
    def _criteria(self) -> list[CriterionView]:
        study = self._study
        return criteria_of(study, study.stamp.id)

    def criteria_basis(self) -> str:
        """What those of them that apply, or may, rest on; each source once."""
        criteria = self._study.standard.criteria
        applying = (criteria[view.id] for view in self._criteria if view.applies != "no")
        bases = dict.fromkeys(basis for each in applying for basis in each.basis)
        sources = list(dict.fromkeys(basis.source for basis in bases))

        def place(basis: Basis) -> tuple[int, list[int]]:
            return sources.index(basis.source), list(map(int, _DIGITS.findall(basis.article or "")))

        return cite_for(self._study.facts, sorted(bases, key=place), marks=True)

    def criterion_groups(self) -> list[CriterionGroup]:
        """The criteria that apply, or may, by theme."""
        return groups_of(self._criteria)

    def comments(self) -> tuple[str, ...]:
        """The comments that the committee recorded."""
        return self._office.comments

    def verdicts(self) -> tuple[str, ...]:
        """What the committee can decide on this submission, in words."""
        words = decision_words(self._study.standard)
        return tuple(words[key] for key in self._office.verdicts)

    def pick_verdict(self, tag: str) -> Printable:
        """A drop-down of them for people to fill in."""
        return self.pick(tag, *self.verdicts())

    def acted(self, key: str, blank: str = _BLANK) -> Printable:
        """What the register says under a key of `ACTED`, else a line to fill in by hand.

        `blank` is what stands there then; "date" is a date to fill in, where there is a register
        that says none a dash.
        """
        return Printable(lambda: self._acted(key, blank))

    def _acted(self, key: str, blank: str) -> str:
        text = self._office.acts.get(key, "")
        if blank != "date":
            return self._printing.print(text) or blank
        if text:
            return self._printing.print(parse_date(text) or text)
        return _DASH if self._office.acts else self._printing.pick_date(key)

    def rows(self, name: str) -> tuple[OfficeRow, ...]:
        """The lines of one of the register's lists; none where it has none."""
        return self._office.rows.get(name, ())

    def recorded(self, key: str) -> Printable:
        """What decision.yaml says, else a control or a line to fill in by hand.

        Keys: decision, date, number, valid_until, interval_months.
        """
        return Printable(lambda: self._recorded(key))

    def given(self, key: str) -> str:
        """What decision.yaml says under a key, in words; nothing where it says nothing."""
        text = self._office.recorded.get(key, "")
        match key:
            case "decision":
                return decision_label(self._study.standard, text)
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
                return self.verdicts()
            case "interval_months":
                longest = self._study.pathway.decisions["follow_up_interval_months"].value
                most = longest if isinstance(longest, int) else INTERVALS[-1]
                return tuple(self._months(count) for count in INTERVALS if count <= most)
        return ()

    def _recorded(self, key: str) -> str:
        given, options = self.given(key), self.options(key)
        if given:
            return self._printing.print(given)
        if self._office.acts and self._office.recorded.get("decision"):
            return _DASH
        if options:
            return self._printing.pick(key, options)
        return _BLANK if key == "number" else self._printing.pick_date(key)

    def _months(self, count: int | str) -> str:
        return self._printing.words.months.format(count)


def _verified(standard: Standard, source: str, article: str | None) -> Verified:
    """How far an article was read; one that the pack does not list counts as from memory."""
    reading = standard.articles.get((source, article or ""))
    return reading.verified if reading else "memory"
