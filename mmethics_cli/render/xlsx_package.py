"""What openpyxl leaves to mend in a saved workbook: the clock's times, the order of font parts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from html import unescape
from typing import Final

from mmethics_cli.render.study import Stamp

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
# openpyxl writes the parts of a font in an order that Microsoft's validator refuses.
_FONT = re.compile(rb"<font>(.*?)</font>")
_FONT_PART = re.compile(rb"<(\w+)[^>]*/>")
_FORMULA = re.compile(rb"<f>([^<]*)</f><v ?/?>(?:</v>)?")
_FONT_ORDER: Final = (b"b", b"i", b"sz", b"color", b"name", b"family", b"charset", b"scheme")


def mended(data: bytes, stamp: Stamp, known: Mapping[str, int] | None = None) -> bytes:
    """The same file with the document's own date in it instead of the clock's.

    `known` are the values of formulas, by their text: programs that don't reckon show them.
    """
    time = f"{stamp.date.isoformat() if stamp.date else '1980-01-01'}T00:00:00Z".encode()
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(source.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            body = source.read(name)
            if name == "docProps/core.xml":
                body = _MODIFIED.sub(lambda found: found[1] + time, body)
            elif name == "xl/styles.xml":
                body = _FONT.sub(_ordered_font, body)
            elif known and name.startswith("xl/worksheets/"):
                body = _FORMULA.sub(lambda found: _with_value(found, known or {}), body)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            entry.create_system = 3
            target.writestr(entry, body)
    return out.getvalue()


def _ordered_font(found: re.Match[bytes]) -> bytes:
    parts = {one[1]: one[0] for one in _FONT_PART.finditer(found[1])}
    ordered = sorted(parts, key=_FONT_ORDER.index)
    return b"<font>" + b"".join(parts[name] for name in ordered) + b"</font>"


def _with_value(found: re.Match[bytes], known: Mapping[str, int]) -> bytes:
    value = known[f"={unescape(found[1].decode())}"]
    return b"<f>" + found[1] + f"</f><v>{value}</v>".encode()
