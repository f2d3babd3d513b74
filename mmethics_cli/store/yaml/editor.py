"""One YAML file being answered: its tree in memory, its text changed as little as possible."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from mmethics_cli.errors import ChangedOnDisk, UnreadableFile, WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.yaml.anchors import without_aliases
from mmethics_cli.store.yaml.characters import name_of, refused_in_value
from mmethics_cli.store.yaml.events import Keys, Tree
from mmethics_cli.store.yaml.least_change import edit
from mmethics_cli.store.yaml.reader import YamlFile, decode, parse, read_bytes

_BOM: Final = b"\xef\xbb\xbf"


class ElementId(str):
    """A step of a key path that names a list element by its `id`."""

    __slots__ = ()


class Editor:
    """Changes are made in memory and reach the disk with `save`; what was read stays in memory.

    Trees are never changed in place: what two of them have in common they share.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Read `path`, or begin an empty file; raises UnreadableFile."""
        self.path = path
        self.name = name or path.name
        self._data = read_bytes(path, self.name) if path.exists() else None
        self._text = decode(self._data or b"", self.name)
        self.file: YamlFile = parse(self._text, self.name)
        self.tree: Tree = self.file.tree

    def set(self, keys: Sequence[str | int], value: object) -> None:
        """Put a plain tree (text, list, mapping, None) at `keys`; makes what is missing around it.

        An ElementId (or int) enters a list; an unknown id is added at its end.
        Raises WorkspaceError for a character that no value may hold.
        """
        _refuse_characters(value, ".".join(map(str, keys)))
        tree = cast(Tree, copy.deepcopy(value))
        self.tree = _with(self.tree, keys, tree) if keys else tree

    def number(self, keys: Sequence[str]) -> None:
        """Give each entry of the list at `keys` the id by which its place names it, if it has none.

        Nothing happens where no list stands.
        """
        node: Tree = self.tree
        for key in keys:
            node = _child(node, key)
        if isinstance(node, list):
            self.tree = _with(self.tree, keys, numbered(node))

    def delete(self, keys: Keys) -> None:
        """Take away the key or list element at `keys`; nothing happens when there is none."""
        self.tree = _without(self.tree, keys)

    def save(self) -> bool:
        """Write the changes; False when there are none. The caller holds the folder's lock.

        The new text is read back first. Raises ChangedOnDisk when the file is not the one that was
        read, WorkspaceError when the system or the reading back refuses; the file is whole.
        """
        planned = self.planned()
        if planned is None:
            return False
        self.write(planned)
        return True

    def planned(self) -> YamlFile | None:
        """The new file, read back, that `save` would write; None when nothing changes.

        Raises as `save` does, without writing.
        """
        if self.tree == self.file.tree:
            return None
        self._require_unchanged()
        text = self._text.replace("\r\n", "\n").replace("\r", "\n")
        written = self._edited(text)
        if written is None and "*" in text:
            written = self._edited(without_aliases(text))
        if written is None:
            raise WorkspaceError(
                f"{self.name} 的写法特殊（例如用了 & 和 *），没法自动修改，文件没有改动。"
                "请手工改写那一处。"
            )
        return written

    def _edited(self, text: str) -> YamlFile | None:
        """The text as it says what the tree does; None where that can't be."""
        text = edit(text, self.tree)
        if "\r\n" in self._text:
            text = text.replace("\n", "\r\n")
        try:
            written = parse(text, self.name)
        except UnreadableFile:
            return None
        return written if written.tree == self.tree else None

    def write(self, planned: YamlFile) -> None:
        """Put a planned file on the disk; raises as `save` does."""
        self._require_unchanged()
        bom = _BOM if (self._data or b"").startswith(_BOM) else b""
        data = bom + planned.text.encode("utf-8")
        write_atomic(self.path, data)
        self._data, self._text, self.file = data, planned.text, planned
        self.tree = planned.tree

    def _require_unchanged(self) -> None:
        now = read_bytes(self.path, self.name) if self.path.exists() else None
        if now != self._data:
            raise ChangedOnDisk(
                f"{self.path} 在读入之后被别的程序改过，这次没有写入。请重新运行，再作修改。"
            )


def numbered(entries: Sequence[Tree]) -> list[Tree]:
    """The entries of a list, each with the id by which its place names it, if it has none."""
    return [
        {"id": str(number), **{key: value for key, value in entry.items() if key != "id"}}
        if isinstance(entry, dict) and not entry.get("id")
        else entry
        for number, entry in enumerate(entries, 1)
    ]


def _with(node: Tree, keys: Sequence[str | int], value: Tree) -> Tree:
    """A copy of `node` with a value at `keys`; containers that are missing are made."""
    key, rest = keys[0], keys[1:]
    if rest:
        empty: Tree = [] if isinstance(rest[0], ElementId) else {}
        child = _child(node, key)
        fits = isinstance(child, (dict, list)) and (child or type(child) is type(empty))
        value = _with(child if fits else empty, rest, value)
        return _put(node, key, value, new=not fits)
    return _put(node, key, value, new=True)


def _put(node: Tree, key: str | int, value: Tree, *, new: bool) -> Tree:
    """A copy of a container with one value; a new list element gets its id."""
    if isinstance(node, list):
        at = _index(node, key)
        if new and isinstance(key, ElementId) and isinstance(value, dict):
            value = {"id": str(key), **value}
        return [*node, value] if at is None else [*node[:at], value, *node[at:][1:]]
    return {**(node if isinstance(node, dict) else {}), str(key): value}


def _without(node: Tree, keys: Keys) -> Tree:
    """A copy of `node` without what stands at `keys`; itself when nothing stands there."""
    if not keys:
        return node
    key, rest = keys[0], keys[1:]
    if rest:
        child = _child(node, key)
        left = _without(child, rest)
        return node if left is child else _put(node, key, left, new=False)
    if isinstance(node, dict) and str(key) in node:
        return {name: value for name, value in node.items() if name != str(key)}
    at = _index(node, key) if isinstance(node, list) else None
    return node if at is None or not isinstance(node, list) else [*node[:at], *node[at:][1:]]


def _child(node: Tree, key: str | int) -> Tree:
    if isinstance(node, dict):
        return node.get(str(key))
    if isinstance(node, list):
        at = _index(node, key)
        return None if at is None else node[at]
    return None


def _index(node: list[Tree], key: str | int) -> int | None:
    if isinstance(key, int):
        return key if -len(node) <= key < len(node) else None
    for at, entry in enumerate(node):
        if isinstance(entry, dict) and (entry.get("id") or str(at + 1)) == key:
            return at
    return None


def _refuse_characters(value: object, where: str) -> None:
    if isinstance(value, str):
        if bad := refused_in_value(value):
            raise WorkspaceError(f"“{where}”含有不能使用的{name_of(bad)}，没有写入。请删去它。")
    elif isinstance(value, Mapping):
        for key, below in value.items():
            _refuse_characters(str(key), where)
            _refuse_characters(below, f"{where}.{key}" if where else str(key))
    elif isinstance(value, (list, tuple)):
        for number, below in enumerate(value, 1):
            _refuse_characters(below, f"{where}[{number}]")
