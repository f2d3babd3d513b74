"""The file as bytes, before openpyxl sees it: refused when it is none of ours to open."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from mmethics_cli.errors import EthicsError

_MOST_BYTES: Final = 100_000_000
_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"
_DOCTYPE: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_TEXTS: Final = re.compile(r"xl/(sharedStrings|worksheets/[^/]+)\.xml", re.IGNORECASE)
# openpyxl drops every x005F_ that it reads, so that _x005F_x0041_ and _x0041_ become the same.
# Between these noncharacters, which no answer may hold, the escapes pass it unharmed.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_ESCAPE: Final = re.compile(rb"_x([0-9A-Fa-f]{4})_|x005F(?=_)")
_MARKED: Final = re.compile(f"{_OPEN}([0-9A-Fa-f]{{4}}|=){_CLOSE}")


def guarded(data: bytes) -> bytes:
    """The workbook with the escapes in its texts made safe from openpyxl; `plain_text` reads them.

    Raises EthicsError for what is no .xlsx, is locked by a password, or is too large.
    """
    if data.startswith(_OLD_OR_LOCKED):
        raise EthicsError(
            "文件加了密码，或是旧的 .xls 格式，读不了。请去掉密码，另存为 .xlsx 再导入。"
        )
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
            entries = source.infolist()
            if sum(one.file_size for one in entries) > _MOST_BYTES:
                raise EthicsError("工作簿太大（展开超过 100 MB），没有导入。")
            for entry in entries:
                target.writestr(entry.filename, _part(entry.filename, source.read(entry)))
    except EthicsError:
        raise
    except Exception as error:  # zipfile has many ways to stumble over a damaged file
        raise EthicsError(
            "文件不是 Excel 工作簿，或已经损坏。请用 Excel、WPS 或 LibreOffice 另存为 .xlsx。"
        ) from error
    return out.getvalue()


def plain_text(text: str) -> str:
    """A text as it was typed: escapes undone, and one kind of line break."""
    text = _MARKED.sub(lambda found: _character(found[1]), text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def stored_text(text: str) -> str:
    """The same without undoing escapes: LibreOffice does not escape what looks like an escape."""
    text = _MARKED.sub(lambda found: "x005F" if found[1] == "=" else f"_x{found[1]}_", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _part(name: str, body: bytes) -> bytes:
    if name.lower().endswith((".xml", ".rels")) and _DOCTYPE.search(body):
        raise EthicsError("工作簿里有不该有的 DOCTYPE 声明，没有导入。请重新导出一份。")
    return _ESCAPE.sub(_guard, body) if _TEXTS.fullmatch(name) else body


def _guard(found: re.Match[bytes]) -> bytes:
    code = found[1].decode() if found[1] else "="
    return f"{_OPEN}{code}{_CLOSE}".encode()


def _character(code: str) -> str:
    return "x005F" if code == "=" else chr(int(code, 16))
