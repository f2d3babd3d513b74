"""What must be filed, how long it is kept and from which day: the rules of archive.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from mmethics_cli.core.lifecycle.work_calendar import add_months
from mmethics_cli.core.standard.model import Basis
from mmethics_cli.core.standard.node import Node, Trail
from mmethics_cli.office.archive.records import ArchivedPaper, Volume
from mmethics_cli.office.law.acceptance import EMERGENCY, MEETING, SIMPLIFIED
from mmethics_cli.office.record import Lookup
from mmethics_cli.office.state import Assignment, Case, RegisteredStudy

FILE: Final = "office/archive.yaml"
_TABLES: Final = ("paper", "begins", "volume")
_OF: Final = ("case", "meeting", "reviewer")
# Where no study ends by itself: its submissions were turned away or taken back.
_NO_STUDY: Final = frozenset({"refused", "withdrawn"})
_OVER: Final = frozenset({"completed", "terminated", "disapproved"})


class RequiredPaper(Struct, frozen=True):
    """Something that a filed case must have: where it counts, which events stand for it."""

    id: str
    title: str
    of: str
    met_by: tuple[str, ...]
    methods: tuple[str, ...]
    basis: tuple[Basis, ...]


class CommitteeVolume(Struct, frozen=True):
    """A volume that the committee keeps each year: for how many years, what its catalogue lists."""

    id: str
    title: str
    years: int
    lists: tuple[str, ...]
    own: bool
    basis: tuple[Basis, ...]


class ArchiveLaw(Struct, frozen=True):
    """What an office's archive goes by; `begins` says from which day a rule's years run."""

    papers: Mapping[str, RequiredPaper]
    begins: Mapping[str, str]
    volumes: Mapping[str, CommitteeVolume]


def read_archive_law(trees: Mapping[str, object], trail: Trail) -> ArchiveLaw:
    """The rules of a pack; what is wrong with them is noted."""
    law = ArchiveLaw({}, {}, {})
    papers, begins, volumes = dict(law.papers), dict(law.begins), dict(law.volumes)
    for node in Node(FILE, (), trees.get(FILE), trail).list():
        node.only(
            "id", "table", "zh", "of", "met_by", "methods", "years", "lists", "own", "basis",
            "override",
        )  # fmt: skip
        name, title = node.text("id"), node.text("zh")
        match node.one_of("table", _TABLES):
            case "paper":
                for method in node.texts("methods"):
                    if method not in (SIMPLIFIED, MEETING, EMERGENCY):
                        node.child("methods").problem(f"没有“{method}”这种审查方式")
                papers[name] = RequiredPaper(
                    name, title, node.one_of("of", _OF), node.texts("met_by"),
                    node.texts("methods"), node.basis(),
                )  # fmt: skip
            case "begins":
                begins[name] = title
            case _:
                volumes[name] = CommitteeVolume(
                    name, title, node.number("years", 10), node.texts("lists"), node.yes("own"),
                    node.basis(),
                )  # fmt: skip
    return ArchiveLaw(papers, begins, volumes)


# What lacks.


def lacking(
    law: ArchiveLaw, state: Lookup, case: Case, happened: frozenset[str], names: Mapping[str, str]
) -> list[str]:
    """What a case still wants before it is whole, in Chinese.

    `happened` are the kinds of events about the case and about its meeting, `names` people's.
    """
    there = {paper.kind for paper in _papers_of(state, case)}
    lacks = []
    for paper in law.papers.values():
        if paper.methods and case.method not in paper.methods:
            continue
        if paper.of == "reviewer":
            lacks += [
                f"{paper.title}（{names.get(each.person, each.person)}）"
                for each in state.where(Assignment, case=case.id)
                if each.state == "open"
            ]
        elif paper.id not in there and not happened.intersection(paper.met_by):
            lacks.append(paper.title)
    return lacks


def _papers_of(state: Lookup, case: Case) -> Iterator[ArchivedPaper]:
    yield from state.where(ArchivedPaper, case=case.id)
    if case.meeting:
        yield from state.where(ArchivedPaper, meeting=case.meeting)


# Retention.


def is_over(state: Lookup, study: RegisteredStudy) -> bool:
    """Whether nothing of a study can come any more: ended, or never begun."""
    if study.state in _OVER or study.ended_on:
        return True
    cases = state.where(Case, study=study.id)
    return study.state == "pending" and bool(cases) and all(c.state in _NO_STUDY for c in cases)


def end_of(state: Lookup, study: RegisteredStudy) -> str:
    """The day from which a study's papers are kept; empty where it is not known.

    Where the study never ran, the decision on it is the end (a suggestion of this program).
    """
    if study.ended_on:
        return study.ended_on
    cases = state.where(Case, study=study.id)
    if study.state == "completed":
        return max((case.ended_on for case in cases if case.ended_on), default="")
    if study.state in ("terminated", "disapproved"):
        days = [case.decided_at for case in cases if case.decision in _ENDING]
        return max(days, default="").partition("T")[0]
    return max((case.turned_away_at for case in cases), default="").partition("T")[0]


_ENDING: Final = ("terminated", "terminate", "disapprove")


def until(begins_on: str, years: int) -> str:
    """The day to which something is kept so many years; empty where its beginning is not known."""
    if not begins_on or not years:
        return ""
    return add_months(date.fromisoformat(begins_on), 12 * years).isoformat()


def is_due(volume: Volume, day: str) -> bool:
    """Whether a volume is past its day and may be appraised. What has no known end never is."""
    return (
        volume.state == "closed"
        and not volume.permanent
        and bool(volume.until)
        and volume.until < day
    )
