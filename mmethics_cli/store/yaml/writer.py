"""The least change of a YAML text that gives it another tree: comments, order and layout stay."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from yaml import events

from mmethics_cli.store.yaml.events import NULLS, Tree, event_stream


@dataclass(slots=True)
class SpannedNode:
    """A value and its span in the text; `block` collections and scalars end with their content."""

    start: int
    end: int
    column: int
    block: bool
    tree: Tree
    entries: dict[str, NodeEntry] = field(default_factory=dict)
    items: list[NodeEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NodeEntry:
    """A key (or the dash of a list item) at `start`; `after` is just behind its colon or dash."""

    start: int
    column: int
    after: int
    node: SpannedNode


def read_nodes(text: str) -> SpannedNode | None:
    """The root of a text that `yaml_reader.parse` accepted; None when it holds no value."""
    stream = (one for one in event_stream(text) if not isinstance(one, _ENVELOPE))
    first = next(stream, None)
    return None if first is None else _NodeReader(text, stream).value(first)


_ENVELOPE = (
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


STEP: Final = 2
_FLOW_WIDTH: Final = 80

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Short words, whole numbers and dates are written as people write them; the reader takes every
# scalar as text, whatever YAML 1.1 or 1.2 would make of it.
_AS_PEOPLE_WRITE = re.compile(r"yes|no|unsure|0|[1-9][0-9]{0,14}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OTHER_TYPE = re.compile(r"(?i:null|true|false|yes|no|on|off|y|n)|[-+.]?[0-9][-+0-9a-zA-Z_.,:]*")
_PLAIN_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~<=.+]")
_NOT_PLAIN = re.compile(r": |:$| #|[\t\n\ufeff\u2028\u2029]")
_FLOW_WORD = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\-]*")
_ESCAPED = re.compile("[\ufeff\u2028\u2029\x7f-\x9f]")
_NOT_BLOCK = re.compile(r"\A[ \t\n]|[ \t]$|^\t|[\ufeff\u2028\u2029]|\n\n\Z", re.M)


def key_text(key: str) -> str:
    """A key as it stands before its colon."""
    return key if _KEY.fullmatch(key) and not _OTHER_TYPE.fullmatch(key) else quoted(key)


def quoted(text: str) -> str:
    """In double quotes, on one line, whatever it holds."""
    escaped = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


def scalar(text: str) -> str:
    """One line: plain where that is safe, else in double quotes."""
    if _AS_PEOPLE_WRITE.fullmatch(text):
        return text
    plain = (
        _PLAIN_START.match(text)
        and not _NOT_PLAIN.search(text)
        and not _OTHER_TYPE.fullmatch(text)
        and text == text.strip()
    )
    return text if plain else quoted(text)


def value_after(tree: Tree, column: int) -> tuple[str, str]:
    """What follows `key:` at `column`: the rest of its line, and the lines below it.

    The first part begins with its space when there is one; each line below ends with a newline.
    """
    if tree is None:
        return "", ""
    if isinstance(tree, str):
        return _literal(tree, column) if _fits_block(tree) else (f" {scalar(tree)}", "")
    if not tree:
        return (" {}" if isinstance(tree, dict) else " []"), ""
    if isinstance(tree, dict):
        if set(tree) == {"not_applicable"} and isinstance(tree["not_applicable"], str):
            return f" {{not_applicable: {quoted(tree['not_applicable'])}}}", ""
        return "", mapping_lines(tree, column + STEP)
    if (flow := _flow(tree)) is not None:
        return f" {flow}", ""
    return "", "".join(item_lines(one, column + STEP) for one in tree)


def mapping_lines(tree: Mapping[str, Tree], column: int) -> str:
    """The entries of a mapping, one below the other."""
    return "".join(entry_lines(key, value, column) for key, value in tree.items())


def entry_lines(key: str, value: Tree, column: int) -> str:
    rest, below = value_after(value, column)
    return f"{' ' * column}{key_text(key)}:{rest}\n{below}"


def item_lines(tree: Tree, column: int) -> str:
    """One list item, its dash at `column`."""
    if isinstance(tree, dict) and tree:
        lines = mapping_lines(tree, column + STEP)
        return f"{' ' * column}- {lines[column + STEP :]}"
    rest, below = value_after(tree, column)
    return f"{' ' * column}-{rest}\n{below}"


def _flow(tree: list[Tree]) -> str | None:
    """`[a, b]` for a short list of texts; None where lines are better."""
    texts = [one for one in tree if isinstance(one, str)]
    if len(texts) < len(tree):
        return None
    shown = "[" + ", ".join(t if _FLOW_WORD.fullmatch(t) else quoted(t) for t in texts) + "]"
    return shown if len(shown) <= _FLOW_WIDTH else None


def _fits_block(text: str) -> bool:
    return "\n" in text.rstrip("\n") and not _NOT_BLOCK.search(text)


def _literal(text: str, column: int) -> tuple[str, str]:
    head = " |" if text.endswith("\n") else " |-"
    indent = " " * (column + STEP)
    lines = text.removesuffix("\n").split("\n")
    return head, "".join(f"{indent}{line}\n" if line else "\n" for line in lines)


_BLOCK_HEAD = re.compile(r"[|>][-+0-9]*")


class _Splice(NamedTuple):
    start: int
    end: int
    text: str


def edit(text: str, tree: Tree) -> str:
    """`text` (line ends as newlines) changed so that it reads as `tree`.

    The caller reads the result back: texts with anchors may not come out as wanted.
    """
    text = text if not text or text.endswith("\n") else text + "\n"
    root = read_nodes(text)
    if root is None or (root.tree is None and root.start == root.end):
        return text + (mapping_lines(tree, 0) if isinstance(tree, dict) else "")
    # From the end, so that places stay true; of several at one place the first comes first, and
    # what is put in before what is taken away there.
    in_order = sorted(_Change(text).root(root, tree), key=lambda one: (one.start, one.end))
    for splice in reversed(in_order):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


class _Change:
    """Finds the splices that turn a node into a tree; they never overlap."""

    def __init__(self, text: str) -> None:
        self.text = text

    def root(self, node: SpannedNode, tree: Tree) -> Iterator[_Splice]:
        if self._keeps_layout(node, tree):
            yield from self._inside(node, tree)
        elif isinstance(tree, dict):
            yield _Splice(self._line_start(node.start), self._line_end(node.end), "")
            yield _Splice(len(self.text), len(self.text), mapping_lines(tree, 0))

    def _inside(self, node: SpannedNode, tree: Tree) -> Iterator[_Splice]:
        if isinstance(tree, dict):
            yield from self._mapping(node, tree)
        elif isinstance(tree, list):
            yield from self._items(node, tree)

    def _keeps_layout(self, node: SpannedNode, tree: Tree) -> bool:
        """Whether entries can be changed one by one, without writing the whole value anew."""
        if not node.block or not tree:
            return False
        if isinstance(tree, dict) and node.entries:
            first = next(iter(node.entries.values()))
            alone = self.text[self._line_start(first.start) : first.start].strip() == ""
            return alone or next(iter(node.entries)) in tree
        if isinstance(tree, list) and node.items:
            old, new = ids_of(node.tree), ids_of(tree)
            if old is None or new is None:
                return False
            kept = [one for one in old if one in new]
            return bool(kept) and kept[0] == old[0] and new[: len(kept)] == kept
        return False

    def _mapping(self, node: SpannedNode, tree: dict[str, Tree]) -> Iterator[_Splice]:
        for key, entry in node.entries.items():
            if key not in tree:
                yield self._removal(entry)
            elif entry.node.tree != tree[key]:
                yield from self._entry(entry, tree[key])
        column = next(iter(node.entries.values())).column
        place = self._line_end(node.end)
        for key, value in tree.items():
            if key in node.entries:
                entry = node.entries[key]
                place = self._line_end(max(entry.after, entry.node.end))
            else:  # a new one follows what stands before it in the tree
                yield _Splice(place, place, "".join(entry_lines(key, value, column)))

    def _items(self, node: SpannedNode, tree: list[Tree]) -> Iterator[_Splice]:
        old, new = ids_of(node.tree) or [], ids_of(tree) or []
        wanted = dict(zip(new, tree, strict=True))
        for identity, item in zip(old, node.items, strict=True):
            if identity not in wanted:
                yield self._removal(item)
            elif item.node.tree != wanted[identity]:
                yield from self._entry(item, wanted[identity])
        added = [one for identity, one in wanted.items() if identity not in old]
        if added:
            end = self._line_end(node.end)
            yield _Splice(end, end, "".join(item_lines(one, node.column) for one in added))

    def _entry(self, entry: NodeEntry, tree: Tree) -> Iterator[_Splice]:
        node = entry.node
        if self._keeps_layout(node, tree):
            yield from self._inside(node, tree)
            return
        rest, below = value_after(tree, entry.column)
        if node.block and (node.entries or node.items):
            end, first = self._line_end(node.end), self._line_start(node.start)
            if first <= entry.start:  # `- id: a1`: the value begins on the line of its dash
                yield _Splice(entry.after, end, f"{rest}\n{below}")
                return
            if rest.startswith(" |"):  # comments before the old value would become text
                first = self._line_end(entry.after)
            # The key keeps its line (and comment); the lines of its value go.
            yield _Splice(entry.after, entry.after, rest)
            yield _Splice(first, end, below)
        elif node.block:
            head = _BLOCK_HEAD.match(self.text, node.start)
            head_end = head.end() if head else node.start
            yield _Splice(entry.after, head_end, rest)
            below_head = self._line_end(head_end)
            yield _Splice(below_head, max(below_head, self._line_end(node.end)), below)
        else:
            end = self._line_end(node.end)
            yield _Splice(entry.after, max(entry.after, node.end), rest)
            yield _Splice(end, end, below)

    def _removal(self, entry: NodeEntry) -> _Splice:
        end = self._line_end(max(entry.after, entry.node.end))
        return _Splice(self._line_start(entry.start), end, "")

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        """Just behind the newline of the line on which a value ends."""
        return self.text.index("\n", index) + 1


def ids_of(tree: Tree) -> list[str] | None:
    """The ids of a list's elements, its number for one without; None where they say nothing."""
    if not isinstance(tree, list) or not all(isinstance(one, dict) for one in tree):
        return None
    found = [
        str(one.get("id") or number) for number, one in enumerate(tree, 1) if isinstance(one, dict)
    ]
    return found if len(set(found)) == len(found) else None
