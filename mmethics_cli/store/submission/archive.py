"""A sealed submission as one ZIP file: written the same each time, proved without unpacking.

An archive is read as other programs pack again what they unpacked: names in another encoding or
with backslashes, folders above, and what systems leave about.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, TypeVar

from msgspec import Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import replacing
from mmethics_cli.store.submission.litter import HEAD
from mmethics_cli.store.submission.manifest import (
    MAX_FILES,
    MAX_MANIFEST_BYTES,
    MAX_TOTAL_BYTES,
    FoundFile,
    Verified,
    is_plain_name,
    one_form,
    read_manifest,
    verified,
    verify_folder,
)
from mmethics_cli.store.submission.submissions import MANIFEST
from mmethics_cli.store.yaml.reader import reason
from mmethics_cli.wording.shell import shell_word

# A Mac packs beside each file another with what only a Mac knows of it.
MAX_MEMBERS: Final = 4 * MAX_FILES
_MAX_RATIO: Final = 500  # of what no manifest vouches for
_RATIO_FROM_BYTES: Final = 50_000_000
_CHUNK: Final = 1 << 20
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 1
# Names without the flag: as programs on Chinese systems, Macs and old ones write them.
_ENCODINGS: Final = ("utf-8", "gb18030", "cp437")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
# What reading a damaged archive raises; the libraries promise no more.
BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


T = TypeVar("T")


class _Entry(Struct):
    """A file in an archive, under the names that its bytes may spell."""

    info: zipfile.ZipInfo
    names: tuple[str, ...]

    def within(self, tops: Sequence[str], wanted: set[str]) -> str:
        """Its name from the folder of the manifest, `tops` being that folder's; one sealed first.

        What lies beside that folder is no part of it, whatever it is called.
        """
        inner = [
            name[len(top) :] if name.startswith(top) else f"../{name}"
            for name in self.names
            for top in tops
        ]
        return next((name for name in inner if one_form(name) in wanted), inner[0])


def zip_submission(folder: Path, target: Path) -> None:
    """Write the sealed files of `folder` and its manifest to `target`, under the folder's name.

    The same sealed files give the same bytes. Raises WorkspaceError, also where they are not as
    they were sealed; `target` is then as it was.
    """
    differences = verify_folder(folder).differences
    if differences:
        raise WorkspaceError(
            f"{folder.name} 与封存时不一致（{len(differences)} 处），没有压缩。"
            f"先看是哪里：mmethics verify {shell_word(folder)}"
        )
    data = (folder / MANIFEST).read_bytes()
    digests = read_manifest(data).digests
    with replacing(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted([*digests, MANIFEST]):
            source = folder / name
            info = _entry(f"{folder.name}/{name}")
            info.file_size = source.stat().st_size
            with source.open("rb") as whole, archive.open(info, "w") as member:
                shutil.copyfileobj(whole, member, _CHUNK)


def verify_zip(path: Path) -> Verified:
    """Compare an archive with the manifest in it; nothing is unpacked.

    Raises WorkspaceError when it is no such archive, or one made to do harm.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise WorkspaceError(f"“{path}”不是文件（是管道或设备），没有读。")
        with zipfile.ZipFile(path) as archive:
            return _verified(archive)
    except BROKEN as error:
        raise WorkspaceError(f"“{path}”不是完好的 ZIP 文件。") from error
    except OSError as error:
        raise WorkspaceError(f"读不了“{path}”：{reason(error)}。") from error


def holds_submission(path: Path) -> bool:
    """Whether a file is an archive with a manifest in it, whatever became of the rest."""
    try:
        with zipfile.ZipFile(path) as archive:
            _manifest(_members(archive))
    except (*BROKEN, OSError, WorkspaceError):
        return False
    return True


def sealed_files(path: Path, *names: str) -> dict[str, bytes]:
    """Files of an archive that was proved, by the names under which they were sealed."""
    with zipfile.ZipFile(path) as archive:
        members = _members(archive)
        tops = [name.removesuffix(MANIFEST) for name in _manifest(members).names]
        inner = {member.within(tops, set(names)): member.info for member in members}
        return {name: archive.read(inner[name]) for name in names}


def lay_out(path: Path, folder: Path, *wanted: str) -> Path:
    """Write files of an archive that was proved into the folder of its submission, and return that.

    `folder` is where the submission's own goes, called as the manifest says; `wanted` are names of
    files and folders that were sealed.
    """
    manifest = sealed_files(path, MANIFEST)[MANIFEST]
    names = [
        name
        for name in read_manifest(manifest).digests
        if name in wanted or name.partition("/")[0] in wanted
    ]
    target = folder / _sealed_name(manifest)
    for name, data in {MANIFEST: manifest, **sealed_files(path, *names)}.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    return target


def _sealed_name(manifest: bytes) -> str:
    """What a submission was sealed as; raises WorkspaceError where that is no plain name."""
    try:
        name = str(json.loads(manifest)["submission"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise WorkspaceError(f"{MANIFEST} 已损坏，没有写是哪一次送审。") from error
    if not is_plain_name(name) or "/" in name:
        raise WorkspaceError(f"{MANIFEST} 里的送审名“{name}”不能用。")
    return name


def fenced_files(path: Path, most: int) -> dict[str, bytes]:
    """All files of an archive for which no manifest vouches, by name; `most` bytes in all.

    Raises WorkspaceError for one that can't be read, or is made to do harm.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            if sum(member.info.file_size for member in members) > most:
                raise WorkspaceError("压缩包展开后大得不合常理，没有继续读。")
            files: dict[str, bytes] = {}
            for member in members:
                name = member.names[0]
                _refuse_harm(member.info, name, vouched=False)
                if name in files:
                    raise WorkspaceError(f"压缩包里“{name}”出现了两次，没有继续读。")
                files[name] = archive.read(member.info)
            return files
    except BROKEN as error:
        raise WorkspaceError(f"“{path}”不是完好的 ZIP 文件。") from error
    except OSError as error:
        raise WorkspaceError(f"读不了“{path}”：{reason(error)}。") from error


def plain_archive(files: Mapping[str, bytes]) -> bytes:
    """Files as one archive; the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(_entry(name), files[name])
    return whole.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def _verified(archive: zipfile.ZipFile) -> Verified:
    members = _members(archive)
    manifest = _manifest(members)
    tops = [name.removesuffix(MANIFEST) for name in manifest.names]
    if manifest.info.file_size > MAX_MANIFEST_BYTES:
        raise WorkspaceError(f"{MANIFEST} 大得不合常理，没有继续读。")
    data = _unless_damaged(lambda: archive.read(manifest.info), b"")
    wanted = {one_form(name) for name in read_manifest(data).digests}
    files: dict[str, FoundFile] = {}
    for member in members:
        if member is manifest:
            continue
        name = member.within(tops, wanted)
        _refuse_harm(member.info, name, vouched=one_form(name) in wanted)
        twin = one_form(name).casefold()
        if twin in files:
            raise WorkspaceError(f"压缩包里“{name}”出现了两次，没有继续读。")
        files[twin] = FoundFile(
            name,
            member.info.file_size,
            _head_of(archive, member.info),
            _digester(archive, member.info),
        )
    return verified(data, files.values())


def _members(archive: zipfile.ZipFile) -> list[_Entry]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise WorkspaceError("压缩包展开后大得不合常理，没有继续读。")
    members = [_Entry(info, tuple(_names(info))) for info in infos]
    files = [member for member in members if not member.names[0].endswith("/")]
    for member in files:
        _refuse_outside(member.names[0])
    return files


def _names(info: zipfile.ZipInfo) -> Iterator[str]:
    """The names that a member may have, the likeliest first."""
    written = info.orig_filename
    if info.flag_bits & _UTF8_FLAG:
        yield written.replace("\\", "/")
        return
    raw = written.encode("cp437")
    for encoding in _ENCODINGS:
        try:
            yield raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue


def _manifest(members: Sequence[_Entry]) -> _Entry:
    """The manifest that lies highest; raises WorkspaceError where that is none, or not one."""
    found = [
        (member.names[0].count("/"), member)
        for member in members
        if member.names[0].rpartition("/")[2] == MANIFEST
    ]
    highest = min((depth for depth, _ in found), default=0)
    manifests = [member for depth, member in found if depth == highest]
    if not manifests:
        raise WorkspaceError(f"压缩包里没有 {MANIFEST}，不是封存的送审。")
    if len(manifests) > 1:
        names = "、".join(member.names[0] for member in manifests)
        raise WorkspaceError(f"压缩包里有 {len(manifests)} 份清单（{names}），应只有一次送审。")
    _refuse_harm(manifests[0].info, manifests[0].names[0], vouched=True)
    return manifests[0]


def _refuse_harm(info: zipfile.ZipInfo, name: str, *, vouched: bool) -> None:
    """Raises WorkspaceError for a member made to do harm; `vouched` if a manifest names it."""
    _refuse_outside(name.removeprefix("../"))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or info.flag_bits & _ENCRYPTED_FLAG:
        raise WorkspaceError(f"压缩包里的“{name}”是链接、管道或加了密，没有继续读。")
    if info.compress_type not in _METHODS:
        raise WorkspaceError(
            f"压缩包里的“{name}”用了这里读不了的压缩方式。请解开，用系统自带的压缩重新打包。"
        )
    ratio = info.file_size / max(info.compress_size, 1)
    if not vouched and info.file_size > _RATIO_FROM_BYTES and ratio > _MAX_RATIO:
        raise WorkspaceError(f"压缩包里的“{name}”展开后大得不合常理，没有继续读。")


def _refuse_outside(name: str) -> None:
    if not is_plain_name(name):
        raise WorkspaceError(f"压缩包里有指向外面的路径“{name}”，没有继续读。")


def _head_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        with archive.open(info) as member:
            return member.read(HEAD)

    return lambda: _unless_damaged(read, b"PK\x03\x04")  # what can't be read is no litter


def _digester(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], str]:
    def digest() -> str:
        with archive.open(info) as member:
            return _digest(member, info)

    return lambda: _unless_damaged(digest, "")


def _unless_damaged(read: Callable[[], T], damaged: T) -> T:
    try:
        return read()
    except BROKEN:
        return damaged
    except OSError as error:
        if error.errno is None:  # bzip2 says so that its data is damaged
            return damaged
        raise


def _digest(member: IO[bytes], info: zipfile.ZipInfo) -> str:
    total = hashlib.sha256()
    read = 0
    while chunk := member.read(_CHUNK):
        read += len(chunk)
        if read > info.file_size:
            raise ValueError("more than the archive says")
        total.update(chunk)
    return total.hexdigest()
