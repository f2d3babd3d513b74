"""The standard as data: what a pack holds once it has been read and proved.

Every requirement carries its `Basis`: a source, an article and how far that article was verified.
The annotations are types, not text: `record_reader` reads each field of a file as its type says.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Literal, Self

from msgspec import Struct, field
from msgspec.structs import replace

from mmethics_cli.core.conditions.language import ALWAYS, Condition
from mmethics_cli.core.conditions.parser import Vocabulary
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.standard.answer_sources import AnswerSource
from mmethics_cli.core.standard.committee import DecisionMeaning, SubmissionKind
from mmethics_cli.core.standard.document_parts import PART_MARK, DocumentPart
from mmethics_cli.core.standard.file_kinds import FileKind
from mmethics_cli.core.standard.renaming import Migration
from mmethics_cli.core.standard.screens import Screens
from mmethics_cli.core.standard.texts import (
    NO_PLACEHOLDERS,
    NOTHING_READ,
    AttachedWords,
    Grammar,
    Placeholders,
    Readability,
    Readers,
    Topic,
)

Verified = Literal["text", "secondary", "memory"]

# From certain to doubtful: an item is worth what its weakest basis is worth.
VERIFIED: tuple[Verified, ...] = ("text", "secondary", "memory")


# The status of a source that is no norm: what hospitals do.
PRACTICE = "practice"


class Source(Struct, frozen=True):
    """A norm, a guide or a practice that requirements rest on.

    `applies_when` is its scope: the studies that it covers. `scope_articles` are those that say
    what it is about (definitions): whether it covers a study rests on them, so they hold for every
    study. It holds from `in_force_from` until `repealed_on`, the first day on which it no longer
    does; one that was `superseded_by` another without a day holds no more. `effective` are the
    dates in words.
    """

    id: str
    title: str
    title_en: str = ""
    number: str = ""
    issuer: str = ""
    issued: str = ""
    effective: str = ""
    status: str = ""
    notes: str = ""
    applies_when: Condition = ALWAYS
    scope_articles: tuple[str, ...] = ()
    in_force_from: date | None = None
    repealed_on: date | None = None
    superseded_by: str = ""


class Article(Struct, frozen=True):
    """How far an article was verified, and who in the institution did so and when (own packs)."""

    verified: Verified
    by: str = ""
    on: date | None = None


class Basis(Struct, frozen=True):
    """One article of one source; without an article the citation is from memory.

    Of one study (`core.decisions.coverage`): `undecided` where it is not known whether the source
    covers it, `in_force_from` where the source is not in force yet on the day of the facts.
    """

    source: str
    article: str | None
    verified: Verified
    undecided: bool = False
    in_force_from: date | None = None


def weakest(basis: tuple[Basis, ...]) -> Verified:
    """How far a requirement is verified: as its least verified basis; memory when it has none."""
    return max((ground.verified for ground in basis), key=VERIFIED.index, default="memory")


ChangeKind = Literal["added", "removed", "changed"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("added", "removed", "changed")


class Meaning(Struct, frozen=True):
    """Categories (none: of no account) and when a change falls into them.

    `on` is the kind of change, any if not given; `unseen` a field of the entry whose value no entry
    had before; `when` holds of the facts as they are now.
    """

    categories: tuple[str, ...]
    on: ChangeKind | None = None
    unseen: str | None = None
    when: Condition | None = None


class Likeness(Struct, frozen=True):
    """The field of a list that names another entry, and the fields that are taken over from it."""

    field: str
    passed_on: tuple[str, ...]


class Question(Struct, frozen=True):
    """A fact or text of the dossier: its path, its type, and how people are asked for it.

    In the `fields` of a list, the `owner`, the path is the field's name and `ask_when` is about the
    element. `reuse`:
    whether an answer holds for the next study; `meanings`: what a change of it means;
    `filled_from`: what a new submission takes the answer from, the first that is known;
    `cumulative`: a number counted from the beginning of the study; `inherits`: the fact whose value
    holds where there is no answer of its own, with `inherits_when` only where that certainly
    holds; `otherwise`: the value where it is not asked and not answered, instead of 'not
    applicable'; `shared`: under what a field is answered once for all entries (`data.shared`),
    which it then inherits; `shares`: the list whose entries inherit this question; `like_by`: this
    field names another entry of its list, whose fields hold where this one says nothing else; the
    interview offers those first that agree with it in one of these fields; `own`: a field that is
    never taken over so; `rests_on`: the facts (a field of the same entry by its name, of all
    entries as `list.field`) after whose change a text is confirmed anew; `later`: what may come
    after sealing is then recorded beside it.

    How answers are read: `value_synonyms` are other words for a value, by the value; `units` may
    stand behind a number; a date with `precision: month` may be a month alone;
    `none_is_an_answer` lets 无 be the whole of a text.
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
    fields: tuple["Question", ...] = ()
    ask_when: Condition | None = None
    required_when: Condition | None = None
    basis: tuple[Basis, ...] = ()
    none_value: str | None = None
    at_least_one: bool = False
    long: bool = False
    may_not_apply: bool = False
    of_office: bool = False
    of_institution: bool = False
    later: bool = False
    minimum: str | None = None
    maximum: str | None = None
    reuse: Literal["yes", "confirm", "no", ""] = ""
    meanings: tuple[Meaning, ...] = ()
    filled_from: tuple[AnswerSource, ...] = ()
    cumulative: bool = False
    value_synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    precision: Literal["day", "month"] = "day"
    none_is_an_answer: bool = False
    rests_on: tuple[str, ...] = ()
    inherits: str = ""
    inherits_when: Condition | None = None
    otherwise: Value = UNKNOWN
    shared: str = ""
    shares: str = ""
    like_by: tuple[str, ...] = ()
    own: bool = False
    owner: str = ""

    @property
    def name(self) -> str:
        """The path by which the pack knows it; `list.field` of a field."""
        return f"{self.owner}.{self.path}" if self.owner else self.path

    @property
    def likeness(self) -> "Likeness | None":
        """How an entry of a list says which other one it is like; None where it can't."""
        name = next((field.path for field in self.fields if field.like_by), None)
        inner = (each.path for each in self.fields if not (each.own or each.like_by))
        return None if name is None else Likeness(name, tuple(inner))

    def field_named(self, name: str) -> "Question | None":
        """The field of a list with that name; None for an unknown one."""
        for inner in self.fields:
            if inner.path == name:
                return inner
        return None


class Member(Struct, frozen=True):
    """One key of a computed choice of several, and when it belongs to it."""

    label: str
    when: Condition


class Derived(Struct, frozen=True):
    """A fact that is computed, never asked; exactly one definition is given.

    `when` makes a bool; `members` a set, of a choice the last that holds; `collect` the set of a
    list's field; `worst` the last of `order` that a list's field holds; `months_between` the months
    from one date to another, begun ones too, presumed only where `when` certainly holds;
    `years_after` the age (years) that somebody of an age reaches within a number of months.
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
    months_between: tuple[str, ...] = ()
    years_after: tuple[str, ...] = ()

    @property
    def operands(self) -> tuple[str, ...]:
        """The facts that a number is reckoned from."""
        return self.months_between + self.years_after


TableKind = Literal["strictest", "union", "minimum", "maximum"]

Outcome = str | bool | int
Strength = Literal["required", "advised"]


class Conflict(Struct, frozen=True):
    """Two norms that differ, and why this rule's side was taken."""

    over: tuple[Basis, ...]
    text: str


class Default(Struct, frozen=True):
    """What is said, and by what law, where no rule of a table fires and `otherwise` holds."""

    text: str
    basis: tuple[Basis, ...]


class Rule(Struct, frozen=True):
    """One row of a decision table: where `when` holds it fires, and the table gets its `outcome`.

    `required` by law or only `advised`; `override` is the reason of an institution that changed
    it; a `noted` rule is shown with that reason and decides nothing.
    """

    id: str
    text: str
    when: Condition
    outcome: Outcome
    strength: Strength
    basis: tuple[Basis, ...]
    conflict: Conflict | None = None
    override: str | None = None
    noted: bool = False


class DecisionTable(Struct, frozen=True):
    """A decision: rules, and how their outcomes combine (strictest, union, minimum, maximum).

    `values` are labels by outcome, `order` goes from lax to strict, `otherwise` holds where no rule
    fires. `never_provisional` outcomes are not shown before their rule fires; `undecided` is what
    is shown instead (`shows_undecided`). Where `holds_when` is no, the table gives `elsewhere`.
    `assume` are facts put in before the rules are looked at (what would be if …), `assume_of` the
    entries of lists that are looked at then, `part_of` the decision and the name under which such
    a table is shown; `by_entry` is a list, for each entry of which the decision is shown, too.
    `counts`: an open question of it keeps the pathway from being settled. `unit` is that of a
    number (个月).
    `without_document` are forms of consent that are a part of another form's document, or that
    document signed anew.
    """

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
    assume_of: Mapping[str, Condition] = field(default_factory=dict)
    by_entry: str = ""
    counts: bool = True
    unit: str = ""
    without_document: frozenset[str] = frozenset()

    def strictness(self, outcome: Outcome) -> int:
        """A number that rises with the strictness of an outcome of this table."""
        if isinstance(outcome, bool):
            return int(outcome)
        if isinstance(outcome, int):
            return -outcome if self.kind == "minimum" else outcome
        return self.order.index(outcome)

    def label_of(self, outcome: object) -> str:
        """The Chinese name of an outcome; a number with its unit."""
        if isinstance(outcome, bool):
            return self.values["yes" if outcome else "no"]
        if isinstance(outcome, int):
            return f"{outcome} {self.unit}".rstrip()
        return self.values.get(str(outcome), str(outcome))


class Evidence(Struct, frozen=True):
    """Where the dossier proves a review item: an answered path or an attachment's kind."""

    path: str | None = None
    attachment: str | None = None


class ReviewItem(Struct, frozen=True):
    """One requirement of chapter 6 审查内容 (审查要点), and what in a dossier proves it."""

    id: str
    principle: str
    theme: str
    side: Literal["applicant", "institution", "committee"]
    text: str
    applies_when: Condition
    evidence: tuple[Evidence, ...]
    severity: Literal["mandatory", "recommended"]
    basis: tuple[Basis, ...]


class ElementFact(Struct, frozen=True):
    """A fact that stands in the passage of a consent element, where `when` holds.

    `path` is a fact's, or `list.field`: then it is one of every entry of the list, and `when` is
    about the entry. `documents` are the ids of the documents that print it, all that have the
    element where there are none.
    """

    path: str
    when: Condition = ALWAYS
    documents: frozenset[str] = frozenset()

    def stands_in(self, document: str) -> bool:
        """Whether a document that has the element must print the fact."""
        return not self.documents or document in self.documents


class ConsentElement(Struct, frozen=True):
    """What participants must be told, by which articles, with which facts (or in fixed words)."""

    id: str
    text: str
    basis: tuple[Basis, ...]
    facts: tuple[ElementFact, ...] = ()


class RequiredElement(Struct, frozen=True):
    """A consent element that a document must hold, and when."""

    id: str
    when: Condition


class DocumentKind(Struct, frozen=True):
    """A document of the package: rendered from a template, or brought by the applicant (自备).

    `listing`: it lists documents and says nothing of the study; `repeats`: it repeats what others
    say, so nobody is sent to it; `about`: the entries of lists that it speaks of, where not of all.
    `each`: there is one of it for each of these entries of a list; `part` says for which one.
    `judges`: the kinds of attachment that it is about, `must_be_signed`: unsigned it counts as
    lacking. In the short set it is a section of the papers `within`, under the heading given, and
    `short_signers` sign it, where they are not the `signers`. What is the `office`'s is about no
    submission (a meeting, a task): no pathway needs it.
    """

    id: str
    title: str
    title_en: str
    audience: Literal["applicant", "committee", "office"]
    needed_when: Condition
    template: str | None
    formats: tuple[str, ...]
    for_form: tuple[str, ...]
    signers: tuple[str, ...]
    seals: tuple[str, ...]
    basis: tuple[Basis, ...]
    missing: Literal["error", "warning", "note"] = "error"
    note: str = ""
    reuse_when: Condition | None = None
    elements: tuple[RequiredElement, ...] = ()
    listing: bool = False
    repeats: bool = False
    about: Mapping[str, Condition] = field(default_factory=dict)
    judges: tuple[str, ...] = ()
    must_be_signed: bool = False
    within: Mapping[str, str] = field(default_factory=dict)
    short_signers: tuple[str, ...] | None = None
    each: Mapping[str, Condition] = field(default_factory=dict)
    part: DocumentPart | None = None

    def for_entry(self, list_: str, entry: str, name: str) -> Self:
        """That of one entry of a list, which is called by its name too."""
        return replace(
            self,
            id=f"{self.id}{PART_MARK}{entry}",
            title=f"{self.title}（{name}）",
            title_en=f"{self.title_en} ({name})",
            part=DocumentPart(self.id, list_, entry),
        )

    @property
    def layout(self) -> str:
        """The name of the layout of its Excel file: that of its template."""
        return f"{(self.template or '').removesuffix('.md')}.xlsx.yaml"


class Criterion(Struct, frozen=True):
    """One thing that a reviewer judges, on each of `worksheets` (ids of the committee's documents).

    The applicant's answer to it stands in `facts` (paths), in the self-check of the review items
    `items`, in `papers` (ids of documents) and in the consent `elements` (`erm2023.36.3`).
    """

    id: str
    worksheets: tuple[str, ...]
    group: str
    text: str
    applies_when: Condition
    facts: tuple[str, ...]
    items: tuple[str, ...]
    papers: tuple[str, ...]
    elements: tuple[str, ...]
    basis: tuple[Basis, ...]


class ConsistencyRule(Struct, frozen=True):
    """A contradiction between answers: `when` says that it is there, `path` where it is shown.

    With `each` it is about every element of that list.
    """

    id: str
    severity: Literal["error", "warning", "note"]
    when: Condition
    path: str
    message: str
    fix: str
    basis: tuple[Basis, ...]
    each: str | None = None
    kind: Literal["inconsistent", "expired"] = "inconsistent"


class PhraseRule(Struct, frozen=True):
    """What a text may not say of a study for which `when` holds.

    With `each` it is about texts of that list's elements, and `when` about the element. `reads` are
    the only paths (or `list.field`) of texts that it reads, `skips` those that it does not. What a
    text names must be `known`: one of these facts says the same name or number.
    """

    id: str
    topic: Topic
    says: Literal["stated", "denied", "named"]
    severity: Literal["error", "warning", "note"]
    when: Condition
    message: str
    fix: str
    basis: tuple[Basis, ...] = ()
    each: str | None = None
    reads: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()
    known: tuple[str, ...] = ()


class LawChange(Struct, frozen=True):
    """What an edition of the pack changed of the law, and what to do about it (`fix`).

    `basis` is the law as it is cited now; the rest are the ids of what in the pack it touches,
    questions by their paths.
    """

    text: str
    basis: tuple[Basis, ...]
    fix: str
    rules: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    due_dates: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class PackEdition(Struct, frozen=True):
    """One edition of the pack (标准包 0.2.0), the day it came out, what it changed of the law."""

    id: str
    date: date
    changes: tuple[LawChange, ...] = ()


class Standard(Struct, frozen=True, dict=True):
    """A whole pack, proved: every name in it is known."""

    id: str
    title: str
    edition: str
    sources: Mapping[str, Source]
    articles: Mapping[tuple[str, str], Article]
    sections: Mapping[str, str]
    questions: Mapping[str, Question]
    derived: Mapping[str, Derived]
    tables: Mapping[str, DecisionTable]
    principles: Mapping[str, str]
    items: Mapping[str, ReviewItem]
    documents: Mapping[str, DocumentKind]
    consistency: Mapping[str, ConsistencyRule]
    vocabulary: Vocabulary
    screens: Screens
    decisions: Mapping[str, DecisionMeaning] = field(default_factory=dict)
    submissions: Mapping[str, SubmissionKind] = field(default_factory=dict)
    criteria: Mapping[str, Criterion] = field(default_factory=dict)  # read on demand
    elements: Mapping[str, ConsentElement] = field(default_factory=dict)
    readability: Readability = Readability()
    readers: Readers = Readers()
    file_kinds: Mapping[str, FileKind] = field(default_factory=dict)
    placeholders: Placeholders = NO_PLACEHOLDERS
    grammar: Grammar = Grammar()
    attached: AttachedWords = NOTHING_READ
    phrases: Mapping[str, PhraseRule] = field(default_factory=dict)
    migrations: tuple[Migration, ...] = ()
    editions: tuple[PackEdition, ...] = ()

    @cached_property
    def rules(self) -> Mapping[str, tuple[DecisionTable, Rule]]:
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

    @cached_property
    def likening(self) -> Mapping[str, Likeness]:
        """The lists of which an entry may be like another one."""
        likeness = ((path, question.likeness) for path, question in self.questions.items())
        return {path: how for path, how in likeness if how is not None}

    @cached_property
    def groups(self) -> frozenset[str]:
        """The paths below which questions stand."""
        paths = (path.split(".") for path in self.questions)
        return frozenset(
            ".".join(words[:count]) for words in paths for count in range(1, len(words))
        )

    def questions_of(self, section: str) -> Iterator[Question]:
        """The questions of a section, in the order of the pack."""
        return (question for question in self.questions.values() if question.section == section)
