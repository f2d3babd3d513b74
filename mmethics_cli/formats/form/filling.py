"""Words put into the blanks of a Word form; nothing that stands there is overwritten.

Blanks are filled from the last to the first: what is written moves no sign that comes before it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from lxml import etree

from mmethics_cli.formats.form.blank import FormBlank, Option
from mmethics_cli.formats.form.grid import ADDRESS, GridCell, GridRow, rows_of
from mmethics_cli.formats.form.line import BLANK, FormLine, line_of
from mmethics_cli.formats.word.markup import (
    RUN,
    SDT,
    SPACE,
    W14,
    Element,
    P,
    W,
    new_element,
)

# A tick in the place of each box; a sign of Wingdings by its code.
_TICKS: Final = {"○": "●", "◯": "●"}
_TICK: Final = "☑"
_WINGDINGS: Final = {0xA8: "F0FE", 0x6F: "F0FE", 0xA3: "F052", 0x2A: "F052"}
_CHECKED_SIGN: Final = "2612"
_ROOM: Final = frozenset(f"{BLANK} \t\u3000\xa0")
# Signs of a row that must not stand twice in a file.
_OWN_IDS: Final = (f"{W14}paraId", f"{W14}textId")
_LONGEST_UNIT: Final = 2
_LEAST_ROOM: Final = 2  # blanks that stay between what is filled in and the next label


def fill(blank: FormBlank, text: str, days: Sequence[date] = ()) -> None:
    """Write into a blank; days are written into its 年月日 where it has them.

    A unit that stands behind it is not written twice.
    """
    unit = blank.after if len(blank.after) <= _LONGEST_UNIT else ""
    text = text.removesuffix(unit)
    line = blank.spot.line
    if line is None and blank.spot.cell is not None:
        line = _line_of_cell(blank.spot.cell)
        start, end = _room(line)
    elif line is not None:
        start, end = blank.spot.start, blank.spot.end
    else:
        return
    if blank.spot.cell is not None:
        _clear_others(blank.spot.cell, line)
    if days and "年" in line.text[start : end + 1] and "月" in line.text[start:]:
        _fill_days(line, start, days)
    else:
        _fill_line(line, start, end, text)


def tick(option: Option) -> None:
    """Tick a box, whatever it is made of."""
    sign = option.line.signs[option.at]
    node = sign.node
    control = next(node.iterancestors(SDT), None)
    if node.tag == f"{W}fldChar":
        _tick_field(node)
    elif node.tag == f"{W}sym":
        code = int(node.get(f"{W}char", "0"), 16) & 0xFF
        node.set(f"{W}char", _WINGDINGS.get(code, "F0FE"))
    elif control is not None and (box := control.find(f"{W}sdtPr/{W14}checkbox")) is not None:
        _tick_control(box, node, sign.offset)
    else:
        char = (node.text or "")[sign.offset]
        code = ord(char) & 0xFF
        private = 0xF000 <= ord(char) <= 0xF0FF
        mark = chr(int(_WINGDINGS.get(code, "F0FE"), 16)) if private else _TICKS.get(char, _TICK)
        _replace(node, sign.offset, sign.offset + 1, mark)


def fill_rows(
    rows: Sequence[GridRow], columns: Sequence[GridCell], entries: Sequence[Sequence[str]]
) -> int:
    """Write entries into the rows of a list, a row each; rows that lack are made like the last.

    `columns` are the cells of the first row that are filled, `entries` their words. How many were
    written: a sheet gets no more rows.
    """
    elements = [row.element for row in rows]
    fixed = rows[0].cells[0].element.get(ADDRESS) is not None
    while len(elements) < len(entries) and not fixed:
        extra = _twin(elements[-1])
        elements[-1].addnext(extra)
        elements.append(extra)
    places = [rows[0].cells.index(cell) for cell in columns]
    for element, words in zip(elements, entries, strict=False):
        row = _row(element)
        for place, text in zip(places, words, strict=True):
            if text and place < len(row.cells):
                line = _line_of_cell(row.cells[place])
                _fill_line(line, *_room(line), text)
    return min(len(elements), len(entries))


def _row(element: Element) -> GridRow:
    table = new_element("tbl")
    twin = copy.deepcopy(element)
    table.append(twin)
    read = rows_of(table)[0]
    # The cells of the row itself, by the shape of its twin.
    originals = list(element.iter(f"{W}tc"))
    cells = [
        GridCell(original, cell.row, cell.start, cell.end, [line_of(p) for p in original.iter(P)])
        for original, cell in zip(originals, read.cells, strict=False)
    ]
    return GridRow(element, cells)


def _twin(row: Element) -> Element:
    twin = copy.deepcopy(row)
    for mark in list(twin.iter(f"{W}bookmarkStart", f"{W}bookmarkEnd")):
        parent = mark.getparent()
        if parent is not None:
            parent.remove(mark)
    for node in twin.iter():
        for name in _OWN_IDS:
            node.attrib.pop(name, "")
    for text in twin.iter(f"{W}t"):
        text.text = ""
    return twin


def _clear_others(cell: GridCell, filled: FormLine) -> None:
    """Take the placeholders out of the other lines of a cell that is filled."""
    for line in cell.lines:
        if line.paragraph is not filled.paragraph and line.is_empty:
            for text in line.paragraph.iter(f"{W}t"):
                if (text.text or "").strip():
                    text.text = ""


def _line_of_cell(cell: GridCell) -> FormLine:
    """The line of a cell to write in: the first that has room, else its first."""
    lines = [line_of(line.paragraph) for line in cell.lines]
    return next((line for line in lines if BLANK in line.text), lines[0])


def _room(line: FormLine) -> tuple[int, int]:
    """Where the room of an otherwise empty line lies; a unit behind it stays."""
    match = re.match(r"[_ \t\u3000\xa0]*", line.text)
    assert match is not None
    return 0, match.end()


def _fill_line(line: FormLine, start: int, end: int, text: str) -> None:
    taken = line.text[start:end]
    if BLANK in taken:
        first = start + taken.index(BLANK)
        last = start + taken.rindex(BLANK) + 1
        raw = line.raw[first:last]
        if raw.strip(" \t\u3000\xa0_＿﹍"):  # a placeholder's words go as a whole
            _write(line, first, last, text)
        else:
            _write(line, first, min(last, first + _width(text)), text)
        return
    follows = line.text[end:].strip()
    if start == 0:  # a cell's spaces, which only set the words aside
        _write(line, start, end, text)
        return
    keep = (
        _LEAST_ROOM
        if follows and not follows.startswith(("（", "(", "，", "；", "。", "）"))
        else 0
    )
    _write(line, start, max(start, min(end - keep, start + _width(text))), text, plain=True)


def _width(text: str) -> int:
    """How many narrow blanks the words take the place of."""
    return sum(1 if char.isascii() else 2 for char in text)


def _fill_days(line: FormLine, start: int, days: Sequence[date]) -> None:
    """Numbers before each 年, 月 and 日 from there on, a day for each 年."""
    spots: list[tuple[int, str]] = []
    at = start
    for day in days:
        for sign, number in (("年", day.year), ("月", day.month), ("日", day.day)):
            place = line.text.find(sign, at)
            if place < 0 or (sign == "日" and place - at > 12):
                break
            spots.append((place, str(number)))
            at = place + 1
    for place, digits in reversed(spots):
        begin = place
        while begin > start and line.text[begin - 1] in _ROOM and place - begin < len(digits) + 1:
            begin -= 1
        _write(line, begin, place, digits)


def _write(line: FormLine, start: int, end: int, text: str, *, plain: bool = False) -> None:
    """Put words in the place of the signs from start to end; `plain`: not as bold as the label."""
    signs = line.signs
    _settle_control(signs[start].node if start < len(signs) else None)
    if start < end:
        for place in range(end - 1, start, -1):
            _remove(signs[place].node, signs[place].offset)
        node, offset = signs[start].node, signs[start].offset
        run = node.getparent()
        if node.tag == f"{W}t":
            _replace(node, offset, offset + 1, "")
            _insert(node, offset, text, like=run, plain=plain)
        elif run is not None:
            mark = _text_nodes(text)
            for new in reversed(mark):
                node.addnext(new)
            if node.tag in (f"{W}tab", f"{W}br"):
                run.remove(node)
        return
    if start > 0:
        node, offset = signs[start - 1].node, signs[start - 1].offset
        _insert(node, offset + 1, text, like=node.getparent(), plain=True)
        return
    line.paragraph.append(_run(text, _mark_look(line.paragraph)))


def _settle_control(node: Element | None) -> None:
    """A control that showed its placeholder shows words now."""
    control = None if node is None else next(node.iterancestors(SDT), None)
    if control is None or control.find(f"{W}sdtPr/{W14}checkbox") is not None:
        return
    marks = control.findall(f"{W}sdtPr/{W}showingPlcHdr")
    for mark in marks + control.findall(f"{W}sdtContent//{W}rPr/{W}rStyle"):
        parent = mark.getparent()
        if parent is not None:
            parent.remove(mark)


def _insert(
    node: Element, offset: int, text: str, like: Element | None, plain: bool = False
) -> None:
    """Words into a text at an offset; after a label in a run of their own that is not bold."""
    run = node.getparent()
    if run is None:
        return
    look = None if like is None else like.find(f"{W}rPr")
    if node.tag == f"{W}t" and not plain and "\n" not in text:
        whole = node.text or ""
        _set(node, whole[:offset] + text + whole[offset:])
        return
    tail = _split(run, node, offset)
    new = _run(text, look)
    if plain:
        for bold in new.findall(f"{W}rPr/{W}b") + new.findall(f"{W}rPr/{W}bCs"):
            parent = bold.getparent()
            if parent is not None:
                parent.remove(bold)
    run.addnext(new)
    if tail is not None:
        new.addnext(tail)


def _split(run: Element, node: Element, offset: int) -> Element | None:
    """What of a run stands behind an offset of one of its texts, as a run of its own."""
    rest = (node.text or "")[offset:] if node.tag == f"{W}t" else ""
    behind = list(node.itersiblings())
    if not rest and not behind:
        return None
    tail = etree.Element(RUN)
    look = run.find(f"{W}rPr")
    if look is not None:
        tail.append(copy.deepcopy(look))
    if rest:
        _set(node, (node.text or "")[:offset])
        text = etree.SubElement(tail, f"{W}t")
        _set(text, rest)
    tail.extend(behind)
    return tail


def _run(text: str, look: Element | None) -> Element:
    run = etree.Element(RUN)
    if look is not None:
        run.append(copy.deepcopy(look))
    run.extend(_text_nodes(text))
    return run


def _text_nodes(text: str) -> list[Element]:
    """The words as texts, with a break between lines."""
    nodes: list[Element] = []
    for number, part in enumerate(text.split("\n")):
        if number:
            nodes.append(etree.Element(f"{W}br"))
        node = etree.Element(f"{W}t")
        _set(node, part)
        nodes.append(node)
    return nodes


def _mark_look(paragraph: Element) -> Element | None:
    """The looks of an empty paragraph's mark, as those of a run."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    if mark is None:
        return None
    look = copy.deepcopy(mark)
    for change in list(look):
        if change.tag in (f"{W}ins", f"{W}del", f"{W}moveFrom", f"{W}moveTo", f"{W}rPrChange"):
            look.remove(change)
    return look


def _remove(node: Element, offset: int) -> None:
    if node.tag == f"{W}t":
        _replace(node, offset, offset + 1, "")
    elif node.tag in (f"{W}tab", f"{W}br") and (parent := node.getparent()) is not None:
        parent.remove(node)


def _replace(node: Element, start: int, end: int, text: str) -> None:
    whole = node.text or ""
    _set(node, whole[:start] + text + whole[end:])


def _set(node: Element, text: str) -> None:
    node.text = text
    node.set(SPACE, "preserve")


def _tick_field(mark: Element) -> None:
    box = mark.find(f"{W}ffData/{W}checkBox")
    if box is None:
        return
    for old in box.findall(f"{W}checked"):
        box.remove(old)
    etree.SubElement(box, f"{W}checked")


def _tick_control(box: Element, node: Element, offset: int) -> None:
    for old in box.findall(f"{W14}checked"):
        box.remove(old)
    checked = etree.Element(f"{W14}checked")
    checked.set(f"{W14}val", "1")
    box.insert(0, checked)
    state = box.find(f"{W14}checkedState")
    code = _CHECKED_SIGN if state is None else state.get(f"{W14}val", _CHECKED_SIGN)
    _replace(node, offset, offset + 1, chr(int(code, 16)))
