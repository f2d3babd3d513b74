"""A document with tracked changes: what was handed in against what is handed in now."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Final

from lxml import etree
from msgspec import Struct, field

from mmethics_cli.formats.redline.carry import Carrier, Transfer, settle_prefixes
from mmethics_cli.formats.redline.merging import Merger
from mmethics_cli.formats.redline.pairing import read_both
from mmethics_cli.formats.word.markup import Element, P, R, W, blocks
from mmethics_cli.formats.word.package import handled
from mmethics_cli.formats.word.reading import WordReader
from mmethics_cli.formats.word.revisions import RevisionKind, RevisionMarks

_REGIONS: Final = tuple(product(("header", "footer"), ("default", "first", "even")))


def redline(old: bytes, new: bytes, author: str, day: date) -> bytes:
    """The new file with its differences from the old one as revisions of Word's own.

    All accepted, it says what the new file says; all rejected, what the old one does. Texts,
    paragraphs, rows, controls, figures, headers and footers are marked, and emphasis; paper and
    house style are the new file's. Open revisions of either file count as accepted. The same
    input gives the same bytes. Raises DocumentError when a file can't be read or handled.
    """
    with handled("修改前后的文件"):
        return _Redline(*read_both(old, new), RevisionMarks(author, day)).write()


class _Redline(Struct):
    """The old file being written into the new one; `_marked` are the headers and footers done."""

    old: WordReader
    new: WordReader
    marks: RevisionMarks
    _marked: set[str] = field(default_factory=set)

    def write(self) -> bytes:
        package = self.new.package
        transfer = Transfer(self.old.package, package)
        before, after = self.old.package.body, package.body
        merger = self._merger(transfer, self.old.part, self.new.part)
        self._merge(merger, before, after)
        sections = list(merger.sections)
        last_old, last_new = before.find(f"{W}sectPr"), after.find(f"{W}sectPr")
        if last_old is not None and last_new is not None:
            sections.append((last_old, last_new))
        for at, (old, new) in enumerate(sections):
            for kind, page in _REGIONS:
                self._region(transfer, kind, page, old, new, first=at == 0)
        return package.saved()

    def _merger(self, transfer: Transfer, old: str, new: str) -> Merger:
        readers = WordReader(self.old.package, old), WordReader(self.new.package, new)
        return Merger(*readers, self.marks, Carrier(transfer, old, new))

    def _merge(self, merger: Merger, before: Element, after: Element) -> None:
        """Merge two holders; a part in which nothing changed keeps its bytes."""
        count = self.marks.count
        merger.blocks(before, after)
        if self.marks.count != count:
            settle_prefixes(merger.new.package.touch(merger.new.part))

    def _region(
        self,
        transfer: Transfer,
        kind: str,
        page: str,
        before: Element,
        after: Element,
        *,
        first: bool,
    ) -> None:
        """Mark a header or footer of two sections (`w:sectPr`) that are a pair.

        A section without one has that of the section before.
        """
        old = _inherited(self.old, before, kind, page)
        new = _reference(self.new, after, kind, page)
        if new in self._marked:
            return
        if old and new:
            self._marked.add(new)
            merger = self._merger(transfer, old, new)
            self._merge(merger, self.old.package.tree(old), self.new.package.tree(new))
        elif new and first:
            self._marked.add(new)
            _mark_region(self.marks, self.new.package.touch(new), "ins")
        elif old and first and (page != "first" or before.find(f"{W}titlePg") is not None):
            self._keep(transfer, kind, page, old, after)

    def _keep(self, transfer: Transfer, kind: str, page: str, old: str, after: Element) -> None:
        """Bring along a header or footer that the new file does not have, all of it deleted."""
        relations = self.old.package.relations(self.old.part).values()
        relation = next(row for row in relations if row.target == old and row.kind == kind)
        number = transfer.relate(self.new.part, relation)
        part = transfer.part(old)
        self._marked.add(part)
        _mark_region(self.marks, self.new.package.touch(part), "del")
        reference = etree.Element(f"{W}{kind}Reference")
        reference.set(f"{W}type", page)
        reference.set(f"{R}id", number)
        after.insert(0, reference)
        self.new.package.touch(self.new.part)


def _inherited(reader: WordReader, section: Element, kind: str, page: str) -> str:
    """The part that holds a header or footer of a section, its own or one of an earlier section."""
    sections = list(section.getroottree().getroot().iter(f"{W}sectPr"))
    earlier = sections[sections.index(section) :: -1]
    parts = (_reference(reader, candidate, kind, page) for candidate in earlier)
    return next((part for part in parts if part), "")


def _reference(reader: WordReader, section: Element, kind: str, page: str) -> str:
    """The part that holds a header or footer of a section; empty when it has none of its own."""
    relations = reader.package.relations(reader.part)
    for reference in section.iterchildren(f"{W}{kind}Reference"):
        relation = relations.get(reference.get(f"{R}id", ""))
        if reference.get(f"{W}type", "default") == page and relation is not None:
            return relation.target if relation.target in reader.package.parts else ""
    return ""


def _mark_region(marks: RevisionMarks, region: Element, kind: RevisionKind) -> None:
    """Mark all that a header or footer holds; the end of its last paragraph stays."""
    content = blocks(region)
    for number, block in enumerate(content, 1):
        if block.tag == P:
            marks.paragraph(block, kind, end=number < len(content))
        else:
            marks.block(block, kind)
