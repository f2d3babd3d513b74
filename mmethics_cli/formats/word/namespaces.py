"""The namespaces that stand in Word files (ECMA-376)."""

from __future__ import annotations

from typing import Final

OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
DRAWINGML: Final = "http://schemas.openxmlformats.org/drawingml/2006"
# The namespaces by the prefixes that Word itself writes.
NAMESPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": f"{OFFICE}/relationships",
    "m": f"{OFFICE}/math",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": f"{DRAWINGML}/wordprocessingDrawing",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
}
