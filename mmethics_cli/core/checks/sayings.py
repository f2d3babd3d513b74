"""What a sentence says of a topic: that it is so, that it is not, or nothing for certain.

Pure words: which small words deny or leave open is the pack's `Grammar`. A hit is looked for by
plain search, not by a pattern: patterns take longer to compile than a dossier takes to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mmethics_cli.core.standard.texts import Grammar, Topic

GAP: Final = 12  # characters between two parts of a wording
REACH: Final = 24  # characters over which a negation governs what follows it
BEHIND: Final = 6  # characters within which a negation behind a wording denies it
ENDS: Final = "。！？!?；;\n"
_BOUNDS: Final = "，,：:（()）—"
_LISTING: Final = "、"


@dataclass(frozen=True, slots=True)
class Hit:
    """A wording within a sentence: where it begins, where its last part begins, where it ends."""

    start: int
    last: int
    end: int


def polarities(sentence: str, topic: Topic, grammar: Grammar) -> Iterator[tuple[bool, Hit]]:
    """Whether each wording of the topic in the sentence denies it; what is left open is left out.

    A wording that is governed by two negations is open: nobody can be sure what it means.
    """
    for denies, wordings in ((False, topic.stated), (True, topic.denied)):
        for wording in wordings:
            for hit in hits(sentence, wording):
                if is_open(sentence, hit.start, grammar) or about_less(sentence, hit, topic):
                    continue
                before = _negations(sentence, hit.start if denies else hit.last, grammar)
                count = before + (not denies and _denied_behind(sentence, hit, grammar))
                if count + denies < 2:
                    yield count + denies == 1, hit


def hits(sentence: str, wording: str) -> Iterator[Hit]:
    """Each place where a wording stands in a sentence, its parts in order within one clause."""
    first, *rest = (part.split("|") for part in wording.split("…"))
    for word in first:
        at = sentence.find(word)
        while at >= 0:
            found = _followed(sentence, at, at + len(word), rest)
            if found is not None:
                yield Hit(at, *found)
            at = sentence.find(word, at + 1)


def _followed(sentence: str, last: int, end: int, rest: list[list[str]]) -> tuple[int, int] | None:
    if not rest:
        return last, end
    for word in rest[0]:
        at = sentence.find(word, end, end + GAP + len(word))
        if at >= 0 and not any(bound in sentence[end:at] for bound in _BOUNDS):
            found = _followed(sentence, at, at + len(word), rest[1:])
            if found is not None:
                return found
    return None


def is_open(sentence: str, before: int, grammar: Grammar) -> bool:
    """Whether the sentence says what stands there only on a condition, asks it, or quotes it."""
    return any(hedge in sentence[:before] for hedge in grammar.hedges)


def clause_start(sentence: str, at: int) -> int:
    """Where the clause begins in which a place stands."""
    return max(sentence.rfind(bound, 0, at) for bound in _BOUNDS) + 1


def clause_end(sentence: str, at: int) -> int:
    """Where the clause ends in which a place stands."""
    ends = (sentence.find(bound, at) for bound in _BOUNDS)
    return min((end for end in ends if end >= 0), default=len(sentence))


def about_less(sentence: str, hit: Hit, topic: Topic) -> bool:
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


def _negations(sentence: str, before: int, grammar: Grammar) -> int:
    """How many negations govern what begins there."""
    at, count = max(clause_start(sentence, before), before - REACH), 0
    while at < before:
        word = _word_at(sentence, at, before, grammar.inert + grammar.doubled)
        if not word and (word := _word_at(sentence, at, before, grammar.negations)):
            count += 1
        elif not word and (word := _word_at(sentence, at, before, grammar.breakers)):
            count = 0
        at += len(word) or 1
    return count


def _word_at(sentence: str, at: int, before: int, words: tuple[str, ...]) -> str:
    """The longest of the words that stands there and ends in time."""
    fitting = (word for word in words if sentence.startswith(word, at) and at + len(word) <= before)
    return max(fitting, key=len, default="")


def _denied_behind(sentence: str, hit: Hit, grammar: Grammar) -> bool:
    """Whether a word behind denies it: close by, or at the end of a list (网盘、邮箱一律禁用)."""
    listed = sentence.startswith(_LISTING, hit.end)
    end = clause_end(sentence, hit.end) if listed else hit.end + BEHIND
    behind = sentence[hit.end : end]
    return any(word in behind for word in grammar.behind)
