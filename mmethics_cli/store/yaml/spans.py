"""Where each key, list item and value stands in a YAML text that the reader accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct, field
from yaml import events

from mmethics_cli.store.yaml.events import NULLS, Tree, event_stream


class SpannedNode(Struct):
    """A value and its span in the text; `block` collections and scalars end with their content."""

    start: int
    end: int
    column: int
    block: bool
    tree: Tree
    entries: dict[str, NodeEntry] = field(default_factory=dict)
    items: list[NodeEntry] = field(default_factory=list)


class NodeEntry(Struct, frozen=True):
    """A key (or the dash of a list item) at `start`; `after` is just behind its colon or dash."""

    start: int
    column: int
    after: int
    node: SpannedNode


def read_nodes(text: str) -> SpannedNode | None:
    """The root of a text that `reader.parse` accepted; None when it holds no value."""
    stream = (event for event in event_stream(text) if not isinstance(event, _ENVELOPE))
    first = next(stream, None)
    return None if first is None else _NodeReader(text, stream).value(first)


_ENVELOPE: Final = (
    events.StreamStartEvent,
    events.StreamEndEvent,
    events.DocumentStartEvent,
    events.DocumentEndEvent,
)


class _NodeReader:
    """Recursion is safe here: the reader has limited the depth."""

    def __init__(self, text: str, stream: Iterator[Any]) -> None:
        self.text = text
        self.stream = stream
        self.anchors: dict[str, Tree] = {}

    def value(self, event: Any) -> SpannedNode:
        kind = type(event)
        if kind is events.AliasEvent:
            node = self._leaf(event, self.anchors.get(event.anchor))
        elif kind is events.ScalarEvent:
            null = event.implicit[0] and event.value in NULLS
            node = self._leaf(event, None if null else event.value)
        elif kind is events.MappingStartEvent:
            node = self._mapping(event)
        else:
            node = self._sequence(event)
        if kind is not events.AliasEvent and event.anchor:
            self.anchors[event.anchor] = node.tree
        return node

    def _leaf(self, event: Any, tree: Tree) -> SpannedNode:
        start, end = event.start_mark.index, event.end_mark.index
        block = getattr(event, "style", None) in ("|", ">")
        if block:
            end = start + len(self.text[start:end].rstrip())
        return SpannedNode(start, end, event.start_mark.column, block, tree)

    def _mapping(self, start: Any) -> SpannedNode:
        tree: dict[str, Tree] = {}
        node = self._collection(start, tree)
        for key in self.stream:
            if type(key) is events.MappingEndEvent:
                return self._finish(node, key)
            after = self.text.index(":", key.end_mark.index) + 1
            value = self.value(next(self.stream))
            mark = key.start_mark
            node.entries[key.value] = NodeEntry(mark.index, mark.column, after, value)
            node.end = max(after, value.end)
            tree[key.value] = value.tree
        raise AssertionError("the reader accepted a mapping without end")

    def _sequence(self, start: Any) -> SpannedNode:
        tree: list[Tree] = []
        node = self._collection(start, tree)
        searched = node.start
        for event in self.stream:
            if type(event) is events.SequenceEndEvent:
                return self._finish(node, event)
            dash = self._dash(searched, node.column) if node.block else event.start_mark.index
            value = self.value(event)
            node.items.append(NodeEntry(dash, node.column, dash + 1, value))
            searched = node.end = max(dash + 1, value.end)
            tree.append(value.tree)
        raise AssertionError("the reader accepted a list without end")

    def _collection(self, start: Any, tree: Tree) -> SpannedNode:
        mark = start.start_mark
        return SpannedNode(
            mark.index, start.end_mark.index, mark.column, not start.flow_style, tree
        )

    def _finish(self, node: SpannedNode, end: Any) -> SpannedNode:
        if not node.block:
            node.end = end.end_mark.index
        return node

    def _dash(self, searched: int, column: int) -> int:
        """The dash of the next item: the first one may stand behind another dash on its line."""
        if self.text[searched] == "-" and self._column(searched) == column:
            return searched
        while True:
            searched = self.text.index("\n", searched) + 1
            line_dash = searched + column
            if self.text[searched:line_dash].strip(" ") == "" and self.text[line_dash] == "-":
                return line_dash

    def _column(self, index: int) -> int:
        return index - (self.text.rfind("\n", 0, index) + 1)
