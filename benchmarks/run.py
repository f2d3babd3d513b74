"""Speed, side by side in one run, with the bars that the project sets itself.

    python benchmarks/run.py [--rounds N] [--example NAME]

Candidates take turns; the figures are medians. Prints a Markdown table and writes nothing else.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
FURTHER: Final = 20  # dossiers that one `check` looks at besides the first
sys.path.insert(0, str(ROOT))

from benchmarks.inside import Inside  # noqa: E402 - the tree must be found first
from benchmarks.table import Row, print_table  # noqa: E402
from benchmarks.timing import medians, process  # noqa: E402
from mmethics_cli.store.examples import about, examples  # noqa: E402


def whole_processes(folder: Path, today: date) -> dict[str, Callable[[], object]]:
    """Commands as a user starts them, on the dossier in `folder`."""
    start = [sys.executable, "-m", "mmethics_cli"]
    day = ["--today", today.isoformat()]
    render = ["render", folder.name, "--out", "out", "--replace"]
    copies = [shutil.copytree(folder, folder.with_name(f"copy-{n}")).name for n in range(FURTHER)]
    return {
        "import typer": process([sys.executable, "-c", "import typer"], folder.parent),
        "--help": process([*start, "--help"], folder.parent),
        "check": process([*start, *day, "check", folder.name], folder.parent),
        "check all": process([*start, *day, "check", folder.name, *copies], folder.parent),
        "pathway": process([*start, *day, "pathway", folder.name], folder.parent),
        "package": process([*start, *day, *render], folder.parent),
    }


def rows(folder: Path, today: date, rounds: int) -> Iterator[Row]:
    """The table, measured."""
    inside = Inside(folder, today)
    outside = whole_processes(folder, today)
    ms = medians(outside | inside.candidates(), rounds)
    typer = ms["import typer"]
    documents = len(inside.documents)
    yield Row("`python -c 'import typer'`", typer, "× typer", share=1 / typer)
    yield Row("`mmethics --help`", ms["--help"], "× typer", 1.5, 1 / typer)
    yield Row("`mmethics check`", ms["check"], "× typer", 5, 1 / typer)
    further = (ms["check all"] - ms["check"]) / FURTHER
    yield Row(f"each of {FURTHER} dossiers more in it", further, "× typer", 0.7, 1 / typer)
    yield Row("`mmethics pathway`", ms["pathway"], "× typer", 3.5, 1 / typer)
    yield Row("all rules and items, in process", ms["evaluate"], "× typer", 0.06, 1 / typer)
    docxtpl = ms["docxtpl"]
    yield Row("application_form by docxtpl, warm", docxtpl, "× docxtpl", share=1 / docxtpl)
    yield Row("application_form, warm", ms["render form"], "× docxtpl", 1 / 10, 1 / docxtpl)
    each = ms["render all"] / documents
    yield Row(f"a document, warm, mean of {documents}", each, "× docxtpl", 1 / 20, 1 / docxtpl)
    own = f"an institution's own form of {inside.own_form.blanks} blanks"
    yield Row(f"{own}, read and proposed, warm", ms["read own form"], "× typer", 1, 1 / typer)
    yield Row(f"{own}, filled, warm", ms["fill own form"], "× typer", 0.5, 1 / typer)
    package = f"`mmethics render`, whole package, {documents} documents"
    yield Row(package, ms["package"], "× typer", 14, 1 / typer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="measured rounds (at least 11)")
    parser.add_argument("--example", help="worked example (default: the first)")
    options = parser.parse_args()
    known = examples(None)
    name = options.example or next(iter(known))
    today, rounds = about(known[name]).as_of, max(options.rounds, 11)

    def measured(scratch: Path) -> Iterator[Row]:
        folder = scratch / "full"
        new = ["-m", "mmethics_cli", "--today", today.isoformat(), "new", "full"]
        process([sys.executable, *new, "--example", name], scratch)()
        return rows(folder, today, rounds)

    print_table(f"Example {name}; ", rounds, measured)


if __name__ == "__main__":
    main()
