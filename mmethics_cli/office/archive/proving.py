"""Is what the archive keeps still what was filed; what is gone because a list said so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from mmethics_cli.office.archive.disposal import LISTS
from mmethics_cli.office.events import Event
from mmethics_cli.office.folder import ARCHIVE
from mmethics_cli.office.register.database import Reading
from mmethics_cli.store.files import sha256
from mmethics_cli.store.paths import legal_name
from mmethics_cli.store.submission.litter import named_like_litter

_FILING = ("filed", "paper_filed", "volume_closed")


class ArchivedFiles(Struct, frozen=True):
    """The digests of the archive's files by name; what is said of each volume destroyed.

    `gone` are the files of those volumes.
    """

    files: Mapping[str, str]
    disposed: Mapping[str, str]
    gone: frozenset[str]

    @classmethod
    def of(cls, register: Reading) -> ArchivedFiles:
        """As the register tells."""
        disposed = {e.what.data["volume"]: disposed_text(e) for e in register.of_kind("disposed")}
        files: dict[str, str] = {}
        gone = set()
        for name, file, digest in _filed(register):
            files[file] = digest
            if name in disposed:
                gone.add(file)
        for event in register.of_kind("appraised"):
            data = event.what.data
            files[f"{LISTS}/{legal_name(data['list'])}.xlsx"] = data["digest"]
        for event in register.of_kind("disposed"):
            if "approval_digest" in event.what.data:
                files[event.what.data["approval"]] = event.what.data["approval_digest"]
        return cls(files, disposed, frozenset(gone))

    def faults(self, office: Path) -> Iterator[str]:
        """What is wrong with the archive's files, in Chinese."""
        for name, digest in self.files.items():
            path = office / name
            if name in self.gone:
                if path.is_file():
                    yield f"已登记销毁的文件还在：{name}。再运行一次同样的销毁命令"
            elif not path.is_file():
                yield f"缺少档案里的文件：{name}"
            elif sha256(path.read_bytes()) != digest:
                yield f"档案里的文件被改动：{name}"
        for path in sorted((office / ARCHIVE).rglob("*")):
            name = path.relative_to(office).as_posix()
            if path.is_file() and name not in self.files and not named_like_litter(name):
                yield f"没有登记的文件：{name}。是归档中断留下的，再归一次，或移走它"


def _filed(register: Reading) -> Iterator[tuple[str, str, str]]:
    """Volume, file and digest of each line of the catalogue that has a file in the archive."""
    for kind in _FILING:
        for event in register.of_kind(kind):
            volume = str(event.what.data.get("volume") or event.what.study)
            rows: Iterable[Mapping[str, str]] = event.what.data.get("papers") or ()
            for row in rows:
                if str(row.get("file", "")).startswith(f"{ARCHIVE}/"):
                    yield volume, row["file"], row["digest"]


def disposed_text(event: Event) -> str:
    """Which volume was destroyed, by which event and list."""
    data = event.what.data
    return (
        f"已销毁：案卷 {data['volume']}（第 {event.seq} 条，清册 {data['list']}，"
        f"校验值 {data['digest'][:16]}）"
    )
