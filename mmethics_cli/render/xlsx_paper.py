"""How a sheet comes out on A4: Excel scales it so that all columns fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MARGIN: Final = 0.4  # inches, at the sides
TEXT_SIZE: Final = 10.5  # points
_A4: Final = (8.27, 11.69)  # inches


def printed_size(widths: Sequence[float], *, landscape: bool) -> float:
    """How large the text of a sheet comes out on A4, in points: it is scaled to the paper."""
    # Excel: a column of w digits is 7w + 5 pixels wide, 96 to the inch.
    inches = sum(7 * width + 5 for width in widths) / 96
    return min(1.0, (_A4[landscape] - 2 * MARGIN) / inches) * TEXT_SIZE
