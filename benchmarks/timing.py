"""Fair clocks: candidates take turns, so that whatever else the machine does falls on all."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median


def medians(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median milliseconds of each candidate over interleaved rounds, after one round unmeasured."""
    for run in candidates.values():
        run()
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            began = time.perf_counter()
            run()
            taken[name].append(1000 * (time.perf_counter() - began))
    return {name: median(times) for name, times in taken.items()}


def process(command: list[str], cwd: Path, expect: tuple[int, ...] = (0,)) -> Callable[[], None]:
    """A candidate that runs a whole process; another exit code than `expect` is an error."""

    def run() -> None:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if done.returncode not in expect:
            raise RuntimeError(f"{command}: {done.stderr.decode('utf-8', 'replace')}")

    return run
