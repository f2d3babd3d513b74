"""The office's part of the standard pack, proved when it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, get_args

from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.core.lifecycle.decision import decision_label
from mmethics_cli.core.lifecycle.work_calendar import WorkCalendar, read_calendar
from mmethics_cli.core.standard.model import Article, Basis, Source, Standard, Verified
from mmethics_cli.core.standard.names import KIND
from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.errors import PackError, Problem
from mmethics_cli.office.archive.capacities import LendingLaw, read_lending_law
from mmethics_cli.office.archive.law import ArchiveLaw, read_archive_law
from mmethics_cli.office.event_words import EventWords, read_event_words
from mmethics_cli.office.events import EventKinds, read_kinds
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.law.clocks import Clocks, read_clocks
from mmethics_cli.office.law.decisions import DecisionLaw, read_states
from mmethics_cli.office.law.votes import VoteLaw, read_vote_law
from mmethics_cli.office.quality.indicators import GROUPS, Indicator, read_groups, read_indicators
from mmethics_cli.office.study_facts import (
    StudyFact,
    prove_study_facts,
    read_study_facts,
)
from mmethics_cli.office.workbooks.old_register import RegisterColumn, prove_columns, read_columns
from mmethics_cli.store.pack import Pack, load
from mmethics_cli.wording.citation import cite
from mmethics_cli.workflow.packs import LoadedPack, Packs

PART: Final = "office"
# What of the pack an office reads beside what all read: its own part, the worksheets' criteria.
ALSO: Final = (PART, "worksheets")
WORKSHEETS: Final = "office/worksheets.yaml"
SOURCES: Final = "office/sources.yaml"


class OfficePack(Struct, frozen=True, dict=True):
    """What a pack says to an office: kinds of events, indicators, the calendar.

    Each is read when it is first asked for; raises PackError with the places of all faults.
    """

    packs: Packs

    @cached_property
    def pack(self) -> Pack:
        return self.papers.pack

    @cached_property
    def papers(self) -> LoadedPack:
        """The same pack with its templates."""
        return self.packs.of(also=ALSO)

    @cached_property
    def kinds(self) -> EventKinds:
        kinds, faults = read_kinds(self.pack.trees)
        self._refuse(faults)
        return kinds

    @cached_property
    def event_words(self) -> EventWords:
        words, faults = read_event_words(self.pack.trees)
        self._refuse(faults)
        return words

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        indicators, faults = read_indicators(self.pack.trees, Trail())
        self._refuse(_not_of_sources(faults))
        return indicators

    @cached_property
    def clocks(self) -> Clocks:
        trail = Trail()
        clocks = read_clocks(self.pack.trees, trail)
        self._refuse(_not_of_sources(trail.problems))
        return clocks

    @cached_property
    def archive(self) -> ArchiveLaw:
        trail = Trail()
        law = read_archive_law(self.pack.trees, trail)
        self._refuse(_not_of_sources(trail.problems))
        return law

    @cached_property
    def old_register(self) -> Mapping[str, RegisterColumn]:
        """The columns of registers kept before, by each name that they may have."""
        trail = Trail()
        columns = read_columns(self.pack.trees, trail)
        self._refuse(trail.problems)
        return columns

    @cached_property
    def lending(self) -> LendingLaw:
        trail = Trail()
        law = read_lending_law(self.pack.trees, self.standard.documents, trail)
        self._refuse(_not_of_sources(trail.problems))
        return law

    @cached_property
    def standard(self) -> Standard:
        """The whole standard, by which a sealed snapshot is read."""
        return self.papers.standard

    @cached_property
    def study_facts(self) -> tuple[StudyFact, ...]:
        trail = Trail()
        facts = read_study_facts(self.pack.trees, self.standard, trail)
        self._refuse(trail.problems)
        return facts

    @cached_property
    def decisions(self) -> DecisionLaw:
        trail = Trail()
        states = read_states(self.pack.trees, self.standard, trail)
        self._refuse(trail.problems)
        return DecisionLaw(self.standard, self.clocks, states)

    def decision_word(self, key: str) -> str:
        """What people call a decision; one that the pack lacks as it is."""
        return decision_label(self.standard, key)

    def kind_word(self, key: str) -> str:
        """What people call a kind of submission."""
        return self.standard.questions[KIND].values.get(key, key)

    @cached_property
    def _citing(self) -> tuple[Standard, Mapping[tuple[str, str], Article]]:
        """The standard with the office's own sources, and how far each article was read."""
        nodes = Node(SOURCES, (), self.pack.trees.get(SOURCES), Trail()).list()
        own = {
            node.text("id"): Source(node.text("id"), node.text("zh"), status=node.text("status"))
            for node in nodes
        }
        sources = {**self.standard.sources, **own}
        return (
            replace(self.standard, sources=sources),
            _sources(self.standard, self.pack.trees).articles,
        )

    @property
    def source_titles(self) -> dict[str, str]:
        """The title of each source, the office's own among them."""
        return {name: source.title for name, source in self._citing[0].sources.items()}

    def cited(self, bases: tuple[Basis, ...]) -> str:
        """What a rule of the office rests on; 实践 where on no norm, 待核 where it was not read."""
        standard, articles = self._citing
        known = (
            replace(each, verified=article.verified if article else "memory")
            for each in bases
            for article in [articles.get((each.source, each.article or ""))]
        )
        return cite(standard, known, marks=True) or "实践"

    @cached_property
    def votes(self) -> VoteLaw:
        law, faults = read_vote_law(self.pack.trees, Trail())
        self._refuse(_not_of_sources(faults))
        return law

    @cached_property
    def worksheets(self) -> Mapping[str, tuple[str, ...]]:
        """The documents that each role fills in."""
        trail = Trail()
        roles = read_worksheets(self.pack.trees, self.standard, self.kinds, trail)
        self._refuse(trail.problems)
        return roles

    def worksheets_of(self, role: str) -> tuple[str, ...]:
        """The documents that a role fills in; none where the pack names none."""
        return self.worksheets.get(role, ())

    def chosen_worksheets(self, role: str, needed: Sequence[str]) -> list[str]:
        """Of the worksheets that a submission needs those of a role, and those that are nobody's.

        Where there are none of them, the role's own.
        """
        own = self.worksheets_of(role)
        others = {name for names in self.worksheets.values() for name in names}.difference(own)
        return [name for name in needed if name not in others] or list(own)

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The titles of the indicators' groups, in their order."""
        return dict(read_groups(Node(GROUPS, (), self.pack.trees.get(GROUPS), Trail())))

    @cached_property
    def calendar(self) -> WorkCalendar:
        calendar, faults = read_calendar(self.pack.trees)
        self._refuse(faults)
        return calendar

    def _refuse(self, faults: list[Fault]) -> None:
        if faults:
            problems = [Problem(text, *self.pack.locate(file, keys)) for file, keys, text in faults]
            raise PackError("标准包有错误：", problems)


def _not_of_sources(faults: list[Fault]) -> list[Fault]:
    """The faults but those of what a rule rests on: lint proves that, which knows the sources."""
    return [fault for fault in faults if "basis" not in fault[1]]


def office_pack(packs: Packs, office: OfficeFolder | None = None) -> OfficePack:
    """The pack by which an office works: `--pack`, else what office.yaml names, on the shipped one.

    Raises UnreadableFile or PackError.
    """
    if packs.overlay is None and office is not None and office.overlay is not None:
        packs = Packs(office.overlay)
    return OfficePack(packs.as_office())


def office_problems(overlay: Path | None) -> list[Problem]:
    """Everything that is wrong with the office's part of a pack, as `standard lint` prints it.

    Raises PackError when the pack can't even be built.
    """
    pack = load(overlay, also=(PART,))
    faults = prove_office(pack.standard(), pack.trees)
    return [Problem(text, *pack.locate(file, keys)) for file, keys, text in faults]


def prove_office(standard: Standard, trees: Mapping[str, object]) -> Iterator[Fault]:
    """Every fault in the office's part of a pack, with its place."""
    kinds, faults = read_kinds(trees)
    yield from faults
    yield from read_event_words(trees)[1]
    received = kinds.get("submission_received")
    yield from prove_study_facts(trees, standard, frozenset(received.data if received else ()))
    trail = _sources(standard, trees)
    read_indicators(trees, trail)
    read_vote_law(trees, trail)
    read_clocks(trees, trail)
    read_archive_law(trees, trail)
    read_lending_law(trees, standard.documents, trail)
    yield from prove_columns(trees, kinds)
    read_states(trees, standard, trail)
    read_worksheets(trees, standard, kinds, trail)
    yield from trail.problems


def read_worksheets(
    trees: Mapping[str, object], standard: Standard, kinds: EventKinds, trail: Trail
) -> Mapping[str, tuple[str, ...]]:
    """The documents that each role fills in, the office under no name; what is wrong is noted."""
    known = kinds["assigned"].labels if "assigned" in kinds else {}
    roles = {}
    for node in Node(WORKSHEETS, (), trees.get(WORKSHEETS), trail).list():
        node.only("role", "worksheets")
        role = node.one_of("role", tuple(known)) if node.has("role") else ""
        roles[role] = node.texts("worksheets")
        for name in roles[role]:
            if name not in standard.documents:
                node.child("worksheets").problem(f"没有文件“{name}”")
    return roles


def _sources(standard: Standard, trees: Mapping[str, object]) -> Trail:
    """What the office's rules may rest on: the standard's sources, and some of its own."""
    trail = Trail()
    sources = set(standard.sources)
    articles = dict(standard.articles)
    for node in Node(SOURCES, (), trees.get(SOURCES), trail).list():
        node.only("id", "zh", "status", "verified", "articles")
        name = node.text("id")
        if name in sources:
            node.child("id").problem(f"法源“{name}”已经有了")
        node.text("zh")
        node.one_of("status", ("law", "practice"))
        verified = node.one_of("verified", get_args(Verified))
        sources.add(name)
        for article in node.texts("articles"):
            articles[name, article] = Article(verified)
    return Trail(trail.problems, sources=frozenset(sources), articles=articles)
