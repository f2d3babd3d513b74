"""The words of a line: template text, values from slots, tick boxes and blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mmethics_cli.render.blocks import Blank, Inline, Line, Picture, Text
from mmethics_cli.render.pictures import PICTURE
from mmethics_cli.render.slots import NO_BREAK, Fill, PickDate, Tick, Words, split

# In template text only: [ ] a tick box, ____年__月__日 or ____/____/____ a date, ____ a line to
# write on, a picture.
_SIGN = re.compile(
    r"(?P<tick>\[[ x]\])|(?P<date>_{2,}年_{2,}月_{2,}日)|(?P<english>_{2,}/_{2,}/_{2,})"
    r"|(?P<blank>_{2,})|" + PICTURE.pattern
)
# `_` writes blanks to fill in, so it is kept from the parser, which would see emphasis.
UNDERSCORE = "\ufdd6"
# A line break in a template is a blank between Latin words only.
_BREAK = re.compile(" *\n *")


class LineReader:
    """Reads lines of one document; controls written in the template are numbered through it."""

    def __init__(self, fills: Sequence[Fill], parser: MarkdownIt) -> None:
        self._fills = fills
        self._parser = parser
        self._controls = 0

    def read(self, text: str) -> Line:
        """The line of a text, which goes through the Markdown parser where it holds a sign."""
        text = text.strip()
        if "\n" in text:
            text = _BREAK.sub(lambda found: " " if _between_latin(found) else "", text)
        if "*" not in text and "\\" not in text:
            return tuple(self._words(text, False, False))
        tokens: list[Token] = []
        self._parser.inline.parse(text.replace("_", UNDERSCORE), self._parser, {}, tokens)
        return tuple(_joined(self._emphasised(tokens)))

    def _emphasised(self, tokens: Sequence[Token]) -> Iterator[Inline]:
        bold = italic = False
        for token in tokens:
            match token.type:
                case "strong_open" | "strong_close":
                    bold = token.nesting > 0
                case "em_open" | "em_close":
                    italic = token.nesting > 0
                case _:
                    text = token.content.replace(UNDERSCORE, "_")
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
        for sign in _SIGN.finditer(text):
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


def _between_latin(found: re.Match[str]) -> bool:
    around = found.string[found.start() - 1 : found.start()] + found.string[found.end() :][:1]
    return len(around) == 2 and all("!" <= one <= "~" for one in around)


def _joined(line: Iterator[Inline]) -> Iterator[Inline]:
    """Neighbouring template words of one face as one."""
    last: Text | None = None
    for one in line:
        if isinstance(one, Text) and not one.value:
            if last is not None and (last.bold, last.italic) == (one.bold, one.italic):
                last = Text(last.text + one.text, one.bold, one.italic)
                continue
            if last is not None:
                yield last
            last = one
            continue
        if last is not None:
            yield last
            last = None
        yield one
    if last is not None:
        yield last
