"""Reading a pack's migrations, and proving them: new names are known, old ones no longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mmethics_cli.core.answer_tree import KeyPath
from mmethics_cli.core.migrations import Migration
from mmethics_cli.core.node import Node
from mmethics_cli.core.standard import Question, Standard

MIGRATIONS = "migrations.yaml"
_KEYS = ("paths", "fields", "values", "items", "retired")


def read_migrations(node: Node) -> tuple[Migration, ...]:
    """The migrations of a pack, without looking whether the names are known."""
    return tuple(_migration(one) for one in node.list()) if node.value else ()


def _migration(node: Node) -> Migration:
    node.only("id", *_KEYS)
    return Migration(
        node.text("id"),
        node.labels("paths"),
        {key: node.child("fields").labels(key) for key in _mapping(node, "fields")},
        {key: node.child("values").labels(key) for key in _mapping(node, "values")},
        node.labels("items"),
        node.labels("retired"),
    )


def _mapping(node: Node, key: str) -> Mapping[str, object]:
    return node.child(key).mapping() if node.has(key) else {}


def prove_migrations(standard: Standard) -> Iterator[tuple[str, KeyPath, str]]:
    """Every name that is wrong, with its place."""
    for number, one in enumerate(standard.migrations):
        for keys, message in _faults(standard, one):
            yield MIGRATIONS, (number, *keys), message


def _faults(standard: Standard, one: Migration) -> Iterator[tuple[KeyPath, str]]:
    questions = standard.questions
    yield from _renamed("paths", one.paths, questions, "路径")
    yield from _renamed("retired", one.retired, questions, "路径")
    yield from _renamed("items", one.items, standard.items, "审查要点")
    for old, new in one.paths.items():
        if (old.partition(".")[0] == "event") is not (new.partition(".")[0] == "event"):
            yield ("paths", old), f"“{old}”与“{new}”不在同一个文件里，不能改名，请用 retired"
    for path, names in one.fields.items():
        owner = questions.get(path)
        if owner is None or owner.type != "list":
            yield ("fields", path), f"没有列表“{path}”"
        else:
            yield from _renamed(path, names, {each.path: each for each in owner.fields}, "字段")
    for path, words in one.values.items():
        question = _question(standard, path)
        if question is None or not question.values:
            yield ("values", path), f"“{path}”不是选择题"
        else:
            yield from _renamed(path, words, question.values, "选项")


def _renamed(
    key: str, names: Mapping[str, str], known: Mapping[str, object], what: str
) -> Iterator[tuple[KeyPath, str]]:
    for old, new in names.items():
        if new not in known:
            yield (key, old), f"没有{what}“{new}”"
        if old in known:
            yield (key, old), f"{what}“{old}”还在用，不能改名"


def _question(standard: Standard, path: str) -> Question | None:
    owner, _, name = path.rpartition(".")
    return standard.questions.get(path) or standard.fields.get((owner, name))
