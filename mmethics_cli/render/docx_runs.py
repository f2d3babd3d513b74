"""Words and controls as WordprocessingML, written as text in the order of the schema."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

from mmethics_cli.render.blocks import Blank, Inline, Line, Picture, Text
from mmethics_cli.render.docx_drawings import Drawings
from mmethics_cli.render.docx_text import escape, quote
from mmethics_cli.render.slots import Control, Pick, PickDate, Tick
from mmethics_cli.render.wording import Language

# Language and format for Word, and what stands there until a date is picked.
_DATES: Final[dict[Language, tuple[str, str, str]]] = {
    "zh": ("zh-CN", "yyyy'年'M'月'd'日'", "　　年　　月　　日"),
    "en": ("en-GB", "d MMMM yyyy", "Day ___ Month ___ Year _____"),
}
_FIRST_ID: Final = 1001
_LONGEST_TAG: Final = 64  # Word refuses longer ones
_PIECES = re.compile(r"([\n\t])")
# Quotes, dashes and dots have the width of a Han character only when Word is told so.
_AMBIGUOUS = re.compile("[“”‘’…—·×÷±°℃§①-⑳]")
# In an English sentence they have the width of Latin letters.
_LATIN = re.compile("[A-Za-z]")
_WIDE = re.compile("[\u3001-\u303f\u3400-\u9fff\uff00-\uffef]")
_SYMBOL: Final = "Segoe UI Symbol"
_SYMBOL_FONT: Final = (
    f'<w:rFonts w:ascii="{_SYMBOL}" w:eastAsia="{_SYMBOL}" w:hAnsi="{_SYMBOL}" w:cs="{_SYMBOL}"/>'
)
_BREAKS: Final = {"\n": "<w:br/>", "\t": "<w:tab/>"}


def blank_date(language: Language) -> str:
    """What stands where a date is wanted."""
    return _DATES[language][2]


def is_latin(text: str) -> bool:
    """Whether a text is written in Latin letters alone."""
    return _LATIN.search(text) is not None and _WIDE.search(text) is None


def run(text: str, properties: str = "") -> str:
    """A run; line breaks and tabs in the text become Word's own."""
    if _AMBIGUOUS.search(text) and not is_latin(text):
        properties = '<w:rFonts w:hint="eastAsia"/>' + properties
    head = f"<w:r><w:rPr>{properties}</w:rPr>" if properties else "<w:r>"
    if "\n" not in text and "\t" not in text:
        return f'{head}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    body = "".join(
        _BREAKS.get(piece) or f'<w:t xml:space="preserve">{escape(piece)}</w:t>'
        for piece in _PIECES.split(text)
        if piece
    )
    return f"{head}{body}</w:r>"


class Runs:
    """Writes the lines of one document; controls get unique ids and tags in order of print."""

    def __init__(self, drawings: Drawings) -> None:
        self.drawings = drawings
        self._next_id = _FIRST_ID
        self._tags: set[str] = set()

    def line(self, line: Line, *, size: int = 0, bold: bool = False, color: str = "") -> str:
        """The runs of a line; `size` in half points, `bold` and `color` where the style is not."""
        return "".join([self._inline(one, size, bold, color) for one in line])

    def _inline(self, one: Inline, size: int, bold: bool, color: str) -> str:
        match one:
            case Text():
                return run(one.text, _face(one, size, bold, color)) if one.text else ""
            case Blank(width):
                return run("_" * width)
            case Picture():
                return self.drawings.picture(one)
        return self._control(one)

    def _control(self, control: Control) -> str:
        match control:
            case Tick(checked=checked):
                box = (
                    f'<w14:checkbox><w14:checked w14:val="{int(checked)}"/>'
                    f'<w14:checkedState w14:val="2611" w14:font="{_SYMBOL}"/>'
                    f'<w14:uncheckedState w14:val="2610" w14:font="{_SYMBOL}"/></w14:checkbox>'
                )
                return self._sdt(control.tag, box, run("☑" if checked else "☐", _SYMBOL_FONT))
            case PickDate(language=language):
                tag, shown, _ = _DATES[language]
                form = (
                    f'<w:showingPlcHdr/><w:date><w:dateFormat w:val="{shown}"/>'
                    f'<w:lid w:val="{tag}"/><w:storeMappedDataAs w:val="dateTime"/>'
                    '<w:calendar w:val="gregorian"/></w:date>'
                )
                return self._sdt(control.tag, form, run(blank_date(language)))
            case Pick(options=options, between=between):
                items = "".join(_item(one) for one in dict.fromkeys(options))
                form = f"<w:showingPlcHdr/><w:dropDownList>{items}</w:dropDownList>"
                return self._sdt(control.tag, form, run(between.join(options)))

    def _sdt(self, tag: str, form: str, content: str) -> str:
        number = self._next_id
        self._next_id += 1
        return (
            f'<w:sdt><w:sdtPr><w:tag w:val="{quote(self._unique(tag))}"/><w:id w:val="{number}"/>'
            f"{form}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
        )

    def _unique(self, tag: str) -> str:
        if len(tag) > _LONGEST_TAG:
            tag = f"{tag[: _LONGEST_TAG - 9]}~{hashlib.sha256(tag.encode()).hexdigest()[:8]}"
        name, count = tag, 1
        while name in self._tags:
            count += 1
            name = f"{tag[: _LONGEST_TAG - 5]}.{count}"
        self._tags.add(name)
        return name


def _item(text: str) -> str:
    return f'<w:listItem w:displayText="{quote(text)}" w:value="{quote(text)}"/>'


def _face(text: Text, size: int, bold: bool, color: str) -> str:
    parts = (
        "<w:b/><w:bCs/>" if text.bold or bold else "",
        "<w:i/><w:iCs/>" if text.italic else "",
        f'<w:color w:val="{color}"/>' if color else "",
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "",
        '<w:highlight w:val="yellow"/>' if text.gap else "",
    )
    return "".join(parts)


def paragraph(style: str, content: str, *, keep: bool = False, extra: Iterable[str] = ()) -> str:
    """A paragraph; `extra` are further properties, already in the order of the schema."""
    kept = "<w:keepNext/>" if keep else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}{"".join(extra)}</w:pPr>{content}</w:p>'
