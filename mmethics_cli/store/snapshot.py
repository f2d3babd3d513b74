"""The snapshot of a submission: all answers of all files as one tree, as they were sealed."""

from __future__ import annotations

from datetime import date

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.profile import PROFILE_KEYS
from mmethics_cli.store.submissions import DECISION_KEYS
from mmethics_cli.store.workspace import Workspace
from mmethics_cli.store.yaml_emit import mapping_lines
from mmethics_cli.store.yaml_events import Tree
from mmethics_cli.store.yaml_reader import parse

_NOT_ANSWERS = PROFILE_KEYS | DECISION_KEYS


def snapshot_text(workspace: Workspace, day: date) -> str:
    """One YAML text, in the form that `pathway FILE` reads; raises WorkspaceError."""
    tree: dict[str, Tree] = {}
    for part in workspace.parts.values():
        if isinstance(part.document.tree, dict):
            lay(tree, {k: v for k, v in part.document.tree.items() if k not in _NOT_ANSWERS})
    document = workspace.self_check_document
    if document is not None and document.tree:
        tree["self_check"] = document.tree
    text = f"# 封存于 {day.isoformat()}。请勿改动：清单里登记了它的校验值。\n"
    text += mapping_lines(tree, 0)
    if parse(text, "snapshot.yaml").tree != tree:
        raise WorkspaceError("快照写出后读回不一致，没有封存。")
    return text


def lay(base: dict[str, Tree], over: dict[str, Tree]) -> None:
    """Values of `over` hold over those of `base`; blanks hold over nothing."""
    for key, value in over.items():
        held = base.get(key)
        if isinstance(held, dict) and isinstance(value, dict):
            lay(held, value)
        elif isinstance(value, dict):
            base[key] = {}
            lay(base[key], value)  # type: ignore[arg-type]
        elif value is not None or key not in base:
            base[key] = value
