"""What a cell holds exactly, how high its text stands, and a workbook without the clock's time."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from html import unescape
from typing import Final

from mmethics_cli.formats.maker import MADE_BY, MADE_BY_PART
from mmethics_cli.wording.columns import display_width

LONGEST_TEXT: Final = 32_767  # characters of a cell, as Excel counts them
HIGHEST_ROW: Final = 409.0  # points
# A cell that begins so could become a formula when it is edited.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "'")
# Excel reads _x0041_ as the letter A; its own escape is an escaped underscore.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
# openpyxl writes the parts of a font in an order that Microsoft's validator refuses.
_FONT = re.compile(rb"<font>(.*?)</font>")
_FONT_PART = re.compile(rb"<(\w+)[^>]*/>")
_FORMULA = re.compile(rb"<f>([^<]*)</f><v ?/?>(?:</v>)?")
_FONT_ORDER: Final = (b"b", b"i", b"sz", b"color", b"name", b"family", b"charset", b"scheme")


def escaped(text: str) -> str:
    """The text as a workbook stores it, so that Excel shows `_x0041_` as it was written."""
    return _ESCAPED.sub("_x005F_", text)


def characters(text: str) -> int:
    """The length of a text as Excel counts it: beyond U+FFFF a character is two."""
    return len(text.encode("utf-16-le")) // 2


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column `width` digits wide."""
    return sum(max(1, math.ceil(display_width(line) * 1.08 / width)) for line in text.split("\n"))


def is_workbook(data: bytes) -> bool:
    """Whether these are the whole bytes of an Excel file that needs no password."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return "xl/workbook.xml" in file.namelist() and file.testzip() is None
    except Exception:  # zipfile has many ways to stumble over a damaged file
        return False


def mended(data: bytes, day: date | None, values: Mapping[str, int]) -> bytes:
    """A workbook as openpyxl saved it, with the given day in it instead of the clock's time.

    `values` are those of the formulas, by their text: programs that don't reckon show them.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            body = mended_part(name, source.read(name), day)
            if values and name.startswith("xl/worksheets/"):
                body = _FORMULA.sub(lambda match: _with_value(match, values), body)
            target.writestr(dated_entry(name), body)
    return out.getvalue()


def mended_part(name: str, body: bytes, day: date | None) -> bytes:
    """A part of a workbook as openpyxl wrote it, with the given day in it."""
    if name == MADE_BY_PART:
        return MADE_BY
    if name == "docProps/core.xml":
        time = f"{day.isoformat() if day else '1980-01-01'}T00:00:00Z".encode()
        return _MODIFIED.sub(lambda match: match[1] + time, body)
    return _FONT.sub(_ordered_font, body) if name == "xl/styles.xml" else body


def dated_entry(name: str) -> zipfile.ZipInfo:
    """An entry of an archive that tells nothing of when and where it was written."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    entry.create_system = 3
    return entry


def _ordered_font(match: re.Match[bytes]) -> bytes:
    parts = {part[1]: part[0] for part in _FONT_PART.finditer(match[1])}
    ordered = sorted(parts, key=_FONT_ORDER.index)
    return b"<font>" + b"".join(parts[name] for name in ordered) + b"</font>"


def _with_value(match: re.Match[bytes], values: Mapping[str, int]) -> bytes:
    value = values[f"={unescape(match[1].decode())}"]
    return b"<f>" + match[1] + f"</f><v>{value}</v>".encode()
