"""Write the old side into the new one as revisions; what both say stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby

from lxml import etree

from mmethics_cli.render.redline_carry import Carrier
from mmethics_cli.render.redline_marks import Marks, lasting, properties_of
from mmethics_cli.render.redline_names import UNSAID, Element, P, W
from mmethics_cli.render.redline_pairing import Pair, block_pairs, row_pairs
from mmethics_cli.render.redline_reading import Piece, Reader, cells
from mmethics_cli.render.redline_words import Stretch, Token, stretches, tokens

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ENDS = frozenset((f"{W}bookmarkEnd", f"{W}permEnd", f"{W}commentRangeEnd"))

Copy = Callable[[Element], Element]


@dataclass(frozen=True, slots=True)
class _Bit:
    """Text or a whole thing to be written; `before` is its run of old, if that looked other."""

    text: str
    piece: Piece
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
