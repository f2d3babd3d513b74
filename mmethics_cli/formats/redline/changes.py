"""The differences of two Word files for people to read: where, before, after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.redline.pairing import block_pairs, read_both, row_pairs
from mmethics_cli.formats.word.markup import TBL, Element, P, W, blocks, cells, rows
from mmethics_cli.formats.word.package import handled
from mmethics_cli.formats.word.reading import Content, WordReader

_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]+|[^。！？；\n]+")
_NUMBER = re.compile(r"\d+|[一二三四五六七八九十]+(?=、)")
_LIST_NUMBER = re.compile(r"^\s*(?:\d+[.．、)）]|（\d+）)(?!\d)\s*")
_BETWEEN: Final = " › "


class TextChange(Struct, frozen=True):
    """One difference; `place` is the heading and label where it stands.

    `before` is empty for what was added, `after` for what was taken out.
    """

    place: str
    before: str
    after: str


def changed(old: bytes, new: bytes) -> bool:
    """Whether the body of a document says something else, whoever saved it.

    Headers, footers, looks, page breaks and empty paragraphs do not count. Raises DocumentError.
    """
    with handled("修改前后的文件"):
        before, after = (list(_words(side, side.package.body)) for side in read_both(old, new))
        return before != after


def changes(old: bytes, new: bytes) -> tuple[TextChange, ...]:
    """The differences of two bodies in order, of each paragraph the sentences that differ.

    Rows, headings and lines of lists that only got another number are left out. Raises
    DocumentError.
    """
    with handled("修改前后的文件"):
        walk = _ChangeWalk(*read_both(old, new))
        return tuple(walk.blocks(walk.old.package.body, walk.new.package.body))


def _words(reader: WordReader, holder: Element) -> Iterator[object]:
    """The texts of the blocks in a holder, tables as lists of lists."""
    for block in blocks(holder):
        if block.tag == TBL:
            yield [[list(_words(reader, cell)) for cell in cells(row)] for row in rows(block)]
            continue
        contents: list[Content] = []
        for piece in reader.pieces(block):
            if piece.content == ("break", "", "page"):
                continue
            if contents and isinstance(contents[-1], str) and isinstance(piece.content, str):
                contents[-1] += piece.content
            else:
                contents.append(piece.content)
        if contents:
            yield contents


class _ChangeWalk(Struct):
    """Goes over both sides at once and remembers under which heading of each it is."""

    old: WordReader
    new: WordReader
    _old_heading: str = ""
    _new_heading: str = ""

    def blocks(self, before: Element, after: Element, label: str = "") -> Iterator[TextChange]:
        for old, new in block_pairs(self.old, self.new, before, after):
            heads = self._enter(old, new)
            if old is not None and new is not None and new.tag == TBL:
                if self.old.outline(old) != self.new.outline(new):
                    yield from self._table(old, new)
            else:
                texts = self._text(self.old, old), self._text(self.new, new)
                if not (_renumbered(*texts) if heads else _moved_on(*texts)):
                    yield from self._change([label], *texts)

    def _enter(self, old: Element | None, new: Element | None) -> bool:
        """Whether the blocks are headings; what follows then stands under them."""
        heads = [_heading(self.old, old), _heading(self.new, new)]
        self._old_heading = heads[0] or self._old_heading
        self._new_heading = heads[1] or self._new_heading
        return any(heads)

    def _text(self, reader: WordReader, element: Element | None) -> str:
        return "" if element is None else reader.text(element).strip()

    def _change(self, labels: list[str], before: str, after: str) -> Iterator[TextChange]:
        if before != after:
            heading = self._new_heading if after else self._old_heading
            names = dict.fromkeys(name for name in (heading, *labels) if name)
            place = _BETWEEN.join(_short(name) for name in names)
            for sides in _sentences_that_differ(before, after):
                yield TextChange(place, *sides)

    def _table(self, before: Element, after: Element) -> Iterator[TextChange]:
        head = _header(after)
        group = ""
        for old, new in row_pairs(self.old, self.new, before, after) or []:
            if new is not None:
                group = self._group(cells(new)) or group
            if old is None or new is None:
                texts = self._text(self.old, old), self._text(self.new, new)
                yield from self._change([], *texts)
                continue
            for at, (cell, other) in enumerate(zip(cells(old), cells(new), strict=True)):
                if self.old.outline(cell) != self.new.outline(other):
                    labels = self._labels(cells(new), at, group, head)
                    yield from self._cell(cell, other, labels)

    def _cell(self, old: Element, new: Element, labels: list[str]) -> Iterator[TextChange]:
        if len(blocks(old)) > 1 or len(blocks(new)) > 1:
            yield from self.blocks(old, new, _BETWEEN.join(labels))
        else:
            texts = self._text(self.old, old), self._text(self.new, new)
            if not all(text.isdecimal() for text in texts) or labels:
                yield from self._change(labels, *texts)

    def _group(self, row: list[Element]) -> str:
        """What names a row: its first cell, or the second where the first is a number."""
        names = (self._text(self.new, cell) for cell in row[:2])
        return next((name for name in names if not name.isdecimal()), "")

    def _labels(self, row: list[Element], at: int, group: str, head: list[Element]) -> list[str]:
        """What names a cell: the head of its column, or the cell to its left, and the row."""
        if head and len(head) == len(row):
            return [group, self._text(self.new, head[at])] if at else []
        if not at:
            return []
        return [*([group] if at > 1 else []), self._text(self.new, row[at - 1]) or group]


def _heading(reader: WordReader, block: Element | None) -> str:
    if block is None or block.tag != P or not reader.style(block).startswith("heading"):
        return ""
    return reader.text(block).strip()


def _renumbered(before: str, after: str) -> bool:
    return _NUMBER.sub("#", before) == _NUMBER.sub("#", after)


def _moved_on(before: str, after: str) -> bool:
    """Whether a line of a numbered list only got another number."""
    return bool(before and after) and _LIST_NUMBER.sub("", before) == _LIST_NUMBER.sub("", after)


def _header(table: Element) -> list[Element]:
    first = rows(table)[:1]
    if first and first[0].find(f"{W}trPr/{W}tblHeader") is not None:
        return cells(first[0])
    return []


def _sentences_that_differ(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Of two texts the runs of sentences that are not the same, the old beside the new."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    for kind, i, i_end, j, j_end in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind != "equal":
            yield "".join(old[i:i_end]).strip(), "".join(new[j:j_end]).strip()


def _short(label: str) -> str:
    label = " ".join(label.split())
    return label if len(label) <= 30 else f"{label[:29]}…"
