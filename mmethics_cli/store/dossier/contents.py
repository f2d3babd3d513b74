"""What an attachment's file is, by a bounded look at its bytes: beginning, end, and directory."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from mmethics_cli.core.checks.documents import FileLook
from mmethics_cli.core.standard.file_kinds import FileKind, as_bytes

_HEAD: Final = 4096
# A ZIP archive's comment may have 65,535 bytes, and its end record has 22.
_ZIP_TAIL: Final = 65_557
# What stands within so many bytes of the end is the end: programs add blanks, viewers a note.
_END: Final = 2048
_MOST_DIRECTORY: Final = 4 << 20
_MOST_MEMBERS: Final = 10_000
_OLE_DIRECTORY: Final = 1 << 14
_SHORTEST_LONG: Final = 4096  # a shorter stream lies elsewhere
_BEGINNING: Final = 64

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_WORD: Final = b"\xec\xa5"
_FILE_PASS: Final = 0x002F
_BEFORE_FILE_PASS: Final = frozenset({0x0809, 0x0086})
# Bytes that stand in no text; ESC does, in some.
_NOT_TEXT: Final = re.compile(b"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def look_at(path: Path, kinds: Iterable[FileKind]) -> FileLook:
    """What the file is, and whether it is whole and open. Raises OSError."""
    with path.open("rb") as file:
        seen = _Bytes(file, os.fstat(file.fileno()).st_size)
        kind = next((kind for kind in kinds if _is(kind, path.name, seen)), None)
        if kind is None:
            return FileLook(path.name)
        return FileLook(path.name, kind.id, _is_cut(kind, seen), _is_locked(kind, seen))


class _Member(Struct, frozen=True):
    name: str
    encrypted: bool


class _Bytes:
    """The parts of an open file that are looked at, each read when it is first wanted."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self.head = self.at(0, _HEAD)

    def at(self, place: int, length: int) -> bytes:
        """Bytes from a place on; fewer, or none, where the file does not have them."""
        if not 0 <= place < self._size:
            return b""
        self._file.seek(place)
        return self._file.read(length)

    @cached_property
    def tail(self) -> bytes:
        return self.at(max(self._size - _ZIP_TAIL, 0), _ZIP_TAIL)

    @cached_property
    def is_zip(self) -> bool:
        return self.head.startswith(_ZIP)

    @cached_property
    def members(self) -> tuple[_Member, ...] | None:
        """The directory of a ZIP archive; None where it is lost, or beyond what is read."""
        end = self.tail.rfind(b"PK\x05\x06")
        record = self.tail[end : end + 22]
        if end < 0 or len(record) < 22:
            return None
        length, place = struct.unpack_from("<II", record, 12)
        at = self._size - len(self.tail) + end - length
        # A directory of 64 bits says where it lies elsewhere; such an archive is big, not cut.
        if length == 0xFFFFFFFF or place == 0xFFFFFFFF or length > _MOST_DIRECTORY:
            return ()
        data = self.at(at, length)
        return tuple(_entries(data)) if len(data) == length and place <= at else None

    @cached_property
    def streams(self) -> Mapping[str, bytes]:
        """The beginnings of the streams of an OLE file by their names: of as many as its first
        sectors name; empty of those that lie among the short ones.
        """
        if not self.head.startswith(_OLE):
            return {}
        head = self.head.ljust(_HEAD, b"\0")
        (shift,) = struct.unpack_from("<H", head, 30)
        (first,) = struct.unpack_from("<I", head, 48)
        if shift not in (9, 12):
            return {}
        data = self.at((first + 1) << shift, _OLE_DIRECTORY)
        streams = {}
        for place in range(0, len(data) - 127, 128):
            entry = data[place : place + 128]
            name = entry[: max(entry[64] - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entry, 116)
            long = size >= _SHORTEST_LONG
            streams[name] = self.at((start + 1) << shift, _BEGINNING) if long else b""
        return streams

    @cached_property
    def is_text(self) -> bool:
        if self.head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return True
        if _NOT_TEXT.search(self.head):
            return False
        # The last character may be cut.
        return any(_decodes(self.head[: len(self.head) - cut], "utf-8") for cut in range(4)) or any(
            _decodes(self.head[: len(self.head) - cut], "gb18030") for cut in range(4)
        )

    @cached_property
    def trailers(self) -> bytes:
        """Where a PDF says how it is read: its end, and what its end points at."""
        end = self.tail[-_END:]
        match = list(re.finditer(rb"startxref\s+(\d{1,12})", end))
        return end + (self.at(int(match[-1][1]), _HEAD) if match else b"")


def _entries(data: bytes) -> Iterator[_Member]:
    place = 0
    for _ in range(_MOST_MEMBERS):
        if data[place : place + 4] != b"PK\x01\x02" or place + 46 > len(data):
            return
        (flags,) = struct.unpack_from("<H", data, place + 8)
        name, extra, comment = struct.unpack_from("<HHH", data, place + 28)
        text = data[place + 46 : place + 46 + name].decode("utf-8", "replace")
        yield _Member(text.replace("\\", "/"), bool(flags & 1))
        place += 46 + name + extra + comment


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is(kind: FileKind, name: str, seen: _Bytes) -> bool:
    if kind.named:
        return any(fnmatchcase(name.casefold(), form.casefold()) for form in kind.named)
    if kind.begins:
        signed = any(_stands(each, kind.reach, seen.head) for each in kind.signatures)
        return signed and (not kind.binary or b"\0" in seen.head)
    if kind.members:
        return seen.is_zip and any(
            fnmatchcase(member.name, form) for member in seen.members or () for form in kind.members
        )
    if kind.streams:
        return not seen.streams.keys().isdisjoint(kind.streams)
    return kind.plain and seen.is_text


def _stands(signature: bytes, reach: int, head: bytes) -> bool:
    return signature in head[:reach] if reach else head.startswith(signature)


def _is_cut(kind: FileKind, seen: _Bytes) -> bool:
    if seen.is_zip and kind.begins + kind.members:
        return seen.members is None
    return bool(kind.ends) and not any(as_bytes(end) in seen.tail[-_END:] for end in kind.ends)


def _is_locked(kind: FileKind, seen: _Bytes) -> bool:
    if seen.is_zip:
        return any(member.encrypted for member in seen.members or ())
    if seen.streams:
        return any(_is_locked_stream(seen.streams.get(name, b"")) for name in kind.streams)
    # /Encrypt 5 0 R or /Encrypt <<…>>, not /EncryptMetadata.
    return any(
        re.search(re.escape(lock.encode()) + rb"(?![A-Za-z])", seen.trailers) for lock in kind.locks
    )


def _is_locked_stream(stream: bytes) -> bool:
    """Whether an old Word text ([MS-DOC] 2.5.2, fEncrypted) or Excel book ([MS-XLS] 2.4.117,
    FilePass, which comes after BOF and perhaps WriteProtect) needs a password.
    """
    if stream.startswith(_WORD) and len(stream) >= 12:
        (flags,) = struct.unpack_from("<H", stream, 10)
        return bool(flags & 0x0100)
    place = 0
    while place + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, place)
        if record == _FILE_PASS:
            return True
        if record not in _BEFORE_FILE_PASS:
            return False
        place += 4 + length
    return False
