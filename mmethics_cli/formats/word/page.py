"""Paper, header, footer and properties of a Word file. Lengths are twips (1/20 point)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from mmethics_cli.formats.blocks import Stamp
from mmethics_cli.formats.word.namespaces import NAMESPACES
from mmethics_cli.formats.word.runs import quote, run
from mmethics_cli.wording.columns import display_width

_NAMESPACES: Final = " ".join(
    f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("w", "r", "w14", "mc", "v", "o", "w10")
)
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
DOCUMENT: Final = f'{_XML}<w:document {_NAMESPACES} mc:Ignorable="w14"><w:body>'
_A4: Final = (11906, 16838)
_SIDES: Final = 1474  # 2.6 cm
# Above and below the text, and of the header from the edge: 2.54 and 1.4 cm; a lying sheet is
# low, so it gives the text more of its height: 2 and 0.8 cm.
_UPRIGHT: Final = (1440, 794)
_LYING: Final = (1134, 454)
# A sheet that is closely filled: 2.2 cm beside the text, 2.0 and 0.8 cm above and below it.
_CLOSE_SIDES: Final = 1247
_CLOSE: Final = (1134, 454)
_BESIDE_FIGURE: Final = 1300
_HALF_IN_HEADER: Final = 90  # of a Han character in 小五
_SHORT_MARK: Final = 5  # characters of a watermark that is set large
_APART: Final = 400  # between title and version


class Page(Struct, frozen=True):
    """An A4 sheet, upright or lying; `inset` narrows the text, as inside a frame; a `close` one,
    upright, has narrow margins."""

    landscape: bool = False
    inset: int = 0
    close: bool = False

    @property
    def size(self) -> tuple[int, int]:
        return (_A4[1], _A4[0]) if self.landscape else _A4

    @property
    def text_width(self) -> int:
        return self.size[0] - 2 * self._sides - self.inset

    @property
    def _sides(self) -> int:
        return _CLOSE_SIDES if self.close else _SIDES

    @property
    def _heights(self) -> tuple[int, int]:
        if self.landscape:
            return _LYING
        return _CLOSE if self.close else _UPRIGHT

    @property
    def figure_height(self) -> int:
        """What a figure may take of a page, so that its heading and a note stand beside it."""
        return self.size[1] - 2 * self._heights[0] - _BESIDE_FIGURE

    def section(self, relations: Mapping[str, str]) -> str:
        """The section properties, with the ids of the header's and footer's relations."""
        width, height = self.size
        lying = ' w:orient="landscape"' if self.landscape else ""
        margin, header = self._heights
        return (
            f'<w:sectPr><w:headerReference w:type="default" r:id="{relations["header"]}"/>'
            f'<w:footerReference w:type="default" r:id="{relations["footer"]}"/>'
            f'<w:pgSz w:w="{width}" w:h="{height}"{lying}/>'
            f'<w:pgMar w:top="{margin}" w:right="{self._sides}" w:bottom="{margin}" '
            f'w:left="{self._sides}" w:header="{header}" w:footer="{header}" w:gutter="0"/>'
            "</w:sectPr>"
        )


def header_xml(stamp: Stamp, page: Page, draft: bool, running: tuple[str, str] = ("", "")) -> str:
    """Title on the left; code of the form, version and version date on the right; a rule below.

    Above them, where they are known, the committee and the number of the study. A title that
    leaves the rest no room has a line of its own.
    """
    wording = stamp.wording
    version = wording.version.format(stamp.version) if stamp.version else ""
    day = wording.date(stamp.date) if stamp.date else ""
    right = "　".join(part for part in (stamp.form, version, day) if part)
    needed = (display_width(stamp.title) + display_width(right)) * _HALF_IN_HEADER + _APART
    committee, number = running
    above = f"{committee}\t{wording.number.format(number) if number else ''}".rstrip()
    words = f"{above}\n" if above else ""
    words += f"{stamp.title}{'' if needed <= page.text_width else chr(10)}\t{right}"
    properties = (
        '<w:pStyle w:val="Header"/>'
        '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="000000"/></w:pBdr>'
        f'<w:tabs><w:tab w:val="right" w:pos="{page.text_width}"/></w:tabs>'
    )
    mark = watermark_run(wording.draft) if draft else ""
    return (
        f'{_XML}<w:hdr {_NAMESPACES} mc:Ignorable="w14"><w:p><w:pPr>{properties}</w:pPr>'
        f"{run(words)}{mark}</w:p></w:hdr>"
    )


def footer_xml(stamp: Stamp) -> str:
    """第 X 页 共 Y 页, and on a line below what the paper is anchored to."""
    before, between, after = stamp.wording.page
    words = run(before) + _field("PAGE") + run(between) + _field("NUMPAGES") + run(after)
    if stamp.anchor:
        words += run("\n" + stamp.wording.anchor.format(*stamp.anchor))
    return (
        f'{_XML}<w:ftr {_NAMESPACES} mc:Ignorable="w14"><w:p><w:pPr><w:pStyle w:val="Footer"/>'
        f"</w:pPr>{words}</w:p></w:ftr>"
    )


def _field(name: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = f'<w:r><w:instrText xml:space="preserve"> {name} </w:instrText></w:r>'
    return f"{mark('begin')}{code}{mark('separate')}{run('1')}{mark('end')}"


def core_xml(stamp: Stamp) -> str:
    """Clean properties; the file's times are the document's own date, never the clock's."""
    time = f"{stamp.date.isoformat()}T00:00:00Z" if stamp.date else "1980-01-01T00:00:00Z"
    dated = "".join(
        f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{time}</dcterms:{name}>'
        for name in ("created", "modified")
    )
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
        'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{quote(stamp.title)}</dc:title><dc:creator></dc:creator>"
        f"<dc:language>{stamp.wording.tag}</dc:language><cp:lastModifiedBy></cp:lastModifiedBy>"
        f"<cp:revision>1</cp:revision>{dated}<cp:version>{quote(stamp.version)}</cp:version>"
        "</cp:coreProperties>"
    )


def watermark_run(text: str, number: int = 1) -> str:
    """A grey word across each page, as Word itself writes it; `number` tells it from others."""
    width, height = (240, 104) if len(text) <= _SHORT_MARK else (430, 66)
    formulas = "".join(
        f'<v:f eqn="{formula}"/>'
        for formula in (
            "sum #0 0 10800", "prod #0 2 1", "sum 21600 0 @1", "sum 0 0 @2", "sum 21600 0 @3",
            "if @0 @3 0", "if @0 21600 @1", "if @0 0 @2", "if @0 @4 21600", "mid @5 @6",
            "mid @8 @5", "mid @7 @8", "mid @6 @7", "sum @6 0 @5",
        )
    )  # fmt: skip
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:{height}pt;"
        "rotation:315;"
        "z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        "mso-position-vertical-relative:margin"
    )
    return (
        "<w:r><w:rPr><w:noProof/></w:rPr><w:pict>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e">'
        f'<v:formulas>{formulas}</v:formulas><v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/><v:handles>'
        '<v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>'
        '<o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>'
        f'<v:shape id="Watermark{number}" o:spid="_x0000_s{2048 + number}" type="#_x0000_t136" '
        f'alt="水印：{text}" style="{style}" o:allowincell="f" fillcolor="#d0d0d0" stroked="f">'
        '<v:fill opacity=".45"/>'
        f'<v:textpath style="font-family:&quot;宋体&quot;;font-size:1pt" string="{text}"/>'
        '<w10:wrap anchorx="margin" anchory="margin"/></v:shape></w:pict></w:r>'
    )
