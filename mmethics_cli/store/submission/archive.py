"""A sealed submission as one ZIP file: written the same each time, proved without unpacking."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Final

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import write_atomic
from mmethics_cli.store.submission.manifest import (
    Verified,
    is_plain_name,
    read_manifest,
    verified,
)
from mmethics_cli.store.submission.submissions import MANIFEST
from mmethics_cli.store.yaml.reader import reason

MAX_TOTAL_BYTES: Final = 4 * 1024**3
MAX_MEMBERS: Final = 10_000
_MAX_RATIO: Final = 500
_RATIO_FROM_BYTES: Final = 50_000_000
_MANIFEST_BYTES: Final = 16_000_000
_CHUNK: Final = 1 << 20
# What the library raises of bytes that are no archive; it checks few of them itself.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
)
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
            files = {n: _digest(archive, info) for n, info in inner.items() if n != MANIFEST}
            return verified(read_manifest(data), files, data)
    except _BROKEN as error:
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
