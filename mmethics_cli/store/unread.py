"""Answers that stand in the files but count as unknown, as they were written."""

from __future__ import annotations

from mmethics_cli.core.names import question_at
from mmethics_cli.core.typed import UNSURE_WORD
from mmethics_cli.core.values import UNKNOWN, Value
from mmethics_cli.core.words import UNSURE_WORDS, plain
from mmethics_cli.store.workspace import Workspace
from mmethics_cli.store.yaml_events import Keys, Tree


def unread_answers(workspace: Workspace) -> dict[str, str]:
    """By path: 不清楚 where that is the answer, else the text that the question refused.

    `self_check.ITEM` is the refused answer to a review item.
    """
    found: dict[str, str] = {}
    values = workspace.values
    for part in workspace.parts.values():
        for path, keys in part.reading.keys.items():
            raw = _at(part.document.tree, keys)
            if isinstance(raw, str) and raw.strip() and _value(values, path) is UNKNOWN:
                found[path] = _shown(workspace, path, raw)
    if workspace.self_check_document is not None:
        for trouble in workspace.self_check.refused:
            raw = _at(workspace.self_check_document.tree, trouble.keys)
            if isinstance(raw, str):
                found[trouble.path] = raw
    return found


def _shown(workspace: Workspace, path: str, raw: str) -> str:
    kind = question_at(workspace.standard, path).type
    unsure = plain(raw) in UNSURE_WORDS and kind in ("bool", "choice", "choices")
    return UNSURE_WORD if unsure else raw


def _value(values: dict[str, Value], path: str) -> Value:
    """The value at a path; of a field of a list's entry too."""
    owner, bracket, rest = path.partition("[")
    if not bracket:
        return values.get(path, UNKNOWN)
    id_, _, name = rest.partition("].")
    elements = values.get(owner)
    listed = elements if isinstance(elements, tuple) else ()
    return next((one.get(name) for one in listed if one.id == id_ and name), UNKNOWN)


def _at(tree: Tree, keys: Keys) -> Tree:
    for key in keys:
        if isinstance(tree, dict):
            tree = tree.get(str(key))
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree
