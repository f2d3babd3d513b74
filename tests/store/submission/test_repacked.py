"""A sealed package that was unpacked and packed again still proves itself; a changed one does not.

Each way to pack is the habit of a program that people on Chinese systems use.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import struct
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, WorkspaceError
from mmethics_cli.store.dossier.workspace import Workspace, open_workspace
from mmethics_cli.store.submission.archive import verify_zip, zip_submission
from mmethics_cli.store.submission.manifest import Verified, verify_folder
from mmethics_cli.store.submission.rendered import RenderedFile
from mmethics_cli.store.submission.sealing import make_writable, seal
from tests.depth import deep

DAY: Final = date(2027, 3, 1)
PAPER: Final = b"PK\x03\x04 a paper"
APPLE: Final = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"
FILES: Final = (
    RenderedFile("02-申请表.docx", PAPER),
    RenderedFile("03-がんの説明.docx", b"PK\x03\x04" + bytes(range(256)) * 40),
)

Entry = tuple[bytes, bytes, int]  # name as it stands in the archive, content, flags
Way = Callable[[dict[str, bytes]], Iterator[Entry]]


@pytest.fixture
def sealed(workspace: Workspace) -> Path:
    folder = seal(workspace, FILES, {"tool": "0.2"}, DAY).folder
    make_writable(folder)
    return folder


@pytest.fixture
def members(sealed: Path) -> dict[str, bytes]:
    return {
        path.relative_to(sealed).as_posix(): path.read_bytes()
        for path in sorted(sealed.rglob("*"))
        if path.is_file()
    }


def packed(path: Path, entries: Iterable[Entry]) -> Path:
    """An archive whose names are these bytes, whatever Python would make of them."""
    buffer = io.BytesIO()
    names = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, data, flags) in enumerate(entries):
            place = f"{number:05d}".ljust(len(name), "x")[: len(name)]
            assert len(place) == len(name) >= 5
            names.append((place.encode(), name, flags))
            archive.writestr(place, data)
    whole = bytearray(buffer.getvalue())
    for held, name, flags in names:
        at = -1
        while (at := whole.find(held, at + 1)) >= 0:
            central = whole[at - 46 : at - 42] == b"PK\x01\x02"
            assert central or whole[at - 30 : at - 26] == b"PK\x03\x04"
            whole[at : at + len(name)] = name
            flag = at - 38 if central else at - 24
            whole[flag : flag + 2] = struct.pack("<H", flags)
    path.write_bytes(whole)
    return path


def explorer(members: dict[str, bytes]) -> Iterator[Entry]:
    """Windows' own: GBK names without the flag."""
    for name, data in members.items():
        yield f"01-initial/{name}".encode("gbk"), data, 0


def finder(members: dict[str, bytes]) -> Iterator[Entry]:
    """A Mac: UTF-8 in two characters, the flag missing, a shadow beside each file."""
    for name, data in members.items():
        nfd = unicodedata.normalize("NFD", f"01-initial/{name}")
        yield nfd.encode(), data, 0
        shadow = f"__MACOSX/{nfd.rpartition('/')[0]}/._{nfd.rpartition('/')[2]}"
        yield shadow.encode(), APPLE, 0
    yield b"01-initial/.DS_Store", b"\x00\x00\x00\x01Bud1", 0


def old_dotnet(members: dict[str, bytes]) -> Iterator[Entry]:
    """Backslashes."""
    for name, data in members.items():
        yield f"01-initial\\{name}".replace("/", "\\").encode(), data, 0x800


def deeper(members: dict[str, bytes]) -> Iterator[Entry]:
    """The study's folders packed along, their names in GBK; Windows and Office left things."""
    for name, data in members.items():
        path = f"我的研究/submissions/01-initial/{name}"
        yield path.encode("gb18030"), data, 0
    thumbs = b"\xd0\xcf\x11\xe0 thumbnails"
    yield "我的研究/submissions/01-initial/documents/Thumbs.db".encode("gb18030"), thumbs, 0
    yield b"desktop.ini", b"[.ShellClassInfo]", 0
    lock = "我的研究/submissions/01-initial/documents/~$申请表.docx"
    yield lock.encode("gb18030"), b"\x05user", 0


def higher(members: dict[str, bytes]) -> Iterator[Entry]:
    """The files picked without their folder, in LibreOffice's company."""
    for name, data in members.items():
        yield name.encode(), data, 0x800
    yield "documents/.~lock.02-申请表.docx#".encode(), b"", 0x800


def nas(members: dict[str, bytes]) -> Iterator[Entry]:
    """From a network drive, with its thumbnails."""
    for name, data in members.items():
        yield f"01-initial/{name}".encode(), data, 0x800
    thumbnail = "01-initial/documents/@eaDir/02-申请表.docx/SYNOPHOTO_THUMB_M.jpg"
    yield thumbnail.encode(), b"\xff\xd8\xff", 0x800
    yield b"01-initial/.@__thumb/a.jpg", b"\xff\xd8\xff", 0x800


def after_the_decision(members: dict[str, bytes]) -> Iterator[Entry]:
    """The office packs the folder as it is by then, with entries for the folders."""
    yield b"01-initial/", b"", 0x800
    yield b"01-initial/documents/", b"", 0x800
    for name, data in members.items():
        yield f"01-initial/{name}".encode(), data, 0x800
    yield b"01-initial/decision.yaml", b"decision: approve\n", 0x800
    yield "01-initial/committee/批件.docx".encode(), PAPER, 0x800


WAYS: Final = (explorer, finder, old_dotnet, deeper, higher, nas, after_the_decision)
# What of it is no part of the seal.
BESIDE: Final[dict[Way, int]] = {finder: 7, deeper: 3, higher: 1, nas: 2, after_the_decision: 2}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_packed_again_it_proves_itself_and_names_the_one_file_that_changed(
    members: dict[str, bytes],
    tmp_path: Path,
    way: Way,
) -> None:
    whole = packed(tmp_path / "whole.zip", way(members))
    found = verify_zip(whole)
    assert found.differences == ()
    assert len(found.ignored) == BESIDE.get(way, 0)
    for name in [name for name in members if name != "manifest.json"]:
        flipped = bytes([members[name][0] ^ 1]) + members[name][1:]
        changed = packed(tmp_path / "changed.zip", way({**members, name: flipped}))
        assert [str(one) for one in verify_zip(changed).differences] == [f"内容变了：{name}"]
        less = packed(tmp_path / "less.zip", way({k: v for k, v in members.items() if k != name}))
        assert [str(one) for one in verify_zip(less).differences] == [f"缺少：{name}"]
    more = packed(tmp_path / "more.zip", way({**members, "documents/新.docx": PAPER}))
    assert [str(one) for one in verify_zip(more).differences] == ["多出来的文件：documents/新.docx"]


def test_a_folder_is_read_as_leniently_as_an_archive(sealed: Path, tmp_path: Path) -> None:
    around = tmp_path / "解开" / "我的研究"
    around.mkdir(parents=True)
    copy = Path(shutil.copytree(sealed, around / "01-initial"))
    paper = copy / "documents" / "03-がんの説明.docx"
    paper.rename(paper.with_name(unicodedata.normalize("NFD", paper.name)))
    (copy / "documents" / "@eaDir").mkdir()
    (copy / "documents" / "@eaDir" / "a.jpg").write_bytes(b"\xff\xd8")
    (copy / ".directory").write_bytes(b"[Desktop Entry]")
    (copy / ".mmethics-ab12cd_4.tmp").write_bytes(PAPER)  # a write that was killed
    (tmp_path / "解开" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    found = verify_folder(tmp_path / "解开")
    assert found.differences == ()
    assert set(found.ignored) == {
        ".directory", ".mmethics-ab12cd_4.tmp", "documents/@eaDir/a.jpg"
    }  # fmt: skip


def test_what_pretends_is_told(sealed: Path) -> None:
    documents = sealed / "documents"
    for name in ("._x.docx", "~$x.docx", ".~lock.x.docx#"):
        (documents / name).write_bytes(PAPER)
    (documents / "link.docx").symlink_to(documents / FILES[0].name)
    (documents / "linked").symlink_to(sealed)
    os.mkfifo(documents / "pipe.docx")
    (sealed / "committee").write_bytes(PAPER)
    assert {str(one) for one in verify_folder(sealed).differences} == {
        "多出来的文件：committee",
        "多出来的文件：documents/._x.docx",
        "多出来的文件：documents/~$x.docx",
        "多出来的文件：documents/.~lock.x.docx#",
        "不是文件（链接、管道或设备）：documents/link.docx",
        "不是文件（链接、管道或设备）：documents/linked",
        "不是文件（链接、管道或设备）：documents/pipe.docx",
    }


def test_what_is_no_archive_is_refused_at_once(tmp_path: Path, sealed: Path) -> None:
    os.mkfifo(tmp_path / "pipe.zip")
    for path in (tmp_path / "pipe.zip", Path("/dev/zero")):
        with pytest.raises(WorkspaceError, match="管道或设备"):
            verify_zip(path)
    manifest = sealed / "manifest.json"
    manifest.unlink()
    os.mkfifo(manifest)
    with pytest.raises(WorkspaceError, match="不是普通的文件"):
        verify_folder(sealed)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        (
            (b"01-initial/DOCUMENTS/02-\xe7\x94\xb3\xe8\xaf\xb7\xe8\xa1\xa8.DOCX", PAPER, 0x800),
            "两次",
        ),
        ((b"01-initial/manifest.json", b"{}xxx", 0x800), "两次|2 份清单"),
        ((b"02-amendment/manifest.json", b"{}xxx", 0x800), "2 份清单"),
        ((b"..\\evil", b"x", 0x800), "指向外面"),
        ((b"01-initial\\..\\..\\evil", b"x", 0x800), "指向外面"),
    ],
)
def test_archives_made_to_do_harm(
    members: dict[str, bytes], tmp_path: Path, more: Entry, word: str
) -> None:
    entries = [*nas(members), more]
    with pytest.raises(WorkspaceError, match=word):
        verify_zip(packed(tmp_path / "harm.zip", entries))


def test_an_attachment_that_compresses_well_is_sealed_and_verifies(
    workspace: Workspace, standard: Standard, tmp_path: Path
) -> None:
    with (workspace.folder / "attachments" / "方案.pdf").open("r+b") as file:
        file.truncate(60_000_000)
    done = seal(open_workspace(workspace.folder, standard), FILES, {}, DAY)
    zip_submission(done.folder, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").stat().st_size < 1_000_000
    assert verify_zip(tmp_path / "a.zip").differences == ()


def test_an_archive_takes_no_memory_for_its_attachments(
    workspace: Workspace, standard: Standard, tmp_path: Path
) -> None:
    import tracemalloc

    with (workspace.folder / "attachments" / "方案.pdf").open("r+b") as file:
        file.truncate(40_000_000)
    done = seal(open_workspace(workspace.folder, standard), FILES, {}, DAY)
    tracemalloc.start()
    try:
        zip_submission(done.folder, tmp_path / "a.zip")
        verify_zip(tmp_path / "a.zip")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10_000_000


def test_a_manifest_of_before_gives_no_sizes(members: dict[str, bytes], tmp_path: Path) -> None:
    import json

    manifest = json.loads(members["manifest.json"])
    assert manifest.pop("sizes").keys() == manifest["files"].keys()
    members["manifest.json"] = json.dumps(manifest, ensure_ascii=False).encode()
    assert verify_zip(packed(tmp_path / "old.zip", nas(members))).differences == ()


@pytest.mark.skipif(not shutil.which("7z") and not shutil.which("zip"), reason="no zip program")
def test_real_programs(sealed: Path, tmp_path: Path) -> None:
    if shutil.which("zip"):
        command = ["zip", "-qr", str(tmp_path / "a.zip"), sealed.name]
    else:
        command = ["7z", "a", "-tzip", str(tmp_path / "a.zip"), sealed.name]
    subprocess.run(command, cwd=sealed.parent, check=True, capture_output=True)
    assert verify_zip(tmp_path / "a.zip").differences == ()


def told(verify: Callable[[Path], Verified], path: Path) -> Verified | None:
    """What verifying says; None where it refuses in Chinese. Anything else is a fault."""
    try:
        return verify(path)
    except EthicsError:
        return None


def test_byte_flips_never_pass_wrong_content_nor_break_the_program(
    sealed: Path, tmp_path: Path, members: dict[str, bytes]
) -> None:
    whole = tmp_path / "whole.zip"
    zip_submission(sealed, whole)
    data, flipped = whole.read_bytes(), tmp_path / "flipped.zip"
    chance = random.Random(20261130)
    for _ in range(deep(300, 7_000)):
        at, bit = chance.randrange(len(data)), 1 << chance.randrange(8)
        flipped.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
        found = told(verify_zip, flipped)
        if found is not None and not found.differences:
            assert content_of(flipped) == members, at
    for _ in range(deep(100, 3_000)):
        name = chance.choice(list(members))
        held, path = members[name], sealed / name
        at, bit = chance.randrange(len(held)), 1 << chance.randrange(8)
        path.write_bytes(held[:at] + bytes([held[at] ^ bit]) + held[at + 1 :])
        found = told(verify_folder, sealed)
        path.write_bytes(held)
        if name == "manifest.json":
            assert (
                found is None or found.differences or found.digest != verify_folder(sealed).digest
            )
        else:
            assert found is not None
            assert [str(one) for one in found.differences] == [f"内容变了：{name}"]


def content_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename.partition("/")[2]: archive.read(info) for info in archive.infolist()}
