"""The answers as they stand before the end: what is open or doubtful first, then all by section."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import IntEnum
from itertools import chain

from msgspec import Struct

from mmethics_cli.core.checks.consistency import contradictions, stray_answers
from mmethics_cli.core.conditions.values import UNKNOWN, Value
from mmethics_cli.core.decisions.facts import Facts
from mmethics_cli.core.decisions.relevance import (
    AnswerPlace,
    Reason,
    documents_lacking,
    place_at,
    places,
    relevant,
)
from mmethics_cli.core.standard.names import ATTACHMENTS, ELEMENT_PATH


class Doubt(IntEnum):
    """Why an answer should be looked at; the graver the lower."""

    REFUSED = 0
    OPEN = 1
    CONTRADICTING = 2
    NONE = 3


class OverviewEntry(Struct, frozen=True):
    """One place with its answer; `note` says what is doubtful about it."""

    place: AnswerPlace
    value: Value
    doubt: Doubt
    note: str = ""

    @property
    def path(self) -> str:
        return self.place.path


def overview(facts: Facts, refused: Collection[str] = ()) -> tuple[OverviewEntry, ...]:
    """Every place that was answered or must be, by section; doubtful ones before the others.

    `refused` are paths whose recorded answers their questions can't take.
    """
    entries = sorted(_entries(facts, refused), key=lambda entry: entry.doubt)
    return tuple(entries)


def _entries(facts: Facts, refused: Collection[str]) -> Iterator[OverviewEntry]:
    reasons = {place.path: reason for place, reason in relevant(facts)}
    doubts = chain(contradictions(facts), stray_answers(facts))
    notes = {finding.path: f"{finding.message.rstrip('。')}。{finding.fix}" for finding in doubts}
    seen: set[str] = set()
    for place in places(facts):
        path, value = place.path, place.recorded(facts)
        seen.add(path)
        if path in refused and value is UNKNOWN:
            yield OverviewEntry(place, value, Doubt.REFUSED, "写下的回答不能用，请重新回答")
        elif path in notes:
            yield OverviewEntry(place, value, Doubt.CONTRADICTING, notes[path])
        elif reasons.get(path, Reason.OPTIONAL) is not Reason.OPTIONAL:
            yield OverviewEntry(place, value, Doubt.OPEN, _lacking(place, facts))
        elif value is not UNKNOWN:
            yield OverviewEntry(place, value, Doubt.NONE)
    for path, note in notes.items():
        elsewhere = None if path in seen else place_at(facts, _whole(facts, path))
        if elsewhere is not None and elsewhere.path not in seen:
            seen.add(elsewhere.path)
            yield OverviewEntry(elsewhere, elsewhere.recorded(facts), Doubt.CONTRADICTING, note)


def _lacking(place: AnswerPlace, facts: Facts) -> str:
    documents = documents_lacking(facts) if place.path == ATTACHMENTS else ()
    if documents:
        return f"还缺：{'、'.join(document.title for document in documents)}"
    return "没有回答，或不清楚"


def _whole(facts: Facts, path: str) -> str:
    """The path itself, or the list that it lies in where no question has it."""
    match = ELEMENT_PATH.fullmatch(path)
    return path if match is None or place_at(facts, path) else match["list"]
