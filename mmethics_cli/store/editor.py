"""One YAML file being answered: its tree in memory, its text changed as little as possible."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from mmethics_cli.errors import ChangedOnDisk, WorkspaceError
from mmethics_cli.store.characters import name_of, refused_in_value
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.yaml_edit import edit
from mmethics_cli.store.yaml_events import Keys, Tree
from mmethics_cli.store.yaml_reader import Document, decode, parse, read_bytes

_BOM = b"\xef\xbb\xbf"


class ElementId(str):
    """A step of a key path that names a list element by its `id`."""

    __slots__ = ()


class Editor:
    """Changes are made in memory and reach the disk with `save`; nothing is parsed twice."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Read `path`, or begin an empty file; raises UnreadableFile."""
        self.path = path
        self.name = name or path.name
        self._data = read_bytes(path, self.name) if path.exists() else None
        self._text = decode(self._data or b"", self.name)
        self.document: Document = parse(self._text, self.name)
        self.tree: Tree = copy.deepcopy(self.document.tree)

    def set(self, keys: Sequence[str | int], value: object) -> None:
        """Put a plain tree (text, list, mapping, None) at `keys`; makes what is missing around it.

        An ElementId (or int) enters a list; an unknown id is added at its end.
        Raises WorkspaceError for a character that no value may hold.
        """
        _refuse_characters(value, ".".join(map(str, keys)))
        if not keys:
            self.tree = cast(Tree, copy.deepcopy(value))
            return
        if self.tree is None:
            self.tree = {}
        node: Tree = self.tree
        for key, following in zip(keys, keys[1:], strict=False):
            empty: Tree = [] if isinstance(following, ElementId) else {}
            node = _enter(node, key, empty)
        _assign(node, keys[-1], copy.deepcopy(value))

    def delete(self, keys: Keys) -> None:
        """Take away the key or list element at `keys`; nothing happens when there is none."""
        node = self.tree
        for key in keys[:-1]:
            node = _child(node, key)
        last = keys[-1]
        if isinstance(node, dict):
            node.pop(str(last), None)
        elif isinstance(node, list):
            at = _index(node, last)
            if at is not None:
                del node[at]

    def save(self) -> bool:
        """Write the changes; False when there are none. The caller holds the folder's lock.

        The new text is read back first. Raises ChangedOnDisk when the file is not the one that
        was read, WorkspaceError when the system or the reading back refuses; the file is whole.
        """
        if self.tree == self.document.tree:
            return False
        windows = "\r\n" in self._text
        text = edit(self._text.replace("\r\n", "\n").replace("\r", "\n"), self.tree)
        if windows:
            text = text.replace("\n", "\r\n")
        written = parse(text, self.name)
        if written.tree != self.tree:
            raise WorkspaceError(
                f"{self.name} 的写法特殊（例如用了 & 和 *），没法自动修改，文件没有改动。"
                "请手工改写那一处。"
            )
        self._write(text, written)
        return True

    def _write(self, text: str, written: Document) -> None:
        now = read_bytes(self.path, self.name) if self.path.exists() else None
        if now != self._data:
            raise ChangedOnDisk(
                f"{self.path} 在读入之后被别的程序改过，这次没有写入。请重新运行，再作修改。"
            )
        bom = _BOM if (self._data or b"").startswith(_BOM) else b""
        data = bom + text.encode("utf-8")
        write_atomic(self.path, data)
        self._data, self._text, self.document = data, text, written
        self.tree = copy.deepcopy(written.tree)

    @property
    def digest(self) -> str:
        """SHA-256 of the file as it was read or last written."""
        return sha256(self._data or b"")


def _enter(node: Tree, key: str | int, empty: Tree) -> Tree:
    """The container below `key`; an empty one is made where nothing stands."""
    child = _child(node, key)
    if isinstance(child, (dict, list)) and (child or type(child) is type(empty)):
        return child
    return _assign(node, key, empty)


def _assign(node: Tree, key: str | int, value: object) -> Tree:
    tree = cast(Tree, value)
    if isinstance(node, dict):
        node[str(key)] = tree
    elif isinstance(node, list):
        at = _index(node, key)
        if isinstance(key, ElementId) and isinstance(tree, dict):
            tree = {"id": str(key), **tree}
        if at is None:
            node.append(tree)
        else:
            node[at] = tree
    return tree


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
    for at, one in enumerate(node):
        if isinstance(one, dict) and (one.get("id") or str(at + 1)) == key:
            return at
    return None


def _refuse_characters(value: object, where: str) -> None:
    if isinstance(value, str):
        if bad := refused_in_value(value):
            raise WorkspaceError(f"“{where}”含有不能使用的{name_of(bad)}，没有写入。请删去它。")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            _refuse_characters(str(key), where)
            _refuse_characters(one, f"{where}.{key}" if where else str(key))
    elif isinstance(value, (list, tuple)):
        for number, one in enumerate(value, 1):
            _refuse_characters(one, f"{where}[{number}]")
