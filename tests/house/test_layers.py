"""The house of CONTRIBUTING.md: who imports whom, how long things are, and what no file may say."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.program import ROOT, listed_files

PACKAGE: Final = ROOT / "mmethics_cli"
MODULES: Final = sorted(PACKAGE.rglob("*.py"))
MOST_LINES: Final = 600  # of a module
MOST_FUNCTION_LINES: Final = 50
MOST_FILES: Final = 25  # of a folder

# Room → what it may import beside itself. A name with dots allows that module or package alone.
# Rooms of core stand in their order: each may import those named after it.
ROOMS: Final[Mapping[str, frozenset[str]]] = {
    room: frozenset(allowed.split())
    for room, allowed in {
        "cli": "commands wording core errors",
        "commands": (
            "ask office workflow forms render sheets report formats store wording core errors"
        ),
        "office": "workflow render sheets report formats store wording core errors",
        "workflow": "forms render sheets report formats store wording core errors",
        # Which fact a blank of an institution's own form asks, and the review of it in Excel.
        "forms": "sheets formats wording core errors",
        "render": "formats wording core errors",
        "sheets": "formats wording core errors",
        "report": "wording core errors",
        "ask": "wording core errors",
        "store": "wording core errors",
        "formats": "wording.language wording.columns core.conditions.values errors",
        "wording": "core errors",
        "core": "errors",
        "errors": "",
    }.items()
}
CORE: Final = (
    "interview", "lifecycle", "checks", "answers", "decisions", "standard", "conditions"
)  # fmt: skip

# Library → rooms, or packages in them, that may know it. One not named here is not ours to use.
LIBRARIES: Final = {
    "msgspec": set(ROOMS),
    "typer": {"cli", "commands"},
    "rich": {"commands"},
    "questionary": {"ask"},
    "prompt_toolkit": {"ask"},
    "yaml": {"store"},
    "jinja2": {"render"},
    "markupsafe": {"render"},
    "docxtpl": {"render"},
    "markdown_it": {"render"},
    "docx": {"formats"},
    "lxml": {"formats"},
    "pypdf": {"formats"},
    "openpyxl": {"formats", "sheets"},
    "sqlalchemy": {"office.register"},
}
# Not declared themselves: the library that brings them is.
BROUGHT_ALONG: Final = {"lxml": "docx", "markupsafe": "jinja2"}
IMPORT_NAMES: Final = {
    "markdown-it-py": "markdown_it",
    "python-docx": "docx",
    "SQLAlchemy": "sqlalchemy",
    "PyYAML": "yaml",
}
# Where a use case would print, ask or leave. Calls of these are refused in the silent rooms.
SILENT: Final = frozenset(
    {"workflow", "office", "core", "store", "render", "forms", "sheets", "formats"}
)
NOISE: Final = frozenset({"print", "input", "exit", "quit", "breakpoint"})
NOISY_MODULES: Final = frozenset({"getpass", "readline", "curses"})

MACHINE_PATH: Final = re.compile(
    r"(?<![\w./-])/(?:work|root|home/\w+|Users/\w+|tmp/\w+)/|\b[A-Z]:\\Users\\", re.ASCII
)


def dotted(path: Path) -> str:
    """`mmethics_cli/core/answers/tree.py` as `core.answers.tree`; the package itself as ``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix("__init__").removesuffix(".")


NAMES: Final = {dotted(path): path for path in MODULES}


def room(module: str) -> str:
    """`core.decisions.facts` lies in room `core`; what stands beside cli.py belongs to it."""
    name = module.partition(".")[0]
    return name if name in ROOMS else "cli"


# A module is looked at in several ways, one after the other.
tree_of: Final = lru_cache(maxsize=4)(ast.parse)


class Outline(NamedTuple):
    """What a module imports, by full names, and the classes that it defines."""

    imports: tuple[str, ...]
    classes: tuple[str, ...]


@cache
def outline(path: Path) -> Outline:
    tree = tree_of(path.read_text(encoding="utf-8"))
    classes = (node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return Outline(tuple(name for _, name in imports(tree)), tuple(classes))


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of what is imported; a module out of a package by its own name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            for alias in node.names:
                name = f"{module}.{alias.name}"
                yield node.lineno, name if _own(name) in NAMES else module


def _own(name: str) -> str:
    return name.removeprefix("mmethics_cli").removeprefix(".")


def trespasses(source: str, module: str) -> list[str]:
    """Imports in the source of a module (`core.answers.tree`) that the house does not allow."""
    return [
        f"{line}: {name}"
        for line, name in imports(tree_of(source))
        if not (
            _allowed(module, _own(name))
            if name.partition(".")[0] == "mmethics_cli"
            else name.partition(".")[0] in sys.stdlib_module_names
            or _may_use(module, name.partition(".")[0])
        )
    ]


def _may_use(module: str, library: str) -> bool:
    places = LIBRARIES.get(library, set())
    return room(module) in places or any(module.startswith(f"{place}.") for place in places)


def _allowed(module: str, other: str) -> bool:
    home, away = room(module), room(other)
    if other == "" or home == away != "core":
        return True
    if home == away:
        return _core_rank(module) <= _core_rank(other)
    return any(other == one or other.startswith(f"{one}.") for one in ROOMS[home])


def _core_rank(module: str) -> int:
    return CORE.index(module.split(".")[1])


def noises(source: str) -> list[str]:
    """Where a source prints, asks or ends the program."""
    found = []
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in NOISE or name.startswith(("sys.exit", "sys.stdout.", "sys.stderr.")):
                found.append(f"{node.lineno}: {name}")
        elif isinstance(node, ast.Raise) and node.exc is not None:
            if ast.unparse(node.exc).startswith(("SystemExit", "KeyboardInterrupt", "typer.")):
                found.append(f"{node.lineno}: raise")
        elif isinstance(node, ast.Name | ast.arg) and "session" in _name(node).lower():
            found.append(f"{node.lineno}: {_name(node)}")
    return found + [
        f"{line}: {name}" for line, name in imports(tree_of(source)) if name in NOISY_MODULES
    ]


def _name(node: ast.Name | ast.arg) -> str:
    return node.id if isinstance(node, ast.Name) else node.arg


def long_functions(source: str, most: int = MOST_FUNCTION_LINES) -> list[str]:
    return [
        f"{node.lineno}: {node.name} has {length} lines"
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > most
    ]


def circles(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Every way that leads back to where it began, each once, as `a → b → a`."""
    done: set[str] = set()
    found = []

    def follow(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            found.append(" → ".join((*way[way.index(name) :], name)))
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                follow(other, (*way, name))
            done.add(name)

    for name in sorted(graph):
        follow(name, ())
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_keeps_to_its_room(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    module = dotted(path)
    faults = trespasses(source, module) + long_functions(source)
    if room(module) in SILENT:
        faults += noises(source)
    if (length := len(source.splitlines())) > MOST_LINES:
        faults.append(f"{length} lines")
    assert faults == []
    assert "util" not in path.stem, "a module is named for what it does"


def test_no_circle_between_files() -> None:
    graph = {
        name: {
            other
            for imported in outline(path).imports
            if imported.startswith("mmethics_cli") and (other := _own(imported)) not in ("", name)
        }
        for name, path in NAMES.items()
    }
    assert circles(graph) == []


def test_no_folder_is_crowded() -> None:
    files = Counter(path.parent for path in MODULES)
    assert [folder.name for folder, count in files.items() if count > MOST_FILES] == []


def test_no_class_name_stands_twice() -> None:
    names = Counter(name for path in MODULES for name in outline(path).classes)
    assert [name for name, count in names.items() if count > 1] == []


def test_trespass_is_seen() -> None:
    assert trespasses("from mmethics_cli.store import pack", "core.answers.tree")
    assert trespasses("from mmethics_cli import store", "render.text")
    assert trespasses("def f():\n    import docx.shared", "core.answers.tree")
    assert trespasses("import requests", "commands.check")
    assert trespasses("import sqlalchemy", "office.desk")
    assert not trespasses("import sqlalchemy", "office.register.database")
    assert trespasses("from mmethics_cli.commands import options", "workflow.opening")
    assert trespasses("from mmethics_cli.core.decisions.facts import Facts", "formats.blocks")
    assert trespasses("from mmethics_cli.core.interview import loop", "core.checks.findings")
    assert not trespasses(
        "import json\nfrom mmethics_cli.core.decisions.facts import Facts", "render.text"
    )
    assert not trespasses("from mmethics_cli.core.conditions.values import Value", "formats.blocks")
    assert not trespasses("from mmethics_cli import __version__", "cli")
    assert long_functions("def f():\n" + "    x = 1\n" * 50)
    assert not long_functions("def f():\n" + "    x = 1\n" * 49)


def test_noise_and_circles_are_seen() -> None:
    assert noises("def f():\n    print(1)")
    assert noises("import sys\nsys.stderr.write('x')")
    assert noises("raise SystemExit(1)")
    assert noises("def f(session): ...")
    assert noises("import getpass")
    assert not noises("def f(today):\n    raise ValueError(today)")
    assert circles({"a": ["b"], "b": ["c"], "c": ["a"]}) == ["a → b → c → a"]
    assert circles({"a": ["b", "c"], "b": ["c"], "c": []}) == []


def test_each_library_in_use_is_declared_and_each_declared_one_is_in_use() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = project["dependencies"] + project["optional-dependencies"]["tags"]
    names = [re.split("[<>=; ]", text)[0] for text in texts]
    declared = {IMPORT_NAMES.get(name, name) for name in names}
    used = {name.partition(".")[0] for path in MODULES for name in outline(path).imports}
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
