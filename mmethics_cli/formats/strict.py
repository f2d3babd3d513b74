"""The strict form of Office Open XML (ISO/IEC 29500-1), read as the transitional one.

Word and Excel save it when asked for it by name; it says the same under other names.
"""

from __future__ import annotations

import re
from typing import Final

_STRICT: Final = b"http://purl.oclc.org/ooxml/"
# Where a name stands, not where a text happens to speak of one.
_NAMES: Final = re.compile(
    rb"""(?<=[\s:])((?:xmlns(?::[\w.-]+)?|Type|uri)\s*=\s*["'])"""
    rb"http://purl\.oclc\.org/ooxml/(\w+)/([\w/]+)"
)
_CONFORMANCE: Final = re.compile(rb"""\s(?:\w+:)?conformance\s*=\s*["']strict["']""")
_PROPERTIES: Final = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}


def transitional(part: bytes) -> bytes:
    """A part of an office file in the names of the transitional form, which all programs read."""
    if _STRICT not in part or not part.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return part
    return _NAMES.sub(_name, _CONFORMANCE.sub(b"", part, count=1))


def _name(match: re.Match[bytes]) -> bytes:
    before, vocabulary, rest = match.groups()
    for strict, name in _PROPERTIES.items():
        rest = rest.replace(strict, name)
    return b"%bhttp://schemas.openxmlformats.org/%b/2006/%b" % (before, vocabulary, rest)
