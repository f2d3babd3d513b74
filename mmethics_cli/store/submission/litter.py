"""What systems, office programs and network drives leave in a folder: no part of any submission."""

from __future__ import annotations

import re
from typing import Final

from mmethics_cli.store.files import TEMPORARY

# Names of files, by who leaves them.
_FILES: Final = {
    "macOS": r"\.DS_Store|\.localized|\._.*",
    "Windows": r"thumbs\.db|ehthumbs(?:_vista)?\.db|desktop\.ini",
    "Word, Excel, WPS": r"~\$.*|\.~.*",  # LibreOffice's .~lock.NAME# among them
    "Linux": r"\.directory|\.fuse_hidden.*|\.nfs[0-9a-f]+",
    "a killed write of ours": "[a-z0-9_]{8}".join(map(re.escape, TEMPORARY)),
}
# Names of folders, by who leaves them; nothing in them is anybody's paper.
_FOLDERS: Final = {
    "macOS": r"__MACOSX|\.AppleDouble|\.Spotlight-V100|\.Trashes|\.fseventsd",
    "Windows": r"System Volume Information|\$RECYCLE\.BIN",
    "NAS": r"@eaDir|\.@__thumb|\.@upload_cache",
}
# What papers begin with, and the names of litter that may begin so.
_PAPERS: Final = (b"PK\x03\x04", b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0")
_LIKE_PAPERS: Final = f"{_FILES['Windows']}|{_FILES['a killed write of ours']}"
HEAD: Final = max(map(len, _PAPERS))  # bytes that tell a paper

_FILE: Final = re.compile("|".join(_FILES.values()), re.IGNORECASE)
_FOLDER: Final = re.compile("|".join(_FOLDERS.values()), re.IGNORECASE)
_LIKE_PAPER: Final = re.compile(_LIKE_PAPERS, re.IGNORECASE)


def named_like_litter(name: str) -> bool:
    """Whether a file of that path is called like something that programs leave about."""
    *folders, file = name.split("/")
    return bool(_FILE.fullmatch(file)) or any(map(_FOLDER.fullmatch, folders))


def is_litter(name: str, head: bytes) -> bool:
    """Whether it is such a thing by its first bytes too, and no paper under such a name."""
    if not named_like_litter(name):
        return False
    return not head.startswith(_PAPERS) or bool(_LIKE_PAPER.fullmatch(name.rpartition("/")[2]))
