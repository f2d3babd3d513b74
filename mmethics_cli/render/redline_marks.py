"""Revisions as Word itself writes them: who, when, and a number for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from lxml import etree

from mmethics_cli.render.redline_names import RUN, SDT, TBL, UNSAID, Element, P, W
from mmethics_cli.render.redline_reading import blocks, cells, rows

Side = Literal["ins", "del"]

_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
DELETED_TEXT: Final = {f"{W}t": f"{W}delText", f"{W}instrText": f"{W}delInstrText"}
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_IN_A_MARK: Final = frozenset((RUN, f"{_MATH}oMath", f"{_MATH}oMathPara"))
_FIRST: Final = 90_001
# What Word keeps of a paragraph's properties outside the record of how they were before.
_NOT_BEFORE: Final = frozenset(f"{W}{one}" for one in ("rPr", "sectPr", "pPrChange"))


@dataclass(slots=True)
class Marks:
    """Marks the revisions of one file."""

    author: str
    day: date
    _next: int = _FIRST

    @property
    def count(self) -> int:
        """How many numbers were given so far."""
        return self._next - _FIRST

    def mark(self, name: str) -> Element:
        """An element that says who changed what stands in it, and when."""
        found = self._numbered(name)
        found.set(f"{W}author", self.author)
        found.set(f"{W}date", f"{self.day.isoformat()}T00:00:00Z")
        return found

    def _numbered(self, name: str, number: int = 0) -> Element:
        if not number:
            number, self._next = self._next, self._next + 1
        found = etree.Element(f"{W}{name}", nsmap={"w": W[1:-1]})
        found.set(f"{W}id", str(number))
        return found

    def inline(
        self, elements: Iterable[Element], side: Side, *, in_row: bool = False
    ) -> Iterator[Element]:
        """What stands in a paragraph, marked; `in_row` where a whole row comes or goes."""
        box: Element | None = None
        for one in elements:
            if one.tag in _IN_A_MARK:
                if box is None:
                    box = self.mark(side)
                    yield box
                box.append(one)
                if side == "del":
                    _as_deleted(one)
                continue
            box = None
            if one.tag == SDT:
                yield from self._control(one, side, in_row)
            else:
                if one.tag not in UNSAID:
                    one[:] = list(self.inline(list(one), side, in_row=in_row))
                yield one

    def _control(self, control: Element, side: Side, in_row: bool) -> Iterator[Element]:
        """A control that comes, its ends marked as Word does it; of one that goes, its words.

        Marked ends of a control that goes make LibreOffice show all that follows as changed, and
        without them Word would leave an empty control. In a row all comes or goes with the row.
        """
        content = control.find(f"{W}sdtContent")
        if content is None:
            return
        marked = list(self.inline(list(content), side, in_row=in_row))
        if side == "del" and not in_row:
            yield from marked
            return
        content[:] = marked
        if in_row:
            yield control
            return
        first, second = (self.mark("customXmlInsRangeStart") for _ in range(2))
        content.insert(0, self._end_of(first))
        content.append(second)
        yield from (first, control, self._end_of(second))

    def _end_of(self, start: Element) -> Element:
        return self._numbered("customXmlInsRangeEnd", int(start.get(f"{W}id", "0")))

    def ticked(self, before: Element, after: Element) -> Element:
        """A tick box that was set anew: it stays, its character changes, as when one clicks it."""
        old, new = before.find(f"{W}sdtContent"), after.find(f"{W}sdtContent")
        if old is not None and new is not None:
            new[:] = [*self.inline(list(old), "del"), *self.inline(list(new), "ins")]
        return after

    def paragraph(
        self, paragraph: Element, side: Side, *, end: bool = True, in_row: bool = False
    ) -> None:
        """Mark all that a paragraph holds and, unless told not to, its end."""
        properties = paragraph.find(f"{W}pPr")
        content = [one for one in paragraph if one is not properties]
        marked = list(self.inline(content, side, in_row=in_row))
        paragraph[:] = [*([] if properties is None else [properties]), *marked]
        if end:
            self.paragraph_end(paragraph, side)

    def paragraph_end(self, paragraph: Element, side: Side) -> None:
        properties = properties_of(paragraph)
        run = properties.find(f"{W}rPr")
        if run is None:
            run = etree.Element(f"{W}rPr")
            later = [one for one in properties if one.tag in _NOT_BEFORE]
            place = properties.index(later[0]) if later else len(properties)
            properties.insert(place, run)
        run.insert(0, self.mark(side))

    def was(self, paragraph: Element, before: Element) -> None:
        """Record that the paragraph had the properties of `before`."""
        change = self.mark("pPrChange")
        change.append(lasting(before))
        properties_of(paragraph).append(change)

    def looked(self, run: Element, before: Element | None) -> None:
        """Record that a run had the properties `before`."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            properties = etree.Element(f"{W}rPr")
            run.insert(0, properties)
        change = self.mark("rPrChange")
        change.append(etree.Element(f"{W}rPr") if before is None else deepcopy(before))
        properties.append(change)

    def row(self, row: Element, side: Side) -> None:
        for cell in cells(row):
            for one in blocks(cell):
                self.block(one, side, in_row=True)
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = etree.Element(f"{W}trPr")
            before = row.find(f"{W}tblPrEx")
            row.insert(0 if before is None else row.index(before) + 1, properties)
        change = properties.find(f"{W}trPrChange")
        place = len(properties) if change is None else properties.index(change)
        properties.insert(place, self.mark(side))

    def block(self, block: Element, side: Side, *, in_row: bool = False) -> None:
        """Mark a whole paragraph or table."""
        if block.tag == P:
            self.paragraph(block, side, in_row=in_row)
        elif block.tag == TBL:
            for row in rows(block):
                self.row(row, side)


def properties_of(paragraph: Element) -> Element:
    found = paragraph.find(f"{W}pPr")
    if found is None:
        found = etree.Element(f"{W}pPr")
        paragraph.insert(0, found)
    return found


def lasting(paragraph: Element) -> Element:
    """A copy of a paragraph's properties as the record of a change may hold them."""
    found = paragraph.find(f"{W}pPr")
    copy = etree.Element(f"{W}pPr")
    if found is not None:
        copy.extend(deepcopy(one) for one in found if one.tag not in _NOT_BEFORE)
    return copy


def _as_deleted(element: Element) -> None:
    """Text in a deleted run has names of its own; that in a figure's shapes has not."""
    holders: Sequence[Element] = [element, *element.iter(_FALLBACK)]
    for holder in holders:
        for one in holder:
            if isinstance(one.tag, str):
                one.tag = DELETED_TEXT.get(one.tag, one.tag)
