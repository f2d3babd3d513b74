"""What an event says, in the words of people: its data under Chinese titles, ids as labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.standard.node import Fault, Node, Trail
from mmethics_cli.office.events import WORDS, EventKind, Happening

_DIGEST: Final = "digest"
# What a row says to the program alone.
_ASIDE: Final = frozenset({_DIGEST, "kind", "file"})
# Decisions, and advice, are words of the standard.
_DECISIONS: Final = frozenset({"decision", "recommendation", "choice"})


class EventWords(Struct, frozen=True):
    """The titles of data by key, and the labels of ids by key."""

    titles: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]

    def said(
        self, kind: EventKind | None, happening: Happening, decision: Callable[[str], str]
    ) -> Iterator[tuple[str, str]]:
        """Title and text of each thing that an event says; `decision` words a decision.

        Files, their digests and tables (the proof of a vote) are shown by themselves; of a row
        is said what stands in it.
        """
        titles = kind.titles if kind else {}
        labels = kind.labels if kind else {}
        for key, value in happening.data.items():
            if key == _DIGEST or isinstance(value, Mapping) or value in ("", []):
                continue
            words = {**self.labels.get(key, {}), **labels}
            each = value if isinstance(value, list) else [value]
            text = "、".join(
                decision(str(word)) if key in _DECISIONS else _plain(word, words) for word in each
            )
            yield titles.get(key) or self.titles.get(key, key), text


def _plain(value: Any, words: Mapping[str, str]) -> str:
    if isinstance(value, Mapping):
        said = (_plain(part, words) for key, part in value.items() if key not in _ASIDE)
        return " ".join(filter(None, said))
    return words.get(str(value), "是" if value is True else "否" if value is False else str(value))


def read_event_words(trees: Mapping[str, object]) -> tuple[EventWords, list[Fault]]:
    """The words of a pack, and every fault in them with its place."""
    trail = Trail()
    node = Node(WORDS, (), trees.get(WORDS), trail)
    node.only("titles", "labels")
    labels = {key: node.child("labels").labels(key) for key in node.child("labels").mapping()}
    return EventWords(node.labels("titles"), labels), trail.problems
