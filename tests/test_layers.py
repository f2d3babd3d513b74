"""The house of docs/design: who imports whom, how long things are, and what no file may say."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.program import ROOT, listed_files

PACKAGE: Final = ROOT / "mmethics_cli"
MODULES: Final = sorted(PACKAGE.rglob("*.py"))

# Room → rooms it may import from, itself aside. The four between commands and core stay apart.
ROOMS: Final = {
    "": frozenset[str](),
    "errors": frozenset[str](),
    "core": frozenset({"errors"}),
    "store": frozenset({"core", "errors", ""}),
    "render": frozenset({"core", "errors", ""}),
    "sheets": frozenset({"core", "errors", ""}),
    "ask": frozenset({"core", "errors", ""}),
    "commands": frozenset({"ask", "core", "errors", "render", "sheets", "store", ""}),
    "cli": frozenset({"commands", "core", "errors", ""}),
}

# Library → rooms that may know it. A library not named here is not ours to use.
LIBRARIES: Final = {
    "typer": {"cli", "commands"},
    "rich": {"cli", "commands", "ask"},
    "questionary": {"ask"},
    "prompt_toolkit": {"ask"},
    "yaml": {"store"},
    "jinja2": {"render"},
    "markupsafe": {"render"},
    "markdown_it": {"render"},
    "docx": {"render"},
    "lxml": {"render"},
    "openpyxl": {"sheets", "render"},
}
# Not declared themselves: the library that brings them is.
BROUGHT_ALONG: Final = {"lxml": "docx", "markupsafe": "jinja2"}
IMPORT_NAMES: Final = {
    "markdown-it-py": "markdown_it",
    "python-docx": "docx",
    "PyYAML": "yaml",
}

MACHINE_PATH: Final = re.compile(
    r"(?<![\w./-])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/|\b[A-Z]:\\Users\\", re.ASCII
)


def room(module: str) -> str:
    """`mmethics_cli.core.facts` lies in room `core`, `mmethics_cli` itself in room ``.

    What stands beside cli.py belongs to it.
    """
    name = "".join(module.split(".")[1:2])
    return name if name in ROOMS else "cli"


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "mmethics_cli":
            submodules = (name.name for name in node.names if _is_module(name.name))
            yield from ((node.lineno, f"mmethics_cli.{name}") for name in submodules)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def _is_module(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def trespasses(source: str, home: str) -> list[str]:
    """Imports in `source`, a module of room `home`, that the house does not allow."""
    found = []
    for line, name in imports(ast.parse(source)):
        library = name.partition(".")[0]
        if library == "mmethics_cli":
            wrong = room(name) not in ROOMS[home] | {home}
        else:
            wrong = library not in sys.stdlib_module_names and home not in LIBRARIES.get(
                library, ()
            )
        if wrong:
            found.append(f"{line}: {name}")
    return found


def long_functions(source: str, most: int = 50) -> list[str]:
    return [
        f"{node.lineno}: {node.name} has {length} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > most
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_keeps_to_its_room(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    home = room(dotted)
    faults = trespasses(source, home) + long_functions(source)
    if (length := len(source.splitlines())) > 250:
        faults.append(f"{length} lines")
    assert faults == []
    assert "util" not in path.stem, "a module is named for what it does"


def test_trespass_is_seen() -> None:
    assert trespasses("from mmethics_cli.store import pack", "core")
    assert trespasses("from mmethics_cli import store", "render")
    assert trespasses("def f():\n    import docx.shared", "core")
    assert trespasses("import requests", "commands")
    assert not trespasses("import json\nfrom mmethics_cli.core.facts import Facts", "render")
    assert not trespasses("from mmethics_cli import __version__", "cli")
    assert long_functions("def f():\n" + "    x = 1\n" * 50)
    assert not long_functions("def f():\n" + "    x = 1\n" * 49)


def test_each_library_in_use_is_declared_and_each_declared_one_is_in_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split("[<>=; ]", text)[0] for text in project["dependencies"]]
    declared = {IMPORT_NAMES.get(name, name) for name in names}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    used = {name.partition(".")[0] for tree in trees for _, name in imports(tree)}
    used = {BROUGHT_ALONG.get(name, name) for name in used & LIBRARIES.keys()}
    assert used == declared


def test_no_file_names_a_path_of_some_machine() -> None:
    found = []
    for name in listed_files():
        data = (ROOT / name).read_bytes()
        if b"\0" in data[:8192]:
            continue
        lines = data.decode("utf-8").splitlines()
        found += [f"{name}:{n}" for n, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert found == []


def test_machine_path_is_seen() -> None:
    somewhere = "/".join(["", "home", "anna", "study"])
    assert MACHINE_PATH.search(f"see {somewhere}")
    assert not MACHINE_PATH.search(f"docs{somewhere} and https://example.org{somewhere}")
