"""How deep the long tests go: a few fixed seeds every time, all of them at night.

`MMETHICS_NIGHTLY=1` asks for the whole depth; `.ci/nightly` sets it. It is read here and nowhere
else, when pytest starts, for no setting of the caller's reaches a test.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, TypeVar

from hypothesis import settings

NIGHTLY: Final = bool(os.environ.get("MMETHICS_NIGHTLY"))

T = TypeVar("T")

# Every time the same examples, for a failure must not depend on the day; at night new ones.
settings.register_profile("usual", derandomize=True, deadline=None)
settings.register_profile("nightly", deadline=None, print_blob=True)
settings.load_profile("nightly" if NIGHTLY else "usual")


def deep(usual: int, nightly: int) -> int:
    """How many examples, seeds or kills."""
    return nightly if NIGHTLY else usual


def some(values: Sequence[T], usual: int) -> list[T]:
    """That many of the values, from all along them; all at night."""
    if NIGHTLY or len(values) <= usual:
        return list(values)
    return [values[at * len(values) // usual] for at in range(usual)]
