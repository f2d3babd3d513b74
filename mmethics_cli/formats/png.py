"""PNG files (ISO/IEC 15948): how large a picture is."""

from __future__ import annotations

from typing import Final

from mmethics_cli.errors import TemplateError

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def png_size(name: str, data: bytes) -> tuple[int, int]:
    """Width and height in pixels. Raises TemplateError where `data` is no PNG file."""
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if not data.startswith(_SIGNATURE) or data[12:16] != b"IHDR" or not width or not height:
        raise TemplateError(f"图片“{name}”不是 PNG 文件。")
    return width, height
