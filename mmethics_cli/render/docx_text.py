"""Text and attribute values as XML."""

from __future__ import annotations

from typing import Final

_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
)


def escape(text: str) -> str:
    # Most texts hold none of these, and asking is much cheaper than translating.
    if "&" in text or "<" in text or ">" in text or "\r" in text:
        return text.translate(_ESCAPES)
    return text


def quote(text: str) -> str:
    """A text as the value of an attribute."""
    return text.translate(_QUOTED)
