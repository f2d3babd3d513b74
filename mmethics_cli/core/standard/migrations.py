"""Dossiers written under an older edition of the pack: old names read as the new ones."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mmethics_cli.core.conditions.values import KeyPath
from mmethics_cli.core.standard.model import Question, Standard
from mmethics_cli.core.standard.node import Node
from mmethics_cli.core.standard.renaming import Migration

_SELF_CHECK, _DOCUMENTS = "self_check", "documents"
_ATTACHMENTS, _ATTACHMENT_KIND = "attachments", "attachments.kind"


class Renaming(Struct, frozen=True):
    """One thing that stood under an old name; `again` when it has to be answered again."""

    old: str
    new: str
    again: bool = False


def migrated(
    tree: Any, migrations: Sequence[Migration], *, rewriting: bool = False
) -> tuple[Any, tuple[Renaming, ...]]:
    """A file's tree under the names of today, and what was moved; nothing else is touched.

    Where old and new name both hold an answer, both stay: the person has to choose. Retired
    answers are left out unless the tree is for `rewriting`, which must drop nothing.
    """
    if not migrations or not isinstance(tree, dict):
        return tree, ()
    new = copy.deepcopy(tree)
    moved: list[Renaming] = []
    for migration in migrations:
        moved += _paths(new, migration.paths)
        for path, names in migration.fields.items():
            moved += _fields(new, path, names)
        for path, words in migration.values.items():
            moved += _values(new, path, words)
        moved += _keys(new.get(_DOCUMENTS), migration.documents)
        moved += _values(new, _ATTACHMENT_KIND, migration.documents)
        moved += _keys(new.get(_SELF_CHECK), migration.items)
        moved += _evidence(new.get(_SELF_CHECK), migration, attachment_ids(new))
        if not rewriting:
            moved += _retired(new, migration.retired)
    return (new, tuple(moved)) if moved else (tree, ())


def migrated_items(
    tree: Any, migrations: Sequence[Migration], attachments: Collection[str] = ()
) -> tuple[Any, tuple[Renaming, ...]]:
    """The same for a file of the self-check, whose keys are review items.

    `attachments` are ids that evidence may name: what they name is no document or question.
    """
    if not migrations:
        return tree, ()
    new = copy.deepcopy(tree)
    moved: list[Renaming] = []
    for step in migrations:
        moved += _keys(new, step.items)
        moved += _evidence(new, step, attachments)
    return (new, tuple(moved)) if moved else (tree, ())


def attachment_ids(tree: Any) -> frozenset[str]:
    """The ids of the attachments that a tree of answers lists."""
    entries = tree.get(_ATTACHMENTS) if isinstance(tree, dict) else None
    return frozenset(
        str(entry.get("id"))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    )


def renamed_documents(migrations: Sequence[Migration]) -> dict[str, str]:
    """The id of today by each that a document ever had."""
    names: dict[str, str] = {}
    for step in migrations:
        names = {old: step.documents.get(new, new) for old, new in names.items()} | dict(
            step.documents
        )
    return names


def renamed_to(migrations: Sequence[Migration], name: str) -> str:
    """What a name is called now (`self_check.OLD-1`, `documents.old`, a path); empty for none."""
    for step in reversed(migrations):
        group, _, key = name.partition(".")
        by_group = {_SELF_CHECK: step.items, _DOCUMENTS: step.documents}
        owner, _, field = name.rpartition(".")
        new = by_group.get(group, {}).get(key) or step.paths.get(name) or step.retired.get(name)
        if today := new or step.fields.get(owner, {}).get(field):
            return today
    return ""


def _paths(tree: dict[str, Any], names: Mapping[str, str]) -> Iterator[Renaming]:
    for old, new in names.items():
        value = _taken(tree, old)
        if value is not None and _put(tree, new, value):
            _drop(tree, old)
            yield Renaming(old, new)


def _retired(tree: dict[str, Any], names: Mapping[str, str]) -> Iterator[Renaming]:
    for old, new in names.items():
        if _taken(tree, old) is not None:
            if _taken(tree, new) is None:
                yield Renaming(old, new, again=True)
            else:
                yield Renaming(old, new)
            _drop(tree, old)


def _fields(tree: dict[str, Any], path: str, names: Mapping[str, str]) -> Iterator[Renaming]:
    entries = _taken(tree, path)
    for old, new in names.items():
        renamed = [
            entry
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict) and old in entry and entry.get(new) is None
        ]
        for entry in renamed:
            entry[new] = entry.pop(old)
        if renamed:
            yield Renaming(f"{path}.{old}", f"{path}.{new}")


def _values(tree: dict[str, Any], path: str, words: Mapping[str, str]) -> Iterator[Renaming]:
    holders = [(tree, path.split("."))]
    parent, _, name = path.rpartition(".")
    entries = _taken(tree, parent)
    if isinstance(entries, list):
        holders = [(entry, [name]) for entry in entries if isinstance(entry, dict)]
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
            changed |= {word for word in value if isinstance(word, str) and word in words}
            place[last] = [
                words.get(word, word) if isinstance(word, str) else word for word in value
            ]
    for old in sorted(changed):
        yield Renaming(f"{path}：{old}", words[old])


def _keys(tree: Any, names: Mapping[str, str]) -> Iterator[Renaming]:
    """Rename keys of one mapping: review items, documents."""
    for old, new in names.items():
        if isinstance(tree, dict) and old in tree and tree.get(new) is None:
            value = tree.pop(old)
            tree[new] = value
            yield Renaming(old, new)


def _evidence(items: Any, step: Migration, attachments: Collection[str]) -> Iterator[Renaming]:
    """Let the self-check's evidence name questions and documents as they are called now."""
    names = {**step.paths, **step.documents}
    for answer in items.values() if isinstance(items, dict) else ():
        evidence = answer.get("evidence") if isinstance(answer, dict) else None
        if isinstance(evidence, str) and evidence in names and evidence not in attachments:
            answer["evidence"] = names[evidence]
            yield Renaming(evidence, names[evidence])


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


MIGRATIONS = "migrations.yaml"
_MIGRATION_KEYS = ("paths", "fields", "values", "items", "documents", "retired")


def read_migrations(node: Node) -> tuple[Migration, ...]:
    """The migrations of a pack, without looking whether the names are known."""
    return tuple(_migration(step) for step in node.list()) if node.value else ()


def _migration(node: Node) -> Migration:
    node.only("id", *_MIGRATION_KEYS)
    return Migration(
        node.text("id"),
        node.labels("paths"),
        {key: node.child("fields").labels(key) for key in _mapping(node, "fields")},
        {key: node.child("values").labels(key) for key in _mapping(node, "values")},
        node.labels("items"),
        node.labels("documents"),
        node.labels("retired"),
    )


def _mapping(node: Node, key: str) -> Mapping[str, object]:
    return node.child(key).mapping() if node.has(key) else {}


def prove_migrations(standard: Standard) -> Iterator[tuple[str, KeyPath, str]]:
    """Every name that is wrong, with its place."""
    for number, step in enumerate(standard.migrations):
        for keys, message in _faults(standard, step):
            yield MIGRATIONS, (number, *keys), message


def _faults(standard: Standard, step: Migration) -> Iterator[tuple[KeyPath, str]]:
    questions = standard.questions
    yield from _renamed("paths", step.paths, questions, "路径")
    yield from _renamed("retired", step.retired, questions, "路径")
    yield from _renamed("items", step.items, standard.items, "审查要点")
    yield from _renamed("documents", step.documents, standard.documents, "文件")
    for old, new in step.paths.items():
        if (old.partition(".")[0] == "event") is not (new.partition(".")[0] == "event"):
            yield ("paths", old), f"“{old}”与“{new}”不在同一个文件里，不能改名，请用 retired"
    for path, names in step.fields.items():
        owner = questions.get(path)
        if owner is None or owner.type != "list":
            yield ("fields", path), f"没有列表“{path}”"
        else:
            yield from _renamed(path, names, {each.path: each for each in owner.fields}, "字段")
    for path, words in step.values.items():
        question = _question(standard, path)
        if question is None or not question.values:
            yield ("values", path), f"“{path}”不是选择题"
        else:
            yield from _renamed(path, words, question.values, "选项")


def _renamed(
    key: str, names: Mapping[str, str], names_today: Mapping[str, object], what: str
) -> Iterator[tuple[KeyPath, str]]:
    for old, new in names.items():
        if new not in names_today:
            yield (key, old), f"没有{what}“{new}”"
        if old in names_today:
            yield (key, old), f"{what}“{old}”还在用，不能改名"


def _question(standard: Standard, path: str) -> Question | None:
    owner, _, name = path.rpartition(".")
    return standard.questions.get(path) or standard.fields.get((owner, name))
