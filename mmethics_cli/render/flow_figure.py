"""A flow figure laid out: boxes, arrows and borders on a sheet. Lengths are twips (1/20 point)."""

from __future__ import annotations

from dataclasses import dataclass

from mmethics_cli.render.blocks import Line


@dataclass(frozen=True, slots=True)
class Box:
    """A box on the sheet; a head is the title of a column and has no edge."""

    left: int
    top: int
    width: int
    height: int
    lines: tuple[Line, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Arrow:
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Border:
    """A line round one corner, and its name above it."""

    points: tuple[tuple[int, int], ...]
    label: str
    left: int
    top: int
    width: int


@dataclass(frozen=True, slots=True)
class Figure:
    width: int
    height: int
    size: int  # of letters, in half points
    line_height: int
    heads: tuple[Box, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    borders: tuple[Border, ...]
