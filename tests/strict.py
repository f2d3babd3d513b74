"""An office file as Word or Excel saves it in the strict form of the standard."""

from __future__ import annotations

import io
import zipfile
from typing import Final

_OPEN: Final = "http://schemas.openxmlformats.org/"
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_NAMES: Final = {
    f"{_OPEN}{vocabulary}/2006/": f"{_STRICT}{vocabulary}/"
    for vocabulary in (
        "wordprocessingml", "spreadsheetml", "drawingml", "officeDocument", "schemaLibrary",
    )
}  # fmt: skip
_PROPERTIES: Final = {
    f"{_STRICT}officeDocument/{kind}{name}-properties": f"{_STRICT}officeDocument/{kind}{name}"
    "Properties"
    for kind in ("", "relationships/")
    for name in ("extended", "custom")
}


def strictly(data: bytes) -> bytes:
    """The file in the strict form; embedded files and pictures stay as they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(
                name, _renamed(name, part) if name.endswith((".xml", ".rels")) else part
            )
    return out.getvalue()


def _renamed(name: str, part: bytes) -> bytes:
    text = part.decode("utf-8")
    for old, new in {**_NAMES, **_PROPERTIES}.items():
        text = text.replace(old, new)
    if name == "word/document.xml":
        return text.replace("<w:document ", '<w:document w:conformance="strict" ', 1).encode()
    if name == "xl/workbook.xml":
        return text.replace("<workbook ", '<workbook conformance="strict" ', 1).encode()
    return text.encode()
