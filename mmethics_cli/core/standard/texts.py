"""What a pack says of texts: who reads them, when they are hard to read, when they are no answer at
all, and by which words they state a fact."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final, Literal

from msgspec import Struct, field


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


# A fact within a word of a reader: 您的{participants.ward}.
FACT_IN_WORD: Final = re.compile(r"\{([\w.]+)\}")


class Reader(Struct, frozen=True, dict=True):
    """One kind of person who reads papers, `documents` by id; the one without any reads the rest.

    `reads` are the paths (`list.field`) of the applicant's texts that these papers print. Printed
    there, a word among `says` stands as what it maps to, so that the paper speaks to this reader;
    a text with one of `refuses` was written to somebody else. `sentence` is how many characters a
    sentence may have, where that is fewer than for others (0: as for others).
    """

    id: str
    title: str
    documents: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    says: Mapping[str, str] = field(default_factory=dict)
    refuses: tuple[str, ...] = ()
    sentence: int = 0


class Readers(Struct, frozen=True, dict=True):
    """All readers of a pack; `keeps` are words that stay as they are and are held against nobody:
    they hold one of the readers' words and mean other people (每位参与者). `fix` says how to write
    for all of them."""

    keeps: tuple[str, ...] = ()
    fix: str = ""
    all: tuple[Reader, ...] = ()

    @cached_property
    def by_document(self) -> Mapping[str, Reader]:
        return {document: reader for reader in self.all for document in reader.documents}

    @cached_property
    def _rest(self) -> Reader | None:
        return next((reader for reader in self.all if not reader.documents), None)

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {}

    def of(self, document: str) -> Reader | None:
        """Who reads a document; None in a pack without readers."""
        return self.by_document.get(document, self._rest)

    def names(self, document: str) -> bool:
        """Whether it says of a document by name who reads it."""
        return document in self.by_document

    def reading(self, path: str) -> tuple[Reader, ...]:
        """Who reads a text of the applicant's; one that nobody is named for, the rest."""
        named = tuple(reader for reader in self.all if path in reader.reads)
        return named or ((self._rest,) if self._rest is not None else ())

    def spoken(self, text: str, reader: Reader, fact: Callable[[str], str]) -> str:
        """The text in the words for this reader; `fact` gives what a fact within them says."""
        if not reader.says:
            return text
        return self._words(reader.id, reader.says).sub(
            lambda word: FACT_IN_WORD.sub(
                lambda name: fact(name[1]), reader.says.get(word[0], word[0])
            ),
            text,
        )

    def misaddressed(self, text: str, reader: Reader) -> tuple[str, ...]:
        """The words of a text that speak to, or of, somebody other than this reader, each once."""
        if not reader.refuses:
            return ()
        words = self._words(f"{reader.id}!", reader.refuses).findall(text)
        return tuple(dict.fromkeys(word for word in words if word in reader.refuses))

    def _words(self, name: str, words: Mapping[str, str] | tuple[str, ...]) -> re.Pattern[str]:
        """The words and those that stay, the longest first."""
        if name not in self._patterns:
            longest = sorted({*words, *self.keeps}, key=len, reverse=True)
            self._patterns[name] = re.compile("|".join(map(re.escape, longest)))
        return self._patterns[name]


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


class AttachedLabel(Struct, frozen=True):
    """The labels before a value; `first` says in how many of the first paragraphs, 0 in all."""

    id: str
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    first: int = 0


class AttachedWords(Struct, frozen=True):
    """The labels by fact, the kinds of attachment that are read, the hints."""

    labels: Mapping[str, AttachedLabel]
    kinds: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()


NOTHING_READ = AttachedWords({})
