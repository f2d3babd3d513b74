"""What a pack says of texts: when they are hard to read, and when they are no answer at all."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct


class Readability(Struct, frozen=True):
    """The limits beyond which a text for participants is hard to read; lengths are characters.

    `exempt` are paths, or first words of paths, whose texts are names and not speech;
    `latin` are Latin words that need no explanation; `stiff` are words that make a sentence an
    official's rather than a speaker's.
    """

    sentence: int = 50
    average: int = 30
    quotes: int = 3
    exempt: frozenset[str] = frozenset()
    latin: frozenset[str] = frozenset()
    stiff: tuple[str, ...] = ()


PlaceholderKind = Literal["always", "none"]


class PlaceholderGroup(Struct, frozen=True):
    """Words that people put where an answer should stand, and what to do instead of them.

    `words` and `patterns` (regular expressions) stand for a whole answer, without the punctuation
    round it; `anywhere` are patterns that make any text unfinished in which they occur. Those of
    kind `none` (无) are an answer where the question says so (`none_is_an_answer`).
    """

    id: str
    fix: str
    kind: PlaceholderKind = "always"
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()


class Placeholders(Struct, frozen=True, dict=True):
    """All groups of a pack, the most telling first."""

    groups: tuple[PlaceholderGroup, ...] = ()

    @cached_property
    def by_word(self) -> Mapping[str, PlaceholderGroup]:
        """The group of each word, the words in lower case."""
        return {word.casefold(): group for group in self.groups for word in group.words}

    @cached_property
    def whole(self) -> tuple[tuple[re.Pattern[str], PlaceholderGroup], ...]:
        """The patterns of whole answers, each with its group."""
        return tuple((re.compile(form), group) for group in self.groups for form in group.patterns)

    @cached_property
    def within(self) -> tuple[tuple[re.Pattern[str], PlaceholderGroup], ...]:
        """The patterns of marks within a text, each with its group."""
        return tuple((re.compile(form), group) for group in self.groups for form in group.anywhere)


NO_PLACEHOLDERS = Placeholders()
