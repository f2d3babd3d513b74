"""What the elements of pack files are called, so that two packs can speak of the same one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mmethics_cli.store.yaml_events import Keys, Tree

_NAMES: Final = ("id", "path", "table", "rule", "name")
# Lists under these keys hold named elements, which merge by name; other lists are replaced.
NAMED_LISTS: Final = frozenset({"rules", "questions", "fields"})


@dataclass(frozen=True, slots=True)
class Said:
    """What an overlay says of a change of its own: why it is made and who stands for it."""

    reason: str = ""
    by: str = ""
    misspelt: tuple[str, ...] = ()


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


def said_of(element: Tree) -> Said:
    """From `override:` or `note:` of an element, or from who verified an article."""
    if not isinstance(element, dict):
        return Said()
    if "verified" in element:
        return Said(by=_joined(element.get("by"), element.get("date")))
    said = element.get("override", element.get("note"))
    if isinstance(said, str) and "override" in element:
        return Said(misspelt=("override",))
    if not isinstance(said, dict):
        return Said()
    by = _joined(said.get("by"), said.get("date"))
    misspelt = tuple(key for key in said if key not in ("reason", "by", "date"))
    return Said(_joined(said.get("reason")), by, misspelt)


def _joined(*parts: Tree) -> str:
    return " ".join(part for part in parts if isinstance(part, str))


def position(elements: list[Tree], wanted: Tree) -> int | None:
    """Where the element of that name stands."""
    if wanted is None:
        return None
    return next((at for at, one in enumerate(elements) if identity(one) == wanted), None)


def leaves(element: Tree, keys: Keys) -> Iterator[tuple[Tree, Keys]]:
    """The things an element brings: the rules of a table, the questions of a section, or itself."""
    for inner in ("rules", "questions"):
        parts = element.get(inner) if isinstance(element, dict) else None
        if isinstance(parts, list):
            for index, part in enumerate(parts):
                yield part, (*keys, inner, index)
            return
    yield element, keys


def marked(element: Any, default: str) -> Any:
    """The element without what is said of it; its rules keep the reason, or else `default`."""
    if not isinstance(element, dict):
        return element
    kept = {key: value for key, value in element.items() if key != "override"}
    for key in NAMED_LISTS & kept.keys():
        if isinstance(kept[key], list):
            kept[key] = [marked(one, default) for one in kept[key]]
    if "outcome" in kept:
        kept["override"] = said_of(element).reason or default
    return kept
