"""What stands in a line as WordprocessingML: words, controls, pictures.

Written as text, elements in the order of the schema.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from mmethics_cli.errors import TemplateError
from mmethics_cli.formats.blocks import (
    Blank,
    Control,
    Inline,
    Line,
    Pick,
    PickDate,
    Picture,
    Text,
    Tick,
)
from mmethics_cli.formats.png import png_size
from mmethics_cli.formats.word.namespaces import DRAWINGML, NAMESPACES
from mmethics_cli.wording.language import Language

EMU_PER_TWIP: Final = 635
_EMU_PER_CM: Final = 360_000
_IMAGE_RELATION: Final = f"{NAMESPACES['r']}/image"
_PNG_TYPE: Final = b'<Default Extension="png" ContentType="image/png"/>'
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
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
)


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
        return f'{head}<w:t xml:space="preserve">{_escape(text)}</w:t></w:r>'
    body = "".join(
        _BREAKS.get(piece) or f'<w:t xml:space="preserve">{_escape(piece)}</w:t>'
        for piece in _PIECES.split(text)
        if piece
    )
    return f"{head}{body}</w:r>"


def paragraph(style: str, content: str, *, keep: bool = False, extra: Iterable[str] = ()) -> str:
    """A paragraph; `extra` are further properties, already in the order of the schema."""
    kept = "<w:keepNext/>" if keep else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}{"".join(extra)}</w:pPr>{content}</w:p>'


def _escape(text: str) -> str:
    """A text between tags."""
    # Most texts hold none of these, and asking is much cheaper than translating.
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def quote(text: str) -> str:
    """A text as the value of an attribute."""
    return text.translate(_QUOTED)


class Runs:
    """Writes the lines of one document; controls get unique ids and tags in order of print."""

    def __init__(self, drawings: Drawings) -> None:
        self.drawings = drawings
        self._next_id = _FIRST_ID
        self._tags: set[str] = set()

    def line(self, line: Line, *, size: int = 0, bold: bool = False, color: str = "") -> str:
        """The runs of a line; `size` in half points, `bold` and `color` where the style is not."""
        return "".join([self._inline(inline, size, bold, color) for inline in line])

    def _inline(self, inline: Inline, size: int, bold: bool, color: str) -> str:
        match inline:
            case Text():
                return run(inline.text, _face(inline, size, bold, color)) if inline.text else ""
            case Blank(width):
                return run("_" * width)
            case Picture():
                return self.drawings.picture(inline)
        return self._control(inline)

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
                items = "".join(_item(option) for option in dict.fromkeys(options))
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


class Drawings:
    """The drawings of one document; each picture file is stored once."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        self._pictures = pictures
        self._media: dict[str, str] = {}  # part name of each picture file
        self._count = 0

    def picture(self, picture: Picture) -> str:
        """A run that shows a picture. Raises TemplateError when there is none of that name."""
        data = self._pictures.get(picture.file)
        if data is None:
            raise TemplateError(f"没有图片“{picture.file}”。")
        part = self._media.setdefault(picture.file, f"media/image{len(self._media) + 1}.png")
        pixels_wide, pixels_high = png_size(picture.file, data)
        width = round(picture.width * _EMU_PER_CM)
        height = width * pixels_high // pixels_wide
        name = quote(part.rpartition("/")[2])
        drawing = inline_xml(
            self.next_id(),
            width,
            height,
            picture.alt,
            f'<a:graphicData uri="{DRAWINGML}/picture"><pic:pic xmlns:pic="{DRAWINGML}/picture">'
            f'<pic:nvPicPr><pic:cNvPr id="0" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{_relation(part)}"/><a:stretch><a:fillRect/>'
            f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
            f'<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData>",
        )
        return f"<w:r>{drawing}</w:r>"

    def next_id(self) -> int:
        """A number for a drawing or a shape in one."""
        self._count += 1
        return self._count

    def add_to(self, parts: dict[str, bytes]) -> None:
        """Put the pictures into a package, with their relations and type."""
        if not self._media:
            return
        relations = "".join(
            f'<Relationship Id="{_relation(part)}" Type="{_IMAGE_RELATION}" Target="{part}"/>'
            for part in self._media.values()
        )
        for file, part in self._media.items():
            parts[f"word/{part}"] = self._pictures[file]
        _insert(parts, "word/_rels/document.xml.rels", b"</Relationships>", relations.encode())
        _insert(parts, "[Content_Types].xml", b"<Override", _PNG_TYPE)


def inline_xml(number: int, width: int, height: int, alt: str, data: str) -> str:
    """A drawing that stands in the line like a word. Lengths are EMU."""
    return (
        f'<w:drawing><wp:inline xmlns:wp="{DRAWINGML}/wordprocessingDrawing" '
        f'xmlns:a="{DRAWINGML}/main" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="图 {number}" descr="{quote(alt)}"/>'
        f'<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f"<a:graphic>{data}</a:graphic></wp:inline></w:drawing>"
    )


def _relation(part: str) -> str:
    return "rId" + part.rpartition("/")[2].removesuffix(".png").capitalize()


def _insert(parts: dict[str, bytes], name: str, before: bytes, added: bytes) -> None:
    parts[name] = parts[name].replace(before, added + before, 1)
