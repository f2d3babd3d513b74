"""A Word file with all its revisions accepted, or all rejected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mmethics_cli.formats.redline.merging import DELETED_TEXT
from mmethics_cli.formats.word.package import (
    HYPERLINK,
    SDT,
    TBL,
    TC,
    TR,
    W14,
    Element,
    P,
    W,
    WordPackage,
    opened,
    plain,
)

_INSERTED: Final = frozenset(f"{W}{one}" for one in ("ins", "moveTo"))
_DELETED: Final = frozenset(f"{W}{one}" for one in ("del", "moveFrom"))
_RANGES: Final = tuple(
    f"{W}{kind}Range{end}"
    for kind in (
        "customXmlIns", "customXmlDel", "customXmlMoveFrom", "customXmlMoveTo", "moveFrom",
        "moveTo",
    )
    for end in ("Start", "End")
)  # fmt: skip
_CHANGES: Final = tuple(
    f"{W}{one}Change"
    for one in ("rPr", "pPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr", "tblGrid", "numbering")
)
_TEXT: Final = {deleted: plain for plain, deleted in DELETED_TEXT.items()}
_HELD: Final = frozenset(f"{W}{one}" for one in ("rPr", "sectPr", "pPrChange"))
_STATES: Final = {"☑": "1", "☐": "0"}
_PARTS: Final = ("header", "footer", "footnotes", "endnotes")


def accepted(data: bytes) -> bytes:
    """The file as it is meant to become. Raises DocumentError when it can't be read."""
    return _resolved(data, accept=True)


def rejected(data: bytes) -> bytes:
    """The file as it was before its revisions. Raises DocumentError when it can't be read."""
    return _resolved(data, accept=False)


def _resolved(data: bytes, *, accept: bool) -> bytes:
    package = opened(data)
    for part in text_parts(package):
        resolve(package.touch(part), accept=accept)
    return package.saved()


def text_parts(package: WordPackage) -> Iterator[str]:
    """The parts that hold text: body, headers, footers, notes."""
    yield package.main
    relations = package.relations(package.main).values()
    found = {one.target for one in relations if one.kind in _PARTS and not one.external}
    yield from sorted(found & package.parts.keys())


def resolve(root: Element, *, accept: bool) -> None:
    """Resolve all revisions below an element."""
    gone, stays = (_DELETED, _INSERTED) if accept else (_INSERTED, _DELETED)
    _rows(root, gone, stays)
    _cells(root, accept)
    _controls(root, "customXmlDel" if accept else "customXmlIns")
    _runs(root, gone, stays)
    _states(root)
    _properties(root, accept)
    _paragraphs(root, gone, stays)


def _rows(root: Element, gone: frozenset[str], stays: frozenset[str]) -> None:
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


def _cells(root: Element, accept: bool) -> None:
    gone = f"{W}cellDel" if accept else f"{W}cellIns"
    for mark in list(root.iter(f"{W}cellIns", f"{W}cellDel")):
        cell = next(mark.iterancestors(TC), None)
        if mark.tag == gone and cell is not None:
            _remove(cell)
        else:
            _remove(mark)


def _controls(root: Element, gone: str) -> None:
    """Take away the controls that go, not yet what is in them: that has marks of its own."""
    for start in list(root.iter(f"{W}{gone}RangeStart")):
        control = start.getnext()
        if control is not None and control.tag == SDT:
            unwrap_control(control)
    for one in list(root.iter(*_RANGES)):
        _remove(one)


def unwrap_control(control: Element) -> None:
    """Put what a control holds in its place."""
    content = control.find(f"{W}sdtContent")
    for one in [] if content is None else list(content):
        control.addprevious(one)
    _remove(control)


def _runs(root: Element, gone: frozenset[str], stays: frozenset[str]) -> None:
    for mark in list(root.iter(*gone)):
        parent = mark.getparent()
        if parent is None or parent.tag == f"{W}rPr":
            continue
        _remove(mark)
        while parent.tag == HYPERLINK and len(parent) == 0:
            empty, parent = parent, parent.getparent()
            _remove(empty)
            if parent is None:
                break
    for mark in list(root.iter(*stays)):
        parent = mark.getparent()
        if parent is not None and parent.tag != f"{W}rPr":
            for one in list(mark):
                mark.addprevious(one)
            _remove(mark)
    for text in root.iter(*_TEXT):
        text.tag = _TEXT[text.tag]


def _states(root: Element) -> None:
    """Set each tick box to what its character shows: Word keeps no record of its state."""
    for box in root.iter(f"{W14}checkbox"):
        control = next(box.iterancestors(SDT), None)
        shown = "" if control is None else plain(control)
        for state in box.iterchildren(f"{W14}checked"):
            if shown in _STATES:
                state.set(f"{W14}val", _STATES[shown])


def _properties(root: Element, accept: bool) -> None:
    for change in list(root.iter(*_CHANGES)):
        properties = change.getparent()
        if properties is None:
            continue
        before = next(iter(change), None)
        if not accept and before is not None and before.tag == properties.tag:
            marks = _INSERTED | _DELETED | _HELD
            kept = [one for one in properties if one.tag in marks and one is not change]
            # A paragraph keeps what stands after its lasting properties, a run what before.
            first = [one for one in kept if one.tag not in _HELD]
            last = [one for one in kept if one.tag in _HELD]
            properties[:] = [*first, *before, *last]
        else:
            _remove(change)


def _paragraphs(root: Element, gone: frozenset[str], stays: frozenset[str]) -> None:
    for run in list(root.iter(f"{W}rPr")):
        holder = run.getparent()
        paragraph = None if holder is None or holder.tag != f"{W}pPr" else holder.getparent()
        if holder is None or paragraph is None:
            continue
        marks = [one for one in run if one.tag in gone or one.tag in stays]
        for one in marks:
            run.remove(one)
        if marks and len(run) == 0:
            holder.remove(run)
        if any(one.tag in gone for one in marks):
            _join_with_next(paragraph)


def _join_with_next(paragraph: Element) -> None:
    """What is left of a paragraph whose end goes begins the next one."""
    content = [one for one in paragraph if one.tag != f"{W}pPr"]
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
    blocks = [one for one in holder if one.tag in {P, TBL}]
    return blocks[-1] is paragraph and (len(blocks) == 1 or blocks[-2].tag == TBL)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
