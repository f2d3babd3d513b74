"""Tables and frames as WordprocessingML. Lengths are twips (1/20 point)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mmethics_cli.core.columns import display_width
from mmethics_cli.render.blocks import Cell, Line, Table, Text
from mmethics_cli.render.docx_runs import Runs, paragraph
from mmethics_cli.render.docx_text import quote

_HALF_SMALL: Final = 105  # of a Han character in 五号, what a Latin letter takes about
_PAD: Final = 85
_LEAST_BALANCED: Final = 6  # letters of a cell whose label can be parted evenly
_SLACK: Final = 60
# A row longer than this may break over pages: else it would leave half a page empty.
_UNSPLIT_LINES: Final = 22
_LINE: Final = 340  # of 五号 in a cell
_SHORT: Final = 4  # rows
_BORDERS: Final = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def frame(widths: Sequence[int], borders: str, pad: int, caption: str, rows: str) -> str:
    """A table of fixed grid `widths`; `pad` is the distance of a cell's text from its sides."""
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 34), ("left", pad), ("bottom", 34), ("right", pad))
    )
    alt = f'<w:tblCaption w:val="{quote(caption)}"/>' if caption else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>{alt}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _shares(weights: Sequence[float], total: int) -> list[int]:
    """Whole widths in the given proportions that add up to the total."""
    edges, whole = [0], sum(weights)
    for at in range(len(weights)):
        edges.append(round(total * sum(weights[: at + 1]) / whole))
    return [right - left for left, right in zip(edges, edges[1:], strict=False)]


def table_xml(table: Table, runs: Runs, total: int, keep: bool, whole: bool = False) -> str:
    """A table as wide as the text; `keep` holds its last row with what follows, `whole` each."""
    widths = _shares(table.widths, total)
    rows = "".join(
        _row(row, runs, widths, at < table.header, _stays(table, at, keep, whole), table.lines)
        for at, row in enumerate(table.rows)
    )
    return frame(widths, _BORDERS, _PAD, table.caption, rows)


def _stays(table: Table, at: int, keep: bool, whole: bool) -> bool:
    """Whether a row stays on the page of the next: header, cells joined downwards, signatures.

    Nor does a table begin or end with a row alone on its page, but for the first of many rows under
    a header: LibreOffice would move such a table whole and leave half a page empty. Nor does a band
    part from what it names.
    """
    if at + 1 == len(table.rows):
        return keep
    first = table.rows[at][0]
    if whole or (first.label and first.columns == len(table.widths) > 1):
        return True
    held = not table.header or len(table.rows) - table.header <= _SHORT
    edge = (held and at == table.header) or at + 2 == len(table.rows)
    return at < table.header or edge or any(cell.rows == 0 for cell in table.rows[at + 1])


def _row(
    row: Sequence[Cell], runs: Runs, widths: Sequence[int], header: bool, keep: bool, least: int
) -> str:
    lines = 1
    cells = []
    for cell in row:
        width = sum(widths[cell.column : cell.column + cell.columns])
        lines = max(lines, _lines(cell.line, width - 2 * _PAD))
        cells.append(_cell(cell, runs, width, keep, alone=len(row) == 1))
    unsplit = "<w:cantSplit/>" if lines <= _UNSPLIT_LINES else ""
    room = f'<w:trHeight w:val="{least * _LINE}" w:hRule="atLeast"/>'
    properties = unsplit + ("<w:tblHeader/>" if header else room if least > 1 else "")
    return f"<w:tr>{properties and f'<w:trPr>{properties}</w:trPr>'}{''.join(cells)}</w:tr>"


def _lines(line: Line, width: int) -> int:
    """How many lines the text takes in a cell, roughly; 1 where it is short enough anyway."""
    letters = max(1, width // _HALF_SMALL)
    if len(line) == 1 and isinstance(only := line[0], Text):
        text = only.text
    else:
        text = "".join([one.text if isinstance(one, Text) else "□" for one in line])
    if 2 * len(text) <= letters and "\n" not in text:
        return 1
    return sum(max(1, math.ceil(display_width(one) / letters)) for one in text.split("\n"))


def _cell(cell: Cell, runs: Runs, width: int, keep: bool, alone: bool) -> str:
    span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
    merge = ""
    if cell.rows != 1:
        merge = '<w:vMerge w:val="restart"/>' if cell.rows else "<w:vMerge/>"
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if cell.label else ""
    side = cell.align or ("left" if cell.label and alone else "")
    extra = (
        _balance(cell.line, width) if cell.label else "",
        f'<w:jc w:val="{side}"/>' if side else "",
    )
    style = "TableLabel" if cell.label else "TableText"
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{shade}'
        f'<w:vAlign w:val="center"/></w:tcPr>'
        f"{paragraph(style, runs.line(cell.line), keep=keep, extra=extra)}</w:tc>"
    )


def _balance(line: Line, width: int) -> str:
    """Indents that part a label over its lines evenly, so that no character stands alone below."""
    text = "".join(one.text for one in line if isinstance(one, Text)).strip()
    letters, room = display_width(text), (width - 2 * _PAD) // _HALF_SMALL
    if letters <= room or room < _LEAST_BALANCED or len(text) * 2 != letters:
        return ""
    lines = math.ceil(letters / (room - room % 2))
    per_line = 2 * math.ceil(letters / 2 / lines)
    side = (width - 2 * _PAD - per_line * _HALF_SMALL - _SLACK) // 2
    return f'<w:ind w:left="{side}" w:right="{side}"/>' if side > 0 else ""


def box_xml(content: str, total: int) -> str:
    """A frame round paragraphs: a table of one cell, which Word keeps as one frame."""
    cell = f'<w:tc><w:tcPr><w:tcW w:w="{total}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
    return frame([total], _BORDERS, 2 * _PAD, "提示", f"<w:tr>{cell}</w:tr>")
