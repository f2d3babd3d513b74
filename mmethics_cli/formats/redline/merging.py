"""Write the old side into the new one as revisions; what both say stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from itertools import groupby

from lxml import etree
from msgspec import Struct, field

from mmethics_cli.formats.redline.carry import Carrier
from mmethics_cli.formats.redline.pairing import Pair, block_pairs, row_pairs, tail_start
from mmethics_cli.formats.redline.words import Stretch, Token, stretches, tokens
from mmethics_cli.formats.word.markup import NOT_CONTENT, SPACE, Element, P, W, cells, new_element
from mmethics_cli.formats.word.reading import LinePiece, WordReader
from mmethics_cli.formats.word.revisions import (
    RevisionMarks,
    paragraph_properties,
    recorded_properties,
)

_ENDS = frozenset((f"{W}bookmarkEnd", f"{W}permEnd", f"{W}commentRangeEnd"))

Copy = Callable[[Element], Element]


class Merger(Struct):
    """Merges one part of the old file into that part of the new one.

    `sections` are the properties of sections that end in paragraphs which are a pair.
    """

    old: WordReader
    new: WordReader
    marks: RevisionMarks
    carrier: Carrier
    sections: list[tuple[Element, Element]] = field(default_factory=list)

    def blocks(self, before: Element, after: Element) -> None:
        """Merge the blocks of one holder into those of the other, in place."""
        pairs = block_pairs(self.old, self.new, before, after)
        lender = _lender(pairs)
        last: Element | None = None
        for number, (old, new) in enumerate(pairs, 1):
            end = lender is None or number < len(pairs)
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
            self._lend(lender, pairs[-1], last)

    def _lend(self, lender: Pair, tail: Pair, last: Element) -> None:
        """Mark the end of the paragraph that the tail follows, in place of the tail's own.

        The tail's last paragraph then ends what either side says: it has the properties that the
        new side ends with, and had those of the old side.
        """
        old, new = lender
        assert old is not None and new is not None
        if tail[0] is None:
            self.marks.paragraph_end(new, "ins")
            self._record_properties(last, self.carrier.copy(old))
            return
        before = etree.Element(P)
        before.append(recorded_properties(last))
        self.marks.paragraph_end(new, "del")
        paragraph_properties(last)[:] = list(recorded_properties(new))
        self._record_properties(last, before)

    def _record_properties(self, paragraph: Element, before: Element) -> None:
        """Record that a paragraph had the properties of `before`, where its own are others."""
        own, old = (
            etree.tostring(recorded_properties(holder), method="c14n")
            for holder in (paragraph, before)
        )
        if own != old:
            self.marks.paragraph_had(paragraph, before)

    def _pair(self, old: Element, new: Element) -> None:
        if new.tag == P:
            sections = [paragraph.find(f"{W}pPr/{W}sectPr") for paragraph in (old, new)]
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
        for stretch in stretches(tokens(self.old.pieces(old)), tokens(self.new.pieces(new))):
            if stretch.equal:
                words = zip(stretch.old, stretch.new, strict=True)
                kept = (piece for before, after in words for piece in _kept(before, after))
                content += self._written(kept, deepcopy)
            elif boxes := _tick_boxes(stretch):
                before, after = boxes
                content.append(self.marks.tick_box(self.carrier.copy(before), deepcopy(after)))
            else:
                gone = self._written(_pieces(stretch.old), self.carrier.copy)
                come = self._written(_pieces(stretch.new), deepcopy)
                content += [*self.marks.inline(gone, "del"), *self.marks.inline(come, "ins")]
        others = [child for child in new if child.tag in NOT_CONTENT]
        ends = [child for child in others if child.tag in _ENDS]
        new[:] = [*(child for child in others if child not in ends), *content, *ends]
        if self.old.style(old) != self.new.style(new):
            self.marks.paragraph_had(new, self.carrier.copy(old))

    def _written(self, pieces: Iterable[_MergedPiece], copy: Copy) -> Iterator[Element]:
        """The pieces in runs like those they come from."""
        for (run, before), group in groupby(pieces, lambda merged: (merged.run, merged.before)):
            if run is None:
                yield from (copy(node) for merged in group for node in merged.piece.nodes)
                continue
            new = new_element("r")
            if (properties := run.find(f"{W}rPr")) is not None:
                new.append(copy(properties))
            _fill(new, group, copy)
            if before is not None:
                old = before.find(f"{W}rPr")
                self.marks.run_had(new, None if old is None else self.carrier.copy(old))
            yield new


class _MergedPiece(Struct, frozen=True):
    """Text or a whole thing to be written; `before` is its run of old, if that looked other."""

    text: str
    piece: LinePiece
    before: Element | None = None

    @property
    def run(self) -> Element | None:
        return self.piece.run


def _pieces(words: Iterable[Token]) -> Iterator[_MergedPiece]:
    return (_MergedPiece(text, piece) for word in words for text, piece in word.pieces)


def _kept(old: Token, new: Token) -> Iterator[_MergedPiece]:
    """The new side of a word that both sides have, cut where either side's look changes."""
    if not old.is_text or not new.is_text:
        yield from _pieces([new])
        return
    looks = [piece for text, piece in old.pieces for _ in text]
    at = 0
    for text, piece in new.pieces:
        for before, group in groupby(looks[at : at + len(text)]):
            length = len(list(group))
            part, text = text[:length], text[length:]
            at += length
            yield _MergedPiece(part, piece, before.run if before.look != piece.look else None)


def _fill(run: Element, pieces: Iterable[_MergedPiece], copy: Copy) -> None:
    for is_text, group in groupby(pieces, lambda merged: merged.piece.is_text):
        if is_text:
            text = etree.SubElement(run, f"{W}t")
            text.text = "".join(merged.text for merged in group)
            text.set(SPACE, "preserve")
        else:
            run.extend(copy(node) for merged in group for node in merged.piece.nodes)


def _tick_boxes(stretch: Stretch) -> tuple[Element, Element] | None:
    """The box of both sides where a stretch is nothing but a tick box that was set anew."""
    if len(stretch.old) != 1 or len(stretch.new) != 1:
        return None
    (_, before), (_, after) = stretch.old[0].pieces[0], stretch.new[0].pieces[0]
    return (before.nodes[0], after.nodes[0]) if before.is_tick and after.is_tick else None


def _lender(pairs: list[Pair]) -> Pair | None:
    """The pair of paragraphs that a tail of one side follows, if there is one."""
    at = tail_start(pairs)
    tail = [element for pair in pairs[at - 1 :] for element in pair if element is not None]
    if not at or at == len(pairs) or any(element.tag != P for element in tail):
        return None
    of_one_side = len({new is None for _, new in pairs[at:]}) == 1
    return pairs[at - 1] if of_one_side else None


def _place(added: Element, holder: Element, last: Element | None, pairs: list[Pair]) -> None:
    """Put what is carried after `last`, or before all that the holder says."""
    first = next((new for _, new in pairs if new is not None), None)
    if last is not None:
        last.addnext(added)
    elif first is not None:
        first.addprevious(added)
    elif holder.tag == f"{W}body":
        holder.insert(0, added)
    else:
        holder.append(added)
