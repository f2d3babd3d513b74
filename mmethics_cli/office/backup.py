"""An office kept in one archive, and brought back from it into a new folder, on either database.

The archive holds the events as they are chained and every file of the folder, each with its
SHA-256 in the manifest. The events alone make the whole register, so the database's own file is
not in it, nor the address of a database, which may hold a password.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.office.archive.disposal import gone_files
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import BACKUPS, SETTINGS, OfficeFolder, open_office
from mmethics_cli.office.packages import kept_papers
from mmethics_cli.office.register.database import FILE as DATABASE
from mmethics_cli.office.register.database import LAST_BACKUP, Register, open_register
from mmethics_cli.office.verifying import faults_of
from mmethics_cli.store.files import make_folder, new_folder, replacing, sha256
from mmethics_cli.store.submission.archive import BROKEN
from mmethics_cli.store.submission.litter import named_like_litter
from mmethics_cli.store.submission.manifest import is_plain_name
from mmethics_cli.store.yaml.editor import Editor
from mmethics_cli.store.yaml.reader import reason

FORMAT: Final = "mmethics/office-backup/1"
_NAME: Final = "伦理办公室备份-"
_MANIFEST: Final = "manifest.json"
_EVENTS: Final = "events.jsonl"
_CATALOGUE: Final = "目录.csv"
_FOLDER: Final = "office/"  # where in the archive the folder's own files lie


class BackupReport(Struct, frozen=True):
    """An archive that was written and read back: where, how many events, which old ones went."""

    path: Path
    events: int
    files: int
    dropped: tuple[str, ...] = ()


# Out.


def back_up(office: OfficeFolder, to: Path | None, keep: int, now: str) -> BackupReport:
    """Write an archive and read it back; in the office's own folder the newest `keep` stay.

    Raises WorkspaceError where the register or the disk does not let it, EthicsError.
    """
    folder = to or office.path / BACKUPS
    path = folder / f"{_NAME}{now.replace('T', '-').replace(':', '')}.zip"
    register = office.register()
    try:
        make_folder(folder)
        with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            _write(office, register, archive, now)
    except OSError as error:
        raise WorkspaceError(f"备份写不了“{path}”：{reason(error)}。") from error
    content = read_backup(path)
    with register.writing() as writing:
        writing.note(LAST_BACKUP, now)
    dropped = _drop_old(folder, keep) if to is None else ()
    return BackupReport(path, content.events, len(content.files), tuple(dropped))


def _write(office: OfficeFolder, register: Register, archive: zipfile.ZipFile, now: str) -> None:
    digests: dict[str, str] = {}

    def add(name: str, data: bytes) -> None:
        archive.writestr(name, data)
        digests[name] = sha256(data)

    lines, papers, last = io.BytesIO(), io.StringIO(), ""
    table = csv.writer(papers)
    table.writerow(("条", "事", "受理件", "文件", "校验值"))
    count = 0
    with register.reading() as reading:
        for event in reading.events():
            lines.write(msgspec.json.encode(event) + b"\n")
            count, last = event.seq, event.hash
            for each in kept_papers([event]):
                table.writerow((each.event, each.kind, each.case, each.place, each.digest))
    add(_EVENTS, lines.getvalue())
    add(_CATALOGUE, papers.getvalue().encode("utf-8-sig"))
    for name in _own_files(office.path):
        data = _settings(office.path) if name == SETTINGS else (office.path / name).read_bytes()
        add(_FOLDER + name, data)
    whole = {"format": FORMAT, "at": now, "events": count, "hash": last, "files": digests}
    archive.writestr(_MANIFEST, json.dumps(whole, ensure_ascii=False, indent=1))


def _own_files(folder: Path) -> Iterator[str]:
    """The files of an office but for its database, its backups and what programs leave about."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        database = name.startswith(DATABASE)
        backup = name.startswith(f"{BACKUPS}/") or path.name.startswith(_NAME)
        if path.is_file() and not (database or backup or named_like_litter(name)):
            yield name


def _settings(folder: Path, database: str = "") -> bytes:
    """office.yaml with another database, the rest as people wrote it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(shutil.copy(folder / SETTINGS, scratch))
        editor = Editor(path)
        editor.set(["database"], database)
        editor.save()
        return path.read_bytes()


def _drop_old(folder: Path, keep: int) -> Iterator[str]:
    for path in sorted(folder.glob(f"{_NAME}*.zip"), reverse=True)[keep:]:
        path.unlink()
        yield path.name


# Back.


class BackupContent(Struct, frozen=True):
    """What an archive says that it holds, proved: how many events, the last one's hash, files."""

    events: int
    hash: str
    files: Mapping[str, str]


def read_backup(path: Path) -> BackupContent:
    """Prove an archive against its manifest.

    Raises EthicsError, naming each file that is damaged, for what is no whole backup.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = _content(archive)
            names = archive.namelist()
            strange = sorted(set(names) - content.files.keys() - {_MANIFEST})
            faults = [f"多出来的文件：{name}" for name in strange]
            for name, digest in content.files.items():
                faults += _fault(archive, name, digest)
            if len(names) != len(set(names)):
                faults.append("有名字重复的文件")
    except (*BROKEN, KeyError) as error:
        raise EthicsError(f"“{path}”不是完好的备份：清单 {_MANIFEST} 或压缩包损坏。") from error
    except OSError as error:
        raise EthicsError(f"读不了“{path}”：{reason(error)}。") from error
    if faults:
        raise EthicsError(f"“{path}”不是备份时的样子：", [Problem(fault) for fault in faults])
    return content


def _content(archive: zipfile.ZipFile) -> BackupContent:
    whole: dict[str, Any] = json.loads(archive.read(_MANIFEST))
    if whole["format"] != FORMAT:
        raise ValueError("another format")
    files = {str(name): str(digest) for name, digest in whole["files"].items()}
    if not all(is_plain_name(name) for name in files) or _FOLDER + SETTINGS not in files:
        raise ValueError("names that lead out of the folder")
    return BackupContent(int(whole["events"]), str(whole["hash"]), files)


def _fault(archive: zipfile.ZipFile, name: str, digest: str) -> Iterator[str]:
    try:
        if sha256(archive.read(name)) != digest:
            yield f"内容变了：{name}"
    except KeyError:
        yield f"缺少：{name}"
    except BROKEN:
        yield f"损坏：{name}"


def restore(path: Path, folder: Path, database: str) -> BackupReport:
    """Bring an office back into a new or empty folder, its register on SQLite or in `database`.

    Everything is proved before it stands there: the chain, the tables against a replay, the files.
    Raises EthicsError, WorkspaceError; the folder is then as it was.
    """
    content = read_backup(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EthicsError(f"“{folder}”不是空文件夹，不能恢复到里面。请写一个新的文件夹。")
    try:
        with new_folder(folder) as stage:
            with zipfile.ZipFile(path) as archive:
                for name in content.files:
                    _unpack(archive, name, stage)
            events = list(_events(archive_lines(path)))
            (stage / SETTINGS).write_bytes(_settings(stage, database))
            gone = gone_files(each for each in events if each.what.kind == "disposed")
            _refuse(faults_of(stage, kept_papers(events), gone))
            _load(open_register(stage, database), events, content)
            if folder.is_dir():
                folder.rmdir()
    except OSError as error:
        raise WorkspaceError(f"恢复不了“{folder}”：{reason(error)}。") from error
    open_office(folder)
    return BackupReport(path, content.events, len(content.files))


def _unpack(archive: zipfile.ZipFile, name: str, stage: Path) -> None:
    if name.startswith(_FOLDER):
        target = stage / name.removeprefix(_FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(name))


def archive_lines(path: Path) -> list[bytes]:
    """The events of an archive, a line of JSON each."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(_EVENTS).splitlines()


def _events(lines: list[bytes]) -> Iterator[Event]:
    try:
        for line in lines:
            yield msgspec.json.decode(line, type=Event)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise EthicsError(f"备份里的 {_EVENTS} 读不了。") from error


def _load(register: Register, events: list[Event], content: BackupContent) -> None:
    register.create()
    with register.writing() as writing:
        writing.load(events)
        faults = list(writing.faults())
        if (writing.last or (0, "")) != (content.events, content.hash):
            faults.append("登记簿的最后一条不是清单里写的那一条")
        # Raised within the transaction: nothing is then written.
        _refuse(faults)


def _refuse(faults: list[str]) -> None:
    if faults:
        raise EthicsError("备份里的办公室不完好，没有恢复：", [Problem(fault) for fault in faults])
