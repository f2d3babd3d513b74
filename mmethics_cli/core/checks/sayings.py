"""What a sentence says of a topic: that it is so, that it is not, or nothing for certain.

Pure words: which small words deny or leave open is the pack's `Grammar`. Wordings are looked for by
plain search, not by patterns: those take longer to compile than a dossier takes to read.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import cache, lru_cache
from operator import add
from typing import Final

from msgspec import Struct

from mmethics_cli.core.conditions.written import numeral_at
from mmethics_cli.core.standard.texts import KNOWN, NUMBER, OTHER, PERSON, Grammar, Topic

GAP: Final = 12  # characters between two parts of a wording
REACH: Final = 24  # characters over which a negation governs what follows it
BEHIND: Final = 6  # characters within which a negation behind a wording denies it
LONGEST_NAME: Final = 14  # characters of an institution's name before the word that ends it
ENDS: Final = "。！？!?；;\n"
_BOUNDS: Final = "，,：:（()）—"
_LISTING: Final = "、"
_NAMING: Final = ("：", ":")
_COMMA: Final = "，"
_QUOTE: Final = ("“", "「", "‘", '"')
_UNQUOTE: Final = ("”", "」", "’", '"')
_ATTRIBUTE: Final = "的"

_NAMES: Final = (NUMBER, OTHER, PERSON)
# Parts of wordings that do not spell out what stands there; the empty one is anything.
_OPEN: Final = frozenset({*_NAMES, KNOWN, ""})

Name = str | int


class Hit(Struct, frozen=True):
    """A wording within a sentence: where it begins and ends, where its first part ends and its last
    begins, and the name or number in it."""

    start: int
    first_end: int
    last: int
    end: int
    name: Name | None = None


class _Part(Struct, frozen=True):
    """A part of a wording: alternatives, a number or a person's name; `apart` from the one before
    by a few characters, or close to it."""

    words: tuple[str, ...]
    apart: bool


@cache
def _parts(wording: str) -> tuple[_Part, ...]:
    return tuple(
        _Part(tuple(part.split("|")), apart=not at)
        for stretch in wording.split("…")
        for at, part in enumerate(stretch.split("+"))
    )


@lru_cache(maxsize=4096)  # each sentence of a dossier is held against many wordings
def _beginnings(sentence: str) -> frozenset[str]:
    """How words begin that stand in a sentence: each character, and each two beside one another."""
    return frozenset(sentence).union(map(add, sentence, sentence[1:]))


@cache
def _spelt(wording: str) -> tuple[frozenset[str], ...]:
    """Of each part of a wording that is spelt out, how its words begin."""
    return tuple(
        frozenset(word[:2] for word in part.words)
        for part in _parts(wording)
        if _OPEN.isdisjoint(part.words)
    )


def likely(wordings: Sequence[str], sentence: str) -> Sequence[str]:
    """The few wordings of which each part at least begins in a sentence: the others have no hit."""
    lacks = _beginnings(sentence).isdisjoint
    return [wording for wording in wordings if not any(map(lacks, _spelt(wording)))]


def polarities(
    sentence: str, topic: Topic, grammar: Grammar, wanted: Container[bool]
) -> Iterator[tuple[bool, Hit]]:
    """Whether wordings of the topic in the sentence deny it, where that is wanted to be known.

    What is left open is left out, so too a wording that is governed by two negations.
    """
    for denies, wordings in ((False, topic.stated), (True, topic.denied)):
        for wording in likely(wordings, sentence):
            for hit in hits(sentence, wording, grammar):
                count = _negations(sentence, hit, denies, grammar) + denies
                count += not denies and _denied_behind(sentence, hit, grammar)
                said = count == 1
                if (
                    count < 2
                    and said in wanted
                    and not is_open(sentence, hit, topic, grammar)
                    and not _is_of_a_class(sentence, hit, grammar)
                    and not (said and _is_limited(sentence, hit, grammar))
                ):
                    yield said, hit


def hits(sentence: str, wording: str, grammar: Grammar, known: Sequence[str] = ()) -> Iterator[Hit]:
    """Each place where a wording stands in a sentence, its parts in order within one clause.

    `known` are the names for which `KNOWN` stands in a wording.
    """
    first, *rest = _parts(wording)
    for start, first_end, name in _found(sentence, first, grammar, known, 0, len(sentence)):
        last, end = start, first_end
        for part in rest:
            limit = end + GAP if part.apart else _behind_blanks(sentence, end)
            following = next(_found(sentence, part, grammar, known, end, limit), None)
            if following is None or not _is_one_clause(sentence, end, following[0]):
                break
            last, end, named = following
            name = named if named is not None else name
        else:
            yield Hit(start, first_end, last, end, name)


def _behind_blanks(sentence: str, at: int) -> int:
    while sentence.startswith(" ", at):
        at += 1
    return at


def _is_one_clause(sentence: str, start: int, end: int) -> bool:
    return start == end or not any(bound in sentence[start:end] for bound in _BOUNDS)


def _found(
    sentence: str, part: _Part, grammar: Grammar, known: Sequence[str], start: int, limit: int
) -> Iterator[tuple[int, int, Name | None]]:
    """Where a part begins (between `start` and `limit`) and ends, and its name or number."""
    if part.words[0] in _NAMES:
        at = start
        while at <= limit and at < len(sentence):
            name, end = _name_at(sentence, at, part.words[0], grammar)
            if name is not None:
                yield at, end, None if part.words[0] == OTHER else name
            at = max(end, at + 1)
        return
    for word in known if part.words == (KNOWN,) else part.words:
        at = sentence.find(word, start, limit + len(word))
        while at >= 0:
            yield at, at + len(word), None
            at = sentence.find(word, at + 1, limit + len(word))


def _name_at(sentence: str, at: int, kind: str, grammar: Grammar) -> tuple[Name | None, int]:
    """The number or person's name that begins there, and where it ends."""
    if kind != PERSON:
        return numeral_at(sentence, at)
    if sentence[at] in grammar.surnames:
        for length in (3, 2):
            end = at + length
            if sentence[at:end].isalpha() and len(sentence) >= end:
                behind = sentence[end : end + 1]
                if not behind.isalpha() or sentence.startswith(grammar.after_names, end):
                    return sentence[at:end], end
    return None, at


def institutions(sentence: str, topic: Topic, grammar: Grammar) -> Iterator[Hit]:
    """Names that end with one of the topic's words (人民医院), from the last small word on."""
    for word in topic.ends:
        at = sentence.find(word)
        while at >= 0:
            start = at
            while (
                start > max(0, at - LONGEST_NAME)
                and sentence[start - 1].isalpha()
                and sentence[start - 1] not in grammar.stops
            ):
                start -= 1
            if at - start >= 2:
                end = at + len(word)
                yield Hit(start, end, start, end, sentence[start:end])
            at = sentence.find(word, at + 1)


def is_open(sentence: str, hit: Hit, topic: Topic, grammar: Grammar) -> bool:
    """Whether the sentence says it only on a condition, asks or quotes it, or is about a part."""
    if any(word in sentence for word in topic.other) or _about_less(sentence, hit, topic):
        return True
    ahead, behind = sentence[: hit.last], sentence[hit.end :]
    return (
        any(hedge in ahead for hedge in grammar.hedges)
        or any(word in behind for word in grammar.after)
        or (sentence[: hit.start].endswith(_QUOTE) and behind.startswith(_UNQUOTE))
    )


def _is_of_a_class(sentence: str, hit: Hit, grammar: Grammar) -> bool:
    """Whether the clause names those who are meant (抽过血的，…), and does not say it of all."""
    start, end = clause_start(sentence, hit.start), clause_end(sentence, hit.end)
    return _names_a_class(sentence[start:end], grammar)


def _is_limited(sentence: str, hit: Hit, grammar: Grammar) -> bool:
    """Whether a denial holds for a time, for somebody, or for those named by a clause ahead."""
    if any(word in sentence[: hit.last] for word in grammar.limits):
        return True
    ahead = sentence[: clause_start(sentence, hit.start)].split(_COMMA)[:-1]
    return any(_names_a_class(clause, grammar) for clause in ahead)


def _names_a_class(clause: str, grammar: Grammar) -> bool:
    ends = clause.rstrip().endswith(grammar.classes)
    return ends and not any(word in clause for word in grammar.claims)


def clause_start(sentence: str, at: int) -> int:
    """Where the clause begins in which a place stands."""
    return max(sentence.rfind(bound, 0, at) for bound in _BOUNDS) + 1


def clause_end(sentence: str, at: int) -> int:
    """Where the clause ends in which a place stands."""
    ends = (sentence.find(bound, at) for bound in _BOUNDS)
    return min((end for end in ends if end >= 0), default=len(sentence))


def _about_less(sentence: str, hit: Hit, topic: Topic) -> bool:
    """Whether the sentence is about less than the topic, by its object or nearest subject."""
    if not topic.unless:
        return False
    behind = sentence[hit.start : clause_end(sentence, hit.end)]
    if any(word in behind for word in topic.unless):
        return True
    ahead = sentence[: hit.end]
    nearest = max(
        (
            (at + len(word), len(word), word in topic.unless)
            for word in (*topic.about, *topic.unless)
            if (at := ahead.rfind(word)) >= 0
        ),
        default=None,
    )
    return nearest is not None and nearest[2]


def _negations(sentence: str, hit: Hit, denies: bool, grammar: Grammar) -> int:
    """How many negations govern a hit, or its last part where it denies nothing itself.

    The words of its first part are its own; in a list the last negation counts (不甲、不乙). One
    within the hit that belongs to an attribute of its last part denies that alone (没有想到的基因).
    """
    before = hit.start if denies else hit.last
    at, count, listed = max(clause_start(sentence, hit.start), hit.start - REACH), 0, False
    while at < before:
        if at == hit.start:
            at = hit.first_end
            continue
        role, length = _small_word(sentence, at, before if at > hit.start else hit.start, grammar)
        if role == "negations" and not (
            at > hit.start and sentence[: hit.last].endswith(_ATTRIBUTE)
        ):
            count, listed = 1 if listed else count + 1, False
        elif role == "breakers":
            count = 0
        listed = listed or sentence[at] == _LISTING
        at += length or 1
    return count


def _small_word(sentence: str, at: int, before: int, grammar: Grammar) -> tuple[str, int]:
    """The role and length of the longest small word that begins there and ends in time."""
    for word, role in grammar.by_first.get(sentence[at], ()):
        if sentence.startswith(word, at) and at + len(word) <= before:
            return role, len(word)
    return "", 0


def _denied_behind(sentence: str, hit: Hit, grammar: Grammar) -> bool:
    """Whether a word behind denies it: close by, or at the end of a list (网盘、邮箱一律禁用)."""
    named = hit.end + (sentence[hit.end : hit.end + 1] in _NAMING)
    end = clause_end(sentence, named)
    if not sentence.startswith(_LISTING, hit.end):
        end = min(end, hit.end + BEHIND)
    behind = sentence[hit.end : end]
    return any(word in behind for word in grammar.behind)
