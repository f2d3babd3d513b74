"""The sealed packages that an office received: kept as they came, proved by their manifests."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from mmethics_cli.core.conditions.written import parse_date
from mmethics_cli.core.standard.model import Standard
from mmethics_cli.errors import EthicsError, Problem, WorkspaceError
from mmethics_cli.office.events import FILES, Event
from mmethics_cli.office.folder import ARCHIVE, CASES, RETURNED
from mmethics_cli.office.quality.courses import Record
from mmethics_cli.office.study_facts import StudyFact, kept_facts, sealed_facts
from mmethics_cli.store.submission.archive import (
    holds_submission,
    sealed_files,
    verify_zip,
    zip_submission,
)
from mmethics_cli.store.submission.litter import named_like_litter
from mmethics_cli.store.submission.manifest import Verified, digest_of, verify_folder
from mmethics_cli.store.submission.submissions import BASELINE_SHA256, MANIFEST, SNAPSHOT

BRINGS_PACKAGE: Final = ("submission_received", "supplement_received")
# What a dossier says of its committee, by the keys of office.yaml.
_COMMITTEE: Final = {"committee": "committee.name", "contact": "committee.phone"}


class SealedPackage(Struct, frozen=True):
    """A sealed submission that was handed in whole.

    `name` is what it was sealed as (01-initial), `kind` its event, `facts` what the register keeps
    of it, `data` the archive as it is kept. `baseline` is the digest of the approved submission
    that it rests on (empty for none, and where an older program sealed it); `committee` is which
    one it names, by the keys of office.yaml.
    """

    name: str
    kind: str
    digest: str
    facts: Mapping[str, Any]
    data: bytes
    baseline: str = ""
    committee: Mapping[str, str] = field(default_factory=dict)


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
        facts = sealed_facts(snapshot, standard, sealed_on)
        committee = {key: facts.get(path) for key, path in _COMMITTEE.items()}
        return SealedPackage(
            str(manifest["submission"]),
            str(manifest["event"]),
            seal.digest,
            kept_facts(facts, wanted),
            archive.read_bytes(),
            str(manifest.get(BASELINE_SHA256) or ""),
            {key: value for key, value in committee.items() if isinstance(value, str)},
        )


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


class KeptPaper(Struct, frozen=True):
    """A file that the office keeps: by which event, where in its folder, its digest.

    The digest of a package is that of its manifest, of another file that of its bytes.
    """

    event: int
    kind: str
    case: str
    person: str
    place: str
    digest: str


def kept_papers(events: Iterable[Event]) -> Iterator[KeptPaper]:
    """The files that events of this office keep, in their order; those of past years keep none."""
    for event in events:
        what = event.what
        refs = event.seq, what.kind, what.case, what.person
        digest = what.data.get("digest")
        if what.kind in BRINGS_PACKAGE and digest:
            yield KeptPaper(*refs, f"{CASES}/{what.data['package']}", str(digest))
        files = what.data.get(FILES)
        if isinstance(files, dict):
            yield from (KeptPaper(*refs, place, str(each)) for place, each in files.items())


def package_fault(office: Path, paper: KeptPaper) -> str:
    """What is wrong with a package, in Chinese; empty when it is as it was received."""
    path = office / paper.place
    if not path.is_file():
        return f"缺少收下的送审：{paper.place}"
    try:
        seal = verify_zip(path)
    except WorkspaceError as error:
        return f"收下的送审读不了：{paper.place}（{error.message}）"
    if seal.differences:
        return f"收下的送审被改动：{paper.place}（{seal.differences[0]}）"
    if seal.digest != paper.digest:
        return f"收下的送审换成了另一份：{paper.place}，清单校验值与登记的不同"
    return ""


def file_fault(office: Path, paper: KeptPaper) -> str:
    """What is wrong with a file that an event keeps, in Chinese; empty when it is as it was."""
    path = office / paper.place
    if not path.is_file():
        return f"缺少登记簿第 {paper.event} 条存下的文件：{paper.place}"
    if digest_of(path) != paper.digest:
        return f"登记簿第 {paper.event} 条存下的文件被改动：{paper.place}"
    return ""


def unregistered_files(office: Path, known: Container[str]) -> list[str]:
    """Files where the office keeps what came in that no event speaks of: a command was cut off."""
    there = (
        path.relative_to(office).as_posix()
        for folder in (CASES, RETURNED, ARCHIVE)
        for path in sorted((office / folder).rglob("*"))
        if not path.is_dir()
    )
    return [name for name in there if name not in known and not named_like_litter(name)]


def package_records(
    office: Path, events: Iterable[Event], gone: Container[str] = ()
) -> list[Record]:
    """The packages as indicators count them; not those that a disposal list took."""
    return [
        {"id": f"{each.case} {each.place}", "verifies": not package_fault(office, each)}
        for each in kept_papers(events)
        if each.kind in BRINGS_PACKAGE and each.place not in gone
    ]
