"""What a sealed submission holds: names and digests, and what differs from them today."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from msgspec import Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import sha256
from mmethics_cli.store.submission.submissions import COMMITTEE, DECISION, MANIFEST, OLD_DRAFTS
from mmethics_cli.store.yaml.reader import reason

FORMAT: Final = "mmethics/manifest/1"
_LITTER: Final = re.compile(r"~\$.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._.*", re.IGNORECASE)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

What = Literal["missing", "changed", "extra"]
WORDS: Final[Mapping[What, str]] = {
    "missing": "缺少",
    "changed": "内容变了",
    "extra": "多出来的文件",
}


class Difference(Struct, frozen=True):
    """One file that is not as it was sealed."""

    what: What
    name: str

    def __str__(self) -> str:
        return f"{WORDS[self.what]}：{self.name}"


class Verified(Struct, frozen=True):
    """What verifying found: differences by name, sealed files, and the manifest's own digest."""

    differences: tuple[Difference, ...]
    files: int
    digest: str


def manifest_bytes(content: Mapping[str, Any]) -> bytes:
    """The text of manifest.json; the same content gives the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read_manifest(data: bytes) -> dict[str, str]:
    """SHA-256 of each sealed file by name; raises WorkspaceError when that is not what it says."""
    try:
        content = json.loads(data)
    except ValueError as error:
        raise WorkspaceError(f"{MANIFEST} 已损坏，不是完整的 JSON。") from error
    files = content.get("files") if isinstance(content, dict) else None
    if not isinstance(files, dict) or content.get("format") != FORMAT or not files:
        raise WorkspaceError(f"{MANIFEST} 不是 mmethics 的送审清单。")
    for name, digest in files.items():
        if not is_plain_name(name) or not _SHA256.fullmatch(str(digest)):
            raise WorkspaceError(f"{MANIFEST} 里有不合规的一项“{name}”。")
    return files


def is_plain_name(name: str) -> bool:
    """Whether a name stays inside its folder, on every system."""
    path = PurePosixPath(name)
    parts = name.split("/")
    bad = "\\" in name or "\0" in name or re.match("[A-Za-z]:", name)
    return not (bad or path.is_absolute() or not name or {"", ".", ".."} & set(parts))


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_over(files: Mapping[str, str]) -> str:
    """One SHA-256 over files by their digests: what `sha256sum` prints of them, by their names."""
    lines = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return sha256(lines.encode("utf-8"))


def compare(sealed: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Difference]:
    """The differences between what was sealed and what is there."""
    for name, digest in sealed.items():
        if name not in present:
            yield Difference("missing", name)
        elif present[name] != digest:
            yield Difference("changed", name)
    for name in present.keys() - sealed.keys():
        yield Difference("extra", name)


def belongs(name: str) -> bool:
    """Whether a file of a submission's folder is part of what is sealed.

    The committee's papers and decision stand beside it; so does what a system leaves about.
    """
    top, _, _ = name.partition("/")
    beside = name in (MANIFEST, DECISION) or top in (COMMITTEE, OLD_DRAFTS)
    return not beside and not _LITTER.fullmatch(PurePosixPath(name).name)


def verify_folder(folder: Path) -> Verified:
    """Compare a sealed folder with its manifest; raises WorkspaceError when it has none."""
    manifest = folder / MANIFEST
    if not manifest.exists():
        raise WorkspaceError(f"“{folder}”没有封存：里面没有 {MANIFEST}。")
    try:
        data = manifest.read_bytes()
        sealed = read_manifest(data)
        present = {name: digest_of(path) for name, path in _files(folder) if belongs(name)}
    except OSError as error:
        raise WorkspaceError(f"读不了 {error.filename or folder}：{reason(error)}。") from error
    return verified(sealed, present, data)


def verified(sealed: Mapping[str, str], present: Mapping[str, str], manifest: bytes) -> Verified:
    """The comparison, in the order of names."""
    differences = sorted(
        compare(sealed, present), key=lambda difference: (difference.name, difference.what)
    )
    return Verified(tuple(differences), len(sealed), sha256(manifest))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            # A link is never sealed: whatever it leads to counts as not being there.
            continue
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path
