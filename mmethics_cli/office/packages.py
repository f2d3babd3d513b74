"""The sealed packages that an office received: kept as they came, proved by their manifests."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.office.events import Happening
from mmethics_cli.office.folder import CASES, RETURNED
from mmethics_cli.office.quality.histories import Record
from mmethics_cli.office.study_facts import StudyFact, kept_facts
from mmethics_cli.store.submission.archive import (
    holds_submission,
    sealed_files,
    verify_zip,
    zip_submission,
)
from mmethics_cli.store.submission.litter import named_like_litter
from mmethics_cli.store.submission.manifest import Verified, digest_of, verify_folder
from mmethics_cli.store.submission.submissions import MANIFEST, SNAPSHOT

BRINGS_PACKAGE: Final = ("submission_received", "supplement_received")


class SealedPackage(Struct, frozen=True):
    """A sealed submission that was handed in whole.

    `name` is what it was sealed as (01-initial), `kind` its event, `facts` what the register keeps
    of it, `data` the archive as it is kept.
    """

    name: str
    kind: str
    digest: str
    facts: Mapping[str, Any]
    data: bytes


def is_package(path: Path) -> bool:
    """Whether a folder or a file looks like a sealed submission."""
    if path.is_dir():
        return (path / MANIFEST).is_file()
    return holds_submission(path)


def read_package(path: Path, standard: Standard, wanted: tuple[StudyFact, ...]) -> SealedPackage:
    """Prove a sealed submission and read what the register keeps of it.

    Raises EthicsError, with every difference, where it is not as it was sealed; WorkspaceError.
    """
    seal = proved(path)
    with tempfile.TemporaryDirectory() as temporary:
        if path.is_dir():
            archive = Path(temporary) / "package.zip"
            zip_submission(path, archive)
        else:
            archive = path
        sealed = sealed_files(archive, MANIFEST, SNAPSHOT)
        manifest = json.loads(sealed[MANIFEST])
        snapshot = Path(temporary) / SNAPSHOT
        snapshot.write_bytes(sealed[SNAPSHOT])
        sealed_on = parse_date(str(manifest.get("date") or ""))
        facts = kept_facts(snapshot, standard, wanted, sealed_on)
        name, kind = str(manifest["submission"]), str(manifest["event"])
        return SealedPackage(name, kind, seal.digest, facts, archive.read_bytes())


def proved(path: Path) -> Verified:
    """A sealed submission held against its manifest.

    Raises EthicsError, with every difference, where it is not as it was sealed; WorkspaceError.
    """
    seal = verify_folder(path) if path.is_dir() else verify_zip(path)
    if seal.differences:
        raise EthicsError(
            f"“{path}”不是封存时的样子，不能收下。请申请人重新打包上交：",
            [Problem(str(difference)) for difference in seal.differences],
        )
    return seal


# What was received.


def received_packages(happenings: Iterable[Happening]) -> Iterator[tuple[str, str, str]]:
    """Each package of this office's own events: its case, its file in the folder, its digest.

    Events of past years name packages that are not here.
    """
    for each in happenings:
        digest = each.data.get("digest")
        if each.kind in BRINGS_PACKAGE and digest:
            yield each.case, f"{CASES}/{each.data['package']}", str(digest)


def package_fault(office: Path, file: str, digest: str) -> str:
    """What is wrong with a package, in Chinese; empty when it is as it was received."""
    path = office / file
    if not path.is_file():
        return f"缺少收下的送审：{file}"
    try:
        seal = verify_zip(path)
    except WorkspaceError as error:
        return f"收下的送审读不了：{file}（{error.message}）"
    if seal.differences:
        return f"收下的送审被改动：{file}（{seal.differences[0]}）"
    if seal.digest != digest:
        return f"收下的送审换成了另一份：{file}，清单校验值与登记的不同"
    return ""


def file_fault(office: Path, event: int, place: str, digest: str) -> str:
    """What is wrong with a file that an event keeps, in Chinese; empty when it is as it was."""
    path = office / place
    if not path.is_file():
        return f"缺少登记簿第 {event} 条存下的文件：{place}"
    if digest_of(path) != digest:
        return f"登记簿第 {event} 条存下的文件被改动：{place}"
    return ""


def unregistered_files(office: Path, known: Container[str]) -> list[str]:
    """Files where the office keeps what came in that no event speaks of: a command was cut off."""
    there = (
        path.relative_to(office).as_posix()
        for folder in (CASES, RETURNED)
        for path in sorted((office / folder).rglob("*"))
    )
    return [name for name in there if name not in known and not named_like_litter(name)]


def package_records(office: Path, happenings: Iterable[Happening]) -> list[Record]:
    """The packages as indicators count them."""
    return [
        {"id": f"{case} {file}", "verifies": not package_fault(office, file, digest)}
        for case, file, digest in received_packages(happenings)
    ]
