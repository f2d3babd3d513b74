"""Markdown with slots → blocks; and markup that would be printed as it stands.

Markdown is parsed between the marks of our own blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.errors import Problem
from mmethics_cli.formats.blocks import (
    Blank,
    Block,
    Cell,
    Flow,
    FlowRow,
    Framed,
    Heading,
    Inline,
    KeptTogether,
    Line,
    PageBreak,
    Paragraph,
    PickDate,
    Picture,
    Side,
    Signatures,
    Table,
    Text,
    Tick,
    key_of,
)
from mmethics_cli.formats.word.flow import box_lines
from mmethics_cli.render.language import CLOSE, END, MARK, NODE, NODE_END, TemplateSource
from mmethics_cli.render.pictures import PICTURE
from mmethics_cli.render.slots import NO_BREAK, Fill, Words, split
from mmethics_cli.wording.columns import display_width

# In template text only: [ ] a tick box, ____年__月__日 or ____/____/____ a date, ____ a line to
# write on, a picture.
_CONTROL = re.compile(
    r"(?P<tick>\[[ x]\])|(?P<date>_{2,}年_{2,}月_{2,}日)|(?P<english>_{2,}/_{2,}/_{2,})"
    r"|(?P<blank>_{2,})|" + PICTURE.pattern
)
# `_` writes blanks to fill in, so it is kept from the parser, which would see emphasis.
_UNDERSCORE = "\ufdd6"
# A line break in a template is a blank between Latin words only.
_BREAK = re.compile(" *\n *")
# A cell that belongs to the one on its left, or to the one above.
_JOIN_LEFT: Final = "<"
_JOIN_ABOVE: Final = "^"
_LONGEST_LABEL: Final = 44  # columns in print
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r"\|?[\s:|-]*-[\s:|-]*")
_BORDER: Final = "---"  # of a figure
_OPTIONS = re.compile(
    r"(?P<widths>[\d. ]*)(?:\{header=(?P<header>\d)\})?\s*(?:\{lines=(?P<lines>\d)\})?"
)
# What a line that was read must not hold any more, and what stands for values in its template.
_MARKUP: Final = ("**", ":::", "{{", "}}", "{%", "%}")
_MARKS = re.compile(f"{NODE}\\d+{NODE_END}|{CLOSE}")
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")

# The cells of a row and the side that their column is set to.
_Row = Sequence[tuple[Line, Side]]


def blocks_of(markdown: str, fills: Sequence[Fill], title: str) -> tuple[Block, ...]:
    """The blocks of a rendered text; `title` captions tables that stand before any heading."""
    builder = _BlockBuilder(_line_reader(fills), title)
    return tuple(builder.build(_parts(iter(markdown.split("\n")))))


def _line_reader(fills: Sequence[Fill]) -> _LineReader:
    """A reader of lines of a document whose slots hold `fills`."""
    return _LineReader(fills, _parser())


class _MarkdownPart(Struct, frozen=True):
    """A stretch of Markdown (no kind), or one of our blocks with its parts."""

    kind: str
    options: str
    text: str
    inside: tuple[_MarkdownPart, ...] = ()


def _parts(lines: Iterator[str]) -> tuple[_MarkdownPart, ...]:
    """The parts up to the end of the block that is open."""
    parts: list[_MarkdownPart] = []
    stretch: list[str] = []
    for line in lines:
        if not line.startswith(MARK):
            stretch.append(line)
            continue
        parts.append(_MarkdownPart("", "", "\n".join(stretch)))
        stretch = []
        if line.startswith(END):
            return tuple(parts)
        kind, _, options = line[1:].partition(" ")
        parts.append(_MarkdownPart(kind, options, "", _parts(lines)))
    parts.append(_MarkdownPart("", "", "\n".join(stretch)))
    return tuple(parts)


@cache
def _parser() -> MarkdownIt:
    """Headings, paragraphs, lists, tables and emphasis: all that documents are written in.

    Lines are read later, and only those with a sign in them go through the parser again.
    """
    rules = ["heading", "list", "table", "emphasis", "escape", "balance_pairs", "fragments_join"]
    return MarkdownIt("zero").enable(rules).disable(["inline", "text_join"])


class _BlockBuilder:
    def __init__(self, reader: _LineReader, title: str) -> None:
        self.reader = reader
        self.caption = title

    def build(self, parts: Sequence[_MarkdownPart]) -> Iterator[Block]:
        for part in parts:
            yield from self._part(part)

    def _part(self, part: _MarkdownPart) -> Iterator[Block]:
        match part.kind:
            case "":
                yield from self._markdown(part.text)
            case "form" | "table":
                options = _OPTIONS.fullmatch(part.options)
                assert options is not None  # the language has refused other options
                widths = _widths(options["widths"])
                header = int(options["header"] or (part.kind == "table"))
                rows = self._rows(_text(part))
                if rows:
                    table = _table_of(rows, widths, header, part.kind == "form", self.caption)
                    yield replace(table, lines=int(options["lines"] or 1))
            case "flow":
                yield self._flow(_text(part), _widths(part.options))
            case "sign":
                lines = [self.reader.read(line) for line in _text(part).split("\n") if line.strip()]
                yield Signatures(tuple(lines))
            case "box" | "note":
                yield Framed(part.kind == "note", tuple(self.build(part.inside)))
            case "together":
                yield KeptTogether(tuple(self.build(part.inside)))
            case "pagebreak":
                yield PageBreak()
            case _:
                yield from self.build(part.inside)

    def _tokens(self, text: str) -> list[Token]:
        return _parser().parse(text.replace("_", _UNDERSCORE)) if text.strip() else []

    def _markdown(self, markdown: str) -> Iterator[Block]:
        tokens = self._tokens(markdown)
        lists: list[_List] = []
        place = 0
        while place < len(tokens):
            token = tokens[place]
            match token.type:
                case "heading_open":
                    yield self._heading(token, self._line(tokens[place + 1]))
                case "paragraph_open":
                    yield from _paragraphs(self._line(tokens[place + 1]), lists)
                case "ordered_list_open":
                    lists.append(_List(int(token.attrs.get("start", 1))))
                case "bullet_list_open":
                    lists.append(_List(None))
                case "ordered_list_close" | "bullet_list_close":
                    lists.pop()
                case "list_item_open":
                    lists[-1].begin_item()
                case "table_open":
                    end = next(
                        number
                        for number in range(place, len(tokens))
                        if tokens[number].type == "table_close"
                    )
                    text = "\n".join(markdown.split("\n")[slice(*(token.map or ()))])
                    yield _table_of(self._rows(text), (), 1, False, self.caption)
                    place = end
            place += 1

    def _line(self, inline: Token) -> Line:
        return self.reader.read(inline.content.replace(_UNDERSCORE, "_"))

    def _heading(self, token: Token, line: Line) -> Heading:
        level = int(token.tag[1]) - 1
        if level > 0:
            self.caption = "".join(inline.text for inline in line if isinstance(inline, Text))
        return Heading(level, line)

    def _flow(self, text: str, widths: tuple[float, ...]) -> Flow:
        """A figure; `--- name` on a line of its own: what comes after lies beyond a border."""
        border, stretch = "", ""
        rows: list[FlowRow] = []
        heads: tuple[str, ...] = ()
        for line in [*text.split("\n"), _BORDER]:
            if not line.startswith(_BORDER):
                stretch += line + "\n"
                continue
            read = [[box_lines(cell) for cell, _ in row] for row in self._rows(stretch)]
            if not heads and read:
                heads = tuple(key_of(cell) for cell in read.pop(0))
            padding = [()] * len(widths)
            rows += [FlowRow(tuple((row + padding)[: len(widths)]), border) for row in read]
            border, stretch = line.removeprefix(_BORDER).strip(), ""
        return Flow(widths, heads, tuple(rows), self.caption)

    def _rows(self, text: str) -> list[_Row]:
        """The rows of a pipe table. Empty lines are rows that a condition left out."""
        rows: list[list[Line]] = []
        sides: list[Side] = []
        for line in text.split("\n"):
            cells = _CELL_EDGE.split(line.strip().removeprefix("|").removesuffix("|"))
            if len(rows) == 1 and not sides and _RULER.fullmatch(line.strip()):
                sides = [_side(cell.strip()) for cell in cells]
            elif line.strip():
                rows.append([self.reader.read(cell.replace("\\|", "|")) for cell in cells])
        columns = max((len(row) for row in rows), default=0)
        sides += [""] * (columns - len(sides))
        return [list(zip(row, sides, strict=False)) for row in rows]


def _side(ruler: str) -> Side:
    if ruler.endswith(":"):
        return "center" if ruler.startswith(":") else "right"
    return "left" if ruler.startswith(":") else ""


class _List:
    """A list being read: what number its next item has."""

    def __init__(self, start: int | None) -> None:
        self.number = start
        self.fresh = False

    def begin_item(self) -> None:
        self.fresh = True

    def mark(self) -> str:
        """The sign of the item at hand; nothing for its later paragraphs."""
        if not self.fresh:
            return ""
        self.fresh = False
        if self.number is None:
            return "•"
        self.number += 1
        return f"{self.number - 1}."


def _paragraphs(line: Line, lists: Sequence[_List]) -> Iterator[Paragraph]:
    """A paragraph; a value that stands alone gives one for each of its lines."""
    number = lists[-1].mark() if lists else ""
    only = line[0] if len(line) == 1 else None
    if isinstance(only, Text) and only.value and not lists:
        for text in only.text.split("\n"):
            yield Paragraph((Text(text, only.bold, only.italic, value=True, gap=only.gap),))
    else:
        yield Paragraph(line, number, len(lists))


def _text(part: _MarkdownPart) -> str:
    return "\n".join(inner.text for inner in part.inside)


def _widths(text: str) -> tuple[float, ...]:
    return tuple(float(width) for width in text.split())


# Tables.


def _table_of(
    rows: Sequence[_Row],
    widths: tuple[float, ...],
    header: int,
    form: bool,
    caption: str,
) -> Table:
    """A table; in a form the cells that name others are labels, else the header rows are.

    Cells holding `<` belong to the cell on their left, `^` to the one above.
    """
    columns = len(widths) or max(len(row) for row in rows)
    words = [
        [_lone_word(line) for line, _ in row] + [_JOIN_LEFT] * (columns - len(row)) for row in rows
    ]
    cells = [tuple(_cells(rows, words, number, columns)) for number in range(len(rows))]
    if form:
        labelled = tuple(_with_labels(row) for row in cells)
    else:
        labelled = tuple(
            tuple(_labelled(cell) for cell in row)
            if number < header or _is_band(row, columns)
            else row
            for number, row in enumerate(cells)
        )
    return Table(widths or (1.0,) * columns, labelled, 0 if form else header, caption)


def _is_band(row: Sequence[Cell], columns: int) -> bool:
    """Whether a row is one cell across the table: it names the rows below it."""
    return len(row) == 1 and 1 < columns == row[0].columns


def _lone_word(line: Line) -> str:
    only = line[0] if len(line) == 1 else None
    return only.text.strip() if isinstance(only, Text) and not only.value else ""


def _cells(
    rows: Sequence[_Row],
    words: Sequence[Sequence[str]],
    number: int,
    columns: int,
) -> Iterator[Cell]:
    """The cells of a row; `words` are the lone words of all cells, where joins stand."""
    for column in range(columns):
        word = words[number][column]
        if column and word == _JOIN_LEFT:
            continue
        if word == _JOIN_ABOVE:
            # A cell under another: kept with no rows of its own, since Word wants it there.
            yield Cell((), column, _span(words[number], column), rows=0)
            continue
        line, align = rows[number][column]
        below = 1
        while number + below < len(rows) and words[number + below][column] == _JOIN_ABOVE:
            below += 1
        yield Cell(line, column, _span(words[number], column), below, align=align)


def _span(words: Sequence[str], column: int) -> int:
    """How many columns a cell takes, with those after it that belong to it."""
    after = column + 1
    while after < len(words) and words[after] == _JOIN_LEFT:
        after += 1
    return after - column


def _with_labels(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """In a form a short cell of template words that names the value after it is a label."""
    cells: list[Cell] = []
    for at, cell in enumerate(row):
        named = bool(cells) and cells[-1].label
        after = row[at + 1] if at + 1 < len(row) else None
        # A row of one cell heads a part of the form. Right of a label words are a value, unless
        # a value follows them: 主要研究者 | 姓名 | 张三.
        label = _is_short(cell) and (
            len(row) == 1 or (after is not None and (not named or not _is_short(after)))
        )
        cells.append(_labelled(cell) if label else cell)
    return tuple(cells)


def _labelled(cell: Cell) -> Cell:
    return cell._replace(label=True)


def _is_short(cell: Cell) -> bool:
    """Whether a cell is a few words of the template, without a value or a control."""
    if not all(isinstance(inline, Text) and not inline.value for inline in cell.line):
        return False
    text = "".join(inline.text for inline in cell.line if isinstance(inline, Text))
    return 0 < display_width(text) <= _LONGEST_LABEL


# Lines.


class _LineReader:
    """Reads lines of one document; controls written in the template are numbered through it."""

    def __init__(self, fills: Sequence[Fill], parser: MarkdownIt) -> None:
        self._fills = fills
        self._parser = parser
        self._controls = 0

    def read(self, text: str) -> Line:
        """The line of a text, which goes through the Markdown parser where it holds a sign."""
        text = text.strip()
        if "\n" in text:
            text = _BREAK.sub(lambda gap: " " if _between_latin(gap) else "", text)
        if "*" not in text and "\\" not in text:
            return tuple(self._words(text, False, False))
        tokens: list[Token] = []
        self._parser.inline.parse(text.replace("_", _UNDERSCORE), self._parser, {}, tokens)
        return _joined(self._emphasised(tokens))

    def _emphasised(self, tokens: Sequence[Token]) -> Iterator[Inline]:
        bold = italic = False
        for token in tokens:
            match token.type:
                case "strong_open" | "strong_close":
                    bold = token.nesting > 0
                case "em_open" | "em_close":
                    italic = token.nesting > 0
                case _:
                    text = token.content.replace(_UNDERSCORE, "_")
                    yield from self._words(text, bold, italic)

    def _words(self, text: str, bold: bool, italic: bool) -> Iterator[Inline]:
        for piece in split(text):
            if isinstance(piece, str):
                yield from self._written(piece, bold, italic)
                continue
            fill = self._fills[piece]
            if isinstance(fill, Words):
                yield Text(fill.text, bold, italic, value=True, gap=fill.gap)
            else:
                yield fill

    def _written(self, text: str, bold: bool, italic: bool) -> Iterator[Inline]:
        if "[" not in text and "__" not in text:
            yield Text(text, bold, italic)
            return
        last = 0
        for sign in _CONTROL.finditer(text):
            if sign.start() > last:
                yield Text(text[last : sign.start()], bold, italic)
            yield self._control(sign)
            last = sign.end()
            if sign["tick"] and text[last : last + 1] == " ":
                yield Text(NO_BREAK, bold, italic)
                last += 1
        if last < len(text):
            yield Text(text[last:], bold, italic)

    def _control(self, sign: re.Match[str]) -> Inline:
        if sign["blank"]:
            return Blank(len(sign["blank"]))
        if sign["file"]:
            return Picture(sign["file"], float(sign["cm"]), sign["alt"].strip())
        self._controls += 1
        if sign["date"]:
            return PickDate(f"date.{self._controls}")
        if sign["english"]:
            return PickDate(f"date.{self._controls}", "en")
        return Tick(f"tick.{self._controls}", sign["tick"] == "[x]")


def _between_latin(gap: re.Match[str]) -> bool:
    around = gap.string[gap.start() - 1 : gap.start()] + gap.string[gap.end() :][:1]
    return len(around) == 2 and all("!" <= character <= "~" for character in around)


def _joined(line: Iterable[Inline]) -> Line:
    """The line with neighbouring template words of one face as one."""
    joined: list[Inline] = []
    for inline in line:
        last = joined[-1] if joined else None
        if (
            isinstance(last, Text)
            and isinstance(inline, Text)
            and not (last.value or inline.value)
            and (last.bold, last.italic) == (inline.bold, inline.italic)
        ):
            joined[-1] = Text(last.text + inline.text, inline.bold, inline.italic)
        else:
            joined.append(inline)
    return tuple(joined)


# For lint.


def stray_markup(source: TemplateSource) -> Iterator[Problem]:
    """Lines in which markup would be printed: emphasis that does not parse, a brace too many.

    `**` beside Chinese punctuation is no emphasis for Markdown and would be printed.
    """
    reader = _line_reader(())
    for line, place in zip(source.lines, source.places, strict=True):
        if line.startswith(MARK):
            continue
        # A value stands where a mark is: a word, as far as emphasis goes.
        line = _JINJA.sub("值", _MARKS.sub("值", line))
        cells = line.split("|") if line.lstrip().startswith("|") else [line.lstrip("#")]
        inlines = (inline for cell in cells for inline in reader.read(cell))
        texts = [inline.text for inline in inlines if isinstance(inline, Text)]
        for sign in _MARKUP:
            if any(sign in text for text in texts):
                yield place.problem(f"文字里会留下“{sign}”", "请检查这一行的记号。")
