"""A flow figure as a group of Word's own shapes: text can be edited, lines stay sharp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mmethics_cli.formats.blocks import Flow, Line, Text
from mmethics_cli.formats.word.flow import (
    PAD,
    Arrow,
    Border,
    Box,
    Figure,
    alt_text,
    lay_out,
    settled,
)
from mmethics_cli.formats.word.runs import EMU_PER_TWIP, Runs, inline_xml, run

_WORD: Final = "http://schemas.microsoft.com/office/word/2010"
_SPACES: Final = f'xmlns:wpg="{_WORD}/wordprocessingGroup" xmlns:wps="{_WORD}/wordprocessingShape"'
_FILLS: Final = ("F2F2F2", "FFFFFF", "EAF1F8", "F2F2F2")
_INK, _WARNING = "404040", "C00000"


def flow_xml(flow: Flow, runs: Runs, width: int, most: int) -> str:
    """A run with the figure, `width` wide and at most `most` twips high; empty without rows.

    Its words stand as its alternative text, and in its place where a program knows no shapes.
    """
    rows = settled(flow.rows)
    if not rows:
        return ""
    figure = lay_out(flow, rows, width, most)
    shapes = "".join(_shapes(figure, runs))
    across, down = figure.width * EMU_PER_TWIP, figure.height * EMU_PER_TWIP
    text = alt_text(flow, rows)
    group = (
        f'<a:graphicData uri="{_WORD}/wordprocessingGroup"><wpg:wgp><wpg:cNvGrpSpPr/>'
        f'<wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/>'
        f'<a:chOff x="0" y="0"/><a:chExt cx="{across}" cy="{down}"/></a:xfrm></wpg:grpSpPr>'
        f"{shapes}</wpg:wgp></a:graphicData>"
    )
    drawing = inline_xml(runs.drawings.next_id(), across, down, text, group)
    return (
        f'<w:r><mc:AlternateContent {_SPACES}><mc:Choice Requires="wpg">{drawing}</mc:Choice>'
        f"<mc:Fallback>{_in_words(text)}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def _in_words(text: str) -> str:
    return run(text).removeprefix("<w:r>").removesuffix("</w:r>")


def _shapes(figure: Figure, runs: Runs) -> Iterator[str]:
    for border in figure.borders:
        yield from _border(border, figure, runs)
    for arrow in figure.arrows:
        yield _line(runs, *arrow.start, *arrow.end, _arrow_ink(arrow))
    for head in figure.heads:
        yield _box(head, figure, runs, "", bold=True)
    for box in figure.boxes:
        yield _box(box, figure, runs, _FILLS[box.column % len(_FILLS)], bold=False)


def _arrow_ink(arrow: Arrow) -> str:
    return f'<a:ln w="12700">{_solid(_INK)}<a:tailEnd type="triangle"/></a:ln>'


def _border(border: Border, figure: Figure, runs: Runs) -> Iterator[str]:
    ink = f'<a:ln w="19050">{_solid(_WARNING)}<a:prstDash val="dash"/></a:ln>'
    for start, end in zip(border.points, border.points[1:], strict=False):
        yield _line(runs, *start, *end, ink)
    line: Line = (Text(border.label, bold=True),)
    height = figure.line_height + 20
    label = Box(border.left, border.top, border.width, height, (line,), 0)
    yield _box(label, figure, runs, "", bold=True, color=_WARNING)


def _solid(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>'


def _place(left: int, top: int, width: int, height: int, flip: bool = False) -> str:
    turned = ' flipV="1"' if flip else ""
    x, y, cx, cy = (length * EMU_PER_TWIP for length in (left, top, width, height))
    return f'<a:xfrm{turned}><a:off x="{x}" y="{y}"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'


def _line(runs: Runs, x1: int, y1: int, x2: int, y2: int, ink: str) -> str:
    """A line from left to right, or down; `flip` where it climbs."""
    place = _place(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1), flip=y2 < y1)
    number = runs.drawings.next_id()
    return (
        f'<wps:wsp><wps:cNvPr id="{number}" name="线 {number}"/><wps:cNvCnPr/>'
        f'<wps:spPr>{place}<a:prstGeom prst="line"><a:avLst/></a:prstGeom>{ink}</wps:spPr>'
        "<wps:bodyPr/></wps:wsp>"
    )


def _box(box: Box, figure: Figure, runs: Runs, fill: str, *, bold: bool, color: str = "") -> str:
    edge = f'<a:ln w="9525">{_solid(_INK)}</a:ln>' if fill else "<a:ln><a:noFill/></a:ln>"
    ground = _solid(fill) if fill else "<a:noFill/>"
    pad = PAD * EMU_PER_TWIP if fill else 0
    number = runs.drawings.next_id()
    text = "".join(
        _paragraph(line, figure, runs, bold=bold or (not at and len(box.lines) > 1), color=color)
        for at, line in enumerate(box.lines)
    )
    return (
        f'<wps:wsp><wps:cNvPr id="{number}" name="框 {number}"/><wps:cNvSpPr txBox="1"/>'
        f"<wps:spPr>{_place(box.left, box.top, box.width, box.height)}"
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{ground}{edge}</wps:spPr>'
        f"<wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx>"
        f'<wps:bodyPr wrap="square" lIns="{pad}" tIns="0" rIns="{pad}" bIns="0" anchor="ctr">'
        "<a:noAutofit/></wps:bodyPr></wps:wsp>"
    )


def _paragraph(line: Line, figure: Figure, runs: Runs, *, bold: bool, color: str) -> str:
    spacing = f'<w:spacing w:line="{figure.line_height}" w:lineRule="exact"/>'
    content = runs.line(line, size=figure.size, bold=bold, color=color)
    return (
        f'<w:p><w:pPr><w:pStyle w:val="TableText"/>{spacing}<w:jc w:val="center"/></w:pPr>'
        f"{content}</w:p>"
    )
