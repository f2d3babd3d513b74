"""Tracked changes of Word (ECMA-376 part 1, 17.13.5): written as marks, accepted or rejected.

`w:ins` and `w:del` stand round runs, in the properties of a paragraph's end and of a row;
`w:rPrChange` and `w:pPrChange` keep the properties that a run or paragraph had before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import date
from typing import Final, Literal

from lxml import etree
from msgspec import Struct

from mmethics_cli.formats.word.markup import (
    HYPERLINK,
    MC,
    NOT_CONTENT,
    RUN,
    SDT,
    TBL,
    TC,
    TR,
    W14,
    Element,
    M,
    P,
    W,
    blocks,
    cells,
    new_element,
    rows,
    text_below,
)
from mmethics_cli.formats.word.package import opened

RevisionKind = Literal["ins", "del"]

_INSERTED: Final = frozenset((f"{W}ins", f"{W}moveTo"))
_DELETED: Final = frozenset((f"{W}del", f"{W}moveFrom"))
_CELL_MARKS: Final = (f"{W}cellIns", f"{W}cellDel")
_CHANGES: Final = tuple(
    f"{W}{name}Change"
    for name in (
        "rPr", "pPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr", "tblGrid", "numbering",
    )
)  # fmt: skip
_REVISIONS: Final = (*_INSERTED, *_DELETED, *_CELL_MARKS, *_CHANGES)
_RANGES: Final = tuple(
    f"{W}{kind}Range{end}"
    for kind in (
        "customXmlIns", "customXmlDel", "customXmlMoveFrom", "customXmlMoveTo", "moveFrom",
        "moveTo",
    )
    for end in ("Start", "End")
)  # fmt: skip
# Text in a deleted run has elements of its own.
_DELETED_TEXT: Final = {f"{W}t": f"{W}delText", f"{W}instrText": f"{W}delInstrText"}
_KEPT_TEXT: Final = {deleted: kept for kept, deleted in _DELETED_TEXT.items()}
# What Word keeps of a paragraph's properties outside the record of how they were before.
_NOT_RECORDED: Final = frozenset(f"{W}{name}" for name in ("rPr", "sectPr", "pPrChange"))
_IN_A_MARK: Final = frozenset((RUN, f"{M}oMath", f"{M}oMathPara"))
_STATES: Final = {"☑": "1", "☐": "0"}
_FIRST_ID: Final = 90_001


def has_revisions(root: Element) -> bool:
    """Whether a part holds tracked changes that are still open."""
    return next(root.iter(*_REVISIONS), None) is not None


# Written.


class RevisionMarks(Struct):
    """Marks the revisions of one file: each has a number, an author and a day."""

    author: str
    day: date
    _next_id: int = _FIRST_ID

    @property
    def count(self) -> int:
        """How many numbers were given so far."""
        return self._next_id - _FIRST_ID

    def mark(self, name: str) -> Element:
        """An element that says who changed what stands in it, and when."""
        mark = self._numbered(name)
        mark.set(f"{W}author", self.author)
        mark.set(f"{W}date", f"{self.day.isoformat()}T00:00:00Z")
        return mark

    def _numbered(self, name: str, number: int = 0) -> Element:
        if not number:
            number, self._next_id = self._next_id, self._next_id + 1
        element = new_element(name)
        element.set(f"{W}id", str(number))
        return element

    def inline(
        self, elements: Iterable[Element], kind: RevisionKind, *, in_row: bool = False
    ) -> Iterator[Element]:
        """What stands in a paragraph, marked; `in_row` where a whole row comes or goes."""
        mark: Element | None = None
        for element in elements:
            if element.tag in _IN_A_MARK:
                if mark is None:
                    mark = self.mark(kind)
                    yield mark
                mark.append(element)
                if kind == "del":
                    _as_deleted(element)
                continue
            mark = None
            if element.tag == SDT:
                yield from self._control(element, kind, in_row)
            else:
                if element.tag not in NOT_CONTENT:
                    element[:] = list(self.inline(list(element), kind, in_row=in_row))
                yield element

    def _control(self, control: Element, kind: RevisionKind, in_row: bool) -> Iterator[Element]:
        """A control that comes, its ends marked as Word does it; of one that goes, its words.

        Marked ends of a control that goes make LibreOffice show all that follows as changed, and
        without them Word would leave an empty control. In a row all comes or goes with the row.
        """
        content = control.find(f"{W}sdtContent")
        if content is None:
            return
        marked = list(self.inline(list(content), kind, in_row=in_row))
        if kind == "del" and not in_row:
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

    def tick_box(self, before: Element, after: Element) -> Element:
        """A tick box that was set anew: it stays, its character changes, as when one clicks it."""
        old, new = before.find(f"{W}sdtContent"), after.find(f"{W}sdtContent")
        if old is not None and new is not None:
            new[:] = [*self.inline(list(old), "del"), *self.inline(list(new), "ins")]
        return after

    def block(self, block: Element, kind: RevisionKind, *, in_row: bool = False) -> None:
        """Mark a whole paragraph or table."""
        if block.tag == P:
            self.paragraph(block, kind, in_row=in_row)
        elif block.tag == TBL:
            for row in rows(block):
                self.row(row, kind)

    def paragraph(
        self, paragraph: Element, kind: RevisionKind, *, end: bool = True, in_row: bool = False
    ) -> None:
        """Mark all that a paragraph holds and, unless told not to, its end."""
        properties = paragraph.find(f"{W}pPr")
        content = [child for child in paragraph if child is not properties]
        marked = list(self.inline(content, kind, in_row=in_row))
        paragraph[:] = [*([] if properties is None else [properties]), *marked]
        if end:
            self.paragraph_end(paragraph, kind)

    def paragraph_end(self, paragraph: Element, kind: RevisionKind) -> None:
        """Mark the end of a paragraph: rejected or accepted, it is joined with the next one."""
        properties = paragraph_properties(paragraph)
        of_end = properties.find(f"{W}rPr")
        if of_end is None:
            of_end = etree.Element(f"{W}rPr")
            after = [child for child in properties if child.tag in _NOT_RECORDED]
            place = properties.index(after[0]) if after else len(properties)
            properties.insert(place, of_end)
        of_end.insert(0, self.mark(kind))

    def row(self, row: Element, kind: RevisionKind) -> None:
        """Mark a whole row and all that its cells hold."""
        for cell in cells(row):
            for block in blocks(cell):
                self.block(block, kind, in_row=True)
        properties = row.find(f"{W}trPr")
        if properties is None:
            properties = etree.Element(f"{W}trPr")
            before = row.find(f"{W}tblPrEx")
            row.insert(0 if before is None else row.index(before) + 1, properties)
        change = properties.find(f"{W}trPrChange")
        place = len(properties) if change is None else properties.index(change)
        properties.insert(place, self.mark(kind))

    def paragraph_had(self, paragraph: Element, before: Element) -> None:
        """Record that the paragraph had the properties of the paragraph `before`."""
        change = self.mark("pPrChange")
        change.append(recorded_properties(before))
        paragraph_properties(paragraph).append(change)

    def run_had(self, run: Element, before: Element | None) -> None:
        """Record that a run had the properties `before`."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            properties = etree.Element(f"{W}rPr")
            run.insert(0, properties)
        change = self.mark("rPrChange")
        change.append(etree.Element(f"{W}rPr") if before is None else deepcopy(before))
        properties.append(change)


def paragraph_properties(paragraph: Element) -> Element:
    """The `w:pPr` of a paragraph, made where there is none."""
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    return properties


def recorded_properties(paragraph: Element) -> Element:
    """A copy of a paragraph's properties as `w:pPrChange` may hold them."""
    properties = paragraph.find(f"{W}pPr")
    copy = etree.Element(f"{W}pPr")
    if properties is not None:
        copy.extend(deepcopy(child) for child in properties if child.tag not in _NOT_RECORDED)
    return copy


def _as_deleted(run: Element) -> None:
    """Give a run's text the names that it has in `w:del`; text in a figure's shapes keeps its."""
    for holder in (run, *run.iter(f"{MC}Fallback")):
        for child in holder:
            if isinstance(child.tag, str):
                child.tag = _DELETED_TEXT.get(child.tag, child.tag)


# Accepted or rejected.


def accepted(data: bytes) -> bytes:
    """The file as it is meant to become. Raises DocumentError when it can't be read."""
    return _resolved(data, accept=True)


def rejected(data: bytes) -> bytes:
    """The file as it was before its revisions. Raises DocumentError when it can't be read."""
    return _resolved(data, accept=False)


def _resolved(data: bytes, *, accept: bool) -> bytes:
    package = opened(data)
    for part in package.text_parts():
        resolve(package.touch(part), accept=accept)
    return package.saved()


def resolve(root: Element, *, accept: bool) -> None:
    """Accept or reject all revisions below an element."""
    gone, stays = (_DELETED, _INSERTED) if accept else (_INSERTED, _DELETED)
    _resolve_rows(root, gone, stays)
    _resolve_cells(root, accept)
    _resolve_controls(root, "customXmlDel" if accept else "customXmlIns")
    _resolve_runs(root, gone, stays)
    _set_tick_boxes(root)
    _resolve_properties(root, accept)
    _resolve_paragraph_ends(root, gone, stays)


def _resolve_rows(root: Element, gone: frozenset[str], stays: frozenset[str]) -> None:
    for properties in list(root.iter(f"{W}trPr")):
        for mark in list(properties):
            row = properties.getparent()
            if mark.tag in stays:
                properties.remove(mark)
            elif mark.tag in gone and row is not None:
                _remove(row)
    for table in list(root.iter(TBL)):
        if next(table.iterchildren(TR, SDT), None) is None:
            _remove(table)


def _resolve_cells(root: Element, accept: bool) -> None:
    gone = f"{W}cellDel" if accept else f"{W}cellIns"
    for mark in list(root.iter(*_CELL_MARKS)):
        cell = next(mark.iterancestors(TC), None)
        if mark.tag == gone and cell is not None:
            _remove(cell)
        else:
            _remove(mark)


def _resolve_controls(root: Element, gone: str) -> None:
    """Take away the controls that go, not yet what is in them: that has marks of its own."""
    for start in list(root.iter(f"{W}{gone}RangeStart")):
        control = start.getnext()
        if control is not None and control.tag == SDT:
            unwrap_control(control)
    for mark in list(root.iter(*_RANGES)):
        _remove(mark)


def unwrap_control(control: Element) -> None:
    """Put what a control holds in its place."""
    content = control.find(f"{W}sdtContent")
    for child in [] if content is None else list(content):
        control.addprevious(child)
    _remove(control)


def _resolve_runs(root: Element, gone: frozenset[str], stays: frozenset[str]) -> None:
    for mark in list(root.iter(*gone)):
        parent = mark.getparent()
        if parent is None or parent.tag == f"{W}rPr":
            continue
        _remove(mark)
        while parent.tag == HYPERLINK and all(child.tag in NOT_CONTENT for child in parent):
            empty, parent = parent, parent.getparent()
            for child in list(empty):
                empty.addprevious(child)
            _remove(empty)
            if parent is None:
                break
    for mark in list(root.iter(*stays)):
        parent = mark.getparent()
        if parent is not None and parent.tag != f"{W}rPr":
            for child in list(mark):
                mark.addprevious(child)
            _remove(mark)
    for text in root.iter(*_KEPT_TEXT):
        text.tag = _KEPT_TEXT[text.tag]


def _set_tick_boxes(root: Element) -> None:
    """Set each tick box to what its character shows: Word keeps no record of its state."""
    for box in root.iter(f"{W14}checkbox"):
        control = next(box.iterancestors(SDT), None)
        shown = "" if control is None else text_below(control)
        for state in box.iterchildren(f"{W14}checked"):
            if shown in _STATES:
                state.set(f"{W14}val", _STATES[shown])


def _resolve_properties(root: Element, accept: bool) -> None:
    for change in list(root.iter(*_CHANGES)):
        properties = change.getparent()
        if properties is None:
            continue
        before = next(iter(change), None)
        if not accept and before is not None and before.tag == properties.tag:
            marks = _INSERTED | _DELETED | _NOT_RECORDED
            kept = [child for child in properties if child.tag in marks and child is not change]
            # A paragraph keeps what stands after its lasting properties, a run what before.
            first = [child for child in kept if child.tag not in _NOT_RECORDED]
            last = [child for child in kept if child.tag in _NOT_RECORDED]
            properties[:] = [*first, *before, *last]
        else:
            _remove(change)


def _resolve_paragraph_ends(root: Element, gone: frozenset[str], stays: frozenset[str]) -> None:
    for of_end in list(root.iter(f"{W}rPr")):
        properties = of_end.getparent()
        if properties is None or properties.tag != f"{W}pPr":
            continue
        paragraph = properties.getparent()
        if paragraph is None:
            continue
        marks = [child for child in of_end if child.tag in gone or child.tag in stays]
        for mark in marks:
            of_end.remove(mark)
        if marks and len(of_end) == 0:
            properties.remove(of_end)
        if any(mark.tag in gone for mark in marks):
            _join_with_next(paragraph)


def _join_with_next(paragraph: Element) -> None:
    """What is left of a paragraph whose end goes begins the next one."""
    content = [child for child in paragraph if child.tag != f"{W}pPr"]
    after = paragraph.getnext()
    while after is not None and after.tag not in {P, TBL, f"{W}sectPr"}:
        after = after.getnext()
    if after is not None and after.tag == P:
        place = 1 if after.find(f"{W}pPr") is not None else 0
        after[place:place] = content
        _remove(paragraph)
    elif not content and not _is_needed(paragraph):
        _remove(paragraph)


def _is_needed(paragraph: Element) -> bool:
    """Whether it is the last block of a cell or page region, which must end in a paragraph."""
    holder = paragraph.getparent()
    if holder is None:
        return True
    siblings = blocks(holder)
    return siblings[-1] is paragraph and (len(siblings) == 1 or siblings[-2].tag == TBL)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
