"""What a sealed submission holds: names and digests, and what differs from them today."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import sha256, write_atomic
from mmethics_cli.store.submission.submissions import DECISION, MANIFEST
from mmethics_cli.store.yaml.reader import reason

FORMAT: Final = "mmethics/manifest/1"
COMMITTEE: Final = "committee"
# Where drafts lie while a submission is being sealed; an interrupted run may leave them.
OLD_DRAFTS: Final = ".documents-before-sealing"
_LITTER: Final = re.compile(r"~\$.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._.*", re.IGNORECASE)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

What = Literal["missing", "changed", "extra"]
WORDS: Final[Mapping[What, str]] = {
    "missing": "缺少",
    "changed": "内容变了",
    "extra": "多出来的文件",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as it was sealed."""

    what: What
    name: str

    def __str__(self) -> str:
        return f"{WORDS[self.what]}：{self.name}"


@dataclass(frozen=True, slots=True)
class Verified:
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
        found = json.loads(data)
    except ValueError as error:
        raise WorkspaceError(f"{MANIFEST} 已损坏，不是完整的 JSON。") from error
    files = found.get("files") if isinstance(found, dict) else None
    if not isinstance(files, dict) or found.get("format") != FORMAT or not files:
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


def compare(sealed: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Difference]:
    """The differences between what was sealed and what is there."""
    for name, digest in sealed.items():
        if name not in found:
            yield Difference("missing", name)
        elif found[name] != digest:
            yield Difference("changed", name)
    for name in found.keys() - sealed.keys():
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
        found = {name: digest_of(path) for name, path in _files(folder) if belongs(name)}
    except OSError as error:
        raise WorkspaceError(f"读不了 {error.filename or folder}：{reason(error)}。") from error
    return verified(sealed, found, data)


def verified(sealed: Mapping[str, str], found: Mapping[str, str], manifest: bytes) -> Verified:
    """The comparison, in the order of names."""
    differences = sorted(compare(sealed, found), key=lambda one: (one.name, one.what))
    return Verified(tuple(differences), len(sealed), sha256(manifest))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            # A link is never sealed: whatever it leads to counts as not being there.
            continue
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


MAX_TOTAL_BYTES: Final = 4 * 1024**3
MAX_MEMBERS: Final = 10_000
_MAX_RATIO: Final = 500
_RATIO_FROM_BYTES: Final = 50_000_000
_MANIFEST_BYTES: Final = 16_000_000
_CHUNK: Final = 1 << 20
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def zip_submission(folder: Path, target: Path) -> None:
    """Write the sealed files of `folder` and its manifest to `target`, under the folder's name.

    The same sealed files give the same bytes. Raises WorkspaceError.
    """
    sealed = read_manifest((folder / MANIFEST).read_bytes())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted([*sealed, MANIFEST]):
            info = zipfile.ZipInfo(f"{folder.name}/{name}", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, (folder / name).read_bytes())
    write_atomic(target, buffer.getvalue())


def verify_zip(path: Path) -> Verified:
    """Compare an archive with the manifest in it; nothing is unpacked.

    Raises WorkspaceError when it is no such archive, or one made to do harm.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            top = _top(members)
            manifest = members[f"{top}{MANIFEST}"]
            if manifest.file_size > _MANIFEST_BYTES:
                raise WorkspaceError(f"{MANIFEST} 大得不合常理，没有继续读。")
            data = archive.read(manifest)
            # What lies beside the folder is no part of it, whatever it is called.
            inner = {
                name[len(top) :] if name.startswith(top) else f"../{name}": info
                for name, info in members.items()
            }
            found = {n: _digest(archive, info) for n, info in inner.items() if n != MANIFEST}
            return verified(read_manifest(data), found, data)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
        raise WorkspaceError(f"“{path}”不是完好的 ZIP 文件。") from error
    except OSError as error:
        raise WorkspaceError(f"读不了“{path}”：{reason(error)}。") from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise WorkspaceError("压缩包展开后大得不合常理，没有继续读。")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if not is_plain_name(name) or info.orig_filename != name:
            raise WorkspaceError(f"压缩包里有指向外面的路径“{name}”，没有继续读。")
        if name in members:
            raise WorkspaceError(f"压缩包里“{name}”出现了两次，没有继续读。")
        if stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 1:
            raise WorkspaceError(f"压缩包里的“{name}”是链接或加了密，没有继续读。")
        ratio = info.file_size / max(info.compress_size, 1)
        if info.file_size > _RATIO_FROM_BYTES and ratio > _MAX_RATIO:
            raise WorkspaceError(f"压缩包里的“{name}”展开后大得不合常理，没有继续读。")
        members[name] = info
    return members


def _top(members: dict[str, zipfile.ZipInfo]) -> str:
    """Where the manifest lies: at the root, or in the one folder that was packed."""
    for name in members:
        folder, _, rest = name.rpartition("/")
        if rest == MANIFEST and "/" not in folder:
            return f"{folder}/" if folder else ""
    raise WorkspaceError(f"压缩包里没有 {MANIFEST}，不是封存的送审。")


def _digest(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    total = hashlib.sha256()
    read = 0
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            read += len(chunk)
            if read > info.file_size:
                raise WorkspaceError(f"压缩包里的“{info.filename}”比它说的大，没有继续读。")
            total.update(chunk)
    return total.hexdigest()
