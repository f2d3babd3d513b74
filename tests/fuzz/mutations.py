"""Bytes as accidents and strangers leave them: flipped, cut, doubled, spliced, or a part rewritten.

All is drawn from one `Random`, so that a seed names its input for ever.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from random import Random
from typing import Final

# What parsers trip over: odd numbers, marks of YAML, XML, JSON and ZIP, hostile names.
TOKENS: Final = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        "", "\0", "\n", "\t", "\r\n", "-", "- ", ": ", "{", "}", "[", "]", "[]", "{}",
        "null", "~", "yes", "0", "-1", "1e999", "99999999999999999999", "2999-12-31",
        "0000-00-00", "2027-02-30", "&a", "*a", "<<: *a", "!!python/object:os.system", "!x",
        "|", ">", "'", '"', "\\", "#", "%", "@", "---", "...", "? ", "..", "../x",
        "/etc/passwd", "C:\\x", "\\\\s\\x", "a" * 300, "（", "方案", "\ud800", "\ufffe",
        "\u202e", "\u200b", "\x1b[2J", "\ufeff", "<", ">", "&", "&#0;", "&#x110000;",
        "_x0000_", "</c>", "<v>", 't="s"', 't="b"', 'r="A1"', 'r="XFD1048576"', "=1+1",
        "1e5", "NaN", "\"files\"", "not_applicable", "id", "kind", "initial", "assets",
        "PK\x01\x02", "PK\x05\x06", "unsure", "{not_applicable: }", "1.0", "０", "二〇二七年",
    )
)  # fmt: skip
_ODD: Final = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


def mutated(data: bytes, random: Random) -> bytes:
    """The bytes with one to four things done to them."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        data = random.choice((_flipped, _odd, _cut, _doubled, _spliced, _swapped, _replaced))(
            data, random
        )
    return data


def mutated_zip(data: bytes, random: Random) -> bytes:
    """An archive with its bytes mutated, or one of its members, or their names and order."""
    if random.random() < 0.3:
        return mutated(data, random)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = random.choice(list(members))
    match random.randrange(8):
        case 0:
            del members[chosen]
        case 1:
            name = mutated(chosen.encode(), random).decode("utf-8", "replace") or "x"
            members[name] = members.pop(chosen)
        case 2:
            members[f"{chosen}/"] = b""
        case _:
            members[chosen] = mutated(members[chosen], random)
    return zipped(members)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """An archive of these members, stored."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return held.getvalue()


def _place(data: bytes, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _flipped(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    held = bytearray(data)
    held[random.randrange(len(held))] ^= 1 << random.randrange(8)
    return bytes(held)


def _odd(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    held = bytearray(data)
    held[random.randrange(len(held))] = random.choice(_ODD)
    return bytes(held)


def _cut(data: bytes, random: Random) -> bytes:
    start = _place(data, random)
    length = len(data) if random.random() < 0.1 else random.randrange(1, 40)
    return data[:start] + data[start + length :]


def _doubled(data: bytes, random: Random) -> bytes:
    start = _place(data, random)
    part = data[start : start + random.randrange(1, 80)]
    return data[:start] + part * random.choice((2, 3, 50)) + data[start + len(part) :]


def _spliced(data: bytes, random: Random) -> bytes:
    at = _place(data, random)
    return data[:at] + random.choice(TOKENS) + data[at:]


def _swapped(data: bytes, random: Random) -> bytes:
    """Two lines change places."""
    lines = data.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _replaced(data: bytes, random: Random) -> bytes:
    """What stands behind a colon, or between two tags, becomes something else."""
    starts = [at for at, byte in enumerate(data) if byte in b":>,"]
    if not starts:
        return _spliced(data, random)
    start = random.choice(starts) + 1
    ends = [at for sign in (b"\n", b"<", b",") if (at := data.find(sign, start)) >= 0]
    return data[:start] + b" " + random.choice(TOKENS) + data[min(ends, default=start) :]
