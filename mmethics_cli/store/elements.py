"""What the elements of pack files are called, so that two packs can speak of the same one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mmethics_cli.store.yaml_events import Keys, Tree

_NAMES: Final = ("id", "path", "table", "rule", "name")


def identity(element: Tree) -> Tree:
    """What names an element: its id, path, table…; an article's source and number; or None."""
    if not isinstance(element, dict):
        return None
    if "verified" in element:
        return [element.get("source"), element.get("article")]
    return next((element[name] for name in _NAMES if name in element), None)


def label(element: Tree) -> str:
    """The same for people."""
    name = identity(element)
    if isinstance(name, list):
        return " ".join(str(part) for part in name)
    if name is None and isinstance(element, dict):
        return str(element.get("section", ""))
    return str(name)


def named_list(value: Tree) -> bool:
    """Whether a list holds named elements; citations are none."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(identity(one) is not None for one in value)
        and not any(isinstance(one, dict) and "source" in one for one in value)
    )


def position(elements: list[Tree], wanted: Tree) -> int | None:
    """Where the element of that name stands."""
    if wanted is None:
        return None
    return next((at for at, one in enumerate(elements) if identity(one) == wanted), None)


def leaves(element: Tree, keys: Keys) -> Iterator[tuple[str, Keys]]:
    """The things an element brings: the rules of a table, the questions of a section, or itself."""
    for inner in ("rules", "questions"):
        parts = element.get(inner) if isinstance(element, dict) else None
        if isinstance(parts, list):
            for index, part in enumerate(parts):
                yield label(part), (*keys, inner, index)
            return
    yield label(element), keys


def marked_new(element: Any) -> Any:
    """The element with its rules marked as added, for the explanation of decisions."""
    if not isinstance(element, dict):
        return element
    if "outcome" in element:
        return {**element, "override": "由附加标准包新增"}
    if "rules" in element:
        return {**element, "rules": [marked_new(rule) for rule in element["rules"]]}
    return element
