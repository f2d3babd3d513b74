"""Write the old side into the new one as revisions; what both say stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Final, Literal

from lxml import etree

from mmethics_cli.formats.redline.carry import Carrier
from mmethics_cli.formats.redline.pairing import Pair, block_pairs, row_pairs
from mmethics_cli.formats.redline.words import Stretch, Token, stretches, tokens
from mmethics_cli.formats.word.package import RUN, SDT, TBL, UNSAID, Element, P, W
from mmethics_cli.formats.word.reading import LinePiece, Reader, blocks, cells, rows

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


_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ENDS = frozenset((f"{W}bookmarkEnd", f"{W}permEnd", f"{W}commentRangeEnd"))

Copy = Callable[[Element], Element]


@dataclass(frozen=True, slots=True)
class _Bit:
    """Text or a whole thing to be written; `before` is its run of old, if that looked other."""

    text: str
    piece: LinePiece
    before: Element | None = None


@dataclass(slots=True)
class Merger:
    """Merges one part of the old file into that part of the new one.

    `sections` are the properties of sections that end in paragraphs which are a pair.
    """

    old: Reader
    new: Reader
    marks: Marks
    carrier: Carrier
    sections: list[tuple[Element, Element]] = field(default_factory=list)

    def blocks(self, before: Element, after: Element) -> None:
        """Merge the blocks of one holder into those of the other, in place."""
        pairs = block_pairs(self.old, self.new, before, after)
        lender = _lender(pairs)
        last: Element | None = None
        for at, (old, new) in enumerate(pairs):
            end = lender is None or at + 1 < len(pairs)
            if old is None and new is not None:
                if new.tag == P:
                    self.marks.paragraph(new, "ins", end=end)
                else:
                    self.marks.block(new, "ins")
            elif old is not None and new is None:
                new = self.carrier.copy(old)
                _place(new, after, last, pairs)
                if new.tag == P:
                    self.marks.paragraph(new, "del", end=end)
                else:
                    self.marks.block(new, "del")
            elif old is not None and new is not None:
                self._pair(old, new)
            last = new
        if lender is not None and last is not None:
            self._lend(pairs[lender], pairs[-1], last)

    def _lend(self, lender: Pair, tail: Pair, last: Element) -> None:
        """Mark the end of the paragraph that the tail follows, in place of the tail's own.

        The tail's last paragraph then ends what either side says: it has the properties that the
        new side ends with, and had those of the old side.
        """
        old, new = lender
        assert old is not None and new is not None
        if tail[0] is None:
            self.marks.paragraph_end(new, "ins")
            self._was(last, self.carrier.copy(old))
            return
        was = etree.Element(P)
        was.append(lasting(last))
        self.marks.paragraph_end(new, "del")
        properties_of(last)[:] = list(lasting(new))
        self._was(last, was)

    def _was(self, paragraph: Element, before: Element) -> None:
        now, then = (etree.tostring(lasting(one), method="c14n") for one in (paragraph, before))
        if now != then:
            self.marks.was(paragraph, before)

    def _pair(self, old: Element, new: Element) -> None:
        if new.tag == P:
            sections = [one.find(f"{W}pPr/{W}sectPr") for one in (old, new)]
            if sections[0] is not None and sections[1] is not None:
                self.sections.append((sections[0], sections[1]))
        if self.old.outline(old) == self.new.outline(new):
            return
        if new.tag == P:
            self._paragraph(old, new)
        else:
            self._table(old, new)

    def _table(self, before: Element, after: Element) -> None:
        pairs = row_pairs(self.old, self.new, before, after) or []
        last: Element | None = None
        for old, new in pairs:
            if old is None and new is not None:
                self.marks.row(new, "ins")
            elif old is not None and new is None:
                new = self.carrier.copy(old)
                _place(new, after, last, pairs)
                self.marks.row(new, "del")
            elif old is not None and new is not None:
                for cell, other in zip(cells(old), cells(new), strict=True):
                    if self.old.outline(cell) != self.new.outline(other):
                        self.blocks(cell, other)
            last = new

    def _paragraph(self, old: Element, new: Element) -> None:
        content: list[Element] = []
        for one in stretches(tokens(self.old.pieces(old)), tokens(self.new.pieces(new))):
            if one.equal:
                pairs = zip(one.old, one.new, strict=True)
                bits = (bit for was, now in pairs for bit in _faces(was, now))
                content += self._written(bits, deepcopy)
            elif _is_tick_set_anew(one):
                was, now = one.old[0].pieces[0][1].nodes[0], one.new[0].pieces[0][1].nodes[0]
                content.append(self.marks.ticked(self.carrier.copy(was), deepcopy(now)))
            else:
                gone = self._written(_bits(one.old), self.carrier.copy)
                come = self._written(_bits(one.new), deepcopy)
                content += [*self.marks.inline(gone, "del"), *self.marks.inline(come, "ins")]
        unsaid = [one for one in new if one.tag in UNSAID]
        ends = [one for one in unsaid if one.tag in _ENDS]
        new[:] = [*(one for one in unsaid if one not in ends), *content, *ends]
        if self.old.style(old) != self.new.style(new):
            self.marks.was(new, self.carrier.copy(old))

    def _written(self, bits: Iterable[_Bit], copy: Copy) -> Iterator[Element]:
        """The bits in runs like those they come from."""
        for (run, before), group in groupby(bits, lambda one: (one.piece.run, one.before)):
            if run is None:
                yield from (copy(node) for one in group for node in one.piece.nodes)
                continue
            found = etree.Element(run.tag, nsmap={"w": W[1:-1]})
            if (properties := run.find(f"{W}rPr")) is not None:
                found.append(copy(properties))
            _fill(found, group, copy)
            if before is not None:
                old = before.find(f"{W}rPr")
                self.marks.looked(found, None if old is None else self.carrier.copy(old))
            yield found


def _is_tick_set_anew(stretch: Stretch) -> bool:
    words = [*stretch.old, *stretch.new]
    alone = len(stretch.old) == len(stretch.new) == 1
    return alone and all(one.pieces[0][1].is_tick for one in words)


def _fill(run: Element, bits: Iterable[_Bit], copy: Copy) -> None:
    for is_text, group in groupby(bits, lambda one: one.piece.is_text):
        if is_text:
            text = etree.SubElement(run, f"{W}t")
            text.text = "".join(one.text for one in group)
            text.set(_SPACE, "preserve")
        else:
            run.extend(copy(node) for one in group for node in one.piece.nodes)


def _bits(words: Iterable[Token]) -> Iterator[_Bit]:
    return (_Bit(text, piece) for one in words for text, piece in one.pieces)


def _faces(old: Token, new: Token) -> Iterator[_Bit]:
    """The new side of a word that both sides have, cut where either side's look changes."""
    if not old.is_text or not new.is_text:
        yield from _bits([new])
        return
    looks = [piece for text, piece in old.pieces for _ in text]
    at = 0
    for text, piece in new.pieces:
        for was, group in groupby(looks[at : at + len(text)]):
            length = len(list(group))
            part, text = text[:length], text[length:]
            at += length
            yield _Bit(part, piece, was.run if was.look != piece.look else None)


def _lender(pairs: list[Pair]) -> int | None:
    """Where the pair of paragraphs stands that a tail of one side follows, if there is one."""
    at = len(pairs)
    while at and None in pairs[at - 1]:
        at -= 1
    tail = [one for pair in pairs[at - 1 :] for one in pair if one is not None]
    if not at or at == len(pairs) or any(one.tag != P for one in tail):
        return None
    gone = {pair[1] is None for pair in pairs[at:]}
    return at - 1 if len(gone) == 1 else None


def _place(added: Element, holder: Element, last: Element | None, pairs: list[Pair]) -> None:
    """Put what is carried after `last`, or before all that the holder says."""
    first = next((one for _, one in pairs if one is not None), None)
    if last is not None:
        last.addnext(added)
    elif first is not None:
        first.addprevious(added)
    elif holder.tag == f"{W}body":
        holder.insert(0, added)
    else:
        holder.append(added)
