"""Signature lines: a table without borders with underlined cells. Lengths are twips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mmethics_cli.core.columns import display_width
from mmethics_cli.render.blocks import Blank, Inline, Line, Signatures, Text
from mmethics_cli.render.docx_runs import Runs, blank_date, is_latin, paragraph
from mmethics_cli.render.docx_tables import frame
from mmethics_cli.render.slots import PickDate

_HALF: Final = 120  # of a Han character in 小四, what a Latin letter takes about beside it
_LATIN: Final = 106  # what a Latin letter takes on average in a line of them
_SIGN_HEIGHT: Final = 620
_LEAST_BLANK: Final = 1300  # 2.3 cm, enough for a name
_NO_BORDERS: Final = "".join(
    f'<w:{side} w:val="nil"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_UNDERLINE: Final = (
    '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/></w:tcBorders>'
)


def signatures_xml(block: Signatures, runs: Runs, total: int, keep: bool) -> str:
    """Lines to sign, set one under the other, on one page.

    `keep` holds them with the paragraph that ends the document, which would else get a page of
    its own where they fill the last one.
    """
    lines = [part for line in block.lines for part in _fitting(_chunks(line), total)]
    fixed = [[_fixed_width(chunk) for chunk in line] for line in lines]
    kinds = {tuple(width is None for width in line) for line in fixed}
    if len(kinds) == 1:
        # Lines of one kind are aligned: their labels take the widest one's room.
        widest = [_widest(column) for column in zip(*fixed, strict=True)]
        fixed = [widest for _ in lines]
    placed = [_place(widths, total) for widths in fixed]
    edges = sorted({0, total, *(edge for line in placed for edge in line)})
    last = len(lines) - 1
    rows = "".join(
        _sign_row(line, places, edges, runs, keep=keep or at < last)
        for at, (line, places) in enumerate(zip(lines, placed, strict=True))
    )
    widths = [right - left for left, right in zip(edges, edges[1:], strict=False)]
    return frame(widths, _NO_BORDERS, 0, "签署栏", rows)


def _chunks(line: Line) -> list[list[Inline]]:
    """A line cut into labels and places to write; every blank stands alone."""
    found: list[list[Inline]] = []
    for one in line:
        alone = isinstance(one, Blank | PickDate)
        if isinstance(one, Text) and not one.value and not one.text.strip():
            continue
        if alone or not found or isinstance(found[-1][0], Blank | PickDate):
            found.append([one])
        else:
            found[-1].append(one)
    return found


def _fitting(chunks: list[list[Inline]], total: int) -> list[list[list[Inline]]]:
    """The line, in two or more where its labels would leave too little room to write."""
    lines: list[list[list[Inline]]] = []
    used = 0
    for at, chunk in enumerate(chunks):
        place = isinstance(chunk[0], Blank | PickDate)
        width = _fixed_width(chunk) or _LEAST_BLANK
        # A label goes to the next line together with the place that it names.
        ahead = 0 if place or at + 1 == len(chunks) else _fixed_width(chunks[at + 1])
        need = width + (_LEAST_BLANK if ahead is None else ahead)
        if not lines or (not place and used + need > total):
            lines.append([])
            used = 0
        lines[-1].append(chunk)
        used += width
    return lines


def _fixed_width(chunk: Sequence[Inline]) -> int | None:
    """The room of a label or date; None for a blank, which takes a share of the rest."""
    if isinstance(chunk[0], Blank):
        return None
    if isinstance(chunk[0], PickDate):
        # Not by its letters: most of it are lines to write on, which are wide.
        return display_width(blank_date(chunk[0].language)) * _HALF + 60
    text = "".join(one.text.strip() if isinstance(one, Text) else "□" for one in chunk)
    return _width(text)


def _width(text: str) -> int:
    """The room that a text takes in 小四."""
    return (len(text) * _LATIN if is_latin(text) else display_width(text) * _HALF) + 60


def _widest(column: Sequence[int | None]) -> int | None:
    known = [width for width in column if width is not None]
    return max(known) if known else None


def _place(widths: Sequence[int | None], total: int) -> list[int]:
    """The right edges of the chunks of one line."""
    blanks = sum(width is None for width in widths)
    rest = total - sum(width for width in widths if width is not None)
    share = max(rest // blanks, _LEAST_BLANK) if blanks else 0
    edges, edge = [], 0
    for width in widths:
        edge += share if width is None else width
        edges.append(edge)
    if edges and edges[-1] > total:
        return [edge * total // edges[-1] for edge in edges]
    if blanks and edges:
        edges[-1] = total if widths[-1] is None else edges[-1]
    return edges


def _sign_row(
    line: Sequence[Sequence[Inline]],
    places: Sequence[int],
    edges: Sequence[int],
    runs: Runs,
    keep: bool,
) -> str:
    cells, left = [], 0
    for chunk, right in zip(line, places, strict=True):
        cells.append(_sign_cell(chunk, left, right, edges, runs, keep))
        left = right
    if left < edges[-1]:
        cells.append(_sign_cell([], left, edges[-1], edges, runs, keep))
    height = f'<w:trHeight w:val="{_SIGN_HEIGHT}" w:hRule="atLeast"/>'
    return f"<w:tr><w:trPr><w:cantSplit/>{height}</w:trPr>{''.join(cells)}</w:tr>"


def _sign_cell(
    chunk: Sequence[Inline], left: int, right: int, edges: Sequence[int], runs: Runs, keep: bool
) -> str:
    span = sum(left < edge <= right for edge in edges)
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    blank = bool(chunk) and isinstance(chunk[0], Blank)
    words = "" if blank else runs.line(tuple(_trimmed(chunk)))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{right - left}" w:type="dxa"/>{spanned}'
        f'{_UNDERLINE if blank else ""}<w:vAlign w:val="bottom"/></w:tcPr>'
        f"{paragraph('SignLine', words, keep=keep)}</w:tc>"
    )


def _trimmed(chunk: Sequence[Inline]) -> list[Inline]:
    """The chunk without the blanks at its ends that separated it on the line."""
    found = list(chunk)
    for at, strip in ((0, str.lstrip), (-1, str.rstrip)):
        one = found[at] if found else None
        if isinstance(one, Text) and not one.value:
            found[at] = Text(strip(one.text), one.bold, one.italic)
    return found
