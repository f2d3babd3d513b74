"""Text for a screen: what would steer the terminal or hide in a line is written out.

Names of files, members of an archive and answers are other people's; on a screen an ESC clears the
finding above it, and U+202E makes `cod.exe` of `exe.doc`. What is stored stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

# Control characters but for the line break and the tab; marks of direction; characters of no
# width; separators that break lines; halves of characters, as file names give them that are not
# UTF-8.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""The text for a screen: U+202E as `\u202e`, ESC as `\x1b`, a stray byte as `\udcff`."""
    return _UNSEEN.sub(lambda match: _written(ord(match[0])), text)


def visible_json(text: str) -> str:
    r"""JSON that says the same with every such character as JSON's own `\u202e`."""
    return _UNSEEN.sub(lambda match: "".join(map(_unit, _units(ord(match[0])))), text)


def _written(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else _unit(code)


def _unit(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _units(code: int) -> tuple[int, ...]:
    if code < 0x10000:
        return (code,)
    return 0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)
