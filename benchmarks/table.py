"""A benchmark as a command: its figures, each beside its bar, as a Markdown table."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parent.parent


class Row(Struct, frozen=True):
    """One line of the table: milliseconds, and what they are held against."""

    name: str
    taken: float
    measure: str
    bar: float | None = None
    share: float = 1.0  # of `taken` that the bar is set on: 1 / reference for a ratio

    def __str__(self) -> str:
        held = self.taken * self.share
        limit = "" if self.bar is None else f"≤ {self.bar:g} {self.measure}"
        met = "" if self.bar is None else ("yes" if held <= self.bar else "**no**")
        return f"| {self.name} | {self.taken:.1f} | {held:.2f} {self.measure} | {limit} | {met} |"


def print_table(about: str, rounds: int, measured: Callable[[Path], Iterable[Row]]) -> None:
    """Measure in a scratch folder, as installed: modules compiled, the libraries' and ours."""
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch) / "compiled")
        rows = list(measured(Path(scratch)))
    print(f"{about}Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"medians of {rounds} interleaved rounds.\n")
    print("| what | ms | figure | bar | met |")
    print("|---|---:|---:|---:|---|")
    for row in rows:
        print(row)
