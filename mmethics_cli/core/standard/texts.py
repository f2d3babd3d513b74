"""What a pack says of texts: when they are hard to read, when they are no answer at all, and by
which words they state a fact."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final, Literal

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


# What stands in a wording for a number, for one that does not matter, for a person's name.
NUMBER: Final = "#"
OTHER: Final = "*"
PERSON: Final = "%"
# What stands in a wording, and among the words to look for, for the names that the dossier knows.
KNOWN: Final = "{known}"


class Grammar(Struct, frozen=True, dict=True):
    """The small words by which a sentence denies what it names, or leaves it open.

    `negations` deny what follows them in their clause, those `behind` what stands before them;
    `inert` look like a negation, or are two, and deny nothing; `breakers` end the reach of a
    negation; `hedges` make what follows in the sentence a condition, a question or what others
    say, those of `after` what stands before them; `limits` hold a denial that follows to a time or
    to somebody. A clause that ends with one of `classes` (the ones who …) says of whom, not that
    it is so, unless one of `claims` stands in it. A person's name begins with one of the
    `surnames` and is followed by no letter or by one of `after_names`; an institution's begins
    behind one of `stops`. `exempt` are paths, or `list.field`, whose texts are not about this
    study.
    """

    negations: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    inert: tuple[str, ...] = ()
    breakers: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    surnames: str = ""
    after_names: tuple[str, ...] = ()
    stops: str = ""
    exempt: frozenset[str] = frozenset()

    @cached_property
    def by_first(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Words with their role by first character, the longest first; then as the roles stand."""
        roles = {"inert": self.inert, "negations": self.negations, "breakers": self.breakers}
        words = [(word, role) for role, listed in roles.items() for word in listed]
        by_first: dict[str, list[tuple[str, str]]] = {}
        for word, role in sorted(words, key=lambda entry: -len(entry[0])):
            by_first.setdefault(word[0], []).append((word, role))
        return {first: tuple(entries) for first, entries in by_first.items()}


class Topic(Struct, frozen=True):
    """What sentences can be about, and the wordings that show it.

    A wording is `words…words`: alternatives parted by `|`, in this order within a clause, close to
    one another where they are joined by `+`. Those that `state` it do so unless a negation governs
    them; those that `deny` it need none; `named` ones hold a number `#` (beside others, `*`) or a
    person's name `%`.
    Names of institutions end with one of `ends`; others are the `name` of a regular expression
    among `patterns`. Only sentences with one of the words `near` are looked at. Where the nearest
    word that says what they are about is one of `unless`, not of `about`, they are about less; with
    one of `other` anywhere in them they are about something else.
    `units` stand behind the topic's numbers; numbers beyond `most` are none of the topic's.
    """

    id: str
    title: str
    near: tuple[str, ...]
    stated: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    most: int = 10_000_000
