"""A chart as values, for Word and for Excel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

PERCENT: Final = "%"  # of a whole: its axis goes from 0 to 100


class ChartData(Struct, frozen=True):
    """Figures over labels, a series each by its name; None where there is no figure.

    `form` is bars side by side or a line from label to label.
    """

    title: str
    labels: tuple[str, ...]
    series: Mapping[str, tuple[float | None, ...]]
    unit: str = ""
    form: Literal["bar", "line"] = "bar"
