"""What a sealed submission holds: names and digests, and what differs from them today."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final, Literal, NamedTuple

from msgspec import Struct

from mmethics_cli.errors import WorkspaceError
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import is_link
from mmethics_cli.store.submission.litter import HEAD, is_litter, named_like_litter
from mmethics_cli.store.submission.submissions import COMMITTEE, DECISION, MANIFEST, OLD_DRAFTS
from mmethics_cli.store.yaml.reader import reason

FORMAT: Final = "mmethics/manifest/1"
MAX_MANIFEST_BYTES: Final = 16_000_000
# The most that is sealed, so that what claims more is known to be made to do harm.
MAX_FILES: Final = 10_000
MAX_TOTAL_BYTES: Final = 16 * 1024**3
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_DEEPEST: Final = 5  # folders around a sealed one that was packed with those above it

What = Literal["missing", "changed", "extra", "special"]
WORDS: Final[Mapping[What, str]] = {
    "missing": "缺少",
    "changed": "内容变了",
    "extra": "多出来的文件",
    "special": "不是文件（链接、管道或设备）",
}


class FileTally(NamedTuple):
    """How many files, how many bytes in all, and one SHA-256 over their names and digests."""

    files: int
    bytes: int
    sha256: str


class Manifest(Struct, frozen=True):
    """SHA-256 of each sealed file by name, and its bytes; older manifests give no sizes.

    `telling` are the files on which stands what is sealed beside them; `untold` are those on which
    it should stand, and does not, for a person edited them.
    """

    digests: Mapping[str, str]
    sizes: Mapping[str, int]
    telling: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def told(self) -> FileTally | None:
        """What is printed on the files that tell; None where none does."""
        beside = {name: digest for name, digest in self.digests.items() if name not in self.telling}
        if not self.telling or not self.sizes:
            return None
        size = sum(self.sizes.get(name, 0) for name in beside)
        return FileTally(len(beside), size, digest_over(beside))


class FoundFile(Struct, frozen=True):
    """What lies under a name today; `plain` is False for a link, a pipe or a device.

    `head` reads its first bytes, `digest` all of it: empty when it is damaged.
    """

    name: str
    size: int
    head: Callable[[], bytes]
    digest: Callable[[], str]
    plain: bool = True


class Difference(Struct, frozen=True):
    """One file that is not as it was sealed."""

    what: What
    name: str

    def __str__(self) -> str:
        return f"{WORDS[self.what]}：{self.name}"


class Verified(Struct, frozen=True):
    """What verifying found: differences by name, the manifest and its own digest.

    `ignored` names what lies beside what is sealed and is no part of it.
    """

    differences: tuple[Difference, ...]
    manifest: Manifest
    digest: str
    ignored: tuple[str, ...] = ()

    @property
    def files(self) -> int:
        """How many files are sealed."""
        return len(self.manifest.digests)


def manifest_bytes(content: Mapping[str, Any]) -> bytes:
    """The text of manifest.json; the same content gives the same bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def read_manifest(data: bytes) -> Manifest:
    """What a manifest says of its files; raises WorkspaceError when that is not what it says."""
    try:
        content = json.loads(data, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise WorkspaceError(f"{MANIFEST} 已损坏，不是完整的 JSON。") from error
    files = content.get("files") if isinstance(content, dict) else None
    if not isinstance(files, dict) or content.get("format") != FORMAT or not files:
        raise WorkspaceError(f"{MANIFEST} 不是 mmethics 的送审清单。")
    sizes = content.get("sizes", {})
    if not isinstance(sizes, dict):
        raise WorkspaceError(f"{MANIFEST} 里的 sizes 不合规。")
    for name, digest in files.items():
        size = sizes.get(name, 0)
        if (
            not is_plain_name(name)
            or not _SHA256.fullmatch(str(digest))
            or type(size) is not int
            or size < 0
        ):
            raise WorkspaceError(f"{MANIFEST} 里有不合规的一项“{name}”。")
    return Manifest(
        files, sizes, _named(content, "telling", files), _named(content, "untold", files)
    )


def _named(content: Mapping[str, Any], key: str, files: Mapping[str, str]) -> tuple[str, ...]:
    """The sealed files that stand under a key of a manifest."""
    names = content.get(key, [])
    if not isinstance(names, list) or not all(isinstance(n, str) and n in files for n in names):
        raise WorkspaceError(f"{MANIFEST} 里的 {key} 不合规。")
    return tuple(names)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def is_plain_name(name: str) -> bool:
    """Whether a name stays inside its folder, on every system."""
    path = PurePosixPath(name)
    parts = name.split("/")
    bad = "\\" in name or "\0" in name or re.match("[A-Za-z]:", name)
    return not (bad or path.is_absolute() or not name or {"", ".", ".."} & set(parts))


def one_form(name: str) -> str:
    """A name as it is compared: a Mac writes é and か゛ as two characters."""
    return unicodedata.normalize("NFC", name)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_over(files: Mapping[str, str]) -> str:
    """One SHA-256 over files by their digests: what `sha256sum` prints of them, by their names."""
    lines = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return sha256(lines.encode("utf-8"))


def verify_folder(folder: Path) -> Verified:
    """Compare a sealed folder with its manifest; raises WorkspaceError when it has none.

    The folder may be one that holds nothing but the sealed one.
    """
    sealed = _sealed_folder(folder)
    manifest = sealed / MANIFEST
    try:
        status = manifest.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_MANIFEST_BYTES:
            raise WorkspaceError(f"{manifest} 不是普通的文件，没有读。")
        return verified(manifest.read_bytes(), _files(sealed))
    except OSError as error:
        raise WorkspaceError(f"读不了 {error.filename or folder}：{reason(error)}。") from error


def verified(manifest: bytes, files: Iterable[FoundFile]) -> Verified:
    """The comparison of a manifest with what lies beside it, in the order of names."""
    sealed = read_manifest(manifest)
    wanted = {one_form(name): name for name in sealed.digests}
    present: set[str] = set()
    differences, ignored = [], set()
    for file in files:
        name = wanted.get(one_form(file.name))
        if name is not None and name not in present and file.plain:
            present.add(name)
            if not _is_as_sealed(file, name, sealed):
                differences.append(Difference("changed", name))
        elif name is not None and not file.plain:
            continue  # a link is never sealed: whatever it leads to, the file is missing
        elif beside := _beside_the_seal(file):
            ignored.add(beside)
        elif file.name != MANIFEST:
            differences.append(Difference("extra" if file.plain else "special", file.name))
    differences += [Difference("missing", name) for name in sealed.digests.keys() - present]
    differences.sort(key=lambda difference: (difference.name, difference.what))
    digest = sha256(manifest)
    return Verified(tuple(differences), sealed, digest, tuple(sorted(ignored)))


def _is_as_sealed(file: FoundFile, name: str, sealed: Manifest) -> bool:
    # A size that is another one is no file to read: it may be made to take for ever.
    return sealed.sizes.get(name, file.size) == file.size and file.digest() == sealed.digests[name]


def _beside_the_seal(file: FoundFile) -> str:
    """What it is called where it is no part of what is sealed, though it may lie there.

    That are the committee's decision and papers, drafts that an interrupted `submit` left, and
    litter. Empty for anything else.
    """
    top, _, below = file.name.partition("/")
    if below and top in (COMMITTEE, OLD_DRAFTS):
        return f"{top}/"
    if not file.plain:
        return ""
    litter = named_like_litter(file.name) and is_litter(file.name, file.head())
    return file.name if litter or file.name == DECISION else ""


def _sealed_folder(folder: Path) -> Path:
    place = folder
    for _ in range(_DEEPEST):
        try:
            if os.path.lexists(place / MANIFEST):
                return place
            entries = [entry for entry in os.scandir(place) if not named_like_litter(entry.name)]
        except OSError as error:
            raise WorkspaceError(f"读不了 {place}：{reason(error)}。") from error
        if len(entries) != 1 or not entries[0].is_dir(follow_symlinks=False):
            break
        place = Path(entries[0].path)
    raise WorkspaceError(f"“{folder}”没有封存：里面没有 {MANIFEST}。")


def _files(folder: Path) -> Iterator[FoundFile]:
    """All that lies below a folder but folders; links are not followed."""
    left = [folder]
    while left:
        for entry in sorted(os.scandir(left.pop()), key=lambda entry: entry.name):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False) and not is_link(path):
                left.append(path)
                continue
            yield FoundFile(
                path.relative_to(folder).as_posix(),
                entry.stat(follow_symlinks=False).st_size,
                _head_of(path),
                _digester(path),
                entry.is_file(follow_symlinks=False),
            )


def _head_of(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(HEAD)

    return read


def _digester(path: Path) -> Callable[[], str]:
    return lambda: digest_of(path)
