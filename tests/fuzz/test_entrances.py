"""No input of a stranger's ends as an internal fault, or takes the program for ever.

Every time a few inputs of fixed seeds, at night 20,000 for each entrance. An input that was a fault
once stays in `cases/`, under the name of its entrance.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.depth import NIGHTLY
from tests.fuzz.entrances import ENTRANCES, REFUSED

# Inputs of one test; at night as many tests as make 20,000 inputs for each entrance.
USUAL: Final = {
    "verify a folder": 150, "verify a zip": 150, "sheet import": 25, "new --answers": 100,
    "new --from": 25, "a pack": 150, "an own pack": 8,
}  # fmt: skip
AT_ONCE: Final = 1000
# Loads and proves the whole shipped pack each time; `a pack` goes the same way in depth.
DEAR: Final = frozenset({"an own pack"})
PARTS: Final = 20 if NIGHTLY else 1
LONGEST: Final = 20.0  # seconds that one input may take
CASES: Final = Path(__file__).with_name("cases")


def read(name: str, data: bytes, folder: Path, number: int = 1) -> None:
    """Put an input through an entrance; fails where it ends as no refusal does."""
    began = time.monotonic()
    try:
        ENTRANCES[name].read(data, folder, number)
    except REFUSED:
        pass
    except Exception as error:
        (folder / "fault").write_bytes(data)
        pytest.fail(f"{name}, input {number}: {error!r}; it lies in {folder / 'fault'}")
    assert time.monotonic() - began < LONGEST, f"{name}, input {number}"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", ENTRANCES)
def test_no_input_is_a_fault(name: str, part: int, tmp_path: Path) -> None:
    entrance = ENTRANCES[name]
    seeds = entrance.seeds(tmp_path)
    for seed in seeds if part == 0 else ():
        entrance.read(seed, tmp_path, 1)
    amount = AT_ONCE // (20 if name in DEAR else 1) if NIGHTLY else USUAL[name]
    for number in range(part * AT_ONCE, part * AT_ONCE + amount):
        random = Random(f"{name} {number}")
        read(name, entrance.mutate(random.choice(seeds), random), tmp_path, number)


@pytest.mark.parametrize("case", sorted(CASES.glob("*/*")), ids=lambda path: path.name)
def test_what_was_a_fault_once(case: Path, tmp_path: Path) -> None:
    for number in (0, 1):
        read(case.parent.name.replace("_", " "), case.read_bytes(), tmp_path, number)
