"""What a Word document says, whoever saved it: split runs, ids and traces of editing aside.

The one reader of Word files. `read` opens a file and settles what programs may write in several
ways; a `WordReader` then gives the text of a block, or its outline: a value to compare it by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree
from msgspec import Struct, field

from mmethics_cli.errors import DocumentError
from mmethics_cli.formats.word.markup import (
    HYPERLINK,
    MC,
    NOT_CONTENT,
    NOTES,
    RUN,
    SDT,
    TBL,
    TC,
    TR,
    WP,
    Element,
    P,
    R,
    W,
    attributes,
    blocks,
    cells,
    is_on,
    rows,
    text_below,
    value_of,
    whole_number,
)
from mmethics_cli.formats.word.package import WordPackage, opened
from mmethics_cli.formats.word.revisions import has_revisions, resolve, unwrap_control

# A text, or of a thing in the line: its kind, what a reader sees of it, what else tells it apart.
Content = str | tuple[str, ...]
# A value to compare blocks, rows and cells by.
Outline = tuple[object, ...]

_WRAPPERS: Final = tuple(f"{W}{name}" for name in ("smartTag", "customXml", "dir", "bdo"))
_WRAPPER_PROPERTIES: Final = (f"{W}smartTagPr", f"{W}customXmlPr")
_BLOCKS: Final = frozenset((P, TBL, TR, TC))
_FIGURES: Final = frozenset((f"{W}drawing", f"{W}pict", f"{W}object", f"{MC}AlternateContent"))
_TICKS: Final = frozenset("☐☑☒")
_LOOKS: Final = ("b", "i", "u", "strike", "dstrike", "highlight", "vertAlign", "vanish")
# Fields whose result each program works out anew.
_VOLATILE: Final = ("PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF", "TOC", "DATE", "TIME")


def read(data: bytes, name: str) -> WordReader:
    """The body of a Word file, ready to be read; open revisions count as accepted.

    Raises DocumentError, which calls the file by `name`, when it can't be read.
    """
    try:
        package = opened(data)
        for part in package.text_parts():
            root = package.tree(part)
            if has_revisions(root):
                resolve(package.touch(part), accept=True)
            _settle(root)
    except DocumentError as error:
        raise DocumentError(f"{name}{error.message}") from error
    return WordReader(package, package.main)


def _settle(root: Element) -> None:
    """Write in one way what programs write in several: wrappers, controls round blocks, fields."""
    for wrapper in list(root.iter(*_WRAPPERS)):
        _unwrap(wrapper)
    for control in list(root.iter(SDT)):
        content = control.find(f"{W}sdtContent")
        if content is None or any(child.tag in _BLOCKS for child in content):
            unwrap_control(control)
    for simple in list(root.iter(f"{W}fldSimple")):
        _spell_out(simple)


def _unwrap(wrapper: Element) -> None:
    parent = wrapper.getparent()
    if parent is None:
        return
    content = [child for child in wrapper if child.tag not in _WRAPPER_PROPERTIES]
    place = parent.index(wrapper)
    parent[place : place + 1] = content


def _spell_out(simple: Element) -> None:
    """A `w:fldSimple` in the form that can be marked: its code and result in runs."""
    parent = simple.getparent()
    if parent is None:
        return
    place = parent.index(simple)
    code = etree.Element(RUN)
    etree.SubElement(code, f"{W}instrText").text = simple.get(f"{W}instr", "")
    runs = [_field_mark("begin"), code, _field_mark("separate"), *simple, _field_mark("end")]
    parent[place : place + 1] = runs


def _field_mark(kind: str) -> Element:
    run = etree.Element(RUN)
    etree.SubElement(run, f"{W}fldChar").set(f"{W}fldCharType", kind)
    return run


class LinePiece(Struct, frozen=True):
    """Text of one run, or a thing that stands in the line as a whole.

    `nodes` are children of `run`; without a run they are children of the paragraph. `look` is the
    run's emphasis.
    """

    content: Content
    nodes: tuple[Element, ...]
    run: Element | None = None
    look: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.run is not None and isinstance(self.content, str)

    @property
    def is_tick(self) -> bool:
        """Whether it is a tick box, which says no more than its character."""
        return self.run is None and isinstance(self.content, str)


class WordReader(Struct):
    """Reads the parts of one package; what it read of an element it keeps."""

    package: WordPackage
    part: str
    _outlines: dict[Element, Outline] = field(default_factory=dict)
    _pieces: dict[Element, list[LinePiece]] = field(default_factory=dict)
    _style_names: dict[str, str] | None = None

    def outline(self, element: Element) -> Outline:
        """What a paragraph, cell, row, table or any holder of blocks says, to be compared."""
        outline = self._outlines.get(element)
        if outline is None:
            if element.tag == P:
                outline = (self.style(element), *_joined(self.pieces(element)))
            elif element.tag == TR:
                outline = tuple(self.outline(cell) for cell in cells(element))
            elif element.tag == TBL:
                columns = column_edges(element)
                outline = tuple((shape(row, columns), self.outline(row)) for row in rows(element))
            else:
                outline = tuple(self.outline(block) for block in blocks(element))
            self._outlines[element] = outline
        return outline

    def text(self, element: Element) -> str:
        """The text of a block, cell or row: paragraphs on lines, cells apart by a bar."""
        if element.tag == P:
            return "".join(_shown(piece.content) for piece in self.pieces(element))
        if element.tag == TBL:
            return "\n".join(self.text(row) for row in rows(element))
        if element.tag == TR:
            return " | ".join(text for cell in cells(element) if (text := self.text(cell).strip()))
        return "\n".join(self.text(block) for block in blocks(element))

    def style(self, paragraph: Element) -> str:
        """The name of a paragraph's style in small letters; ids are each program's own."""
        if self._style_names is None:
            self._style_names = {}
            if part := self.package.related(self.package.main, "styles"):
                for style in self.package.tree(part).iterchildren(f"{W}style"):
                    name = value_of(style.find(f"{W}name")).lower()
                    self._style_names[style.get(f"{W}styleId", "")] = name
        mark = paragraph.find(f"{W}pPr/{W}pStyle")
        return "normal" if mark is None else self._style_names.get(value_of(mark), value_of(mark))

    def pieces(self, paragraph: Element) -> list[LinePiece]:
        """A paragraph in order of reading."""
        if paragraph not in self._pieces:
            self._pieces[paragraph] = self._read(paragraph)
        return self._pieces[paragraph]

    def _read(self, paragraph: Element) -> list[LinePiece]:
        pieces: list[LinePiece] = []
        open_field: list[Element] = []
        depth = 0
        for child in paragraph:
            if child.tag in NOT_CONTENT or not isinstance(child.tag, str):
                continue
            depth += _field_depth(child)
            if depth > 0 or open_field:
                open_field.append(child)
                if depth <= 0:
                    pieces.append(LinePiece(_field_content(open_field), tuple(open_field)))
                    open_field, depth = [], 0
            elif child.tag == RUN:
                pieces += self._run(child)
            else:
                pieces.append(self._thing(child))
        # A field that ends in another paragraph: its runs stand for themselves.
        for child in open_field:
            pieces += self._run(child) if child.tag == RUN else [self._thing(child)]
        return pieces

    def _thing(self, element: Element) -> LinePiece:
        return LinePiece(self._content(element), (element,))

    def _run(self, run: Element) -> Iterator[LinePiece]:
        look = _look(run)
        for child in run:
            if child.tag in NOT_CONTENT or not isinstance(child.tag, str):
                continue
            if child.tag == f"{W}t":
                if child.text:
                    yield LinePiece(child.text, (child,), run, look)
            else:
                yield LinePiece(self._content(child), (child,), run, look)

    def _content(self, element: Element) -> Content:
        """What a thing in a line says: its kind, what a reader sees, what else tells it apart."""
        name = element.tag.rpartition("}")[2]
        if element.tag in _FIGURES:
            return ("figure", *self._figure(element))
        if element.tag == SDT:
            return _control_content(element)
        if element.tag == HYPERLINK:
            relation = self.package.relations(self.part).get(element.get(f"{R}id", ""))
            target = relation.target if relation else element.get(f"{W}anchor", "")
            return ("link", text_below(element), target)
        if name in ("br", "cr"):
            kind = element.get(f"{W}type", "textWrapping")
            return ("break", "\n" if kind == "textWrapping" else "", kind)
        if name == "tab":
            return ("tab", "\t")
        if name in NOTES:
            return ("note", "", name, self._note(*NOTES[name], element.get(f"{W}id", "")))
        values = sorted(f"{key}={value}" for key, value in attributes(element).items())
        return (name, "".join(map(str, element.itertext())), *values)

    def _note(self, kind: str, tag: str, id_: str) -> str:
        """What a foot- or endnote says: its id is each program's own."""
        part = self.package.related(self.package.main, kind)
        notes = self.package.tree(part).iterchildren(f"{W}{tag}") if part else ()
        return next((self.text(note) for note in notes if note.get(f"{W}id") == id_), "")

    def _figure(self, figure: Element) -> Iterator[str]:
        """A figure's words, or its description where it has none, and its pictures.

        Not where its lines run, nor the description of words that can be read: programs lose it.
        """
        choice = figure.find(f"{MC}Choice")
        shown = figure if choice is None else choice
        description = next(shown.iter(f"{WP}docPr"), None)
        alt = "" if description is None else description.get("descr", "")
        words = text_below(shown) or alt
        yield f"〔图：{words}〕" if words else "〔图〕"
        relations = self.package.relations(self.part)
        for node in shown.iter():
            for key, value in attributes(node).items():
                if key == "string":  # the word of a watermark
                    yield value
                elif key.startswith(R) and value in relations:
                    data = self.package.parts.get(relations[value].target, b"")
                    yield hashlib.sha256(data).hexdigest()


def column_edges(table: Element) -> list[int]:
    """Where in a table's grid a cell begins or ends.

    Programs drop and add lines of the grid that no cell uses.
    """
    return sorted({edge for row in rows(table) for edge in _edges(row)})


def shape(row: Element, columns: list[int]) -> tuple[object, ...]:
    """How the cells of a row lie in the columns; rows of one shape are compared cell by cell."""
    edges = _edges(row)
    places: list[object] = [columns.index(edges[0])]
    for cell, edge in zip(cells(row), edges[1:], strict=True):
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        joins = "" if merge is None else merge.get(f"{W}val", "continue")
        places.append((columns.index(edge), joins))
    return tuple(places)


def _edges(row: Element) -> list[int]:
    """The left edge of the first cell, and the right edges of all."""
    edges = [whole_number(value_of(row.find(f"{W}trPr/{W}gridBefore")))]
    for cell in cells(row):
        span = whole_number(value_of(cell.find(f"{W}tcPr/{W}gridSpan")))
        edges.append(edges[-1] + max(span, 1))
    return edges


def _joined(pieces: Iterable[LinePiece]) -> tuple[Content, ...]:
    """What the pieces say, their looks with it, however the text is cut into runs."""
    contents: list[Content] = []
    last: tuple[str, ...] | None = None
    for piece in pieces:
        if piece.is_text and isinstance(piece.content, str):
            if last == piece.look and contents and isinstance(contents[-1], str):
                contents[-1] += piece.content
            else:
                changed = piece.look != (last or ())
                contents += [piece.look, piece.content] if changed else [piece.content]
            last = piece.look
        else:
            tick = ("box", piece.content) if isinstance(piece.content, str) else None
            contents.append(tick or piece.content)
            last = None
    return tuple(contents)


def _look(run: Element) -> tuple[str, ...]:
    """The emphasis of a run that a reader sees; fonts and languages are the program's affair."""
    properties = run.find(f"{W}rPr")
    if properties is None:
        return ()
    look = []
    for name in _LOOKS:
        switch = properties.find(f"{W}{name}")
        if switch is not None and is_on(switch):
            value = switch.get(f"{W}val", "1")
            look.append(name if value in {"1", "true", "on"} else f"{name}={value}")
    return tuple(look)


def _shown(content: Content) -> str:
    """What a reader sees of a piece."""
    return content if isinstance(content, str) else content[1]


def _control_content(control: Element) -> Content:
    """A tick box says no more than its character, so that plain text in its place is the same."""
    text = text_below(control)
    if text in _TICKS:
        return text
    items = control.iterfind(f"{W}sdtPr/{W}dropDownList/{W}listItem")
    return ("control", text, *(item.get(f"{W}displayText", "") for item in items))


def _field_depth(element: Element) -> int:
    """How many fields begin in an element of a line, less those that end in it."""
    if element.tag != RUN:
        return 0
    kinds = [char.get(f"{W}fldCharType") for char in element.iterchildren(f"{W}fldChar")]
    return kinds.count("begin") - kinds.count("end")


def _field_content(elements: Iterable[Element]) -> tuple[str, ...]:
    """What a field says, from its code and result."""
    code, result = [], []
    for element in elements:
        code += [text.text or "" for text in element.iter(f"{W}instrText")]
        result.append(text_below(element))
    words = "".join(code).split()
    # The result of such a field is not the author's word; that there is one, is.
    shown = "" if words and words[0].upper() in _VOLATILE else "".join(result)
    return ("field", shown, *(word for word in words if not word.startswith("\\")))
