"""What a study protocol already says: texts by their headings, short values by their labels.

Nothing is guessed: what is found is proposed with its place, and a person confirms it; several
different values for one question are all told, and none of them is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from msgspec import Struct

from mmethics_cli.core.conditions.values import UNKNOWN, NotApplicable, Unknown, Value
from mmethics_cli.core.standard.answers import Refused, read_value
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.core.standard.node import Trail, rows_of
from mmethics_cli.core.standard.record_reader import RecordReader

PROTOCOL: Final = "protocol"  # the folder of the pack
_FILE: Final = "protocol/headings.yaml"
_NUMBER: Final = re.compile(
    r"^\s*(?:第?[一二三四五六七八九十]{1,3}[章节、.．]|[（(][一二三四五六七八九十\d]{1,3}[）)]|"
    r"\d{1,2}(?:[.．]\d{1,2}){0,3}[.．、]?)\s*"
)
_ITEM: Final = re.compile(r"^\s*(?:\d{1,2}[.．、)）]|[（(]\d{1,2}[）)]|[-•·])")
_JOINED: Final = re.compile("[与和及、，,/]")
_LEAD: Final = re.compile(r"(?:^|。)([^。：:]{1,16})[：:]")
_CLAUSE: Final = re.compile("[，,；;。　]")
_DAYS: Final = re.compile(r"\d{4}(?:年\d{1,2}月(?:\d{1,2}日)?|[-/.]\d{1,2}(?:[-/.]\d{1,2})?)")
_LONGEST_HEADING: Final = 30


class ProtocolPlace(Struct, frozen=True):
    """How a question is called in protocols, in headings, at the head of a paragraph, in it.

    `keep`: the words at the head are part of the text; `listed`: only numbered paragraphs are;
    `values`: what stands before a short value, of which `part` is the first or the last day.
    """

    path: str
    headings: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    keep: bool = False
    listed: bool = False
    part: Literal["", "first", "last"] = ""


class Line(Struct, frozen=True):
    """A paragraph with its place in the file; `heading`: whether it is laid out as one."""

    text: str
    place: str
    heading: bool = False


class Proposed(Struct, frozen=True):
    """A text or value that was found for a question, and where."""

    path: str
    value: str
    place: str


_PLACE: Final = RecordReader(ProtocolPlace)


def read_places(trees: Mapping[str, object], standard: Standard) -> tuple[ProtocolPlace, ...]:
    """How the questions are called in protocols. Raises KeyError for a path that is no question."""
    trail = Trail()
    places = tuple(_PLACE(node) for node in rows_of(trees, _FILE, trail))
    for place in places:
        if standard.questions[place.path].type == "list":
            raise KeyError(place.path)
    return places


def proposals_in(
    lines: Iterable[Line], places: Sequence[ProtocolPlace], standard: Standard
) -> tuple[Proposed, ...]:
    """Everything that a protocol says for a question, in the order in which it stands there.

    A question with several texts or values comes several times.
    """
    reader = _ProtocolReader(places)
    return tuple(proposal for proposal in reader.read(lines) if _is_readable(proposal, standard))


def _is_readable(proposed: Proposed, standard: Standard) -> bool:
    try:
        value = read_value(standard.questions[proposed.path], proposed.value)
    except Refused:
        return False
    return not isinstance(value, Unknown | NotApplicable)


class _ProtocolReader:
    def __init__(self, places: Sequence[ProtocolPlace]) -> None:
        self.places = places
        self.texts: dict[str, list[Line]] = {}
        self.section = ""
        self.current: ProtocolPlace | None = None

    def read(self, lines: Iterable[Line]) -> Iterator[Proposed]:
        for line in lines:
            yield from self._values(line)
            if (heading := self._heading(line)) is not None:
                self.current = self._headed(heading)
                if line.heading:
                    self.section = heading
            else:
                self._paragraph(line)
        for path, passages in self.texts.items():
            place = passages[0].place if len(passages) == 1 else f"{passages[0].place}起"
            yield Proposed(path, "\n".join(line.text for line in passages), place)

    def _heading(self, line: Line) -> str | None:
        """The words of a heading; also of a short line that is called as a question is."""
        bare = _NUMBER.sub("", line.text).rstrip("：: ").strip()
        if line.heading:
            return bare
        short = len(line.text) <= _LONGEST_HEADING and not _CLAUSE.search(bare)
        called = any(bare in (*place.headings, *place.leads) for place in self.places)
        return bare if short and called else None

    def _headed(self, heading: str) -> ProtocolPlace | None:
        """The question of a heading: of its parts the first that is called so."""
        for part in (heading, *_JOINED.split(heading)):
            for place in self.places:
                if part and part in (*place.headings, *place.leads):
                    return place
        for part in _JOINED.split(heading):
            for place in self.places:
                if any(len(word) > 2 and word in part for word in place.headings):
                    return place
        return None

    def _paragraph(self, line: Line) -> None:
        for match in _LEAD.finditer(line.text):
            lead = _NUMBER.sub("", match[1]).strip()
            place = next((candidate for candidate in self.places if lead in candidate.leads), None)
            if place is not None:
                self.current = place
                rest = line.text[match.end() :].strip()
                self._add(place, Line(line.text if place.keep else rest, line.place))
                return
        for place in self.places:
            within = any(word in self.section for word in place.within)
            if within and any(cue in line.text for cue in place.cues):
                self.current = place
                break
        if self.current is not None and self.current.listed and not _ITEM.match(line.text):
            self.current = None
        if self.current is not None:
            self._add(self.current, line)

    def _add(self, place: ProtocolPlace, line: Line) -> None:
        if line.text:
            self.texts.setdefault(place.path, []).append(line)

    def _values(self, line: Line) -> Iterator[Proposed]:
        """Short values after their labels, several of which may stand in one line."""
        for place in self.places:
            for label in place.values:
                for match in re.finditer(rf"(?:^|[　\s。；;]){label}[：:]\s*", line.text):
                    if value := _short(line.text[match.end() :], place.part):
                        yield Proposed(place.path, value, line.place)


def _short(text: str, part: str) -> str:
    """A value up to where its clause ends; of two days the first or the last."""
    if part:
        days = _DAYS.findall(text)
        return days[0 if part == "first" else -1] if len(days) == 2 else ""
    return _CLAUSE.split(text.strip())[0].strip()


class Sorted(Struct, frozen=True):
    """Proposals as an interview puts them: one value by path, and why it stands there.

    `why` names the place; where several values were found it tells all of them, and there is none
    in `values`.
    """

    values: Mapping[str, Value]
    why: Mapping[str, str]


def sorted_out(
    proposals: Iterable[Proposed], standard: Standard, said: Callable[[str], str]
) -> Sorted:
    """Proposals by question; `said` shortens a value to tell it among several."""
    by_path: dict[str, dict[str, str]] = {}
    for proposal in proposals:
        by_path.setdefault(proposal.path, {}).setdefault(proposal.value, proposal.place)
    values: dict[str, Value] = {}
    why: dict[str, str] = {}
    for path, places in by_path.items():
        if len(places) == 1:
            ((text, place),) = places.items()
            try:
                value = read_value(standard.questions[path], text)
            except Refused:
                continue
            if value is not UNKNOWN:
                values[path], why[path] = value, place
        else:
            choices = "；".join(f"{said(text)}（{place}）" for text, place in places.items())
            why[path] = f"写了几个不同的，请自己定：{choices}"
    return Sorted(values, why)
