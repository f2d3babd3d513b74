"""Bar charts as geometry: a template of a page prints them as SVG. Lengths are in pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

_SLOT: Final = 44  # for the bars over one label, at least
_FIGURE: Final = 22  # for a bar and its figure over it
_HEIGHT: Final = 150  # of the highest bar
_TOP: Final = 42  # for the legend and the figure over a bar
_BOTTOM: Final = 22
_GAP: Final = 8


class Bar(Struct, frozen=True):
    """A bar of a series, numbered from 0; `told` says what it stands for."""

    series: int
    x: float
    y: float
    width: float
    height: float
    told: str


class ChartText(Struct, frozen=True):
    """A text that begins, or has its middle, at a point; one of a legend has its series."""

    text: str
    x: float
    y: float
    anchor: str = "middle"
    series: int = 0


class BarChart(Struct, frozen=True):
    """A chart to draw; `base` is the height of its axis, `told` says all of it in words."""

    title: str
    width: int
    height: int
    base: int
    bars: tuple[Bar, ...]
    texts: tuple[ChartText, ...]
    legend: tuple[ChartText, ...]
    told: str


def bar_chart(
    title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]], unit: str
) -> BarChart:
    """Bars side by side for each label, one a series; each series has a figure for each label."""
    highest = max((value for values in series.values() for value in values), default=0) or 1
    base = _TOP + _HEIGHT
    slot = max(_SLOT, _FIGURE * len(series))
    width = (slot - _GAP) / len(series)
    bars, texts, told = [], [], []
    for at, label in enumerate(labels):
        left = at * slot + _GAP / 2
        texts.append(ChartText(label, at * slot + slot / 2, base + 15))
        figures = []
        for number, (name, values) in enumerate(series.items()):
            value, height = values[at], round(_HEIGHT * values[at] / highest, 1)
            x, y = round(left + number * width, 1), round(base - height, 1)
            said = f"{label} {name} {value} {unit}"
            bars.append(Bar(number, x, y, round(width, 1), height, said))
            if value:
                texts.append(ChartText(str(value), round(x + width / 2, 1), y - 3))
            figures.append(f"{name} {value}")
        told.append(f"{label} {'、'.join(figures)}")
    legend = [
        ChartText(f"{name}（{unit}）", number * 110 + _GAP, 14, series=number)
        for number, name in enumerate(series)
    ]
    whole = max(len(labels) * slot, len(series) * 110)
    return BarChart(
        title, whole, base + _BOTTOM, base, tuple(bars), tuple(texts), tuple(legend),
        f"{title}：{'；'.join(told)}",
    )  # fmt: skip
