"""Word files made of a few blocks, and revisions of them proved both ways."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from xml.sax.saxutils import escape

from mmethics_cli.formats.redline.redline import redline
from mmethics_cli.formats.word.archive import zipped
from mmethics_cli.formats.word.revisions import accepted, rejected
from tests.formats.redline.revised import W, part, said
from tests.render.small import word

DAY: Final = date(2027, 9, 1)
BASE: Final = word("正文", draft=False)
NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)


def with_parts(data: bytes, changes: Mapping[str, str]) -> bytes:
    """The file with parts in place of its own, or added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, **{name: text.encode() for name, text in changes.items()}})


def document(*blocks: str, base: bytes = BASE) -> bytes:
    """A file with these blocks as its body."""
    with zipfile.ZipFile(io.BytesIO(base)) as archive:
        xml = archive.read("word/document.xml").decode()
    body = re.sub(
        r"<w:body>.*(<w:sectPr>)",
        lambda found: f"<w:body>{''.join(blocks)}{found[1]}",
        xml,
        flags=re.DOTALL,
    )
    return with_parts(base, {"word/document.xml": body})


def run(text: str, properties: str = "") -> str:
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(*content: str, style: str = "BodyIndent") -> str:
    runs = "".join(one if one.startswith("<w:") else run(one) for one in content if one)
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def table(*rows: Sequence[str]) -> str:
    """A table; each cell a text, or blocks."""
    grid = "".join('<w:gridCol w:w="1000"/>' for _ in rows[0])
    body = "".join(
        f"<w:tr>{''.join(f'<w:tc>{_cell(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    properties = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def _cell(cell: str) -> str:
    return '<w:tcPr><w:tcW w:w="1000" w:type="dxa"/></w:tcPr>' + (
        cell if cell.startswith("<w:") else para(cell, style="TableText")
    )


def tick(on: bool, number: int = 1001) -> str:
    return (
        f'<w:sdt><w:sdtPr><w:tag w:val="a"/><w:id w:val="{number}"/><w14:checkbox>'
        f'<w14:checked w14:val="{int(on)}"/><w14:checkedState w14:val="2611" w14:font="x"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="x"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{run('☑' if on else '☐')}</w:sdtContent></w:sdt>"
    )


def marked(old: bytes, new: bytes) -> bytes:
    """The file with revisions, proved both ways."""
    data = redline(old, new, "申请人", DAY)
    assert said(accepted(data)) == said(new)
    assert said(rejected(data)) == said(old)
    assert redline(old, new, "申请人", DAY) == data
    return data


def texts(data: bytes, tag: str) -> list[str]:
    """What stands in each mark of one kind."""
    return ["".join(it.itertext()) for it in part(data).iter(f"{W}{tag}") if len(it)]
