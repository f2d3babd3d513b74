"""A document with tracked changes: what was handed in against what is handed in now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final

from lxml import etree

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.redline.carry import Carrier, Luggage, settle_prefixes
from mmethics_cli.formats.redline.merging import Marks, Merger
from mmethics_cli.formats.redline.resolving import resolve, text_parts, unwrap_control
from mmethics_cli.formats.word.package import RUN, SDT, TBL, TC, TR, Element, P, R, W, opened
from mmethics_cli.formats.word.reading import Reader, blocks

_REVISIONS: Final = tuple(
    f"{W}{one}"
    for one in (
        "ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "rPrChange", "pPrChange",
        "tblPrChange", "tblPrExChange", "trPrChange", "tcPrChange", "sectPrChange",
        "tblGridChange", "numberingChange",
    )
)  # fmt: skip
_WRAPPERS: Final = tuple(f"{W}{one}" for one in ("smartTag", "customXml", "dir", "bdo"))
_PROPERTIES: Final = (f"{W}smartTagPr", f"{W}customXmlPr")
_BLOCKS: Final = frozenset((P, TBL, TR, TC))


def compared(data: bytes, name: str) -> Reader:
    """A file ready to be read; open revisions count as accepted.

    Raises DocumentError, which calls the file by `name`, when it can't be read.
    """
    try:
        package = opened(data)
        for part in text_parts(package):
            root = package.tree(part)
            if next(root.iter(*_REVISIONS), None) is not None:
                resolve(package.touch(part), accept=True)
            _prepare(root)
    except DocumentError as error:
        raise DocumentError(f"{name}{error.message}") from error
    return Reader(package, package.main)


def _prepare(root: Element) -> None:
    for wrapper in list(root.iter(*_WRAPPERS)):
        _unwrap(wrapper)
    for control in list(root.iter(SDT)):
        content = control.find(f"{W}sdtContent")
        if content is None or any(one.tag in _BLOCKS for one in content):
            unwrap_control(control)
    for simple in list(root.iter(f"{W}fldSimple")):
        _spell_out(simple)


def _unwrap(wrapper: Element) -> None:
    parent = wrapper.getparent()
    if parent is None:
        return
    content = [one for one in wrapper if one.tag not in _PROPERTIES]
    place = parent.index(wrapper)
    parent[place : place + 1] = content


def _spell_out(field: Element) -> None:
    """A field in the form that can be marked: its code and result in runs."""
    parent = field.getparent()
    if parent is None:
        return
    place = parent.index(field)
    code = etree.Element(f"{W}r")
    etree.SubElement(code, f"{W}instrText").text = field.get(f"{W}instr", "")
    parts = [_field_mark("begin"), code, _field_mark("separate"), *field, _field_mark("end")]
    parent[place : place + 1] = parts


def _field_mark(kind: str) -> Element:
    run = etree.Element(RUN)
    etree.SubElement(run, f"{W}fldChar").set(f"{W}fldCharType", kind)
    return run


OLD, NEW = "修改前的文件", "修改后的文件"
_REGIONS = tuple(product(("header", "footer"), ("default", "first", "even")))


def redline(old: bytes, new: bytes, author: str, day: date) -> bytes:
    """The new file with its differences from the old one as revisions of Word's own.

    All accepted, it says what the new file says; all rejected, what the old one does. Texts,
    paragraphs, rows, controls, figures, headers and footers are marked, and emphasis; paper and
    house style are the new file's. Open revisions of either file count as accepted. The same
    input gives the same bytes. Raises DocumentError when a file can't be read.
    """
    before, after = compared(old, OLD), compared(new, NEW)
    return _Redline(before, after, Marks(author, day)).made()


@dataclass(slots=True)
class _Redline:
    old: Reader
    new: Reader
    marks: Marks
    _done: set[str] = field(default_factory=set)

    def made(self) -> bytes:
        package = self.new.package
        luggage = Luggage(self.old.package, package)
        bodies = [one.package.tree(one.part).find(f"{W}body") for one in (self.old, self.new)]
        before, after = (one for one in bodies if one is not None)
        merger = self._merger(luggage, self.old.part, self.new.part)
        self._merge(merger, before, after)
        last = before.find(f"{W}sectPr"), after.find(f"{W}sectPr")
        sections = merger.sections
        if last[0] is not None and last[1] is not None:
            sections = [*sections, (last[0], last[1])]
        for at, (was, now) in enumerate(sections):
            for kind, page in _REGIONS:
                self._region(luggage, kind, page, was, now, first=at == 0)
        return package.saved()

    def _merger(self, luggage: Luggage, old: str, new: str) -> Merger:
        readers = Reader(self.old.package, old), Reader(self.new.package, new)
        return Merger(*readers, self.marks, Carrier(luggage, old, new))

    def _merge(self, merger: Merger, before: Element, after: Element) -> None:
        """Merge two holders; a part in which nothing changed keeps its bytes."""
        marked = self.marks.count
        merger.blocks(before, after)
        if self.marks.count != marked:
            settle_prefixes(merger.new.package.touch(merger.new.part))

    def _region(
        self, luggage: Luggage, kind: str, page: str, was: Element, now: Element, *, first: bool
    ) -> None:
        """Mark a header or footer. A section without one has that of the section before."""
        old = _inherited(self.old, was, kind, page)
        new = _reference(self.new, now, kind, page)
        if new in self._done:
            return
        if old and new:
            self._done.add(new)
            merger = self._merger(luggage, old, new)
            self._merge(merger, merger.old.package.tree(old), merger.new.package.tree(new))
        elif new and first:
            self._done.add(new)
            _mark_all(self.marks, self.new.package.touch(new), inserted=True)
        elif old and first and (page != "first" or was.find(f"{W}titlePg") is not None):
            self._keep(luggage, kind, page, old, now)

    def _keep(self, luggage: Luggage, kind: str, page: str, old: str, now: Element) -> None:
        """Bring along a header or footer that the new file does not have, all of it deleted."""
        relations = self.old.package.relations(self.old.part).values()
        relation = next(one for one in relations if one.target == old and one.kind == kind)
        number = luggage.relate(self.new.part, relation)
        part = luggage.part(old)
        self._done.add(part)
        _mark_all(self.marks, self.new.package.touch(part), inserted=False)
        reference = etree.Element(f"{W}{kind}Reference")
        reference.set(f"{W}type", page)
        reference.set(f"{R}id", number)
        now.insert(0, reference)
        self.new.package.touch(self.new.part)


def _inherited(reader: Reader, section: Element, kind: str, page: str) -> str:
    """The part that holds a header or footer of a section, its own or one of an earlier section."""
    sections = list(section.getroottree().getroot().iter(f"{W}sectPr"))
    earlier = sections[sections.index(section) :: -1]
    found = (_reference(reader, one, kind, page) for one in earlier)
    return next((one for one in found if one), "")


def _reference(reader: Reader, section: Element, kind: str, page: str) -> str:
    """The part that holds a header or footer of a section; empty when it has none of its own."""
    relations = reader.package.relations(reader.part)
    for one in section.iterchildren(f"{W}{kind}Reference"):
        relation = relations.get(one.get(f"{R}id", ""))
        if one.get(f"{W}type", "default") == page and relation is not None:
            return relation.target if relation.target in reader.package.parts else ""
    return ""


def _mark_all(marks: Marks, region: Element, *, inserted: bool) -> None:
    """Mark all that a header or footer holds; the end of its last paragraph stays."""
    found = blocks(region)
    for at, one in enumerate(found):
        if one.tag == P:
            marks.paragraph(one, "ins" if inserted else "del", end=at + 1 < len(found))
        else:
            marks.block(one, "ins" if inserted else "del")
