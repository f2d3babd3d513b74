"""Entries of a list that are like another one: what they do not say themselves they take over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from msgspec.structs import replace

from mmethics_cli.core.conditions.values import NAME_FIELDS, Element, SameEntries, Value
from mmethics_cli.core.standard.model import Likeness, Standard

Entries = tuple[Element, ...]


def with_likeness(standard: Standard, values: Mapping[str, Value]) -> Mapping[str, Value]:
    """The answers, each entry of a list with what it takes over from the one it is like.

    Where the other one is not in the list, what was taken over before stays (the list may have
    been cut down to the entries that are looked at); where nothing was, nobody knows what it says.
    """
    linked = {
        path: _linked(SameEntries(entries), likeness)
        for path, likeness in standard.likening.items()
        if isinstance(entries := values.get(path), tuple)
        and any(named_by(likeness, entry) for entry in entries)
    }
    return {**values, **linked} if linked else values


def named_by(likeness: Likeness, entry: Element) -> str:
    """What an entry says that it is like: the id or the name of another one; '' for nothing."""
    value = entry.fields.get(likeness.field)
    return value if isinstance(value, str) else ""


def source_of(likeness: Likeness, entries: Entries, entry: Element) -> Element | None:
    """The entry that one is like; None where it is like none, or names none that is there."""
    return _by_name(entries).get(named_by(likeness, entry))


def astray(likeness: Likeness, entries: Entries, entry: Element) -> str:
    """Why an entry can't be like what it names: no such entry, or a circle; '' where it can."""
    if not named_by(likeness, entry):
        return ""
    line = _line(likeness, _by_name(entries), entry)
    if len(line) == 1:
        return "missing"
    return "circle" if line[-1].id == entry.id else ""


def without(likeness: Likeness | None, entries: Entries, id_: str) -> Entries:
    """The list without an entry; those that are like it say themselves what they took over."""
    kept = tuple(entry for entry in entries if entry.id != id_)
    if likeness is None:
        return kept
    sources = {entry.id: source_of(likeness, entries, entry) for entry in kept}
    return tuple(
        _by_itself(likeness, entry)
        if (source := sources[entry.id]) is not None and source.id == id_
        else entry
        for entry in kept
    )


def _by_itself(likeness: Likeness, entry: Element) -> Element:
    own = {name: held for name, held in entry.fields.items() if name != likeness.field}
    return Element(entry.id, {**(entry.inherited or {}), **own})


@lru_cache(maxsize=16)
def _linked(same: SameEntries, likeness: Likeness) -> Entries:
    called = _by_name(same.entries)
    return tuple(
        replace(entry, inherited=_inherited(likeness, called, entry))
        if named_by(likeness, entry)
        else Element(entry.id, entry.fields)
        for entry in same.entries
    )


def _inherited(
    likeness: Likeness, called: Mapping[str, Element], entry: Element
) -> Mapping[str, Value] | None:
    line = _line(likeness, called, entry)
    if any(each.id == line[-1].id for each in line[:-1]):
        return None
    if named_by(likeness, line[-1]):
        return entry.inherited or None
    fields: dict[str, Value] = {}
    for source in reversed(line[1:]):
        fields |= source.fields
    return {name: fields[name] for name in likeness.passed_on if name in fields}


def _line(likeness: Likeness, called: Mapping[str, Element], entry: Element) -> list[Element]:
    """The entry, the one it is like, the one that is like, and so on.

    It ends with one that is like no other, that names one which is not there, or that comes again.
    """
    line, seen = [entry], {entry.id}
    while (source := called.get(named_by(likeness, line[-1]))) is not None:
        line.append(source)
        if source.id in seen:
            break
        seen.add(source.id)
    return line


def _by_name(entries: Entries) -> Mapping[str, Element]:
    """The entries by their ids, and by what one alone is called."""
    names = [(held, each) for each in entries for held in map(each.fields.get, NAME_FIELDS)]
    count = Counter(name for name, _ in names if isinstance(name, str))
    called = {name: each for name, each in names if isinstance(name, str) and count[name] == 1}
    return called | {entry.id: entry for entry in reversed(entries)}
