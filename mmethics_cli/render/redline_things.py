"""What stands in a line as a whole: controls, fields, figures, links, breaks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from mmethics_cli.render.redline_names import (
    HYPERLINK,
    MC,
    RUN,
    SDT,
    WP,
    Element,
    R,
    W,
    attributes,
    plain,
)
from mmethics_cli.render.redline_package import Package

_FIGURES: Final = frozenset((f"{W}drawing", f"{W}pict", f"{W}object", f"{MC}AlternateContent"))
_TICKS: Final = frozenset("☐☑☒")
# Fields whose result each program works out anew.
_VOLATILE: Final = ("PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF", "TOC", "DATE", "TIME")


def whole(element: Element, package: Package, part: str) -> str | tuple[str, ...]:
    """What a thing says: its kind, what a reader sees of it, and what else tells it apart.

    A tick box says no more than its character, so one that became plain text is the same.
    """
    name = element.tag.rpartition("}")[2]
    if element.tag in _FIGURES:
        return ("figure", *_figure(element, package, part))
    if element.tag == SDT:
        return _control(element)
    if element.tag == HYPERLINK:
        relation = package.relations(part).get(element.get(f"{R}id", ""))
        target = relation.target if relation else element.get(f"{W}anchor", "")
        return ("link", plain(element), target)
    if name in ("br", "cr"):
        kind = element.get(f"{W}type", "textWrapping")
        return ("break", "\n" if kind == "textWrapping" else "", kind)
    if name == "tab":
        return ("tab", "\t")
    values = sorted(f"{key}={value}" for key, value in attributes(element).items())
    return (name, "".join(str(one) for one in element.itertext()), *values)


def _figure(figure: Element, package: Package, part: str) -> Iterator[str]:
    """A figure's words, or its description where it has none, and its pictures.

    Not where its lines run, nor the description of words that can be read: programs lose it.
    """
    choice = figure.find(f"{MC}Choice")
    shown = figure if choice is None else choice
    description = next(shown.iter(f"{WP}docPr"), None)
    alt = "" if description is None else description.get("descr", "")
    words = plain(shown) or alt
    yield f"〔图：{words}〕" if words else "〔图〕"
    relations = package.relations(part)
    for node in shown.iter():
        for key, value in attributes(node).items():
            if key == "string":  # the word of a watermark
                yield value
            elif key.startswith(R) and value in relations:
                data = package.parts.get(relations[value].target, b"")
                yield hashlib.sha256(data).hexdigest()


def _control(control: Element) -> str | tuple[str, ...]:
    text = plain(control)
    if text in _TICKS:
        return text
    items = control.iterfind(f"{W}sdtPr/{W}dropDownList/{W}listItem")
    return ("control", text, *(one.get(f"{W}displayText", "") for one in items))


def field_depth(element: Element) -> int:
    """How many fields begin in an element of a line, less those that end in it."""
    if element.tag != RUN:
        return 0
    kinds = [one.get(f"{W}fldCharType") for one in element.iterchildren(f"{W}fldChar")]
    return kinds.count("begin") - kinds.count("end")


def field_said(elements: Iterable[Element]) -> tuple[str, ...]:
    """What a field says, from its code and result."""
    code, result = [], []
    for element in elements:
        code += [one.text or "" for one in element.iter(f"{W}instrText")]
        result.append(plain(element))
    words = "".join(code).split()
    # The result of such a field is not the author's word; that there is one, is.
    shown = "" if words and words[0].upper() in _VOLATILE else "".join(result)
    return ("field", shown, *(one for one in words if not one.startswith("\\")))
