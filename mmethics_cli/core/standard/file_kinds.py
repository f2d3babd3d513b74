"""The kinds of file that an attachment can be, told by bytes and not by the name."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

FILE_KINDS: Final = "attachments.yaml"
Weight = Literal["error", "warning", ""]


class FileKind(Struct, frozen=True):
    """A kind of file: how it is known, and what is wrong with it as an attachment.

    Known by the first of these that the pack gives: a name like one of `named` (`~$*`); a signature
    of `begins` (text, or bytes as `0x504b0304`) within the first `within` bytes (0: at their very
    beginning), and with `binary` a zero byte near it; a member of a ZIP archive like one of
    `members`; a stream of an OLE file called one of `streams`; `plain`: text. Of several kinds the
    first of the pack holds.

    `endings` are those that such a file has. `severity` where it can't be an attachment at all, for
    the reason `why`; `cut` where none of `ends` stands in its last bytes, or its directory is lost;
    `locked` where it is encrypted (one of `locks` stands in its trailer, or a member or stream is);
    `mistaken` where it is called something else, `unlike` where it is called this and can't be
    known as anything.
    """

    id: str
    name: str
    named: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    within: str = "0"
    binary: bool = False
    members: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    plain: bool = False
    endings: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    severity: Weight = ""
    cut: Weight = "error"
    locked: Weight = "error"
    mistaken: Weight = "warning"
    unlike: Weight = "error"
    why: str = ""
    fix: str = ""

    @property
    def reach(self) -> int:
        """How many bytes from the beginning a signature may end in; 0: it is the beginning."""
        return int(self.within)

    @property
    def signatures(self) -> tuple[bytes, ...]:
        return tuple(map(as_bytes, self.begins))


def as_bytes(text: str) -> bytes:
    """The bytes that a pack writes as text, or as `0x504b0304`. Raises ValueError."""
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()
