"""Tables, frames and signature lines as WordprocessingML. Lengths are twips (1/20 point)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mmethics_cli.formats.blocks import Blank, Cell, Inline, Line, PickDate, Signatures, Table, Text
from mmethics_cli.formats.word.runs import Runs, blank_date, is_latin, paragraph, quote
from mmethics_cli.wording.columns import display_width

_HALF_SMALL: Final = 105  # of a Han character in 五号, what a Latin letter takes about
_PAD: Final = 85  # between a cell's sides and its text
_LEAST_BALANCED: Final = 6  # letters of a cell whose label can be parted evenly
_SLACK: Final = 60
# A row longer than this may break over pages: else it would leave half a page empty.
_UNSPLIT_LINES: Final = 22
_LINE: Final = 340  # of 五号 in a cell
_SHORT: Final = 4  # rows
_SIDES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")
_LINE_BORDER: Final = 'w:val="single" w:sz="4" w:space="0" w:color="000000"'
_BORDERS: Final = "".join(f"<w:{side} {_LINE_BORDER}/>" for side in _SIDES)
_NO_BORDERS: Final = "".join(f'<w:{side} w:val="nil"/>' for side in _SIDES)
_UNDERLINE: Final = f"<w:tcBorders><w:bottom {_LINE_BORDER}/></w:tcBorders>"
# Of signature lines.
_HALF: Final = 120  # of a Han character in 小四, what a Latin letter takes about beside it
_LATIN: Final = 106  # what a Latin letter takes on average in a line of them
_SIGN_HEIGHT: Final = 620
_LEAST_BLANK: Final = 1300  # 2.3 cm, enough for a name


def table_xml(table: Table, runs: Runs, total: int, keep: bool, whole: bool = False) -> str:
    """A table as wide as the text; `keep` holds its last row with what follows, `whole` each."""
    widths = _shares(table.widths, total)
    rows = "".join(
        _row(row, runs, widths, at < table.header, _stays(table, at, keep, whole), table.lines)
        for at, row in enumerate(table.rows)
    )
    return _fixed_table(widths, _BORDERS, _PAD, table.caption, rows)


def frame_xml(content: str, total: int) -> str:
    """A frame round paragraphs: a table of one cell, which Word keeps as one frame."""
    cell = f'<w:tc><w:tcPr><w:tcW w:w="{total}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
    return _fixed_table([total], _BORDERS, 2 * _PAD, "提示", f"<w:tr>{cell}</w:tr>")


def beside_xml(rows: Sequence[tuple[str, str]], total: int) -> str:
    """Two columns of paragraphs, row by row, without lines."""
    widths = _shares((47, 53), total)
    cells = "".join(
        "<w:tr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'
            for width, content in zip(widths, row, strict=True)
        )
        + "</w:tr>"
        for row in rows
    )
    return _fixed_table(widths, _NO_BORDERS, _PAD, "", cells)


def _fixed_table(widths: Sequence[int], borders: str, pad: int, caption: str, rows: str) -> str:
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
        text = "".join([part.text if isinstance(part, Text) else "□" for part in line])
    if 2 * len(text) <= letters and "\n" not in text:
        return 1
    return sum(max(1, math.ceil(display_width(part) / letters)) for part in text.split("\n"))


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
    text = "".join(part.text for part in line if isinstance(part, Text)).strip()
    letters, room = display_width(text), (width - 2 * _PAD) // _HALF_SMALL
    if letters <= room or room < _LEAST_BALANCED or len(text) * 2 != letters:
        return ""
    lines = math.ceil(letters / (room - room % 2))
    per_line = 2 * math.ceil(letters / 2 / lines)
    side = (width - 2 * _PAD - per_line * _HALF_SMALL - _SLACK) // 2
    return f'<w:ind w:left="{side}" w:right="{side}"/>' if side > 0 else ""


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
    return _fixed_table(widths, _NO_BORDERS, 0, "签署栏", rows)


def _chunks(line: Line) -> list[list[Inline]]:
    """A line cut into labels and places to write; every blank stands alone."""
    chunks: list[list[Inline]] = []
    for inline in line:
        alone = isinstance(inline, Blank | PickDate)
        if isinstance(inline, Text) and not inline.value and not inline.text.strip():
            continue
        if alone or not chunks or isinstance(chunks[-1][0], Blank | PickDate):
            chunks.append([inline])
        else:
            chunks[-1].append(inline)
    return chunks


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
    text = "".join(part.text.strip() if isinstance(part, Text) else "□" for part in chunk)
    return _width(text)


def _width(text: str) -> int:
    """The room that a text takes in 小四."""
    return (len(text) * _LATIN if is_latin(text) else display_width(text) * _HALF) + 60


def _widest(column: Sequence[int | None]) -> int | None:
    return max((width for width in column if width is not None), default=None)


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
    trimmed = list(chunk)
    for at, strip in ((0, str.lstrip), (-1, str.rstrip)):
        end = trimmed[at] if trimmed else None
        if isinstance(end, Text) and not end.value:
            trimmed[at] = Text(strip(end.text), end.bold, end.italic)
    return trimmed
