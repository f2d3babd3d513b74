"""A Word file opened to be compared: no open revisions, no wrappers that say nothing."""

from __future__ import annotations

from typing import Final

from lxml import etree

from mmethics_cli.errors import DocumentError
from mmethics_cli.render.redline_names import RUN, SDT, TBL, TC, TR, Element, P, W
from mmethics_cli.render.redline_package import opened
from mmethics_cli.render.redline_reading import Reader
from mmethics_cli.render.redline_resolving import resolve, text_parts, unwrap_control

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
    for field in list(root.iter(f"{W}fldSimple")):
        _spell_out(field)


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
