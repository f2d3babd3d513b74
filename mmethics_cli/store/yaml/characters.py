"""Characters that no file, Word document or spreadsheet carries faithfully: refused with place."""

from __future__ import annotations

import re
from typing import Final

MAX_REPORTED: Final = 20
_NEVER: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_PLANE_ENDS = "".join(
    chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF)
)

# YAML 1.1 and 1.2 disagree on U+2028 and U+2029 standing raw in a file; inside a value, written
# as an escape, they are ordinary characters.
_IN_FILE = re.compile(f"[{_NEVER}\u2028\u2029]")
_IN_VALUE = re.compile(f"[{_NEVER}\r]")
# Apart: with characters beyond U+FFFF in it a class is searched five times slower.
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_BEYOND_NEVER = re.compile(f"[{_PLANE_ENDS}]")


def refused_in_value(text: str) -> str | None:
    """The first character of `text` that no value may hold, or None."""
    match = _IN_VALUE.search(text) or _beyond(text)
    return match[0] if match else None


def is_clean_file(text: str) -> bool:
    """Whether `text` holds no character that is refused in a file."""
    return not (_IN_FILE.search(text) or _beyond(text))


def refused_in_file(text: str) -> list[tuple[int, str]]:
    """Line (from 1) and character of each character that may not stand raw in a file."""
    matches = [*_IN_FILE.finditer(text), *_BEYOND_NEVER.finditer(text)]
    return [(text.count("\n", 0, match.start()) + 1, match[0]) for match in matches[:MAX_REPORTED]]


def blank_refused(text: str) -> str:
    """`text` with every refused character made an underscore, to look for further problems."""
    return _BEYOND_NEVER.sub("_", _IN_FILE.sub("_", text))


def _beyond(text: str) -> re.Match[str] | None:
    return _BEYOND_NEVER.search(text) if _BEYOND.search(text) else None


def name_of(character: str) -> str:
    """What to call it in a message: 控制字符 U+0007, 非字符 U+FFFE, …"""
    code = ord(character)
    if character in "\u2028\u2029\x85":
        kind = "看不见的换行符"
    elif code < 0x20 or 0x7F <= code <= 0x9F:
        kind = "控制字符"
    elif 0xD800 <= code <= 0xDFFF:
        kind = "残缺的字符（孤立代理项）"
    else:
        kind = "非字符"
    return f"{kind} U+{code:04X}"


def named_refusal(text: str) -> str | None:
    """The name of the first character that no value may hold, if there is one."""
    character = refused_in_value(text)
    return None if character is None else name_of(character)
