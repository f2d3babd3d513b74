"""Small Word files, each with something that people's programs put into files: made here.

A feature is what stands in the body, and the parts that this refers to; `word` is a word of its
text, so that two files with the same feature can differ in it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.word.archive import zipped
from tests.formats.redline.blocks import BASE
from tests.render.small import PICTURES

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "application/vnd.openxmlformats-officedocument"
_WORD: Final = f"{_PACKAGE}.wordprocessingml"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_MS: Final = "http://schemas.microsoft.com/office/word"
_SPACES: Final = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": _OFFICE,
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "w14": f"{_MS}/2010/wordml",
        "w15": f"{_MS}/2012/wordml",
        "wp14": f"{_MS}/2010/wordprocessingDrawing",
        "wps": f"{_MS}/2010/wordprocessingShape",
        "wpsCustomData": "http://www.wps.cn/officeDocument/2013/wpsCustomData",
        "wp": f"{_DRAWING}/wordprocessingDrawing",
        "a": f"{_DRAWING}/main",
        "pic": f"{_DRAWING}/picture",
        "c": f"{_DRAWING}/chart",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "w10": "urn:schemas-microsoft-com:office:word",
    }.items()
)
_IGNORABLE: Final = 'mc:Ignorable="w14 w15 wp14 wpsCustomData"'


class Added(Struct, frozen=True):
    """A part beside the body: its relation is called after it, `owner` is the part that has it.

    Without a content type the type goes by the ending; without data it is an outside address.
    """

    id: str
    kind: str
    name: str
    data: str | bytes = b""
    type: str = ""
    owner: str = "word/document.xml"


class Feature(Struct, frozen=True):
    """What stands in the body for a word; `section` goes into the properties of the last section.

    `settings` go into the settings of the file, `styles` among its styles.
    """

    body: Callable[[str], str]
    added: Callable[[str], Sequence[Added]] = lambda _: ()
    section: str = ""
    settings: str = ""
    styles: str = ""


def built(features: Iterable[Feature], word: str) -> bytes:
    """One file with these features."""
    with zipfile.ZipFile(io.BytesIO(BASE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chosen = list(features)
    plain = parts["word/document.xml"].decode()
    section = re.search(r"<w:sectPr>.*</w:sectPr>", plain, re.DOTALL)
    assert section is not None
    # References to headers and footers come first in a section, what else it says last.
    own = "".join(feature.section for feature in chosen)
    refs, rest = "".join(re.findall(r"<w:(?:header|footer)Reference[^>]*>", own)), own
    rest = re.sub(r"<w:(?:header|footer)Reference[^>]*>", "", own)
    properties = section[0].replace("<w:sectPr>", f"<w:sectPr>{refs}")
    properties = properties.replace("</w:sectPr>", f"{rest}</w:sectPr>")
    body = "".join(feature.body(word) for feature in chosen)
    parts["word/document.xml"] = (
        f"<w:document {_SPACES} {_IGNORABLE}><w:body>{para('共 ', word)}{body}{para('完')}"
        f"{properties}</w:body></w:document>"
    ).encode()
    settings, styles = (parts[f"word/{name}.xml"].decode() for name in ("settings", "styles"))
    own = "".join(feature.settings for feature in chosen)
    settings = settings.replace("<w:zoom", f"{own}<w:zoom") if own else settings
    parts["word/settings.xml"] = settings.encode()
    own = "".join(feature.styles for feature in chosen)
    parts["word/styles.xml"] = styles.replace("</w:styles>", f"{own}</w:styles>").encode()
    _add(parts, [added for feature in chosen for added in feature.added(word)])
    return zipped(parts)


def _add(parts: dict[str, bytes], added: Iterable[Added]) -> None:
    types = parts["[Content_Types].xml"].decode()
    defaults = {"png": "image/png", "bin": "application/octet-stream", "odttf": _ODTTF}
    for part in added:
        folder, _, name = part.owner.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels".lstrip("/")
        known = parts.get(relations, b'<Relationships xmlns="%b"></Relationships>' % _RELATIONS)
        kind = part.kind if "//" in part.kind else f"{_OFFICE}/{part.kind}"
        outside = "//" in part.name
        target = part.name if outside else f"/{part.name}"
        mode = ' TargetMode="External"' if outside else ""
        row = f'<Relationship Id="{part.id}" Type="{kind}" Target="{target}"{mode}/>'
        parts[relations] = known.decode().replace("</Rel", f"{row}</Rel").encode()
        if outside:
            continue
        parts[part.name] = part.data.encode() if isinstance(part.data, str) else part.data
        ending = part.name.rpartition(".")[2]
        if part.type:
            entry = f'<Override PartName="/{part.name}" ContentType="{part.type}"/>'
        elif f'Extension="{ending}"' in types:
            continue
        else:
            entry = f'<Default Extension="{ending}" ContentType="{defaults[ending]}"/>'
        types = types.replace("</Types>", f"{entry}</Types>")
    parts["[Content_Types].xml"] = types.encode()


_RELATIONS: Final = b"http://schemas.openxmlformats.org/package/2006/relationships"
_ODTTF: Final = f"{_PACKAGE}.obfuscatedFont"


def run(text: str, look: str = "") -> str:
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*content: str, properties: str = "") -> str:
    runs = "".join(piece if piece.startswith("<") else run(piece) for piece in content)
    style = f'<w:pPr><w:pStyle w:val="BodyIndent"/>{properties}</w:pPr>'
    return f"<w:p>{style}{runs}</w:p>"


def part(tag: str, content: str) -> str:
    return f"<w:{tag} {_SPACES} {_IGNORABLE}>{content}</w:{tag}>"


def field(code: str, result: str) -> str:
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate")]
    code = f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    shown = result if result.startswith("<") else run(result)
    return f"{marks[0]}{code}{marks[1]}{shown}{end}"


def picture(id_: str, number: int) -> str:
    return (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="360000" cy="360000"/><wp:docPr id="{number}" name="图{number}"/>'
        f'<a:graphic><a:graphicData uri="{_DRAWING}/picture"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="图"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{id_}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="360000" cy="360000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
        "</a:graphic></wp:inline></w:drawing>"
    )


def text_box(text: str, number: int) -> str:
    """A text box as Word writes it: for new programs, and for those that know VML alone."""
    held = f"<w:txbxContent><w:p>{run(text)}</w:p></w:txbxContent>"
    return (
        '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="900000" cy="360000"/>'
        f'<wp:docPr id="{number}" name="框{number}"/><a:graphic>'
        f'<a:graphicData uri="{_MS}/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
        '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="360000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
        f"<wps:txbx>{held}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"
        "</wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>"
        f'<v:rect style="width:70pt;height:28pt"><v:textbox>{held}</v:textbox></v:rect>'
        "</w:pict></mc:Fallback></mc:AlternateContent>"
    )


def control(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def table(*rows: Sequence[str], properties: str = "") -> str:
    cell = '<w:tc><w:tcPr><w:tcW w:w="2000" w:type="dxa"/></w:tcPr>{}</w:tc>'
    lines = [f"<w:tr>{''.join(cell.format(held) for held in row)}</w:tr>" for row in rows]
    grid = '<w:gridCol w:w="2000"/>' * len(rows[0])
    width = '<w:tblW w:w="0" w:type="auto"/>'
    return (
        f"<w:tbl><w:tblPr>{properties}{width}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(lines)}</w:tbl>"
    )


def notes(kind: str, word: str) -> str:
    reference = f"<w:r><w:{kind}Ref/></w:r>"
    return part(
        f"{kind}s",
        f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
        f'<w:{kind} w:type="continuationSeparator" w:id="0"><w:p><w:r>'
        f"<w:continuationSeparator/></w:r></w:p></w:{kind}>"
        f'<w:{kind} w:id="1"><w:p>{reference}{run(f"注：{word}")}</w:p></w:{kind}>',
    )


def _author(id_: int) -> str:
    return f'w:id="{id_}" w:author="某人" w:date="2027-02-01T00:00:00Z"'


def _comments(word: str) -> Sequence[Added]:
    said = part(
        "comments",
        f'<w:comment {_author(7)}><w:p w14:paraId="0A0B0C0D"><w:r><w:annotationRef/></w:r>'
        f"{run(f'批注：{word}')}</w:p></w:comment>",
    )
    extended = (
        f'<w15:commentsEx {_SPACES} {_IGNORABLE}><w15:commentEx w15:paraId="0A0B0C0D" '
        'w15:done="0"/></w15:commentsEx>'
    )
    return (
        Added("rIdComments", "comments", "word/comments.xml", said, f"{_WORD}.comments+xml"),
        Added(
            "rIdCommentsEx",
            "http://schemas.microsoft.com/office/2011/relationships/commentsExtended",
            "word/commentsExtended.xml",
            extended,
            f"{_WORD}.commentsExtended+xml",
        ),
    )


def _chart(word: str) -> Sequence[Added]:
    chart = (
        f"<c:chartSpace {_SPACES}><c:chart><c:plotArea><c:layout/><c:pieChart>"
        '<c:varyColors val="1"/><c:ser><c:idx val="0"/><c:order val="0"/><c:val><c:numLit>'
        '<c:ptCount val="1"/><c:pt idx="0"><c:v>1</c:v></c:pt></c:numLit></c:val></c:ser>'
        '</c:pieChart></c:plotArea></c:chart><c:externalData r:id="rIdData"/></c:chartSpace>'
    )
    return (
        Added(
            "rIdChart", "chart", "word/charts/chart1.xml", chart, f"{_PACKAGE}.drawingml.chart+xml"
        ),
        Added(
            "rIdData",
            "package",
            "word/embeddings/data.xlsx",
            b"PK not opened",
            f"{_PACKAGE}.spreadsheetml.sheet",
            owner="word/charts/chart1.xml",
        ),
    )


def _numbering(_: str) -> Sequence[Added]:
    numbering = part(
        "numbering",
        '<w:numPicBullet w:numPicBulletId="0"><w:pict><v:shape style="width:9pt;height:9pt" '
        'o:bullet="t"><v:imagedata r:id="rIdBullet" o:title=""/></v:shape></w:pict>'
        '</w:numPicBullet><w:abstractNum w:abstractNumId="5"><w:lvl w:ilvl="0">'
        '<w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/>'
        '<w:lvlPicBulletId w:val="0"/><w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="5"/></w:num>',
    )
    return (
        Added("rIdNum", "numbering", "word/numbering.xml", numbering, f"{_WORD}.numbering+xml"),
        Added("rIdBullet", "image", "word/media/bullet.png", PNG, owner="word/numbering.xml"),
    )


def _region(tag: str, name: str, content: str) -> Added:
    kind = {"hdr": "header", "ftr": "footer"}[tag]
    return Added(f"rId{name}", kind, f"word/{name}.xml", part(tag, content), f"{_WORD}.{kind}+xml")


def _logo(word: str) -> Sequence[Added]:
    return (
        _region("hdr", "logo", para(f"首页 {word}", f"<w:r>{picture('rIdInHead', 61)}</w:r>")),
        Added("rIdInHead", "image", "word/media/logo.png", PNG, owner="word/logo.xml"),
        _region(
            "ftr", "linked", para("见", f'<w:hyperlink r:id="rIdInFoot">{run(word)}</w:hyperlink>')
        ),
        Added("rIdInFoot", "hyperlink", "https://example.org/foot", owner="word/linked.xml"),
    )


def _fonts(_: str) -> Sequence[Added]:
    return (
        Added("rIdFont", "font", "word/fonts/font1.odttf", b"\1" * 64, owner="word/fontTable.xml"),
    )


def _custom(word: str) -> Sequence[Added]:
    store = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    item = f'<ds:datastoreItem xmlns:ds="{store}" ds:itemID="{_STORE}"/>'
    properties = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/'
        'docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" '
        f'name="KSOProductBuildVer"><vt:lpwstr>2052-12.1.0.{len(word)}</vt:lpwstr></property>'
        "</Properties>"
    )
    return (
        Added("rIdCustom", "customXml", "customXml/item1.xml", f"<a>{word}</a>"),
        Added(
            "rIdItem",
            "customXmlProps",
            "customXml/itemProps1.xml",
            item,
            f"{_PACKAGE}.customXmlProperties+xml",
            owner="customXml/item1.xml",
        ),
        Added(
            "rIdCustomProps",
            "custom-properties",
            "docProps/custom.xml",
            properties,
            f"{_PACKAGE}.custom-properties+xml",
            owner="",
        ),
    )


_STORE: Final = "{11111111-2222-3333-4444-555555555555}"
PNG: Final = PICTURES["pictures/stop.png"]
_TOP: Final = '<w:bookmarkStart w:id="{0}" w:name="{1}"/>{2}<w:bookmarkEnd w:id="{0}"/>'
_OLE: Final = (
    '<w:object><v:shape id="ole1" style="width:50pt;height:20pt"><v:imagedata r:id="rIdOlePic" '
    'o:title=""/></v:shape><o:OLEObject Type="Embed" ProgID="Equation.3" ShapeID="ole1" '
    'DrawAspect="Content" ObjectID="_1" r:id="rIdOle"/></w:object>'
)

FEATURES: Final[Mapping[str, Feature]] = {
    "controls": Feature(
        lambda word: (
            control(para(f"控件 {word}"), '<w:id w:val="31"/><w:tag w:val="块"/>')
            + para(
                "性别 ",
                control(
                    run("男"),
                    '<w:id w:val="32"/><w:dropDownList><w:listItem w:displayText="男" w:value="1"/>'
                    "</w:dropDownList>",
                ),
                " 日期 ",
                control(run(word), '<w:id w:val="33"/><w15:color w:val="FF0000"/><w:date/>'),
            )
        )
    ),
    "nested tables": Feature(
        lambda word: table(
            [para("甲"), table([para(word), para("内")]) + para("")],
            [control(para(f"格 {word}"), '<w:id w:val="34"/>'), para("乙")],
        )
    ),
    "text boxes": Feature(lambda word: para("框", f"<w:r>{text_box(f'框内 {word}', 41)}</w:r>")),
    "footnotes": Feature(
        lambda word: para(f"脚注 {word}", '<w:r><w:footnoteReference w:id="1"/></w:r>'),
        lambda word: (
            Added(
                "rIdFoot",
                "footnotes",
                "word/footnotes.xml",
                notes("footnote", word),
                f"{_WORD}.footnotes+xml",
            ),
        ),
    ),
    "endnotes": Feature(
        lambda word: para(f"尾注 {word}", '<w:r><w:endnoteReference w:id="1"/></w:r>'),
        lambda word: (
            Added(
                "rIdEnd",
                "endnotes",
                "word/endnotes.xml",
                notes("endnote", word),
                f"{_WORD}.endnotes+xml",
            ),
        ),
    ),
    "comments": Feature(
        lambda word: para(
            '<w:commentRangeStart w:id="7"/>',
            f"批注处 {word}",
            '<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r>',
        ),
        _comments,
    ),
    "tracked changes": Feature(
        lambda word: (
            para(
                f"<w:ins {_author(81)}>{run(f'新增 {word}')}</w:ins>",
                f"<w:del {_author(82)}><w:r><w:delText>旧文</w:delText></w:r></w:del>",
                "照旧",
            )
            + para(
                run("加粗", f"<w:b/><w:rPrChange {_author(83)}><w:rPr/></w:rPrChange>"),
                properties=f'<w:jc w:val="center"/><w:rPr><w:ins {_author(84)}/></w:rPr>'
                f"<w:pPrChange {_author(85)}><w:pPr/></w:pPrChange>",
            )
        )
    ),
    "moved text": Feature(
        lambda word: para(
            f'<w:moveFromRangeStart {_author(86)} w:name="move1"/><w:moveFrom {_author(87)}>',
            f"{run(f'搬走 {word}')}</w:moveFrom>",
            '<w:moveFromRangeEnd w:id="86"/>',
            "之间",
            f'<w:moveToRangeStart {_author(88)} w:name="move1"/><w:moveTo {_author(89)}>'
            f'{run(f"搬走 {word}")}</w:moveTo><w:moveToRangeEnd w:id="88"/>',
        )
    ),
    "fields and contents": Feature(
        lambda word: (
            control(
                para(field(r'TOC \\o "1-3" \\h', "一、总则……1")),
                '<w:id w:val="35"/><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
                "<w:docPartUnique/></w:docPartObj>",
            )
            + para("见第", f'<w:fldSimple w:instr=" PAGEREF _Ref1 ">{run("3")}</w:fldSimple>', "页")
            + para(field("DATE", "2027"), field("IF 1 = 1", field("PAGE", "2")), word)
        )
    ),
    "links and bookmarks": Feature(
        lambda word: para(
            _TOP.format(91, "_Ref1", run(f"书签 {word}")),
            f'<w:hyperlink r:id="rIdLink" w:history="1">{run(f"网址 {word}")}</w:hyperlink>',
            f'<w:hyperlink w:anchor="_Ref1">{run("回去")}</w:hyperlink>',
        ),
        lambda _: (Added("rIdLink", "hyperlink", "https://example.org/a?b=1&amp;c"),),
    ),
    "sections": Feature(
        lambda word: para(
            f"第一节 {word}",
            properties='<w:sectPr><w:headerReference w:type="default" r:id="rIdfirstsection"/>'
            '<w:type w:val="continuous"/><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
            '<w:pgMar w:top="1440" w:right="1474" w:bottom="1440" w:left="1474" w:header="850" '
            'w:footer="850" w:gutter="0"/><w:cols w:num="2"/></w:sectPr>',
        ),
        lambda word: (_region("hdr", "firstsection", para(f"第一节页眉 {word}")),),
    ),
    "logo on the first page": Feature(
        lambda word: "",
        _logo,
        section='<w:headerReference w:type="first" r:id="rIdlogo"/>'
        '<w:footerReference w:type="first" r:id="rIdlinked"/><w:titlePg/>',
    ),
    "even pages": Feature(
        lambda word: "",
        lambda word: (
            _region("hdr", "even", para(f"偶数页 {word}")),
            _region("ftr", "evenfoot", table([para(f"偶数页脚 {word}")])),
        ),
        section='<w:headerReference w:type="even" r:id="rIdeven"/>'
        '<w:footerReference w:type="even" r:id="rIdevenfoot"/>',
    ),
    "equations": Feature(
        lambda word: para(
            "式 ",
            f"<m:oMath><m:r><m:t>x={word}</m:t></m:r></m:oMath>",
            "<m:oMathPara><m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den>"
            "<m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></m:oMathPara>",
        )
    ),
    "right to left": Feature(
        lambda word: para(
            run(f"שלום {word}", "<w:rtl/>"),
            f'<w:dir w:val="rtl">{run("عربي")}</w:dir>',
            f'<w:bdo w:val="ltr">{run(word)}</w:bdo>',
            properties="<w:bidi/>",
        )
    ),
    "ruby": Feature(
        lambda word: para(
            '<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="center"/><w:hps w:val="10"/>'
            '<w:hpsRaise w:val="20"/><w:hpsBaseText w:val="21"/><w:lid w:val="zh-CN"/></w:rubyPr>'
            f"<w:rt>{run('yī')}</w:rt><w:rubyBase>{run(word)}</w:rubyBase></w:ruby></w:r>",
            "拼音",
        )
    ),
    "signs of their own": Feature(
        lambda word: para(
            f"<w:r><w:t>软</w:t><w:softHyphen/><w:t>{word}</w:t><w:noBreakHyphen/>"
            '<w:sym w:font="Wingdings" w:char="F0FE"/><w:tab/>'
            '<w:ptab w:relativeTo="margin" w:alignment="right" w:leader="none"/>'
            '<w:br/><w:br w:type="page"/><w:cr/><w:lastRenderedPageBreak/></w:r>'
        )
    ),
    "pictures": Feature(
        lambda word: para(
            f"图 {word}",
            f"<w:r>{picture('rIdPic', 51)}</w:r>",
            '<w:r><w:pict><v:shape style="width:20pt;height:20pt"><v:imagedata r:id="rIdPic" '
            'o:title="旧"/></v:shape></w:pict></w:r>',
        ),
        lambda _: (Added("rIdPic", "image", "word/media/image1.png", PNG),),
    ),
    "chart": Feature(
        lambda word: para(
            f"图表 {word}",
            '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            '<wp:extent cx="900000" cy="900000"/><wp:docPr id="52" name="图表"/><a:graphic>'
            f'<a:graphicData uri="{_DRAWING}/chart"><c:chart r:id="rIdChart"/></a:graphicData>'
            "</a:graphic></wp:inline></w:drawing></w:r>",
        ),
        _chart,
    ),
    "embedded object": Feature(
        lambda word: para(f"对象 {word}", f"<w:r>{_OLE}</w:r>"),
        lambda _: (
            Added("rIdOle", "oleObject", "word/embeddings/ole1.bin", b"\xd0\xcf\x11\xe0"),
            Added("rIdOlePic", "image", "word/media/ole.png", PNG),
        ),
    ),
    "imported text": Feature(
        lambda word: f'<w:altChunk r:id="rIdChunk"/>{para(word)}',
        lambda word: (
            Added("rIdChunk", "aFChunk", "word/chunk.htm", f"<html>{word}</html>", "text/html"),
        ),
    ),
    "picture bullets": Feature(
        lambda word: para(
            f"点 {word}",
            properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="5"/></w:numPr>',
        ),
        _numbering,
    ),
    "attached template": Feature(
        lambda word: "",
        lambda _: (
            Added(
                "rIdTemplate",
                "attachedTemplate",
                "file:///C:/Normal.dotm",
                owner="word/settings.xml",
            ),
        ),
    ),
    "embedded fonts": Feature(lambda word: para(word), _fonts),
    "custom parts": Feature(
        lambda word: para(
            "库 ",
            control(
                run(word),
                '<w:id w:val="36"/><w:dataBinding w:xpath="/a" '
                'w:storeItemID="' + _STORE + '"/><w:text/>',
            ),
        ),
        _custom,
    ),
    "new markup": Feature(
        lambda word: para(
            run(word, '<w14:ligatures w14:val="standard"/>'),
            '<w:r><mc:AlternateContent><mc:Choice Requires="w14"><w:t>新</w:t></mc:Choice>'
            "<mc:Fallback><w:t>旧</w:t></mc:Fallback></mc:AlternateContent></w:r>",
            properties='<w:rPr><w14:textFill><w14:solidFill><w14:srgbClr w14:val="FF0000"/>'
            "</w14:solidFill></w14:textFill></w:rPr>",
        )
    ),
    "traces of programs": Feature(
        lambda word: (
            f'<w:p w:rsidR="00A10001" w14:paraId="1A2B3C4D" w14:textId="77777777"><w:pPr>'
            '<w:pStyle w:val="BodyIndent"/></w:pPr><w:proofErr w:type="spellStart"/>'
            '<w:permStart w:id="71" w:edGrp="everyone"/><w:smartTag w:element="place">'
            f'<w:smartTagPr><w:attr w:name="a" w:val="b"/></w:smartTagPr>{run(word)}</w:smartTag>'
            '<w:permEnd w:id="71"/><w:proofErr w:type="spellEnd"/></w:p>'
            f'<w:customXml w:element="y">{para(f"包着 {word}")}</w:customXml>'
        )
    ),
    "marks of WPS": Feature(
        lambda word: para(
            '<wpsCustomData:docfieldStart id="0" docfieldname="姓名" hidden="0" print="1"/>',
            run(word, '<w:rFonts w:hint="eastAsia"/>'),
            '<wpsCustomData:docfieldEnd id="0"/>',
            properties='<w:keepNext w:val="0"/><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>',
        )
    ),
    "styles of their own": Feature(
        lambda word: (
            para(f"样式 {word}").replace("BodyIndent", "a5")
            + table([para(word)], properties='<w:tblStyle w:val="a6"/>')
        ),
        styles='<w:style w:type="paragraph" w:customStyle="1" w:styleId="a5"><w:name '
        'w:val="自定"/><w:basedOn w:val="a7"/></w:style><w:style w:type="paragraph" '
        'w:customStyle="1" w:styleId="a7"><w:name w:val="底"/></w:style><w:style '
        'w:type="table" w:customStyle="1" w:styleId="a6"><w:name w:val="格"/></w:style>',
    ),
}
