"""Pictures in a Word file: inline drawings, and the parts and relations that they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mmethics_cli.errors import TemplateError
from mmethics_cli.render.blocks import Picture
from mmethics_cli.render.docx_text import quote
from mmethics_cli.render.pictures import png_size

EMU_PER_TWIP: Final = 635
_EMU_PER_CM: Final = 360_000
_DRAWINGML: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_IMAGE: Final = f"{_OFFICE}/image"
_TYPE: Final = b'<Default Extension="png" ContentType="image/png"/>'


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
        return self.inline(
            width,
            height,
            picture.alt,
            f'<a:graphicData uri="{_DRAWINGML}/picture"><pic:pic xmlns:pic="{_DRAWINGML}/picture">'
            f'<pic:nvPicPr><pic:cNvPr id="0" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{_relation(part)}"/><a:stretch><a:fillRect/>'
            f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
            f'<a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic></a:graphicData>",
        )

    def inline(self, width: int, height: int, alt: str, data: str) -> str:
        """A run with a drawing that stands in the line like a word. Lengths are EMU."""
        self._count += 1
        return f"<w:r>{inline_xml(self._count, width, height, alt, data)}</w:r>"

    def next_id(self) -> int:
        self._count += 1
        return self._count

    def add_to(self, parts: dict[str, bytes]) -> None:
        """Put the pictures into a package, with their relations and type."""
        if not self._media:
            return
        relations = "".join(
            f'<Relationship Id="{_relation(part)}" Type="{_IMAGE}" Target="{part}"/>'
            for part in self._media.values()
        )
        for file, part in self._media.items():
            parts[f"word/{part}"] = self._pictures[file]
        _insert(parts, "word/_rels/document.xml.rels", b"</Relationships>", relations.encode())
        _insert(parts, "[Content_Types].xml", b"<Override", _TYPE)


def inline_xml(number: int, width: int, height: int, alt: str, data: str) -> str:
    return (
        f'<w:drawing><wp:inline xmlns:wp="{_DRAWINGML}/wordprocessingDrawing" '
        f'xmlns:a="{_DRAWINGML}/main" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number}" name="图 {number}" descr="{quote(alt)}"/>'
        f'<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f"<a:graphic>{data}</a:graphic></wp:inline></w:drawing>"
    )


def _relation(part: str) -> str:
    return "rId" + part.rpartition("/")[2].removesuffix(".png").capitalize()


def _insert(parts: dict[str, bytes], name: str, before: bytes, added: bytes) -> None:
    parts[name] = parts[name].replace(before, added + before, 1)
