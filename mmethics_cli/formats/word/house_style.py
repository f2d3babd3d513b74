"""The house style, built with python-docx: fonts, styles, settings of an empty document.

`python -m docs.generate` keeps it as `style.json`, from which `style.py` takes it: building it
takes longer than writing a document.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Final, NamedTuple, cast, get_args

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.styles.style import ParagraphStyle
from msgspec import Struct
from msgspec.structs import replace

from mmethics_cli.formats.word.package import WordPackage, opened
from mmethics_cli.formats.word.style import STYLES, UNSET, TypeSize, line_height

LATIN: Final = "Times New Roman"
SONG, HEI, KAI = "宋体", "黑体", "楷体"
# 二号 小二 三号 四号 小四 五号 小五, in half points.
ER, XIAO_ER, SAN, SI, XIAO_SI, WU, XIAO_WU = 44, 36, 32, 28, 24, 21, 18


class Look(Struct, frozen=True):
    """One paragraph style: font, size in half points, lines (1.0 = single), blanks in points."""

    id: str
    name: str
    font: str = SONG
    size: int = XIAO_SI
    line: float = 1.0
    before: float = 0
    after: float = 0
    side: str = "both"
    indent: int = 0  # of the first line, in characters
    bold: bool = False
    grey: bool = False
    keep: bool = False
    level: int | None = None


class _Scale(NamedTuple):
    """Sizes of text, table, title and the headings, and the blanks about them in eighths."""

    text: int
    table: int
    title: int
    first: int
    second: int
    blanks: int


_SCALES: Final[Mapping[TypeSize, _Scale]] = {
    "text": _Scale(XIAO_SI, WU, ER, SAN, SI, 8),
    "form": _Scale(WU, WU, XIAO_ER, SI, XIAO_SI, 5),
    "consent": _Scale(XIAO_SI, WU, XIAO_ER, SI, XIAO_SI, 5),
    "textbook": _Scale(WU, WU, XIAO_ER, SI, XIAO_SI, 4),
    "large": _Scale(SI, SAN, ER, SAN, SI, 8),
}


def _looks(line: float, size: TypeSize = "text") -> tuple[Look, ...]:
    text, table, title, first, second, blanks = _SCALES[size]

    def heading(at: int, font: str, size: int, before: int, after: int) -> Look:
        blank = (before * blanks / 8, after * blanks / 8)
        name = f"Heading {at}"
        look = Look(name.replace(" ", ""), name, font, size, 1.2, *blank, "left", bold=at == 3)
        return replace(look, keep=True, level=at - 1)

    return (
        Look("Normal", "Normal", size=text, line=line),
        Look("Title", "Title", HEI, title, 1.2, 6, 12 * blanks / 8, "center", keep=True),
        heading(1, HEI, first, 12, 6),
        heading(2, HEI, second, 9, 4),
        heading(3, KAI, min(text, XIAO_SI), 6, 3),
        Look("BodyIndent", "正文缩进两字", size=text, line=line, indent=2),
        Look("ListItem", "列表项", size=text, line=line),
        Look("TableText", "表格文字", size=table, line=1.15, side="left"),
        Look("TableLabel", "表格栏目", HEI, min(text, table), 1.15, side="center"),
        Look("SignLine", "签署行", side="left"),
        Look("NoteText", "说明文字", KAI, XIAO_WU, 1.2, 3, 3, grey=True),
        Look("Header", "header", size=XIAO_WU, side="left"),
        Look("Footer", "footer", size=XIAO_WU, side="center"),
    )


def house_style() -> str:
    """What `style.json` holds: the parts that all documents share, and the styles of each size."""
    built = {size: _parts(size) for size in get_args(TypeSize)}
    styles = {size: parts.pop(STYLES) for size, parts in built.items()}
    (shared,) = {json.dumps(parts) for parts in built.values()}
    parts = json.loads(shared)
    package = WordPackage({name: text.encode() for name, text in parts.items()})
    relations = {row.kind: id_ for id_, row in package.relations(package.main).items()}
    kept = {"parts": parts, "styles": styles, "relations": relations}
    return json.dumps(kept, ensure_ascii=False, indent=0) + "\n"


def _parts(size: TypeSize) -> dict[str, str]:
    """The parts of an empty document with type of a size, of a height that no document has."""
    document = Document()
    _defaults(document)
    for look in _looks(UNSET, size):
        _apply(document, look)
    _drop_other_styles(document)
    _settings(document)
    section = document.sections[0]
    section.header.is_linked_to_previous = False
    section.footer.is_linked_to_previous = False
    package = document.part.package
    assert package is not None
    for relation, target in list(package.rels.items()):
        if target.reltype.endswith(("/thumbnail", "/customXml")):
            del package.rels[relation]
    for relation, target in list(document.part.rels.items()):
        if target.reltype.endswith(("/numbering", "/customXml", "/stylesWithEffects")):
            del document.part.rels[relation]
    saved = io.BytesIO()
    document.save(saved)
    return {name: data.decode() for name, data in opened(saved.getvalue()).parts.items()}


# The children of `w:rPr` and `w:pPr` in the order of the schema.
RPR: Final = (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike",
    "outline", "shadow", "emboss", "imprint", "noProof", "snapToGrid", "vanish", "webHidden",
    "color", "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u", "effect", "bdr",
    "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout", "specVanish",
    "oMath",
)  # fmt: skip
PPR: Final = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
    "suppressLineNumbers", "pBdr", "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap",
    "overflowPunct", "topLinePunct", "autoSpaceDE", "autoSpaceDN", "bidi", "adjustRightInd",
    "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc",
    "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle",
    "rPr", "sectPr", "pPrChange",
)  # fmt: skip


def _put(parent: BaseOxmlElement, child: BaseOxmlElement, order: tuple[str, ...]) -> None:
    """Insert `child` where `order` wants it, in place of one of the same name."""
    old = parent.find(child.tag)
    if old is not None:
        parent.remove(old)
    name = child.tag.rpartition("}")[2]
    after = {qn(f"w:{sibling}") for sibling in order[order.index(name) + 1 :]}
    place = next((at for at, sibling in enumerate(parent) if sibling.tag in after), len(parent))
    parent.insert(place, child)


def _element(tag: str, **attributes: object) -> BaseOxmlElement:
    element = cast(BaseOxmlElement, OxmlElement(tag))
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def _fonts(properties: BaseOxmlElement, font: str, size: int) -> None:
    _put(properties, _element("w:rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=font, cs=LATIN), RPR)
    _put(properties, _element("w:sz", val=size), RPR)
    _put(properties, _element("w:szCs", val=size), RPR)


def _defaults(document: WordDocument) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults"))
    run = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _fonts(run, SONG, XIAO_SI)
    _put(run, _element("w:lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"), RPR)
    outer = defaults.find(qn("w:pPrDefault"))
    for old in list(outer):
        outer.remove(old)
    properties = _element("w:pPr")
    for tag in ("widowControl", "kinsoku", "overflowPunct", "autoSpaceDE", "autoSpaceDN"):
        _put(properties, _element(f"w:{tag}"), PPR)
    outer.append(properties)


def _apply(document: WordDocument, look: Look) -> None:
    style = _style(document, look)
    element = style.element
    run, paragraph = element.get_or_add_rPr(), element.get_or_add_pPr()
    for properties in (run, paragraph):
        for old in list(properties):
            properties.remove(old)
    _fonts(run, look.font, look.size)
    if look.bold:
        _put(run, _element("w:b"), RPR)
    if look.grey:
        _put(run, _element("w:color", val="595959"), RPR)
    if look.keep:
        _put(paragraph, _element("w:keepNext"), PPR)
        _put(paragraph, _element("w:keepLines"), PPR)
    _put(paragraph, _element("w:snapToGrid", val=0), PPR)
    spacing = {"before": int(look.before * 20), "after": int(look.after * 20)}
    height = line_height(look.line)
    _put(paragraph, _element("w:spacing", **spacing, line=height, lineRule="auto"), PPR)
    if look.indent:
        width = look.indent * look.size * 10
        chars = look.indent * 100
        _put(paragraph, _element("w:ind", firstLineChars=chars, firstLine=width), PPR)
    _put(paragraph, _element("w:jc", val=look.side), PPR)
    if look.level is not None:
        _put(paragraph, _element("w:outlineLvl", val=look.level), PPR)


def _style(document: WordDocument, look: Look) -> ParagraphStyle:
    for element in document.styles.element.findall(qn("w:style")):
        if element.get(qn("w:styleId")) == look.id:
            return ParagraphStyle(element)
    style = document.styles.add_style(look.name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.element.set(qn("w:styleId"), look.id)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    return style


def _drop_other_styles(document: WordDocument) -> None:
    """Leave out the hundred styles of python-docx's template that no document of ours uses."""
    used = {look.id for look in _looks(1.0)} | {"DefaultParagraphFont", "TableNormal", "NoList"}
    styles = document.styles.element
    for element in styles.findall(qn("w:style")):
        if element.get(qn("w:styleId")) not in used:
            styles.remove(element)
    for element in styles.findall(qn("w:style")):
        for link in element.findall(qn("w:link")):
            element.remove(link)  # to a character style that is gone


def _settings(document: WordDocument) -> None:
    """Compatibility mode 15; lines that end in a break are not stretched.

    Word wants the children of settings in an order of its own: only what is needed stands here.
    """
    settings = document.settings.element
    for old in list(settings):
        settings.remove(old)
    word = "http://schemas.microsoft.com/office/word"
    for xml in (
        '<w:zoom {ns} w:percent="100"/>',
        '<w:defaultTabStop {ns} w:val="420"/>',
        '<w:characterSpacingControl {ns} w:val="compressPunctuation"/>',
        "<w:compat {ns}><w:doNotExpandShiftReturn/>"
        f'<w:compatSetting w:name="compatibilityMode" w:uri="{word}" w:val="15"/></w:compat>',
        '<w:themeFontLang {ns} w:val="en-US" w:eastAsia="zh-CN"/>',
    ):
        settings.append(parse_xml(xml.format(ns=nsdecls("w"))))
