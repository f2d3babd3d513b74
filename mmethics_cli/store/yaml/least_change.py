"""The least change of a YAML text that gives it another tree: comments, order and layout stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mmethics_cli.store.yaml.events import Tree
from mmethics_cli.store.yaml.spans import NodeEntry, SpannedNode, read_nodes
from mmethics_cli.store.yaml.writer import entry_lines, item_lines, mapping_lines, value_after

_BLOCK_HEAD: Final = re.compile(r"[|>][-+0-9]*")


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
    in_order = sorted(_Change(text).root(root, tree), key=lambda splice: (splice.start, splice.end))
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
            kept = [id_ for id_ in old if id_ in new]
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
        added = [item for identity, item in wanted.items() if identity not in old]
        if added:
            end = self._line_end(node.end)
            yield _Splice(end, end, "".join(item_lines(item, node.column) for item in added))

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
    if not isinstance(tree, list) or not all(isinstance(element, dict) for element in tree):
        return None
    ids = [
        str(element.get("id") or number)
        for number, element in enumerate(tree, 1)
        if isinstance(element, dict)
    ]
    return ids if len(set(ids)) == len(ids) else None
