"""Is an office still what its events say: the chain, the tables, the files?"""

from __future__ import annotations

from collections.abc import Container, Iterable
from pathlib import Path

from msgspec import Struct

from mmethics_cli.office.archive.disposal import disposed_text, gone_files
from mmethics_cli.office.folder import OfficeFolder
from mmethics_cli.office.packages import (
    BRINGS_PACKAGE,
    KeptPaper,
    file_fault,
    kept_papers,
    package_fault,
    unregistered_files,
)


class OfficeProof(Struct, frozen=True):
    """What is wrong with an office; how many events it has, and the hash of the last one.

    `disposed` says of each volume that was destroyed by which event and list.
    """

    faults: tuple[str, ...]
    events: int
    hash: str
    disposed: tuple[str, ...] = ()


def verify_office(office: OfficeFolder) -> OfficeProof:
    """Prove an office. Raises WorkspaceError where the register can't be read."""
    with office.register().reading() as register:
        faults = list(register.faults())
        brought = [event for kind in BRINGS_PACKAGE for event in register.of_kind(kind)]
        keeping = [*brought, *register.keeping_files()]
        destroyed = list(register.of_kind("disposed"))
        count, last = register.last or (0, "")
    papers, gone = list(kept_papers(keeping)), gone_files(destroyed)
    faults += faults_of(office.path, papers, gone)
    faults += [
        f"已登记销毁的文件还在：{name}。再运行一次同样的销毁命令"
        for name in sorted(gone)
        if (office.path / name).is_file()
    ]
    known = {paper.place for paper in papers}
    faults += [
        f"没有登记的文件：{name}。是收件中断留下的，再收一次，或移走它"
        for name in unregistered_files(office.path, known)
    ]
    return OfficeProof(tuple(faults), count, last, tuple(map(disposed_text, destroyed)))


def faults_of(folder: Path, papers: Iterable[KeptPaper], gone: Container[str] = ()) -> list[str]:
    """What is wrong with files that an office keeps, in Chinese; those that are gone aside."""
    proofs = (
        package_fault(folder, paper) if paper.kind in BRINGS_PACKAGE else file_fault(folder, paper)
        for paper in dict.fromkeys(papers)
        if paper.place not in gone
    )
    return list(filter(None, proofs))
