"""What to have at hand before answering: documents, people, numbers, by kind of study.

A kind of study is a set of answers; what it needs is worked out from the conditions of documents
and questions, in three truths: only what is certain of such a study is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from msgspec import Struct

from mmethics_cli.core.answers.tree import read_tree
from mmethics_cli.core.checks.completeness import first_asked
from mmethics_cli.core.checks.documents import brought_documents
from mmethics_cli.core.conditions.explain import unknown_facts
from mmethics_cli.core.conditions.language import evaluate
from mmethics_cli.core.conditions.values import OPEN, UNKNOWN, YES, Truth, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import AnswerPlace, places
from mmethics_cli.core.standard.model import DocumentKind, Question, Standard
from mmethics_cli.core.standard.names import label_at
from mmethics_cli.core.standard.node import Fault, Node, Trail

PREPARE: Final = "prepare"  # the folder of the pack
OTHERS: Final = "others"
LONG: Final = "long"
_TYPES: Final = ("int", "date", LONG)


class Group(Struct, frozen=True):
    """A kind of study and the answers that all its studies give."""

    id: str
    title: str
    answers: Mapping[str, Value]


class PrepareHeading(Struct, frozen=True):
    """A heading of the list: documents by id (or `others`), questions by path or by type."""

    id: str
    title: str
    documents: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def takes(self, owner: Question, question: Question) -> bool:
        """Whether a question, or a field of the list `owner`, stands under this heading."""
        if owner.path in self.questions:
            return question is owner
        return question.type in self.types or (question.long and LONG in self.types)


class Guide(Struct, frozen=True):
    """The kinds of study, the one that all share first, and the headings."""

    groups: tuple[Group, ...]
    headings: tuple[PrepareHeading, ...]


class Undecided(Struct, frozen=True):
    """A document that may yet be needed, and the labels of the answers that decide it."""

    document: DocumentKind
    waits_for: tuple[str, ...]


class Needs(Struct, frozen=True, dict=True):
    """What one kind of study, or one study, needs.

    `to_bring` are documents that the applicant brings, `rendered` those that the program makes;
    `facts` what is known of the study, or of every study of the kind.
    """

    title: str
    facts: Facts
    to_bring: tuple[DocumentKind, ...]
    questions: tuple[AnswerPlace, ...]
    rendered: tuple[DocumentKind, ...] = ()
    undecided: tuple[Undecided, ...] = ()

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of documents and the paths of questions that are needed."""
        documents = (document.id for document in (*self.to_bring, *self.rendered))
        return frozenset([*documents, *map(_key, self.questions)])

    def beyond(self, shared: Needs) -> Needs:
        """What is needed besides what is `shared` by all studies."""
        return Needs(
            self.title,
            self.facts,
            tuple(document for document in self.to_bring if document.id not in shared.ids),
            tuple(place for place in self.questions if _key(place) not in shared.ids),
            tuple(document for document in self.rendered if document.id not in shared.ids),
        )

    def documents_of(
        self, heading: PrepareHeading, headings: Sequence[PrepareHeading]
    ) -> tuple[DocumentKind, ...]:
        """The documents under one heading."""
        named = {id_ for heading in headings for id_ in heading.documents}
        rest = OTHERS in heading.documents
        return tuple(
            document
            for document in self.to_bring
            if document.id in heading.documents or (rest and document.id not in named)
        )

    def questions_of(
        self, heading: PrepareHeading, headings: Sequence[PrepareHeading]
    ) -> tuple[AnswerPlace, ...]:
        """The questions under one heading: each stands under the first that takes it."""
        return tuple(place for place in self.questions if _heading_of(place, headings) == heading)


def _key(place: AnswerPlace) -> str:
    """The path of a question; of a field of any entry, with its list."""
    if place.owner is None or place.element is not None:
        return place.path
    return f"{place.owner.path}[].{place.path}"


def _heading_of(place: AnswerPlace, headings: Sequence[PrepareHeading]) -> PrepareHeading | None:
    owner = place.owner or place.question
    return next((heading for heading in headings if heading.takes(owner, place.question)), None)


def by_kind(guide: Guide, standard: Standard, today: date | None = None) -> Iterator[Needs]:
    """What every study needs, then by kind of study what it needs besides, by the law of a day.

    Last come documents that no kind brings, as those that an institution added.
    """
    first, *others = guide.groups
    shared = _certain(first, Facts(standard, first.answers, today), guide)
    yield shared
    brought = set(shared.ids)
    for group in others:
        facts = Facts(standard, {**first.answers, **group.answers}, today)
        needs = _certain(group, facts, guide).beyond(shared)
        brought |= needs.ids
        yield needs
    left = _undecided(shared.facts, brought)
    if left:
        yield Needs("其他情况", shared.facts, (), (), undecided=left)


def _certain(group: Group, facts: Facts, guide: Guide) -> Needs:
    truths = _needed(facts)
    needed = [document for document, truth in truths if truth is YES]
    # The entries of a kind of study are only there to make conditions certain.
    whole = (place for place in places(facts) if place.owner is None)
    asked = _under_headings(whole, guide)
    return Needs(
        group.title,
        facts,
        tuple(document for document in needed if document.template is None),
        asked,
        tuple(document for document in needed if document.template is not None),
    )


def lacking(guide: Guide, facts: Facts) -> Needs:
    """What one study still lacks: documents not brought, answers not given.

    A document that may yet be needed names what decides it.
    """
    held = brought_documents(facts)
    to_bring = tuple(
        document
        for document, truth in _needed(facts)
        if truth is YES and document.template is None and document.id not in held
    )
    open_ = (place for place in places(facts) if place.recorded(facts) is UNKNOWN)
    asked = _under_headings(open_, guide)
    return Needs("这项研究还缺", facts, to_bring, asked, undecided=_undecided(facts, held))


def _undecided(facts: Facts, besides: Collection[object]) -> tuple[Undecided, ...]:
    """Documents to bring that may yet be needed, but for those in `besides`."""
    return tuple(
        Undecided(document, _decides(document, facts))
        for document, truth in _needed(facts)
        if truth is OPEN and document.template is None and document.id not in besides
    )


def _decides(document: DocumentKind, facts: Facts) -> tuple[str, ...]:
    rule = next(
        rule for rule in facts.standard.tables["documents"].rules if rule.outcome == document.id
    )
    order = {path: index for index, path in enumerate(facts.standard.questions)}
    asked = {
        asked_path
        for path in unknown_facts(rule.when, facts)
        for asked_path in first_asked(path, facts)
    }
    paths = sorted(asked, key=lambda path: (order[path.partition("[")[0]], path))
    return tuple(dict.fromkeys(label_at(facts.standard, facts, path) for path in paths))


def _needed(facts: Facts) -> list[tuple[DocumentKind, Truth]]:
    """The applicant's documents, and whether the study needs them."""
    documents = facts.standard.documents
    return [
        (documents[str(rule.outcome)], evaluate(rule.when, facts))
        for rule in facts.standard.tables["documents"].rules
        if documents[str(rule.outcome)].audience == "applicant"
    ]


def _under_headings(asked: Iterable[AnswerPlace], guide: Guide) -> tuple[AnswerPlace, ...]:
    """The places that stand under a heading of the guide, their fields among them."""
    every = _with_fields(asked)
    return tuple(place for place in every if _heading_of(place, guide.headings) is not None)


def _with_fields(asked: Iterable[AnswerPlace]) -> Iterator[AnswerPlace]:
    """Each place; after a list the fields that every one of its entries has."""
    for place in asked:
        yield place
        for field in place.question.fields:
            if field.ask_when is None:
                yield AnswerPlace(field, place.question)


def idle_groups(guide: Guide, standard: Standard) -> Iterator[Group]:
    """Kinds of study that add nothing to what every study needs."""
    for group, needs in zip(guide.groups, by_kind(guide, standard), strict=False):
        if not needs.ids:
            yield group


def read_guide(standard: Standard, trees: Mapping[str, object]) -> tuple[Guide, list[Fault]]:
    """The guide of a pack read with `prepare`, and every fault in it with its place.

    An element with `answers` is a kind of study, any other a heading.
    """
    trail = Trail(vocabulary=standard.vocabulary)
    groups: list[Group] = []
    headings: list[PrepareHeading] = []
    for name, tree in sorted(trees.items()):
        if not name.startswith(f"{PREPARE}/"):
            continue
        for node in Node(name, (), tree, trail).list():
            if node.has("answers"):
                groups.append(_read_group(node, standard))
            else:
                headings.append(_read_heading(node, standard))
    return Guide(tuple(groups), tuple(headings)), trail.problems


def prove_guide(standard: Standard, trees: Mapping[str, object]) -> list[Fault]:
    """What is wrong with the guide: what it names, and kinds of study that add nothing."""
    guide, problems = read_guide(standard, trees)
    if problems or not guide.groups:
        return problems
    idle = {group.id for group in idle_groups(guide, standard)}
    return [
        (name, (index,), f"“{entry['title']}”没有带出任何要准备的东西")
        for name, tree in sorted(trees.items())
        if name.startswith(f"{PREPARE}/") and isinstance(tree, list)
        for index, entry in enumerate(tree)
        if entry["id"] in idle
    ]


def _read_group(node: Node, standard: Standard) -> Group:
    node.only("id", "title", "answers")
    reading = read_tree(standard, node.child("answers").value)
    for trouble in (*reading.unknown, *reading.refused):
        place = Node(node.file, (*node.keys, "answers", *trouble.keys), None, node.trail)
        place.problem(f"{trouble.message} {trouble.fix}".rstrip())
    return Group(node.text("id"), node.text("title"), reading.values)


def _read_heading(node: Node, standard: Standard) -> PrepareHeading:
    node.only("id", "title", "documents", "questions", "types")
    heading = PrepareHeading(
        node.text("id"),
        node.text("title"),
        node.texts("documents"),
        node.texts("questions"),
        node.texts("types"),
    )
    vocabularies: dict[str, tuple[tuple[str, ...], object]] = {
        "documents": (heading.documents, {*standard.documents, OTHERS}),
        "questions": (heading.questions, standard.questions),
        "types": (heading.types, _TYPES),
    }
    for key, (names, vocabulary) in vocabularies.items():
        for name in names:
            if name not in vocabulary:  # type: ignore[operator]
                node.child(key).problem(f"不认识的“{name}”")
    return heading
