"""Dossiers written under an older edition of the pack: old names read as the new ones."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmethics_cli.core.findings import Finding

_SELF_CHECK = "self_check"


@dataclass(frozen=True, slots=True)
class Migration:
    """What got another name with one edition: old names to new ones.

    `fields` and `values` are by list or path. An answer of `retired` no longer counts; what it
    asked has to be answered again under the new path.
    """

    edition: str
    paths: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that stood under an old name; `again` when it has to be answered again."""

    old: str
    new: str
    again: bool = False


def migrated(
    tree: Any, migrations: Sequence[Migration], *, rewriting: bool = False
) -> tuple[Any, tuple[Moved, ...]]:
    """A file's tree under the names of today, and what was moved; nothing else is touched.

    Where old and new name both hold an answer, both stay: the person has to choose. Retired
    answers are left out unless the tree is for `rewriting`, which must drop nothing.
    """
    if not migrations or not isinstance(tree, dict):
        return tree, ()
    new = copy.deepcopy(tree)
    moved: list[Moved] = []
    for one in migrations:
        moved += _paths(new, one.paths)
        for path, names in one.fields.items():
            moved += _fields(new, path, names)
        for path, words in one.values.items():
            moved += _values(new, path, words)
        moved += _items(new.get(_SELF_CHECK), one.items)
        if not rewriting:
            moved += _retired(new, one.retired)
    return (new, tuple(moved)) if moved else (tree, ())


def migrated_items(tree: Any, migrations: Sequence[Migration]) -> tuple[Any, tuple[Moved, ...]]:
    """The same for a file of the self-check, whose keys are review items."""
    if not migrations:
        return tree, ()
    new = copy.deepcopy(tree)
    moved = tuple(one for step in migrations for one in _items(new, step.items))
    return (new, moved) if moved else (tree, ())


def renamed(moved: Sequence[Moved]) -> Iterator[Finding]:
    """One note on what a dossier says under old names, and what has to be answered again."""
    if not moved:
        return
    kept = dict.fromkeys(f"{one.old} → {one.new}" for one in moved if not one.again)
    anew = dict.fromkeys(f"{one.new}（原 {one.old}）" for one in moved if one.again)
    message = "卷宗按旧版标准包写成"
    if kept:
        message += f"，已按新名称读入：{'、'.join(kept)}"
    if anew:
        message += f"；要重新回答：{'、'.join(anew)}，旧回答留在文件里，不再读"
    yield Finding(
        "renamed",
        "note",
        "not_verified",
        "",
        message,
        "下一次保存（如 mmethics fill）时文件改用新名称",
    )


def _paths(tree: dict[str, Any], names: Mapping[str, str]) -> Iterator[Moved]:
    for old, new in names.items():
        value = _taken(tree, old)
        if value is not None and _put(tree, new, value):
            _drop(tree, old)
            yield Moved(old, new)


def _retired(tree: dict[str, Any], names: Mapping[str, str]) -> Iterator[Moved]:
    for old, new in names.items():
        if _taken(tree, old) is not None:
            if _taken(tree, new) is None:
                yield Moved(old, new, again=True)
            else:
                yield Moved(old, new)
            _drop(tree, old)


def _fields(tree: dict[str, Any], path: str, names: Mapping[str, str]) -> Iterator[Moved]:
    entries = _taken(tree, path)
    for old, new in names.items():
        found = [
            one
            for one in (entries if isinstance(entries, list) else ())
            if isinstance(one, dict) and old in one and one.get(new) is None
        ]
        for one in found:
            one[new] = one.pop(old)
        if found:
            yield Moved(f"{path}.{old}", f"{path}.{new}")


def _values(tree: dict[str, Any], path: str, words: Mapping[str, str]) -> Iterator[Moved]:
    holders = [(tree, path.split("."))]
    parent, _, name = path.rpartition(".")
    entries = _taken(tree, parent)
    if isinstance(entries, list):
        holders = [(one, [name]) for one in entries if isinstance(one, dict)]
    changed = set()
    for holder, keys in holders:
        *above, last = keys
        place: Any = holder
        for key in above:
            place = place.get(key) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            continue
        value = place.get(last)
        if isinstance(value, str) and value in words:
            changed.add(value)
            place[last] = words[value]
        elif isinstance(value, list):
            changed |= {one for one in value if isinstance(one, str) and one in words}
            place[last] = [words.get(one, one) if isinstance(one, str) else one for one in value]
    for old in sorted(changed):
        yield Moved(f"{path}：{old}", words[old])


def _items(tree: Any, names: Mapping[str, str]) -> Iterator[Moved]:
    for old, new in names.items():
        if isinstance(tree, dict) and old in tree and tree.get(new) is None:
            value = tree.pop(old)
            tree[new] = value
            yield Moved(old, new)


def _taken(tree: Any, path: str) -> Any:
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def _put(tree: dict[str, Any], path: str, value: object) -> bool:
    """Put a value where nothing stands yet; False where something does."""
    *above, last = path.split(".")
    place: Any = tree
    for key in above:
        if not isinstance(place.get(key), dict):
            if place.get(key) is not None:
                return False
            place[key] = {}
        place = place[key]
    if place.get(last) is not None:
        return False
    place[last] = value
    return True


def _drop(tree: dict[str, Any], path: str) -> None:
    *above, last = path.split(".")
    for key in above:
        tree = tree[key]
    del tree[last]
