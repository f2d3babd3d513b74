"""What is looked for in attached papers: labels of facts, and hints that a template left."""

from collections.abc import Mapping

from msgspec import Struct


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
