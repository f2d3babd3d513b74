"""What a Word document says, whoever saved it: split runs, ids and traces of editing aside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from mmethics_cli.formats.word.package import (
    HYPERLINK,
    MC,
    RUN,
    SDT,
    TBL,
    TC,
    TR,
    UNSAID,
    WP,
    Element,
    P,
    R,
    W,
    WordPackage,
    attributes,
    is_on,
    plain,
    value_of,
    whole_number,
)

_FIGURES: Final = frozenset((f"{W}drawing", f"{W}pict", f"{W}object", f"{MC}AlternateContent"))
_TICKS: Final = frozenset("☐☑☒")
# Fields whose result each program works out anew.
_VOLATILE: Final = ("PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF", "TOC", "DATE", "TIME")


def whole(element: Element, package: WordPackage, part: str) -> str | tuple[str, ...]:
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


def _figure(figure: Element, package: WordPackage, part: str) -> Iterator[str]:
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


_LOOKS: Final = ("b", "i", "u", "strike", "dstrike", "highlight", "vertAlign", "vanish")

Said = tuple[str | tuple[str, ...], ...]
Outline = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class LinePiece:
    """Text of one run, or a thing that stands in the line as a whole.

    `nodes` are children of `run`; without a run they are children of the paragraph.
    """

    said: str | tuple[str, ...]
    nodes: tuple[Element, ...]
    run: Element | None = None
    look: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.run is not None and isinstance(self.said, str)

    @property
    def is_tick(self) -> bool:
        return self.run is None and isinstance(self.said, str)


@dataclass(slots=True)
class Reader:
    """Reads the parts of one package; what it read of an element it keeps."""

    package: WordPackage
    part: str
    _outlines: dict[Element, Outline] = field(default_factory=dict)
    _pieces: dict[Element, list[LinePiece]] = field(default_factory=dict)
    _names: dict[str, str] | None = None

    def outline(self, element: Element) -> Outline:
        """What a paragraph, cell, row, table or any holder of blocks says, to be compared."""
        found = self._outlines.get(element)
        if found is None:
            if element.tag == P:
                found = (self.style(element), *joined(self.pieces(element)))
            elif element.tag == TR:
                found = tuple(self.outline(one) for one in cells(element))
            elif element.tag == TBL:
                columns = column_edges(element)
                found = tuple((shape(one, columns), self.outline(one)) for one in rows(element))
            else:
                found = tuple(self.outline(one) for one in blocks(element))
            self._outlines[element] = found
        return found

    def text(self, element: Element) -> str:
        """The text of a block, cell or row: paragraphs on lines, cells apart by a bar."""
        if element.tag == P:
            return "".join(_shown(one.said) for one in self.pieces(element))
        if element.tag == TBL:
            return "\n".join(self.text(one) for one in rows(element))
        if element.tag == TR:
            return " | ".join(text for one in cells(element) if (text := self.text(one).strip()))
        return "\n".join(self.text(one) for one in blocks(element))

    def style(self, paragraph: Element) -> str:
        """The name of a paragraph's style; ids are each program's own."""
        if self._names is None:
            self._names = {}
            if name := self.package.related(self.package.main, "styles"):
                for one in self.package.tree(name).iterchildren(f"{W}style"):
                    title = one.find(f"{W}name")
                    self._names[one.get(f"{W}styleId", "")] = value_of(title).lower()
        mark = paragraph.find(f"{W}pPr/{W}pStyle")
        return "normal" if mark is None else self._names.get(value_of(mark), value_of(mark))

    def pieces(self, paragraph: Element) -> list[LinePiece]:
        """A paragraph in order of reading."""
        if paragraph not in self._pieces:
            self._pieces[paragraph] = self._read(paragraph)
        return self._pieces[paragraph]

    def _read(self, paragraph: Element) -> list[LinePiece]:
        found: list[LinePiece] = []
        open_field: list[Element] = []
        depth = 0
        for child in paragraph:
            if child.tag in UNSAID or not isinstance(child.tag, str):
                continue
            depth += field_depth(child)
            if depth > 0 or open_field:
                open_field.append(child)
                if depth <= 0:
                    found.append(LinePiece(field_said(open_field), tuple(open_field)))
                    open_field, depth = [], 0
            elif child.tag == RUN:
                found += self._run(child)
            else:
                found.append(self._thing(child))
        # A field that ends in another paragraph: its runs stand for themselves.
        for child in open_field:
            found += self._run(child) if child.tag == RUN else [self._thing(child)]
        return found

    def _thing(self, element: Element) -> LinePiece:
        return LinePiece(whole(element, self.package, self.part), (element,))

    def _run(self, run: Element) -> Iterator[LinePiece]:
        look = look_of(run)
        for child in run:
            if child.tag in UNSAID or not isinstance(child.tag, str):
                continue
            if child.tag == f"{W}t":
                if child.text:
                    yield LinePiece(child.text, (child,), run, look)
            else:
                yield LinePiece(whole(child, self.package, self.part), (child,), run, look)


def blocks(holder: Element) -> list[Element]:
    """The paragraphs and tables of a body, cell, header …"""
    return [one for one in holder if one.tag == P or one.tag == TBL]


def rows(table: Element) -> list[Element]:
    return table.findall(TR)


def cells(row: Element) -> list[Element]:
    return row.findall(TC)


def column_edges(table: Element) -> list[int]:
    """Where in a table's grid a cell begins or ends.

    Programs drop and add lines of the grid that no cell uses.
    """
    return sorted({edge for row in rows(table) for edge in _edges(row)})


def shape(row: Element, columns: list[int]) -> tuple[object, ...]:
    """How the cells of a row lie in the columns; rows of one shape are compared cell by cell."""
    edges = _edges(row)
    found: list[object] = [columns.index(edges[0])]
    for cell, edge in zip(cells(row), edges[1:], strict=True):
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        joins = "" if merge is None else merge.get(f"{W}val", "continue")
        found.append((columns.index(edge), joins))
    return tuple(found)


def _edges(row: Element) -> list[int]:
    """The left edge of the first cell, and the right edges of all."""
    found = [whole_number(value_of(row.find(f"{W}trPr/{W}gridBefore")))]
    for cell in cells(row):
        span = whole_number(value_of(cell.find(f"{W}tcPr/{W}gridSpan")))
        found.append(found[-1] + max(span, 1))
    return found


def joined(pieces: Iterable[LinePiece]) -> Said:
    """What the pieces say, their looks with it, however the text is cut into runs."""
    found: list[str | tuple[str, ...]] = []
    last: tuple[str, ...] | None = None
    for one in pieces:
        if one.is_text and isinstance(one.said, str):
            if last == one.look and found and isinstance(found[-1], str):
                found[-1] += one.said
            else:
                found += [*([one.look] if one.look != (last or ()) else []), one.said]
            last = one.look
        else:
            found.append(one.said if isinstance(one.said, tuple) else ("box", one.said))
            last = None
    return tuple(found)


def look_of(run: Element) -> tuple[str, ...]:
    """The emphasis of a run that a reader sees; fonts and languages are the program's affair."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        return ()
    found = []
    for name in _LOOKS:
        one = properties.find(f"{W}{name}")
        if one is not None and is_on(one):
            value = one.get(f"{W}val", "1")
            found.append(name if value in {"1", "true", "on"} else f"{name}={value}")
    return tuple(found)


def _shown(said: str | tuple[str, ...]) -> str:
    """A piece for a reader."""
    if isinstance(said, str):
        return said
    return said[1]
