"""The glossary names classes where they are; the index of the documents lists every page."""

from __future__ import annotations

import ast
import re
from typing import Final

from tests.program import ROOT

ROW: Final = re.compile(r"^\| [^|]+ \| (?P<classes>[^|]+) \| `(?P<module>[^`|]+)` \|", re.MULTILINE)
GLOSSARY: Final = ROOT / "docs" / "glossary.md"


def rows() -> list[tuple[str, str]]:
    """Class and module of every row."""
    return [
        (name, match["module"])
        for match in ROW.finditer(GLOSSARY.read_text(encoding="utf-8"))
        for name in re.findall(r"`(\w+)`", match["classes"])
    ]


def classes_in(module: str) -> set[str]:
    tree = ast.parse((ROOT / "mmethics_cli" / module).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def test_each_class_stands_where_the_glossary_says() -> None:
    named = rows()
    assert len(named) > 40
    assert [(name, module) for name, module in named if name not in classes_in(module)] == []
    assert len({name for name, _ in named}) == len(named)


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([^)]+)\)", index)) == pages | {"../CONTRIBUTING.md"}
