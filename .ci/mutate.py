"""Mutation run: mutmut breaks the core in one small way after another; do its tests notice?

    python .ci/mutate.py [LEAST]

[tool.mutmut] in pyproject.toml names the modules and the tests. mutmut works in a copy of the tree.
A mutant is caught when a test fails or mypy objects; one that changes only a text is left out, for
messages may be reworded. Survivors are printed; exit code 1 when less than LEAST percent (90) are
caught.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SURVIVED: Final = (0, 33)  # mutmut's codes: all tests passed, no test came near
MARK: Final = "__mutmut_"


def copy_tree(target: Path) -> None:
    """Copy what git tracks, or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def run_mutmut(tree: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    log = tree / "mutmut.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-m", "mutmut", "run"],
            cwd=tree,
            env=os.environ | {"PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        sys.exit(log.read_text(encoding="utf-8", errors="replace")[-3000:])


def functions(mutated: Path) -> dict[str, ast.FunctionDef]:
    """mutmut's variants of every function in a file, by name."""
    tree = ast.parse(mutated.read_text(encoding="utf-8"))
    defined = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return {node.name: node for node in defined if MARK in node.name}


def without_texts(function: ast.FunctionDef) -> str:
    """A function as code, every text in it and its own name blanked out."""
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    function.name = "_"
    return ast.unparse(function)


def change(original: str, mutant: str) -> str:
    """The first line that differs, before and after."""
    pairs = zip_longest(original.splitlines(), mutant.splitlines(), fillvalue="")
    before, after = next(pair for pair in pairs if pair[0] != pair[1])
    return f"{before.strip()}  →  {after.strip()}"


def outcomes(tree: Path) -> Iterator[tuple[bool, str]]:
    """For each mutant that changes more than a text: whether it survived, and what it is."""
    for meta in sorted((tree / "mutants").rglob("*.meta")):
        variants = functions(meta.with_suffix(""))
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        for key, code in codes.items():
            name = key.rpartition(".")[2]
            stem = name.partition(MARK)[0]
            original, mutant = (
                without_texts(variants[variant]) for variant in (f"{stem}{MARK}orig", name)
            )
            if original != mutant:
                place = f"{meta.stem} {stem.removeprefix('x').replace('ǁ', '.').strip('._')}"
                yield code in SURVIVED, f"{place}: {change(original, mutant)}"


def main() -> int:
    least = float(sys.argv[1]) if len(sys.argv) > 1 else 90.0
    with tempfile.TemporaryDirectory() as folder:
        copy_tree(Path(folder))
        run_mutmut(Path(folder))
        mutants = list(outcomes(Path(folder)))
    alive = [text for survived, text in mutants if survived]
    for text in alive:
        print(f"survived {text}")
    caught = 100 * (1 - len(alive) / len(mutants))
    print(f"{len(mutants)} mutants, {caught:.1f} % caught, at least {least:g} % wanted")
    return int(caught < least)


if __name__ == "__main__":
    sys.exit(main())
