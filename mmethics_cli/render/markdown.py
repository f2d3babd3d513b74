"""From Markdown with slots to blocks. Markdown is parsed between the marks of our own blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mmethics_cli.render.blocks import (
    Block,
    Flow,
    FlowRow,
    Framed,
    Heading,
    Line,
    PageBreak,
    Paragraph,
    Side,
    Signatures,
    Text,
    Together,
)
from mmethics_cli.render.flow_text import box_lines, key_of
from mmethics_cli.render.inline import UNDERSCORE, LineReader
from mmethics_cli.render.slots import Fill
from mmethics_cli.render.source import END, MARK
from mmethics_cli.render.tables import Row, table_of

_CELL_EDGE = re.compile(r"(?<!\\)\|")
_RULER = re.compile(r"\|?[\s:|-]*-[\s:|-]*")
_BORDER: Final = "---"
_OPTIONS = re.compile(
    r"(?P<widths>[\d. ]*)(?:\{header=(?P<header>\d)\})?\s*(?:\{lines=(?P<lines>\d)\})?"
)


def blocks_of(markdown: str, fills: Sequence[Fill], title: str) -> tuple[Block, ...]:
    """The blocks of a rendered text; `title` captions tables that stand before any heading."""
    builder = _Builder(line_reader(fills), title)
    return tuple(builder.build(_parts(iter(markdown.split("\n")))))


def line_reader(fills: Sequence[Fill]) -> LineReader:
    """A reader of lines of a document whose slots hold `fills`."""
    return LineReader(fills, _parser())


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of Markdown (no kind), or one of our blocks with its parts."""

    kind: str
    options: str
    text: str
    inside: tuple[_Part, ...] = ()


def _parts(lines: Iterator[str]) -> tuple[_Part, ...]:
    """The parts up to the end of the block that is open."""
    found: list[_Part] = []
    stretch: list[str] = []
    for line in lines:
        if not line.startswith(MARK):
            stretch.append(line)
            continue
        found.append(_Part("", "", "\n".join(stretch)))
        stretch = []
        if line.startswith(END):
            return tuple(found)
        kind, _, options = line[1:].partition(" ")
        found.append(_Part(kind, options, "", _parts(lines)))
    found.append(_Part("", "", "\n".join(stretch)))
    return tuple(found)


@cache
def _parser() -> MarkdownIt:
    """Headings, paragraphs, lists, tables and emphasis: all that documents are written in.

    Lines are read later, and only those with a sign in them go through the parser again.
    """
    rules = ["heading", "list", "table", "emphasis", "escape", "balance_pairs", "fragments_join"]
    return MarkdownIt("zero").enable(rules).disable(["inline", "text_join"])


class _Builder:
    def __init__(self, reader: LineReader, title: str) -> None:
        self.reader = reader
        self.caption = title

    def build(self, parts: Sequence[_Part]) -> Iterator[Block]:
        for part in parts:
            yield from self._part(part)

    def _part(self, part: _Part) -> Iterator[Block]:
        match part.kind:
            case "":
                yield from self._markdown(part.text)
            case "form" | "table":
                options = _OPTIONS.fullmatch(part.options)
                assert options is not None  # the language has refused other options
                widths = tuple(float(one) for one in options["widths"].split())
                header = int(options["header"] or (part.kind == "table"))
                rows = self._rows(_text(part))
                if rows:
                    table = table_of(rows, widths, header, part.kind == "form", self.caption)
                    yield replace(table, lines=int(options["lines"] or 1))
            case "flow":
                yield self._flow(_text(part), tuple(float(one) for one in part.options.split()))
            case "sign":
                lines = [self.reader.read(one) for one in _text(part).split("\n") if one.strip()]
                yield Signatures(tuple(lines))
            case "box" | "note":
                yield Framed(part.kind == "note", tuple(self.build(part.inside)))
            case "together":
                yield Together(tuple(self.build(part.inside)))
            case "pagebreak":
                yield PageBreak()
            case _:
                yield from self.build(part.inside)

    def _tokens(self, text: str) -> list[Token]:
        return _parser().parse(text.replace("_", UNDERSCORE)) if text.strip() else []

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
                        later
                        for later in range(place, len(tokens))
                        if tokens[later].type == "table_close"
                    )
                    text = "\n".join(markdown.split("\n")[slice(*(token.map or ()))])
                    yield table_of(self._rows(text), (), 1, False, self.caption)
                    place = end
            place += 1

    def _line(self, inline: Token) -> Line:
        return self.reader.read(inline.content.replace(UNDERSCORE, "_"))

    def _heading(self, token: Token, line: Line) -> Heading:
        level = int(token.tag[1]) - 1
        if level > 0:
            self.caption = "".join(one.text for one in line if isinstance(one, Text))
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

    def _rows(self, text: str) -> list[Row]:
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


def _text(part: _Part) -> str:
    return "\n".join(one.text for one in part.inside)
